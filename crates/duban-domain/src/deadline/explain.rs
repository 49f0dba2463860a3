//! Why a deadline is what it is, in sentences a resident can check on a wall calendar.

use jiff::civil::{Date, Weekday};

use super::{
    Deadline, More, Span, Step,
    reckon::{local, next},
};
use crate::{
    Lang, Stamp,
    calendar::{Special, Why},
    city::City,
};

/// The reckoning of a deadline, a line for each step: start, length, days left out, days put in, result.
#[must_use]
pub fn explain(city: &City, deadline: &Deadline, lang: Lang) -> Vec<String> {
    let mut lines = vec![
        format!("{}{}", lang.t("起算：", "Starts: "), moment(city, deadline.start, lang)),
        length(city, deadline, lang),
        clock(deadline.span, lang).to_owned(),
    ];
    if let Span::Working { .. } = deadline.span {
        lines.extend(days(city, deadline, lang));
    }
    lines.extend(deadline.more.iter().map(|more| added(city, more, lang)));
    if !deadline.missing_years.is_empty() {
        lines.push(missing(&deadline.missing_years, lang));
    }
    lines.push(format!("{}{}", lang.t("到期：", "Due: "), moment(city, deadline.due, lang)));
    lines
}

/// What was added to a deadline, and what it was before: `批准延期，加 3 个工作日（原到期 …）`.
fn added(city: &City, more: &More, lang: Lang) -> String {
    let (what, span, before) = (more.why.word(lang), more.span.words(lang), moment(city, more.before, lang));
    match lang {
        Lang::Zh => format!("{what}：加 {span}（原到期 {before}）"),
        Lang::En => format!("{what}: {span} more (was due {before})"),
    }
}

/// How long, for which step, and on what ground.
fn length(city: &City, deadline: &Deadline, lang: Lang) -> String {
    let (rule, step) = deadline.basis.split_once('/').unwrap_or((&deadline.basis, ""));
    let step = Step::from_key(step).map_or("", |step| step.word(lang));
    let law = city.deadlines.iter().find(|row| row.key == rule).and_then(|row| row.law.as_ref());
    let ground = law.map_or(lang.t("默认，非法定", "a default, not law"), |law| law.get(lang));
    let span = deadline.span.words(lang);
    match lang {
        Lang::Zh => format!("时限：{step} {span}（{ground}；规则 {rule}）"),
        Lang::En => format!("Length: {step}, {span} ({ground}; rule {rule})"),
    }
}

fn clock(span: Span, lang: Lang) -> &'static str {
    match span {
        Span::Natural { .. } => lang.t(
            "计法：按自然时间连续计算，夜间和节假日不停。",
            "Counted: without a break, nights and holidays included.",
        ),
        Span::Working { days: 0, .. } => lang.t("计法：只计工作时间。", "Counted: working hours only."),
        Span::Working { .. } => lang.t(
            "计法：起算当日不计，到最后一个工作日下班时为止。",
            "Counted: from the day after, to the end of working hours of the last working day.",
        ),
    }
}

/// The days in between that did not count, and the weekend days that did.
fn days(city: &City, deadline: &Deadline, lang: Lang) -> Vec<String> {
    let (start, due) = (deadline.start.date(&city.zone), deadline.due.date(&city.zone));
    let (mut out, mut put_in) = (Vec::<(Date, Date, String)>::new(), Vec::new());
    let mut date = start;
    while date <= due {
        match city.calendar.why(date) {
            Why::Weekend => stretch(&mut out, date, lang.t("周末", "weekend")),
            Why::Special(Special::Holiday(name)) => stretch(&mut out, date, &holiday(name.get(lang), lang)),
            Why::Special(Special::Makeup(name)) => put_in.push(makeup(date, name.get(lang), lang)),
            Why::Special(Special::Half(name, _)) => {
                put_in.push(format!("{} {}", day(date, lang), name.get(lang)))
            }
            Why::Weekday => {}
        }
        date = next(date);
    }
    let mut lines = Vec::new();
    if !out.is_empty() {
        let list: Vec<_> = out.iter().map(|(from, to, why)| range(*from, *to, why, lang)).collect();
        lines.push(format!("{}{}", lang.t("不计：", "Left out: "), list.join(lang.t(";", "; "))));
    }
    if !put_in.is_empty() {
        lines.push(format!("{}{}", lang.t("计入：", "Put in: "), put_in.join(lang.t(";", "; "))));
    }
    lines
}

fn stretch(out: &mut Vec<(Date, Date, String)>, date: Date, why: &str) {
    match out.last_mut() {
        Some((_, to, last)) if next(*to) == date && last == why => *to = date,
        _ => out.push((date, date, why.to_owned())),
    }
}

fn holiday(name: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{name}放假"),
        Lang::En => name.to_owned(),
    }
}

fn makeup(date: Date, name: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}{}上班（{name}调休）", day(date, lang), weekday(date, lang)),
        Lang::En => format!("{} {} is worked (in exchange for {name})", weekday(date, lang), day(date, lang)),
    }
}

fn range(from: Date, to: Date, why: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh if from == to => format!("{}{why}", day(from, lang)),
        Lang::Zh if from.month() == to.month() => format!("{}至{}日{why}", day(from, lang), to.day()),
        Lang::Zh => format!("{}至{}{why}", day(from, lang), day(to, lang)),
        Lang::En if from == to => format!("{} ({why})", day(from, lang)),
        Lang::En => format!("{} to {} ({why})", day(from, lang), day(to, lang)),
    }
}

fn missing(years: &[i16], lang: Lang) -> String {
    let list = years.iter().map(i16::to_string).collect::<Vec<_>>();
    match lang {
        Lang::Zh => format!(
            "注意：没有 {} 年的工作日历，暂按周一至周五推算，法定节假日没有扣除。请管理员补上 calendar/{}.toml。",
            list.join("、"),
            years[0]
        ),
        Lang::En => format!(
            "Warning: there is no working calendar for {}. Monday to Friday was assumed and public holidays were not left out. An administrator should add calendar/{}.toml.",
            list.join(", "),
            years[0]
        ),
    }
}

fn moment(city: &City, stamp: Stamp, lang: Lang) -> String {
    let (date, ms) = local(&city.zone, stamp);
    let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
    match lang {
        Lang::Zh => {
            format!("{}年{} {} {hour:02}:{minute:02}", date.year(), day(date, lang), weekday(date, lang))
        }
        Lang::En => {
            format!("{} {} {} {hour:02}:{minute:02}", weekday(date, lang), day(date, lang), date.year())
        }
    }
}

fn day(date: Date, lang: Lang) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    match lang {
        Lang::Zh => format!("{}月{}日", date.month(), date.day()),
        Lang::En => format!("{} {}", date.day(), MONTHS[date.month().unsigned_abs() as usize - 1]),
    }
}

fn weekday(date: Date, lang: Lang) -> &'static str {
    match date.weekday() {
        Weekday::Monday => lang.t("周一", "Mon"),
        Weekday::Tuesday => lang.t("周二", "Tue"),
        Weekday::Wednesday => lang.t("周三", "Wed"),
        Weekday::Thursday => lang.t("周四", "Thu"),
        Weekday::Friday => lang.t("周五", "Fri"),
        Weekday::Saturday => lang.t("周六", "Sat"),
        Weekday::Sunday => lang.t("周日", "Sun"),
    }
}
