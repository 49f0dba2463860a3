//! The first page, and the page on privacy.

use askama::Template;
use axum::extract::State;
use duban_app::{
    CaseQuery, Order,
    partner::{self, PublicCase},
};
use duban_domain::{
    Stamp,
    case::Phase,
    city::City,
    deadline,
    request::{Kind, Urgency},
};

use super::{next_steps, place_name, plain_late, text_or};
use crate::frame::{Fields, PageResult, Shell, Site, Visit, html};

/// How many matters the first page shows.
const NEAR_MAX: i64 = 5;
/// Notices of the city pack: `notice.NAME.title` and `notice.NAME.text`.
const NOTICE: &str = "notice.";

#[derive(Template)]
#[template(path = "resident/home.html")]
pub(super) struct HomePage {
    s: Shell,
    example: String,
    near: Option<Vec<Near>>,
    places: Vec<PlaceLink>,
    next: Vec<(String, String)>,
    ground: String,
    notices: Vec<(String, String)>,
}

/// A matter near by as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Near {
    what: String,
    place: String,
    mark: &'static str,
    state: String,
    more: String,
}

/// A county-level division to look at.
struct PlaceLink {
    code: String,
    name: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "resident/privacy.html")]
pub(super) struct PrivacyPage {
    pub(super) s: Shell,
    pub(super) notice: String,
}

/// `GET /`
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let place = asked.opt("near").filter(|code| site.app.city.division(code).is_some()).map(str::to_owned);
    let query = CaseQuery {
        division_prefix: place.clone(),
        order: Order::Newest,
        limit: NEAR_MAX,
        ..CaseQuery::default()
    };
    let listed = site.app.city.settings.public_listing;
    let found = match listed {
        true => site.run(move |app| partner::public_cases(app, &query)).await.ok(),
        false => Some(Vec::new()),
    };
    Ok(html(&HomePage::new(visit.shell(&site), &site.app.city, found.as_deref(), place.as_deref())))
}

/// `GET /privacy`
pub(crate) async fn privacy(State(site): State<Site>, visit: Visit) -> PageResult {
    let notice = text_or(&site.app.city, "privacy.notice", visit.lang, "").to_owned();
    Ok(html(&PrivacyPage { s: visit.shell(&site), notice }))
}

impl HomePage {
    pub(super) fn new(s: Shell, city: &City, found: Option<&[PublicCase]>, place: Option<&str>) -> Self {
        let lang = s.lang;
        let (next, ground) = next_steps(city, Urgency::Normal, Kind::Help, lang);
        let county = |d: &&duban_domain::city::Division| d.parent.is_none();
        let link = |d: &duban_domain::city::Division| PlaceLink {
            code: d.code.clone(),
            name: d.name.get(lang).to_owned(),
            here: Some(d.code.as_str()) == place,
        };
        Self {
            example: text_or(city, "home.example", lang, "").to_owned(),
            near: found.map(|rows| rows.iter().map(|case| near(&s, city, case)).collect()),
            places: city.divisions.iter().filter(county).map(link).collect(),
            next,
            ground,
            notices: notices(city, &s),
            s,
        }
    }
}

/// Kind, place and state, and nothing that anybody wrote.
fn near(s: &Shell, city: &City, case: &PublicCase) -> Near {
    let row = &case.row;
    let name =
        row.category.as_deref().and_then(|key| city.category(key)).map(|c| c.name.get(s.lang).to_owned());
    let (mark, state, more) = state(s, city, case);
    Near {
        what: name.unwrap_or_else(|| s.t("还在看是哪一类事", "Being looked at").to_owned()),
        place: row.division.as_deref().map(|code| place_name(city, code, s.lang)).unwrap_or_default(),
        mark,
        state,
        more,
    }
}

fn state(s: &Shell, city: &City, case: &PublicCase) -> (&'static str, String, String) {
    let (row, lang) = (&case.row, s.lang);
    let day = |at: Stamp| s.when(&at).day;
    let said = |zh: &str, en: &str| lang.t(zh, en).to_owned();
    if let Some(at) = row.closed_at {
        return ("st-done", said("办完了", "Done"), day(at));
    }
    if row.answered_at.is_some() {
        return ("", said("说是办完了，正在核实", "Said to be done; being checked"), String::new());
    }
    let left = deadline::left(city, row.finish_due, s.now, lang).words;
    if row.finish_due < s.now {
        return ("st-late", plain_late(&left), String::new());
    }
    match row.phase {
        Phase::Received => ("", said("正在找谁来办", "Finding who deals with it"), day(row.opened_at)),
        Phase::Dispatched | Phase::InHand | Phase::InReview | Phase::Callback | Phase::Closed => {
            ("", said("正在办", "Being dealt with"), left)
        }
    }
}

fn notices(city: &City, s: &Shell) -> Vec<(String, String)> {
    let titles = city.texts.range(NOTICE.to_owned()..).take_while(|(key, _)| key.starts_with(NOTICE));
    let notice = |key: &String, title: &str| {
        let text = key.strip_suffix(".title").map(|stem| format!("{stem}.text"))?;
        let text = city.texts.get(&text).map(|words| words.get(s.lang).to_owned()).unwrap_or_default();
        Some((title.to_owned(), text))
    };
    titles.filter_map(|(key, words)| notice(key, words.get(s.lang))).collect()
}
