//! From a start and a span to an instant.
//!
//! As the Civil Code has it, the day on which it starts is not counted, and a span of working days
//! ends with the working hours of its last day.

use jiff::{
    ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::Span;
use crate::{Stamp, calendar::Calendar};

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1440;
/// A calendar with no working hours at all must not hang the program.
const DAYS_MAX: u32 = 20_000;

/// The instant at which a span that begins at `start` ends.
#[must_use]
pub fn reckon(calendar: &Calendar, zone: &TimeZone, span: Span, start: Stamp) -> Stamp {
    match span {
        Span::Natural { minutes } => start.plus_ms(i64::from(minutes) * MINUTE_MS),
        Span::Working { days: 0, minutes: 0 } => start,
        Span::Working { days: 0, minutes } => {
            let (date, ms) = local(zone, start);
            add_minutes(calendar, zone, date, ms, minutes)
        }
        Span::Working { days, minutes } => {
            let date = nth_working_day(calendar, start.date(zone), days);
            let ms = i64::from(calendar.closes_at(date)) * MINUTE_MS;
            if minutes == 0 {
                stamp_at(zone, date, ms)
            } else {
                add_minutes(calendar, zone, date, ms, minutes)
            }
        }
    }
}

/// The date and the milliseconds since its midnight on the city's clocks.
pub(super) fn local(zone: &TimeZone, stamp: Stamp) -> (Date, i64) {
    let at = stamp.timestamp().to_zoned(zone.clone()).datetime();
    (at.date(), at.time().duration_since(Time::midnight()).as_millis() as i64)
}

/// The day after.
pub(super) fn next(date: Date) -> Date {
    date.saturating_add(1.day())
}

/// The last of so many working days after this one.
fn nth_working_day(calendar: &Calendar, from: Date, days: u32) -> Date {
    let (mut date, mut left) = (from, days);
    for _ in 0..days.saturating_mul(2).saturating_add(DAYS_MAX) {
        if left == 0 {
            break;
        }
        date = next(date);
        left -= u32::from(calendar.works(date));
    }
    date
}

/// Lets working minutes run from a moment on; nothing runs outside the hours.
fn add_minutes(calendar: &Calendar, zone: &TimeZone, from: Date, ms: i64, minutes: u32) -> Stamp {
    let (mut date, mut now, mut left) = (from, ms, i64::from(minutes) * MINUTE_MS);
    for _ in 0..DAYS_MAX {
        for &(open, close) in calendar.hours_of(date) {
            let begin = now.max(i64::from(open) * MINUTE_MS);
            let room = (i64::from(close) * MINUTE_MS - begin).max(0);
            if left <= room {
                return stamp_at(zone, date, begin + left);
            }
            left -= room;
        }
        (date, now) = (next(date), 0);
    }
    stamp_at(zone, date, 0)
}

/// The instant when the city's clocks show this date and time.
pub(super) fn stamp_at(zone: &TimeZone, date: Date, ms: i64) -> Stamp {
    if ms >= DAY_MINUTES * MINUTE_MS {
        return Stamp::start_of(next(date), zone);
    }
    let time = Time::midnight().saturating_add(ms.milliseconds());
    date.to_datetime(time)
        .to_zoned(zone.clone())
        .map_or_else(|_| Stamp::start_of(date, zone).plus_ms(ms), |z| z.timestamp().into())
}
