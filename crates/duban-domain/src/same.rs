//! 同一件事? Whether what somebody says now may be a case that is known: by place, time and wording, with the reason in
//! one sentence. A suggestion and no more: whoever hears the caller decides.

use jiff::civil::Date;

use crate::{
    Lang,
    city::Settings,
    place::Point,
    wording::{Shared, Wording},
};

/// Beyond the city's distance for duplicates, so many times farther wording alone may still say so.
const FAR_TIMES: i64 = 4;
/// Hundredths of the shorter text that must be shared: near, a little farther, and without a point.
const NEAR_PERCENT: usize = 12;
const FAR_PERCENT: usize = 40;
const NOWHERE_PERCENT: usize = 40;

/// What somebody says now (来电人说的).
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Its words.
    pub words: Wording,
    /// Where.
    pub point: Option<Point>,
    /// Its category, chosen or proposed.
    pub category: Option<String>,
    /// When.
    pub at_ms: i64,
}

/// A case that is known (已有的工单).
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What was said of it, by those whose words may be shown.
    pub words: Wording,
    /// Where.
    pub point: Option<Point>,
    /// Its category.
    pub category: Option<String>,
    /// When it was opened.
    pub at_ms: i64,
    /// Whether it is still open.
    pub open: bool,
}

/// Why two may be the same matter (像在哪里).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// How far apart, in metres; none when one of them has no point.
    pub metres: Option<i64>,
    /// The words of both.
    pub words: Vec<String>,
    /// Whether they are of one category.
    pub category: bool,
    /// The larger, the more alike; what is open stands before what is closed.
    pub weight: i64,
}

/// How alike they are; none when nothing speaks for it.
#[must_use]
pub fn likeness(said: &Said, known: &Known, settings: &Settings) -> Option<Likeness> {
    let apart_ms = (said.at_ms - known.at_ms).abs();
    let metres = said.point.zip(known.point).map(|(a, b)| a.metres_to(b).round() as i64);
    let shared = shared(&said.words, &known.words);
    let category = said.category.is_some() && said.category == known.category;
    let reach = i64::from(settings.duplicate_metres);
    let alike = match metres {
        _ if !settings.is_perhaps_same(0, apart_ms) => false,
        Some(metres) if metres <= reach => category || speaks(&shared, NEAR_PERCENT),
        Some(metres) => metres <= reach * FAR_TIMES && speaks(&shared, FAR_PERCENT),
        None => speaks(&shared, NOWHERE_PERCENT) && (category || shared.count > 2),
    };
    let days = apart_ms / 86_400_000;
    let near =
        metres.map_or(0, |metres| (reach * FAR_TIMES - metres).max(0) * 60 / (reach * FAR_TIMES).max(1));
    let percent = i64::try_from(shared.percent().min(100)).unwrap_or(0);
    let weight = percent + near + i64::from(category) * 20 - days * 2 + i64::from(known.open) * 1_000;
    alike.then_some(Likeness { metres, words: shared.words, category, weight })
}

/// Whether enough is shared to say so: one pair of characters may be anything.
fn speaks(shared: &Shared, percent: usize) -> bool {
    shared.count > 1 && shared.percent() >= percent
}

/// What two texts share, of the shorter one.
fn shared(one: &Wording, other: &Wording) -> Shared {
    if one.len() <= other.len() { one.shared(other) } else { other.shared(one) }
}

impl Likeness {
    /// `80 米，昨天，同样的词：搅拌站 噪音`.
    #[must_use]
    pub fn sentence(&self, opened: Date, today: Date, lang: Lang) -> String {
        let mut parts = Vec::new();
        parts.extend(self.metres.map(|metres| match lang {
            Lang::Zh => format!("{metres} 米"),
            Lang::En => format!("{metres} m away"),
        }));
        parts.push(day(opened, today, lang));
        if !self.words.is_empty() {
            parts.push(format!("{}{}", lang.t("同样的词：", "same words: "), self.words.join(" ")));
        } else if self.category {
            parts.push(lang.t("同一类", "same category").to_owned());
        }
        parts.join(lang.t("，", ", "))
    }
}

fn day(opened: Date, today: Date, lang: Lang) -> String {
    let days = opened.until(today).map_or(0, |span| span.get_days());
    match (days, lang) {
        (..=0, _) => lang.t("今天", "today").to_owned(),
        (1, _) => lang.t("昨天", "yesterday").to_owned(),
        (days, Lang::Zh) => format!("{days} 天前"),
        (days, Lang::En) => format!("{days} days ago"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::city::tests::zhuzhou;

    const DAY: i64 = 86_400_000;

    fn said(words: &str, at: Option<(f64, f64)>) -> Said {
        let point = at.and_then(|(lng, lat)| Point::from_degrees(lng, lat));
        Said { words: Wording::of(words), point, category: Some("noise".into()), at_ms: 40 * DAY }
    }

    fn known(words: &str, at: Option<(f64, f64)>, days_ago: i64, open: bool) -> Known {
        let Said { words, point, .. } = said(words, at);
        Known { words, point, category: None, at_ms: (40 - days_ago) * DAY, open }
    }

    const HERE: Option<(f64, f64)> = Some((113.130, 27.830));
    /// Eighty metres east of it.
    const NEAR: Option<(f64, f64)> = Some((113.130_813, 27.830));
    const FAR: Option<(f64, f64)> = Some((113.140, 27.830));

    #[test]
    fn place_time_and_wording_together_say_whether_it_may_be_the_same() {
        let settings = zhuzhou().settings;
        let caller = said("小区后面的搅拌站，晚上噪音特别大", HERE);
        let of = |other: &Known| likeness(&caller, other, &settings);
        let same = of(&known("搅拌站噪音扰民，睡不着", NEAR, 1, true)).unwrap();
        assert_eq!((same.metres, same.words.join(" ")), (Some(80), "搅拌站 噪音".to_owned()));
        let words = |lang| same.sentence(date(2026, 1, 4), date(2026, 1, 5), lang);
        assert_eq!(words(Lang::Zh), "80 米，昨天，同样的词：搅拌站 噪音");
        assert_eq!(words(Lang::En), "80 m away, yesterday, same words: 搅拌站 噪音");
        assert_eq!(of(&known("路灯不亮", NEAR, 1, true)), None, "near, and about something else");
        assert_eq!(of(&known("搅拌站噪音扰民", FAR, 1, true)), None, "the same words, a kilometre away");
        assert_eq!(of(&known("搅拌站噪音扰民", NEAR, 31, true)), None, "too long ago");
        assert!(of(&known("搅拌站噪音扰民", None, 1, true)).is_some(), "somebody who named no place");
        assert_eq!(of(&known("噪音", None, 1, true)), None, "one word and no place may be anything");
        let like = Known { category: Some("noise".into()), ..known("路灯不亮", NEAR, 1, true) };
        let by_kind = of(&like).unwrap();
        assert_eq!(by_kind.sentence(date(2026, 1, 5), date(2026, 1, 5), Lang::Zh), "80 米，今天，同一类");
    }

    #[test]
    fn what_is_open_and_recent_stands_first() {
        let settings = zhuzhou().settings;
        let caller = said("搅拌站晚上噪音大", HERE);
        let weight = |days, open| {
            likeness(&caller, &known("搅拌站噪音扰民", NEAR, days, open), &settings).unwrap().weight
        };
        assert!(weight(20, true) > weight(1, false) && weight(1, true) > weight(20, true));
    }
}
