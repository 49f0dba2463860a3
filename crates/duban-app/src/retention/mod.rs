//! 保存期限: every night what had its term goes, a few rows at a time, so that nobody who writes waits for it; a night that is
//! broken off goes on where it was. And the page that says beforehand what will go, and holds single cases back.

mod night;

use duban_domain::{
    Number, Refusal, Stamp,
    case::Case,
    policy::{allow, permit, verb},
    request::Kind,
    retention::{self, Due, Record, Term},
    sensitive, text,
};
use duban_store::{CaseRow, DestructionRow, HoldRow, ReadTx, WriteTx};

pub use night::begin;
pub(crate) use night::{JOB, settle, work};

use crate::{App, AppError, Ctx, administration::noted, wiring::Result};

/// The kind of changes about holds and nights (变更种类).
pub const OF_TERM: &str = "retention";
/// More than this is shown as "so many and more".
pub const MOST: i64 = 2_000;
/// Destroyed cases on the page.
const SHOWN: i64 = 50;
/// Cases on the page that go within a month.
const COMING: usize = 50;
/// Rows looked at in one query.
const ROWS: i64 = 500;

/// What is due of cases, by an instant (到期数).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Cases that lose what names anybody.
    pub anonymise: i64,
    /// Cases that are destroyed.
    pub destroy: i64,
    /// Cases that would, and are held back.
    pub held: i64,
    /// Whether it is at least so many, and was counted no further.
    pub more: bool,
}

/// A case that goes within a month, unless somebody holds it back (将到期).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// Its number.
    pub number: Number,
    /// Its category.
    pub category: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// When it was closed.
    pub closed_at: Stamp,
    /// What will be done to it.
    pub due: Due,
    /// Whether already the next night does it.
    pub tonight: bool,
    /// Whether it is held back.
    pub held: bool,
}

/// The page of terms (保存期限页).
#[derive(Clone, Debug)]
pub struct Overview {
    /// The terms that hold, with what is due of each now and within a month.
    pub terms: Vec<(Term, Sums, Sums)>,
    /// The first of the cases that go within a month: those that are destroyed before those that lose their names.
    pub coming: Vec<Coming>,
    /// The records that have a term: months, how many are due now and within a month.
    pub records: Vec<(Record, u32, i64, i64)>,
    /// Cases that are held back.
    pub holds: Vec<HoldRow>,
    /// What was destroyed last, and how much in all.
    pub destroyed: (Vec<DestructionRow>, i64),
    /// When the next night begins, where one is owed.
    pub hour: u32,
}

/// What goes today and within a month, what is held back, and what went.
pub fn overview(ctx: &Ctx) -> Result<Overview> {
    allow::<verb::Erase>(&ctx.who)?;
    let (rules, zone) = (&ctx.city().retention, &ctx.city().zone);
    let soon = retention::passed(ctx.now, 1, zone);
    ctx.app.store.read(|tx| {
        let mut coming = Vec::new();
        let now = sums(&ctx.app, tx, ctx.now, &mut |_| ())?;
        let later = sums(&ctx.app, tx, soon, &mut |row| {
            if coming.len() < COMING {
                coming.push(row);
            }
        })?;
        for row in &mut coming {
            row.tonight =
                due_of(&ctx.app, row.category.as_deref(), row.kind, row.closed_at, ctx.now) == row.due;
        }
        let terms =
            rules.terms.iter().cloned().zip(now).zip(later).map(|((term, a), b)| (term, a, b)).collect();
        let mut records = Vec::new();
        for (what, months) in &rules.records {
            let due = |tx: &mut ReadTx<'_>, at| {
                tx.records_before(*what, retention::before(at, *months, zone), MOST)
            };
            records.push((*what, *months, due(tx, ctx.now)?, due(tx, soon)?));
        }
        let destroyed = (tx.destructions(SHOWN)?, tx.destroyed_count()?);
        Ok(Overview { terms, coming, records, holds: tx.holds()?, destroyed, hour: rules.hour })
    })
}

/// What is due of each term at an instant, each case once.
fn sums(app: &App, tx: &mut ReadTx<'_>, now: Stamp, each: &mut dyn FnMut(Coming)) -> Result<Vec<Sums>> {
    let rules = &app.city.retention;
    let mut sums = vec![Sums::default(); rules.terms.len()];
    for destroy in [true, false] {
        let Some(before) = before(app, destroy, now) else { continue };
        let (mut mark, mut seen) = (night::START, 0);
        loop {
            let rows = tx.closed_before(!destroy, mark, before, ROWS)?;
            let Some(last) = rows.last().and_then(|row| Some((row.closed_at?, row.id))) else { break };
            mark = last;
            seen += i64::try_from(rows.len()).unwrap_or(ROWS);
            for row in &rows {
                if let Some(coming) = count(app, tx, row, destroy, now, &mut sums)? {
                    each(coming);
                }
            }
            if seen >= MOST {
                sums.iter_mut().for_each(|sums| sums.more = true);
                break;
            }
        }
    }
    Ok(sums)
}

fn count(
    app: &App,
    tx: &mut ReadTx<'_>,
    row: &CaseRow,
    destroy: bool,
    now: Stamp,
    sums: &mut [Sums],
) -> Result<Option<Coming>> {
    let rules = &app.city.retention;
    let fits = |term: &Term| term.is_for(row.category.as_deref(), row.kind);
    let Some(at) = rules.terms.iter().position(fits) else { return Ok(None) };
    let due = due(app, row, now);
    let wanted = if destroy { Due::Destroy } else { Due::Anonymise };
    let Some(closed_at) = row.closed_at.filter(|_| due == wanted) else { return Ok(None) };
    let held = tx.is_held(row.id)?;
    let one = match (held, destroy) {
        (true, _) => &mut sums[at].held,
        (false, true) => &mut sums[at].destroy,
        (false, false) => &mut sums[at].anonymise,
    };
    *one += 1;
    let (number, category, kind) = (row.number.clone(), row.category.clone(), row.kind);
    Ok(Some(Coming { number, category, kind, closed_at, due, tonight: false, held }))
}

/// What is due of a closed case.
fn due(app: &App, row: &CaseRow, now: Stamp) -> Due {
    row.closed_at.map_or(Due::Nothing, |at| due_of(app, row.category.as_deref(), row.kind, at, now))
}

fn due_of(app: &App, category: Option<&str>, kind: Kind, closed_at: Stamp, now: Stamp) -> Due {
    app.city.retention.due(category, kind, closed_at, now, &app.city.zone)
}

/// No case that was closed later than this can be due.
fn before(app: &App, destroy: bool, now: Stamp) -> Option<Stamp> {
    let months = app.city.retention.shortest(destroy)?;
    Some(retention::before(now, months, &app.city.zone).plus_ms(duban_domain::stamp::DAY_MS))
}

/// Holds a case back from every term and every erasure, with a reason.
pub fn hold(ctx: &Ctx, number: &Number, words: &str) -> Result<()> {
    let words = text::required("words", words, text::LINE_MAX)?;
    change(ctx, number, "held", |tx, case| {
        if tx.is_held(case.id)? {
            return Err(Refusal::NoChange.into());
        }
        let hold = HoldRow {
            case: case.id,
            number: case.number.to_string(),
            words: sensitive::mask(&words),
            by: ctx.who.name.clone(),
            at: ctx.now,
        };
        Ok(tx.put_hold(case.id, Some(&hold))?)
    })
}

/// Holds a case back no longer.
pub fn release(ctx: &Ctx, number: &Number) -> Result<()> {
    change(ctx, number, "released", |tx, case| {
        if !tx.is_held(case.id)? {
            return Err(Refusal::NoChange.into());
        }
        Ok(tx.put_hold(case.id, None)?)
    })
}

fn change(
    ctx: &Ctx,
    number: &Number,
    note: &str,
    mut work: impl FnMut(&mut WriteTx<'_>, &Case) -> Result<()>,
) -> Result<()> {
    ctx.app.store.write(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::Erase>(&ctx.who, &case)?;
        // A night that is looking at this very case waits, or was before.
        let case = tx.case_for_update(case.id)?.ok_or(Refusal::NotFound)?;
        work(tx, &case)?;
        Ok::<_, AppError>(tx.note_change(&noted(ctx, OF_TERM, case.number.digits(), note))?)
    })
}

/// When a case was destroyed, for whoever asks by its number.
pub fn destroyed(app: &App, number: &Number) -> Result<Option<Stamp>> {
    let found = app.store.read(|tx| Ok::<_, AppError>(tx.destruction_of(number.digits())?))?;
    Ok(found.map(|row| row.destroyed_at))
}
