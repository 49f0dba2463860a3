//! 延期: the unit asks for more time before the deadline, the centre decides, and the deadline keeps
//! what was added so that it explains itself.

use super::{Move, Obstacle, Plea};
use crate::{
    Refusal,
    case::{Ground, Phase, What},
    deadline::{Addition, Span},
    policy::{Action, Permitted, verb},
    request::closed_set,
    text,
};

closed_set! {
    /// What an extension is counted in (延期单位): what the deadline itself is counted in.
    Measure {
        /// 工作日
        WorkingDays = 1, "working-days", "个工作日", "working days";
        /// 天
        Days = 2, "days", "天", "days";
        /// 小时
        Hours = 3, "hours", "小时", "hours";
    }
}

/// Natural deadlines up to so many minutes are extended by hours.
const SHORT_MINUTES: u32 = 2_880;

/// What an extension of a deadline of this length is counted in, and the most it may be.
#[must_use]
pub fn measure(span: Span) -> (Measure, u32) {
    match span {
        Span::Working { days, .. } => (Measure::WorkingDays, days.max(1)),
        Span::Natural { minutes } if minutes <= SHORT_MINUTES => (Measure::Hours, (minutes / 60).max(1)),
        Span::Natural { minutes } => (Measure::Days, minutes / 1440),
    }
}

/// Asks for more time; `amount` is in the measure of the deadline.
pub fn extend(
    on: &Permitted<'_, verb::Extend>,
    amount: u32,
    words: &str,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if case.phase() != Phase::InHand {
        return Err(Refusal::WrongPhase { tried: Action::Extend, phase: case.phase() });
    }
    if case.handling.plea.is_some() {
        return Err(Obstacle::Pending.into());
    }
    if case.finish.due < ground.now {
        return Err(Obstacle::TooLateToExtend.into());
    }
    let times_max = ground.city.settings.extensions_max;
    if case.handling.extensions >= times_max {
        return Err(Obstacle::ExtendedEnough(times_max).into());
    }
    let (measure, most) = measure(case.finish.span);
    if amount == 0 || amount > most {
        return Err(Obstacle::ExtensionTooLong(measure, most).into());
    }
    let words = text::required("words", words, text::TEXT_MAX)?;
    let span = match measure {
        Measure::WorkingDays => Span::Working { days: amount, minutes: 0 },
        Measure::Days => Span::Natural { minutes: amount * 1440 },
        Measure::Hours => Span::Natural { minutes: amount * 60 },
    };
    Ok(vec![What::Moved(Move::ExtensionAsked { span, words })])
}

/// The centre decides on an extension that somebody else asked for. The words of a granted one are
/// what the person reads.
pub fn judge_extension(
    on: &Permitted<'_, verb::Decide>,
    granted: bool,
    words: &str,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    let Some(Plea::Extension { by, span }) = &case.handling.plea else {
        return Err(Obstacle::NothingAsked.into());
    };
    if *by == on.actor().id {
        return Err(Obstacle::OwnPlea.into());
    }
    let words = text::required("words", words, text::TEXT_MAX)?;
    Ok(vec![What::Moved(if granted {
        Move::ExtensionGranted { finish: case.finish.longer(ground.city, Addition::Extension, *span), words }
    } else {
        Move::ExtensionRefused { words }
    })])
}
