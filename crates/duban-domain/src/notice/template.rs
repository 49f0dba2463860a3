//! Texts of the city with variables in braces: `您的诉求 {number} 已受理`.
//!
//! No conditions and no loops: a text says what it says. What is filled in is never read as markup,
//! and only addresses that the program itself makes become links.

use std::collections::BTreeMap;

use super::{NoticeKind, NoticeVar};
use crate::{Lang, lang::Words};

/// What the variables stand for this time.
pub type Values = BTreeMap<NoticeVar, String>;

/// A text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Var(NoticeVar),
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateFault {
    /// A brace opens and does not close, or closes and was not opened.
    Brace,
    /// No such variable.
    Unknown(String),
    /// The variable is known, but this kind of notice has nothing to put there.
    Foreign(NoticeVar),
    /// A text without this would be of no use.
    Lacks(NoticeVar),
}

impl TemplateFault {
    /// What is wrong, in a sentence without its mend.
    #[must_use]
    pub fn words(&self, kind: NoticeKind) -> Words {
        let (zh, en) = match self {
            Self::Brace => ("花括号没有成对".to_owned(), "a brace has no partner".to_owned()),
            Self::Unknown(name) => {
                (format!("没有变量 {{{name}}}"), format!("there is no variable {{{name}}}"))
            }
            Self::Foreign(var) => (
                format!("“{}”里没有东西可填 {{{}}}", kind.word(Lang::Zh), var.key()),
                format!("\u{201c}{}\u{201d} has nothing to put for {{{}}}", kind.word(Lang::En), var.key()),
            ),
            Self::Lacks(var) => (
                format!("缺少 {{{}}}，这条通知就没有用", var.key()),
                format!("without {{{}}} this notice is of no use", var.key()),
            ),
        };
        Words { zh, en }
    }
}

/// A text with everything filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Plain.
    pub text: String,
    /// As the inner part of an HTML page.
    pub html: String,
}

impl Template {
    /// Reads a text for a kind of notice.
    pub fn parse(kind: NoticeKind, text: &str) -> Result<Self, TemplateFault> {
        let allowed = kind.vars();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            let inner = from.strip_prefix('{').ok_or(TemplateFault::Brace)?;
            let (name, after) = inner.split_once('}').ok_or(TemplateFault::Brace)?;
            let var = NoticeVar::from_key(name.trim())
                .ok_or_else(|| TemplateFault::Unknown(name.trim().to_owned()))?;
            if !allowed.contains(&var) {
                return Err(TemplateFault::Foreign(var));
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Var(var));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// As [`Template::parse`], for a whole text: it must hold what it is for.
    pub fn parse_whole(kind: NoticeKind, text: &str) -> Result<Self, TemplateFault> {
        let read = Self::parse(kind, text)?;
        match kind.needs().iter().find(|var| !read.parts.contains(&Part::Var(**var))) {
            Some(var) => Err(TemplateFault::Lacks(*var)),
            None => Ok(read),
        }
    }

    /// One line, for a subject: line ends and other control characters that somebody wrote become spaces.
    #[must_use]
    pub fn line(&self, values: &Values) -> String {
        let text = self.fill(values).text;
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Fills everything in; a variable without a value is empty.
    #[must_use]
    pub fn fill(&self, values: &Values) -> Filled {
        let mut filled = Filled::default();
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    filled.text.push_str(text);
                    escape(text, &mut filled.html);
                }
                Part::Var(var) => {
                    let value = values.get(var).map_or("", String::as_str);
                    filled.text.push_str(value);
                    let leads = matches!(
                        var,
                        NoticeVar::Link | NoticeVar::Rate | NoticeVar::Home | NoticeVar::Manage
                    );
                    match var {
                        NoticeVar::List => {
                            list(value, values.get(&NoticeVar::Home), &mut filled.html);
                        }
                        _ if leads && !value.is_empty() => link(value, &mut filled.html),
                        _ => escape(value, &mut filled.html),
                    }
                }
            }
        }
        filled.html = paragraphs(&filled.html);
        filled
    }
}

/// A list of entries: a line that is an address of this very site, and nothing else, leads there.
fn list(value: &str, home: Option<&String>, into: &mut String) {
    let ours = |line: &str| home.is_some_and(|home| !home.is_empty() && line.starts_with(home.as_str()));
    for (nth, line) in value.split('\n').enumerate() {
        if nth > 0 {
            into.push('\n');
        }
        match ours(line) && !line.contains(char::is_whitespace) {
            true => link(line, into),
            false => escape(line, into),
        }
    }
}

fn link(address: &str, into: &mut String) {
    into.push_str("<a href=\"");
    escape(address, into);
    into.push_str("\">");
    escape(address, into);
    into.push_str("</a>");
}

/// Empty lines part paragraphs; other line ends stay line ends.
fn paragraphs(html: &str) -> String {
    let list = html.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    list.map(|part| format!("<p>{}</p>\n", part.replace('\n', "<br>\n"))).collect()
}

fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => into.push(c),
        }
    }
}
