//! Quiet hours (免打扰时段): nobody is told at night what can wait for the morning.

use jiff::{civil::Time, tz::TimeZone};

use crate::Stamp;

/// From when to when nobody is disturbed, in minutes after midnight; it may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// It begins.
    pub from: i16,
    /// It ends.
    pub to: i16,
}

impl Quiet {
    /// The first instant, from `at` on, at which somebody may be told.
    #[must_use]
    pub fn after(&self, at: Stamp, zone: &TimeZone) -> Stamp {
        let local = at.timestamp().to_zoned(zone.clone());
        let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
        let over_midnight = self.from > self.to;
        let within = if over_midnight {
            minute >= self.from || minute < self.to
        } else {
            (self.from..self.to).contains(&minute)
        };
        if !within {
            return at;
        }
        let day = if over_midnight && minute >= self.from {
            local.date().saturating_add(jiff::Span::new().days(1))
        } else {
            local.date()
        };
        at_minute(day, self.to, zone)
    }
}

/// An hour of a day in a zone.
#[must_use]
pub fn at_minute(day: jiff::civil::Date, minute: i16, zone: &TimeZone) -> Stamp {
    let minute = minute.clamp(0, 1439);
    let time = Time::constant((minute / 60) as i8, (minute % 60) as i8, 0, 0);
    day.to_datetime(time).to_zoned(zone.clone()).map_or(Stamp::start_of(day, zone), |z| z.timestamp().into())
}
