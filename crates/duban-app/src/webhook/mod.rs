//! 推送: other systems are told by a signed post when something happens to a case, as Standard Webhooks has it.
//!
//! What is owed is written in the transaction of the event (`owing`), and sent afterwards by whoever attends to the
//! webhook (`send`): outside any transaction, once across several servers, in order, again and again with growing pauses.
//! A webhook hears of the cases that a service key of its unit would see, and of each it is told that something happened:
//! no words, nobody's name. Here it is made, changed and switched; what came of it is in [`log`].

pub mod log;
mod owing;
mod send;

use std::collections::BTreeMap;

use duban_domain::{
    Refusal, WebhookId,
    policy::{Action, Guard, Member, allow, verb},
    text,
    webhook::{Address, WebhookKind, WebhookState, secret_text, test_message},
};
use duban_store::{AdminChange, WebhookRow, WriteTx};

pub(crate) use self::owing::{FORGET, forget, owe};
pub use self::send::{attend, take, work};
use crate::{
    App, AppError, Ctx,
    administration::{OF_HOOK, noted},
    wiring::Result,
};

/// The place that a secret is sealed for.
const SECRET: &str = "webhook.secret";
/// Longest name.
const NAME_MAX: usize = 60;
/// The most hours that an old secret goes on signing.
const OLD_HOURS_MAX: i64 = 720;
const HOUR_MS: i64 = 3_600_000;

/// A webhook as it is to be (新推送).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whose it is.
    pub name: String,
    /// Where to.
    pub url: String,
    /// Which kinds of events; none: all.
    pub kinds: Vec<WebhookKind>,
    /// The unit whose cases it hears of, with those below; none: every case.
    pub unit: Option<String>,
}

/// A webhook, and what is open.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The webhook.
    pub row: WebhookRow,
    /// Deliveries that wait.
    pub waiting: i64,
    /// Deliveries that were given up.
    pub failed: i64,
}

/// Every webhook, the newest first.
pub fn list(ctx: &Ctx) -> Result<Vec<Hook>> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let open: BTreeMap<WebhookId, (i64, i64)> =
            tx.open_deliveries()?.into_iter().map(|(id, waiting, failed)| (id, (waiting, failed))).collect();
        let hook = |row: WebhookRow| {
            let (waiting, failed) = open.get(&row.id).copied().unwrap_or_default();
            Hook { row, waiting, failed }
        };
        Ok(tx.webhooks()?.into_iter().map(hook).collect())
    })
}

/// One of them.
pub fn one(ctx: &Ctx, id: WebhookId) -> Result<Hook> {
    list(ctx)?.into_iter().find(|hook| hook.row.id == id).ok_or_else(|| Refusal::NotFound.into())
}

/// Makes a webhook; its secret is shown once, and kept sealed.
pub fn make(ctx: &Ctx, wanted: &Wanted) -> Result<(WebhookId, String)> {
    allow::<verb::Accounts>(&ctx.who)?;
    let wanted = checked(ctx, wanted)?;
    let (secret, sealed) = fresh_secret(&ctx.app)?;
    let row = WebhookRow {
        id: ctx.app.webhook_id(),
        name: wanted.name.clone(),
        url: wanted.url.clone(),
        kinds: kinds_text(&wanted.kinds),
        unit: wanted.unit.clone(),
        secret: sealed,
        secret_at: ctx.now,
        old_secret: None,
        old_until: None,
        state: WebhookState::On,
        state_at: ctx.now,
        failing_since: None,
        answered_at: None,
        made_at: ctx.now,
        made_by: ctx.who.name.clone(),
    };
    ctx.app.store.write(|tx| {
        tx.insert_webhook(&row)?;
        note(ctx, tx, None, &row)
    })?;
    Ok((row.id, secret))
}

/// Changes name, address, kinds and reach. What waits goes to the new address, and what lies outside the new reach does
/// not go at all.
pub fn change(ctx: &Ctx, id: WebhookId, wanted: &Wanted) -> Result<()> {
    allow::<verb::Accounts>(&ctx.who)?;
    let wanted = checked(ctx, wanted)?;
    changed(ctx, id, |row| WebhookRow {
        // Another address has failed nobody yet.
        failing_since: row.failing_since.filter(|_| row.url == wanted.url),
        name: wanted.name.clone(),
        url: wanted.url.clone(),
        kinds: kinds_text(&wanted.kinds),
        unit: wanted.unit.clone(),
        ..row
    })
}

/// Switches it on or off by hand. What happens while it is off is not told later.
pub fn switch(ctx: &Ctx, id: WebhookId, on: bool) -> Result<()> {
    allow::<verb::Accounts>(&ctx.who)?;
    let state = if on { WebhookState::On } else { WebhookState::Off };
    changed(ctx, id, |row| {
        // One that stopped by itself is off already.
        if (row.state == WebhookState::On) == on {
            return row;
        }
        WebhookRow { state, state_at: ctx.now, failing_since: None, ..row }
    })
}

/// Makes a new secret, shown once. The old one signs too for so many hours; with none it ends at once. `seen` is the
/// moment of the secret that the page showed: of two who change it at once, the second is told.
pub fn rotate(ctx: &Ctx, id: WebhookId, seen: i64, old_hours: i64) -> Result<String> {
    allow::<verb::Accounts>(&ctx.who)?;
    let (secret, sealed) = fresh_secret(&ctx.app)?;
    let hours = old_hours.clamp(0, OLD_HOURS_MAX);
    ctx.app.store.write(|tx| {
        let before = tx.webhook_for_update(id)?.ok_or(Refusal::NotFound)?;
        if before.secret_at.0 != seen {
            return Err(AppError::from(Refusal::Stale));
        }
        let old = (hours > 0).then(|| before.secret.clone());
        let after = WebhookRow {
            secret: sealed.clone(),
            // Two within one millisecond are still two.
            secret_at: ctx.now.max(before.secret_at.plus_ms(1)),
            old_until: old.is_some().then(|| ctx.now.plus_ms(hours * HOUR_MS)),
            old_secret: old,
            ..before.clone()
        };
        tx.update_webhook(&after)?;
        note(ctx, tx, Some(&before), &after)
    })?;
    Ok(secret)
}

/// Owes a try: a document without a case, so that somebody sees whether the receiver is there and verifies.
pub fn test(ctx: &Ctx, id: WebhookId) -> Result<()> {
    allow::<verb::Accounts>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let hook = tx.webhook(id)?.ok_or(Refusal::NotFound)?;
        if hook.state != WebhookState::On {
            return Err(AppError::from(Refusal::from(Guard::HookOff)));
        }
        let body = test_message(ctx.now);
        Ok(tx.insert_delivery(&owing::owed(&ctx.app, id, None, "test", body, ctx.now))?)
    })
}

/// What a webhook sees: what a service key of its unit would see.
pub(crate) fn member(app: &App, hook: &WebhookRow) -> Member {
    Member::system(&app.city, hook.id.0, &hook.name, hook.unit.as_deref(), vec![Action::View])
}

/// Whether it wants to hear of a kind of event.
pub(crate) fn wants(hook: &WebhookRow, kind: &str) -> bool {
    hook.kinds.is_empty() || hook.kinds.split(' ').any(|wanted| wanted == kind)
}

fn checked(ctx: &Ctx, wanted: &Wanted) -> Result<Wanted> {
    let name = text::required("name", &wanted.name, NAME_MAX)?;
    let address = Address::parse(&wanted.url, &ctx.app.inside).ok_or(Refusal::from(Guard::HookAddress))?;
    if let Some(unit) = wanted.unit.as_deref().filter(|unit| ctx.city().unit(unit).is_none()) {
        return Err(Refusal::UnknownUnit(unit.to_owned()).into());
    }
    Ok(Wanted { name, url: address.text().to_owned(), ..wanted.clone() })
}

fn kinds_text(kinds: &[WebhookKind]) -> String {
    let keys = WebhookKind::ALL.iter().filter(|kind| kinds.contains(kind)).map(|kind| kind.key());
    keys.collect::<Vec<_>>().join(" ")
}

/// A new secret, as it is shown and as it is kept.
fn fresh_secret(app: &App) -> Result<(String, Vec<u8>)> {
    let shown = secret_text(&app.entropy.token());
    let sealed = app.keys.seal(SECRET, &shown, &*app.entropy)?;
    Ok((shown, sealed))
}

fn changed(ctx: &Ctx, id: WebhookId, make: impl Fn(WebhookRow) -> WebhookRow) -> Result<()> {
    ctx.app.store.write(|tx| {
        let before = tx.webhook_for_update(id)?.ok_or(Refusal::NotFound)?;
        let after = make(before.clone());
        if after == before {
            return Err(AppError::from(Refusal::NoChange));
        }
        tx.update_webhook(&after)?;
        note(ctx, tx, Some(&before), &after)
    })
}

/// A webhook as the record of changes shows it. Never a secret, and nothing behind the `?` of its address.
pub(crate) fn words(row: &WebhookRow) -> String {
    let until = row.old_until.map(|at| at.timestamp().to_string()).unwrap_or_default();
    format!(
        "name = {}\nurl = {}\nkinds = {}\nunit = {}\nstate = {}\nsecret since = {}\nold secret until = {until}",
        row.name,
        Address::shown(&row.url),
        if row.kinds.is_empty() { "*" } else { &row.kinds },
        row.unit.as_deref().unwrap_or("*"),
        row.state.key(),
        row.secret_at.timestamp(),
    )
}

fn note(ctx: &Ctx, tx: &mut WriteTx<'_>, before: Option<&WebhookRow>, after: &WebhookRow) -> Result<()> {
    let change = noted(ctx, OF_HOOK, &after.name, "");
    let before = before.map_or_else(String::new, words);
    Ok(tx.note_change(&AdminChange { before, after: words(after), ..change })?)
}
