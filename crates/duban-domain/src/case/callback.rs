//! 回访: each person is asked whether it is solved. Their word beats the unit's.

use super::{Case, Chosen, Ending, Ground, Phase, Satisfaction, Stage, Unreached, What};
use crate::{
    Refusal, RequestId, Stamp,
    city::{City, Follow},
    deadline::clocks,
    policy::{Action, Permitted, verb},
    text,
};

/// An hour in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// How many days ahead a free period is looked for.
const DAYS_AHEAD: u8 = 14;

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
    /// Keys of the survey's answers that they chose.
    pub answers: Vec<String>,
}

/// Records what a person said: by telephone to the hotline, or by themselves on their page.
/// "Solved" by the last of them closes the case; "not solved" by any of them begins a new round, unless
/// all they chose of the survey is to be judged, or says that nothing could be mended.
pub fn hear(
    on: &Permitted<'_, verb::Callback>,
    said: &Heard,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let Stage::Callback { unit, heard, judge, .. } = &case.stage else {
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
    let (surveyed, follow) = surveyed(said, ground);
    events.extend(surveyed);
    let last = case.speaking().all(|r| r == said.request || heard.contains(&r));
    match (said.solved, follow) {
        (false, Follow::Redo) => events.push(reopened(case, Some(unit.clone()), ground)),
        (false, Follow::Judge) => {}
        // Somebody's word waits to be judged: then that decides.
        (true, _) if last && !judge => events.push(What::Closed { ending: Ending::Confirmed }),
        (false, Follow::Close) if last && !judge => events.push(What::Closed { ending: Ending::Upheld }),
        (true, _) | (false, Follow::Close) => {}
    }
    Ok(events)
}

/// What the person chose of the survey, in the words of this day, and the strongest of what it leads to.
/// Without a choice the person's plain "not solved" is enough for a new round.
fn surveyed(said: &Heard, ground: &Ground<'_>) -> (Option<What>, Follow) {
    let survey = &ground.city.desk.survey;
    let chosen: Vec<_> =
        survey.iter().filter(|a| a.solved == said.solved && said.answers.contains(&a.key)).collect();
    if chosen.is_empty() {
        return (None, Follow::Redo);
    }
    let follow = chosen.iter().map(|answer| answer.follow).min().unwrap_or(Follow::Redo);
    let what = What::Surveyed {
        request: said.request,
        chosen: chosen.iter().map(|a| Chosen { key: a.key.clone(), text: a.text.clone() }).collect(),
        follow: (!said.solved).then_some(follow),
        alert: chosen.iter().any(|answer| answer.alert),
    };
    (Some(what), follow)
}

/// Records a call that did not reach the person. Calls lie at different hours and over the city's days,
/// so that "not reached" cannot be had in a minute; the last of them closes the case, counted apart.
/// Whoever does not want to be asked is not asked again.
pub fn no_reply(
    on: &Permitted<'_, verb::Callback>,
    how: Unreached,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let Stage::Callback { tries, judge, .. } = &on.case().stage else {
        return Err(Refusal::WrongPhase { tried: Action::Callback, phase: on.case().phase() });
    };
    let settings = &ground.city.settings;
    let attempt = u8::try_from(tries.len()).unwrap_or(u8::MAX).saturating_add(1);
    let mut events = vec![What::NoReply { attempt, how }];
    if how == Unreached::Refused {
        if !judge {
            events.push(What::Closed { ending: Ending::Unrated });
        }
        return Ok(events);
    }
    if settings.callback_different_hours && !is_free(tries, ground.now, ground.city) {
        return Err(Refusal::TooSoon);
    }
    let long_enough = last_not_before(tries, ground.city).is_none_or(|from| ground.now >= from);
    if attempt >= settings.callback_attempts && long_enough && !judge {
        events.push(What::Closed { ending: Ending::NotReached });
    }
    Ok(events)
}

/// When the next call is due: not before the hours between two are over, in a period of the day in which
/// nobody called yet that day, and the last one on the last of the city's days.
#[must_use]
pub fn next_try(tries: &[Stamp], now: Stamp, city: &City) -> Stamp {
    let rested = tries.last().map_or(now, |last| last.plus_ms(hours_apart(city)));
    let is_last = tries.len() + 1 >= usize::from(city.settings.callback_attempts);
    let held = last_not_before(tries, city).filter(|_| is_last).unwrap_or(now);
    let from = rested.max(now).max(held);
    let periods = &city.settings.callback_periods;
    if !city.settings.callback_different_hours || periods.is_empty() {
        return from;
    }
    let mut day = from.date(&city.zone);
    for _ in 0..DAYS_AHEAD {
        let midnight = Stamp::start_of(day, &city.zone);
        for (begin, end) in periods {
            let (begin, end) = (midnight.plus_ms(minutes(*begin)), midnight.plus_ms(minutes(*end)));
            let at = begin.max(from);
            if at < end && is_free(tries, at, city) {
                return at;
            }
        }
        day = day.tomorrow().unwrap_or(day);
    }
    from
}

/// The last attempt lies on the last of the city's days: where that day begins.
fn last_not_before(tries: &[Stamp], city: &City) -> Option<Stamp> {
    let later = i64::from(city.settings.callback_days) - 1;
    let first = tries.first().filter(|_| later > 0)?.date(&city.zone);
    Some(Stamp::start_of(first.checked_add(jiff::Span::new().days(later)).ok()?, &city.zone))
}

/// Whether a call may be made now. Outside of all periods it may: somebody asked to be called then.
fn is_free(tries: &[Stamp], at: Stamp, city: &City) -> bool {
    if tries.last().is_some_and(|last| at < last.plus_ms(hours_apart(city))) {
        return false;
    }
    let part = |at: Stamp| {
        let day = at.date(&city.zone);
        let minute = (at.0 - Stamp::start_of(day, &city.zone).0) / 60_000;
        let within = |(from, to): &(i16, i16)| minute >= i64::from(*from) && minute < i64::from(*to);
        city.settings.callback_periods.iter().position(within).map(|period| (day, period))
    };
    part(at).is_none_or(|this| tries.iter().all(|tried| part(*tried) != Some(this)))
}

fn hours_apart(city: &City) -> i64 {
    i64::from(city.settings.callback_hours_apart.max(1)) * HOUR_MS
}

fn minutes(of_day: i16) -> i64 {
    i64::from(of_day) * 60_000
}

/// The page has asked long enough: a case in callback closes, rated if somebody spoke.
pub fn expire(on: &Permitted<'_, verb::Keep>, ground: &Ground<'_>) -> Result<Vec<What>, Refusal> {
    match &on.case().stage {
        // Somebody's word waits to be judged: no clock decides that.
        Stage::Callback { judge: true, .. } => Err(Refusal::NoChange),
        Stage::Callback { until, heard, .. } if *until <= ground.now => {
            let ending = if heard.is_empty() { Ending::Unrated } else { Ending::Confirmed };
            Ok(vec![What::Closed { ending }])
        }
        Stage::Callback { .. } => Err(Refusal::NoChange),
        _ => Err(Refusal::WrongPhase { tried: Action::Callback, phase: on.case().phase() }),
    }
}

/// A new round: the same unit keeps it, with new clocks from now.
pub(super) fn reopened(case: &Case, unit: Option<String>, ground: &Ground<'_>) -> What {
    debug_assert_eq!(case.phase(), Phase::Callback);
    let clocks = clocks(ground.city, case.urgency, case.kind, ground.now);
    What::Reopened {
        round: case.round.saturating_add(1),
        unit,
        finish: clocks.finish,
        contact: clocks.contact.filter(|_| !case.entered),
    }
}
