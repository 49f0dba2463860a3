//! 并入 and 撤回: a person joins a case that somebody else opened, and a person takes theirs back.
//!
//! Each voice keeps its own number and its own say at the end; the work is one.

use super::{Case, Ending, What};
use crate::{
    Number, Refusal, RequestId,
    policy::{Action, Permitted, verb},
    text,
};

/// "我也遇到了": another person's request joins an open case.
pub fn join(case: &Case, number: &Number, request: RequestId) -> Result<Vec<What>, Refusal> {
    if !case.is_open() {
        return Err(Refusal::WrongPhase { tried: Action::Register, phase: case.phase() });
    }
    if case.requests.contains(&request) {
        return Err(Refusal::NoChange);
    }
    Ok(vec![What::Joined { number: number.clone(), request }])
}

/// 撤回: the person does not want it dealt with any more. When nobody else speaks for it, the case ends.
pub fn withdraw(
    on: &Permitted<'_, verb::Withdraw>,
    request: RequestId,
    reason: &str,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if !case.is_open() {
        return Err(Refusal::WrongPhase { tried: Action::Register, phase: case.phase() });
    }
    if !case.requests.contains(&request) {
        return Err(Refusal::NotItsRequest);
    }
    if case.withdrawn.contains(&request) {
        return Err(Refusal::NoChange);
    }
    let reason = text::required("reason", reason, text::TEXT_MAX)?;
    let mut events = vec![What::Withdrawn { request, reason }];
    let left: Vec<_> = case.speaking().filter(|r| *r != request).collect();
    if left.is_empty() {
        events.push(What::Closed { ending: Ending::Withdrawn });
    } else if case.heard_all_of(&left) {
        // The one who was still to be asked has gone: everybody else has spoken.
        events.push(What::Closed { ending: Ending::Confirmed });
    }
    Ok(events)
}
