//! The vectors, the words, and a property against a walk that a child could follow.

use expect_test::expect;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::{Lang, calendar::Calendar, city::tests::zhuzhou};

fn at(city: &City, text: &str) -> Stamp {
    let local: jiff::civil::DateTime = text.parse().unwrap();
    local.to_zoned(city.zone.clone()).unwrap().timestamp().into()
}

fn shown(city: &City, stamp: Stamp) -> String {
    stamp.timestamp().to_zoned(city.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn working(city: &City, start: &str, days: u32, minutes: u32) -> String {
    shown(city, reckon(&city.calendar, &city.zone, Span::Working { days, minutes }, at(city, start)))
}

#[test]
fn working_days_as_the_notes_have_them() {
    let city = zhuzhou();
    for (start, days, due) in [
        ("2026-01-05", 5, "2026-01-12"),
        ("2025-12-31", 1, "2026-01-04"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 3, "2026-09-22"),
        ("2026-09-30", 5, "2026-10-13"),
    ] {
        assert_eq!(
            working(&city, &format!("{start}T10:20"), days, 0),
            format!("{due} 17:00"),
            "{start} + {days}"
        );
    }
}

#[test]
fn the_years_have_the_working_days_they_should() {
    let city = zhuzhou();
    let count = |year| {
        date(year, 1, 1)
            .series(jiff::ToSpan::days(1))
            .take_while(|d| d.year() == year)
            .filter(|d| city.calendar.works(*d))
            .count()
    };
    assert_eq!((count(2024), count(2025), count(2026)), (251, 248, 248));
}

#[test]
fn working_minutes_run_only_in_working_hours() {
    let city = zhuzhou();
    assert_eq!(working(&city, "2026-01-05T11:30", 0, 240), "2026-01-05 16:30");
    assert_eq!(working(&city, "2026-01-05T15:00", 0, 240), "2026-01-06 11:00");
    assert_eq!(
        working(&city, "2026-01-05T13:00", 0, 240),
        "2026-01-05 17:00",
        "it may end exactly with the hours"
    );
    assert_eq!(working(&city, "2025-12-31T17:30", 0, 240), "2026-01-04 14:00", "a Sunday that is worked");
    assert_eq!(working(&city, "2026-01-05T10:00", 1, 60), "2026-01-07 10:00");
}

#[test]
fn the_table_of_the_city() {
    let city = zhuzhou();
    let mut table = String::new();
    for &urgency in Urgency::ALL {
        for kind in [Kind::Help, Kind::Consult] {
            let clocks = clocks(&city, urgency, kind, at(&city, "2026-01-05T10:20"));
            let contact = clocks.contact.map_or("—".to_owned(), |c| shown(&city, c.due));
            table += &format!(
                "{} {}: {} · {contact} · {} ({})\n",
                urgency.word(Lang::Zh),
                kind.word(Lang::Zh),
                shown(&city, clocks.sign.due),
                shown(&city, clocks.finish.due),
                clocks.finish.basis
            );
        }
    }
    expect![[r#"
        特急 求助: 2026-01-05 10:50 · 2026-01-05 10:50 · 2026-01-05 12:20 (critical/finish)
        特急 咨询: 2026-01-05 10:50 · 2026-01-05 10:50 · 2026-01-05 12:20 (critical/finish)
        紧急 求助: 2026-01-05 10:50 · 2026-01-05 12:20 · 2026-01-06 10:20 (urgent/finish)
        紧急 咨询: 2026-01-05 10:50 · 2026-01-05 12:20 · 2026-01-06 10:20 (urgent/finish)
        一般 求助: 2026-01-05 15:20 · 2026-01-06 17:00 · 2026-01-12 17:00 (normal/finish)
        一般 咨询: 2026-01-05 15:20 · — · 2026-01-06 17:00 (consult/finish)
        复杂 求助: 2026-01-05 15:20 · 2026-01-06 17:00 · 2026-01-26 17:00 (complex/finish)
        复杂 咨询: 2026-01-05 15:20 · 2026-01-06 17:00 · 2026-01-26 17:00 (complex/finish)
    "#]]
    .assert_eq(&table);
}

fn explained(start: &str, urgency: Urgency, lang: Lang) -> String {
    let city = zhuzhou();
    let clocks = clocks(&city, urgency, Kind::Help, at(&city, start));
    explain(&city, &clocks.finish, lang).join("\n")
}

#[test]
fn a_deadline_over_new_year_is_explained_by_name() {
    expect![[r#"
        起算：2025年12月31日 周三 10:20
        时限：办结答复 5 个工作日（默认，非法定；规则 normal）
        计法：起算当日不计，到最后一个工作日下班时为止。
        不计：1月1日至3日元旦放假
        计入：1月4日周日上班（元旦调休）
        到期：2026年1月8日 周四 17:00"#]]
    .assert_eq(&explained("2025-12-31T10:20", Urgency::Normal, Lang::Zh));
    expect![[r#"
        Starts: Wed 31 Dec 2025 10:20
        Length: Answer, 5 working days (a default, not law; rule normal)
        Counted: from the day after, to the end of working hours of the last working day.
        Left out: 1 Jan to 3 Jan (New Year's Day)
        Put in: Sun 4 Jan is worked (in exchange for New Year's Day)
        Due: Thu 8 Jan 2026 17:00"#]]
    .assert_eq(&explained("2025-12-31T10:20", Urgency::Normal, Lang::En));
}

#[test]
fn an_urgent_deadline_ignores_holidays() {
    expect![[r#"
        起算：2026年2月16日 周一 23:00
        时限：办结答复 2 小时（默认，非法定；规则 critical）
        计法：按自然时间连续计算，夜间和节假日不停。
        到期：2026年2月17日 周二 01:00"#]]
    .assert_eq(&explained("2026-02-16T23:00", Urgency::Critical, Lang::Zh));
}

#[test]
fn a_year_without_calendar_is_said_loudly() {
    expect![[r#"
        起算：2026年12月30日 周三 10:00
        时限：办结答复 15 个工作日（默认，非法定；规则 complex）
        计法：起算当日不计，到最后一个工作日下班时为止。
        不计：1月2日至3日周末;1月9日至10日周末;1月16日至17日周末
        注意：没有 2027 年的工作日历，暂按周一至周五推算，法定节假日没有扣除。请管理员补上 calendar/2027.toml。
        到期：2027年1月20日 周三 17:00"#]]
    .assert_eq(&explained("2026-12-30T10:00", Urgency::Complex, Lang::Zh));
}

#[test]
fn what_is_left_in_words() {
    let city = zhuzhou();
    let said = |due: &str, now: &str| {
        let left = left(&city, at(&city, due), at(&city, now), Lang::Zh);
        format!("{} ({})", left.words, left.state.word(Lang::Zh))
    };
    let lines = [
        said("2026-01-06T17:00", "2026-01-05T14:00"),
        said("2026-01-12T17:00", "2026-01-05T08:00"),
        said("2026-01-12T17:00", "2026-01-09T18:00"),
        said("2026-01-05T17:00", "2026-01-05T14:10"),
        said("2026-01-05T17:00", "2026-01-05T10:10"),
        said("2026-01-05T17:00", "2026-01-05T16:59:30"),
        said("2026-01-05T17:00", "2026-01-05T19:00"),
        said("2026-01-05T17:00", "2026-01-08T19:00"),
        said("2026-01-06T03:00", "2026-01-05T14:00"),
    ];
    expect![[r#"
        还剩 1 个工作日 3 小时 (正常)
        还剩 6 个工作日 (正常)
        还剩 1 个工作日 (正常)
        还剩 2 小时 50 分钟 (即将到期)
        还剩 6 小时 50 分钟 (正常)
        还剩不到 1 分钟 (即将到期)
        逾期 2 小时 (已逾期)
        逾期 3 天 2 小时 (已逾期)
        还剩 13 小时 (正常)"#]]
    .assert_eq(&lines.join("\n"));
    let english = left(&city, at(&city, "2026-01-06T17:00"), at(&city, "2026-01-05T14:00"), Lang::En);
    assert_eq!(english.words, "1 working day 3 hours left");
}

#[test]
fn a_span_is_read_as_a_clerk_writes_it() {
    assert_eq!(Span::parse("30 minutes"), Some(Span::Natural { minutes: 30 }));
    assert_eq!(Span::parse("4工作小时"), Some(Span::Working { days: 0, minutes: 240 }));
    assert_eq!(Span::parse("5 个工作日"), Some(Span::Working { days: 5, minutes: 0 }));
    assert_eq!(Span::parse("1 working day"), Some(Span::Working { days: 1, minutes: 0 }));
    assert_eq!(Span::parse("soon"), None);
    assert_eq!(Span::parse("0 hours"), None);
}

#[test]
fn a_deadline_is_kept_short() {
    let city = zhuzhou();
    let clocks = clocks(&city, Urgency::Normal, Kind::Help, Stamp(0));
    expect![[r#"{"due":21600000,"start":0,"span":{"working":{"days":0,"minutes":240}},"basis":"normal/sign","missing_years":[1970]}"#]].assert_eq(&serde_json::to_string(&clocks.sign).unwrap());
}

/// Goes on minute by minute and counts those that are worked.
fn walked(calendar: &Calendar, city: &City, span: Span, start: Stamp) -> Stamp {
    let Span::Working { days, minutes } = span else { return start };
    let minute_of = |s: Stamp| {
        let z = s.timestamp().to_zoned(city.zone.clone());
        (z.date(), i16::from(z.hour()) * 60 + i16::from(z.minute()))
    };
    let mut now = start;
    if days > 0 {
        let mut worked = std::collections::BTreeSet::<Date>::new();
        loop {
            now = now.plus_ms(60_000);
            let (day, minute) = minute_of(now);
            if day != start.date(&city.zone) && calendar.works(day) {
                worked.insert(day);
            }
            if worked.len() == days as usize && minute == calendar.closes_at(day) {
                break;
            }
        }
    }
    let mut left = minutes;
    while left > 0 {
        let (day, minute) = minute_of(now);
        left -= u32::from(calendar.hours_of(day).iter().any(|&(from, to)| from <= minute && minute < to));
        now = now.plus_ms(60_000);
    }
    now
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn reckoning_agrees_with_a_walk(day in 0i64..1100, minute in 0i64..1440, days in 0u32..12, minutes in 0u32..900) {
        let city = zhuzhou_once();
        let start = Stamp::start_of(date(2024, 1, 1), &city.zone).plus_ms((day * 1440 + minute) * 60_000);
        let span = Span::Working { days, minutes };
        prop_assert_eq!(reckon(&city.calendar, &city.zone, span, start), walked(&city.calendar, city, span, start));
    }

    #[test]
    fn more_time_is_never_due_earlier(day in 0i64..1100, minute in 0i64..1440, days in 0u32..30) {
        let city = zhuzhou_once();
        let start = Stamp::start_of(date(2024, 1, 1), &city.zone).plus_ms((day * 1440 + minute) * 60_000);
        let due = |days| reckon(&city.calendar, &city.zone, Span::Working { days, minutes: 0 }, start);
        prop_assert!(due(days) < due(days + 1));
        prop_assert!(days == 0 || due(days) > start);
    }
}

fn zhuzhou_once() -> &'static City {
    static CITY: std::sync::OnceLock<City> = std::sync::OnceLock::new();
    CITY.get_or_init(zhuzhou)
}
