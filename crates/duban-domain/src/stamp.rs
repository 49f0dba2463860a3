//! Instants. UTC milliseconds inside; the city's zone only at the edge.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// One day in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// An instant (时刻): milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(pub i64);

impl Stamp {
    /// The same instant as jiff's type. Years outside jiff's range are clamped to its ends.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// The calendar day in a zone.
    #[must_use]
    pub fn date(self, zone: &TimeZone) -> Date {
        self.timestamp().to_zoned(zone.clone()).date()
    }

    /// Days since 1970-01-01 of the calendar day in a zone: the key of daily counters.
    #[must_use]
    pub fn day(self, zone: &TimeZone) -> i64 {
        day_number(self.date(zone))
    }

    /// The first instant of a calendar day in a zone.
    #[must_use]
    pub fn start_of(date: Date, zone: &TimeZone) -> Self {
        date.to_zoned(zone.clone()).map_or(Self(day_number(date) * DAY_MS), |z| z.timestamp().into())
    }

    /// This instant moved by so many milliseconds.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl From<Timestamp> for Stamp {
    fn from(t: Timestamp) -> Self {
        Self(t.as_millisecond())
    }
}

/// Days since 1970-01-01 of a date, without any zone.
#[must_use]
pub fn day_number(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    i64::from(date.since(epoch).map_or(0, |span| span.get_days()))
}

/// The date that [`day_number`] gave.
#[must_use]
pub fn date_of_day(day: i64) -> Date {
    let day = i32::try_from(day).unwrap_or(0);
    Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_zhuzhou_begins_sixteen_hours_into_the_utc_day_before() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let start = Stamp::start_of(Date::constant(2026, 1, 4), &zone);
        assert_eq!(start.timestamp().to_string(), "2026-01-03T16:00:00Z");
        assert_eq!(start.date(&zone), Date::constant(2026, 1, 4));
        assert_eq!(date_of_day(start.day(&zone)), Date::constant(2026, 1, 4));
    }
}
