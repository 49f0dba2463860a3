//! A deadline that got longer, and remembers by what.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Deadline, Span, reckon,
    reckon::{local, next, stamp_at},
};
use crate::{Stamp, city::City, request::closed_set};

const MINUTE_MS: i64 = 60_000;

closed_set! {
    /// Why a deadline got longer (顺延原因).
    Addition {
        /// 批准延期
        Extension = 1, "extension", "批准延期", "Extension granted";
        /// 退单审核期间停计
        Review = 2, "review", "退单审核期间停计", "Clock stopped while a return was decided";
    }
}

/// What was added to a deadline (顺延).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// Why.
    pub why: Addition,
    /// How much.
    pub span: Span,
    /// When it was due before.
    pub before: Stamp,
}

impl Deadline {
    /// The same deadline with so much more, counted from where it ended.
    #[must_use]
    pub fn longer(&self, city: &City, why: Addition, span: Span) -> Self {
        let mut longer = self.clone();
        longer.due = reckon(&city.calendar, &city.zone, span, self.due);
        if let Span::Working { .. } = span {
            let (from, to) = (self.start.date(&city.zone), longer.due.date(&city.zone));
            longer.missing_years = city.calendar.missing_years(from, to);
        }
        longer.more.push(More { why, span, before: self.due });
        longer
    }
}

/// When work ends on a day: by then what is due that day has to be done.
#[must_use]
pub fn close_of(city: &City, date: Date) -> Stamp {
    stamp_at(&city.zone, date, i64::from(city.calendar.closes_at(date)) * MINUTE_MS)
}

/// Working minutes between two instants.
#[must_use]
pub fn worked_minutes(city: &City, from: Stamp, to: Stamp) -> i64 {
    let (mut date, from_ms) = local(&city.zone, from);
    let (last, to_ms) = local(&city.zone, to);
    let mut begin = from_ms / MINUTE_MS;
    let mut sum = 0;
    while date <= last {
        let end = if date == last { to_ms / MINUTE_MS } else { i64::MAX };
        let hours = city.calendar.hours_of(date);
        sum += hours
            .iter()
            .map(|&(open, close)| (i64::from(close).min(end) - i64::from(open).max(begin)).max(0))
            .sum::<i64>();
        (date, begin) = (next(date), 0);
    }
    sum
}
