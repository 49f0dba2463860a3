//! Extra questions (补充问题): what a category wants to know besides the words and the place.
//!
//! The city pack holds them as data; doors ask them, and here is what counts as an answer. How a
//! door shows a question, and what Open311 calls it, is `duban-web`'s to say.

use serde::{Deserialize, Serialize};

use crate::{
    Lang, Stamp,
    city::{City, is_below},
    lang::Words,
    object,
    request::closed_set,
    stamp::w3c,
    text,
};

/// Longest answer in several lines, in characters.
const LONG_MAX: usize = 2_000;

closed_set! {
    /// How a question is answered (回答方式).
    AnswerKind {
        /// 一行文字
        Line = 1, "line", "一行文字", "One line";
        /// 数字
        Number = 2, "number", "数字", "A number";
        /// 时间
        When = 3, "datetime", "时间", "Date and time";
        /// 一段文字
        Text = 4, "text", "一段文字", "Several lines";
        /// 单选
        One = 5, "one", "单选", "One of a list";
        /// 多选
        Several = 6, "several", "多选", "Several of a list";
        /// 提示: only says something and asks nothing.
        Notice = 7, "notice", "提示", "A notice, nothing to answer";
        /// 点选设施: those of a layer that are near.
        Objects = 8, "objects", "点选附近的设施", "Objects that are near";
    }
}

/// One answer of a list (选项).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its key.
    pub key: String,
    /// What people see.
    pub name: Words,
    /// Why the form ends here: the matter is not the hotline's, and whose it is.
    pub stop: Option<Words>,
}

/// An extra question (补充问题).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its key; letters, digits and `_`.
    pub key: String,
    /// Categories that ask it, each with everything below.
    pub categories: Vec<String>,
    /// How it is answered.
    pub kind: AnswerKind,
    /// The question.
    pub ask: Words,
    /// How to find the answer.
    pub help: Option<Words>,
    /// Whether a request cannot do without.
    pub required: bool,
    /// Whether everybody may read the answer. Only lists can be public: people write names into texts.
    pub public: bool,
    /// Of which layer objects are offered.
    pub layer: Option<String>,
    /// The choices of a list, in order.
    pub choices: Vec<Choice>,
}

/// An answer as it is kept (补充信息).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The key of the question.
    pub question: String,
    /// What was answered: keys of choices, an instant as text, a number, or words.
    pub values: Vec<String>,
}

/// Answers as a door brought them: the key of a question and what was sent for it.
pub type Given = Vec<(String, Vec<String>)>;

/// What is wrong with an answer (回答有误).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misanswer {
    /// The key of the question.
    pub question: String,
    /// The question.
    pub ask: Words,
    /// What is wrong.
    pub fault: AnswerFault,
}

/// Why an answer is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    /// It must be answered.
    Missing,
    /// Not a number.
    NotANumber,
    /// Not an instant with a zone.
    NotATime,
    /// Not in the list.
    NotAChoice(String),
    /// More than one of a list of which one is chosen.
    OnlyOne,
    /// Too long; so many characters are allowed.
    TooLong(usize),
    /// The form ends here, and why.
    Stopped(Words),
}

impl Misanswer {
    /// What is wrong and what to do, as people read it.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        let ask = self.ask.get(lang);
        let say = |zh: &str, en: &str| match lang {
            Lang::Zh => format!("“{ask}”{zh}"),
            Lang::En => format!("\u{201c}{ask}\u{201d} {en}"),
        };
        match &self.fault {
            AnswerFault::Missing => say("要回答。", "must be answered."),
            AnswerFault::NotANumber => {
                say("要填数字，例如 3 或 2.5。", "wants a number, for example 3 or 2.5.")
            }
            AnswerFault::NotATime => say(
                "要填带时区的时间，例如 2026-01-05T09:00:00+08:00。",
                "wants a time with its zone, for example 2026-01-05T09:00:00+08:00.",
            ),
            AnswerFault::NotAChoice(given) => match lang {
                Lang::Zh => format!("“{ask}”没有“{given}”这个选项，请从列表里选。"),
                Lang::En => {
                    format!(
                        "\u{201c}{ask}\u{201d} has no choice \u{201c}{given}\u{201d}: take one of the list."
                    )
                }
            },
            AnswerFault::OnlyOne => say("只能选一项。", "takes one choice only."),
            AnswerFault::TooLong(max) => match lang {
                Lang::Zh => format!("“{ask}”最多 {max} 个字。"),
                Lang::En => format!("\u{201c}{ask}\u{201d} may have {max} characters."),
            },
            AnswerFault::Stopped(why) => why.get(lang).to_owned(),
        }
    }
}

impl Question {
    /// Whether a category asks it.
    #[must_use]
    pub fn is_for(&self, category: &str) -> bool {
        self.categories.iter().any(|key| is_below(category, key))
    }

    /// Answers as people read them: names of choices; a key that the pack no longer has stays a key.
    #[must_use]
    pub fn words(&self, values: &[String], lang: Lang) -> String {
        let name = |value: &String| {
            let choice = self.choices.iter().find(|choice| choice.key == *value);
            choice.map_or_else(|| value.clone(), |choice| choice.name.get(lang).to_owned())
        };
        values.iter().map(name).collect::<Vec<_>>().join(lang.t("、", ", "))
    }

    fn read(&self, sent: &[String]) -> Result<Vec<String>, AnswerFault> {
        let sent: Vec<&str> = sent.iter().map(|value| value.trim()).filter(|v| !v.is_empty()).collect();
        if sent.is_empty() {
            return if self.required { Err(AnswerFault::Missing) } else { Ok(Vec::new()) };
        }
        let words = |max: usize| {
            let joined = sent.join("\n");
            text::optional("detail", &joined, max).map_err(|_| AnswerFault::TooLong(max))
        };
        match self.kind {
            AnswerKind::Line => words(text::LINE_MAX).map(|line| vec![line.replace('\n', " ")]),
            AnswerKind::Text => words(LONG_MAX).map(|text| vec![text]),
            AnswerKind::Number => {
                let number = sent[0].parse::<f64>().ok().filter(|n| n.is_finite() && sent.len() == 1);
                number.map(|_| vec![sent[0].to_owned()]).ok_or(AnswerFault::NotANumber)
            }
            AnswerKind::When => {
                let at: Option<Stamp> = w3c(sent[0]).filter(|_| sent.len() == 1);
                at.map(|at| vec![at.timestamp().to_string()]).ok_or(AnswerFault::NotATime)
            }
            AnswerKind::One if sent.len() > 1 => Err(AnswerFault::OnlyOne),
            AnswerKind::One | AnswerKind::Several => self.chosen(&sent),
            AnswerKind::Objects => objects(&sent),
            AnswerKind::Notice => Ok(Vec::new()),
        }
    }

    fn chosen(&self, sent: &[&str]) -> Result<Vec<String>, AnswerFault> {
        let mut chosen = Vec::with_capacity(sent.len());
        for key in sent {
            let choice = self.choices.iter().find(|choice| choice.key == *key);
            let choice = choice.ok_or_else(|| AnswerFault::NotAChoice(text::shorten(key, 40)))?;
            if let Some(why) = &choice.stop {
                return Err(AnswerFault::Stopped(why.clone()));
            }
            if !chosen.contains(&choice.key) {
                chosen.push(choice.key.clone());
            }
        }
        Ok(chosen)
    }
}

/// Ids of objects, each once. Whether there is such an object only whoever keeps them can say.
fn objects(sent: &[&str]) -> Result<Vec<String>, AnswerFault> {
    let mut chosen: Vec<String> = Vec::new();
    for id in sent.iter().map(|answer| object::id_of(answer)) {
        if !object::is_id(id) || chosen.len() >= object::CHOSEN_MAX {
            return Err(AnswerFault::NotAChoice(text::shorten(id, 40)));
        }
        if !chosen.iter().any(|known| known == id) {
            chosen.push(id.to_owned());
        }
    }
    Ok(chosen)
}

/// Reads the answers to what a category asks. Answers to questions that it does not ask are left out.
///
/// # Errors
/// Everything that is wrong, in the order of the questions.
pub fn read(city: &City, category: Option<&str>, given: &Given) -> Result<Vec<Detail>, Vec<Misanswer>> {
    let (mut details, mut wrong) = (Vec::new(), Vec::new());
    for question in category.into_iter().flat_map(|key| city.questions_of(key)) {
        let sent: Vec<String> = given
            .iter()
            .filter(|(key, _)| *key == question.key)
            .flat_map(|(_, values)| values.iter().cloned())
            .collect();
        match question.read(&sent) {
            Ok(values) if values.is_empty() => {}
            Ok(values) => details.push(Detail { question: question.key.clone(), values }),
            Err(fault) => {
                wrong.push(Misanswer { question: question.key.clone(), ask: question.ask.clone(), fault });
            }
        }
    }
    if wrong.is_empty() { Ok(details) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::tests::shipped;

    /// The shipped city with one question of each kind on a small part of its categories.
    fn city() -> City {
        let mut files = shipped();
        files.insert(
            "questions.toml".into(),
            r#"
[[question]]
key = "line"
categories = ["roads.signals", "roads.taxi.service"]
kind = "line"
ask = "一行"
ask_en = "Line"
required = true
[[question]]
key = "n"
categories = ["roads.signals"]
kind = "number"
ask = "几个"
ask_en = "How many"
[[question]]
key = "since"
categories = ["roads.signals.light"]
kind = "datetime"
ask = "何时"
ask_en = "Since when"
[[question]]
key = "one"
categories = ["roads.signals.light"]
kind = "one"
ask = "哪种"
ask_en = "Which"
[[question.choice]]
key = "a"
name = "甲"
name_en = "A"
[[question.choice]]
key = "rail"
name = "铁路"
name_en = "Railway"
stop = "铁路请打 12306。"
stop_en = "For railways call 12306."
[[question]]
key = "many"
categories = ["roads.signals.light"]
kind = "several"
ask = "哪些"
ask_en = "Which ones"
[[question.choice]]
key = "x"
name = "东"
name_en = "East"
[[question.choice]]
key = "y"
name = "西"
name_en = "West"
"#
            .into(),
        );
        City::load(&files).unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    fn given(pairs: &[(&str, &str)]) -> Given {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect()
    }

    #[test]
    fn a_category_asks_its_own_questions_and_those_above_it() {
        let city = city();
        let asked = |category| city.questions_of(category).map(|q| q.key.as_str()).collect::<Vec<_>>();
        assert_eq!(asked("roads.signals.light"), ["line", "n", "since", "one", "many"]);
        assert_eq!(asked("roads.taxi.service"), ["line"]);
        assert_eq!(asked("roads.signals.timing"), ["line", "n"]);
        assert!(asked("roads.taxi.illegal").is_empty() && asked("roads").is_empty());
    }

    #[test]
    fn each_kind_is_checked_and_every_fault_is_named_at_once() {
        let city = city();
        let read = |pairs| read(&city, Some("roads.signals.light"), &given(pairs));
        let wrong = read(&[("n", "many"), ("since", "yesterday"), ("one", "b"), ("many", "z")]).unwrap_err();
        let faults: Vec<_> = wrong.iter().map(|w| (w.question.as_str(), w.fault.clone())).collect();
        assert_eq!(
            faults,
            [
                ("line", AnswerFault::Missing),
                ("n", AnswerFault::NotANumber),
                ("since", AnswerFault::NotATime),
                ("one", AnswerFault::NotAChoice("b".into())),
                ("many", AnswerFault::NotAChoice("z".into())),
            ]
        );
        assert_eq!(wrong[0].sentence(Lang::Zh), "“一行”要回答。");
        let details = read(&[
            ("line", " 12 \n号 "),
            ("n", "2.5"),
            ("since", "2026-01-05T09:00:00+08:00"),
            ("one", "a"),
            ("many", "x"),
            ("many", "y"),
            ("many", "x"),
            ("other", "left out"),
        ])
        .unwrap();
        let kept: Vec<_> = details.iter().map(|d| d.values.join("|")).collect();
        assert_eq!(kept, ["12  号", "2.5", "2026-01-05T01:00:00Z", "a", "x|y"]);
        let many = city.questions_of("roads.signals.light").last().unwrap();
        assert_eq!(many.words(&details[4].values, Lang::En), "East, West");
        assert_eq!(
            read(&[("line", "a"), ("one", "a"), ("one", "a")]).unwrap_err()[0].fault,
            AnswerFault::OnlyOne
        );
    }

    #[test]
    fn an_answer_can_end_the_form_with_a_reason() {
        let city = city();
        let wrong =
            read(&city, Some("roads.signals.light"), &given(&[("line", "a"), ("one", "rail")])).unwrap_err();
        assert_eq!(wrong[0].sentence(Lang::En), "For railways call 12306.");
    }

    #[test]
    fn what_is_optional_may_be_left_out() {
        let city = city();
        assert_eq!(
            read(&city, Some("roads.signals.light"), &given(&[("line", "a"), ("n", " ")])).unwrap().len(),
            1
        );
        assert_eq!(read(&city, None, &given(&[("line", "a")])), Ok(Vec::new()));
    }
}
