//! 公开页: what everybody may see, as a list, one by one, on a map and as a feed. All of them read
//! `duban_app::resident::public`; nothing here knows a person, a telephone or an exact place.
//!
//! The list holds everything that the map holds, so that nobody needs the map.

pub(crate) mod feed;
#[cfg(test)]
mod journey;
pub(crate) mod map;
pub(crate) mod matter;
mod mvt;
mod present;
pub(crate) mod tiles;
pub(crate) mod voice;

use askama::Template;
use axum::extract::State;
use duban_app::{
    App, AppError, PublicQuery, PublicRow,
    resident::{
        Holds,
        public::{self, Held},
    },
};
use duban_domain::{CaseId, city::City};

pub(crate) use present::{Row, row};

use crate::frame::{Fields, PageResult, Shell, Site, Visit, html};

/// How many matters a page of the list shows.
const PAGE: i64 = 20;

/// What the list and the map are narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) top: Option<String>,
    pub(crate) county: Option<String>,
    pub(crate) done: Option<bool>,
}

/// Something to choose.
pub(crate) struct Choice {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) here: bool,
}

#[derive(Template)]
#[template(path = "resident/public_list.html")]
pub(super) struct ListPage {
    s: Shell,
    rows: Vec<Row>,
    own: Vec<present::Own>,
    tops: Vec<Choice>,
    counties: Vec<Choice>,
    state: &'static str,
    narrowed: bool,
    later: bool,
    next: Option<String>,
    map: String,
    feed: String,
    alerts: String,
}

/// `GET /requests`
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let filter = Filter::of(&site.app.city, &asked);
    let before = asked.get("before").parse().ok().map(CaseId);
    let (query, holds) = (filter.query(before), visit.holds());
    let (rows, own) = site.run(move |app| found(app, &query, &holds)).await?;
    Ok(html(&ListPage::new(visit.shell(&site), &site.app.city, &filter, before, rows, &own)))
}

fn found(app: &App, query: &PublicQuery, holds: &Holds) -> Result<(Vec<PublicRow>, Vec<Held>), AppError> {
    Ok((public::list(app, query)?, public::held(app, holds)?))
}

impl ListPage {
    pub(super) fn new(
        s: Shell,
        city: &City,
        filter: &Filter,
        before: Option<CaseId>,
        mut rows: Vec<PublicRow>,
        own: &[Held],
    ) -> Self {
        let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let last = rows.last().filter(|_| more).map(|row| row.case);
        Self {
            rows: rows.iter().map(|one| row(&s, city, one, own)).collect(),
            own: present::own(&s, own),
            tops: tops(city, filter, &s),
            counties: counties(city, filter, &s),
            state: match filter.done {
                None => "",
                Some(false) => "open",
                Some(true) => "done",
            },
            narrowed: *filter != Filter::default(),
            later: before.is_some(),
            next: last.map(|case| filter.address("/requests", &[("before", &case.0.to_string())])),
            map: Filter { county: None, done: None, ..filter.clone() }.address("/map", &[]),
            feed: filter.address("/requests/feed.atom", &[]),
            alerts: Filter { done: None, ..filter.clone() }.address("/alerts", &[]),
            s,
        }
    }
}

impl Filter {
    /// From an address; what the city does not know is left out.
    pub(crate) fn of(city: &City, asked: &Fields) -> Self {
        let top = asked.opt("top").filter(|key| city.category(key).is_some() && city.is_public(key));
        let county = asked.opt("county").filter(|code| city.division(code).is_some());
        Self {
            top: top.map(str::to_owned),
            county: county.map(str::to_owned),
            done: match asked.get("state") {
                "open" => Some(false),
                "done" => Some(true),
                _ => None,
            },
        }
    }

    fn query(&self, before: Option<CaseId>) -> PublicQuery {
        PublicQuery {
            top: self.top.clone(),
            county: self.county.clone(),
            done: self.done,
            before,
            limit: PAGE + 1,
        }
    }

    /// An address with this filter and more.
    pub(crate) fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let state = self.done.map(|done| if done { "done" } else { "open" });
        for (name, value) in
            [("top", self.top.as_deref()), ("county", self.county.as_deref()), ("state", state)]
        {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let query = query.extend_pairs(more).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// Kinds of matters of the first level that appear in public.
pub(super) fn tops(city: &City, filter: &Filter, s: &Shell) -> Vec<Choice> {
    let shown = city.categories.iter().filter(|c| c.level == 1 && city.is_public(&c.key));
    shown
        .map(|c| Choice {
            key: c.key.clone(),
            name: city.public_name(&c.key, s.lang).to_owned(),
            here: filter.top.as_ref() == Some(&c.key),
        })
        .collect()
}

fn counties(city: &City, filter: &Filter, s: &Shell) -> Vec<Choice> {
    let shown = city.divisions.iter().filter(|d| d.parent.is_none());
    shown
        .map(|d| Choice {
            key: d.code.clone(),
            name: d.name.get(s.lang).to_owned(),
            here: filter.county.as_ref() == Some(&d.code),
        })
        .collect()
}
