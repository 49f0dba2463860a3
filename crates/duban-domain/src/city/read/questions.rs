//! `questions.toml`: what a category asks besides words and place. The file is optional.

use super::{Placed, catalogue::rows};
use crate::{
    city::{
        PackFiles,
        fault::{Faults, words},
        form::Form,
    },
    question::{AnswerKind, Choice, Question},
};

pub(in crate::city) fn questions(files: &PackFiles, faults: &Faults) -> Vec<Placed<Question>> {
    if !files.contains_key("questions.toml") {
        return Vec::new();
    }
    rows(files, "questions.toml", "question", faults, |form| {
        let question = Question {
            key: key(form),
            categories: form.list("categories"),
            // The fault is noted; the row stays, so that it does not cause others.
            kind: form.member_required("kind", AnswerKind::ALL, AnswerKind::key).unwrap_or(AnswerKind::Text),
            ask: form.words("ask"),
            help: form.words_opt("help"),
            required: form.yes("required", false),
            public: form.yes("public", false),
            layer: form.text_opt("layer"),
            choices: form.rows("choice").into_iter().map(|row| choice(Form::new(row, form.faults))).collect(),
        };
        fits(form, &question);
        Some(question)
    })
}

fn choice(form: Form<'_>) -> Choice {
    let choice = Choice { key: form.key("key"), name: form.words("name"), stop: form.words_opt("stop") };
    form.done();
    choice
}

/// The key of a question is the name of a field for other systems: letters, digits, `_`.
fn key(form: &Form<'_>) -> String {
    let key = form.text("key");
    let plain = key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !plain {
        form.wrong(
            "key",
            format!("问题的键 {key} 不能用"),
            format!("The key {key} of a question cannot be used"),
            words(
                "只用字母、数字和下划线，例如 lamp_number。",
                "Use letters, digits and underscores only, for example lamp_number.",
            ),
        );
    }
    key
}

/// Whether the fields of one question fit together.
fn fits(form: &Form<'_>, question: &Question) {
    let list = matches!(question.kind, AnswerKind::One | AnswerKind::Several);
    if list == question.choices.is_empty() {
        form.wrong(
            "kind",
            "选项和回答方式对不上",
            "The choices do not fit the kind",
            words(
                "kind 是 one 或 several 时写上 [[question.choice]]，别的时候不写。",
                "Give [[question.choice]] rows when kind is one or several, and none otherwise.",
            ),
        );
    }
    if question.public && !list {
        form.wrong(
            "public",
            "只有选择题的回答可以公开",
            "Only answers from a list can be public",
            words(
                "去掉 public：人们会在文字里写姓名电话。",
                "Remove public: people write names and numbers into texts.",
            ),
        );
    }
    objects(form, question);
    if question.required && question.kind == AnswerKind::Notice {
        form.wrong(
            "required",
            "提示不用回答，不能是必答",
            "A notice is not answered, so it cannot be required",
            words("去掉 required。", "Remove required."),
        );
    }
    if question.categories.is_empty() {
        form.wrong(
            "categories",
            "没有写哪些分类要问",
            "It says for no category",
            words(
                "写上例如 categories = [\"utilities.lighting\"]，下级分类也会问。",
                "Write for example categories = [\"utilities.lighting\"]; what is below asks it too.",
            ),
        );
    }
}

/// A question about objects has a layer, and no other has; nobody must answer it, for none may be near.
fn objects(form: &Form<'_>, question: &Question) {
    let asks = question.kind == AnswerKind::Objects;
    if asks != question.layer.is_some() {
        form.wrong(
            "layer",
            "图层和回答方式对不上",
            "The layer does not fit the kind",
            words(
                "kind 是 objects 时写上 layer，别的时候不写。",
                "Give a layer when kind is objects, and none otherwise.",
            ),
        );
    }
    if asks && question.required {
        form.wrong(
            "required",
            "点选设施不能是必答",
            "A question about objects cannot be required",
            words("去掉 required：附近可能一个也没有。", "Remove required: there may be none near."),
        );
    }
}
