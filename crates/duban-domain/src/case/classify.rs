//! 改分类: another category, kind or urgency. The finish deadline is reckoned again from the start
//! of the round, and the event shows it.

use super::{Ground, Phase, What};
use crate::{
    Refusal,
    deadline::clocks,
    policy::{Action, Permitted, verb},
    request::{Kind, Urgency},
    text,
};

/// What it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// The category.
    pub category: Option<String>,
    /// The kind of voice.
    pub kind: Kind,
    /// The urgency.
    pub urgency: Urgency,
    /// Why.
    pub reason: String,
}

/// Classifies an open case anew.
pub fn classify(
    on: &Permitted<'_, verb::Classify>,
    to: &Classification,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if case.phase() == Phase::Closed {
        return Err(Refusal::WrongPhase { tried: Action::Classify, phase: Phase::Closed });
    }
    // A category that was retired stays where it is, and is not given anew.
    let new = to.category.as_deref().filter(|_| to.category != case.category);
    if let Some(key) = new.filter(|key| ground.city.live_category(key).is_none()) {
        return Err(Refusal::UnknownCategory(key.to_owned()));
    }
    if (&case.category, case.kind, case.urgency) == (&to.category, to.kind, to.urgency) {
        return Err(Refusal::NoChange);
    }
    let reason = text::required("reason", &to.reason, text::LINE_MAX)?;
    let finish = clocks(ground.city, to.urgency, to.kind, case.round_at).finish;
    Ok(vec![What::Classified {
        category: to.category.clone(),
        kind: to.kind,
        urgency: to.urgency,
        finish,
        reason,
    }])
}
