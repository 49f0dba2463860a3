//! 派单: the centre names the unit that takes a case, by the catalogue or by hand.

use super::{Ground, Move, Obstacle, Phase, What};
use crate::{
    Refusal,
    deadline::clocks,
    dispatch::Proposal,
    lang::Words,
    policy::{Action, Permitted, verb},
    request::{Kind, Urgency},
    text,
};

/// A dispatch by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatching {
    /// The lead unit.
    pub unit: String,
    /// Units that help.
    pub assisting: Vec<String>,
    /// Why this unit. May be empty only when the catalogue's proposal is followed.
    pub reason: String,
    /// The catalogue's proposal, when it is being followed.
    pub followed: Option<Proposal>,
    /// 指定承办: the unit cannot return it.
    pub designated: bool,
}

/// Dispatches a case, or moves it to another unit while it is being handled.
pub fn dispatch(
    on: &Permitted<'_, verb::Dispatch>,
    order: &Dispatching,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let phase = case.phase();
    if !matches!(phase, Phase::Received | Phase::Dispatched | Phase::InHand) {
        return Err(Refusal::WrongPhase { tried: Action::Dispatch, phase });
    }
    for unit in std::iter::once(&order.unit).chain(&order.assisting) {
        if ground.city.open_unit(unit).is_none() {
            return Err(Refusal::UnknownUnit(unit.clone()));
        }
    }
    if case.is_returning() {
        return Err(Obstacle::Pending.into());
    }
    let same = case.unit() == Some(order.unit.as_str()) && case.assisting == order.assisting;
    if same && case.handling.designated == order.designated {
        return Err(Refusal::SameUnit);
    }
    let designated = order.designated.then(|| What::Moved(Move::Designated { unit: order.unit.clone() }));
    if let Some(proposal) = order.followed.as_ref().filter(|p| p.unit == order.unit) {
        let first = by_rule(proposal, case.urgency, case.kind, ground);
        return Ok(std::iter::once(first).chain(designated).collect());
    }
    let reason = text::required("reason", &order.reason, text::LINE_MAX)?;
    let reason = Words { zh: reason.clone(), en: reason };
    let first = dispatched(
        &order.unit,
        &order.assisting,
        "manual",
        reason,
        Vec::new(),
        (case.urgency, case.kind),
        ground,
    );
    Ok(std::iter::once(first).chain(designated).collect())
}

/// The event of a dispatch that the catalogue decided.
pub(super) fn by_rule(proposal: &Proposal, urgency: Urgency, kind: Kind, ground: &Ground<'_>) -> What {
    let Proposal { unit, assisting, rule, reason, because, .. } = proposal;
    dispatched(unit, assisting, rule, reason.clone(), because.clone(), (urgency, kind), ground)
}

fn dispatched(
    unit: &str,
    assisting: &[String],
    rule: &str,
    reason: Words,
    because: Vec<String>,
    class: (Urgency, Kind),
    ground: &Ground<'_>,
) -> What {
    let clocks = clocks(ground.city, class.0, class.1, ground.now);
    What::Dispatched {
        unit: unit.to_owned(),
        assisting: assisting.iter().filter(|a| *a != unit).cloned().collect(),
        rule: rule.to_owned(),
        reason,
        because,
        sign: clocks.sign,
        contact: clocks.contact,
    }
}
