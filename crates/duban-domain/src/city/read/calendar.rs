//! `calendar.toml` with the hours, and one file a year in `calendar/`.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use crate::{
    calendar::{Calendar, Hours, Season, Special},
    city::{
        PackFiles,
        fault::{Faults, Spot, words},
        form::Form,
        source::{self, Row},
    },
};

pub(in crate::city) fn calendar(files: &PackFiles, faults: &Faults) -> Calendar {
    let root = source::toml(files, "calendar.toml", faults);
    let form = Form::new(&root, faults);
    let mut calendar = Calendar { hours: hours(&form, "hours"), ..Calendar::default() };
    calendar.seasons = form.rows("season").into_iter().filter_map(|row| season(row, faults)).collect();
    form.done();
    for path in files.keys().filter(|path| path.starts_with("calendar/") && path.ends_with(".toml")) {
        year(files, path, faults, &mut calendar);
    }
    if calendar.years.is_empty() {
        let at = Spot { file: "calendar/".to_owned(), line: None };
        faults.warning(&at, words("一年的工作日历都没有", "There is no calendar of any year"), words("按国务院办公厅当年通知新建例如 calendar/2026.toml；在此之前按周一至周五推算。", "Add for example calendar/2026.toml from the yearly notice of the State Council; until then Monday to Friday is assumed."));
    }
    gaps(&calendar, faults);
    calendar
}

/// A year that lies between others must have been forgotten.
fn gaps(calendar: &Calendar, faults: &Faults) {
    let (Some(&first), Some(&last)) = (calendar.years.first(), calendar.years.last()) else { return };
    for year in (first..=last).filter(|year| !calendar.years.contains(year)) {
        let at = Spot { file: format!("calendar/{year}.toml"), line: None };
        faults.warning(
            &at,
            words(
                format!("缺少 {year} 年的工作日历，将按周一至周五推算"),
                format!("The calendar of {year} is missing; Monday to Friday will be assumed"),
            ),
            words("按当年的放假通知补上这个文件。", "Add this file from the notice of that year."),
        );
    }
}

fn season(row: &Row, faults: &Faults) -> Option<Season> {
    let form = Form::new(row, faults);
    let (from, to) = (form.required("from", "06-01", month_day), form.required("to", "09-30", month_day));
    let hours = hours(&form, "hours");
    form.done();
    Some(Season { from: from?, to: to?, hours })
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    // 2024 is a leap year, so that 02-29 is allowed.
    let date: Date = format!("2024-{text}").parse().ok()?;
    Some((date.month(), date.day()))
}

/// Hours like `09:00-12:00`, in order and apart.
fn hours(form: &Form<'_>, field: &str) -> Hours {
    let list = form.list(field);
    let hours: Hours = list.iter().filter_map(|text| range(text)).collect();
    let in_order =
        hours.iter().all(|(from, to)| from < to) && hours.windows(2).all(|pair| pair[0].1 <= pair[1].0);
    if hours.is_empty() || hours.len() != list.len() || !in_order {
        form.wrong(
            field,
            "工作时间读不懂，或先后颠倒、互相重叠",
            "The working hours cannot be read, or are out of order, or overlap",
            words(
                "按先后写成例如 [\"09:00-12:00\", \"13:00-17:00\"]。",
                "Write them in order, for example [\"09:00-12:00\", \"13:00-17:00\"].",
            ),
        );
        return vec![(540, 720), (780, 1020)];
    }
    hours
}

/// `22:00-06:00` in minutes after midnight.
pub(super) fn range(text: &str) -> Option<(i16, i16)> {
    let minute = |t: &str| {
        let (hour, minute) = t.trim().split_once(':')?;
        let (hour, minute): (i16, i16) = (hour.parse().ok()?, minute.parse().ok()?);
        let all = hour * 60 + minute;
        ((0..=24).contains(&hour) && (0..60).contains(&minute) && all <= 1440).then_some(all)
    };
    let (from, to) = text.split_once('-')?;
    Some((minute(from)?, minute(to)?))
}

fn year(files: &PackFiles, path: &str, faults: &Faults, calendar: &mut Calendar) {
    let root = source::toml(files, path, faults);
    let form = Form::new(&root, faults);
    let named = path.trim_start_matches("calendar/").trim_end_matches(".toml").parse::<i16>().ok();
    let year = form.required("year", "2026", |t| t.parse::<i16>().ok()).or(named);
    if year != named {
        form.wrong(
            "year",
            "年份和文件名不一致",
            "The year differs from the name of the file",
            words(
                "文件名写成 calendar/年份.toml，里面 year 写同一年。",
                "Name the file calendar/YEAR.toml and give the same year inside.",
            ),
        );
    }
    form.text_opt("source");
    let Some(year) = year else { return };
    let mut days = Days { year, lines: BTreeMap::new(), faults, calendar };
    days.holidays(&form);
    days.makeups(&form);
    days.halves(&form);
    calendar.years.insert(year);
    form.done();
}

/// The days of one year as they are read, with the line that named each.
struct Days<'a> {
    year: i16,
    lines: BTreeMap<Date, usize>,
    faults: &'a Faults,
    calendar: &'a mut Calendar,
}

impl Days<'_> {
    fn holidays(&mut self, form: &Form<'_>) {
        let mut last: Option<Date> = None;
        for row in form.rows("holiday") {
            let inner = Form::new(row, self.faults);
            let name = inner.words("name");
            let from = inner.required("from", "2026-01-01", |t| t.parse::<Date>().ok());
            let to = inner.date("to").or(from);
            inner.done();
            let (Some(from), Some(to)) = (from, to) else { continue };
            if to < from || to.since(from).is_ok_and(|span| span.get_days() > 60) {
                self.faults.error(
                    &row.spot(),
                    words("放假的结束日期不对", "The last day of the holiday is wrong"),
                    words(
                        "to 不早于 from，最长两个月。",
                        "to must not be before from, and not two months after it.",
                    ),
                );
                continue;
            }
            if last.is_some_and(|last| from <= last) {
                self.faults.error(
                    &row.spot(),
                    words(
                        format!("{} 没有按日期先后排，或和上一段重叠", name.zh),
                        format!("{} is out of order or overlaps the one before", name.en),
                    ),
                    words(
                        "按日期从早到晚排列，各段不重叠。",
                        "Put the holidays in the order of their dates, without overlap.",
                    ),
                );
            }
            last = Some(to);
            let mut date = from;
            while date <= to {
                self.put(row, date, Special::Holiday(name.clone()));
                date = date.saturating_add(1.day());
            }
        }
    }

    fn makeups(&mut self, form: &Form<'_>) {
        for row in form.rows("makeup") {
            let inner = Form::new(row, self.faults);
            let (date, name) =
                (inner.required("date", "2026-01-04", |t| t.parse::<Date>().ok()), inner.words("name"));
            inner.done();
            let Some(date) = date else { continue };
            if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
                self.faults.warning(
                    &row.spot(),
                    words(
                        format!("调休上班日 {date} 本来就是工作日"),
                        format!("{date} is a working day anyway"),
                    ),
                    words(
                        "核对日期；调休上班日应是周六或周日。",
                        "Check the date: a make-up day is a Saturday or a Sunday.",
                    ),
                );
            }
            self.put(row, date, Special::Makeup(name));
        }
    }

    fn halves(&mut self, form: &Form<'_>) {
        for row in form.rows("half") {
            let inner = Form::new(row, self.faults);
            let date = inner.required("date", "2026-02-16", |t| t.parse::<Date>().ok());
            let special = Special::Half(inner.words("name"), hours(&inner, "hours"));
            inner.done();
            if let Some(date) = date {
                self.put(row, date, special);
            }
        }
    }

    fn put(&mut self, row: &Row, date: Date, special: Special) {
        if date.year() != self.year {
            self.faults.error(
                &row.spot(),
                words(format!("{date} 不在 {} 年", self.year), format!("{date} is not in {}", self.year)),
                words("把它移到那一年的文件里。", "Move it to the file of its year."),
            );
            return;
        }
        if let Some(line) = self.lines.insert(date, row.line) {
            self.faults.error(
                &row.spot(),
                words(
                    format!("{date} 写了两次，第 {line} 行已有"),
                    format!("{date} is given twice, first on line {line}"),
                ),
                words(
                    "同一天只能放假、上班或半天之一，删去一处。",
                    "A day can be a holiday, a make-up day or a half day; remove one.",
                ),
            );
        }
        self.calendar.special.insert(date, special);
    }
}
