//! Times as other systems write them: several shapes in one file, with and without a zone.
//!
//! Day and month are never guessed: a shape in which they could be mixed up (`03/04/2020`) is read
//! only when the mapping names it.

use duban_domain::Stamp;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    fmt::strtime,
    tz::{Offset, TimeZone},
};

/// Shapes that can mean only one thing; tried after those of the mapping.
const PLAIN: &[&str] = &[
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y.%m.%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日",
    "%Y%m%d%H%M%S",
    "%Y%m%d",
];

/// Days that a workbook counts before 1970.
const SERIAL_EPOCH: f64 = 25_569.0;
/// Workbook days that are dates of our time: 1982 to 2064.
const SERIALS: std::ops::Range<f64> = 30_000.0..60_000.0;

/// An instant that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The instant.
    pub at: Stamp,
    /// The source wrote only the day: `at` is its first instant in the zone.
    pub day_only: bool,
}

/// How the times of a file are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clockwork {
    formats: Vec<String>,
}

impl Clockwork {
    /// The shapes of a mapping; each must read back what it writes.
    pub(super) fn new(formats: Vec<String>) -> Result<Self, String> {
        let sample = DateTime::constant(2024, 11, 23, 13, 45, 56, 0)
            .to_zoned(TimeZone::fixed(Offset::constant(8)))
            .expect("an ordinary time exists");
        for format in &formats {
            let tried = strtime::format(format, &sample)
                .and_then(|text| strtime::parse(format, text))
                .and_then(|read| {
                    read.to_date().or_else(|_| read.to_timestamp().map(|t| t.to_zoned(TimeZone::UTC).date()))
                });
            if let Err(e) = tried {
                return Err(format!(
                    "time_formats: {format:?} does not read a day ({e}); write for example \"%Y-%m-%d %H:%M\""
                ));
            }
        }
        Ok(Self { formats })
    }

    /// Reads a time. One without a zone is a time of day in `zone`.
    #[must_use]
    pub fn read(&self, text: &str, zone: &TimeZone) -> Option<When> {
        let text = text.trim();
        self.formats.iter().find_map(|format| shaped(format, text, zone)).or_else(|| usual(text, zone))
    }
}

fn usual(text: &str, zone: &TimeZone) -> Option<When> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(When { at: at.into(), day_only: false });
    }
    if text.contains([':', 'T'])
        && let Ok(local) = text.parse::<DateTime>()
    {
        return local_time(local, false, zone);
    }
    PLAIN.iter().find_map(|format| shaped(format, text, zone))
}

fn shaped(format: &str, text: &str, zone: &TimeZone) -> Option<When> {
    let read = strtime::parse(format, text).ok()?;
    if read.offset().is_some() || read.timestamp().is_some() {
        return Some(When { at: read.to_timestamp().ok()?.into(), day_only: false });
    }
    let date = read.to_date().ok()?;
    if read.hour().is_none() {
        return local_time(date.to_datetime(Time::midnight()), true, zone);
    }
    local_time(read.to_datetime().ok()?, false, zone)
}

fn local_time(local: DateTime, day_only: bool, zone: &TimeZone) -> Option<When> {
    let at = local.to_zoned(zone.clone()).ok()?.timestamp();
    Some(When { at: at.into(), day_only })
}

/// The instant so many calendar days later, at the same time of day in the zone.
pub(super) fn days_later(at: Stamp, days: i64, zone: &TimeZone) -> Option<Stamp> {
    let then =
        at.timestamp().to_zoned(zone.clone()).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(then.timestamp().into())
}

/// The text of a workbook's day number, when it can be one: days since the end of 1899.
pub(super) fn of_serial(number: f64) -> Option<String> {
    if !SERIALS.contains(&number) {
        return None;
    }
    let seconds = ((number - SERIAL_EPOCH) * 86_400.0).round() as i64;
    let local = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).datetime();
    Some(if local.time() == Time::midnight() { local.date().to_string() } else { local.to_string() })
}

/// The first day that is believed: before it no hotline kept electronic records.
pub(super) const FIRST_DAY: Date = Date::constant(1980, 1, 1);

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const TEXTS: &[&str] = &[
        "2019-02-28T11:25:05",
        "2019-02-28 11:25",
        "2019/2/8 9:05",
        "2019/02/28",
        "2019-02-28",
        "2019.2.28",
        "2019年2月28日",
        "2019年2月28日 11:25",
        "2019年2月28日11时25分",
        "20190228112505",
        "20190228",
        "2019-02-28T11:25:05Z",
        "2019-02-28T11:25:05-05:00",
        "2019-02-28 11:25:05+08:00",
        "2019-02-28T11:25:05.250",
        "2019-02-30",
        "2019-13-01 00:00:00",
        "03/04/2020",
        "昨天",
        "2019",
        "",
    ];

    #[test]
    fn times_as_they_are_written() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let show = |clockwork: &Clockwork, text: &&str| match clockwork.read(text, &zone) {
            Some(when) => {
                format!("{text} = {}{}\n", when.at.timestamp(), if when.day_only { " (day)" } else { "" })
            }
            None => format!("{text} = ?\n"),
        };
        let plain = Clockwork::default();
        expect![[r#"
            2019-02-28T11:25:05 = 2019-02-28T03:25:05Z
            2019-02-28 11:25 = 2019-02-28T03:25:00Z
            2019/2/8 9:05 = 2019-02-08T01:05:00Z
            2019/02/28 = 2019-02-27T16:00:00Z (day)
            2019-02-28 = 2019-02-27T16:00:00Z (day)
            2019.2.28 = 2019-02-27T16:00:00Z (day)
            2019年2月28日 = 2019-02-27T16:00:00Z (day)
            2019年2月28日 11:25 = 2019-02-28T03:25:00Z
            2019年2月28日11时25分 = 2019-02-28T03:25:00Z
            20190228112505 = 2019-02-28T03:25:05Z
            20190228 = 2019-02-27T16:00:00Z (day)
            2019-02-28T11:25:05Z = 2019-02-28T11:25:05Z
            2019-02-28T11:25:05-05:00 = 2019-02-28T16:25:05Z
            2019-02-28 11:25:05+08:00 = 2019-02-28T03:25:05Z
            2019-02-28T11:25:05.250 = 2019-02-28T03:25:05.25Z
            2019-02-30 = ?
            2019-13-01 00:00:00 = ?
            03/04/2020 = ?
            昨天 = ?
            2019 = ?
             = ?
        "#]]
        .assert_eq(&TEXTS.iter().map(|t| show(&plain, t)).collect::<String>());

        let american =
            Clockwork::new(vec!["%m/%d/%Y %I:%M:%S %p".into(), "%m/%d/%Y".into(), "%s".into()]).unwrap();
        expect![[r#"
            03/04/2020 = 2020-03-03T16:00:00Z (day)
            03/04/2020 01:02:03 PM = 2020-03-04T05:02:03Z
            1583298123 = 2020-03-04T05:02:03Z
            2020-03-04 = 2020-03-03T16:00:00Z (day)
        "#]]
        .assert_eq(
            &["03/04/2020", "03/04/2020 01:02:03 PM", "1583298123", "2020-03-04"]
                .iter()
                .map(|t| show(&american, t))
                .collect::<String>(),
        );
    }

    #[test]
    fn a_format_that_reads_no_day_is_refused() {
        assert!(Clockwork::new(vec!["%H:%M".into()]).unwrap_err().contains("does not read a day"));
        assert!(Clockwork::new(vec!["%Y-%m-%Q1".into()]).is_err());
    }

    #[test]
    fn workbook_days_and_days_later() {
        assert_eq!(of_serial(43_524.0).as_deref(), Some("2019-02-28"));
        assert_eq!(of_serial(43_524.475_752_314_8).as_deref(), Some("2019-02-28T11:25:05"));
        assert_eq!(of_serial(188_006.0), None);
        let zone = TimeZone::get("America/New_York").unwrap();
        let before = Clockwork::default().read("2022-03-12 08:00", &zone).unwrap().at;
        let after = days_later(before, 1, &zone).unwrap();
        assert_eq!(after.0 - before.0, 23 * 3_600_000, "the clocks went forward in that night");
    }
}
