//! 研判: somebody is not satisfied, for a reason that can be mended. Whoever reviews decides: done
//! again as a new round, or closed as it is, with the reason either way.

use super::{Ending, Ground, Phase, Stage, What};
use crate::{
    Refusal,
    policy::{Action, Permitted, verb},
    text,
};

/// The decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Done again, or closed as it is.
    pub redo: bool,
    /// Why; the person reads it.
    pub reason: String,
}

/// Decides what is done about what a person said.
pub fn judge(
    on: &Permitted<'_, verb::Review>,
    said: &Judgement,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let Stage::Callback { unit, judge: true, .. } = &case.stage else {
        return Err(match case.phase() {
            Phase::Callback => Refusal::NothingToJudge,
            phase => Refusal::WrongPhase { tried: Action::Review, phase },
        });
    };
    let reason = text::required("reason", &said.reason, text::TEXT_MAX)?;
    let after = if said.redo {
        super::callback::reopened(case, Some(unit.clone()), ground)
    } else {
        What::Closed { ending: Ending::Upheld }
    };
    Ok(vec![What::Judged { redo: said.redo, reason }, after])
}
