//! 退单: a unit says that a case is not its matter, and the centre decides. Upheld, the case is the
//! centre's again; rejected, the unit keeps it and cannot ask again without new facts. What the centre
//! designated cannot be returned at all.

use super::{Move, Obstacle, Plea};
use crate::{
    Refusal,
    case::{Case, Ground, Phase, What},
    city::City,
    deadline::{Addition, Deadline, Span, reckon, worked_minutes},
    policy::{Action, Permitted, verb},
    request::Urgency,
    text,
};

/// Within how long a unit must object to a case of this urgency.
#[must_use]
pub fn window_of(city: &City, urgency: Urgency) -> Span {
    match urgency {
        Urgency::Critical | Urgency::Urgent => city.settings.returns.window_urgent,
        Urgency::Normal | Urgency::Complex => city.settings.returns.window,
    }
}

/// Whether the unit that has a case may ask to return it now; what stands in the way otherwise.
pub fn may_return(case: &Case, ground: &Ground<'_>) -> Result<(), Refusal> {
    let phase = case.phase();
    if !matches!(phase, Phase::Dispatched | Phase::InHand) {
        return Err(Refusal::WrongPhase { tried: Action::Return, phase });
    }
    let handling = &case.handling;
    if handling.designated {
        return Err(Obstacle::Designated.into());
    }
    if handling.plea.is_some() {
        return Err(Obstacle::Pending.into());
    }
    if handling.rejected.iter().any(|unit| case.unit() == Some(unit)) {
        return Err(Obstacle::ReturnedBefore.into());
    }
    let span = window_of(ground.city, case.urgency);
    let from = handling.objects_from.unwrap_or(case.round_at);
    if reckon(&ground.city.calendar, &ground.city.zone, span, from) < ground.now {
        return Err(Obstacle::WindowPassed(span).into());
    }
    Ok(())
}

/// The unit objects, with a reason of the pack's list and in words.
pub fn ask_return(
    on: &Permitted<'_, verb::Return>,
    reason: &str,
    words: &str,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    may_return(on.case(), ground)?;
    let words = text::required("words", words, text::TEXT_MAX)?;
    if ground.city.reasons.of_return(reason).is_none() {
        return Err(Refusal::NeedsText("ground"));
    }
    let stops = ground.city.settings.returns.clock_stops;
    Ok(vec![What::Moved(Move::ReturnAsked { ground: reason.to_owned(), words, stops })])
}

/// The centre decides on a return that somebody else asked for.
pub fn judge_return(
    on: &Permitted<'_, verb::Decide>,
    upheld: bool,
    words: &str,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let Some(Plea::Return { by, at, stops, .. }) = &case.handling.plea else {
        return Err(Obstacle::NothingAsked.into());
    };
    if *by == on.actor().id {
        return Err(Obstacle::OwnPlea.into());
    }
    let words = text::required("words", words, text::TEXT_MAX)?;
    let finish = if *stops { paused(&case.finish, (*at, ground.now), ground) } else { case.finish.clone() };
    Ok(vec![What::Moved(if upheld {
        Move::ReturnUpheld { words, finish }
    } else {
        Move::ReturnRejected { words, finish }
    })])
}

/// The deadline later by the time that the clock stood still.
fn paused(finish: &Deadline, stood: (crate::Stamp, crate::Stamp), ground: &Ground<'_>) -> Deadline {
    let minutes = match finish.span {
        Span::Natural { .. } => (stood.1.0 - stood.0.0) / 60_000,
        Span::Working { .. } => worked_minutes(ground.city, stood.0, stood.1),
    };
    let minutes = u32::try_from(minutes).unwrap_or(0);
    let span = match finish.span {
        Span::Natural { .. } => Span::Natural { minutes },
        Span::Working { .. } => Span::Working { days: 0, minutes },
    };
    finish.longer(ground.city, Addition::Review, span)
}
