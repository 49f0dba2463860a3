//! 工单页: everything a member may see of one case.

use duban_domain::{
    Number, Refusal, Stamp,
    case::{Case, Event},
    dispatch::Proposal,
    object::CityObject,
    policy::{Reach, permit, verb},
    request::Request,
};
use duban_store::{CaseRow, Link, MediaRow, ReadTx};

use super::{
    assign::{self, Colleague},
    dispatch::proposal,
    seen,
};
use crate::{
    Ctx,
    notice::{self, Entry},
    object, person,
    phrase::{self, Offered},
    wiring::Result,
};

/// How far "near" reaches on the case's map, in metres.
const NEAR_METRES: i64 = 500;
/// How many neighbours the map shows.
const NEAR_MAX: usize = 12;
/// How many neighbours are looked at for those of the same category.
const LOOKED_AT_MAX: i64 = 200;

/// How many neighbours are looked at for what may be the same matter.
const ALIKE_MAX: i64 = 1_000;

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
    pub trip: Vec<(CaseRow, i64)>,
    /// Prepared texts that fit, filled in.
    pub phrases: Vec<Offered>,
    /// Objects of the city that its requests name, as far as they are still known.
    pub objects: Vec<CityObject>,
    /// Cases of the same category that may be the same matter, as the city's settings have it.
    pub alike: Vec<CaseRow>,
    /// How many people speak of it, when that makes it a matter of many.
    pub group: Option<usize>,
    /// Other systems that have it.
    pub links: Vec<Link>,
    /// What the catalogue proposes while the centre has it.
    pub proposal: Option<Proposal>,
    /// The name of whoever has it in person.
    pub handler: Option<String>,
    /// Who can be given it in person, when this member may give it.
    pub colleagues: Vec<Colleague>,
    /// What was told to whom about it, newest first.
    pub told: Vec<Entry>,
    /// How many mails came about it.
    pub letters: i64,
}

/// A request with its person.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The request.
    pub request: Request,
    /// The person as this member may see them.
    pub person: person::Shown,
}

/// The number of a case that this member may see, by its number or that of one of its requests.
pub fn glance(ctx: &Ctx, number: &Number) -> Result<Number> {
    let case = ctx.app.store.read(|tx| Ok::<_, crate::AppError>(tx.case_by_number(number)?))?;
    let case = case.ok_or(Refusal::NotFound)?;
    permit::<verb::View>(&ctx.who, &case)?;
    Ok(case.number)
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
        let (near, trip) = near(tx, &ctx.who.reach, &row)?;
        let alike = alike(ctx, tx, &row)?;
        let group = ctx.city().settings.group(said(&voices, &alike).into_iter());
        let proposal =
            voices.first().filter(|_| case.unit().is_none()).map(|v| proposal(&ctx.app, &case, &v.request));
        let handler =
            case.handling.handler.map(|id| tx.staff(id)).transpose()?.flatten().map(|staff| staff.name);
        let colleagues = assign::colleagues(ctx, tx, &case)?;
        let told = notice::of_case(ctx, tx, &case)?;
        let links = tx.links_of(case.id)?;
        let letters = tx.letter_count(case.id)?;
        let details = voices.iter().flat_map(|voice| &voice.request.details);
        let objects = object::chosen(&ctx.app, tx, details)?;
        Ok::<_, crate::AppError>(Shown {
            told,
            letters,
            objects,
            handler,
            colleagues,
            case,
            row,
            voices,
            history,
            media,
            near,
            trip,
            phrases: Vec::new(),
            links,
            alike,
            group,
            proposal,
        })
    })?;
    shown.phrases = phrase::offered(ctx, &shown.case, &shown.row)?;
    seen::look(ctx, &shown.case)?;
    Ok(shown)
}

/// When each person spoke: those of the case, and those of cases that may be the same matter.
fn said(voices: &[Voice], alike: &[CaseRow]) -> Vec<Stamp> {
    let own = voices.iter().map(|voice| voice.request.received_at);
    let others = alike.iter().flat_map(|other| {
        std::iter::repeat_n(other.opened_at, usize::try_from(other.voices.clamp(0, 1_000)).unwrap_or(0))
    });
    own.chain(others).collect()
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
    let trip = found.iter().filter(|(other, _)| same(other)).cloned().collect();
    found.truncate(NEAR_MAX);
    Ok((found, trip))
}

/// A case without anything around it, for a step on several.
pub fn case(ctx: &Ctx, number: &Number) -> Result<Case> {
    ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::View>(&ctx.who, &case)?;
        Ok(case)
    })
}

/// What may be the same matter: of one category, near, and close in time; within this member's reach.
fn alike(ctx: &Ctx, tx: &mut ReadTx<'_>, row: &CaseRow) -> Result<Vec<CaseRow>> {
    let (Some(point), Some(category)) = (row.point, &row.category) else { return Ok(Vec::new()) };
    let settings = &ctx.city().settings;
    let found = tx.near(point, i64::from(settings.duplicate_metres), ALIKE_MAX, &ctx.who.reach)?;
    let same = |(other, metres): &(CaseRow, i64)| {
        other.id != row.id
            && other.category.as_ref() == Some(category)
            && settings.is_perhaps_same(*metres, other.opened_at.0 - row.opened_at.0)
    };
    Ok(found.into_iter().filter(same).map(|(other, _)| other).collect())
}
