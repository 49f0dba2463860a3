//! 推送记录: what a webhook was told, what came back of every attempt, and sending again by hand.

use duban_domain::{
    DeliveryId, Number, Refusal, Stamp, WebhookId,
    policy::{Guard, allow, permit, verb},
    webhook::{DeliveryState, WebhookState},
};
use duban_store::{AttemptRow, DeliveryRow, ReadTx, WebhookRow, WriteTx};

use crate::{AppError, Ctx, wiring::Result};

/// How many deliveries on one page.
const PAGE: usize = 30;
/// How far back everything that did not arrive is sent again at the most.
pub const AGAIN_DAYS_MAX: i64 = 365;

/// One delivery, as its reader may see it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The delivery; what was posted is not shown.
    pub row: DeliveryRow,
    /// The number of the case, where its reader may know it.
    pub number: Option<Number>,
    /// Every attempt, oldest first.
    pub attempts: Vec<AttemptRow>,
}

/// A page of the log, the newest first; and whether there is more.
pub fn page(ctx: &Ctx, hook: WebhookId, before: Option<DeliveryId>) -> Result<(Vec<Delivery>, bool)> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut rows = tx.deliveries(hook, before, limit)?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let found: Result<Vec<Delivery>> = rows.into_iter().map(|row| shown(ctx, tx, row)).collect();
        Ok((found?, more))
    })
}

fn shown(ctx: &Ctx, tx: &mut ReadTx<'_>, row: DeliveryRow) -> Result<Delivery> {
    let case = row.case.map(|case| tx.case(case)).transpose()?.flatten();
    let number = case.filter(|case| permit::<verb::View>(&ctx.who, case).is_ok()).map(|case| case.number);
    Ok(Delivery { attempts: tx.attempts_of(row.id)?, number, row })
}

/// Sends one again, under the same id and with the same words, whatever became of it; who did it stays in its log.
pub fn resend(ctx: &Ctx, hook: WebhookId, id: DeliveryId) -> Result<()> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        on(tx, hook)?;
        let row = tx.delivery_for_update(id)?.filter(|row| row.hook == hook).ok_or(Refusal::NotFound)?;
        again(ctx, tx, row)
    })
}

/// Sends everything again that did not arrive since an instant, what was given up and what waits for a later attempt; how
/// many.
pub fn resend_since(ctx: &Ctx, hook: WebhookId, since: Stamp) -> Result<usize> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        on(tx, hook)?;
        let rows = tx.missed_deliveries(hook, since, ctx.now)?;
        let count = rows.len();
        for row in rows {
            again(ctx, tx, row)?;
        }
        Ok(count)
    })
}

/// A webhook that is switched on.
fn on(tx: &mut WriteTx<'_>, id: WebhookId) -> Result<WebhookRow> {
    let hook = tx.webhook_for_update(id)?.ok_or(Refusal::NotFound)?;
    if hook.state != WebhookState::On {
        return Err(AppError::from(Refusal::from(Guard::HookOff)));
    }
    Ok(hook)
}

fn again(ctx: &Ctx, tx: &mut WriteTx<'_>, row: DeliveryRow) -> Result<()> {
    let (state, words) = (DeliveryState::Waiting, format!("↻ {}", ctx.who.name));
    tx.mark_delivery(&DeliveryRow { state, attempts: 0, run_at: ctx.now, done_at: None, ..row.clone() })?;
    Ok(tx.log_attempt(row.id, &AttemptRow { at: ctx.now, ms: None, status: None, words })?)
}
