//! Owing: what webhooks are to be told is written in the transaction of the event, and forgotten after a while.

use duban_domain::{
    Stamp, WebhookId,
    case::{Case, Event},
    policy::{permit, verb},
    stamp::DAY_MS,
    webhook::{DeliveryState, message},
};
use duban_store::{DeliveryRow, Job, WriteTx};

use super::{member, wants};
use crate::{App, wiring::Result};

/// The kind of the job that forgets old deliveries.
pub(crate) const FORGET: &str = "webhook-forget";

/// Owes what just happened to a case to every webhook that hears of it. Called where events are recorded, and not for
/// what an import brings: that happened long ago.
pub(crate) fn owe(
    app: &App,
    tx: &mut WriteTx<'_>,
    before: Option<&Case>,
    after: &Case,
    events: &[Event],
) -> Result<()> {
    let mut hooks = tx.live_webhooks()?;
    hooks.retain(|hook| permit::<verb::View>(&member(app, hook), after).is_ok());
    if hooks.is_empty() {
        return Ok(());
    }
    let mut by_then = before.cloned();
    for event in events {
        match &mut by_then {
            Some(case) => case.apply(event),
            None => by_then = Case::begin(after.id, event),
        }
        let Some(case) = &by_then else { continue };
        let kind = event.what.key();
        for hook in hooks.iter().filter(|hook| wants(hook, kind)) {
            let body = message(kind, event.at, &case.number, case.phase(), case.version, app.base());
            tx.insert_delivery(&owed(app, hook.id, Some(case), kind, body, app.now()))?;
        }
    }
    owe_forgetting(app, tx)
}

/// Something that waits to be sent.
pub(super) fn owed(
    app: &App,
    hook: WebhookId,
    case: Option<&Case>,
    kind: &str,
    body: String,
    now: Stamp,
) -> DeliveryRow {
    DeliveryRow {
        id: app.delivery_id(),
        hook,
        case: case.map(|case| case.id),
        version: case.map_or(0, |case| case.version),
        kind: kind.to_owned(),
        body,
        state: DeliveryState::Waiting,
        attempts: 0,
        created_at: now,
        run_at: now,
        done_at: None,
    }
}

/// One job a day, when what was owed on that day is old enough.
fn owe_forgetting(app: &App, tx: &mut WriteTx<'_>) -> Result<()> {
    let day = app.now().0.div_euclid(DAY_MS);
    let kept = i64::from(app.city.settings.webhooks.log_days);
    Ok(tx.enqueue_once(&Job {
        id: app.job_id(),
        kind: FORGET.to_owned(),
        subject: day,
        payload: String::new(),
        run_at: Stamp((day + 1 + kept) * DAY_MS),
        attempts: 0,
        dedupe: format!("{FORGET}:{day}"),
    })?)
}

/// Forgets deliveries, and what came back of them, that are older than the city keeps them. One that still waits by then,
/// because its webhook was switched off, is forgotten too: it is no news any more.
pub(crate) fn forget(app: &App, job: &Job, now: Stamp) -> Result<()> {
    let kept = i64::from(app.city.settings.webhooks.log_days);
    app.store.write(|tx| {
        tx.forget_deliveries(now.plus_ms(-kept * DAY_MS))?;
        Ok(tx.finish_job(job.id)?)
    })
}
