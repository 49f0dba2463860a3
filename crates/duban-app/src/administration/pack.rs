//! 改城市包: the pack in force is the one in the database. A change edits its files, the whole of it is
//! read and checked, and then it holds: here at once, in other servers within seconds.

use std::{collections::BTreeSet, sync::Arc};

use duban_domain::{
    Refusal, Stamp,
    city::{self, AccessRules, City, Fault, PackFiles, Severity, edit},
    policy::{Action, Guard, allow, keeps_somebody, verb, widens},
};
use duban_store::{AdminChange, ReadTx, WriteTx};

use super::{OF_PACK, noted};
use crate::{App, AppError, Ctx, setup, wiring::Result};

/// What came of a change.
#[derive(Clone, Debug)]
pub enum Saved {
    /// It holds, as this version of the pack; the warnings are those about the files that were changed.
    Done(i64, Vec<Fault>),
    /// Nothing was changed: these are in the way, or the pack would work but probably not as meant.
    Faulty(Vec<Fault>),
}

/// The pack in force (生效的城市包).
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its files.
    pub files: PackFiles,
    /// Its version, counted from 1.
    pub version: i64,
    /// Since when.
    pub since: Option<Stamp>,
}

/// What an administrator needs for a file of the pack.
#[must_use]
pub fn action_for(path: &str) -> Action {
    if matches!(path, "roles.toml" | AccessRules::FILE) { Action::Accounts } else { Action::Administer }
}

/// The pack in force, for whoever may change some of it or reads what was changed.
pub fn standing(ctx: &Ctx) -> Result<Standing> {
    let may = [Action::Administer, Action::Accounts, Action::Audit].into_iter().any(|a| ctx.who.can(a));
    if !may {
        return Err(Refusal::MayNot(Action::Administer).into());
    }
    ctx.app.store.read(|tx| {
        let since = tx.setting(setup::CHANGED)?.and_then(|at| at.parse().ok()).map(Stamp);
        Ok(Standing { files: tx.city_files()?, version: setup::version(tx)?, since })
    })
}

/// Changes the pack: `make` changes the files as they are now, and says no when what it changes is not
/// what somebody looked at. With `made_from`, the whole pack has to be the version that was looked at.
pub fn change(
    ctx: &Ctx,
    note: &str,
    made_from: Option<i64>,
    make: impl Fn(&mut PackFiles) -> std::result::Result<(), Refusal>,
) -> Result<Saved> {
    let mut holds = None;
    let saved = ctx.app.store.write(|tx| {
        // Whoever changes the pack at the same time waits here, and then sees this change.
        tx.setting_for_update(setup::VERSION)?;
        let version = setup::version(tx)?;
        if made_from.is_some_and(|seen| seen != version) {
            return Err(AppError::from(Refusal::Stale));
        }
        let before = tx.city_files()?;
        let mut after = before.clone();
        make(&mut after)?;
        let touched = touched(&before, &after);
        if touched.is_empty() {
            return Err(AppError::from(Refusal::NoChange));
        }
        may_touch(ctx, &touched)?;
        // An export writes each under its name: none may lead out of the folder.
        if !touched.iter().all(|path| city::is_plain(path)) {
            return Err(AppError::from(Refusal::NotFound));
        }
        let faults: Vec<Fault> = city::check_at(&after, ctx.now);
        let old: BTreeSet<String> =
            city::check_at(&before, ctx.now).iter().map(ToString::to_string).collect();
        let (Ok(city), false) = (City::load(&after), worse(&faults)) else {
            return Ok(Saved::Faulty(faults));
        };
        let was = City::load(&before).unwrap_or_else(|_| (*ctx.app.city).clone());
        guard(ctx, tx, &was, &city)?;
        let version = record(ctx, tx, note, (&before, &after), &city)?;
        holds = Some(Arc::new(city));
        // What was there before is not news.
        let news = faults.into_iter().filter(|fault| !old.contains(&fault.to_string())).collect();
        Ok(Saved::Done(version, news))
    })?;
    if let Some(city) = holds {
        ctx.app.put_in_force(city);
    }
    Ok(saved)
}

/// One entry of a table as it is to be.
#[derive(Clone, Debug)]
pub struct EntryEdit {
    /// The table.
    pub table: edit::Table,
    /// Which entry; none for a new one.
    pub id: Option<String>,
    /// The digest of the text that the form was made from.
    pub base: String,
    /// What is done to it.
    pub what: EntryChange,
}

/// What is done to an entry.
#[derive(Clone, Debug)]
pub enum EntryChange {
    /// Written with these values.
    Put(edit::Values),
    /// Taken out.
    Remove,
    /// Moved up, or down.
    Shift {
        /// Whether down.
        down: bool,
    },
}

/// Changes entries, all or none.
pub fn change_entries(ctx: &Ctx, edits: &[EntryEdit]) -> Result<Saved> {
    let note = edits.first().map_or_else(String::new, |first| {
        let id = first.id.as_deref().or(match &first.what {
            EntryChange::Put(values) => {
                first.table.key_field().and_then(|k| values.get(k)).map(String::as_str)
            }
            EntryChange::Remove | EntryChange::Shift { .. } => None,
        });
        format!("{} {}", first.table.key(), id.unwrap_or("")).trim().to_owned()
    });
    change(ctx, &note, None, |files| apply(files, edits))
}

/// Which field of the form each fault is about, where it is about the entry that the form is of.
pub fn fields_of(ctx: &Ctx, edit: &EntryEdit, faults: &[Fault]) -> Result<Vec<(&'static str, Fault)>> {
    let mut files = standing(ctx)?.files;
    if apply(&mut files, std::slice::from_ref(edit)).is_err() {
        return Ok(Vec::new());
    }
    let key = match &edit.what {
        EntryChange::Put(values) => edit.table.key_field().and_then(|field| values.get(field)).cloned(),
        EntryChange::Remove | EntryChange::Shift { .. } => return Ok(Vec::new()),
    };
    let last = || edit::entries(&files, edit.table).pop().map(|entry| entry.id);
    let Some(id) = edit.id.clone().or(key).or_else(last) else { return Ok(Vec::new()) };
    let placed = faults.iter().filter_map(|fault| {
        let at = (fault.file.as_str(), fault.line?);
        Some((edit::field_of_line(&files, edit.table, &id, at)?, fault.clone()))
    });
    Ok(placed.collect())
}

/// Makes the changes in the files, without keeping them.
pub(crate) fn apply(files: &mut PackFiles, edits: &[EntryEdit]) -> std::result::Result<(), Refusal> {
    edits.iter().try_for_each(|one| entry(files, one))
}

fn entry(files: &mut PackFiles, one: &EntryEdit) -> std::result::Result<(), Refusal> {
    if let Some(id) = &one.id {
        let now = edit::entry(files, one.table, id).ok_or(Refusal::NotFound)?;
        if now.base != one.base {
            return Err(Refusal::Stale);
        }
        if matches!(one.what, EntryChange::Remove) && !one.table.is_removable() {
            return Err(Refusal::Guard(Guard::KeyStays));
        }
    }
    let done = match &one.what {
        EntryChange::Put(values) => edit::put(files, one.table, one.id.as_deref(), values),
        EntryChange::Remove => edit::remove(files, one.table, one.id.as_deref().unwrap_or("")),
        EntryChange::Shift { down } => edit::shift(files, one.table, one.id.as_deref().unwrap_or(""), *down),
    };
    done.map_err(|fault| match fault {
        edit::EditFault::Gone => Refusal::NotFound,
        edit::EditFault::Taken => Guard::Taken.into(),
        edit::EditFault::KeyStays => Guard::KeyStays.into(),
        edit::EditFault::AtTheEnd => Refusal::NoChange,
        edit::EditFault::Published => Guard::Published.into(),
    })
}

/// The paths that differ.
fn touched(before: &PackFiles, after: &PackFiles) -> Vec<String> {
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    all.into_iter().filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

/// Settings of the city and roles have different keepers.
fn may_touch(ctx: &Ctx, touched: &[String]) -> Result<()> {
    for path in touched {
        match action_for(path) {
            Action::Accounts => drop(allow::<verb::Accounts>(&ctx.who)?),
            _ => drop(allow::<verb::Administer>(&ctx.who)?),
        }
    }
    Ok(())
}

fn worse(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.severity == Severity::Error)
}

/// Nobody widens what they can do themselves, somebody is left for each office, and a role that accounts
/// have stays, whichever way it would go.
fn guard(ctx: &Ctx, tx: &mut ReadTx<'_>, before: &City, after: &City) -> Result<()> {
    if widens(&ctx.who.role, before, after) {
        return Err(Refusal::from(Guard::OwnPower).into());
    }
    let staff = tx.staff_list()?;
    let lost = |role: &str| before.role(role).is_some() && after.role(role).is_none();
    match staff.iter().filter(|one| lost(&one.role)).count() {
        0 => {}
        accounts => return Err(Refusal::from(Guard::StillUsed(accounts)).into()),
    }
    let roles: Vec<String> = staff.into_iter().filter(|s| s.active).map(|s| s.role).collect();
    keeps_somebody((before, &roles), (after, &roles)).map_err(Refusal::from)?;
    Ok(())
}

/// Writes the files, the version and the record.
fn record(
    ctx: &Ctx,
    tx: &mut WriteTx<'_>,
    note: &str,
    (before, after): (&PackFiles, &PackFiles),
    city: &City,
) -> Result<i64> {
    let version = setup::version(tx)? + 1;
    let text = |files: &PackFiles, path: &String| files.get(path).cloned().unwrap_or_default();
    for path in touched(before, after) {
        let (was, is) = (text(before, &path), text(after, &path));
        tx.note_change(&AdminChange { version, before: was, after: is, ..noted(ctx, OF_PACK, &path, note) })?;
    }
    setup::keep(tx, after, city, version, ctx.now)?;
    tx.put_setting(setup::ORIGIN, setup::BY_HAND)?;
    Ok(version)
}

/// Takes in what another server, or a command, has changed meanwhile; whether there was anything.
pub fn follow(app: &App) -> Result<bool> {
    let digest = app.store.read(|tx| tx.setting(setup::DIGEST))?;
    if digest.as_deref().is_none_or(|digest| digest == app.at_hand().city.digest) {
        return Ok(false);
    }
    let files = app.store.read(|tx| tx.city_files())?;
    let city =
        City::load(&files).map_err(|_| AppError::Broken("the city pack in the database cannot be read"))?;
    app.put_in_force(Arc::new(city));
    Ok(true)
}
