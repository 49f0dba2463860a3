//! 工单页: everything a member may see of one case.

use duban_domain::{
    Number, Refusal,
    case::{Case, Event},
    dispatch::Proposal,
    policy::{Reach, permit, verb},
    request::Request,
};
use duban_store::{CaseRow, MediaRow, ReadTx};

use super::dispatch::proposal;
use crate::{
    Ctx, person,
    phrase::{self, Offered},
    wiring::Result,
};

/// How far "near" reaches on the case's map, in metres.
const NEAR_METRES: i64 = 500;
/// How many neighbours the map shows.
const NEAR_MAX: usize = 12;
/// How many neighbours are looked at for those of the same category.
const LOOKED_AT_MAX: i64 = 200;

/// A case as a member sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The case.
    pub case: Case,
    /// Its row: title, place, owner.
    pub row: CaseRow,
    /// Its requests, each with its person as this member may see them.
    pub voices: Vec<Voice>,
    /// Its history, oldest first; an erased entry is none.
    pub history: Vec<Option<Event>>,
    /// Photos and documents.
    pub media: Vec<MediaRow>,
    /// Cases nearby, nearest first, with metres.
    pub near: Vec<(CaseRow, i64)>,
    /// Open cases nearby of the same category, nearest first, with metres: for the same trip.
    pub alike: Vec<(CaseRow, i64)>,
    /// Prepared texts that fit, filled in.
    pub phrases: Vec<Offered>,
    /// What the catalogue proposes while the centre has it.
    pub proposal: Option<Proposal>,
}

/// A request with its person.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The request.
    pub request: Request,
    /// The person as this member may see them.
    pub person: person::Shown,
}

/// A case by its number or the number of one of its requests; outside one's reach there is none.
pub fn show(ctx: &Ctx, number: &Number) -> Result<Shown> {
    let mut shown = ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::View>(&ctx.who, &case)?;
        let row = tx.case_row(case.id)?.ok_or(Refusal::NotFound)?;
        let voices = voices(ctx, tx, &case)?;
        let history = tx.events(case.id)?.into_iter().map(|stored| stored.event).collect();
        let media = tx.media_of(case.id)?;
        let (near, alike) = near(tx, &ctx.who.reach, &row)?;
        let proposal =
            voices.first().filter(|_| case.unit().is_none()).map(|v| proposal(&ctx.app, &case, &v.request));
        let phrases = Vec::new();
        Ok::<_, crate::AppError>(Shown { case, row, voices, history, media, near, alike, phrases, proposal })
    })?;
    shown.phrases = phrase::offered(ctx, &shown.case, &shown.row)?;
    Ok(shown)
}

fn voices(ctx: &Ctx, tx: &mut ReadTx<'_>, case: &Case) -> Result<Vec<Voice>> {
    let mut voices = Vec::new();
    for request in tx.requests_of(case.id)? {
        let person = person::shown(&ctx.app, tx, &ctx.who, &request, ctx.lang)?;
        voices.push(Voice { request, person });
    }
    Ok(voices)
}

/// A case with how far it is, in metres.
type Neighbours = Vec<(CaseRow, i64)>;

/// What is near, and what of it can be done on the same trip.
fn near(tx: &mut ReadTx<'_>, reach: &Reach, row: &CaseRow) -> Result<(Neighbours, Neighbours)> {
    let Some(point) = row.point else { return Ok((Vec::new(), Vec::new())) };
    let mut found = tx.near(point, NEAR_METRES, LOOKED_AT_MAX, reach)?;
    found.retain(|(other, _)| other.id != row.id);
    let same = |other: &CaseRow| {
        other.closed_at.is_none() && row.category.is_some() && other.category == row.category
    };
    let alike = found.iter().filter(|(other, _)| same(other)).cloned().collect();
    found.truncate(NEAR_MAX);
    Ok((found, alike))
}

/// A case without anything around it, for a step on several.
pub fn case(ctx: &Ctx, number: &Number) -> Result<Case> {
    ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::View>(&ctx.who, &case)?;
        Ok(case)
    })
}
