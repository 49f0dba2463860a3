//! Sending: somebody attends to a webhook, posts what is due in order, and writes down what came of each attempt.
//!
//! The receiver is called outside of any transaction. A crash between calling and writing down calls again, under the same
//! id, rather than never.

use duban_domain::{
    DeliveryId, StaffId, Stamp, WebhookId,
    notice::{NoticeKind, NoticeVar, Values},
    policy::{Action, Member, permit, verb},
    text,
    webhook::{DeliveryState, Heard, WebhookState, heard, id_text, pause_ms, secret_bytes, signatures},
};
use duban_store::{AdminChange, AttemptRow, DeliveryRow, WebhookRow, WriteTx};

use super::{SECRET, member, words};
use crate::{
    App, AppError,
    administration::OF_HOOK,
    notice,
    remote::{Lost, Push, Reply},
    wiring::Result,
};

/// How long one server holds a webhook before another may take it, in milliseconds: longer than a call may last.
const HOLD_MS: i64 = 120_000;
/// How many deliveries are sent in one turn: then whoever waits for a free hand has theirs.
const TURN: usize = 50;
/// Longest words of an answer that the log keeps, in characters.
const WORDS_MAX: usize = 300;

/// Webhooks that have something due, taken by this server; each is to be given to [`attend`].
pub fn take(app: &App, limit: i64) -> Result<Vec<WebhookId>> {
    let now = app.now();
    if limit < 1 || !app.store.read(|tx| Ok::<_, AppError>(tx.has_due_webhook(now)?))? {
        return Ok(Vec::new());
    }
    app.store.write(|tx| Ok(tx.take_webhooks(now, HOLD_MS, limit)?))
}

/// Sends what is due at a webhook that was taken, and lets it go; how many attempts were made.
pub fn attend(app: &App, hook: WebhookId) -> Result<usize> {
    let mut made = 0;
    while made < TURN {
        let Some(due) = next(app, hook)? else { break };
        let began = app.now();
        let came = app.wire.push(&due.push);
        settle(app, &due, &came, began)?;
        made += 1;
    }
    app.store.write(|tx| Ok::<_, AppError>(tx.hold_webhook(hook, Stamp(0))?))?;
    Ok(made)
}

/// Takes one webhook and does what is due there; how many attempts were made. Call again until it returns zero.
pub fn work(app: &App) -> Result<usize> {
    let mut made = 0;
    for hook in take(app, 1)? {
        made += attend(app, hook)?;
    }
    Ok(made)
}

/// One post, ready to go.
struct Due {
    hook: WebhookId,
    delivery: DeliveryId,
    /// How often it was tried before: who comes second does not count it twice.
    attempts: i64,
    /// What the log does not keep: the number of the case, which its reader may not know.
    number: Option<String>,
    push: Push,
}

/// The next one that is due. What left the reach of the webhook meanwhile is not sent.
fn next(app: &App, id: WebhookId) -> Result<Option<Due>> {
    let now = app.now();
    app.store.write(|tx| {
        let on = tx.webhook_for_update(id)?.filter(|hook| hook.state == WebhookState::On);
        let Some(hook) = on else { return Ok(None) };
        while let Some(mut row) = tx.due_delivery(id, now)? {
            let mut number = None;
            if let Some(case) = row.case {
                let seen =
                    tx.case(case)?.filter(|case| permit::<verb::View>(&member(app, &hook), case).is_ok());
                number = seen.map(|case| case.number.digits().to_owned());
            }
            if row.case.is_some() && number.is_none() {
                (row.state, row.done_at) = (DeliveryState::Dropped, Some(now));
                tx.mark_delivery(&row)?;
                continue;
            }
            tx.hold_webhook(id, now.plus_ms(HOLD_MS))?;
            let push = signed(app, &hook, &row, now)?;
            return Ok(Some(Due { hook: id, delivery: row.id, attempts: row.attempts, number, push }));
        }
        Ok(None)
    })
}

/// The post of a delivery, signed by every secret that holds.
fn signed(app: &App, hook: &WebhookRow, row: &DeliveryRow, now: Stamp) -> Result<Push> {
    let old = hook.old_secret.as_ref().filter(|_| hook.old_until.is_some_and(|until| until > now));
    let mut secrets = Vec::new();
    for sealed in std::iter::once(&hook.secret).chain(old) {
        let text = app.keys.open(SECRET, sealed)?;
        secrets.push(secret_bytes(&text).ok_or(AppError::Broken("reading the secret of a webhook"))?);
    }
    let (id, at_s) = (id_text(row.id), now.0.div_euclid(1_000));
    let signature = signatures(&secrets, &id, at_s, &row.body);
    let headers =
        vec![("webhook-id", id), ("webhook-timestamp", at_s.to_string()), ("webhook-signature", signature)];
    Ok(Push { url: hook.url.clone(), headers, body: row.body.clone() })
}

/// Writes down what came of an attempt.
fn settle(app: &App, due: &Due, came: &std::result::Result<Reply, Lost>, began: Stamp) -> Result<()> {
    let (now, chance) = (app.now(), app.entropy.number());
    let (status, said) = match came {
        Ok(reply) => (Some(reply.status), reply.body.as_str()),
        Err(Lost(why)) => (None, why.as_str()),
    };
    let attempt = AttemptRow {
        at: began,
        ms: Some((now.0 - began.0).max(0)),
        status: status.map(i64::from),
        words: kept(said, due.number.as_deref()),
    };
    app.store.write(|tx| {
        let Some(before) = tx.webhook_for_update(due.hook)? else { return Ok(()) };
        let Some(mut row) = tx.delivery_for_update(due.delivery)? else { return Ok(()) };
        tx.log_attempt(row.id, &attempt)?;
        // Sent again by hand meanwhile, or settled by another server: what they wrote stays.
        if row.state != DeliveryState::Waiting || row.attempts != due.attempts {
            return Ok(());
        }
        row.attempts += 1;
        let mut after = judged(app, &before, &mut row, status, now, chance);
        tx.mark_delivery(&row)?;
        match row.state {
            // What comes after it waits for it: nobody has to look past each of them for what is due.
            DeliveryState::Waiting => tx.put_off_deliveries(&row)?,
            // Given up, and nothing else was tried in vain: the next failure is the first of its kind.
            DeliveryState::Failed if !tx.has_tried_delivery(row.hook)? => after.failing_since = None,
            _ => {}
        }
        tx.update_webhook(&after)?;
        if after.state == before.state { Ok(()) } else { stopped(app, tx, &before, &after, now) }
    })
}

/// What an answer means for a delivery and for its webhook.
fn judged(
    app: &App,
    hook: &WebhookRow,
    row: &mut DeliveryRow,
    status: Option<u16>,
    now: Stamp,
    chance: u32,
) -> WebhookRow {
    let mut after = hook.clone();
    match heard(status) {
        Heard::Taken => {
            (row.state, row.done_at) = (DeliveryState::Delivered, Some(now));
            (after.failing_since, after.answered_at) = (None, Some(now));
            return after;
        }
        Heard::Gone => (row.state, row.done_at) = (DeliveryState::Failed, Some(now)),
        Heard::Failed => match pause_ms(row.attempts, chance) {
            Some(pause) => row.run_at = now.plus_ms(pause),
            None => (row.state, row.done_at) = (DeliveryState::Failed, Some(now)),
        },
    }
    let since = *after.failing_since.get_or_insert(now);
    let state = match heard(status) {
        Heard::Gone => WebhookState::Gone,
        _ if app.city.settings.webhooks.gives_up(since, now) => WebhookState::Failing,
        _ => hook.state,
    };
    // Who switched it off by hand meanwhile is not overruled.
    if hook.state == WebhookState::On && state != hook.state {
        (after.state, after.state_at) = (state, now);
    }
    after
}

/// It was switched off by the program: recorded, and told to everybody who keeps the keys.
fn stopped(
    app: &App,
    tx: &mut WriteTx<'_>,
    before: &WebhookRow,
    after: &WebhookRow,
    now: Stamp,
) -> Result<()> {
    tx.note_change(&AdminChange {
        id: app.change_id(),
        at: now,
        by_id: StaffId(0),
        by_name: "duban".to_owned(),
        kind: OF_HOOK.to_owned(),
        subject: after.name.clone(),
        version: 0,
        note: String::new(),
        before: words(before),
        after: words(after),
    })?;
    let name = &after.name;
    let (zh, en) = match after.state {
        WebhookState::Gone => (
            format!("推送“{name}”停了：对方答复 410，不再接收。"),
            format!(
                "The webhook \u{201c}{name}\u{201d} was switched off: the receiver answered 410 and wants no more."
            ),
        ),
        _ => {
            let days = app.city.settings.webhooks.failing_days;
            (
                format!("推送“{name}”停了：连着 {days} 天一次都没有送到。"),
                format!(
                    "The webhook \u{201c}{name}\u{201d} was switched off: nothing arrived for {days} days."
                ),
            )
        }
    };
    for staff in tx.staff_list()?.into_iter().filter(|staff| staff.active) {
        if !Member::of(&app.city, staff.id, &staff.name, &staff.unit, &staff.role).can(Action::Accounts) {
            continue;
        }
        let values = Values::from([
            (NoticeVar::City, app.city.name.zh.clone()),
            (NoticeVar::Reason, format!("{zh}\n{en}")),
            (NoticeVar::Link, format!("{}/desk/webhooks/{}", app.base(), after.id.0)),
        ]);
        let to = notice::To::Staff(staff.id);
        notice::owe(app, tx, &notice::Notice { kind: NoticeKind::Webhook, to, case: None, values }, now)?;
    }
    Ok(())
}

/// Words of another side as the log keeps them. A receiver may repeat the number; whoever keeps the webhooks need not know
/// it.
fn kept(said: &str, number: Option<&str>) -> String {
    let plain: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain = number.map_or_else(|| plain.clone(), |number| plain.replace(number, "…"));
    text::shorten(plain.trim(), WORDS_MAX)
}
