//! 整体移交: the open cases of a closed unit go to its successor, those of a retired category to the one that
//! is used instead. Looked at before, ordered once, done a few cases at a time by whichever server has a
//! hand free, stopped and gone on with as one likes. What is closed stays where it is.

use duban_domain::{
    CaseId, Refusal, RelocationId, Stamp,
    case::{
        Actor, Case, Phase, What,
        handling::{Relocation, recategorise, take_over},
    },
    city::{City, edit::Replacing},
    policy::{Guard, allow, by_system, permit, verb},
    text,
};
use duban_store::{Job, ReadTx, RelocationRow, WriteTx};

use super::{OF_MOVE, noted};
use crate::{
    App, AppError, Ctx,
    case::{moment, record},
    wiring::Result,
};

/// The kind of its jobs.
pub(crate) const JOB: &str = "relocate";
/// Cases of one transaction: others wait no longer than these take.
const BATCH: i64 = 20;
/// Orders on the page.
const SHOWN: i64 = 50;
/// Cases that are named to those who may see them.
const NAMED: i64 = 100;
/// How long after the last case another look is taken: a server that had not heard of the change yet may have
/// given the old unit a new case.
const AGAIN_MS: i64 = 5_000;

/// Something that is waiting to be moved (待移交).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Units or categories.
    pub kind: Replacing,
    /// The key that is of the past.
    pub from: String,
    /// Who takes over, where the pack says.
    pub to: Option<String>,
    /// How many open cases.
    pub count: i64,
}

/// How an order stands (移交进度).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It goes on by itself.
    Going,
    /// Somebody stopped it.
    Paused,
    /// Nobody takes over where it leads: somebody has to order another.
    Stuck,
    /// Nothing is left to move.
    Done,
    /// Another order took its place.
    Replaced,
}

/// What was ordered, and how it stands (已安排的移交).
pub type Ordered = (RelocationRow, Standing);

/// What an order would do (移交预览).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// How many open cases in each phase.
    pub phases: Vec<(Phase, i64)>,
    /// Number and title of those that the one who asks may see, the oldest first.
    pub named: Vec<(String, String)>,
}

impl Preview {
    /// How many in all.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.phases.iter().map(|(_, count)| count).sum()
    }
}

/// What was ordered, each with how it stands; and what waits for an order.
pub fn overview(ctx: &Ctx) -> Result<(Vec<Ordered>, Vec<Waiting>)> {
    allow::<verb::Administer>(&ctx.who)?;
    let city = ctx.city();
    let units = city.units.iter().filter(|unit| unit.closed);
    let units = units.map(|unit| (Replacing::Unit, &unit.key, &unit.successor));
    let categories = city.categories.iter().filter(|category| category.retired);
    let categories = categories.map(|category| (Replacing::Category, &category.key, &category.successor));
    ctx.app.store.read(|tx| {
        let mut orders = Vec::new();
        for row in tx.relocations(SHOWN)? {
            let standing = standing(city, tx, &row)?;
            orders.push((row, standing));
        }
        let busy = |kind, key: &str| {
            let going = orders.iter().filter(|(_, standing)| *standing == Standing::Going);
            going.into_iter().any(|(one, _)| one.kind == kind && one.from == key)
        };
        let mut waiting = Vec::new();
        for (kind, from, to) in units.clone().chain(categories.clone()).filter(|(k, f, _)| !busy(*k, f)) {
            let count = total(tx, kind, from)?;
            if count > 0 {
                waiting.push(Waiting { kind, from: from.clone(), to: to.clone(), count });
            }
        }
        Ok((orders, waiting))
    })
}

/// Exactly how many open cases an order would move, and which.
pub fn preview(ctx: &Ctx, kind: Replacing, from: &str) -> Result<Preview> {
    allow::<verb::Administer>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let phases = tx.relocatable(kind, from)?;
        let mut named = Vec::new();
        for id in tx.relocatable_after(kind, from, CaseId(0), NAMED)? {
            let Some(case) = tx.case(id)?.filter(|case| permit::<verb::View>(&ctx.who, case).is_ok()) else {
                continue;
            };
            let title = tx.case_row(id)?.map(|row| row.title).unwrap_or_default();
            named.push((case.number.to_string(), title));
        }
        Ok(Preview { phases, named })
    })
}

/// Orders it. Of the same key there is one at a time: one that stands still, because somebody stopped it or
/// nobody takes over where it leads, ends when another is ordered.
pub fn start(ctx: &Ctx, kind: Replacing, from: &str, to: &str, words: &str) -> Result<RelocationId> {
    allow::<verb::Administer>(&ctx.who)?;
    let words = text::required("words", words, text::LINE_MAX)?;
    sound(ctx.city(), kind, from, to)?;
    ctx.app.store.write(|tx| {
        tx.setting_for_update(crate::setup::VERSION)?;
        if let Some(old) = tx.relocation_under_way(kind, from)? {
            if runs(ctx.city(), &old) {
                return Err(AppError::from(Refusal::from(Guard::Taken)));
            }
            let subject = format!("{} {} → {}", kind.key(), old.from, old.to);
            tx.note_change(&noted(ctx, OF_MOVE, &subject, "ended"))?;
            tx.put_relocation(&RelocationRow { paused: true, ended_at: Some(ctx.now), ..old })?;
        }
        let total = total(tx, kind, from)?;
        if total == 0 {
            return Err(Refusal::NoChange.into());
        }
        let row = RelocationRow {
            id: ctx.app.relocation_id(),
            kind,
            from: from.to_owned(),
            to: to.to_owned(),
            words: words.clone(),
            by: ctx.who.name.clone(),
            at: ctx.now,
            total,
            moved: 0,
            after: CaseId(0),
            fresh: 0,
            paused: false,
            ended_at: None,
        };
        tx.put_relocation(&row)?;
        let subject = format!("{} {from} → {to}", kind.key());
        let note = format!("{total} · {words}");
        tx.note_change(&noted(ctx, OF_MOVE, &subject, &note))?;
        owe(&ctx.app, tx, row.id, ctx.now)?;
        Ok(row.id)
    })
}

/// Stops it, or goes on with it. What went over stays there.
pub fn pause(ctx: &Ctx, id: RelocationId, stop: bool) -> Result<()> {
    allow::<verb::Administer>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let row = tx.relocation_for_update(id)?.ok_or(Refusal::NotFound)?;
        if row.ended_at.is_some() || row.paused == stop {
            return Err(AppError::from(Refusal::NoChange));
        }
        let subject = format!("{} {} → {}", row.kind.key(), row.from, row.to);
        let note = if stop { "stopped" } else { "went-on" };
        tx.note_change(&noted(ctx, OF_MOVE, &subject, note))?;
        tx.put_relocation(&RelocationRow { paused: stop, ..row })?;
        if !stop {
            owe(&ctx.app, tx, id, ctx.now)?;
        }
        Ok(())
    })
}

/// A few cases of an order; and owes itself again until there are none.
pub(crate) fn work(app: &App, job: &Job, now: Stamp) -> Result<()> {
    app.store.write(|tx| {
        let row = tx.relocation_for_update(RelocationId(job.subject))?;
        let Some(mut row) = row.filter(|row| row.ended_at.is_none() && !row.paused) else {
            return Ok(tx.finish_job(job.id)?);
        };
        row.to = heir(&app.city, row.kind, &row.to);
        // Without a case left it is through, wherever it leads.
        if sound(&app.city, row.kind, &row.from, &row.to).is_err() && total(tx, row.kind, &row.from)? == 0 {
            tx.put_relocation(&RelocationRow { ended_at: Some(now), ..row })?;
            return Ok(tx.finish_job(job.id)?);
        }
        // A server that has not heard of the change yet leaves it to the next try.
        sound(&app.city, row.kind, &row.from, &row.to)?;
        let ids = tx.relocatable_after(row.kind, &row.from, row.after, BATCH)?;
        for id in &ids {
            if let Some(case) = tx.case_for_update(*id)? {
                let done = one(app, tx, &row, &case, now)?;
                (row.moved, row.fresh) = (row.moved + i64::from(done), row.fresh + i64::from(done));
            }
            row.after = *id;
        }
        if !ids.is_empty() {
            tx.put_relocation(&row)?;
            return owe(app, tx, row.id, now);
        }
        if row.fresh > 0 {
            (row.after, row.fresh) = (CaseId(0), 0);
            tx.put_relocation(&row)?;
            return owe(app, tx, row.id, now.plus_ms(AGAIN_MS));
        }
        tx.put_relocation(&RelocationRow { ended_at: Some(now), ..row })?;
        Ok(tx.finish_job(job.id)?)
    })
}

fn one(app: &App, tx: &mut WriteTx<'_>, row: &RelocationRow, case: &Case, now: Stamp) -> Result<bool> {
    let now = moment(tx, case, now)?;
    let keeps = match case.handling.handler {
        Some(handler) => tx.staff(handler)?.is_some_and(|staff| staff.active && staff.unit == row.to),
        None => false,
    };
    let order = Relocation { from: &row.from, to: &row.to, by: &row.by, words: &row.words };
    let (on, ground) = (by_system(case), app.ground(now));
    let decided: std::result::Result<Vec<What>, Refusal> = match row.kind {
        Replacing::Unit => take_over(&on, order, keeps, &ground),
        Replacing::Category => recategorise(&on, order, &ground),
    };
    match decided {
        Ok(happened) => record(app, tx, case, &Actor::system(), now, happened).map(|_| true),
        // Somebody moved or closed it meanwhile.
        Err(Refusal::NoChange) => Ok(false),
        Err(refusal) => Err(refusal.into()),
    }
}

/// How an order stands. One without a case left is done, whoever would have got them.
fn standing(city: &City, tx: &mut ReadTx<'_>, row: &RelocationRow) -> Result<Standing> {
    Ok(match (row.ended_at, row.paused) {
        (Some(_), true) => Standing::Replaced,
        (Some(_), false) => Standing::Done,
        (None, _) if total(tx, row.kind, &row.from)? == 0 => Standing::Done,
        (None, true) => Standing::Paused,
        (None, false) if runs(city, row) => Standing::Going,
        (None, false) => Standing::Stuck,
    })
}

/// Whether an order goes on by itself.
fn runs(city: &City, row: &RelocationRow) -> bool {
    let to = heir(city, row.kind, &row.to);
    row.ended_at.is_none() && !row.paused && sound(city, row.kind, &row.from, &to).is_ok()
}

/// Who takes over where a key is of the past by now, however often that happened since it was ordered.
fn heir(city: &City, kind: Replacing, to: &str) -> String {
    let next = |key: &&str| match kind {
        Replacing::Unit => city.unit(key).filter(|unit| unit.closed)?.successor.as_deref(),
        Replacing::Category => city.category(key).filter(|one| one.retired)?.successor.as_deref(),
    };
    // Two that name each other end somewhere too.
    let most = city.units.len() + city.categories.len();
    std::iter::successors(Some(to), next).take(most).last().unwrap_or(to).to_owned()
}

/// Whether the old key is of the past and the new one is not, and no hidden case becomes public by it.
fn sound(city: &City, kind: Replacing, from: &str, to: &str) -> Result<()> {
    match kind {
        Replacing::Unit => {
            let closed = city.unit(from).is_some_and(|unit| unit.closed);
            let open = city.open_unit(to).is_some_and(|unit| unit.key != city.centre().key);
            let wrong = if closed { to } else { from };
            if closed && open { Ok(()) } else { Err(Refusal::UnknownUnit(wrong.to_owned()).into()) }
        }
        Replacing::Category => {
            let retired = city.category(from).is_some_and(|category| category.retired);
            let live = city.live_category(to).is_some();
            let wrong = if retired { to } else { from };
            if retired && live && !city.is_public(from) && city.is_public(to) {
                return Err(Refusal::from(Guard::Published).into());
            }
            if retired && live { Ok(()) } else { Err(Refusal::UnknownCategory(wrong.to_owned()).into()) }
        }
    }
}

fn total(tx: &mut ReadTx<'_>, kind: Replacing, key: &str) -> Result<i64> {
    Ok(tx.relocatable(kind, key)?.iter().map(|(_, count)| count).sum())
}

fn owe(app: &App, tx: &mut WriteTx<'_>, id: RelocationId, run_at: Stamp) -> Result<()> {
    tx.enqueue(&Job {
        id: app.job_id(),
        kind: JOB.to_owned(),
        subject: id.0,
        payload: String::new(),
        run_at,
        attempts: 0,
        dedupe: format!("{JOB}:{}", id.0),
    })?;
    Ok(())
}
