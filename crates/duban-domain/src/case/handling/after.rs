//! 重启, 原因: what is done with a case that has ended, and what is learned from one.

use super::Move;
use crate::{
    Refusal,
    case::{Ground, Phase, Stage, What},
    deadline::clocks,
    policy::{Action, Permitted, verb},
    text,
};

/// Opens a closed case again: a new round of the unit that had it, or of the centre. The first
/// closing stays in the history.
pub fn restart(
    on: &Permitted<'_, verb::Reopen>,
    words: &str,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let Stage::Closed { unit, .. } = &case.stage else {
        return Err(Refusal::WrongPhase { tried: Action::Reopen, phase: case.phase() });
    };
    let words = text::required("words", words, text::TEXT_MAX)?;
    let clocks = clocks(ground.city, case.urgency, case.kind, ground.now);
    Ok(vec![
        What::Moved(Move::Restarted { words }),
        What::Reopened {
            round: case.round.saturating_add(1),
            unit: Some(unit.clone()).filter(|unit| !unit.is_empty()),
            finish: clocks.finish,
            contact: clocks.contact,
        },
    ])
}

/// Records why it happened, from the pack's list, so that it can be filtered and counted.
pub fn set_cause(
    on: &Permitted<'_, verb::Cause>,
    cause: Option<&str>,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if case.phase() == Phase::Received {
        return Err(Refusal::WrongPhase { tried: Action::Answer, phase: Phase::Received });
    }
    if cause.is_some_and(|key| ground.city.reasons.of_cause(key).is_none()) {
        return Err(Refusal::NeedsText("cause"));
    }
    if case.handling.cause.as_deref() == cause {
        return Err(Refusal::NoChange);
    }
    Ok(vec![What::Moved(Move::CauseSet { cause: cause.map(str::to_owned) })])
}
