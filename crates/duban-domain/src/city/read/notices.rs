//! `notices.toml`: what residents and staff are told, in the city's words. A pack without it tells nobody.

use std::collections::BTreeMap;

use super::calendar::range;
use crate::{
    city::{
        PackFiles,
        fault::{Faults, did_you_mean, words},
        form::Form,
        source,
    },
    lang::Words,
    notice::{
        DigestRule, DigestWish, NoticeBook, NoticeKind, NoticeText, NoticeVar, Quiet, StaffNews, Template,
        TemplateFault,
    },
};

const FILE: &str = "notices.toml";

/// Longest short message of a city, in characters before anything is filled in.
const SMS_MAX: usize = 300;

pub(in crate::city) fn notices(files: &PackFiles, faults: &Faults) -> NoticeBook {
    if !files.contains_key(FILE) {
        return NoticeBook::default();
    }
    let root = source::toml(files, FILE, faults);
    let form = Form::new(&root, faults);
    let mut book = NoticeBook {
        quiet: form
            .parsed("quiet", "21:30-07:30", |t| range(t).filter(|(from, to)| from != to))
            .map(|(from, to)| Quiet { from, to }),
        digest: DigestRule {
            at: form.parsed("digest_at", "08:30", |t| range(&format!("{t}-24:00")).map(|(at, _)| at)),
            wish: form.member("digest", DigestWish::ALL, DigestWish::key),
            empty: form.yes("digest_empty", false),
        },
        staff: form.member("staff", StaffNews::ALL, StaffNews::key),
        texts: BTreeMap::new(),
    };
    for row in form.rows("notice") {
        let inner = Form::new(row, faults);
        if let Some((kind, text)) = one(&inner) {
            if book.texts.insert(kind, text).is_some() {
                inner.wrong(
                    "kind",
                    format!("{} 写了两次", kind.key()),
                    format!("{} is there twice", kind.key()),
                    words("删去其中一段。", "Remove one of the two."),
                );
            }
            inner.done();
        }
    }
    form.done();
    book
}

fn one(form: &Form<'_>) -> Option<(NoticeKind, NoticeText)> {
    let kind = form.member_required("kind", NoticeKind::ALL, NoticeKind::key)?;
    let text = NoticeText {
        subject: form.words("subject"),
        mail: form.words_opt("mail"),
        sms: form.words_opt("sms"),
    };
    sound(form, kind, "subject", &text.subject, false);
    for (field, text) in [("mail", &text.mail), ("sms", &text.sms)] {
        if let Some(text) = text {
            sound(form, kind, field, text, true);
        }
    }
    if let Some(sms) = text.sms.as_ref().filter(|sms| sms.zh.chars().count() > SMS_MAX) {
        form.wrong(
            "sms",
            format!("短信有 {} 个字，太长", sms.zh.chars().count()),
            format!("The short message has {} characters, which is too long", sms.zh.chars().count()),
            words(format!("写在 {SMS_MAX} 个字以内。"), format!("Keep it within {SMS_MAX} characters.")),
        );
    }
    Some((kind, text))
}

/// Both languages of a text can be filled in for this kind.
fn sound(form: &Form<'_>, kind: NoticeKind, field: &str, text: &Words, whole: bool) {
    for (field, text) in [(field.to_owned(), &text.zh), (format!("{field}_en"), &text.en)] {
        let read = if whole { Template::parse_whole(kind, text) } else { Template::parse(kind, text) };
        let Err(fault) = read else { continue };
        let what = fault.words(kind);
        let keys: Vec<_> = kind.vars().into_iter().map(NoticeVar::key).collect();
        let otherwise = words(
            format!(
                "这里可以用：{}",
                keys.iter().map(|key| format!("{{{key}}}")).collect::<Vec<_>>().join("、")
            ),
            format!(
                "It can be: {}",
                keys.iter().map(|key| format!("{{{key}}}")).collect::<Vec<_>>().join(", ")
            ),
        );
        let mend = match &fault {
            TemplateFault::Unknown(name) => did_you_mean(name, keys.iter().copied(), otherwise),
            TemplateFault::Lacks(var) => words(
                format!("在文字里写上 {{{}}}。", var.key()),
                format!("Put {{{}}} into the text.", var.key()),
            ),
            TemplateFault::Foreign(_) | TemplateFault::Brace => otherwise,
        };
        let (zh, en) = (format!("{field}：{}", what.zh), format!("{field}: {}", what.en));
        form.wrong(&field, zh, en, mend);
    }
}
