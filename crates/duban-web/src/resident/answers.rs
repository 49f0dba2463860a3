//! 已有答案: what can be answered without filing: a page to search, one answer, and the answers beside the form while one
//! writes. Nothing that was typed is kept, and nobody is counted but as "it helped".

use askama::Template;
use axum::extract::{Path, State};
use duban_app::{App, AppError, KnowledgeRow, knowledge::find, resident::public};
use duban_domain::{
    KnowledgeId, Refusal,
    city::City,
    knowledge::{Item, ItemKind},
    text,
};

use super::{
    handin::Typed,
    public::{Row, row},
    report::proposal,
};
use crate::{
    frame::{Fields, PageResult, Shell, Site, Visit, WebError, fields::cut, html, see_other},
    questions,
};

/// Answers that stand beside the form.
const SHOWN_MAX: usize = 3;

/// An answer as everybody may read it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) id: i64,
    pub(super) question: String,
    pub(super) says: String,
    /// The verdict of a rumour; empty for anything else.
    pub(super) verdict: &'static str,
    pub(super) basis: String,
    pub(super) unit: String,
    /// The last day that it holds; empty when none is set.
    pub(super) until: String,
    /// The day it was last changed.
    pub(super) changed: String,
}

#[derive(Template)]
#[template(path = "resident/answers.html")]
pub(super) struct AnswersPage {
    pub(super) s: Shell,
    pub(super) typed: String,
    pub(super) rumours_only: bool,
    pub(super) list: Vec<Answer>,
}

#[derive(Template)]
#[template(path = "resident/answer.html")]
pub(super) struct AnswerPage {
    pub(super) s: Shell,
    pub(super) a: Answer,
    pub(super) thanks: bool,
}

#[derive(Template)]
#[template(path = "resident/answers_part.html")]
pub(super) struct AnswersPart {
    pub(super) s: Shell,
    pub(super) ready: Ready,
}

/// What there is already of what somebody is writing.
#[derive(Default)]
pub(super) struct Ready {
    /// Answers that hold.
    pub(super) answers: Vec<Answer>,
    /// Public matters near the chosen point that may be the same.
    pub(super) near: Vec<Row>,
}

impl Answer {
    pub(super) fn of(row: &KnowledgeRow, city: &City, s: &Shell) -> Self {
        let item: &Item = &row.item;
        let unit = city.unit(&item.unit).map_or(item.unit.as_str(), |unit| unit.name.get(s.lang));
        Self {
            id: row.id.0,
            question: item.asks(s.lang).to_owned(),
            says: Item { verdict: None, ..item.clone() }.says(s.lang),
            verdict: item.verdict.map_or("", |verdict| verdict.word(s.lang)),
            basis: item.basis.clone(),
            unit: unit.to_owned(),
            until: item.until.map(|day| day.to_string()).unwrap_or_default(),
            changed: row.changed_at.date(&s.zone).to_string(),
        }
    }
}

/// What may answer what somebody is writing, and who has told us of it before.
pub(super) fn ready(app: &App, form: &Typed, s: &Shell) -> Result<Ready, AppError> {
    let (said, city) = (cut(&form.text, text::TEXT_MAX), &app.city);
    if said.is_empty() {
        return Ok(Ready::default());
    }
    let found = find::for_resident(app, said, SHOWN_MAX)?;
    let near = match questions::point(&form.lng, &form.lat) {
        Some(at) => {
            let category = proposal(s.now, city, form).category;
            public::alike(app, said, at, category.as_deref(), SHOWN_MAX)?
        }
        None => Vec::new(),
    };
    Ok(Ready {
        answers: found.iter().map(|found| Answer::of(&found.row, city, s)).collect(),
        near: near.iter().map(|one| row(s, city, one, &[])).collect(),
    })
}

/// `GET /answers`, with `?q=` what somebody looks for; `?kind=rumour` shows rumours only.
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let rumours_only = asked.get("kind") == ItemKind::Rumour.key();
    let (s, typed) = (visit.shell(&site), cut(asked.get("q"), text::LINE_MAX).to_owned());
    let looked = typed.clone();
    let rows = site
        .run(move |app| if rumours_only { find::rumours(app) } else { find::search(app, &looked) })
        .await?;
    let list = rows.iter().map(|row| Answer::of(row, &site.app.city, &s)).collect();
    Ok(html(&AnswersPage { typed, rumours_only, list, s }))
}

/// `GET /answers/{id}`
pub(crate) async fn one(State(site): State<Site>, visit: Visit, Path(id): Path<String>) -> PageResult {
    let id = known(&id)?;
    let row = site.run(move |app| find::public(app, id)).await?;
    let s = visit.shell(&site);
    let a = Answer::of(&row, &site.app.city, &s);
    Ok(html(&AnswerPage { a, thanks: s.query == "done=helped", s }))
}

/// `POST /answers/{id}`: it helped, or it did not; then the form is where it was.
pub(crate) async fn said(State(site): State<Site>, Path(id): Path<String>, fields: Fields) -> PageResult {
    let (id, yes) = (known(&id)?, fields.get("do") == "helped");
    site.run(move |app| find::helped(app, id, yes)).await?;
    Ok(if yes { see_other(&format!("/answers/{}?done=helped", id.0)) } else { see_other("/report") })
}

/// `POST /report/answers`: while one writes; nothing is kept.
pub(crate) async fn beside(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    let (s, form) = (visit.shell(&site), Typed::of(&fields));
    let part = move |app: &App| Ok(AnswersPart { ready: ready(app, &form, &s)?, s });
    Ok(html(&site.run(part).await?))
}

fn known(id: &str) -> Result<KnowledgeId, WebError> {
    id.parse().map(KnowledgeId).map_err(|_| WebError::from(Refusal::NotFound))
}

#[cfg(test)]
pub(super) fn samples(s: &dyn Fn() -> Shell) -> Vec<String> {
    let answer = |verdict| Answer {
        id: 1,
        question: "问<题>".to_owned(),
        says: "答\n案".to_owned(),
        verdict,
        basis: "依据".to_owned(),
        unit: "单位".to_owned(),
        until: "2026-12-31".to_owned(),
        changed: "2026-01-05".to_owned(),
    };
    let pages = [
        AnswersPage {
            s: s(),
            typed: "问".into(),
            rumours_only: false,
            list: vec![answer(""), answer("不实")],
        }
        .render(),
        AnswersPage { s: s(), typed: String::new(), rumours_only: true, list: Vec::new() }.render(),
        AnswerPage { s: s(), a: answer("不实"), thanks: false }.render(),
        AnswerPage { s: s(), a: answer(""), thanks: true }.render(),
    ];
    pages.into_iter().map(|page| page.expect("a sample can be rendered")).collect()
}
