//! Watches (邮件提醒): what somebody wants to be mailed about when it becomes public, and when.
//!
//! Pure: whether a matter lies within, and which instant is the next. Addresses, confirmation and what
//! a mail says are `duban-app`'s.

use jiff::{Span, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{Stamp, city::City, notice::at_minute, place::Point, request::closed_set};

/// A minute in milliseconds.
const MINUTE_MS: i64 = 60_000;

closed_set! {
    /// How often somebody is mailed (提醒频率).
    Pace {
        /// 有了就发
        Soon = 1, "soon", "有新的就发", "As soon as there is something";
        /// 每天一封
        Daily = 2, "daily", "每天一封", "Once a day";
    }
}

/// What a watch covers (提醒范围): what is not set does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Around a place, so many metres.
    pub around: Option<(Point, u32)>,
    /// What that place is called, as it was chosen or typed.
    pub place: String,
    /// A division; those below it are part of it.
    pub division: Option<String>,
    /// A category of the first level.
    pub top: Option<String>,
}

impl Area {
    /// Whether it says anything: a watch of everything would be a mail for every matter of a city.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.around.is_some() || self.division.is_some() || self.top.is_some()
    }

    /// Whether a matter lies within: by its public place, its division and its category.
    #[must_use]
    pub fn covers(
        &self,
        city: &City,
        point: Option<Point>,
        division: Option<&str>,
        category: Option<&str>,
    ) -> bool {
        let near = |(centre, metres): (Point, u32)| {
            point.is_some_and(|at| at.metres_to(centre) <= f64::from(metres))
        };
        let above = |code: &str| city.division(code).and_then(|d| d.parent.as_deref());
        let within =
            |wanted: &str| std::iter::successors(division, |code| above(code)).any(|code| code == wanted);
        let of_kind = |wanted: &str| category.is_some_and(|key| key.split('.').next() == Some(wanted));
        self.around.is_none_or(near)
            && self.division.as_deref().is_none_or(within)
            && self.top.as_deref().is_none_or(of_kind)
    }
}

/// What a city says about watches (邮件提醒规则).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchRule {
    /// Days that the link of a confirmation holds; afterwards the address is erased.
    pub confirm_days: u32,
    /// Watches of one address.
    pub count_max: u32,
    /// The widest circle, in metres.
    pub metres_max: u32,
    /// Minutes between two mails to one address.
    pub gap_minutes: u32,
    /// When the daily mail goes out, in minutes after midnight.
    pub daily_at: i16,
}

impl WatchRule {
    /// When somebody is mailed next, after `now`.
    #[must_use]
    pub fn next(&self, pace: Pace, now: Stamp, zone: &TimeZone) -> Stamp {
        match pace {
            Pace::Soon => now.plus_ms(i64::from(self.gap_minutes) * MINUTE_MS),
            Pace::Daily => self.next_day(now, zone),
        }
    }

    /// When somebody who has just confirmed is mailed first.
    #[must_use]
    pub fn first(&self, pace: Pace, now: Stamp, zone: &TimeZone) -> Stamp {
        match pace {
            Pace::Soon => now,
            Pace::Daily => self.next_day(now, zone),
        }
    }

    fn next_day(&self, now: Stamp, zone: &TimeZone) -> Stamp {
        let today = now.date(zone);
        let hour = at_minute(today, self.daily_at, zone);
        if hour > now {
            return hour;
        }
        at_minute(today.saturating_add(Span::new().days(1)), self.daily_at, zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::tests::zhuzhou;

    fn at(lng: f64, lat: f64) -> Option<Point> {
        Point::from_degrees(lng, lat)
    }

    #[test]
    fn a_matter_lies_within_a_circle_a_division_or_a_category_and_all_that_is_set_counts() {
        let city = zhuzhou();
        let centre = at(113.14, 27.83).unwrap();
        let circle = Area { around: Some((centre, 500)), ..Area::default() };
        let district = Area { division: Some("430203".into()), ..Area::default() };
        let street = Area { division: Some("430203001".into()), ..Area::default() };
        let kind = Area { top: Some("utilities".into()), ..Area::default() };
        let both = Area { top: Some("utilities".into()), ..circle.clone() };
        let table = [
            (&circle, at(113.143, 27.83), None, None, true),
            (&circle, at(113.146, 27.83), None, None, false),
            (&circle, None, Some("430203001"), None, false),
            (&district, None, Some("430203001"), None, true),
            (&district, None, Some("430203"), None, true),
            (&district, at(113.14, 27.83), Some("430202"), None, false),
            (&street, None, Some("430203"), None, false),
            (&district, None, None, None, false),
            (&kind, None, None, Some("utilities.aerial.tree"), true),
            (&kind, None, None, Some("roads.hole"), false),
            (&kind, None, None, None, false),
            (&both, at(113.14, 27.83), None, Some("utilities.aerial"), true),
            (&both, at(113.14, 27.83), None, Some("roads.hole"), false),
        ];
        for (nth, (area, point, division, category, want)) in table.into_iter().enumerate() {
            assert!(area.is_narrow());
            assert_eq!(area.covers(&city, point, division, category), want, "row {nth}");
        }
        assert!(!Area { place: "测试路".into(), ..Area::default() }.is_narrow());
    }

    #[test]
    fn the_next_mail_comes_after_the_gap_or_at_the_hour_of_the_day() {
        let zone = zhuzhou().zone;
        let rule = WatchRule {
            confirm_days: 3,
            count_max: 5,
            metres_max: 5_000,
            gap_minutes: 60,
            daily_at: 18 * 60,
        };
        let stamp = |text: &str| -> Stamp {
            text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp().into()
        };
        let noon = stamp("2026-01-05T12:00:00");
        assert_eq!(rule.first(Pace::Soon, noon, &zone), noon);
        assert_eq!(rule.next(Pace::Soon, noon, &zone), stamp("2026-01-05T13:00:00"));
        assert_eq!(rule.first(Pace::Daily, noon, &zone), stamp("2026-01-05T18:00:00"));
        let evening = stamp("2026-01-05T18:00:00");
        assert_eq!(rule.next(Pace::Daily, evening, &zone), stamp("2026-01-06T18:00:00"));
    }
}
