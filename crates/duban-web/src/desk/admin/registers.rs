//! 地名登记: the registers that the city follows. When each was read and what changed, a look before, reading one
//! now, and deciding where much of one has vanished.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    RegisterRun,
    gazetteer::{self, Detail, Standing},
};
use duban_domain::{
    Lang, Refusal,
    city::City,
    gazetteer::{How, Outcome, Source},
};

use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, see_other};

#[derive(Template)]
#[template(path = "admin/registers.html")]
pub(super) struct RegistersPage {
    s: Shell,
    registers: Vec<RegisterShown>,
}

struct RegisterShown {
    key: String,
    name: String,
    holds: &'static str,
    source: String,
    next: When,
    count: i64,
    last: Option<RunShown>,
    runs: Vec<RunShown>,
}

/// A reading, as pages show it.
struct RunShown {
    id: i64,
    when: When,
    how: &'static str,
    by: String,
    outcome: &'static str,
    class: &'static str,
    numbers: String,
    error: String,
    waits: bool,
}

#[derive(Template)]
#[template(path = "admin/register_run.html")]
pub(super) struct RunPage {
    s: Shell,
    name: String,
    run: RunShown,
    lists: Vec<ListShown>,
    renamed: Vec<(String, String)>,
    renamed_count: i64,
    odd: Vec<String>,
    odd_count: i64,
    held: bool,
    vanished: i64,
    total: i64,
}

struct ListShown {
    name: &'static str,
    count: i64,
    names: Vec<String>,
}

/// Every register.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let all = desk.run(gazetteer::overview).await?;
    let s = desk.shell();
    let registers: Vec<RegisterShown> = all.iter().map(|one| register(&s, one)).collect();
    Ok(html(&RegistersPage { s, registers }))
}

fn register(s: &Shell, one: &Standing) -> RegisterShown {
    let runs: Vec<RunShown> = one.runs.iter().map(|run| shown(s, run)).collect();
    RegisterShown {
        key: one.register.key.clone(),
        name: one.register.name.get(s.lang).to_owned(),
        holds: one.register.holds.word(s.lang),
        source: match &one.register.source {
            Source::File(name) => name.clone(),
            Source::Web(url) => url.clone(),
        },
        next: s.when(&one.next),
        count: one.count,
        last: one.runs.first().map(|run| shown(s, run)),
        runs,
    }
}

fn shown(s: &Shell, run: &RegisterRun) -> RunShown {
    let waits = run.outcome == Outcome::Waiting;
    RunShown {
        id: run.id,
        when: s.when(run.ended_at.as_ref().unwrap_or(&run.at)),
        how: run.how.word(s.lang),
        by: run.by.clone(),
        outcome: run.outcome.word(s.lang),
        class: match run.outcome {
            Outcome::Done | Outcome::Same => "tag-ok",
            Outcome::Waiting => "tag-go",
            Outcome::Looked => "",
            Outcome::Held | Outcome::Failed => "tag-warn",
        },
        numbers: if waits || run.outcome == Outcome::Failed { String::new() } else { numbers(run, s.lang) },
        error: gazetteer::error_words(run, s.lang),
        waits,
    }
}

fn numbers(run: &RegisterRun, lang: Lang) -> String {
    let RegisterRun { total, added, renamed, changed, vanished, odd, .. } = run;
    match lang {
        Lang::Zh => format!(
            "共 {total} 条：新增 {added}，改名 {renamed}，改动 {changed}，消失 {vanished}，有问题 {odd}"
        ),
        Lang::En => format!(
            "{total} entries: {added} new, {renamed} renamed, {changed} changed, {vanished} vanished, {odd} odd"
        ),
    }
}

/// One reading, with what changed.
pub(crate) async fn run(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = number(&id)?;
    let (run, detail) = desk.run(move |ctx| gazetteer::one(ctx, id)).await?;
    Ok(html(&view(desk.shell(), &desk.site.app.city, &run, detail)))
}

fn view(s: Shell, city: &City, run: &RegisterRun, detail: Detail) -> RunPage {
    let name = city
        .register(&run.register)
        .map_or(&run.register, |r| if s.lang == Lang::Zh { &r.name.zh } else { &r.name.en });
    let list = |name: &'static str, count: i64, names: Vec<String>| ListShown { name, count, names };
    let lists = [
        list(s.t("新增", "New"), run.added, detail.added),
        list(s.t("消失", "Vanished"), run.vanished, detail.vanished),
        list(s.t("改动", "Changed"), run.changed, detail.changed),
    ];
    RunPage {
        name: name.clone(),
        run: shown(&s, run),
        lists: lists.into_iter().filter(|list| list.count > 0).collect(),
        renamed: detail.renamed,
        renamed_count: run.renamed,
        odd: detail.odd.iter().map(|words| words.get(s.lang).to_owned()).collect(),
        odd_count: run.odd,
        held: run.outcome == Outcome::Held && run.how != How::Look,
        vanished: run.vanished,
        total: run.total,
        s,
    }
}

/// Asks for a reading, or decides about one that was stopped.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let (key, what) = (fields.get("key").to_owned(), fields.get("do").to_owned());
    let held = fields.get("run").parse().unwrap_or(0);
    let id = desk.run(move |ctx| match what.as_str() {
        "look" => gazetteer::ask(ctx, &key, true),
        "read" => gazetteer::ask(ctx, &key, false),
        "anyway" => gazetteer::import_anyway(ctx, held),
        _ => Err(Refusal::NotFound.into()),
    });
    Ok(see_other(&format!("/desk/city/registers/{}", id.await?)))
}

fn number(id: &str) -> Result<i64, WebError> {
    id.parse().map_err(|_| WebError::from(Refusal::NotFound))
}
