//! 整体移交: open cases of what was closed or retired go to what is used instead. What waits, what an order
//! would do, how far each is, and stopping one.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    AppError, RelocationRow,
    administration::relocate::{self, Preview, Standing},
};
use duban_domain::{
    Lang, Refusal, RelocationId,
    city::{City, edit::Replacing},
};

use crate::{
    desk::words::{Choices, category_choices, unit_choices, unit_name},
    frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other},
};

#[derive(Template)]
#[template(path = "admin/moves.html")]
pub(super) struct MovesPage {
    s: Shell,
    done: bool,
    waiting: Vec<WaitingShown>,
    orders: Vec<OrderShown>,
}

struct WaitingShown {
    kind: &'static str,
    kind_name: &'static str,
    from: String,
    from_name: String,
    to: String,
    to_name: String,
    count: i64,
}

struct OrderShown {
    id: i64,
    kind: &'static str,
    from: String,
    to: String,
    words: String,
    by: String,
    when: When,
    moved: i64,
    total: i64,
    /// `done`, `ended`, `paused`, `stuck` or `going`.
    state: &'static str,
}

#[derive(Template)]
#[template(path = "admin/move.html")]
pub(super) struct MovePage {
    s: Shell,
    kind: &'static str,
    from: String,
    from_name: String,
    to: String,
    choices: Vec<Choices>,
    words: String,
    count: CountShown,
    wrong: String,
}

/// How many open cases, and which.
pub(super) struct CountShown {
    pub(super) total: i64,
    pub(super) phases: Vec<(&'static str, i64)>,
    pub(super) named: Vec<(String, String)>,
}

impl CountShown {
    pub(super) fn of(preview: Preview, lang: Lang) -> Self {
        let phases = preview.phases.iter().map(|(phase, count)| (phase.word(lang), *count)).collect();
        Self { total: preview.total(), phases, named: preview.named }
    }
}

/// What waits and what was ordered.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let (orders, waiting) = desk.run(relocate::overview).await?;
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let waiting = waiting.into_iter().map(|one| {
        let to = one.to.unwrap_or_default();
        WaitingShown {
            kind: one.kind.key(),
            kind_name: one.kind.word(s.lang),
            from_name: called(city, one.kind, &one.from, s.lang),
            to_name: if to.is_empty() { String::new() } else { called(city, one.kind, &to, s.lang) },
            from: one.from,
            to,
            count: one.count,
        }
    });
    let waiting = waiting.collect();
    let orders = orders.iter().map(|(row, standing)| order(city, &s, row, *standing)).collect();
    let done = desk.visit.uri.query().is_some_and(|query| query.contains("saved"));
    Ok(html(&MovesPage { s, done, waiting, orders }))
}

fn order(city: &City, s: &Shell, row: &RelocationRow, standing: Standing) -> OrderShown {
    OrderShown {
        id: row.id.0,
        kind: row.kind.word(s.lang),
        from: called(city, row.kind, &row.from, s.lang),
        to: called(city, row.kind, &row.to, s.lang),
        words: row.words.clone(),
        by: row.by.clone(),
        when: s.when(&row.at),
        moved: row.moved,
        total: row.total,
        state: match standing {
            Standing::Replaced => "ended",
            Standing::Done => "done",
            Standing::Paused => "paused",
            Standing::Stuck => "stuck",
            Standing::Going => "going",
        },
    }
}

/// What an order would do.
pub(crate) async fn preview(desk: Desk) -> PageResult {
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    Ok(html(&view(&desk, &asked, String::new()).await?))
}

/// Orders it.
pub(crate) async fn start(desk: Desk, fields: Fields) -> PageResult {
    let kind = kind_of(&fields)?;
    let [from, to, words] = ["from", "to", "words"].map(|name| fields.get(name).to_owned());
    let started = desk.run(move |ctx| relocate::start(ctx, kind, &from, &to, &words)).await;
    match started {
        Ok(_) => Ok(see_other("/desk/moves?saved=1")),
        Err(error) => {
            let wrong = sentence(&desk, error)?;
            Ok(html_again(&view(&desk, &fields, wrong).await?))
        }
    }
}

/// Stops it, or goes on.
pub(crate) async fn pause(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let id = RelocationId(id.parse().map_err(|_| WebError::from(Refusal::NotFound))?);
    let stop = fields.get("do") == "stop";
    match desk.run(move |ctx| relocate::pause(ctx, id, stop)).await {
        // It was through before the button was pressed.
        Ok(()) | Err(WebError::App(AppError::Refused(Refusal::NoChange))) => Ok(see_other("/desk/moves")),
        Err(error) => Err(error),
    }
}

async fn view(desk: &Desk, asked: &Fields, wrong: String) -> Result<MovePage, WebError> {
    let (kind, from) = (kind_of(asked)?, asked.get("from").to_owned());
    let key = from.clone();
    let preview = desk.run(move |ctx| relocate::preview(ctx, kind, &key)).await?;
    let (s, city) = (desk.shell(), &desk.site.app.city);
    Ok(MovePage {
        kind: kind.key(),
        from_name: called(city, kind, &from, s.lang),
        to: asked.get("to").to_owned(),
        choices: choices(city, kind, s.lang),
        words: asked.get("words").to_owned(),
        count: CountShown::of(preview, s.lang),
        from,
        wrong,
        s,
    })
}

/// Units or categories that can be chosen.
pub(super) fn choices(city: &City, kind: Replacing, lang: Lang) -> Vec<Choices> {
    match kind {
        Replacing::Unit => unit_choices(city, lang),
        Replacing::Category => category_choices(city, lang),
    }
}

/// What people call a unit or a category.
pub(super) fn called(city: &City, kind: Replacing, key: &str, lang: Lang) -> String {
    match kind {
        Replacing::Unit => unit_name(city, key, lang),
        Replacing::Category => city.category_path(key, lang),
    }
}

pub(super) fn kind_of(fields: &Fields) -> Result<Replacing, WebError> {
    Replacing::from_key(fields.get("kind")).ok_or(WebError::from(Refusal::NotFound))
}

/// The sentence of a refusal that the form can answer to; any other error goes on.
pub(super) fn sentence(desk: &Desk, error: WebError) -> Result<String, WebError> {
    let lang = desk.visit.lang;
    let WebError::App(AppError::Refused(refusal)) = &error else { return Err(error) };
    match refusal {
        Refusal::NoChange => {
            Ok(lang.t("没有要移交的工单了。", "There is no open case left to move.").to_owned())
        }
        Refusal::Guard(duban_domain::policy::Guard::Taken) => Ok(lang
            .t(
                "已经在移交，或者那里已经有同名的。请看“整体移交”的清单。",
                "It is on its way already, or there is one of that name there. Look at the list of moves.",
            )
            .to_owned()),
        Refusal::Stale => Ok(lang
            .t(
                "这期间别人改了城市的设置。下面是按现在的设置重新算的，请看过再做。",
                "Somebody changed the settings meanwhile. Below is what it comes to now: look, and do it again.",
            )
            .to_owned()),
        Refusal::NeedsText("to") | Refusal::UnknownUnit(_) | Refusal::UnknownCategory(_) => {
            Ok(lang.t("请选由谁接办、或改用哪一类。", "Choose who takes over, or what is used instead.").to_owned())
        }
        Refusal::NeedsText(_)
        | Refusal::TooLong { .. }
        | Refusal::Guard(duban_domain::policy::Guard::Published) => Ok(refusal.sentence(lang)),
        _ => Err(error),
    }
}
