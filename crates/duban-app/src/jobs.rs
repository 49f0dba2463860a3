//! What the program owes without being asked: deadlines that pass, pages that stop asking.
//!
//! A job is owed in the transaction that causes it and done in a transaction of its own. Doing one
//! twice changes nothing: each looks at the case as it is now.

use duban_domain::{
    CaseId, Refusal, Stamp,
    case::{self, Case, What},
    policy::by_system,
};
use duban_store::{Job, WriteTx};

use crate::{
    App, AppError,
    case::{asks_until, moment, record},
    wiring::Result,
};

/// 到期检查: is the finish deadline missed?
const OVERDUE: &str = "overdue";
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
    app.store.write(|tx| {
        if let Some(case) = tx.case_for_update(CaseId(job.subject))? {
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
