//! The first page, and the page on privacy.

use askama::Template;
use axum::extract::State;
use duban_app::{PublicQuery, PublicRow, resident::public};
use duban_domain::{
    city::City,
    request::{Kind, Urgency},
};

use super::{
    next_steps,
    public::{Row, row},
    text_or,
};
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
    near: Option<Vec<Row>>,
    places: Vec<PlaceLink>,
    next: Vec<(String, String)>,
    ground: String,
    notices: Vec<(String, String)>,
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
    let county = place.as_deref().and_then(|code| code.get(..6)).map(str::to_owned);
    let query = PublicQuery { county, limit: NEAR_MAX, ..PublicQuery::default() };
    let found = site.run(move |app| public::list(app, &query)).await.ok();
    Ok(html(&HomePage::new(visit.shell(&site), &site.app.city, found.as_deref(), place.as_deref())))
}

/// `GET /privacy`
pub(crate) async fn privacy(State(site): State<Site>, visit: Visit) -> PageResult {
    let notice = text_or(&site.app.city, "privacy.notice", visit.lang, "").to_owned();
    Ok(html(&PrivacyPage { s: visit.shell(&site), notice }))
}

impl HomePage {
    pub(super) fn new(s: Shell, city: &City, found: Option<&[PublicRow]>, place: Option<&str>) -> Self {
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
            near: found.map(|rows| rows.iter().map(|one| row(&s, city, one, &[])).collect()),
            places: city.divisions.iter().filter(county).map(link).collect(),
            next,
            ground,
            notices: notices(city, &s),
            s,
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
