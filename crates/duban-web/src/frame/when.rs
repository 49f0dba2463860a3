//! Instants as people read them: `1月5日 周一 15:04`, with the full form beside it.

use std::fmt;

use duban_domain::{Lang, Stamp};
use jiff::{Zoned, tz::TimeZone};

/// An instant, ready for a `<time>` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct When {
    /// For machines.
    pub(crate) iso: String,
    /// `今天 15:04`, `1月5日 15:04`, `2025年12月29日 08:52`.
    pub(crate) short: String,
    /// `2026年1月5日 周一 15:04`.
    pub(crate) full: String,
    /// `15:04`.
    pub(crate) clock: String,
    /// `今天`, `1月5日`.
    pub(crate) day: String,
    /// `周一`.
    pub(crate) weekday: String,
}

impl When {
    pub(crate) fn new(at: Stamp, now: Stamp, zone: &TimeZone, lang: Lang) -> Self {
        let (z, today) = (at.timestamp().to_zoned(zone.clone()), now.timestamp().to_zoned(zone.clone()));
        let clock = format!("{:02}:{:02}", z.hour(), z.minute());
        let weekday = weekday(&z, lang).to_owned();
        let day = day(&z, &today, lang);
        Self {
            iso: z.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            short: format!("{day} {clock}"),
            full: match lang {
                Lang::Zh => format!("{}年{}月{}日 {weekday} {clock}", z.year(), z.month(), z.day()),
                Lang::En => format!("{weekday} {} {} {}, {clock}", z.day(), month(z.month()), z.year()),
            },
            clock,
            day,
            weekday,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short)
    }
}

fn day(z: &Zoned, today: &Zoned, lang: Lang) -> String {
    let apart = z.date().since(today.date()).map_or(i32::MAX, |span| span.get_days());
    match apart {
        0 => return lang.t("今天", "today").to_owned(),
        1 => return lang.t("明天", "tomorrow").to_owned(),
        -1 => return lang.t("昨天", "yesterday").to_owned(),
        _ => {}
    }
    match (lang, z.year() == today.year()) {
        (Lang::Zh, true) => format!("{}月{}日", z.month(), z.day()),
        (Lang::Zh, false) => format!("{}年{}月{}日", z.year(), z.month(), z.day()),
        (Lang::En, true) => format!("{} {}", z.day(), month(z.month())),
        (Lang::En, false) => format!("{} {} {}", z.day(), month(z.month()), z.year()),
    }
}

fn weekday(z: &Zoned, lang: Lang) -> &'static str {
    const ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let i = usize::try_from(z.weekday().to_monday_zero_offset()).unwrap_or(0);
    lang.t(ZH[i], EN[i])
}

fn month(month: i8) -> &'static str {
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    EN[usize::try_from(month - 1).unwrap_or(0) % 12]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_in_the_citys_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let at = Stamp("2026-01-04T07:04:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let later = at.plus_ms(2 * 86_400_000);
        assert_eq!(When::new(at, at, &zone, Lang::Zh).short, "今天 15:04");
        assert_eq!(When::new(at, later, &zone, Lang::Zh).full, "2026年1月4日 周日 15:04");
        assert_eq!(When::new(at, later, &zone, Lang::En).short, "4 Jan 15:04");
        assert_eq!(When::new(at, later, &zone, Lang::Zh).iso, "2026-01-04T15:04:00+08:00");
    }
}
