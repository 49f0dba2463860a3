//! Pages for residents: say one thing, follow it, say whether it is solved. Mobile first, without
//! account, category or script.
//!
//! No department language here, and nothing about a person in any address but their own number.
//! What a resident may see is decided by `duban_app::resident`; what everybody may see is in `public`.

pub(crate) mod alerts;
pub(crate) mod answers;
#[cfg(test)]
mod bounds;
pub(crate) mod contact;
pub(crate) mod copy;
#[cfg(test)]
mod film;
mod handin;
pub(crate) mod home;
#[cfg(test)]
pub(crate) mod journey;
pub(crate) mod media;
pub(crate) mod mine;
#[cfg(test)]
mod mine_journey;
pub(crate) mod own;
pub(crate) mod places;
pub(crate) mod proof;
pub(crate) mod public;
pub(crate) mod report;
pub(crate) mod stats;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod track;
pub(crate) mod view;

use duban_domain::{
    Lang, Number, Refusal,
    city::City,
    deadline::Span,
    request::{Kind, Urgency},
};

/// A field of a form with what is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The id of the field, so that the summary can lead there.
    pub(crate) field: &'static str,
    pub(crate) words: String,
}

impl Fault {
    fn new(field: &'static str, words: impl Into<String>) -> Self {
        Self { field, words: words.into() }
    }

    fn refused(field: &'static str, refusal: &Refusal, lang: Lang) -> Self {
        Self::new(field, refusal.sentence(lang))
    }
}

/// What is wrong in one field, when something is.
fn fault_of<'a>(faults: &'a [Fault], field: &str) -> Option<&'a str> {
    faults.iter().find(|f| f.field == field).map(|f| f.words.as_str())
}

/// A number as pages show it and as people read it out.
#[derive(Clone, Debug)]
pub(crate) struct NumberShown {
    /// Without spaces, for addresses.
    pub(crate) digits: String,
    /// In groups of four.
    pub(crate) grouped: String,
    /// All but the check digit.
    pub(crate) head: String,
    /// The check digit.
    pub(crate) check: String,
    /// `二六零一，零四零零，四一七一`.
    pub(crate) spelled: String,
}

impl NumberShown {
    fn new(number: &Number, lang: Lang) -> Self {
        let grouped = number.grouped();
        let (head, check) = grouped.split_at(grouped.len() - 1);
        Self {
            digits: number.digits().to_owned(),
            head: head.to_owned(),
            check: check.to_owned(),
            spelled: spelled(&grouped, lang),
            grouped,
        }
    }
}

fn spelled(grouped: &str, lang: Lang) -> String {
    const ZH: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    const EN: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let (words, between) = match lang {
        Lang::Zh => (ZH, ""),
        Lang::En => (EN, " "),
    };
    let group = |g: &str| g.bytes().map(|b| words[usize::from(b - b'0')]).collect::<Vec<_>>().join(between);
    grouped.split(' ').map(group).collect::<Vec<_>>().join(lang.t("，", ", "))
}

/// One of the city's texts, or our own when the city wrote none.
fn text_or<'a>(city: &'a City, key: &str, lang: Lang, ours: &'a str) -> &'a str {
    city.texts.get(key).map_or(ours, |words| words.get(lang))
}

/// The name of a unit in full; the hotline while nobody else has it.
fn unit_name(city: &City, key: &str, lang: Lang) -> String {
    match city.unit(key) {
        Some(unit) if unit.key != city.centre().key => unit.name.get(lang).to_owned(),
        _ => city.hotline.clone(),
    }
}

/// The name of a unit as it is called, for sentences.
fn unit_short(city: &City, key: &str, lang: Lang) -> String {
    match city.unit(key) {
        Some(unit) if unit.key != city.centre().key => unit.short.get(lang).to_owned(),
        _ => city.hotline.clone(),
    }
}

/// A division with the one above it: `芦淞区建设街道`, `Jianshe Subdistrict, Lusong District`.
pub(crate) fn place_name(city: &City, code: &str, lang: Lang) -> String {
    let Some(own) = city.division(code) else { return String::new() };
    let above = own.parent.as_deref().and_then(|code| city.division(code)).map(|d| d.name.get(lang));
    match (above, lang) {
        (None, _) => own.name.get(lang).to_owned(),
        (Some(above), Lang::Zh) => format!("{above}{}", own.name.zh),
        (Some(above), Lang::En) => format!("{}, {above}", own.name.en),
    }
}

/// "Overdue" in the words of residents.
fn plain_late(left: &str) -> String {
    left.replacen("逾期", "晚了", 1).replacen("Overdue by", "Late by", 1)
}

/// What happens after a matter of this urgency and kind is handed in, by the city's own deadlines;
/// and the ground they stand on.
fn next_steps(city: &City, urgency: Urgency, kind: Kind, lang: Lang) -> (Vec<(String, String)>, String) {
    let say = |when: (&str, &str), what: (&str, &str)| {
        (lang.t(when.0, when.1).to_owned(), lang.t(what.0, what.1).to_owned())
    };
    let within = |zh: &str, en: &str, span: &Span| lang.t(zh, en).replace("{}", &span.words(lang));
    let mut steps = vec![say(
        ("马上", "At once"),
        ("给您一个编号，念得出、查得到。", "You get a number to read out and to look up."),
    )];
    let mut ground = String::new();
    if let Some(rule) = city.deadlines.iter().find(|rule| rule.fits(urgency, kind)) {
        if let Some(contact) = &rule.contact {
            let words = within(
                "{}内，去办的单位联系您（留了电话的）。",
                "Within {}, whoever deals with it contacts you, if you left a telephone.",
                contact,
            );
            steps.push((lang.t("先联系", "First").to_owned(), words));
        }
        let words =
            within("{}内，答复您办得怎么样。", "Within {}, you are told what came of it.", &rule.finish);
        steps.push((lang.t("再答复", "Then").to_owned(), words));
        let law =
            rule.law.as_ref().map_or(lang.t("默认，非法定", "a default, not law"), |law| law.get(lang));
        let usual = match urgency {
            Urgency::Normal => lang.t("一般的事是这样；急事更快，复杂的更久，到时告诉您是哪一天、为什么。", "So it goes as a rule; urgent matters go faster, complex ones take longer. You will be told the day, and why."),
            Urgency::Critical | Urgency::Urgent | Urgency::Complex => lang.t("照您写的先这样算；交了以后告诉您准确的时间和理由。", "So it looks from what you wrote; you will be told the exact time, and why, when you have sent it."),
        };
        ground = format!("{usual}{}{law}{}", lang.t("（", " ("), lang.t("）", ")"));
    }
    steps.push(say(("办完", "At last"), ("您说解决了，才算完。", "It is done when you say it is solved.")));
    (steps, ground)
}
