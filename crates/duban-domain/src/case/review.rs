//! 审核: the centre accepts a unit's answer, or sends it back and says what is missing.

use super::{Case, Ending, Ground, Stage, What};
use crate::{
    Refusal,
    policy::{Action, Permitted, verb},
    stamp::DAY_MS,
    text,
};

/// The centre's decision on an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 通过
    Approve,
    /// 退回, and what is missing.
    SendBack(String),
}

/// Reviews an answer that somebody else wrote.
pub fn review(
    on: &Permitted<'_, verb::Review>,
    verdict: &Verdict,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let Stage::InReview { by, .. } = &on.case().stage else {
        return Err(Refusal::WrongPhase { tried: Action::Review, phase: on.case().phase() });
    };
    if *by == on.actor().id {
        return Err(Refusal::OwnAnswer);
    }
    Ok(vec![match verdict {
        Verdict::Approve => asked(on.case(), ground, false),
        Verdict::SendBack(reason) => {
            What::SentBack { reason: text::required("reason", reason, text::TEXT_MAX)? }
        }
    }])
}

/// The answer leaves the house, and the person is asked from now on. Where nobody outside asked for it,
/// that is the end.
pub(super) fn asked(case: &Case, ground: &Ground<'_>, unreviewed: bool) -> What {
    if case.entered {
        return What::Closed { ending: Ending::Own };
    }
    let until = ground.now.plus_ms(ground.city.settings.evaluation_days * DAY_MS);
    What::Approved { until, unreviewed }
}
