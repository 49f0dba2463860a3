//! 转外部系统: cases of a unit that has an Open311 server of its own are forwarded there, and followed
//! until they are done.
//!
//! What is owed is a job that is written with its cause; calling happens outside of any transaction,
//! for it may take long and may be lost. Nothing here trusts that a call arrives once: before a
//! request is sent, that it is being sent is written down; if the answer is lost, the other server is
//! asked before anything is sent again; and what it reports counts once.

mod poll;
mod protocol;
mod send;
mod tell;
mod wire;

use duban_domain::{
    EventId, Stamp,
    case::{Case, Event, What},
    city::Remote,
};
use duban_store::{Job, Link, LinkState, WriteTx};

use self::protocol::Server;
pub use self::wire::{Call, Lost, NoWire, Push, Reply, Wire};
use crate::{App, AppError, wiring::Result};

/// Hands a case in over there, or finds out whether it is there.
const SEND: &str = "remote.send";
/// Tells the other server of something that happened here.
const TELL: &str = "remote.tell";
/// Asks the other server for news.
const POLL: &str = "remote.poll";
/// How long one worker holds a job: longer than all calls of one job may take, in milliseconds.
const LOCK_MS: i64 = 600_000;
/// The longest wait before a failed call is tried again, in milliseconds.
const BACKOFF_MS_MAX: i64 = 3_600_000;
/// The shortest wait after a server said no, in milliseconds: somebody has to change something.
const REFUSED_MS_MIN: i64 = 600_000;

/// What comes after one attempt at a job.
enum Next {
    /// It is done, or nothing is owed any more.
    Done,
    /// Again, not before this instant.
    At(Stamp),
    /// It failed, and why; it is tried again, later each time.
    Failed(String),
    /// The server said no, and why; it is tried again, but not soon.
    Refused(String),
}

/// Owes what just happened to a case asks of another server.
pub(crate) fn owe(app: &App, tx: &mut WriteTx<'_>, after: &Case, events: &[(EventId, Event)]) -> Result<()> {
    if app.city.remotes.is_empty() {
        return Ok(());
    }
    for (id, event) in events {
        match &event.what {
            What::Dispatched { unit, .. } => {
                if let Some(remote) = app.city.remote_for(unit, after.category.as_deref()) {
                    begin(app, tx, after, remote)?;
                }
            }
            What::Supplemented { .. } | What::Reopened { .. } | What::Closed { .. } => {
                for link in tx.links_of(after.id)?.into_iter().filter(|link| link.number.is_some()) {
                    let payload = format!("{}:{}", link.remote, id.0);
                    enqueue(app, tx, TELL, after.id.0, &payload, app.now())?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Owes asking every server for news; called when the program starts.
pub fn begin_polling(app: &App) -> Result<()> {
    let now = app.now();
    app.store.write(|tx| {
        for remote in &app.city.remotes {
            enqueue(app, tx, POLL, 0, &remote.key, now)?;
        }
        Ok(())
    })
}

/// Does one owed call, if one is due; whether there was one. Call again until there is none.
pub fn work(app: &App) -> Result<bool> {
    let now = app.now();
    let jobs = app.store.write(|tx| Ok::<_, AppError>(tx.claim_remote_jobs(now, LOCK_MS, 1)?))?;
    let Some(job) = jobs.into_iter().next() else { return Ok(false) };
    let next = match job.kind.as_str() {
        SEND => send::send(app, &job),
        TELL => tell::tell(app, &job),
        POLL => poll::poll(app, &job),
        _ => Ok(Next::Done),
    };
    let wait = (1_000_i64 << job.attempts.clamp(0, 12)).min(BACKOFF_MS_MAX);
    let (at, why) = match next {
        Ok(Next::Done) => {
            app.store.write(|tx| Ok::<_, AppError>(tx.finish_job(job.id)?))?;
            return Ok(true);
        }
        Ok(Next::At(at)) => {
            // Owed anew: what went well before makes no later failure wait longer.
            app.store.write(|tx| {
                tx.finish_job(job.id)?;
                enqueue(app, tx, &job.kind, job.subject, &job.payload, at)
            })?;
            return Ok(true);
        }
        Ok(Next::Failed(why)) => (now.plus_ms(wait), why),
        Ok(Next::Refused(why)) => (now.plus_ms(wait.max(REFUSED_MS_MIN)), why),
        Err(error) => (now.plus_ms(wait), error.to_string()),
    };
    tracing::warn!(job = job.id.0, kind = job.kind, why, "another server was not reached as it should");
    app.store.write(|tx| Ok::<_, AppError>(tx.retry_job(job.id, at, &why)?))?;
    Ok(true)
}

/// Owes handing a case in, unless it is over there already.
fn begin(app: &App, tx: &mut WriteTx<'_>, case: &Case, remote: &Remote) -> Result<()> {
    let known = tx.link(case.id, &remote.key)?;
    let fresh = |reference: String| Link {
        case: case.id,
        remote: remote.key.clone(),
        reference,
        state: LinkState::ToSend,
        token: None,
        number: None,
        sent_at: None,
        status: None,
        asked_at: None,
        error: None,
    };
    let link = match known {
        None => fresh(case.number.digits().to_owned()),
        Some(link) if link.state == LinkState::Known && link.status.as_deref() != Some("closed") => {
            return Ok(());
        }
        Some(link) if matches!(link.state, LinkState::Known | LinkState::Untold) => {
            fresh(format!("{}-{}", case.number.digits(), case.version))
        }
        Some(link) => link,
    };
    tx.put_link(&link)?;
    enqueue(app, tx, SEND, case.id.0, &remote.key, app.now())
}

fn enqueue(
    app: &App,
    tx: &mut WriteTx<'_>,
    kind: &str,
    subject: i64,
    payload: &str,
    run_at: Stamp,
) -> Result<()> {
    tx.enqueue(&Job {
        id: app.job_id(),
        kind: kind.to_owned(),
        subject,
        payload: payload.to_owned(),
        run_at,
        attempts: 0,
        dedupe: format!("{kind}:{subject}:{payload}"),
    })?;
    Ok(())
}

fn server<'a>(app: &'a App, remote: &'a Remote) -> Server<'a> {
    Server { remote, wire: &*app.wire }
}
