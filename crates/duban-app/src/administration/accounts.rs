//! 账号: made and changed by the security administrator. A password is set by its owner, through a link
//! that works once; nobody else ever knows it.

use duban_domain::{
    Refusal, StaffId,
    policy::{Guard, allow, keeps_somebody, verb},
    stamp::DAY_MS,
};
use duban_store::{AdminChange, SessionKind, Staff, WriteTx};

use super::{OF_ACCOUNT, noted};
use crate::{
    App, AppError, Ctx, keys, setup,
    staff::{login::hash_password, users::PASSWORD_MIN},
    wiring::Result,
};

/// How long a link for setting a password works, in milliseconds.
const LINK_MS: i64 = 3 * DAY_MS;
/// Longest login and name.
const LINE_MAX: usize = 60;

/// An account as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What they type to sign in; of an account that is there it stays.
    pub login: String,
    /// The name that colleagues see.
    pub name: String,
    /// The key of their unit.
    pub unit: String,
    /// The key of their role.
    pub role: String,
    /// Whether they may sign in.
    pub active: bool,
}

/// Everybody.
pub fn list(ctx: &Ctx) -> Result<Vec<Staff>> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.read(|tx| Ok(tx.staff_list()?))
}

/// Somebody.
pub fn one(ctx: &Ctx, id: StaffId) -> Result<Staff> {
    allow::<verb::Accounts>(&ctx.who)?;
    let found = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.staff(id)?))?;
    found.ok_or_else(|| Refusal::NotFound.into())
}

/// Makes an account; returns its id and the token of the link with which its owner sets a password.
pub fn add(ctx: &Ctx, wanted: &Wanted) -> Result<(StaffId, String)> {
    allow::<verb::Accounts>(&ctx.who)?;
    let wanted = checked(ctx, wanted)?;
    let staff = Staff {
        id: ctx.app.staff_id(),
        login: wanted.login.to_lowercase(),
        name: wanted.name.clone(),
        unit: wanted.unit.clone(),
        role: wanted.role.clone(),
        // No password fits until its owner has set one.
        password: String::new(),
        active: true,
        created_at: ctx.now,
    };
    let token = ctx.app.entropy.token();
    ctx.app.store.write(|tx| {
        // Two who change accounts at once see each other: the row that changes of the pack wait at.
        tx.setting_for_update(setup::VERSION)?;
        if tx.staff_by_login(&staff.login)?.is_some() {
            return Err(AppError::from(Refusal::from(Guard::Taken)));
        }
        tx.insert_staff(&staff)?;
        tx.put_password_link(&keys::hash(&token), staff.id, ctx.now.plus_ms(LINK_MS))?;
        note(ctx, tx, None, Some(&staff), "")
    })?;
    Ok((staff.id, keys::hex(&token)))
}

/// Changes name, unit, role, and whether they may sign in. Whoever is switched off or gets another role
/// is out at once.
pub fn change(ctx: &Ctx, id: StaffId, wanted: &Wanted) -> Result<()> {
    allow::<verb::Accounts>(&ctx.who)?;
    if id == ctx.who.id {
        return Err(Refusal::from(Guard::OwnPower).into());
    }
    ctx.app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let before = tx.staff_list()?;
        let old = before.iter().find(|staff| staff.id == id).ok_or(Refusal::NotFound)?;
        let wanted = checked(ctx, &Wanted { login: old.login.clone(), ..wanted.clone() })?;
        let new = Staff {
            name: wanted.name.clone(),
            unit: wanted.unit.clone(),
            role: wanted.role.clone(),
            active: wanted.active,
            ..old.clone()
        };
        if new == *old {
            return Err(AppError::from(Refusal::NoChange));
        }
        let roles = |list: &[Staff]| -> Vec<String> {
            list.iter().filter(|s| s.active).map(|s| s.role.clone()).collect()
        };
        let after: Vec<Staff> =
            before.iter().map(|s| if s.id == id { new.clone() } else { s.clone() }).collect();
        let city = ctx.city();
        keeps_somebody((city, &roles(&before)), (city, &roles(&after))).map_err(Refusal::from)?;
        tx.update_staff(&new)?;
        if !new.active || new.role != old.role {
            tx.end_sessions_of(SessionKind::Staff, id.0)?;
        }
        if !new.active {
            tx.end_password_links(id)?;
        }
        note(ctx, tx, Some(old), Some(&new), "")
    })
}

/// A new link for setting a password; one that was made before works no more. The old password holds
/// until the link is used.
pub fn link(ctx: &Ctx, id: StaffId) -> Result<String> {
    allow::<verb::Accounts>(&ctx.who)?;
    let token = ctx.app.entropy.token();
    ctx.app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let staff = tx.staff(id)?.filter(|staff| staff.active).ok_or(Refusal::NotFound)?;
        tx.put_password_link(&keys::hash(&token), id, ctx.now.plus_ms(LINK_MS))?;
        note(ctx, tx, Some(&staff), Some(&staff), "password-link")
    })?;
    Ok(keys::hex(&token))
}

/// Whose password a link sets; none when it is unknown, used or too old.
pub fn whose(app: &App, token: &str) -> Result<Option<Staff>> {
    let Some(raw) = keys::unhex(token) else { return Ok(None) };
    let now = app.now();
    app.store.read(|tx| {
        let id = tx.password_link(&keys::hash(&raw), now)?;
        let staff = id.map(|id| tx.staff(id)).transpose()?.flatten();
        Ok(staff.filter(|staff| staff.active))
    })
}

/// Sets the password that the owner of a link chose; the link is used up, and every session ends.
pub fn set_password(app: &App, token: &str, password: &str) -> Result<()> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(Refusal::from(Guard::ShortPassword { least: PASSWORD_MIN }).into());
    }
    let hash = hash_password(password, &*app.entropy)?;
    let raw = keys::unhex(token).ok_or(Refusal::NotFound)?;
    let now = app.now();
    app.store.write(|tx| {
        tx.setting_for_update(setup::VERSION)?;
        let id = tx.password_link(&keys::hash(&raw), now)?.ok_or(Refusal::NotFound)?;
        let staff = tx.staff(id)?.filter(|staff| staff.active).ok_or(Refusal::NotFound)?;
        tx.end_password_links(id)?;
        tx.update_staff(&Staff { password: hash.clone(), ..staff.clone() })?;
        tx.end_sessions_of(SessionKind::Staff, id.0)?;
        tx.note_change(&AdminChange {
            id: app.change_id(),
            at: now,
            by_id: id,
            by_name: staff.name.clone(),
            kind: OF_ACCOUNT.to_owned(),
            subject: staff.login.clone(),
            version: 0,
            note: "password-set".to_owned(),
            before: String::new(),
            after: String::new(),
        })?;
        Ok(())
    })
}

fn checked(ctx: &Ctx, wanted: &Wanted) -> Result<Wanted> {
    let wanted = Wanted {
        login: wanted.login.trim().to_owned(),
        name: duban_domain::text::required("name", &wanted.name, LINE_MAX)?,
        ..wanted.clone()
    };
    let long = wanted.login.chars().count() > LINE_MAX;
    if wanted.login.is_empty() || long || wanted.login.contains(char::is_whitespace) {
        return Err(Refusal::from(Guard::BadLogin).into());
    }
    if ctx.city().role(&wanted.role).is_none() {
        return Err(Refusal::from(Guard::UnknownRole).into());
    }
    if ctx.city().unit(&wanted.unit).is_none() {
        return Err(Refusal::UnknownUnit(wanted.unit).into());
    }
    Ok(wanted)
}

/// An account as the record shows it. Never the password, not even its hash.
#[must_use]
pub fn words(staff: &Staff) -> String {
    format!(
        "login = {}\nname = {}\nunit = {}\nrole = {}\nactive = {}",
        staff.login,
        staff.name,
        staff.unit,
        staff.role,
        if staff.active { "yes" } else { "no" }
    )
}

fn note(ctx: &Ctx, tx: &mut WriteTx<'_>, old: Option<&Staff>, new: Option<&Staff>, how: &str) -> Result<()> {
    let subject = new.or(old).map_or("", |staff| staff.login.as_str());
    let text = |staff: Option<&Staff>| staff.map_or_else(String::new, words);
    let change = noted(ctx, OF_ACCOUNT, subject, how);
    Ok(tx.note_change(&AdminChange { before: text(old), after: text(new), ..change })?)
}
