//! 派单: the centre names the unit that takes a case, by the catalogue or by hand.

use super::{Ground, Move, Obstacle, Phase, What};
use crate::{
    Refusal,
    deadline::clocks,
    dispatch::Proposal,
    lang::Words,
    policy::{Action, Member, Permitted, verb},
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
        if ground.city.unit(unit).is_none() {
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
    let class = Class { urgency: case.urgency, kind: case.kind, entered: case.entered };
    let designated = order.designated.then(|| What::Moved(Move::Designated { unit: order.unit.clone() }));
    if let Some(proposal) = order.followed.as_ref().filter(|p| p.unit == order.unit) {
        let first = by_rule(proposal, class, ground);
        return Ok(std::iter::once(first).chain(designated).collect());
    }
    let reason = text::required("reason", &order.reason, text::LINE_MAX)?;
    let reason = Words { zh: reason.clone(), en: reason };
    let first = dispatched(&order.unit, &order.assisting, "manual", reason, Vec::new(), class, ground);
    Ok(std::iter::once(first).chain(designated).collect())
}

/// The event of a dispatch that the catalogue decided.
pub(super) fn by_rule(proposal: &Proposal, class: Class, ground: &Ground<'_>) -> What {
    let Proposal { unit, assisting, rule, reason, because, .. } = proposal;
    dispatched(unit, assisting, rule, reason.clone(), because.clone(), class, ground)
}

/// Whom the catalogue names, as it is found out at the moment of the dispatch (指名结果).
#[derive(Clone, Copy, Debug)]
pub enum Named<'a> {
    /// An account that is in use.
    Found(&'a Member),
    /// No such account, or it is switched off.
    Gone,
}

/// Gives what the catalogue dispatches to the person whom its rule names. Where they cannot have it, it
/// stays with the unit, and what decided says why.
#[must_use]
pub fn give_to_named(mut events: Vec<What>, login: &str, named: Named<'_>) -> Vec<What> {
    let sent = events.iter_mut().rev().find_map(|what| match what {
        What::Dispatched { unit, because, .. } => Some((unit, because)),
        _ => None,
    });
    let Some((unit, because)) = sent else { return events };
    let why = match named {
        Named::Gone => "off",
        Named::Found(member) if member.unit != *unit => "elsewhere",
        Named::Found(member) if !member.can(Action::Answer) => "may-not",
        Named::Found(member) => {
            let (to, name) = (Some(member.id), member.name.clone());
            let (before, words) = (String::new(), String::new());
            events.push(What::Moved(Move::Assigned { to, name, before, words }));
            return events;
        }
    };
    because.retain(|one| !one.starts_with("handler="));
    because.push(format!("handler={login}={why}"));
    events
}

/// What the clocks of a dispatch depend on.
#[derive(Clone, Copy)]
pub(super) struct Class {
    pub(super) urgency: Urgency,
    pub(super) kind: Kind,
    /// Nobody outside waits to hear of it.
    pub(super) entered: bool,
}

pub(super) fn dispatched(
    unit: &str,
    assisting: &[String],
    rule: &str,
    reason: Words,
    because: Vec<String>,
    class: Class,
    ground: &Ground<'_>,
) -> What {
    let clocks = clocks(ground.city, class.urgency, class.kind, ground.now);
    What::Dispatched {
        unit: unit.to_owned(),
        assisting: assisting.iter().filter(|a| *a != unit).cloned().collect(),
        rule: rule.to_owned(),
        reason,
        because,
        sign: clocks.sign,
        contact: clocks.contact.filter(|_| !class.entered),
    }
}
