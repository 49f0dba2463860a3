//! 现成的答案: what the knowledge base answers at once, beside the form of an operator. Using an item fills in the
//! answer, which the operator may still reword; the item and its version go along.

use duban_app::{AppError, KnowledgeRow, knowledge::find};
use duban_domain::{
    KnowledgeId, Lang, Refusal,
    knowledge::{ItemKind, Source},
    text,
};
use serde_json::json;

use super::{same, words::unit_name};
use crate::frame::{Desk, Fields, Shell, WebError, fields::cut};

/// Answers that are shown.
const SHOWN_MAX: usize = 3;
/// How the button of a page without script begins.
const BY_BUTTON: &str = "known-";

/// An answer that can be read out.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// Its id and version, as forms name them.
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) question: String,
    pub(super) says: String,
    pub(super) basis: String,
    pub(super) unit: String,
    /// Until when it holds, and that it should be looked at; empty when there is nothing to say.
    pub(super) note: String,
    pub(super) percent: usize,
    pub(super) words: Vec<String>,
    /// The fields that it fills.
    pub(super) set: String,
}

/// What may answer what was typed so far.
pub(super) async fn answers(desk: &Desk, fields: &Fields) -> Result<Vec<Answer>, WebError> {
    let said = cut(fields.get("text"), text::TEXT_MAX).to_owned();
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let found = desk.run(move |ctx| find::at_desk(ctx, &said, SHOWN_MAX)).await?;
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let one = |found: find::Found| {
        let (item, name) = (&found.row.item, name(&found.row));
        let says = item.says(s.lang);
        Answer {
            set: json!({"direct": says, "known": name}).to_string(),
            kind: if item.kind == ItemKind::Rumour { item.kind.word(s.lang) } else { "" },
            question: item.asks(s.lang).to_owned(),
            basis: item.basis.clone(),
            unit: unit_name(city, &item.unit, s.lang),
            note: note(&found.row, &s),
            percent: found.fit.percent(),
            words: found.fit.words,
            says,
            name,
        }
    };
    Ok(found.into_iter().map(one).collect())
}

/// The form of a page without script, as the one with script sends it: the button of an item or of a result fills in its
/// answer. What holds no longer is refused, with everything that was typed.
pub(super) async fn pressed(desk: &Desk, mut fields: Fields) -> Result<(Fields, Option<Refusal>), WebError> {
    let Some(name) = fields.get("do").strip_prefix(BY_BUTTON).map(str::to_owned) else {
        return Ok((fields, None));
    };
    match answer(desk, &name).await {
        Ok(said) => {
            // What was written over it is what the caller heard.
            if fields.get("direct").trim().is_empty() {
                fields.set("direct", &said);
            }
            fields.set("known", &name);
            fields.set("do", "direct");
            Ok((fields, None))
        }
        Err(WebError::App(AppError::Refused(refusal))) => Ok((fields, Some(refusal))),
        Err(error) => Err(error),
    }
}

/// The answer that is named so, as it is read out now.
async fn answer(desk: &Desk, name: &str) -> Result<String, WebError> {
    let lang = desk.visit.lang;
    match source(name) {
        Some(Source::Knowledge { item, version, .. }) => {
            desk.run(move |ctx| says(ctx, item, version, lang)).await
        }
        Some(Source::Case { number }) => same::result(desk, number).await,
        None => Err(Refusal::NotFound.into()),
    }
}

fn says(ctx: &duban_app::Ctx, id: KnowledgeId, version: i64, lang: Lang) -> Result<String, AppError> {
    Ok(find::version(ctx, id, version)?.item.says(lang))
}

/// Where the answer of a form comes from, if it names that.
pub(super) fn source(name: &str) -> Option<Source> {
    if let Some(of_case) = same::source(name) {
        return Some(of_case);
    }
    let (id, version) = name.split_once('.')?;
    let (item, version) = (KnowledgeId(id.parse().ok()?), version.parse().ok()?);
    Some(Source::Knowledge { item, version, question: String::new() })
}

fn name(row: &KnowledgeRow) -> String {
    format!("{}.{}", row.id.0, row.version)
}

fn note(row: &KnowledgeRow, s: &Shell) -> String {
    let today = s.now.date(&s.zone);
    let due = row.item.review.is_some_and(|review| review <= today);
    match (due, row.item.until, s.lang) {
        (true, _, Lang::Zh) => "到了复核日期，拿不准先问一下负责单位".to_owned(),
        (true, _, Lang::En) => "its day of review has come; when unsure ask the unit".to_owned(),
        (false, Some(until), Lang::Zh) => format!("有效到 {until}"),
        (false, Some(until), Lang::En) => format!("holds until {until}"),
        (false, None, _) => String::new(),
    }
}
