//! What other systems read of requests: what is public; their own, whatever the city lists; and, for
//! a system that handles a unit's cases, what that unit would see. Never a name or a number of a
//! person.

use duban_domain::{
    Number, Refusal,
    case::{Case, Showing},
    place::Point,
    policy::Reach,
    question::Detail,
    request::{Place as Where, Privacy, Request},
};
use duban_store::{CaseQuery, CaseRow, ReadTx};

use super::{Caller, PublicCase, public};
use crate::{App, wiring::Result};

/// Most rows that one look at the database takes.
const CHUNK: i64 = 1_000;

/// Which requests are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// By service; several are asked one after the other.
    pub queries: Vec<CaseQuery>,
    /// Near a point, within so many metres of where the public sees the request.
    pub near: Option<(Point, f64)>,
    /// Rows to leave out first.
    pub skip: usize,
    /// Rows to give.
    pub take: usize,
}

/// A request as a caller may see it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The number asked for, or the case's own.
    pub number: Number,
    /// What everybody may see.
    pub case: PublicCase,
    /// Where, as exactly as this caller may know.
    pub point: Option<Point>,
    /// The words that the person and the desk let others read; empty when none.
    pub words: String,
    /// Answers to questions whose answers are public; all of them for the unit that has the case.
    pub details: Vec<Detail>,
    /// What was said and where exactly, for the unit that has the case.
    pub told: Option<Told>,
}

/// What the unit that has a case sees besides.
#[derive(Clone, Debug)]
pub struct Told {
    /// The words.
    pub text: String,
    /// Where, as it was said.
    pub place: Where,
}

/// Who asks, as lists must know it.
#[derive(Clone, Debug)]
enum Sight {
    /// What is public.
    Public,
    /// What this system handed in.
    Own(String),
    /// What a unit and those below it have.
    Unit(Vec<String>),
}

/// A page of requests, newest first. The page is cut before any history is read.
pub fn page(app: &App, caller: Option<&Caller>, wanted: &Wanted) -> Result<Vec<Seen>> {
    let sights = sights(app, caller);
    app.store.read(|tx| {
        let mut rows = Vec::new();
        for (query, sight) in wanted.queries.iter().flat_map(|q| sights.iter().map(move |s| (q, s))) {
            rows.extend(rows_of(app, tx, &within(query, sight), wanted)?);
        }
        if wanted.queries.len() * sights.len() > 1 {
            rows.sort_by_key(|row| std::cmp::Reverse((row.opened_at, row.id)));
            rows.dedup_by_key(|row| row.id);
        }
        let full = matches!(sights.first(), Some(Sight::Unit(_)));
        let rows = rows.into_iter().skip(wanted.skip).take(wanted.take);
        rows.map(|row| seen(app, tx, row.number.clone(), row, full)).collect()
    })
}

/// The requests with these numbers, as far as the caller may know of them.
pub fn by_numbers(app: &App, caller: Option<&Caller>, numbers: &[Number]) -> Result<Vec<Seen>> {
    let units = caller.and_then(|c| c.unit.as_deref()).map(|unit| below(app, unit));
    app.store.read(|tx| {
        let mut found = Vec::new();
        for number in numbers {
            let Some(request) = tx.request_by_number(number)? else { continue };
            let Some(case) = tx.case(request.case)? else { continue };
            let Some(row) = tx.case_row(request.case)? else { continue };
            let ours = units.as_ref().is_some_and(|units| Reach::Units(units.clone()).covers(&case));
            if ours || is_open(app, tx, caller, &case, &request)? {
                found.push(seen(app, tx, number.clone(), row, ours)?);
            }
        }
        Ok(found)
    })
}

/// Whether a request is public, or handed in by the caller. Where the city has no public page at all, a
/// number still opens what it names, unless it is confidential or was taken back.
fn is_open(
    app: &App,
    tx: &mut ReadTx<'_>,
    caller: Option<&Caller>,
    case: &Case,
    request: &Request,
) -> Result<bool> {
    if tx.public_row(case.id)?.is_some() {
        return Ok(true);
    }
    if request.privacy == Privacy::Confidential {
        return Ok(false);
    }
    let settings = &app.city.settings;
    if !settings.public_listing && case.publicity.shows(settings.words_reviewed) != Showing::Nothing {
        return Ok(true);
    }
    let Some(caller) = caller else { return Ok(false) };
    Ok(tx.partner_of(request.id)?.is_some_and(|(partner, _)| partner == caller.name))
}

/// The numbers of what a system handed in under a reference of its own.
pub fn by_reference(app: &App, caller: &Caller, reference: &str) -> Result<Vec<Number>> {
    app.store.read(|tx| Ok(tx.requests_by_reference(&caller.name, reference)?))
}

/// How far a caller sees in a list.
fn sights(app: &App, caller: Option<&Caller>) -> Vec<Sight> {
    if let Some(unit) = caller.and_then(|c| c.unit.as_deref()) {
        return vec![Sight::Unit(below(app, unit))];
    }
    let public = app.city.settings.public_listing.then_some(Sight::Public);
    public.into_iter().chain(caller.map(|c| Sight::Own(c.name.clone()))).collect()
}

fn below(app: &App, unit: &str) -> Vec<String> {
    app.city.unit_and_below(unit).into_iter().map(str::to_owned).collect()
}

fn within(query: &CaseQuery, sight: &Sight) -> CaseQuery {
    let query = query.clone();
    match sight {
        Sight::Public => CaseQuery { reach: Reach::All, public_only: true, ..query },
        Sight::Own(name) => CaseQuery { reach: Reach::All, partner: Some(name.clone()), ..query },
        Sight::Unit(units) => CaseQuery { reach: Reach::Units(units.clone()), ..query },
    }
}

/// As many rows of one query as the page needs, near enough to the point that was asked for.
fn rows_of(app: &App, tx: &mut ReadTx<'_>, query: &CaseQuery, wanted: &Wanted) -> Result<Vec<CaseRow>> {
    let enough = wanted.skip.saturating_add(wanted.take);
    let (mut rows, mut after) = (Vec::new(), None);
    while rows.len() < enough {
        let left = i64::try_from(enough - rows.len()).unwrap_or(CHUNK);
        // What is too far away is left out afterwards, so a look near a point takes a whole chunk.
        let limit = if wanted.near.is_some() { CHUNK } else { left.min(CHUNK) };
        let page = tx.list(&CaseQuery { after, limit, ..query.clone() })?;
        let near = |row: &CaseRow| {
            wanted.near.is_none_or(|(point, metres)| {
                row.point.is_some_and(|at| rough(app, at).metres_to(point) <= metres)
            })
        };
        rows.extend(page.rows.into_iter().filter(near));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(rows)
}

/// A place as coarsely as the city shows it. Distances are reckoned from here too, or asking again and
/// again would find the door.
fn rough(app: &App, point: Point) -> Point {
    point.coarse(app.city.settings.public_metres)
}

fn seen(app: &App, tx: &mut ReadTx<'_>, number: Number, row: CaseRow, ours: bool) -> Result<Seen> {
    let request: Request = tx.request_by_number(&number)?.ok_or(Refusal::NotFound)?;
    let is_public = |detail: &Detail| app.city.question(&detail.question).is_some_and(|q| q.public);
    let details = request.details.iter().filter(|detail| ours || is_public(detail)).cloned().collect();
    let words = tx.public_row(row.id)?.map(|public| public.words).unwrap_or_default();
    let point = row.point.map(|point| if ours { point } else { rough(app, point) });
    let told = ours.then(|| Told { text: request.text.clone(), place: request.place.clone() });
    Ok(Seen { number, case: public(tx, row)?, point, words, details, told })
}
