//! What other systems read of requests: what is public; their own, whatever the city lists; and, for
//! a system that handles a unit's cases, what that unit would see. Never a name or a number of a
//! person.

use duban_domain::{
    Number, Refusal,
    case::Case,
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
    let Some(sight) = sight(app, caller) else { return Ok(Vec::new()) };
    app.store.read(|tx| {
        let mut rows = Vec::new();
        for query in &wanted.queries {
            let found = rows_of(tx, &within(query, &sight), wanted)?;
            let shown =
                |row: &CaseRow| matches!(sight, Sight::Unit(_)) || row.privacy != Privacy::Confidential;
            rows.extend(found.into_iter().filter(shown));
        }
        if wanted.queries.len() > 1 {
            rows.sort_by_key(|row| std::cmp::Reverse((row.opened_at, row.id)));
            rows.dedup_by_key(|row| row.id);
        }
        let rows = rows.into_iter().skip(wanted.skip).take(wanted.take);
        rows.map(|row| seen(app, tx, row.number.clone(), row, &sight)).collect()
    })
}

/// The requests with these numbers, as far as the caller may know of them. A number opens what it
/// names also where the city lists nothing: whoever has it was told it.
pub fn by_numbers(app: &App, caller: Option<&Caller>, numbers: &[Number]) -> Result<Vec<Seen>> {
    let sight = match caller.and_then(|c| c.unit.as_deref()) {
        Some(unit) => Sight::Unit(below(app, unit)),
        None => Sight::Public,
    };
    app.store.read(|tx| {
        let mut found = Vec::new();
        for number in numbers {
            let Some(request) = tx.request_by_number(number)? else { continue };
            let Some(case) = tx.case(request.case)? else { continue };
            let Some(row) = tx.case_row(request.case)? else { continue };
            let open = request.privacy != Privacy::Confidential && row.privacy != Privacy::Confidential;
            // What the person or the desk took off the public page is public nowhere. Where the city has no
            // public page at all, a number still opens what it names.
            let shown = tx.public_row(case.id)?.is_some() || !app.city.settings.public_listing;
            let own = match caller {
                Some(caller) => tx.partner_of(request.id)?.is_some_and(|(name, _)| name == caller.name),
                None => false,
            };
            if covers(&sight, &case) {
                found.push(seen(app, tx, number.clone(), row, &sight)?);
            } else if open && (shown || own) {
                found.push(seen(app, tx, number.clone(), row, &Sight::Public)?);
            }
        }
        Ok(found)
    })
}

/// The numbers of what a system handed in under a reference of its own.
pub fn by_reference(app: &App, caller: &Caller, reference: &str) -> Result<Vec<Number>> {
    app.store.read(|tx| Ok(tx.requests_by_reference(&caller.name, reference)?))
}

/// How far a caller sees in a list; none sees nothing.
fn sight(app: &App, caller: Option<&Caller>) -> Option<Sight> {
    match caller {
        Some(Caller { unit: Some(unit), .. }) => Some(Sight::Unit(below(app, unit))),
        _ if app.city.settings.public_listing => Some(Sight::Public),
        Some(Caller { name, unit: None }) => Some(Sight::Own(name.clone())),
        None => None,
    }
}

fn below(app: &App, unit: &str) -> Vec<String> {
    app.city.unit_and_below(unit).into_iter().map(str::to_owned).collect()
}

fn within(query: &CaseQuery, sight: &Sight) -> CaseQuery {
    let query = query.clone();
    match sight {
        Sight::Public => CaseQuery { reach: Reach::All, public_only: true, ..query },
        // Its own are shown to it where the public sees nothing; what is confidential is left out below.
        Sight::Own(name) => CaseQuery { reach: Reach::All, partner: Some(name.clone()), ..query },
        Sight::Unit(units) => CaseQuery { reach: Reach::Units(units.clone()), ..query },
    }
}

fn covers(sight: &Sight, case: &Case) -> bool {
    match sight {
        Sight::Unit(units) => Reach::Units(units.clone()).covers(case),
        Sight::Public | Sight::Own(_) => false,
    }
}

/// As many rows of one query as the page needs, near enough to the point that was asked for.
fn rows_of(tx: &mut ReadTx<'_>, query: &CaseQuery, wanted: &Wanted) -> Result<Vec<CaseRow>> {
    let enough = wanted.skip.saturating_add(wanted.take);
    let (mut rows, mut after) = (Vec::new(), None);
    while rows.len() < enough {
        let left = i64::try_from(enough - rows.len()).unwrap_or(CHUNK);
        // What is too far away is left out afterwards, so a look near a point takes a whole chunk.
        let limit = if wanted.near.is_some() { CHUNK } else { left.min(CHUNK) };
        let page = tx.list(&CaseQuery { after, limit, ..query.clone() })?;
        let near = |row: &CaseRow| {
            wanted.near.is_none_or(|(point, metres)| {
                row.point.is_some_and(|at| rough(at).metres_to(point) <= metres)
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

/// A point to about a hundred metres: enough for a street, not for a door. Distances are reckoned
/// from here too, or asking again and again would find the door.
#[must_use]
pub fn rough(point: Point) -> Point {
    const STEP: i64 = 10_000;
    let round = |e7: i64| (e7 + STEP / 2).div_euclid(STEP) * STEP;
    Point { lng_e7: round(point.lng_e7), lat_e7: round(point.lat_e7) }
}

fn seen(app: &App, tx: &mut ReadTx<'_>, number: Number, row: CaseRow, sight: &Sight) -> Result<Seen> {
    let request: Request = tx.request_by_number(&number)?.ok_or(Refusal::NotFound)?;
    let ours = matches!(sight, Sight::Unit(_));
    let is_public = |detail: &Detail| app.city.question(&detail.question).is_some_and(|q| q.public);
    let details = request.details.iter().filter(|detail| ours || is_public(detail)).cloned().collect();
    let told = ours.then(|| Told { text: request.text.clone(), place: request.place.clone() });
    Ok(Seen { number, case: public(tx, row)?, details, told })
}
