//! 派单: the dispatcher follows the catalogue's proposal or decides otherwise, with a reason.

use duban_domain::{
    case::{self, Case, Dispatching, Named, What, give_to_named},
    dispatch::{Matter, Proposal, propose},
    policy::{allow, verb},
    request::Request,
    triage::Aim,
};
use duban_store::{ReadTx, WriteTx};

use super::{On, assign::member, step_with};
use crate::{
    App, Ctx,
    triage::{self, Asked},
    wiring::Result,
};

/// What the dispatcher decided.
#[derive(Clone, Debug)]
pub struct Order {
    /// The lead unit.
    pub unit: String,
    /// Units that help.
    pub assisting: Vec<String>,
    /// Why; may be empty when the proposal is followed.
    pub reason: String,
    /// 指定承办: the unit cannot return it. Only for whoever decides on returns.
    pub designated: bool,
}

/// Dispatches a case.
pub fn dispatch(ctx: &Ctx, on: &On, order: &Order) -> Result<Case> {
    step_with::<verb::Dispatch>(ctx, on, |tx, permitted, ground| {
        if order.designated {
            allow::<verb::Decide>(&ctx.who)?;
        }
        let (wanted, before) = (&order.unit, permitted.case());
        let order = dispatching(&ctx.app, tx, before, order)?;
        let login = order.followed.as_ref().and_then(|proposal| proposal.handler.clone());
        let events = case::dispatch(permitted, &order, ground)?;
        if before.unit() != Some(wanted.as_str()) {
            note_choice(ctx, tx, before, wanted)?;
        }
        // What changes only who is designated is no dispatch by the catalogue.
        match login.filter(|_| order.followed.as_ref().is_some_and(|p| p.unit == order.unit)) {
            Some(login) => given(&ctx.app, tx, events, &login),
            None => Ok(events),
        }
    })
}

/// What the dispatcher chose where a model had suggested a unit.
fn note_choice(ctx: &Ctx, tx: &mut WriteTx<'_>, case: &Case, chosen: &str) -> Result<()> {
    let Some(first) = tx.requests_of(case.id)?.into_iter().next() else { return Ok(()) };
    let asked = Asked {
        title: &first.title,
        text: &first.text,
        division: first.place.division.as_deref(),
        category: case.category.as_deref(),
    };
    triage::note(&ctx.app, tx, &ctx.who.unit, Aim::Unit, &asked, chosen, ctx.now)
}

/// Gives it to the person whom the catalogue names, if they can have it now.
pub(super) fn given(app: &App, tx: &mut ReadTx<'_>, events: Vec<What>, login: &str) -> Result<Vec<What>> {
    let staff = tx.staff_by_login(login)?.filter(|staff| staff.active);
    let found = staff.map(|staff| member(&app.city, &staff));
    Ok(give_to_named(events, login, found.as_ref().map_or(Named::Gone, Named::Found)))
}

/// The order with the catalogue's proposal, where it follows that.
pub(super) fn dispatching(app: &App, tx: &mut ReadTx<'_>, case: &Case, order: &Order) -> Result<Dispatching> {
    let first = tx.requests_of(case.id)?.into_iter().next();
    let proposal = first.map(|request| proposal(app, case, &request));
    let same =
        |p: &Proposal| p.unit == order.unit && (order.assisting.is_empty() || order.assisting == p.assisting);
    Ok(Dispatching {
        unit: order.unit.clone(),
        assisting: order.assisting.clone(),
        reason: order.reason.clone(),
        followed: proposal.filter(|p| same(p) && order.reason.trim().is_empty()),
        designated: order.designated,
    })
}

/// What the catalogue proposes for a case as it is classified now.
#[must_use]
pub fn proposal(app: &App, case: &Case, request: &Request) -> Proposal {
    propose(
        &app.city,
        &Matter {
            title: &request.title,
            text: &request.text,
            category: case.category.as_deref(),
            division: request.place.division.as_deref(),
            place_words: &request.place.words,
            kind: Some(case.kind),
            details: &request.details,
            at: request.received_at,
        },
    )
}
