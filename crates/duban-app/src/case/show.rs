//! 工单页: everything a member may see of one case.

use duban_domain::{
    Number, Refusal,
    case::{Case, Event},
    dispatch::Proposal,
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
    person,
    wiring::Result,
};

/// How far "near" reaches on the case's map, in metres.
const NEAR_METRES: i64 = 500;
/// How many neighbours the map shows.
const NEAR_MAX: i64 = 12;

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
    /// Cases of the same category that may be the same matter, as the city's settings have it.
    pub alike: Vec<CaseRow>,
    /// How many people speak of it, when that makes it a matter of many.
    pub group: Option<i64>,
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
    let shown: Shown = ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::View>(&ctx.who, &case)?;
        let row = tx.case_row(case.id)?.ok_or(Refusal::NotFound)?;
        let voices = voices(ctx, tx, &case)?;
        let history = tx.events(case.id)?.into_iter().map(|stored| stored.event).collect();
        let media = tx.media_of(case.id)?;
        let near = near(tx, &ctx.who.reach, &row)?;
        let alike = alike(ctx, tx, &row)?;
        let others = alike.iter().map(|other| (other.opened_at, other.voices));
        let group = ctx.city().settings.group(row.opened_at, row.voices, others);
        let proposal =
            voices.first().filter(|_| case.unit().is_none()).map(|v| proposal(&ctx.app, &case, &v.request));
        let handler =
            case.handling.handler.map(|id| tx.staff(id)).transpose()?.flatten().map(|staff| staff.name);
        let colleagues = assign::colleagues(ctx, tx, &case)?;
        let told = notice::of_case(ctx, tx, &case)?;
        let links = tx.links_of(case.id)?;
        Ok::<_, crate::AppError>(Shown {
            told,
            handler,
            colleagues,
            case,
            row,
            voices,
            history,
            media,
            near,
            links,
            alike,
            group,
            proposal,
        })
    })?;
    seen::look(ctx, &shown.case)?;
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

fn near(tx: &mut ReadTx<'_>, reach: &Reach, row: &CaseRow) -> Result<Vec<(CaseRow, i64)>> {
    let Some(point) = row.point else { return Ok(Vec::new()) };
    let found = tx.near(point, NEAR_METRES, NEAR_MAX + 1, reach)?;
    Ok(found
        .into_iter()
        .filter(|(other, _)| other.id != row.id)
        .take(usize::try_from(NEAR_MAX).unwrap_or(0))
        .collect())
}
