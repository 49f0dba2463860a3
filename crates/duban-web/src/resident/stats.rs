//! 公开数据: what each month was like, for everybody, with the formulas; and the same as open data.
//! Small numbers are hidden, and so is what would give them away. Nothing that anybody wrote.

use std::io::{self, Write};

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    App, AppError, CaseRow, Figure,
    breakdown::By,
    statistics::{self, Month},
};
use duban_domain::Lang;
use jiff::civil::Date;
use serde_json::json;

use crate::{
    desk::{numbers, words::thousands},
    frame::{Fields, PageResult, Shell, Site, Visit, WebError, html},
};

const CSV: &str = "text/csv; charset=utf-8";

/// Heads of the open data about cases.
const CASE_HEADS: [&str; 8] =
    ["number", "opened_on", "closed_on", "stage", "category", "category_name", "division", "division_name"];

#[derive(Template)]
#[template(path = "resident/stats.html")]
pub(super) struct StatsPage {
    pub(super) s: Shell,
    pub(super) month: String,
    pub(super) key: String,
    pub(super) months: Vec<(String, String, bool)>,
    pub(super) facts: Vec<(&'static str, String, &'static str)>,
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<(String, Vec<String>)>,
    pub(super) least: i64,
    pub(super) hides: bool,
    pub(super) listed: bool,
}

/// `GET /stats`
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let first = month_of(asked.get("month")).or_else(|| statistics::months(&site.app).first().copied());
    let first = first.ok_or(WebError::NoPage)?;
    let month = published(&site, first).await?;
    Ok(html(&StatsPage::new(visit.shell(&site), &site.app, &month)))
}

/// `2026-10`
fn month_of(text: &str) -> Option<Date> {
    format!("{text}-01").parse().ok()
}

async fn published(site: &Site, first: Date) -> Result<Month, WebError> {
    site.run(move |app| statistics::month(app, first)).await?.ok_or(WebError::NoPage)
}

fn key(first: Date) -> String {
    format!("{:04}-{:02}", first.year(), first.month())
}

impl StatsPage {
    pub(super) fn new(s: Shell, app: &App, month: &Month) -> Self {
        let lang = s.lang;
        let words = |first: Date| match lang {
            Lang::Zh => format!("{} 年 {} 月", first.year(), first.month()),
            Lang::En => key(first),
        };
        let months = statistics::months(app).into_iter().take(12);
        let cell = |n: &Option<i64>| n.map_or_else(|| lang.t("隐去", "hidden").to_owned(), thousands);
        let names = |by: By, keys: &[String]| {
            let all = lang.t("合计", "All").to_owned();
            keys.iter().map(|key| by.name(&app.city, key, lang)).chain([all]).collect::<Vec<_>>()
        };
        let rows = names(By::Category, &month.categories).into_iter().zip(&month.received);
        Self {
            month: words(month.first),
            key: key(month.first),
            months: months.map(|first| (words(first), key(first), first == month.first)).collect(),
            facts: facts(month, lang),
            heads: names(By::District, &month.districts),
            rows: rows.map(|(name, cells)| (name, cells.iter().map(cell).collect())).collect(),
            least: month.least,
            hides: month.received.iter().flatten().any(Option::is_none),
            listed: app.city.settings.public_listing,
            s,
        }
    }
}

/// The month in a few numbers, each with what it is.
fn facts(month: &Month, lang: Lang) -> Vec<(&'static str, String, &'static str)> {
    let all = month.figures();
    let n = |figure| all.get(figure);
    let count = |figure| match n(figure) {
        n if n > 0 && n < month.least => format!("< {}", month.least),
        n => thousands(n),
    };
    // A share of a few people says too much about each of them.
    let share = |whole: i64, words: String| if whole < month.least { "—".to_owned() } else { words };
    let due = n(Figure::OnTime) + n(Figure::Late) + all.overdue;
    vec![
        (lang.t("受理", "Taken in"), count(Figure::In), lang.t("这个月收到的", "received in the month")),
        (lang.t("办结", "Closed"), count(Figure::Closed), lang.t("这个月办结的", "closed in the month")),
        (
            lang.t("按期率", "In time"),
            share(due, numbers::on_time(&all)),
            lang.t(
                "按期答复 ÷（按期答复 + 逾期答复 + 逾期还没办的）；这个月到期的都算",
                "answered in time ÷ (in time + late + overdue and open); everything due in the month counts",
            ),
        ),
        (
            lang.t("解决率", "Solved"),
            share(n(Figure::Solved) + n(Figure::Unsolved), numbers::solved(&all)),
            lang.t(
                "诉求人说解决了 ÷（说解决了 + 说没解决）；咨询不算，没说的不算",
                "people who say solved ÷ (solved + not solved); questions and silence do not count",
            ),
        ),
        (
            lang.t("满意度", "Satisfaction"),
            share(n(Figure::Rated), numbers::satisfied(&all)),
            lang.t(
                "诉求人打分的平均，满分 100；没评的不算",
                "the mean of what people gave, out of 100; silence does not count",
            ),
        ),
    ]
}

/// `GET /data/{file}`: `2026-10-counts.json`, `2026-10-cases.csv` …
pub(crate) async fn data(State(site): State<Site>, visit: Visit, Path(file): Path<String>) -> PageResult {
    let (stem, format) = file.split_once('.').ok_or(WebError::NoPage)?;
    let first = stem.get(..7).and_then(month_of).ok_or(WebError::NoPage)?;
    match (stem.get(7..), format) {
        (Some("-counts"), "json") => Ok(counts_json(&published(&site, first).await?)),
        (Some("-counts"), "csv") => counts_file(&site, first, visit.lang).await,
        (Some("-cases"), "csv" | "json") if site.app.city.settings.public_listing => {
            cases_file(&site, first, format == "json", visit.lang).await
        }
        _ => Err(WebError::NoPage),
    }
}

async fn counts_file(site: &Site, first: Date, lang: Lang) -> PageResult {
    let month = published(site, first).await?;
    let bytes = site.run(move |app| Ok(counts_csv(app, &month, lang)?)).await?;
    Ok(file_of(bytes, CSV))
}

/// Read row by row, so it holds a place among the exports.
async fn cases_file(site: &Site, first: Date, as_json: bool, lang: Lang) -> PageResult {
    let place = site.exports.clone().try_acquire_owned().map_err(|_| WebError::Slow)?;
    let made = site.run(move |app| {
        let _held = place;
        cases(app, first, as_json, lang)
    });
    let bytes = made.await?.ok_or(WebError::NoPage)?;
    Ok(file_of(bytes, if as_json { "application/json" } else { CSV }))
}

fn file_of(bytes: Vec<u8>, kind: &'static str) -> Response {
    let mut response = Body::from(bytes).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // Anybody may build on it, from any site.
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn counts_json(month: &Month) -> Response {
    let rows = month.categories.iter().map(String::as_str).chain(["*"]).zip(&month.received);
    let columns: Vec<&str> = month.districts.iter().map(String::as_str).chain(["*"]).collect();
    let cell = |category: &str, (district, n): (&&str, &Option<i64>)| json!({"category": category, "district": district, "received": n});
    let cells: Vec<_> = rows.flat_map(|(c, ns)| columns.iter().zip(ns).map(move |at| cell(c, at))).collect();
    let body = json!({
        "month": key(month.first),
        "published_at": month.made_at.timestamp().to_string(),
        "small_count": month.least,
        "received": cells,
    });
    file_of(body.to_string().into_bytes(), "application/json")
}

fn counts_csv(app: &App, month: &Month, lang: Lang) -> io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["category", "category_name", "district", "district_name", "received"])?;
    let name = |by: By, key: &str| match key {
        "*" => lang.t("合计", "All").to_owned(),
        key => by.name(&app.city, key, lang),
    };
    for (category, cells) in month.categories.iter().map(String::as_str).chain(["*"]).zip(&month.received) {
        for (district, n) in month.districts.iter().map(String::as_str).chain(["*"]).zip(cells) {
            let n = n.map_or_else(String::new, |n| n.to_string());
            let (c, d) = (name(By::Category, category), name(By::District, district));
            out.write_record([category, &c, district, &d, &n])?;
        }
    }
    out.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// The public cases of a month; none when the month is not published.
fn cases(app: &App, first: Date, as_json: bool, lang: Lang) -> Result<Option<Vec<u8>>, AppError> {
    if !statistics::months(app).contains(&first) {
        return Ok(None);
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut list = Vec::from(*b"[");
    if !as_json {
        out.write_record(CASE_HEADS).map_err(io::Error::from)?;
    }
    statistics::public_rows(app, first, |row| {
        let cells = case_cells(app, row, lang);
        if !as_json {
            return Ok(out.write_record(&cells)?);
        }
        if list.len() > 1 {
            list.write_all(b",\n")?;
        }
        let object: serde_json::Map<String, serde_json::Value> =
            CASE_HEADS.iter().zip(cells).map(|(head, cell)| ((*head).to_owned(), cell.into())).collect();
        serde_json::to_writer(&mut list, &object).map_err(io::Error::from)
    })?;
    list.push(b']');
    let lines = out.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Some(if as_json { list } else { lines }))
}

/// What is public of a case: kind of matter, place by name, state and days.
fn case_cells(app: &App, row: &CaseRow, lang: Lang) -> [String; 8] {
    let day = |at: duban_domain::Stamp| at.date(&app.city.zone).to_string();
    let category = row.category.clone().unwrap_or_default();
    let division = row.division.clone().unwrap_or_default();
    let category_name = app.city.category(&category).map(|_| app.city.category_path(&category, lang));
    let division_name = app.city.division(&division).map(|d| d.name.get(lang).to_owned());
    let (category_name, division_name) =
        (category_name.unwrap_or_default(), division_name.unwrap_or_default());
    [
        row.number.digits().to_owned(),
        day(row.opened_at),
        row.closed_at.map(day).unwrap_or_default(),
        row.phase.key().to_owned(),
        category,
        category_name,
        division,
        division_name,
    ]
}
