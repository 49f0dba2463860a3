//! 派单: the dispatcher follows the catalogue's proposal or decides otherwise, with a reason.

use duban_domain::{
    case::{self, Case, Dispatching},
    dispatch::{Matter, Proposal, propose},
    policy::{allow, verb},
    request::Request,
};

use super::{On, step_with};
use crate::{App, Ctx, wiring::Result};

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
        let first = tx.requests_of(permitted.case().id)?.into_iter().next();
        let proposal = first.map(|request| proposal(&ctx.app, permitted.case(), &request));
        let same = |p: &Proposal| {
            p.unit == order.unit && (order.assisting.is_empty() || order.assisting == p.assisting)
        };
        let followed = proposal.filter(|p| same(p) && order.reason.trim().is_empty());
        let order = Dispatching {
            unit: order.unit.clone(),
            assisting: order.assisting.clone(),
            reason: order.reason.clone(),
            followed,
            designated: order.designated,
        };
        Ok(case::dispatch(permitted, &order, ground)?)
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
