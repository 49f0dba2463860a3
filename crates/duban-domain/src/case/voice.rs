//! 并入, 拆开并单 and 撤回: a person joins a case that somebody else opened, goes their own way again, or takes theirs back.
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

/// 并入, by somebody of the hotline who has the caller on the line.
pub fn join_for(
    on: &Permitted<'_, verb::Join>,
    number: &Number,
    request: RequestId,
) -> Result<Vec<What>, Refusal> {
    join(on.case(), number, request)
}

/// 拆开并单: a request that had joined goes its own way again, with everything that is its person's. The one that opened
/// the case stays: the case is its own.
pub fn part(
    on: &Permitted<'_, verb::Part>,
    number: &Number,
    request: RequestId,
    reason: &str,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if case.requests.first() == Some(&request) || !case.requests.contains(&request) {
        return Err(Refusal::NotItsRequest);
    }
    if case.withdrawn.contains(&request) {
        return Err(Refusal::NoChange);
    }
    let reason = text::required("reason", reason, text::TEXT_MAX)?;
    let mut events = vec![What::Parted { number: number.clone(), request, reason }];
    let left: Vec<_> = case.speaking().filter(|r| *r != request).collect();
    if left.is_empty() && case.is_open() {
        // The others took theirs back: nobody asks for this case any more.
        events.push(What::Closed { ending: Ending::Withdrawn });
    } else if case.heard_all_of(&left) {
        events.push(What::Closed { ending: Ending::Confirmed });
    }
    Ok(events)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        StaffId, Stamp,
        case::{Actor, Event, Phase, Stage, tests::in_phase},
        city::tests::zhuzhou,
        policy::{self, Member},
    };

    const SECOND: RequestId = RequestId(1_000);

    fn number() -> Number {
        Number::make(jiff::civil::date(2026, 1, 6), 2, false)
    }

    fn after(case: &Case, happened: Vec<What>) -> Case {
        let mut after = case.clone();
        for what in happened {
            after.apply(&Event { at: Stamp(after.opened_at.0 + 1), by: Actor::system(), what });
        }
        after
    }

    #[test]
    fn who_joined_goes_again_in_every_phase_and_leaves_the_case_as_it_was() {
        let city = zhuzhou();
        let who = Member::of(&city, StaffId(9), "测试", "hotline", "supervisor");
        for phase in Phase::ALL.iter().filter(|phase| **phase != Phase::Closed) {
            let case = in_phase(&city, *phase);
            let joined = after(&case, join(&case, &number(), SECOND).unwrap());
            let apart = |of: RequestId, reason: &str| {
                part(&policy::permit::<verb::Part>(&who, &joined).unwrap(), &number(), of, reason)
            };
            assert_eq!(apart(case.requests[0], "x"), Err(Refusal::NotItsRequest), "the case is its own");
            assert_eq!(apart(RequestId(77), "x"), Err(Refusal::NotItsRequest));
            assert_eq!(apart(SECOND, " "), Err(Refusal::NeedsText("reason")));
            let left = after(&joined, apart(SECOND, "不是一回事").unwrap());
            let same = Case { version: case.version, handling: case.handling.clone(), label: None, ..left };
            assert_eq!(same, Case { label: None, ..case }, "{phase:?}");
        }
    }

    #[test]
    fn a_case_ends_when_whoever_was_still_to_be_asked_has_gone() {
        let city = zhuzhou();
        let who = Member::of(&city, StaffId(9), "测试", "hotline", "supervisor");
        let case = in_phase(&city, Phase::Callback);
        let mut joined = after(&case, join(&case, &number(), SECOND).unwrap());
        if let Stage::Callback { heard, .. } = &mut joined.stage {
            heard.push(case.requests[0]);
        }
        let on = policy::permit::<verb::Part>(&who, &joined).unwrap();
        let happened = part(&on, &number(), SECOND, "不是一回事").unwrap();
        assert_eq!(happened.last(), Some(&What::Closed { ending: Ending::Confirmed }));
    }

    #[test]
    fn a_complaint_that_waited_to_be_judged_was_closed_when_another_caller_was_taken_out() {
        let city = zhuzhou();
        let who = Member::of(&city, StaffId(9), "测试", "hotline", "supervisor");
        let case = in_phase(&city, Phase::Callback);
        let mut joined = after(&case, join(&case, &number(), SECOND).unwrap());
        if let Stage::Callback { heard, judge, .. } = &mut joined.stage {
            heard.push(case.requests[0]);
            *judge = true;
        }
        let on = policy::permit::<verb::Part>(&who, &joined).unwrap();
        let happened = part(&on, &number(), SECOND, "不是一回事").unwrap();
        assert!(happened.iter().all(|what| !matches!(what, What::Closed { .. })), "{happened:?}");
    }
}
