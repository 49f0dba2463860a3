//! 经办人: a case is given to a person of the unit that leads it, taken over, or handed back to the unit.

use super::{Move, Obstacle};
use crate::{
    Refusal,
    case::{Phase, What},
    policy::{Action, Member, Permitted, verb},
    text,
};

/// Gives a case to somebody of its unit; to nobody: back to the unit. `before` is the name of whoever
/// has it now.
pub fn assign(
    on: &Permitted<'_, verb::Assign>,
    to: Option<&Member>,
    before: &str,
    words: &str,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let phase = case.phase();
    if matches!(phase, Phase::Received | Phase::Closed) {
        return Err(Refusal::WrongPhase { tried: Action::Assign, phase });
    }
    if to.map(|member| member.id) == case.handling.handler {
        return Err(Refusal::NoChange);
    }
    // Whoever cannot answer for the unit would have a case that they cannot finish.
    if to.is_some_and(|member| !member.reach.leads(case) || !member.can(Action::Answer)) {
        return Err(Obstacle::NotOfTheUnit.into());
    }
    Ok(vec![What::Moved(Move::Assigned {
        to: to.map(|member| member.id),
        name: to.map(|member| member.name.clone()).unwrap_or_default(),
        before: before.to_owned(),
        words: text::optional("words", words, text::LINE_MAX)?,
    })])
}
