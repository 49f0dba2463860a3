//! Reads a mail: who, about what, in which words, with which files, and whether a machine wrote it.
//!
//! Whatever cannot be read is left out rather than refused: the original is kept beside it. What a
//! mail means for a case is [`super`]'s.

use std::panic::{AssertUnwindSafe, catch_unwind};

use duban_domain::{Lang, person::Mail, text::LINE_MAX};
use mail_parser::{Address, HeaderName, Message, MessageParser, MimeHeaders, PartType};

use super::quote;
use crate::notice;

/// Most ids of earlier mails that are looked at.
const REPLIED_MAX: usize = 50;
/// Most files of one mail that are looked at.
const FILES_MAX: usize = 40;

/// Most boundaries that a mail may name, and how much looking for them may cost: a boundary that never comes is
/// looked for to the end of the mail.
const BOUNDARIES_MAX: u64 = 200;
const LOOKED_AT_MAX: u64 = 1 << 30;
/// Most characters that are kept of a mail, more than anybody writes.
const WHOLE_MAX: usize = 200_000;
/// Most bytes of the lines before the first empty one.
const HEAD_MAX: usize = 64 << 10;
/// Most characters of a subject.
const SUBJECT_MAX: usize = 1_000;

/// A mail that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Letter {
    /// What its sender's program calls it.
    pub(super) id: Option<String>,
    pub(super) from: Option<Mail>,
    pub(super) name: String,
    pub(super) subject: String,
    /// The words, without what was quoted.
    pub(super) text: String,
    /// The words with everything.
    pub(super) whole: String,
    /// The earlier mails that it answers, as their programs call them.
    pub(super) replied: Vec<String>,
    /// The addresses that it was sent to.
    pub(super) to: Vec<String>,
    /// Files: name and bytes.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// By which sign a machine wrote it, or a list passed it on.
    pub(super) automatic: Option<&'static str>,
    /// What a mail server reports about a mail of ours.
    pub(super) bounce: Option<Bounce>,
}

/// A report of a mail server (RFC 3464).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounce {
    /// Whether it will not arrive any more; otherwise it is only late.
    pub(super) failed: bool,
    /// Whether there is no such mailbox.
    pub(super) gone: bool,
    /// The server's own words.
    pub(super) words: String,
    /// What our mail was called.
    pub(super) about: Vec<String>,
}

/// Reads a mail; none when these bytes are none.
pub(super) fn read(bytes: &[u8]) -> Option<Letter> {
    if !is_bounded(bytes) {
        return None;
    }
    let mail = parsed(bytes)?;
    let from = mail.from().and_then(Address::first);
    // What is quoted may hold a key to the page of the person; nobody at the desk is to read it.
    let whole: String = notice::keyless(&words(&mail)).chars().take(WHOLE_MAX).collect();
    let subject: String = mail.subject().unwrap_or_default().chars().take(SUBJECT_MAX).collect();
    let mut letter = Letter {
        id: mail.message_id().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
        from: from.and_then(|from| Mail::parse(from.address()?).ok().flatten()),
        name: from.and_then(|from| from.name()).unwrap_or_default().trim().to_owned(),
        subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
        text: quote::cut(&whole),
        whole,
        automatic: automatic(&mail),
        bounce: bounce(&mail),
        ..Letter::default()
    };
    for name in [HeaderName::InReplyTo, HeaderName::References] {
        letter.replied.extend(mail.header_values(name).flat_map(texts).take(REPLIED_MAX));
    }
    for list in [mail.to(), mail.cc()].into_iter().flatten() {
        letter.to.extend(list.iter().filter_map(|to| to.address().map(str::to_owned)));
    }
    for name in ["Delivered-To", "X-Original-To"] {
        letter.to.extend(mail.header_raw(name).map(|to| to.trim().to_owned()));
    }
    letter.files = files(&mail);
    Some(letter)
}

/// Who sent it and what about, from the lines before its first empty one: also of what is not to be read.
pub(super) fn head(bytes: &[u8]) -> (Option<Mail>, String) {
    let end = bytes.windows(2).position(|at| at == b"\n\n").map(|at| at + 2);
    let end = end.or_else(|| bytes.windows(4).position(|at| at == b"\r\n\r\n").map(|at| at + 4));
    let head = &bytes[..end.unwrap_or(bytes.len()).min(HEAD_MAX)];
    let Some(mail) = parsed(head).filter(|_| is_bounded(head)) else {
        return (None, String::new());
    };
    let from = mail.from().and_then(Address::first).and_then(|from| Mail::parse(from.address()?).ok()?);
    let subject: String = mail.subject().unwrap_or_default().chars().take(LINE_MAX).collect();
    (from, subject.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The mail, when it is one. At some that no program writes the library stumbles; it holds nothing but these bytes, so nothing
/// is left in between.
fn parsed(bytes: &[u8]) -> Option<Message<'_>> {
    catch_unwind(AssertUnwindSafe(|| MessageParser::default().parse(bytes))).ok().flatten()
}

/// Whether reading this mail takes a bounded time, however it was put together.
fn is_bounded(bytes: &[u8]) -> bool {
    const WORD: &[u8] = b"boundary";
    let named = bytes.windows(WORD.len()).filter(|at| at.eq_ignore_ascii_case(WORD)).count() as u64;
    named <= BOUNDARIES_MAX && named.saturating_mul(bytes.len() as u64) <= LOOKED_AT_MAX
}

/// The language to answer in: Chinese, unless there is not one Chinese sign.
pub(super) fn lang(letter: &Letter) -> Lang {
    let han = |text: &str| text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
    if han(&letter.subject) || han(&letter.text) { Lang::Zh } else { Lang::En }
}

fn texts(value: &mail_parser::HeaderValue<'_>) -> Vec<String> {
    match (value.as_text_list(), value.as_text()) {
        (Some(list), _) => list.iter().map(ToString::to_string).collect(),
        (None, Some(text)) => vec![text.to_owned()],
        (None, None) => Vec::new(),
    }
}

/// The words of all its parts; of HTML what a reader would see.
fn words(mail: &Message<'_>) -> String {
    let parts = (0..mail.text_body_count()).filter_map(|i| mail.body_text(i));
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn files(mail: &Message<'_>) -> Vec<(String, Vec<u8>)> {
    let file = |part: &mail_parser::MessagePart<'_>| match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            Some((part.attachment_name().unwrap_or("file").to_owned(), bytes.to_vec()))
        }
        // A text that is a file of its own, such as a vCard: its name says that it was sent.
        PartType::Text(text) | PartType::Html(text) => {
            Some((part.attachment_name()?.to_owned(), text.as_bytes().to_vec()))
        }
        PartType::Message(_) | PartType::Multipart(_) => None,
    };
    mail.attachments().filter_map(file).take(FILES_MAX).collect()
}

fn header(mail: &Message<'_>, name: &'static str) -> Option<String> {
    mail.header_raw(name).map(|value| value.trim().to_ascii_lowercase())
}

/// By which sign a mail is not a person's: nobody answers these, and they open nothing (RFC 3834).
fn automatic(mail: &Message<'_>) -> Option<&'static str> {
    if header(mail, "Auto-Submitted").is_some_and(|v| v.split(';').next().map(str::trim) != Some("no")) {
        return Some("auto-submitted");
    }
    if header(mail, "Return-Path").is_some_and(|v| v.is_empty() || v == "<>") {
        return Some("empty-return-path");
    }
    if header(mail, "Precedence")
        .is_some_and(|v| matches!(v.as_str(), "bulk" | "list" | "junk" | "auto_reply"))
    {
        return Some("precedence");
    }
    let any = |names: &[&'static str]| names.iter().any(|name| header(mail, name).is_some());
    if any(&["List-Id", "List-Unsubscribe", "Mailing-List"]) {
        return Some("list");
    }
    if any(&["X-Autoreply", "X-Autorespond", "X-Loop"]) {
        return Some("autoreply");
    }
    let from = mail.from().and_then(Address::first).and_then(|from| from.address()).unwrap_or("");
    let name = from.split('@').next().unwrap_or("").to_ascii_lowercase();
    matches!(name.as_str(), "mailer-daemon" | "postmaster").then_some("mailer-daemon")
}

/// What a mail server reports, when this is such a report.
fn bounce(mail: &Message<'_>) -> Option<Bounce> {
    let kind = |part: &mail_parser::MessagePart<'_>| {
        let kind = part.content_type()?;
        Some(format!("{}/{}", kind.ctype(), kind.subtype()?).to_ascii_lowercase())
    };
    let status = mail.parts.iter().find(|part| kind(part).as_deref() == Some("message/delivery-status"))?;
    let mut found = Bounce::default();
    let text = match &status.body {
        PartType::Message(inner) => String::from_utf8_lossy(&inner.raw_message).into_owned(),
        _ => String::from_utf8_lossy(status.contents()).into_owned(),
    };
    let (mut code, mut words) = (String::new(), String::new());
    for line in text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ").lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "action" => found.failed |= value.eq_ignore_ascii_case("failed"),
            "status" => value.clone_into(&mut code),
            "diagnostic-code" => {
                value.split_once(';').map_or(value, |(_, words)| words.trim()).clone_into(&mut words);
            }
            _ => {}
        }
    }
    found.gone = found.failed && duban_domain::letter::is_gone(&code);
    found.words = if words.is_empty() { code } else { words };
    for part in &mail.parts {
        match (&part.body, kind(part).as_deref()) {
            (PartType::Message(inner), _) => found.about.extend(inner.message_id().map(str::to_owned)),
            (_, Some("text/rfc822-headers" | "message/rfc822-headers")) => {
                let inner = parsed(part.contents());
                found.about.extend(inner.and_then(|inner| inner.message_id().map(str::to_owned)));
            }
            _ => {}
        }
    }
    Some(found)
}
