//! 协办: units that help. They see the case and take notes; only the lead speaks to the person.

use super::{Move, Obstacle};
use crate::{
    Refusal,
    case::{Ground, Phase, What},
    policy::{Action, Permitted, verb},
    text,
};

/// The units that help a case at most: more is a matter for a conference.
const HELPERS_MAX: usize = 12;

/// Another unit helps from now on, with a part of its own.
pub fn join(
    on: &Permitted<'_, verb::Dispatch>,
    unit: &str,
    words: &str,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    handled(case.phase())?;
    if ground.city.open_unit(unit).is_none() {
        return Err(Refusal::UnknownUnit(unit.to_owned()));
    }
    if case.unit() == Some(unit) || case.assisting.iter().any(|helper| helper == unit) {
        return Err(Refusal::SameUnit);
    }
    if case.assisting.len() >= HELPERS_MAX {
        return Err(Obstacle::TooMany(HELPERS_MAX).into());
    }
    let words = text::required("words", words, text::LINE_MAX)?;
    Ok(vec![What::Moved(Move::Joined { unit: unit.to_owned(), words })])
}

/// A unit no longer helps.
pub fn leave(on: &Permitted<'_, verb::Dispatch>, unit: &str, words: &str) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    handled(case.phase())?;
    if !case.assisting.iter().any(|helper| helper == unit) {
        return Err(Refusal::NoChange);
    }
    let words = text::required("words", words, text::LINE_MAX)?;
    Ok(vec![What::Moved(Move::Left { unit: unit.to_owned(), words })])
}

fn handled(phase: Phase) -> Result<(), Refusal> {
    match phase {
        Phase::Dispatched | Phase::InHand => Ok(()),
        phase => Err(Refusal::WrongPhase { tried: Action::Dispatch, phase }),
    }
}
