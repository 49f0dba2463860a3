//! 删除个人信息: somebody asks, somebody else decides after a look at what will go, and the program does it one request at a
//! time, going on where it was after whatever stopped it. The ledger keeps who, when, why and how much, never the data.
//!
//! What goes where is in `scrub`; what a restored copy erases again is in `memory`. Terms of keeping (`retention`) use
//! the same hand.

mod look;
mod memory;
mod scrub;

use duban_domain::{
    ErasureId, Number, Refusal, RequestId, Stamp,
    case::{Actor, ActorKind, Case},
    erasure::{Counts, ErasureGround, ErasureState, IdentityCheck},
    policy::{Action, Guard, Reach, Verb, allow, permit, verb},
    sensitive, text,
};
use duban_store::{ErasureRow, Job, ReadTx, WriteTx};

pub use look::{Change, Look, Target, look};
pub use memory::{Memory, NoMemory, replay};

use crate::{App, AppError, Ctx, resident::Known as Resident, wiring::Result};
use scrub::Whose;

/// The kind of its jobs.
pub(crate) const JOB: &str = "erase";
/// Lines of the ledger on one page.
pub const PAGE: usize = 50;
/// Requests of one person that an erasure takes on at most; whoever has more is erased again.
const TARGETS_MAX: usize = 5_000;

/// People that go in one transaction, when all else is gone.
const PEOPLE: usize = 50;

/// After how long it is looked again whether a case may go by now, in milliseconds.
const KEPT_MS: i64 = 3_600_000;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The number of a request of the person.
    pub number: Number,
    /// Everything that is known of the person, or only this request.
    pub whole: bool,
    /// Why.
    pub ground: ErasureGround,
    /// How it was checked that the person asks; on their own page that is known already.
    pub check: Option<IdentityCheck>,
    /// In words; what gives somebody away is masked in them.
    pub words: String,
}

/// Asks on the word of a person, at the telephone or at the counter, whom somebody knows by then.
pub fn ask(ctx: &Ctx, asking: &Asking) -> Result<ErasureId> {
    if asking.check.is_some_and(|check| IdentityCheck::by_staff().all(|one| one != check))
        || !asking.ground.is_checked(asking.check)
    {
        return Err(Refusal::from(Guard::Unchecked).into());
    }
    ctx.app.store.write(|tx| {
        let case = tx.case_by_number(&asking.number)?.ok_or(Refusal::NotFound)?;
        let permitted = permit::<verb::AskErasure>(&ctx.who, &case)?;
        put(&ctx.app, tx, asking, permitted.actor(), ctx.now)
    })
}

/// A person asks for themselves, on the page of their own request.
pub fn ask_own(app: &App, who: &Resident, asking: &Asking) -> Result<ErasureId> {
    app.store.write(|tx| {
        let request = tx.request_by_number(&asking.number)?.ok_or(Refusal::NotFound)?;
        if request.id != who.request() {
            return Err(Refusal::NotFound.into());
        }
        if let (Some((means, key)), Some(person)) = (who.shown(), request.person) {
            // What the same person left beside it and never showed reaches nothing else: see `Whose`.
            tx.confirm_contact(person, means, key, app.now())?;
        }
        let by = Actor { kind: ActorKind::Resident, id: request.id.0, name: String::new(), unit: None };
        let asking = Asking { ground: ErasureGround::Asked, check: Some(who.check()), ..asking.clone() };
        put(app, tx, &asking, &by, app.now())
    })
}

fn put(app: &App, tx: &mut WriteTx<'_>, asking: &Asking, by: &Actor, now: Stamp) -> Result<ErasureId> {
    let words = text::optional("words", &asking.words, text::LINE_MAX)?;
    let waits = |row: &ErasureRow| row.number == asking.number.digits() && row.whole == asking.whole;
    let waiting = tx.erasures_in(ErasureState::Asked, i64::MAX)?;
    if let Some(known) = waiting.iter().find(|row| waits(row)) {
        return Ok(known.id);
    }
    let request = tx.request_by_number(&asking.number)?.ok_or(Refusal::NotFound)?;
    let words = Whose::of(app, tx, &request)?.known.mask(&words);
    let id = app.erasure_id();
    tx.put_erasure(&ErasureRow {
        id,
        number: asking.number.digits().to_owned(),
        whole: asking.whole,
        ground: asking.ground,
        check: asking.check,
        words,
        asked: (by.kind.code(), by.id, by.name.clone()),
        asked_at: now,
        state: ErasureState::Asked,
        decided: None,
        decided_at: None,
        decided_words: String::new(),
        targets: Vec::new(),
        done: 0,
        counts: Counts::default(),
        ended_at: None,
    })?;
    Ok(id)
}

/// The ledger, newest first; and whether there is more. For those who ask and those who decide.
pub fn page(ctx: &Ctx, before: Option<ErasureId>) -> Result<(Vec<ErasureRow>, bool)> {
    may_see(ctx)?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    ctx.app.store.read(|tx| {
        let mut found = tx.erasures(before, limit)?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let mut seen = Vec::new();
        for row in found {
            if is_within(ctx, tx, &row)? {
                seen.push(row);
            }
        }
        Ok((seen, more))
    })
}

/// Whether somebody may know of a line: its case is within their reach.
fn is_within(ctx: &Ctx, tx: &mut ReadTx<'_>, row: &ErasureRow) -> Result<bool> {
    if ctx.who.reach == Reach::All {
        return Ok(true);
    }
    let Ok(number) = row.number.parse::<Number>() else { return Ok(false) };
    Ok(tx.case_by_number(&number)?.is_some_and(|case| ctx.who.reach.covers(&case)))
}

fn may_see(ctx: &Ctx) -> Result<()> {
    if !ctx.who.can(Action::Erase) {
        allow::<verb::AskErasure>(&ctx.who)?;
    }
    Ok(())
}

/// What somebody decides (删除审批).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is done.
    pub agreed: bool,
    /// How whoever decides made sure that the person asks, where that was not known well enough.
    pub check: Option<IdentityCheck>,
    /// In words; a refusal needs some.
    pub words: String,
}

/// Agrees or refuses. Whoever asked does not decide; nothing is erased of somebody open or held back, and nothing before it is
/// known that the person asks.
pub fn decide(ctx: &Ctx, id: ErasureId, decision: &Decision) -> Result<ErasureState> {
    allow::<verb::Erase>(&ctx.who)?;
    let agreed = decision.agreed;
    let words = text::optional("words", &decision.words, text::LINE_MAX)?;
    if !agreed && words.is_empty() {
        return Err(Refusal::NeedsText("words").into());
    }
    ctx.app.store.write(|tx| {
        let row = tx.erasure_for_update(id)?.ok_or(Refusal::NotFound)?;
        if row.state != ErasureState::Asked {
            return Err(AppError::from(Refusal::from(Guard::Decided)));
        }
        if row.asked.0 == ctx.who.kind.code() && row.asked.1 == ctx.who.id.0 {
            return Err(Refusal::from(Guard::OwnAsking).into());
        }
        let by_staff = decision.check.filter(|check| IdentityCheck::by_staff().any(|one| one == *check));
        let check = row.check.filter(|check| check.is_enough(row.ground)).or(by_staff).or(row.check);
        if agreed && !row.ground.is_checked(check) {
            return Err(Refusal::from(Guard::Unchecked).into());
        }
        let targets = if agreed { targets::<verb::Erase>(ctx, tx, &row)? } else { Vec::new() };
        let state = if agreed { ErasureState::Running } else { ErasureState::Refused };
        tx.put_erasure(&ErasureRow {
            state,
            check,
            decided: Some((ctx.who.id.0, ctx.who.name.clone())),
            decided_at: Some(ctx.now),
            decided_words: sensitive::mask(&words),
            targets,
            ended_at: (!agreed).then_some(ctx.now),
            ..row
        })?;
        if agreed {
            owe(&ctx.app, tx, id, ctx.now)?;
        }
        Ok(state)
    })
}

/// The requests that an erasure is about, each of a case that is closed and not held back.
fn targets<V: Verb>(ctx: &Ctx, tx: &mut ReadTx<'_>, row: &ErasureRow) -> Result<Vec<RequestId>> {
    let all = about(&ctx.app, tx, row)?;
    for id in &all {
        let Some((case, _)) = case_of(tx, *id)? else { continue };
        permit::<V>(&ctx.who, &case)?;
        if case.is_open() {
            return Err(Refusal::from(Guard::StillOpen(case.number.to_string())).into());
        }
        if tx.is_held(case.id)? {
            return Err(Refusal::from(Guard::Held(case.number.to_string())).into());
        }
    }
    Ok(all)
}

/// The requests of whoever an erasure is about.
fn about(app: &App, tx: &mut ReadTx<'_>, row: &ErasureRow) -> Result<Vec<RequestId>> {
    let number: Number = row.number.parse().map_err(|_| Refusal::NotFound)?;
    let request = tx.request_by_number(&number)?.ok_or(Refusal::NotFound)?;
    let mut all = vec![request.id];
    if row.whole {
        let whose = Whose::of(app, tx, &request)?;
        all.extend(tx.requests_by(whose.phone.as_deref(), whose.mail.as_deref())?);
    }
    all.sort_unstable();
    all.dedup();
    all.truncate(TARGETS_MAX);
    Ok(all)
}

fn case_of(tx: &mut ReadTx<'_>, id: RequestId) -> Result<Option<(Case, duban_domain::request::Request)>> {
    let Some(request) = tx.request(id)? else { return Ok(None) };
    Ok(tx.case(request.case)?.map(|case| (case, request)))
}

/// One request of an erasure; and owes itself again until there are none.
pub(crate) fn work(app: &App, job: &Job, now: Stamp) -> Result<()> {
    let id = ErasureId(job.subject);
    let row = app.store.read(|tx| Ok::<_, AppError>(tx.erasure(id)?))?;
    if let Some(row) = row.filter(|row| row.state == ErasureState::Running && row.done == 0) {
        // Before the first thing goes: a copy that is put back later must know that it has to go there too.
        memory::remember(app, &row)?;
    }
    app.store.write(|tx| {
        let row = tx.erasure_for_update(id)?.filter(|row| row.state == ErasureState::Running);
        let Some(mut row) = row else { return Ok(tx.finish_job(job.id)?) };
        let at = usize::try_from(row.done).unwrap_or(usize::MAX);
        let Some(target) = row.targets.get(at).copied() else {
            // Who they were goes last: until then what they left at one request is looked for in the others.
            let gone: usize = job.payload.parse().unwrap_or(0);
            for target in row.targets.iter().skip(gone).take(PEOPLE) {
                if is_kept(tx, *target)? {
                    return owe_from(app, tx, id, now.plus_ms(KEPT_MS), gone);
                }
            }
            for id in row.targets.iter().skip(gone).take(PEOPLE) {
                scrub::forget(tx, *id)?;
            }
            if gone + PEOPLE < row.targets.len() {
                return owe_from(app, tx, id, now, gone + PEOPLE);
            }
            tx.put_erasure(&ErasureRow { state: ErasureState::Done, ended_at: Some(now), ..row })?;
            tx.owe_settling(app.job_id(), now)?;
            return Ok(tx.finish_job(job.id)?);
        };
        if is_kept(tx, target)? {
            return owe(app, tx, id, now.plus_ms(KEPT_MS));
        }
        row.counts.add(&scrub::request(app, tx, target, row.whole, now)?);
        row.done += 1;
        tx.put_erasure(&row)?;
        owe(app, tx, id, now)
    })
}

/// Whether somebody holds the case of a request back, or opened it again, since it was decided: then it waits.
fn is_kept(tx: &mut WriteTx<'_>, target: RequestId) -> Result<bool> {
    let Some(request) = tx.request(target)? else { return Ok(false) };
    let Some(case) = tx.case_for_update(request.case)? else { return Ok(false) };
    Ok(case.is_open() || tx.is_held(case.id)?)
}

/// Erases the persons of every request of a case: when its term has passed.
pub(crate) fn of_case(app: &App, tx: &mut WriteTx<'_>, case: &Case, now: Stamp) -> Result<Counts> {
    let mut counts = Counts::default();
    for id in &case.requests {
        counts.add(&scrub::request(app, tx, *id, false, now)?);
    }
    for id in &case.requests {
        scrub::forget(tx, *id)?;
    }
    Ok(counts)
}

fn owe(app: &App, tx: &mut WriteTx<'_>, id: ErasureId, run_at: Stamp) -> Result<()> {
    owe_from(app, tx, id, run_at, 0)
}

/// With how many people are gone already.
fn owe_from(app: &App, tx: &mut WriteTx<'_>, id: ErasureId, run_at: Stamp, gone: usize) -> Result<()> {
    tx.enqueue(&Job {
        id: app.job_id(),
        kind: JOB.to_owned(),
        subject: id.0,
        payload: gone.to_string(),
        run_at,
        attempts: 0,
        dedupe: format!("{JOB}:{}", id.0),
    })?;
    Ok(())
}
