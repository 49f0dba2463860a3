//! 推送: webhooks of other systems, kept by the security administrator like the service keys. A secret is shown once; the log
//! of one says what was sent and what came back, and not about which case to whoever may not know it.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    AppError,
    webhook::{self, Hook, Wanted, log},
};
use duban_domain::{
    DeliveryId, Refusal, Stamp, WebhookId,
    city::SettingGroup,
    webhook::{DeliveryState, WebhookKind, WebhookState, id_text},
};

use crate::{
    desk::words::{self, Choices},
    frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other},
};

/// Where they are.
const PATH: &str = "/desk/webhooks";
/// How many days back everything is sent again unless another day is chosen.
const AGAIN_DAYS: i64 = 3;
const DAY_MS: i64 = 86_400_000;

#[derive(Template)]
#[template(path = "admin/webhooks.html")]
pub(super) struct HooksPage {
    s: Shell,
    rows: Vec<HookShown>,
    form: FormShown,
    wrong: String,
}

#[derive(Template)]
#[template(path = "admin/webhook.html")]
pub(super) struct HookPage {
    s: Shell,
    row: HookShown,
    form: FormShown,
    deliveries: Vec<DeliveryShown>,
    /// Where the page before this one, in time, begins.
    older: Option<i64>,
    wrong: String,
    /// What was just done.
    done: &'static str,
    /// The secret that was just made, shown this once.
    made: String,
    /// The moment of the secret that is in use.
    seen: i64,
    secret_at: When,
    old_until: Option<When>,
    hours: u32,
    ground: String,
    since: String,
}

struct HookShown {
    id: i64,
    name: String,
    url: String,
    kinds: String,
    unit: String,
    state: &'static str,
    class: &'static str,
    on: bool,
    stopped: bool,
    state_at: When,
    since: When,
    by: String,
    answered: Option<When>,
    failing: Option<When>,
    waiting: i64,
    failed: i64,
}

/// The form of a webhook, as it is or as it was typed.
struct FormShown {
    name: String,
    url: String,
    unit: String,
    units: Vec<Choices>,
    kinds: Vec<(&'static str, &'static str, bool)>,
    /// Whether only some kinds are wanted: then they are seen.
    some: bool,
}

struct DeliveryShown {
    id: i64,
    outside: String,
    kind: &'static str,
    number: String,
    grouped: String,
    state: &'static str,
    class: &'static str,
    when: When,
    next: Option<When>,
    attempts: Vec<AttemptShown>,
}

struct AttemptShown {
    when: When,
    /// Nothing was sent: somebody had it sent again.
    remark: bool,
    status: String,
    class: &'static str,
    ms: i64,
    words: String,
}

/// Every webhook, and the form of a new one.
pub(crate) async fn page(desk: Desk) -> PageResult {
    Ok(html(&listed(&desk, &Fields::default(), String::new()).await?))
}

/// Makes one.
pub(crate) async fn make(desk: Desk, fields: Fields) -> PageResult {
    let wanted = sent(&fields);
    match desk.run(move |ctx| webhook::make(ctx, &wanted)).await {
        Ok((id, made)) => Ok(html(&view(&desk, id, Said { made, ..Said::default() }).await?)),
        Err(error) => {
            let wrong = sentence(&desk, error)?;
            Ok(html_again(&listed(&desk, &fields, wrong).await?))
        }
    }
}

/// One of them with its log.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> PageResult {
    Ok(html(&view(&desk, id_of(&id)?, Said::default()).await?))
}

/// Changes name, address, kinds and reach.
pub(crate) async fn change(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let (id, wanted) = (id_of(&id)?, sent(&fields));
    let typed = Some(fields);
    done(&desk, id, desk.run(move |ctx| webhook::change(ctx, id, &wanted)).await, "changed", typed).await
}

/// Makes a new secret.
pub(crate) async fn rotate(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let id = id_of(&id)?;
    let number = |name: &str| fields.get(name).trim().parse::<i64>().ok();
    let (seen, hours) = (number("seen").unwrap_or(0), number("hours").unwrap_or(default_hours(&desk)));
    match desk.run(move |ctx| webhook::rotate(ctx, id, seen, hours)).await {
        Ok(made) => Ok(html(&view(&desk, id, Said { made, ..Said::default() }).await?)),
        Err(error) => {
            let wrong = sentence(&desk, error)?;
            Ok(html_again(&view(&desk, id, Said { wrong, ..Said::default() }).await?))
        }
    }
}

/// Switches it on or off.
pub(crate) async fn switch(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let (id, on) = (id_of(&id)?, fields.get("do") == "on");
    let word = if on { "on" } else { "off" };
    done(&desk, id, desk.run(move |ctx| webhook::switch(ctx, id, on)).await, word, None).await
}

/// Sends a try.
pub(crate) async fn test(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    done(&desk, id, desk.run(move |ctx| webhook::test(ctx, id)).await, "tested", None).await
}

/// Sends one again, or everything that did not arrive since a day.
pub(crate) async fn resend(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let id = id_of(&id)?;
    let result = if let Some(one) = fields.opt("delivery") {
        let one = DeliveryId(number(one)?);
        desk.run(move |ctx| log::resend(ctx, id, one)).await
    } else {
        let since = day_of(&desk, fields.get("since"));
        desk.run(move |ctx| log::resend_since(ctx, id, since).map(|_| ())).await
    };
    done(&desk, id, result, "again", None).await
}

/// What the page of a webhook says beside it.
#[derive(Default)]
struct Said {
    wrong: String,
    made: String,
    typed: Option<Fields>,
}

/// The page after something was done, or again with what stands in the way.
async fn done(
    desk: &Desk,
    id: WebhookId,
    result: Result<(), WebError>,
    word: &str,
    typed: Option<Fields>,
) -> PageResult {
    match result {
        // It is so already: a second click.
        Ok(()) | Err(WebError::App(AppError::Refused(Refusal::NoChange))) => {
            Ok(see_other(&format!("{PATH}/{}?done={word}", id.0)))
        }
        Err(error) => {
            let wrong = sentence(desk, error)?;
            Ok(html_again(&view(desk, id, Said { wrong, typed, ..Said::default() }).await?))
        }
    }
}

/// What a page says itself instead of a page for errors.
fn sentence(desk: &Desk, error: WebError) -> Result<String, WebError> {
    match error {
        WebError::App(AppError::Refused(
            refusal @ (Refusal::Guard(_)
            | Refusal::NeedsText(_)
            | Refusal::TooLong { .. }
            | Refusal::UnknownUnit(_)
            | Refusal::Stale),
        )) => Ok(refusal.sentence(desk.visit.lang)),
        error => Err(error),
    }
}

fn id_of(text: &str) -> Result<WebhookId, WebError> {
    number(text).map(WebhookId)
}

fn number(text: &str) -> Result<i64, WebError> {
    text.parse().map_err(|_| WebError::from(Refusal::NotFound))
}

fn default_hours(desk: &Desk) -> i64 {
    desk.site.app.city.settings.webhooks.old_secret_hours.into()
}

/// The beginning of a day that was chosen; one that cannot be read is some days ago.
fn day_of(desk: &Desk, text: &str) -> Stamp {
    let app = &desk.site.app;
    let chosen = text.parse::<jiff::civil::Date>().ok();
    chosen.map_or_else(|| app.now().plus_ms(-AGAIN_DAYS * DAY_MS), |day| Stamp::start_of(day, &app.city.zone))
}

fn sent(fields: &Fields) -> Wanted {
    Wanted {
        name: fields.get("name").to_owned(),
        url: fields.get("url").to_owned(),
        kinds: fields.all("kinds").filter_map(WebhookKind::from_key).collect(),
        unit: fields.opt("unit").map(str::to_owned),
    }
}

async fn listed(desk: &Desk, typed: &Fields, wrong: String) -> Result<HooksPage, WebError> {
    let hooks = desk.run(webhook::list).await?;
    let s = desk.shell();
    let rows = hooks.iter().map(|hook| shown(&s, desk, hook)).collect();
    Ok(HooksPage { rows, form: form(&s, desk, &sent(typed)), wrong, s })
}

async fn view(desk: &Desk, id: WebhookId, said: Said) -> Result<HookPage, WebError> {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let before = asked.opt("before").and_then(|id| id.parse().ok()).map(DeliveryId);
    let (hook, (found, more)) =
        desk.run(move |ctx| Ok((webhook::one(ctx, id)?, log::page(ctx, id, before)?))).await?;
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let is = |key: &str| WebhookKind::from_key(key);
    let kept = Wanted {
        name: hook.row.name.clone(),
        url: hook.row.url.clone(),
        kinds: hook.row.kinds.split(' ').filter_map(is).collect(),
        unit: hook.row.unit.clone(),
    };
    let since = s.now.plus_ms(-AGAIN_DAYS * DAY_MS).date(&city.zone).to_string();
    Ok(HookPage {
        row: shown(&s, desk, &hook),
        form: form(&s, desk, &said.typed.as_ref().map_or(kept, sent)),
        older: found.last().filter(|_| more).map(|last| last.row.id.0),
        deliveries: found.iter().map(|one| delivery(&s, one)).collect(),
        wrong: said.wrong,
        done: done_words(&s, asked.get("done")),
        made: said.made,
        seen: hook.row.secret_at.0,
        secret_at: s.when(&hook.row.secret_at),
        old_until: hook.row.old_until.as_ref().filter(|until| **until > s.now).map(|until| s.when(until)),
        hours: city.settings.webhooks.old_secret_hours,
        ground: city.settings.ground(SettingGroup::Webhooks, s.lang).to_owned(),
        since,
        s,
    })
}

fn done_words(s: &Shell, done: &str) -> &'static str {
    match done {
        "changed" => s.lang.t("改好了。", "It is changed."),
        "on" => s.lang.t("启用了。", "It is switched on."),
        "off" => s.lang.t(
            "停用了。这期间发生的事以后不补送。",
            "It is switched off. What happens meanwhile is not told later.",
        ),
        "tested" => s.lang.t(
            "试送的一条排上了，几秒后刷新看结果。",
            "A test is on its way. Reload in a few seconds to see what came of it.",
        ),
        "again" => s
            .lang
            .t("排上了，几秒后刷新看结果。", "It is queued. Reload in a few seconds to see what came of it."),
        _ => "",
    }
}

fn form(s: &Shell, desk: &Desk, wanted: &Wanted) -> FormShown {
    let kinds =
        WebhookKind::ALL.iter().map(|kind| (kind.key(), kind.word(s.lang), wanted.kinds.contains(kind)));
    FormShown {
        name: wanted.name.clone(),
        url: wanted.url.clone(),
        unit: wanted.unit.clone().unwrap_or_default(),
        units: words::unit_choices(&desk.site.app.city, s.lang),
        kinds: kinds.collect(),
        some: !wanted.kinds.is_empty(),
    }
}

fn shown(s: &Shell, desk: &Desk, hook: &Hook) -> HookShown {
    let row = &hook.row;
    let word =
        |kind: &str| WebhookKind::from_key(kind).map_or(kind.to_owned(), |k| k.word(s.lang).to_owned());
    let kinds = match row.kinds.as_str() {
        "" => s.t("全部事件", "every kind of event").to_owned(),
        some => some.split(' ').map(word).collect::<Vec<_>>().join(s.t("、", ", ")),
    };
    let all = s.t("全部工单", "every case").to_owned();
    HookShown {
        id: row.id.0,
        name: row.name.clone(),
        url: row.url.clone(),
        kinds,
        unit: row.unit.as_deref().map_or(all, |unit| words::unit_name(&desk.site.app.city, unit, s.lang)),
        state: row.state.word(s.lang),
        class: match row.state {
            WebhookState::On if row.failing_since.is_some() => "tag-warn",
            WebhookState::On => "tag-ok",
            WebhookState::Off => "",
            WebhookState::Failing | WebhookState::Gone => "tag-must",
        },
        on: row.state == WebhookState::On,
        stopped: matches!(row.state, WebhookState::Failing | WebhookState::Gone),
        state_at: s.when(&row.state_at),
        since: s.when(&row.made_at),
        by: row.made_by.clone(),
        answered: row.answered_at.as_ref().map(|at| s.when(at)),
        failing: row.failing_since.as_ref().map(|at| s.when(at)),
        waiting: hook.waiting,
        failed: hook.failed,
    }
}

fn delivery(s: &Shell, one: &log::Delivery) -> DeliveryShown {
    let row = &one.row;
    let next = row.state == DeliveryState::Waiting && row.attempts > 0;
    let number = one.number.as_ref();
    DeliveryShown {
        id: row.id.0,
        outside: id_text(row.id),
        kind: WebhookKind::from_key(&row.kind).map_or(s.lang.t("试送", "Test"), |kind| kind.word(s.lang)),
        number: number.map(|number| number.digits().to_owned()).unwrap_or_default(),
        grouped: number.map(duban_domain::Number::grouped).unwrap_or_default(),
        state: row.state.word(s.lang),
        class: match row.state {
            DeliveryState::Waiting => "tag-go",
            DeliveryState::Delivered => "tag-ok",
            DeliveryState::Failed => "tag-must",
            DeliveryState::Dropped => "",
        },
        when: s.when(&row.created_at),
        next: next.then(|| s.when(&row.run_at)),
        attempts: one.attempts.iter().rev().map(|attempt| attempt_shown(s, attempt)).collect(),
    }
}

fn attempt_shown(s: &Shell, attempt: &duban_app::AttemptRow) -> AttemptShown {
    let taken = attempt.status.is_some_and(|status| (200..300).contains(&status));
    AttemptShown {
        when: s.when(&attempt.at),
        remark: attempt.ms.is_none(),
        status: attempt.status.map_or_else(|| s.t("没有应答", "no answer").to_owned(), |n| n.to_string()),
        class: if taken { "tag-ok" } else { "tag-must" },
        ms: attempt.ms.unwrap_or(0),
        words: attempt.words.clone(),
    }
}
