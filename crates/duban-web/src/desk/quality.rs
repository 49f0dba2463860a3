//! 质检: the draw, the checklist, the appeal and its decision, and what comes of it for each.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use duban_app::{AppError, InspectionRow, InspectionSums, quality as app};
use duban_domain::{
    Refusal,
    policy::Action,
    quality::{Hand, InspectionState, Mark},
};
use jiff::civil::Date;

use super::words::{Choice, thousands};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, html_again, see_other};

#[derive(Template)]
#[template(path = "desk/quality.html")]
pub(super) struct QualityPage {
    pub(super) s: Shell,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) seed: String,
    pub(super) rows: Vec<Line>,
    pub(super) sums: Vec<Sums>,
    pub(super) rule: String,
    pub(super) ground: String,
    pub(super) drawn: String,
    pub(super) states: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "desk/quality_mine.html")]
pub(super) struct MinePage {
    pub(super) s: Shell,
    pub(super) rows: Vec<Line>,
}

#[derive(Template)]
#[template(path = "desk/quality_one.html")]
pub(super) struct OnePage {
    pub(super) s: Shell,
    pub(super) line: Line,
    pub(super) marks: Vec<Marked>,
    pub(super) before: Vec<Marked>,
    pub(super) items: Vec<Item>,
    pub(super) hands: Vec<(&'static str, String, When, String)>,
    /// `inspect`, `appeal`, `decide`, or nothing that this member can do now.
    pub(super) form: &'static str,
    pub(super) recording: String,
    pub(super) wrong: String,
    pub(super) words: String,
    pub(super) pass: u32,
}

/// An inspection in a line.
pub(super) struct Line {
    pub(super) id: i64,
    pub(super) kind: &'static str,
    pub(super) whose: String,
    pub(super) number: String,
    pub(super) state: &'static str,
    pub(super) drawn: When,
    pub(super) score: String,
    pub(super) failed: bool,
    pub(super) seed: u64,
}

/// One operator's or unit's inspections.
pub(super) struct Sums {
    pub(super) whose: String,
    pub(super) href: String,
    pub(super) cells: Vec<String>,
}

/// A filled-in line of the checklist.
pub(super) struct Marked {
    pub(super) name: String,
    pub(super) points: String,
    pub(super) lost: bool,
}

/// A line of the checklist to fill in.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) most: u32,
    pub(super) fatal: bool,
    pub(super) typed: String,
    pub(super) choices: Vec<Choice>,
}

struct Period {
    from: Date,
    to: Date,
}

impl Period {
    fn of(desk: &Desk, fields: &Fields) -> Self {
        let today = desk.site.app.now().date(&desk.site.app.city.zone);
        let to = fields.get("to").parse::<Date>().unwrap_or(today);
        Self { from: fields.get("from").parse().unwrap_or_else(|_| to.first_of_month()).min(to), to }
    }
}

/// Everything that was drawn.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let period = Period::of(&desk, &query);
    let state = InspectionState::from_key(query.get("state"));
    let (from, to, whose) = (period.from, period.to, query.opt("whose").map(str::to_owned));
    let found = desk.run(move |ctx| app::overview(ctx, from, to, state, whose.as_deref())).await?;
    Ok(html(&overview(&desk, &query, &period, state, &found)))
}

fn overview(
    desk: &Desk,
    query: &Fields,
    period: &Period,
    state: Option<InspectionState>,
    found: &app::Overview,
) -> QualityPage {
    let (s, rules) = (desk.shell(), &desk.site.app.city.desk.quality);
    let base = format!("/desk/quality?from={}&to={}", period.from, period.to);
    let mut states = vec![(s.t("全部", "All").to_owned(), base.clone(), state.is_none())];
    states.extend(InspectionState::ALL.iter().map(|one| {
        (one.word(s.lang).to_owned(), format!("{base}&state={}", one.key()), state == Some(*one))
    }));
    let share = f64::from(rules.permille) / 10.0;
    QualityPage {
        from: period.from.to_string(),
        to: period.to.to_string(),
        seed: period.to.to_string().replace('-', ""),
        rows: found.rows.iter().map(|row| line(&s, row, rules.pass)).collect(),
        sums: found.sums.iter().map(|one| sums(one, &base)).collect(),
        rule: match s.lang {
            duban_domain::Lang::Zh => format!(
                "每位话务员、每个单位抽 {share} %，至少 {} 件；{} 分及格；{} 天内可以申诉",
                rules.least, rules.pass, rules.appeal_days
            ),
            duban_domain::Lang::En => format!(
                "{share} % of each operator and unit, at least {}; {} points pass; {} days to appeal",
                rules.least, rules.pass, rules.appeal_days
            ),
        },
        ground: rules
            .law
            .as_ref()
            .map_or(s.t("默认，非法定", "a default, not law"), |law| law.get(s.lang))
            .to_owned(),
        drawn: query.get("drawn").chars().filter(char::is_ascii_digit).take(6).collect(),
        states,
        s,
    }
}

/// Draws, by a seed that everybody can see.
pub(crate) async fn draw(desk: Desk, fields: Fields) -> PageResult {
    let period = Period::of(&desk, &fields);
    let seed: u64 = fields.get("seed").parse().map_err(|_| Refusal::NeedsText("seed"))?;
    let (from, to) = (period.from, period.to);
    let fresh = desk.run(move |ctx| app::draw(ctx, from, to, seed)).await?;
    let today = desk.site.app.now().date(&desk.site.app.city.zone);
    Ok(see_other(&format!("/desk/quality?from={from}&to={}&drawn={fresh}", to.max(today))))
}

/// What was found about whoever asks.
pub(crate) async fn mine(desk: Desk) -> PageResult {
    let found = desk.run(app::mine).await?;
    let (s, pass) = (desk.shell(), desk.site.app.city.desk.quality.pass);
    Ok(html(&MinePage { rows: found.iter().map(|row| line(&s, row, pass)).collect(), s }))
}

/// One inspection.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let row = desk.run(move |ctx| app::show(ctx, id)).await?;
    Ok(html(&shown(&desk, &row, &Fields::default(), String::new())))
}

/// Marks what was drawn.
pub(crate) async fn inspect(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let (id, given, words) = (id_of(&id)?, given(&desk, &fields), fields.get("words").to_owned());
    let done = desk.run(move |ctx| app::inspect(ctx, id, &given, &words)).await;
    after(&desk, id, &fields, done).await
}

/// The one concerned does not agree.
pub(crate) async fn appeal(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let (id, words) = (id_of(&id)?, fields.get("words").to_owned());
    let done = desk.run(move |ctx| app::appeal(ctx, id, &words)).await;
    after(&desk, id, &fields, done).await
}

/// Somebody else decides on an appeal.
pub(crate) async fn decide(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let changed = (fields.get("do") == "change").then(|| given(&desk, &fields));
    let (id, words) = (id_of(&id)?, fields.get("words").to_owned());
    let done = desk.run(move |ctx| app::decide(ctx, id, changed.as_ref(), &words)).await;
    after(&desk, id, &fields, done).await
}

/// Back to the inspection; a form with a mistake comes back with everything that was typed.
async fn after(desk: &Desk, id: i64, fields: &Fields, done: Result<InspectionRow, WebError>) -> PageResult {
    let refusal = match done {
        Ok(_) => return Ok(see_other(&format!("/desk/quality/{id}"))),
        Err(WebError::App(AppError::Refused(
            refusal @ (Refusal::NeedsText(_)
            | Refusal::TooLong { .. }
            | Refusal::TooLate
            | Refusal::Stale
            | Refusal::OwnAnswer),
        ))) => refusal,
        Err(error) => return Err(error),
    };
    let row = desk.run(move |ctx| app::show(ctx, id)).await?;
    let wrong = match refusal {
        Refusal::NeedsText("marks") => desk
            .visit
            .lang
            .t("每一项都要给分，不能超过该项的分。", "Every item needs points, and no more than it has.")
            .to_owned(),
        Refusal::OwnAnswer => desk
            .visit
            .lang
            .t(
                "检的人不能自己裁定，也不能检自己的通话。请同事来。",
                "Whoever inspected does not decide, and nobody inspects their own call. Ask a colleague.",
            )
            .to_owned(),
        other => other.sentence(desk.visit.lang),
    };
    Ok(html_again(&shown(desk, &row, fields, wrong)))
}

fn id_of(text: &str) -> Result<i64, WebError> {
    text.parse().map_err(|_| WebError::from(Refusal::NotFound))
}

fn given(desk: &Desk, fields: &Fields) -> BTreeMap<String, u32> {
    let items = &desk.site.app.city.desk.quality.items;
    let one = |key: &String| Some((key.clone(), fields.get(&format!("mark-{key}")).parse().ok()?));
    items.iter().filter_map(|item| one(&item.key)).collect()
}

fn line(s: &Shell, row: &InspectionRow, pass: u32) -> Line {
    let score = row.body.score();
    Line {
        id: row.id,
        kind: row.kind.word(s.lang),
        whose: row.whose.clone(),
        number: row.number.clone(),
        state: row.body.state().word(s.lang),
        drawn: s.when(&row.drawn_at),
        score: score.map_or_else(|| "—".to_owned(), |score| score.to_string()),
        failed: score.is_some_and(|score| score < pass),
        seed: row.body.seed,
    }
}

fn sums(one: &InspectionSums, base: &str) -> Sums {
    let mean = if one.marked > 0 {
        format!("{:.1}", one.points as f64 / one.marked as f64)
    } else {
        "—".to_owned()
    };
    let whose: String = form_urlencoded::byte_serialize(one.whose.as_bytes()).collect();
    let passed = format!("{} ÷ {}", one.passed, one.marked);
    Sums {
        whose: one.whose.clone(),
        href: format!("{base}&whose={whose}"),
        cells: vec![
            thousands(one.drawn),
            thousands(one.marked),
            mean,
            passed,
            thousands(one.appealed),
            thousands(one.changed),
        ],
    }
}

fn marked(s: &Shell, marks: &[Mark]) -> Vec<Marked> {
    let words = |mark: &Mark| match (mark.fatal, mark.points) {
        (true, 0) => s.t("不合格，总分为零", "failed: no points at all").to_owned(),
        (true, _) => s.t("合格", "passed").to_owned(),
        (false, points) => format!("{points} / {}", mark.most),
    };
    marks
        .iter()
        .map(|mark| Marked {
            name: mark.name.get(s.lang).to_owned(),
            points: words(mark),
            lost: mark.points < mark.most,
        })
        .collect()
}

fn shown(desk: &Desk, row: &InspectionRow, typed: &Fields, wrong: String) -> OnePage {
    let (s, rules) = (desk.shell(), &desk.site.app.city.desk.quality);
    let body = &row.body;
    let inspector = desk.who.can(Action::Inspect);
    let own = row.agent == Some(desk.who.id);
    let form = match body.state() {
        InspectionState::Drawn if inspector && !own => "inspect",
        InspectionState::Marked if !inspector || own => "appeal",
        InspectionState::Appealed
            if inspector && body.inspected.as_ref().is_none_or(|hand| hand.staff != desk.who.id) =>
        {
            "decide"
        }
        _ => "",
    };
    let item = |item: &duban_domain::city::CheckItem| {
        let before = body.marks.iter().find(|mark| mark.key == item.key).map(|mark| mark.points.to_string());
        let typed = typed.opt(&format!("mark-{}", item.key)).map(str::to_owned);
        Item {
            key: item.key.clone(),
            name: item.name.get(s.lang).to_owned(),
            most: item.points,
            fatal: item.fatal,
            typed: typed.or(before).unwrap_or_default(),
            choices: vec![
                Choice { key: "1".into(), name: s.t("合格", "Passed").to_owned() },
                Choice { key: "0".into(), name: s.t("不合格", "Failed").to_owned() },
            ],
        }
    };
    OnePage {
        line: line(&s, row, rules.pass),
        marks: marked(&s, body.counting()),
        before: body.changed.as_ref().map(|_| marked(&s, &body.marks)).unwrap_or_default(),
        items: rules.items.iter().map(item).collect(),
        hands: hands(&s, body),
        form,
        recording: if row.number.is_empty() || row.agent.is_some() {
            row.subject.to_string()
        } else {
            String::new()
        },
        wrong,
        words: typed.get("words").to_owned(),
        pass: rules.pass,
        s,
    }
}

fn hands(s: &Shell, body: &duban_domain::quality::Inspection) -> Vec<(&'static str, String, When, String)> {
    let one = |what: &'static str, hand: &Option<Hand>| {
        hand.as_ref().map(|hand| (what, hand.name.clone(), s.when(&hand.at), hand.words.clone()))
    };
    let decision = if body.changed.is_some() {
        s.lang.t("裁定：改了分", "Decided: marks changed")
    } else {
        s.lang.t("裁定：维持", "Decided: it stands")
    };
    [
        one(s.lang.t("质检", "Inspected"), &body.inspected),
        one(s.lang.t("申诉", "Appealed"), &body.appealed),
        one(decision, &body.decided),
    ]
    .into_iter()
    .flatten()
    .collect()
}
