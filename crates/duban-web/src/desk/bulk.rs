//! 批量: one step for several cases, each by its own verb with its own permit, one after the other.
//! First a page says which cases will change from what to what, and which are skipped and why; only the
//! form of that page does it, and only to cases that are still as they were shown. The page after it
//! says for each case what happened.

use askama::Template;
use axum::response::Response;
use duban_app::case::{
    On,
    batch::{self, Done, Planned, Step},
};
use duban_domain::{Lang, Number, Refusal, case::Case, city::City, request::Urgency};

use super::words::{cases, unit_name};
use crate::frame::{Desk, Fields, PageResult, Shell, html};

/// Fields of the list's form that the page of the preview carries along.
const CARRIED: [&str; 6] = ["do", "note", "urgency", "urgency_reason", "unit", "unit_reason"];

#[derive(Template)]
#[template(path = "desk/batch.html")]
pub(super) struct BatchPage {
    pub(super) s: Shell,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) changed: Vec<One>,
    pub(super) skipped: Vec<One>,
    /// What the form of a preview sends along; none when it is done.
    pub(super) sure: Option<Vec<(String, String)>>,
    pub(super) back: String,
}

/// One case of a batch: what becomes of it, or why nothing does.
pub(super) struct One {
    pub(super) number: String,
    pub(super) grouped: String,
    pub(super) title: String,
    pub(super) changes: Vec<Change>,
    pub(super) why: String,
}

/// One thing about a case that changes.
pub(super) struct Change {
    pub(super) name: &'static str,
    pub(super) from: String,
    pub(super) to: String,
}

fn step_of(fields: &Fields) -> Option<Step> {
    let text = |name: &str| fields.get(name).to_owned();
    match fields.get("do") {
        "sign" => Some(Step::Sign),
        "note" => Some(Step::Note(text("note"))),
        "urgency" => {
            Urgency::from_key(fields.get("urgency")).map(|u| Step::Urgency(u, text("urgency_reason")))
        }
        "dispatch" => fields.opt("unit").map(|unit| Step::Dispatch(unit.to_owned(), text("unit_reason"))),
        _ => None,
    }
}

/// What would happen; with `sure`, does it and says for each case what came of it.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let Some(step) = step_of(&fields) else { return Ok(nothing(&desk, &fields)) };
    if fields.opt("sure").is_some() {
        let (asked, form, on) = (step.clone(), fields.once(), looked_at(&fields));
        let done = desk.run(move |ctx| batch::run(&ctx.by_form(form), &asked, on)).await?;
        return Ok(result(&desk, &step, done, &fields));
    }
    let (asked, numbers) = (step.clone(), numbers(&fields));
    let planned = desk.run(move |ctx| batch::plan(ctx, &asked, &numbers)).await?;
    Ok(preview(&desk, &step, planned, &fields))
}

fn numbers(fields: &Fields) -> Vec<Number> {
    let mut numbers: Vec<Number> = Vec::new();
    for number in fields.all("case").filter_map(|n| n.parse().ok()) {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}

/// The cases of the preview, each with the version that it was shown in.
fn looked_at(fields: &Fields) -> Vec<On> {
    let read = |raw: &str| {
        let (number, version) = raw.split_once('@')?;
        Some(On { number: number.parse().ok()?, seen: Some(version.parse().ok()?) })
    };
    fields.all("case").filter_map(read).collect()
}

fn nothing(desk: &Desk, fields: &Fields) -> Response {
    let s = desk.shell();
    let summary = s.t(
        "没有选做什么，什么也没有改。请先勾选工单，再点要做的事；派单和改紧急程度还要选一项。",
        "No step was chosen, so nothing changed. Tick cases, then press a step; dispatching and urgency need a choice.",
    );
    html(&BatchPage {
        title: s.t("批量", "Several cases").to_owned(),
        summary: summary.to_owned(),
        changed: Vec::new(),
        skipped: Vec::new(),
        sure: None,
        back: back(fields),
        s,
    })
}

fn back(fields: &Fields) -> String {
    super::login::local(fields.get("back")).to_owned()
}

/// What will happen, before anything does.
fn preview(desk: &Desk, step: &Step, planned: Vec<Planned>, fields: &Fields) -> Response {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let (mut changed, mut skipped, mut at) = (Vec::new(), Vec::new(), Vec::new());
    for one in planned {
        let shown = |changes, why| One {
            grouped: one.number.grouped(),
            number: one.number.to_string(),
            title: one.title.clone(),
            changes,
            why,
        };
        match &one.outcome {
            Ok(cases) => {
                at.push(("case".to_owned(), format!("{}@{}", one.number, cases.0.version)));
                changed.push(shown(changes(city, &s, step, cases, &one.handlers), String::new()));
            }
            Err(refusal) => skipped.push(shown(Vec::new(), refusal.sentence(s.lang))),
        }
    }
    let carried = CARRIED.iter().map(|name| ((*name).to_owned(), fields.get(name).to_owned()));
    let carried = carried.chain([("back".to_owned(), back(fields))]);
    let sure = carried.filter(|(_, value)| !value.is_empty()).chain(at).collect();
    html(&BatchPage {
        title: title(desk, step),
        summary: foretold(&changed, &skipped, s.lang),
        sure: Some(sure).filter(|_| !changed.is_empty()),
        changed,
        skipped,
        back: back(fields),
        s,
    })
}

fn foretold(changed: &[One], skipped: &[One], lang: Lang) -> String {
    if changed.is_empty() && skipped.is_empty() {
        return none_ticked(lang);
    }
    let (will, skip) = (counted(changed, lang), counted(skipped, lang));
    match (lang, skipped.is_empty()) {
        (Lang::Zh, true) => format!("还什么都没有改。确认后会改 {will}。"),
        (Lang::Zh, false) => format!("还什么都没有改。确认后会改 {will}，跳过 {skip}。"),
        (Lang::En, true) => format!("Nothing is changed yet. {will} will change once you confirm."),
        (Lang::En, false) => {
            format!("Nothing is changed yet. {will} will change once you confirm; {skip} will be skipped.")
        }
    }
}

/// What of a case a step changes, as people read it.
fn changes(
    city: &City,
    s: &Shell,
    step: &Step,
    (before, after): &(Case, Case),
    handlers: &(String, String),
) -> Vec<Change> {
    let lang = s.lang;
    let unit = |case: &Case| case.unit().map_or_else(|| none(lang), |key| unit_name(city, key, lang));
    let helpers = |case: &Case| {
        let names: Vec<String> = case.assisting.iter().map(|key| unit_name(city, key, lang)).collect();
        if names.is_empty() { none(lang) } else { names.join(lang.t("、", ", ")) }
    };
    let person = |name: &String| if name.is_empty() { none(lang) } else { name.clone() };
    let mut list: Vec<Change> = [
        (lang.t("阶段", "Stage"), before.phase().word(lang).to_owned(), after.phase().word(lang).to_owned()),
        (lang.t("主办", "Lead"), unit(before), unit(after)),
        (lang.t("协办", "Assisting"), helpers(before), helpers(after)),
        (lang.t("经办", "Handler"), person(&handlers.0), person(&handlers.1)),
        (
            lang.t("紧急", "Urgency"),
            before.urgency.word(lang).to_owned(),
            after.urgency.word(lang).to_owned(),
        ),
        (lang.t("办结时限", "Answer due"), s.when(&before.finish.due).full, s.when(&after.finish.due).full),
    ]
    .into_iter()
    .filter(|(_, from, to)| from != to)
    .map(|(name, from, to)| Change { name, from, to })
    .collect();
    if let Step::Note(text) = step {
        list.push(Change { name: lang.t("批注", "Note"), from: String::new(), to: text.clone() });
    }
    list
}

fn none(lang: Lang) -> String {
    lang.t("没有", "none").to_owned()
}

fn title(desk: &Desk, step: &Step) -> String {
    let lang = desk.visit.lang;
    match step {
        Step::Sign => lang.t("批量签收", "Signing several").to_owned(),
        Step::Note(_) => lang.t("批量批注", "A note on several").to_owned(),
        Step::Urgency(urgency, _) => {
            format!("{} {}", lang.t("批量改为", "Several to"), urgency.word(lang))
        }
        Step::Dispatch(unit, _) => {
            format!("{} {}", lang.t("批量派给", "Several to"), unit_name(&desk.site.app.city, unit, lang))
        }
    }
}

fn done_words(step: &Step, lang: Lang) -> &'static str {
    match step {
        Step::Sign => lang.t("签收了", "Signed"),
        Step::Note(_) => lang.t("写上批注的", "Noted on"),
        Step::Urgency(..) => lang.t("改了紧急程度的", "Changed"),
        Step::Dispatch(..) => lang.t("派出了", "Dispatched"),
    }
}

fn counted(list: &[One], lang: Lang) -> String {
    cases(i64::try_from(list.len()).unwrap_or(0), lang)
}

fn none_ticked(lang: Lang) -> String {
    let zh = "一件也没有选，什么也没有改。请在列表里勾选工单。";
    lang.t(zh, "None was ticked, so nothing changed. Tick cases in the list.").to_owned()
}

fn result(desk: &Desk, step: &Step, done: Vec<Done>, fields: &Fields) -> Response {
    let s = desk.shell();
    let one = |(number, why): Done| One {
        grouped: number.grouped(),
        number: number.to_string(),
        title: String::new(),
        changes: Vec::new(),
        why: why.map(|r: Refusal| r.sentence(s.lang)).unwrap_or_default(),
    };
    let (skipped, changed): (Vec<_>, Vec<_>) = done.into_iter().partition(|(_, why)| why.is_some());
    let (changed, skipped): (Vec<_>, Vec<_>) =
        (changed.into_iter().map(one).collect(), skipped.into_iter().map(one).collect());
    let summary = if changed.is_empty() && skipped.is_empty() {
        none_ticked(s.lang)
    } else {
        let (did, skip) = (counted(&changed, s.lang), counted(&skipped, s.lang));
        let what = done_words(step, s.lang);
        match s.lang {
            Lang::Zh => format!("{what} {did}；跳过 {skip}。"),
            Lang::En => format!("{what} {did}; skipped {skip}."),
        }
    };
    html(&BatchPage {
        title: title(desk, step),
        summary,
        changed,
        skipped,
        sure: None,
        back: back(fields),
        s,
    })
}
