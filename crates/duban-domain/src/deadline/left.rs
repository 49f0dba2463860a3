//! How much time is left, in the words a person would use.

use super::{
    reckon::{local, next},
    span::count,
};
use crate::{Lang, Stamp, calendar::minutes_of, city::City, request::closed_set};

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1440;

closed_set! {
    /// How a deadline stands (时限状态).
    Pace {
        /// 已逾期
        Late = 1, "late", "已逾期", "Overdue";
        /// 即将到期
        Soon = 2, "soon", "即将到期", "Due soon";
        /// 正常
        Ok = 3, "ok", "正常", "In time";
    }
}

/// The time left, or the time over (剩余时间).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// `还剩 1 个工作日 3 小时`, `逾期 2 小时`.
    pub words: String,
    /// How it stands.
    pub state: Pace,
}

/// How much is left until `due`. A day or less is natural time; more is counted in working days when
/// the deadline falls into working hours.
#[must_use]
pub fn left(city: &City, due: Stamp, now: Stamp, lang: Lang) -> Left {
    let minutes = (due.0 - now.0).abs() / MINUTE_MS;
    if now > due {
        let words = lang.t("逾期 ", "Overdue by ").to_owned() + &natural(minutes, lang);
        return Left { words, state: Pace::Late };
    }
    let working = if minutes > DAY_MINUTES { working(city, due, now) } else { None };
    let soon = working.map_or(minutes, |w| w.minutes_in_all) <= i64::from(city.settings.soon_minutes);
    let time = match working {
        Some(w) if w.days > 0 || w.minutes > 0 => in_working_days(w, lang),
        _ => natural(minutes, lang),
    };
    let words = match lang {
        Lang::Zh if time.starts_with(|c: char| c.is_ascii_digit()) => format!("还剩 {time}"),
        Lang::Zh => format!("还剩{time}"),
        Lang::En => format!("{time} left"),
    };
    Left { words, state: if soon { Pace::Soon } else { Pace::Ok } }
}

/// Working time between now and a deadline.
#[derive(Clone, Copy)]
struct Working {
    days: i64,
    minutes: i64,
    minutes_in_all: i64,
}

/// Whole working days and working minutes; none when the deadline is outside working hours.
fn working(city: &City, due: Stamp, now: Stamp) -> Option<Working> {
    let calendar = &city.calendar;
    let (due_date, due_ms) = local(&city.zone, due);
    let due_minute = due_ms / MINUTE_MS;
    if !calendar.is_open(due_date, i16::try_from(due_minute).ok()?) {
        return None;
    }
    let (mut date, now_ms) = local(&city.zone, now);
    let mut from = now_ms / MINUTE_MS;
    let mut sum = Working { days: 0, minutes: 0, minutes_in_all: 0 };
    while date <= due_date {
        let hours = calendar.hours_of(date);
        let to = if date == due_date { due_minute } else { DAY_MINUTES };
        let worked: i64 = hours
            .iter()
            .map(|&(open, close)| (i64::from(close).min(to) - i64::from(open).max(from)).max(0))
            .sum();
        sum.minutes_in_all += worked;
        if worked > 0 && worked == minutes_of(hours) {
            sum.days += 1;
        } else {
            sum.minutes += worked;
        }
        (date, from) = (next(date), 0);
    }
    Some(sum)
}

fn in_working_days(w: Working, lang: Lang) -> String {
    let days = (w.days > 0).then(|| count(w.days, lang, ("个工作日", "working day")));
    let rest = (w.minutes > 0).then(|| hours_and_minutes(w.minutes, w.days == 0, lang));
    [days, rest].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Natural time: days and hours, or hours and minutes.
fn natural(minutes: i64, lang: Lang) -> String {
    let days = minutes / DAY_MINUTES;
    if days == 0 {
        return hours_and_minutes(minutes, true, lang);
    }
    let hours = minutes % DAY_MINUTES / 60;
    let days = count(days, lang, ("天", "day"));
    if hours == 0 { days } else { format!("{days} {}", count(hours, lang, ("小时", "hour"))) }
}

/// Hours; with the minutes only where they matter.
fn hours_and_minutes(minutes: i64, exact: bool, lang: Lang) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    let hours_words = count(hours, lang, ("小时", "hour"));
    let rest_words = count(rest, lang, ("分钟", "minute"));
    match (hours, rest) {
        (0, 0) => lang.t("不到 1 分钟", "less than a minute").to_owned(),
        (0, _) => rest_words,
        (_, 0) => hours_words,
        _ if exact => format!("{hours_words} {rest_words}"),
        _ => hours_words,
    }
}
