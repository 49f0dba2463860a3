//! 日报、周报、月报: a draft that moves with the cases, and reports that are frozen, print on A4 and
//! can be reckoned again from the histories.

use askama::Template;
use axum::extract::Path;
use duban_app::{
    Figure, Figures,
    breakdown::By,
    report::{self, Period, Proof, Report, SIDES},
};
use duban_domain::{Lang, Refusal, ReportId, city::City};
use jiff::civil::Date;

use super::{
    figures::{Preset, period_words, side_word},
    numbers::{self, LineShown, Links, Rate},
    words::{cases, thousands},
};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html, see_other};

/// Lines of one table; what is beyond is in the sum.
const LINES_MAX: usize = 30;

#[derive(Template)]
#[template(path = "desk/report.html")]
pub(super) struct ReportPage {
    pub(super) s: Shell,
    pub(super) title: String,
    pub(super) kind: &'static str,
    pub(super) kinds: Vec<Preset>,
    pub(super) day: String,
    pub(super) period: String,
    pub(super) cutoff: When,
    pub(super) unfinished: bool,
    pub(super) frozen: Option<Frozen>,
    pub(super) sentences: Vec<String>,
    pub(super) tables: Vec<Table>,
    pub(super) rates: Vec<Rate>,
    pub(super) proof: Option<String>,
    pub(super) list: Vec<Preset>,
}

/// Which report it is, when it is no draft.
pub(super) struct Frozen {
    pub(super) id: i64,
    pub(super) by: String,
}

/// A table of a report.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) head: &'static str,
    pub(super) rows: Vec<LineShown>,
    /// Whether its last row is the sum.
    pub(super) sums: bool,
}

/// The draft of a period, with the reports that are frozen already.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let query = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let (kind, day) = asked(&desk, &query);
    let (draft, list) = desk.run(move |ctx| Ok((report::draft(ctx, kind, day)?, report::list(ctx)?))).await?;
    Ok(html(&view(&desk, &draft, &list, None)))
}

/// Freezes what the draft shows.
pub(crate) async fn freeze(desk: Desk, fields: Fields) -> PageResult {
    let (kind, day) = asked(&desk, &fields);
    let id = desk.run(move |ctx| report::freeze(ctx, kind, day)).await?;
    Ok(see_other(&format!("/desk/reports/{}", id.0)))
}

/// A frozen report.
pub(crate) async fn show(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = report_id(&id)?;
    let (found, list) = desk.run(move |ctx| Ok((report::show(ctx, id)?, report::list(ctx)?))).await?;
    Ok(html(&view(&desk, &found, &list, None)))
}

/// A frozen report, reckoned again. It reads every history: one at a time, with the exports.
pub(crate) async fn prove(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = report_id(&id)?;
    let place = desk.site.exports.clone().try_acquire_owned().map_err(|_| WebError::Slow)?;
    let (found, proof, list) = desk
        .run(move |ctx| {
            let _held = place;
            let found = report::show(ctx, id)?;
            let proof = report::prove(ctx, &found)?;
            Ok((found, proof, report::list(ctx)?))
        })
        .await?;
    Ok(html(&view(&desk, &found, &list, Some(&proof))))
}

fn report_id(text: &str) -> Result<ReportId, WebError> {
    text.parse().map(ReportId).map_err(|_| WebError::from(Refusal::NotFound))
}

/// Yesterday's when nothing else is asked for: today is not over.
fn asked(desk: &Desk, query: &Fields) -> (Period, Date) {
    let today = desk.site.app.now().date(&desk.site.app.city.zone);
    let kind = Period::from_key(query.get("kind")).unwrap_or(Period::Day);
    let before = kind.before(today).0;
    let day = query.get("day").parse::<Date>().unwrap_or(before);
    (kind, day.clamp(Date::constant(2000, 1, 1), today))
}

fn view(desk: &Desk, report: &Report, list: &[Report], proof: Option<&Proof>) -> ReportPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let lang = s.lang;
    let days = (report.from, report.to);
    // A frozen number stays while its cases go on: a list of today would be another number.
    let links = match report.id {
        Some(_) => Links::frozen(days, lang),
        None => Links::new(&desk.who.reach, days, lang),
    };
    let all = report.body.all();
    let kind = |kind: Period| Preset {
        name: kind_word(kind, lang).to_owned(),
        href: format!("/desk/reports?kind={}", kind.key()),
        now: kind == report.span,
    };
    let listed = |report: &Report| Preset {
        name: format!("{} {}", kind_word(report.span, lang), days_words(report.from, report.to)),
        href: format!("/desk/reports/{}", report.id.map_or(0, |id| id.0)),
        now: false,
    };
    ReportPage {
        title: title(city, report.span, lang),
        kind: report.span.key(),
        kinds: Period::ALL.into_iter().map(kind).collect(),
        day: report.from.to_string(),
        period: format!(
            "{} {}",
            days_words(report.from, report.to),
            period_words(&s, report.from, report.to)
        ),
        cutoff: s.when(&report.cutoff),
        unfinished: report.to >= report.cutoff.date(&city.zone),
        frozen: report.id.map(|id| Frozen { id: id.0, by: report.made_by.clone() }),
        sentences: sentences(city, report, lang),
        tables: SIDES.into_iter().map(|by| table(city, report, by, &links, lang)).collect(),
        rates: numbers::rates(&all, &links),
        proof: proof.map(|proof| proof_words(report, proof, lang)),
        list: list.iter().map(listed).collect(),
        s,
    }
}

fn title(city: &City, kind: Period, lang: Lang) -> String {
    format!("{} {} {}", city.name.get(lang), city.hotline, kind_word(kind, lang))
}

fn kind_word(kind: Period, lang: Lang) -> &'static str {
    match kind {
        Period::Day => lang.t("日报", "Daily report"),
        Period::Week => lang.t("周报", "Weekly report"),
        Period::Month => lang.t("月报", "Monthly report"),
    }
}

fn days_words(from: Date, to: Date) -> String {
    if from == to { from.to_string() } else { format!("{from} – {to}") }
}

fn table(city: &City, report: &Report, by: By, links: &Links, lang: Lang) -> Table {
    let lines = report.body.lines(by);
    let mut all = Figures::default();
    lines.iter().for_each(|line| all.merge(&line.figures));
    let row = |line: &duban_app::breakdown::Line| {
        let links = links.line(by, &line.key);
        numbers::line(by.name(city, &line.key, lang), String::new(), &line.figures, &links)
    };
    let mut rows: Vec<LineShown> = lines.iter().take(LINES_MAX).map(row).collect();
    let sums = rows.len() > 1;
    if sums {
        rows.push(numbers::line(lang.t("合计", "All").to_owned(), String::new(), &all, links));
    }
    let head = side_word(by, lang);
    let name = match lang {
        Lang::Zh => format!("各{head}"),
        Lang::En => format!("By {}", head.to_lowercase()),
    };
    Table { name, head, rows, sums }
}

/// What the numbers say, in a few sentences that somebody can read out.
fn sentences(city: &City, report: &Report, lang: Lang) -> Vec<String> {
    let (all, before) = (report.body.all(), Figures::of_numbers(&report.body.before));
    let n = |figure| all.get(figure);
    let change = |figure| numbers::against(all.get(figure), before.get(figure), lang);
    let mut said = vec![
        format!(
            "{} {}{}{}{}",
            lang.t("受理", "Received"),
            cases(n(Figure::In), lang),
            lang.t("（", " ("),
            change(Figure::In),
            lang.t("）。", ")."),
        ),
        format!(
            "{} {}{}{}{}",
            lang.t("办结", "Closed"),
            cases(n(Figure::Closed), lang),
            lang.t("（", " ("),
            change(Figure::Closed),
            lang.t("）。", ")."),
        ),
        format!(
            "{} {}{}{}{}",
            lang.t("按期率", "Answered in time:"),
            numbers::on_time(&all),
            lang.t("，其中逾期未办 ", "; overdue and open: "),
            if all.overdue > 0 { cases(all.overdue, lang) } else { lang.t("没有", "none").to_owned() },
            lang.t("。", "."),
        ),
        format!(
            "{} {}{}{}{}",
            lang.t("解决率", "Solved, people say:"),
            numbers::solved(&all),
            lang.t("，满意度 ", "; satisfaction: "),
            numbers::satisfied(&all),
            lang.t("。", "."),
        ),
    ];
    said.extend(most(city, report, lang));
    said
}

/// What most were about, and who has most that is past its time.
fn most(city: &City, report: &Report, lang: Lang) -> Vec<String> {
    let top = report.body.lines(By::Category).into_iter().find(|line| line.figures.get(Figure::In) > 0);
    let late = report.body.lines(By::Unit).into_iter().max_by_key(|line| line.figures.overdue);
    let mut said = Vec::new();
    said.extend(top.map(|line| match lang {
        Lang::Zh => format!(
            "反映最多的是{}，{} 件。",
            By::Category.name(city, &line.key, lang),
            thousands(line.figures.get(Figure::In))
        ),
        Lang::En => format!(
            "Most were about {}: {}.",
            By::Category.name(city, &line.key, lang),
            thousands(line.figures.get(Figure::In))
        ),
    }));
    said.extend(late.filter(|line| line.figures.overdue > 0).map(|line| match lang {
        Lang::Zh => format!(
            "逾期未办最多的是{}，{} 件。",
            By::Unit.name(city, &line.key, lang),
            thousands(line.figures.overdue)
        ),
        Lang::En => format!(
            "Most overdue cases are with {}: {}.",
            By::Unit.name(city, &line.key, lang),
            thousands(line.figures.overdue)
        ),
    }));
    said
}

fn proof_words(report: &Report, proof: &Proof, lang: Lang) -> String {
    let looked = thousands(proof.cases);
    if proof.body == report.body {
        return match lang {
            Lang::Zh => format!("核对一致：按 {looked} 件工单的经过重算，每个数都和定稿相同。"),
            Lang::En => {
                format!("It agrees: reckoned again from {looked} histories, every number is the same.")
            }
        };
    }
    let erased = thousands(proof.erased);
    match lang {
        Lang::Zh => format!(
            "不一致：按 {looked} 件工单的经过重算，有数和定稿不同。其中 {erased} 件的经过已依法删除，算不进来。"
        ),
        Lang::En => format!(
            "It differs: reckoned again from {looked} histories, some numbers are not the same. {erased} of them were erased by law and cannot be counted."
        ),
    }
}
