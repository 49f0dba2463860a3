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

/// Reads an instant as W3C's note on dates writes it: `1994-11-05T08:15:30-05:00`, seconds and their
/// fraction optional, the zone not. A `+` that an address turned into a space is forgiven.
#[must_use]
pub fn w3c(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let (date, rest) = text.split_once('T')?;
    let at = rest.find(['Z', '+', '-', ' '])?;
    let (clock, zone) = rest.split_at(at);
    let shaped = shape(date, "dddd-dd-dd") && zone_fits(zone) && clock_fits(clock);
    if !shaped {
        return None;
    }
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    let strict = format!("{date}T{clock}{seconds}{}", zone.replace(' ', "+"));
    strict.parse::<Timestamp>().ok().map(Into::into)
}

/// Writes an instant as W3C's note does, in a zone: what Open311 sends.
#[must_use]
pub fn to_w3c(at: Stamp, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn clock_fits(clock: &str) -> bool {
    let (whole, fraction) = clock.split_once('.').map_or((clock, None), |(whole, rest)| (whole, Some(rest)));
    let digits = |text: &str| !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    match fraction {
        None => shape(whole, "dd:dd") || shape(whole, "dd:dd:dd"),
        Some(fraction) => shape(whole, "dd:dd:dd") && digits(fraction),
    }
}

fn zone_fits(zone: &str) -> bool {
    zone == "Z" || shape(zone, "+dd:dd") || shape(zone, "-dd:dd") || shape(zone, " dd:dd")
}

/// Whether a text has digits where the pattern says `d`, and its other characters where they stand.
fn shape(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(b, p)| if p == b'd' { b.is_ascii_digit() } else { b == p })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again_in_any_zone(seconds in -2_000_000_000_i64..7_000_000_000, minutes in -840_i32..=840) {
            let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(minutes * 60).unwrap());
            let at = Stamp(seconds * 1_000);
            let text = to_w3c(at, &zone);
            prop_assert_eq!(w3c(&text), Some(at), "{}", text);
            prop_assert_eq!(w3c(&text.replace('+', " ")), Some(at));
        }

        #[test]
        fn a_text_that_is_no_date_is_refused_and_never_panics(text in "[0-9TZ:+. \\-]{0,30}|\\PC{0,40}") {
            if let Some(at) = w3c(&text) {
                let again: Timestamp = text.trim().replace(' ', "+").parse().unwrap_or(at.timestamp());
                prop_assert_eq!(Stamp::from(again), at);
            }
        }
    }

    #[test]
    fn instants_of_the_note_and_what_lacks_a_zone() {
        let noon = Some(Stamp(784_041_330_000));
        for text in ["1994-11-05T08:15:30-05:00", "1994-11-05T13:15:30Z", "1994-11-05T13:15:30.000Z"] {
            assert_eq!(w3c(text), noon, "{text}");
        }
        assert_eq!(w3c("1994-11-05T13:15Z"), Some(Stamp(784_041_300_000)));
        for text in [
            "1994-11-05",
            "1994-11-05T13:15:30",
            "1994-11-05 13:15:30Z",
            "19941105T131530Z",
            "1994-13-05T13:15:30Z",
            "1994-11-05T13:15:30+0500",
            "now",
            "",
        ] {
            assert_eq!(w3c(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_in_zhuzhou_begins_sixteen_hours_into_the_utc_day_before() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let start = Stamp::start_of(Date::constant(2026, 1, 4), &zone);
        assert_eq!(start.timestamp().to_string(), "2026-01-03T16:00:00Z");
        assert_eq!(start.date(&zone), Date::constant(2026, 1, 4));
        assert_eq!(date_of_day(start.day(&zone)), Date::constant(2026, 1, 4));
    }
}
