//! 公开页: what everybody may see: a list, one matter, the tiles of the map, what is near a place.
//!
//! Reads the public table only, and the history for its dates; what people wrote is shown when it
//! was let through, masked. The pack is asked once more at reading: a city that has just become
//! stricter is obeyed before its table is written anew.

use std::collections::BTreeMap;

use duban_domain::{
    Number, Refusal, Stamp,
    case::{Event, Outcome, Phase, What, accepted},
    confirmation::Gate,
    place::{MORTON_ZOOM, Point, morton_range},
    same, sensitive,
    wording::Wording,
};
use duban_store::{PublicQuery, PublicRow, SessionKind, ZOOM_SINGLE};

use super::{Holds, mine};
use crate::{App, AppError, case::publish, keys, wiring::Result};

/// A matter as everybody may read it.
#[derive(Clone, Debug)]
pub struct PublicMatter {
    /// What lists know.
    pub row: PublicRow,
    /// What happened, newest first.
    pub said: Vec<(Stamp, Fact)>,
}

/// One public fact of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Somebody spoke.
    Told,
    /// Another person met it too.
    Joined,
    /// It went to a unit.
    Dispatched(String),
    /// The unit took it.
    Signed,
    /// The public answer that was accepted, masked.
    Answered(Outcome, String),
    /// The deadline passed.
    Missed,
    /// It is done again.
    Reopened(u8),
    /// It was closed.
    Closed,
}

/// What a tile of the public map holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tile {
    /// Squares with how many are open and done: the map from afar.
    pub squares: Vec<(Point, i64, i64)>,
    /// Places with the matters there, newest first: the map from near.
    pub spots: Vec<Spot>,
}

/// One place on the map; coarse places are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    /// Roughly where.
    pub point: Point,
    /// What is there.
    pub rows: Vec<PublicRow>,
}

/// A matter of this browser's own.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its own number.
    pub number: Number,
    /// The number that the public page knows it by.
    pub public: Option<Number>,
    /// Where, as it was said.
    pub point: Option<Point>,
    /// The title that the person gave it.
    pub title: String,
    /// Whether it is closed.
    pub done: bool,
}

impl From<mine::Own> for Held {
    fn from(own: mine::Own) -> Self {
        Self {
            done: own.state.is_some_and(|(phase, _)| phase == Phase::Closed),
            public: own.public,
            point: own.point,
            title: own.title,
            number: own.number,
        }
    }
}

/// A page of the list.
pub fn list(app: &App, query: &PublicQuery) -> Result<Vec<PublicRow>> {
    let rows = app.store.read(|tx| Ok::<_, AppError>(tx.public_list(query)?))?;
    Ok(allowed(app, rows))
}

/// One matter, by the number of its case.
pub fn matter(app: &App, number: &Number) -> Result<PublicMatter> {
    app.store.read(|tx| {
        let request = tx.request_by_number(number)?.ok_or(Refusal::NotFound)?;
        let row = tx.public_row(request.case)?.filter(|row| row.number == *number);
        let row = allowed(app, row.into_iter().collect()).pop().ok_or(Refusal::NotFound)?;
        let said = facts(&publish::history(tx, row.case)?);
        Ok(PublicMatter { row, said })
    })
}

/// A tile of the map. Far away it has numbers, near by places.
pub fn tile(app: &App, (z, x, y): (u8, u32, u32), top: Option<&str>) -> Result<Tile> {
    if z >= ZOOM_SINGLE {
        return Ok(Tile { squares: Vec::new(), spots: spots(within(app, &[morton_range(z, x, y)], top)?) });
    }
    if !app.city.settings.public_listing {
        return Ok(Tile::default());
    }
    let squares = app.store.read(|tx| Ok::<_, AppError>(tx.public_squares((z, x, y), top)?))?;
    let placed = squares.into_iter().map(|s| (Point::of_morton(middle(s.first, s.level)), s.open, s.done));
    Ok(Tile { squares: placed.collect(), spots: Vec::new() })
}

/// The matters in some tiles, newest first: only where they are known to be few.
pub fn in_tiles(app: &App, tiles: &[(u8, u32, u32)], top: Option<&str>) -> Result<Vec<PublicRow>> {
    let ranges: Vec<_> = tiles.iter().map(|(z, x, y)| morton_range(*z, *x, *y)).collect();
    within(app, &ranges, top)
}

/// What is within so many metres of a place, newest first.
pub fn near(app: &App, point: Point, metres: u32, top: Option<&str>) -> Result<Vec<PublicRow>> {
    let ranges = point.ranges_within(f64::from(metres));
    let mut rows = within(app, &ranges, top)?;
    rows.retain(|row| row.point.is_some_and(|at| at.metres_to(point) <= f64::from(metres)));
    Ok(rows)
}

/// Public matters that what somebody is writing may be about: near, recent, open, of one kind or in the same public
/// words. What is not public is not compared either, so nobody learns by trying what it says.
pub fn alike(
    app: &App,
    said: &str,
    point: Point,
    category: Option<&str>,
    limit: usize,
) -> Result<Vec<PublicRow>> {
    let (settings, now) = (&app.city.settings, app.now());
    let asked = same::Said {
        words: Wording::of(said),
        point: Some(point),
        category: category.map(str::to_owned),
        at_ms: now.0,
    };
    let known = |row: &PublicRow| same::Known {
        words: Wording::of(&format!("{}\n{}", row.title, row.words)),
        point: row.point,
        category: row.category.clone(),
        at_ms: row.opened_at.0,
        open: row.phase != Phase::Closed,
    };
    let mut found: Vec<(i64, PublicRow)> = near(app, point, settings.duplicate_metres, None)?
        .into_iter()
        .filter(|row| row.phase != Phase::Closed)
        .filter_map(|row| Some((same::likeness(&asked, &known(&row), settings)?.weight, row)))
        .collect();
    found.sort_by_key(|(weight, row)| std::cmp::Reverse((*weight, row.case)));
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// Places that share a coarse point, each with what is there.
#[must_use]
pub fn spots(rows: Vec<PublicRow>) -> Vec<Spot> {
    let mut places: BTreeMap<Point, Vec<PublicRow>> = BTreeMap::new();
    for row in rows {
        if let Some(point) = row.point {
            places.entry(point).or_default().push(row);
        }
    }
    places.into_iter().map(|(point, rows)| Spot { point, rows }).collect()
}

/// The matters that this browser holds a pass for, and those of the number that was confirmed here. Where the city asks
/// for a confirmed number before it lists any, there are none without one.
pub fn held(app: &App, holds: &Holds) -> Result<Vec<Held>> {
    app.store.read(|tx| {
        let who = holds.signed.as_deref().map(|token| mine::of_token(app, tx, token)).transpose()?.flatten();
        if who.is_none() && app.city.settings.codes.requires(Gate::Own) {
            return Ok(Vec::new());
        }
        let own = who.map(|who| who.requests(tx)).transpose()?.unwrap_or_default();
        let mut held: Vec<Held> = own.into_iter().map(Held::from).collect();
        for pass in &holds.passes {
            let Some(token) = keys::unhex(pass) else { continue };
            let Some(session) = tx.session(&keys::hash(&token))? else { continue };
            if session.kind != SessionKind::Resident || session.expires_at <= app.now() {
                continue;
            }
            let Some(request) = tx.request(duban_domain::RequestId(session.subject))? else { continue };
            if held.iter().any(|held| held.number == request.number) {
                continue;
            }
            held.push(Held {
                public: tx.public_row(request.case)?.map(|row| row.number),
                done: tx.case_row(request.case)?.is_some_and(|row| row.closed_at.is_some()),
                point: request.place.point,
                title: request.title,
                number: request.number,
            });
        }
        Ok(held)
    })
}

fn within(app: &App, ranges: &[(i64, i64)], top: Option<&str>) -> Result<Vec<PublicRow>> {
    let rows = app.store.read(|tx| Ok::<_, AppError>(tx.public_in(ranges, top)?))?;
    Ok(allowed(app, rows))
}

/// What the pack lets be seen now, no more exact than it says now.
pub(crate) fn allowed(app: &App, mut rows: Vec<PublicRow>) -> Vec<PublicRow> {
    let (city, metres) = (&app.city, app.city.settings.public_metres);
    rows.retain(|row| {
        city.settings.public_listing && row.category.as_deref().is_none_or(|key| city.is_public(key))
    });
    for row in &mut rows {
        row.point = row.point.map(|point| point.coarse(metres));
    }
    rows
}

/// The Z-order number in the middle of a square.
fn middle(first: i64, level: u8) -> i64 {
    first + (3_i64 << (2 * u32::from(MORTON_ZOOM - level) - 2))
}

fn facts(history: &[Event]) -> Vec<(Stamp, Fact)> {
    let accepted = accepted(history);
    let mut facts: Vec<(Stamp, Fact)> = history
        .iter()
        .enumerate()
        .filter_map(|(i, event)| Some((event.at, fact(&event.what, accepted.contains(&i))?)))
        .collect();
    facts.reverse();
    facts
}

fn fact(what: &What, accepted: bool) -> Option<Fact> {
    Some(match what {
        What::Opened { .. } => Fact::Told,
        What::Joined { .. } => Fact::Joined,
        What::Dispatched { unit, .. } => Fact::Dispatched(unit.clone()),
        What::Signed => Fact::Signed,
        What::Answered { outcome, public, .. } if accepted => {
            Fact::Answered(*outcome, sensitive::mask(public))
        }
        What::Missed { .. } => Fact::Missed,
        What::Reopened { round, .. } => Fact::Reopened(*round),
        What::Closed { .. } => Fact::Closed,
        // Everything else is between the person, the hotline and the unit.
        _ => return None,
    })
}
