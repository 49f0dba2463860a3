//! The tables that rules are made of: catalogue, words, deadlines.

use super::{Placed, calendar::range};
use crate::{
    city::{
        PackFiles,
        fault::{Faults, words},
        form::Form,
        source::{self, Row},
    },
    deadline::{DeadlineRule, Span},
    dispatch::{CategoryWords, KindWords, Rule, Target, UrgencyWords, WordTest},
    request::{Kind, Urgency},
};

pub(in crate::city) fn catalogue(files: &PackFiles, faults: &Faults) -> Vec<Placed<Rule>> {
    rows(files, "catalogue.toml", "rule", faults, rule)
}

fn rule(form: &Form<'_>) -> Option<Rule> {
    let target = form.required("unit", "power.zhuzhou / division / street", |t| {
        Some(match t {
            "division" => Target::Division,
            "street" => Target::Street,
            key => Target::Unit(key.to_owned()),
        })
    });
    let when = |t: &str| match t {
        "working" => Some(true),
        "off" => Some(false),
        _ => None,
    };
    let rule = Rule {
        key: form.key("key"),
        words: word_test(form),
        place: form.list("place"),
        category: form.list("category"),
        division: form.list("division"),
        hours: form.parsed("hours", "22:00-06:00", range),
        working_time: form.parsed("when", "working / off", when),
        kind: form.members("kind", Kind::ALL, Kind::key),
        answer: form.list("answer").iter().map(|text| answer(text)).collect(),
        // The fault is noted; the row stays, so that it does not cause others.
        target: target.unwrap_or(Target::Division),
        handler: form.text_opt("handler"),
        assisting: form.list("assisting"),
        set_category: form.text_opt("set_category"),
        urgency: form.member("urgency", Urgency::ALL, Urgency::key),
        reason: form.words("reason"),
    };
    Some(rule)
}

/// `question=choice`; without the sign it is a question that does not exist, and is told so.
fn answer(text: &str) -> (String, String) {
    let (question, choice) = text.split_once('=').unwrap_or((text, ""));
    (question.trim().to_owned(), choice.trim().to_owned())
}

fn word_test(form: &Form<'_>) -> WordTest {
    let test = WordTest {
        any: form.list("any"),
        all: form.list("all"),
        none: form.list("none"),
        unless: form.list("unless"),
    };
    for longer in &test.unless {
        let holds = |word: &String| longer.contains(word.as_str()) && longer != word;
        if !test.any.iter().chain(&test.all).any(holds) {
            form.wrong(
                "unless",
                format!("unless 里的“{longer}”不包含 any、all 里的任何词"),
                format!("The word {longer} in unless holds none of the words in any or all"),
                words(
                    "写更长的词，例如 any 有 着火，unless 写 打不着火；或删去。",
                    "Write a longer word that holds one of them, as 打不着火 holds 着火; or remove it.",
                ),
            );
        }
    }
    test
}

pub(in crate::city) fn category_words(files: &PackFiles, faults: &Faults) -> Vec<Placed<CategoryWords>> {
    let rows = source::csv(files, "category-words.csv", faults);
    let read = |row: &Row| {
        let form = Form::new(row, faults);
        let it = CategoryWords { category: form.text("category"), words: word_test(&form) };
        some_word(&form, &it.words);
        form.done();
        Placed::new(row, it)
    };
    rows.iter().map(read).collect()
}

pub(in crate::city) fn kind_and_urgency_words(
    files: &PackFiles,
    faults: &Faults,
) -> (Vec<Placed<KindWords>>, Vec<Placed<UrgencyWords>>) {
    let root = source::toml(files, "words.toml", faults);
    let form = Form::new(&root, faults);
    let kinds = each(form.rows("kind"), faults, |form| {
        let words = word_test(form);
        some_word(form, &words);
        Some(KindWords { kind: form.member_required("kind", Kind::ALL, Kind::key)?, words })
    });
    let urgencies = each(form.rows("urgency"), faults, |form| {
        let words = word_test(form);
        some_word(form, &words);
        let reason = form.words("reason");
        Some(UrgencyWords {
            urgency: form.member_required("urgency", Urgency::ALL, Urgency::key)?,
            words,
            reason,
        })
    });
    form.done();
    (kinds, urgencies)
}

/// A row without words would fit everything.
fn some_word(form: &Form<'_>, test: &WordTest) {
    if test.any.is_empty() && test.all.is_empty() {
        form.wrong(
            "any",
            "这一行一个词也没有",
            "This row has no words",
            words(
                "在 any 或 all 里写上词，否则什么诉求都会命中。",
                "Put words into any or all; otherwise every message would fit.",
            ),
        );
    }
}

/// Stands in for a span whose fault was noted.
const UNREAD: Span = Span::Natural { minutes: 1 };

pub(in crate::city) fn deadlines(files: &PackFiles, faults: &Faults) -> Vec<Placed<DeadlineRule>> {
    rows(files, "deadlines.toml", "deadline", faults, |form| {
        let span = |field| form.required(field, "4 working hours", Span::parse);
        let (sign, finish) = (span("sign"), span("finish"));
        let rule = DeadlineRule {
            key: form.key("key"),
            urgency: form.members("urgency", Urgency::ALL, Urgency::key),
            kind: form.members("kind", Kind::ALL, Kind::key),
            contact: form.span("contact"),
            law: form.words_opt("law"),
            sign: sign.unwrap_or(UNREAD),
            finish: finish.unwrap_or(UNREAD),
        };
        if rule.urgency.is_empty() {
            form.wrong(
                "urgency",
                "没有写适用的紧急程度",
                "It says for no urgency",
                words("写上例如 urgency = [\"normal\"]。", "Write for example urgency = [\"normal\"]."),
            );
        }
        Some(rule)
    })
}

/// All `[[name]]` rows of a TOML file.
pub(super) fn rows<T>(
    files: &PackFiles,
    path: &str,
    name: &str,
    faults: &Faults,
    read: impl Fn(&Form<'_>) -> Option<T>,
) -> Vec<Placed<T>> {
    let root = source::toml(files, path, faults);
    let form = Form::new(&root, faults);
    let list = each(form.rows(name), faults, read);
    form.done();
    list
}

fn each<T>(rows: Vec<&Row>, faults: &Faults, read: impl Fn(&Form<'_>) -> Option<T>) -> Vec<Placed<T>> {
    let read = |row: &Row| {
        let form = Form::new(row, faults);
        let it = read(&form);
        if it.is_some() {
            form.done();
        }
        it.map(|it| Placed::new(row, it))
    };
    rows.into_iter().filter_map(read).collect()
}
