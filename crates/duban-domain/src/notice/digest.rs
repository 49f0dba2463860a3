//! The daily digest (每日汇总): on which mornings it is owed, and who wants it in which language.
//!
//! What it counts, and for whom, is `duban-app`'s.

use jiff::{Span, civil::Date, tz::TimeZone};

use super::{Quiet, at_minute};
use crate::{Stamp, calendar::Calendar, request::closed_set};

closed_set! {
    /// Whether somebody wants the daily digest, and in which language (每日汇总意愿).
    DigestWish {
        /// 每天，用中文
        Chinese = 1, "zh", "每个工作日一封，用中文", "Each working day, in Chinese";
        /// 不要
        Off = 2, "off", "不要", "Not at all";
        /// 每天，用英文
        English = 3, "en", "每个工作日一封，用英文", "Each working day, in English";
    }
}

/// What a city says about the daily digest (每日汇总规则).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DigestRule {
    /// When it is sent, in minutes after midnight; none: there is no digest.
    pub at: Option<i16>,
    /// What holds for those who say nothing themselves; none: each gets it, in Chinese.
    pub wish: Option<DigestWish>,
    /// Whether it is sent to those for whom it has nothing to say.
    pub empty: bool,
}

impl DigestRule {
    /// The working day whose digest is owed at an instant; none: nobody is owed one now.
    ///
    /// A day's digest is owed from its hour on, or from the end of the quiet hours that this hour lies in,
    /// until midnight comes: one that is late is sent late, and one of yesterday is nobody's help any more.
    #[must_use]
    pub fn day(
        &self,
        now: Stamp,
        quiet: Option<Quiet>,
        calendar: &Calendar,
        zone: &TimeZone,
    ) -> Option<Date> {
        let at = self.at?;
        let loud = |at: Stamp| quiet.map_or(at, |quiet| quiet.after(at, zone));
        if loud(now) > now {
            return None;
        }
        let today = now.date(zone);
        let owed = |day: &Date| {
            let opens = loud(at_minute(*day, at, zone));
            let next = opens.date(zone).saturating_add(Span::new().days(1));
            calendar.works(*day) && opens <= now && now < Stamp::start_of(next, zone)
        };
        [today, today.saturating_sub(Span::new().days(1))].into_iter().find(owed)
    }
}

/// The working day before a date: what came since then is new to whoever reads in the morning.
#[must_use]
pub fn working_day_before(date: Date, calendar: &Calendar) -> Date {
    let before = |days: i32| date.saturating_sub(Span::new().days(days));
    (1..=31).map(before).find(|day| calendar.works(*day)).unwrap_or_else(|| before(1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::city::tests::zhuzhou;

    const NIGHT: Option<Quiet> = Some(Quiet { from: 21 * 60 + 30, to: 7 * 60 + 30 });

    fn rule(at: i16) -> DigestRule {
        DigestRule { at: Some(at), ..DigestRule::default() }
    }

    #[test]
    fn a_digest_is_owed_from_its_hour_until_midnight_of_a_working_day() {
        let city = zhuzhou();
        let day = |rule: DigestRule, quiet, text: &str| {
            let at = text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(city.zone.clone()).unwrap();
            let day = rule.day(at.timestamp().into(), quiet, &city.calendar, &city.zone);
            day.map_or_else(|| "-".to_owned(), |day| day.to_string())
        };
        // 2026-01-04 is a Sunday that is worked for the holiday of New Year; the 10th is a Saturday.
        let table = [
            (490, NIGHT, "2026-01-05T08:09:59", "-"),
            (490, NIGHT, "2026-01-05T08:10:00", "2026-01-05"),
            (490, NIGHT, "2026-01-05T21:29:59", "2026-01-05"),
            (490, NIGHT, "2026-01-05T21:30:00", "-"),
            (490, NIGHT, "2026-01-06T07:45:00", "-"),
            (490, None, "2026-01-05T23:59:59", "2026-01-05"),
            (490, None, "2026-01-06T00:00:00", "-"),
            (490, NIGHT, "2026-01-04T09:00:00", "2026-01-04"),
            (490, NIGHT, "2026-01-02T09:00:00", "-"),
            (490, NIGHT, "2026-01-10T09:00:00", "-"),
            // An hour within the quiet ones waits for their end, also over midnight.
            (6 * 60, NIGHT, "2026-01-05T07:29:00", "-"),
            (6 * 60, NIGHT, "2026-01-05T07:30:00", "2026-01-05"),
            (22 * 60, NIGHT, "2026-01-09T22:30:00", "-"),
            (22 * 60, NIGHT, "2026-01-10T07:30:00", "2026-01-09"),
            (22 * 60, NIGHT, "2026-01-11T07:30:00", "-"),
        ];
        for (at, quiet, now, want) in table {
            assert_eq!(day(rule(at), quiet, now), want, "{at} at {now}");
        }
        assert_eq!(day(DigestRule::default(), None, "2026-01-05T09:00:00"), "-");
        let monday = "2026-01-12".parse().unwrap();
        assert_eq!(working_day_before(monday, &city.calendar).to_string(), "2026-01-09");
    }

    proptest! {
        /// Whenever somebody looks, days come once each and in order, and none of them on a day off.
        #[test]
        fn no_day_is_owed_twice_or_after_a_later_one(
            at in 0_i16..1440,
            steps in prop::collection::vec(1_i64..200_000_000, 1..60),
        ) {
            let city = zhuzhou();
            let mut now = Stamp(1_767_196_800_000);
            let mut told: BTreeMap<Date, Stamp> = BTreeMap::new();
            for step in steps {
                now = now.plus_ms(step);
                let Some(day) = rule(at).day(now, NIGHT, &city.calendar, &city.zone) else { continue };
                prop_assert!(city.calendar.works(day));
                prop_assert!(NIGHT.is_none_or(|quiet| quiet.after(now, &city.zone) == now));
                prop_assert!(told.keys().last().is_none_or(|last| *last <= day), "{day} after {told:?}");
                told.entry(day).or_insert(now);
            }
        }
    }
}
