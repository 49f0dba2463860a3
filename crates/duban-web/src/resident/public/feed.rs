//! What is new in public, as Atom: of a county, of a kind, around a place; and of one matter. Whoever
//! reads it leaves nothing of themselves here: no address, no account.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    App, AppError, PublicQuery, PublicRow,
    resident::public::{self, PublicMatter},
};
use duban_domain::{Number, Refusal, Stamp, place::Point};

use super::{Filter, matter::line, row};
use crate::frame::{Fields, PageResult, Shell, Site, Visit, WebError};

/// How many entries a feed has.
const ENTRIES: i64 = 50;
/// The widest circle, in metres.
const RADIUS_MAX: u32 = 5_000;
/// The circle when none is named.
const RADIUS: u32 = 1_000;

#[derive(Template)]
#[template(path = "resident/feed.xml")]
pub(in crate::resident) struct Feed {
    lang: &'static str,
    title: String,
    id: String,
    link: String,
    updated: String,
    author: String,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    title: String,
    link: String,
    updated: String,
    words: String,
}

/// `GET /requests/feed.atom?county=430203&top=roads`, or `&at=113.13,27.83&metres=800`
pub(crate) async fn area(State(site): State<Site>, visit: Visit, headers: HeaderMap) -> PageResult {
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let filter = Filter::of(&site.app.city, &asked);
    let circle = circle(&asked);
    let wanted = filter.clone();
    let rows = site.run(move |app| found(app, &wanted, circle)).await?;
    send(&of_rows(&visit.shell(&site), &site, &headers, &filter.address("/requests", &[]), &rows))
}

/// `GET /requests/{number}/feed.atom`
pub(crate) async fn matter(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let found = site.run(move |app| public::matter(app, &number)).await?;
    send(&of_matter(&visit.shell(&site), &site, &headers, &found))
}

/// A place and how far around it.
fn circle(asked: &Fields) -> Option<(Point, u32)> {
    let (lng, lat) = asked.get("at").split_once(',')?;
    let point = Point::from_degrees(lng.trim().parse().ok()?, lat.trim().parse().ok()?)?;
    Some((point, asked.get("metres").parse().unwrap_or(RADIUS).clamp(100, RADIUS_MAX)))
}

fn found(app: &App, filter: &Filter, circle: Option<(Point, u32)>) -> Result<Vec<PublicRow>, AppError> {
    let Some((point, metres)) = circle else {
        let query = PublicQuery {
            top: filter.top.clone(),
            county: filter.county.clone(),
            done: filter.done,
            before: None,
            limit: ENTRIES,
        };
        return public::list(app, &query);
    };
    let mut rows = public::near(app, point, metres, filter.top.as_deref())?;
    rows.truncate(usize::try_from(ENTRIES).unwrap_or(0));
    Ok(rows)
}

fn of_rows(s: &Shell, site: &Site, headers: &HeaderMap, path: &str, rows: &[PublicRow]) -> Feed {
    let (city, here) = (&site.app.city, site.address(headers));
    let entry = |found: &PublicRow| {
        let shown = row(s, city, found, &[]);
        Entry {
            id: format!("{here}/requests/{}", found.number),
            title: [shown.what.as_str(), &shown.place]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(s.t("，", ", ")),
            link: format!("{here}/requests/{}", found.number),
            updated: s.when(&found.changed_at).iso,
            words: [shown.state.as_str(), &shown.more, &found.words]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(s.t("，", ", ")),
        }
    };
    let newest = rows.iter().map(|row| row.changed_at).max().unwrap_or(Stamp(0));
    Feed {
        lang: s.lang.tag(),
        title: format!("{} {}{}", s.city, s.hotline, s.t("：新的事", ": what is new")),
        id: format!("{here}{path}"),
        link: format!("{here}{path}"),
        updated: s.when(&newest).iso,
        author: format!("{} {}", s.city, s.hotline),
        entries: rows.iter().map(entry).collect(),
    }
}

fn of_matter(s: &Shell, site: &Site, headers: &HeaderMap, matter: &PublicMatter) -> Feed {
    let (city, here) = (&site.app.city, site.address(headers));
    let link = format!("{here}/requests/{}", matter.row.number);
    let count = matter.said.len();
    let entry = |(nth, (at, fact)): (usize, &(Stamp, public::Fact))| {
        let (at, ours, theirs) = line(s, city, s.when(at), fact);
        Entry {
            id: format!("{link}#{}", count - nth),
            title: ours,
            link: link.clone(),
            updated: at.iso,
            words: theirs,
        }
    };
    Feed {
        lang: s.lang.tag(),
        title: format!("{} {}", row(s, city, &matter.row, &[]).what, matter.row.number.grouped()),
        id: link.clone(),
        updated: s.when(&matter.row.changed_at).iso,
        author: format!("{} {}", s.city, s.hotline),
        entries: matter.said.iter().enumerate().map(entry).collect(),
        link,
    }
}

fn send(feed: &Feed) -> Result<Response, WebError> {
    let text = feed.render().map_err(|_| WebError::from(AppError::Broken("a feed could not be written")))?;
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response())
}
