//! What the program owes without being asked: deadlines that pass, pages that stop asking.
//!
//! A job is owed in the transaction that causes it and done in a transaction of its own. Doing one
//! twice changes nothing: each looks at the case as it is now.

use duban_domain::{
    CaseId, Refusal, Stamp,
    case::{self, Case, What},
    notice::{NoticeKind, Values},
    policy::by_system,
};
use duban_store::{Job, SETTLE, WriteTx};

use crate::{
    App, AppError,
    administration::relocate,
    case::{asks_until, moment, record},
    erasure, notice, retention, service, webhook,
    wiring::Result,
};

/// 到期检查: is the finish deadline missed?
const OVERDUE: &str = "overdue";
/// 即将到期: the finish deadline is near, and nobody has answered.
const SOON: &str = "soon";
/// 评价到期: stop asking.
const EXPIRE: &str = "expire";
/// How long one worker holds a job before another may take it, in milliseconds.
const LOCK_MS: i64 = 60_000;
/// How many jobs are taken at once.
const BATCH: i64 = 100;
/// The longest wait before a failed job is tried again, in milliseconds.
const BACKOFF_MS_MAX: i64 = 3_600_000;

/// Owes what the new state of a case asks for.
pub(crate) fn owe(app: &App, tx: &mut WriteTx<'_>, before: Option<&Case>, after: &Case) -> Result<()> {
    let due = |case: &Case| (case.is_running() && !case.missed).then_some(case.finish.due);
    if let Some(at) = due(after).filter(|at| before.and_then(due) != Some(*at)) {
        enqueue(app, tx, OVERDUE, after.id, at)?;
        let soon = at.plus_ms(-soon_ms(app));
        // A deadline that is near from its first minute is near to nobody's surprise.
        if soon > app.now() {
            enqueue(app, tx, SOON, after.id, soon)?;
        }
    }
    let until = asks_until(after);
    if let Some(at) = until.filter(|at| before.and_then(asks_until) != Some(*at)) {
        enqueue(app, tx, EXPIRE, after.id, at)?;
    }
    Ok(())
}

/// Does what is due; returns how many jobs were taken. Call again until it returns zero.
pub fn work(app: &App) -> Result<usize> {
    let now = app.now();
    let jobs = app.store.write(|tx| Ok::<_, AppError>(tx.claim_jobs(now, LOCK_MS, BATCH)?))?;
    for job in &jobs {
        if let Err(error) = run(app, job, now) {
            tracing::warn!(job = job.id.0, kind = job.kind, %error, "a job failed and will be tried again");
            let wait = (1_000_i64 << job.attempts.clamp(0, 12)).min(BACKOFF_MS_MAX);
            app.store.write(|tx| {
                Ok::<_, AppError>(tx.retry_job(job.id, now.plus_ms(wait), &error.to_string())?)
            })?;
        }
    }
    Ok(jobs.len())
}

fn run(app: &App, job: &Job, now: Stamp) -> Result<()> {
    if job.kind == relocate::JOB {
        return relocate::work(app, job, now);
    }
    if job.kind == erasure::JOB {
        return erasure::work(app, job, now);
    }
    if job.kind == retention::JOB {
        return retention::work(app, job, now);
    }
    if job.kind == SETTLE {
        return retention::settle(app, job, now);
    }
    if job.kind == service::FORGET {
        return service::forget(app, job, now);
    }
    if job.kind == webhook::FORGET {
        return webhook::forget(app, job, now);
    }
    app.store.write(|tx| {
        if let Some(case) = tx.case_for_update(CaseId(job.subject))? {
            if job.kind == SOON {
                remind(app, tx, &case, now)?;
                return Ok(tx.finish_job(job.id)?);
            }
            let now = moment(tx, &case, now)?;
            let decided = decide(app, &job.kind, &case, now);
            match decided {
                Ok(happened) => drop(record(app, tx, &case, &case::Actor::system(), now, happened)?),
                // The case moved on before its deadline came: nothing is owed any more.
                Err(Refusal::NoChange | Refusal::WrongPhase { .. }) => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Ok(tx.finish_job(job.id)?)
    })
}

/// How long before a deadline it is near, by the city's setting.
fn soon_ms(app: &App) -> i64 {
    i64::from(app.city.settings.soon_minutes) * 60_000
}

/// Tells the unit that a deadline is near, unless it has answered or was given more time.
fn remind(app: &App, tx: &mut WriteTx<'_>, case: &Case, now: Stamp) -> Result<()> {
    let near = case.is_running() && !case.missed && now.plus_ms(soon_ms(app)) >= case.finish.due;
    let Some(unit) = case.unit().filter(|unit| near && !unit.is_empty()) else { return Ok(()) };
    let (to, values) = (notice::To::Unit(unit), Values::new());
    notice::owe(app, tx, &notice::Notice { kind: NoticeKind::Soon, to, case: Some(case), values }, now)?;
    Ok(())
}

fn decide(app: &App, kind: &str, case: &Case, now: Stamp) -> std::result::Result<Vec<What>, Refusal> {
    let permitted = by_system(case);
    match kind {
        OVERDUE => case::overdue(&permitted, &app.ground(now)),
        EXPIRE => case::expire(&permitted, &app.ground(now)),
        _ => Err(Refusal::NoChange),
    }
}

fn enqueue(app: &App, tx: &mut WriteTx<'_>, kind: &str, case: CaseId, run_at: Stamp) -> Result<()> {
    let dedupe = format!("{kind}:{}", case.0);
    tx.enqueue(&Job {
        id: app.job_id(),
        kind: kind.to_owned(),
        subject: case.0,
        payload: String::new(),
        run_at,
        attempts: 0,
        dedupe,
    })?;
    Ok(())
}
