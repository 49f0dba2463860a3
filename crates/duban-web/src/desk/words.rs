//! Small things that several pages say alike: numbers in groups, dues, tags, options, marked text.

use crate::frame::WebError;
use duban_domain::{
    Lang, Number, Refusal, Stamp,
    city::{City, UnitKind},
    deadline::{Pace, left},
    request::Urgency,
};

/// The number in an address. What is no number at all is not found.
pub(crate) fn number(text: &str) -> Result<Number, WebError> {
    text.parse().map_err(|_| WebError::from(Refusal::NotFound))
}

/// A due time in words, with the class that colours it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DueWords {
    /// `还剩 5 小时 54 分钟`, `逾期 1 小时`.
    pub(crate) words: String,
    /// As it stands under a head that says "left" already.
    pub(crate) bare: String,
    /// `due-late`, `due-soon` or nothing.
    pub(crate) class: &'static str,
}

impl DueWords {
    pub(crate) fn of(city: &City, due: Stamp, now: Stamp, lang: Lang) -> Self {
        let left = left(city, due, now, lang);
        let bare = left.words.trim_start_matches("还剩 ").trim_end_matches(" left").to_owned();
        let class = match left.state {
            Pace::Late => "due-late",
            Pace::Soon => "due-soon",
            Pace::Ok => "",
        };
        Self { words: left.words, bare, class }
    }
}

/// How long something took, coarsely: `18 分钟`, `3 小时`, `2 天`.
pub(crate) fn took(ms: i64, lang: Lang) -> String {
    let minutes = (ms / 60_000).max(0);
    let (n, zh, en) = match minutes {
        0..=119 => (minutes, "分钟", "minute"),
        120..=2_879 => (minutes / 60, "小时", "hour"),
        _ => (minutes / 1_440, "天", "day"),
    };
    match lang {
        Lang::Zh => format!("{n} {zh}"),
        Lang::En => format!("{n} {en}{}", if n == 1 { "" } else { "s" }),
    }
}

/// A number of cases: `6 件`, `6 cases`.
pub(crate) fn cases(n: i64, lang: Lang) -> String {
    let n_words = thousands(n);
    match lang {
        Lang::Zh => format!("{n_words} 件"),
        Lang::En if n == 1 => "1 case".to_owned(),
        Lang::En => format!("{n_words} cases"),
    }
}

/// `12,340`.
pub(crate) fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// The class of an urgency's tag; an ordinary matter has none.
pub(crate) fn urgency_class(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Critical => "tag-seal",
        Urgency::Urgent => "tag-must",
        Urgency::Complex => "tag-info",
        Urgency::Normal => "",
    }
}

/// The short name of a unit; a key that the pack no longer has is shown as it is.
pub(crate) fn unit_name(city: &City, key: &str, lang: Lang) -> String {
    city.unit(key).map_or_else(|| key.to_owned(), |u| u.short.get(lang).to_owned())
}

/// Where a division is: `芦淞区`, `芦淞区 贺家土街道`.
pub(crate) fn division_path(city: &City, code: &str, lang: Lang) -> String {
    let Some(division) = city.division(code) else { return String::new() };
    let own = division.name.get(lang);
    match division.parent.as_deref().and_then(|p| city.division(p)) {
        Some(parent) => format!("{} {own}", parent.name.get(lang)),
        None => own.to_owned(),
    }
}

/// The division and the person's words, without saying a name twice: words often begin with it.
pub(crate) fn place_line(city: &City, division: Option<&str>, words: &str, lang: Lang) -> String {
    let own = division.and_then(|code| city.division(code));
    let above = own.and_then(|d| d.parent.as_deref()).and_then(|code| city.division(code));
    let names =
        [above, own].into_iter().flatten().map(|d| d.name.get(lang)).filter(|name| !words.contains(name));
    names.chain(Some(words).filter(|w| !w.is_empty())).collect::<Vec<_>>().join(" ")
}

/// One choice of a `<select>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) key: String,
    pub(crate) name: String,
}

/// Choices under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) head: String,
    pub(crate) list: Vec<Choice>,
}

/// All units, by what sort of body they are.
pub(crate) fn unit_choices(city: &City, lang: Lang) -> Vec<Choices> {
    let of = |kind: UnitKind| {
        let list = city
            .units
            .iter()
            .filter(|u| u.kind == kind)
            .map(|u| Choice { key: u.key.clone(), name: u.name.get(lang).to_owned() })
            .collect();
        Choices { head: kind.word(lang).to_owned(), list }
    };
    UnitKind::ALL.iter().map(|kind| of(*kind)).filter(|c| !c.list.is_empty()).collect()
}

/// All categories below each first-level one, with their paths.
pub(crate) fn category_choices(city: &City, lang: Lang) -> Vec<Choices> {
    let top = city.categories.iter().filter(|c| c.level == 1);
    let below = |key: &str| {
        let inside = |k: &str| k == key || k.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        city.categories
            .iter()
            .filter(|c| inside(&c.key))
            .map(|c| Choice { key: c.key.clone(), name: city.category_path(&c.key, lang) })
            .collect()
    };
    top.map(|c| Choices { head: c.name.get(lang).to_owned(), list: below(&c.key) }).collect()
}

/// All divisions, towns below their county.
pub(crate) fn division_choices(city: &City, lang: Lang) -> Vec<Choices> {
    let counties = city.divisions.iter().filter(|d| d.parent.is_none());
    let below = |code: &str| {
        let all = city.divisions.iter().filter(|d| d.code == code || d.parent.as_deref() == Some(code));
        all.map(|d| Choice { key: d.code.clone(), name: d.name.get(lang).to_owned() }).collect()
    };
    counties.map(|d| Choices { head: d.name.get(lang).to_owned(), list: below(&d.code) }).collect()
}

/// A stretch of a text: plain, or one of the words that decided something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) text: String,
    pub(crate) marked: bool,
}

/// A text with some words marked in it.
pub(crate) fn marked(text: &str, words: &[String]) -> Vec<Stretch> {
    let mut out = Vec::new();
    let mut rest = text;
    let next = |rest: &str| {
        words
            .iter()
            .filter(|w| !w.is_empty())
            .filter_map(|w| Some((rest.find(w.as_str())?, w.len())))
            .min_by_key(|(at, len)| (*at, usize::MAX - len))
    };
    while let Some((at, len)) = next(rest) {
        if at > 0 {
            out.push(Stretch { text: rest[..at].to_owned(), marked: false });
        }
        out.push(Stretch { text: rest[at..at + len].to_owned(), marked: true });
        rest = &rest[at + len..];
    }
    if !rest.is_empty() {
        out.push(Stretch { text: rest.to_owned(), marked: false });
    }
    out
}

/// Deciding words as people read them: `电线`, or for a condition `地点在 芦淞区`.
pub(crate) fn because_words(city: &City, because: &[String], lang: Lang) -> Vec<String> {
    let say = |raw: &String| match raw.split_once('=') {
        Some(("category", key)) => city.category_path(key, lang),
        Some(("division", code)) => division_path(city, code, lang),
        Some(("kind", key)) => duban_domain::request::Kind::from_key(key)
            .map_or_else(|| key.to_owned(), |k| k.word(lang).to_owned()),
        Some(("answer", said)) => answered(city, said, lang),
        Some(("handler", named)) => by_name(named, lang),
        Some(("hours", hours)) => hours.to_owned(),
        Some(("when", "working")) => lang.t("工作时间", "working hours").to_owned(),
        Some(("when", _)) => lang.t("非工作时间", "outside working hours").to_owned(),
        _ => raw.clone(),
    };
    because.iter().map(say).collect()
}

/// The person whom a rule names, and why they did not get it.
fn by_name(named: &str, lang: Lang) -> String {
    let (login, why) = named.split_once('=').unwrap_or((named, ""));
    let why = match why {
        "off" => lang.t(
            "：没有这个账号或已停用，先由单位接收",
            ": no such account or switched off, so the unit has it",
        ),
        "elsewhere" => lang.t("：账号不在这个单位，先由单位接收", ": of another unit, so the unit has it"),
        "may-not" => lang.t("：账号不能答复，先由单位接收", ": may not answer, so the unit has it"),
        _ => "",
    };
    format!("{} {login}{why}", lang.t("指名", "named:"))
}

/// An answer as people read it; one that the pack no longer has stays as it is.
fn answered(city: &City, said: &str, lang: Lang) -> String {
    let asked = said.split_once('=').and_then(|(key, choice)| Some((city.question(key)?, choice.to_owned())));
    asked.map_or_else(|| said.to_owned(), |(question, choice)| question.words(&[choice], lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_marked_without_losing_a_sign() {
        let stretches = marked("电线打火，又是电线", &["电线".into(), "打火".into()]);
        assert_eq!(stretches.iter().map(|s| s.text.as_str()).collect::<String>(), "电线打火，又是电线");
        assert_eq!(stretches.iter().filter(|s| s.marked).count(), 3);
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(cases(1, Lang::En), "1 case");
    }
}
