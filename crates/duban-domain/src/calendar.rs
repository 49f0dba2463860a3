//! The working calendar (工作日历): which days count, and which hours of them.
//!
//! Each year's holidays are data, because the State Council publishes them a year at a time. A year
//! without data falls back to Monday to Friday, and says so. No deadline is reckoned here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};

use crate::lang::Words;

/// Minutes of a day.
pub const DAY_MINUTES: i16 = 1440;

/// Working hours of a day as minutes after midnight, in order and apart from each other.
pub type Hours = Vec<(i16, i16)>;

/// What the calendar says about a date that is not an ordinary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Special {
    /// 放假
    Holiday(Words),
    /// 调休上班: a weekend day that is worked, for the holiday of this name.
    Makeup(Words),
    /// 半天: worked, but with hours of its own.
    Half(Words, Hours),
}

/// Why a day counts or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// Monday to Friday.
    Weekday,
    /// Saturday or Sunday.
    Weekend,
    /// The calendar names it.
    Special(&'a Special),
}

/// One season's working hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Season {
    /// Month and day it begins, both included.
    pub from: (i8, i8),
    /// Month and day it ends; earlier than `from` when it goes over the new year.
    pub to: (i8, i8),
    /// The hours.
    pub hours: Hours,
}

/// The working calendar of a city.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The years there is data for.
    pub years: BTreeSet<i16>,
    /// The dates that are not ordinary.
    pub special: BTreeMap<Date, Special>,
    /// The usual working hours.
    pub hours: Hours,
    /// Other hours in a part of the year; the first that fits.
    pub seasons: Vec<Season>,
}

impl Calendar {
    /// Whether the year of this date has data; without, Monday to Friday is assumed.
    #[must_use]
    pub fn knows(&self, date: Date) -> bool {
        self.years.contains(&date.year())
    }

    /// Why a day counts or does not.
    #[must_use]
    pub fn why(&self, date: Date) -> Why<'_> {
        if let Some(special) = self.special.get(&date) {
            return Why::Special(special);
        }
        match date.weekday() {
            Weekday::Saturday | Weekday::Sunday => Why::Weekend,
            _ => Why::Weekday,
        }
    }

    /// Whether it is a working day.
    #[must_use]
    pub fn works(&self, date: Date) -> bool {
        !matches!(self.why(date), Why::Weekend | Why::Special(Special::Holiday(_)))
    }

    /// The working hours of a date; none on a day that is not worked.
    #[must_use]
    pub fn hours_of(&self, date: Date) -> &[(i16, i16)] {
        match self.why(date) {
            Why::Weekend | Why::Special(Special::Holiday(_)) => &[],
            Why::Special(Special::Half(_, hours)) => hours,
            Why::Weekday | Why::Special(Special::Makeup(_)) => self.season_hours(date),
        }
    }

    /// The minute at which work ends on a date; the end of the day when it is not worked.
    #[must_use]
    pub fn closes_at(&self, date: Date) -> i16 {
        self.hours_of(date).last().map_or(DAY_MINUTES, |&(_, to)| to)
    }

    /// Whether this minute of the date is worked; an end of hours still is.
    #[must_use]
    pub fn is_open(&self, date: Date, minute: i16) -> bool {
        self.hours_of(date).iter().any(|&(from, to)| from <= minute && minute <= to)
    }

    /// The years between two dates, both included, that have no data.
    #[must_use]
    pub fn missing_years(&self, from: Date, to: Date) -> Vec<i16> {
        (from.year()..=to.year()).filter(|year| !self.years.contains(year)).collect()
    }

    fn season_hours(&self, date: Date) -> &[(i16, i16)] {
        let day = (date.month(), date.day());
        let within = |s: &&Season| {
            if s.from <= s.to { s.from <= day && day <= s.to } else { day >= s.from || day <= s.to }
        };
        self.seasons.iter().find(within).map_or(&self.hours, |s| &s.hours)
    }
}

/// The total of some hours, in minutes.
#[must_use]
pub fn minutes_of(hours: &[(i16, i16)]) -> i64 {
    hours.iter().map(|&(from, to)| i64::from(to - from)).sum()
}
