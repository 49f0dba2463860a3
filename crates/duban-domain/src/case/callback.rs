//! 回访: each person is asked whether it is solved. Their word beats the unit's.

use super::{Case, Ending, Ground, Phase, Satisfaction, Stage, What};
use crate::{
    Refusal, RequestId, Stamp,
    deadline::clocks,
    policy::{Action, Permitted, verb},
    stamp::DAY_MS,
    text,
};

/// How far calls at different hours lie apart, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

/// What a person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whose request.
    pub request: RequestId,
    /// Solved or not.
    pub solved: bool,
    /// How satisfied, when they said.
    pub satisfaction: Option<Satisfaction>,
    /// In their own words.
    pub words: String,
}

/// Records what a person said: by telephone to the hotline, or by themselves on their page.
/// "Solved" by the last of them closes the case; "not solved" by any of them begins a new round.
pub fn hear(
    on: &Permitted<'_, verb::Callback>,
    said: &Heard,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let Stage::Callback { unit, heard, .. } = &case.stage else {
        return Err(Refusal::WrongPhase { tried: Action::Callback, phase: case.phase() });
    };
    if !case.requests.contains(&said.request) {
        return Err(Refusal::NotItsRequest);
    }
    if heard.contains(&said.request) || case.withdrawn.contains(&said.request) {
        return Err(Refusal::AlreadyHeard);
    }
    let words = text::optional("words", &said.words, text::TEXT_MAX)?;
    let mut events = vec![What::Heard {
        request: said.request,
        solved: said.solved,
        satisfaction: said.satisfaction,
        words,
    }];
    if !said.solved {
        events.push(reopened(case, Some(unit.clone()), ground));
    } else if case.speaking().all(|r| r == said.request || heard.contains(&r)) {
        events.push(What::Closed { ending: Ending::Confirmed });
    }
    Ok(events)
}

/// Records a call that nobody answered. Calls lie at different hours and over the city's days, so
/// that "nobody answered" cannot be had in a minute; the last of them closes the case unrated.
pub fn no_reply(on: &Permitted<'_, verb::Callback>, ground: &Ground<'_>) -> Result<Vec<What>, Refusal> {
    let Stage::Callback { tries, .. } = &on.case().stage else {
        return Err(Refusal::WrongPhase { tried: Action::Callback, phase: on.case().phase() });
    };
    let settings = &ground.city.settings;
    let soon = |last: &Stamp| ground.now < last.plus_ms(HOUR_MS);
    if settings.callback_different_hours && tries.last().is_some_and(soon) {
        return Err(Refusal::TooSoon);
    }
    let attempt = u8::try_from(tries.len()).unwrap_or(u8::MAX).saturating_add(1);
    let mut events = vec![What::NoReply { attempt }];
    let first = tries.first().copied().unwrap_or(ground.now);
    let long_enough = ground.now >= first.plus_ms((i64::from(settings.callback_days) - 1).max(0) * DAY_MS);
    if attempt >= settings.callback_attempts && long_enough {
        events.push(What::Closed { ending: Ending::Unrated });
    }
    Ok(events)
}

/// The page has asked long enough: a case in callback closes, rated if somebody spoke.
pub fn expire(on: &Permitted<'_, verb::Keep>, ground: &Ground<'_>) -> Result<Vec<What>, Refusal> {
    match &on.case().stage {
        Stage::Callback { until, heard, .. } if *until <= ground.now => {
            let ending = if heard.is_empty() { Ending::Unrated } else { Ending::Confirmed };
            Ok(vec![What::Closed { ending }])
        }
        Stage::Callback { .. } => Err(Refusal::NoChange),
        _ => Err(Refusal::WrongPhase { tried: Action::Callback, phase: on.case().phase() }),
    }
}

/// A new round: the same unit keeps it, with new clocks from now.
fn reopened(case: &Case, unit: Option<String>, ground: &Ground<'_>) -> What {
    debug_assert_eq!(case.phase(), Phase::Callback);
    let clocks = clocks(ground.city, case.urgency, case.kind, ground.now);
    What::Reopened {
        round: case.round.saturating_add(1),
        unit,
        finish: clocks.finish,
        contact: clocks.contact,
    }
}
