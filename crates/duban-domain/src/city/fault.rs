//! What is wrong with a city pack: where, what, and how to mend it.

use std::{cell::RefCell, fmt};

use crate::{Lang, lang::Words, request::closed_set};

closed_set! {
    /// How bad it is (严重程度).
    Severity {
        /// The pack cannot be used.
        Error = 1, "error", "错误", "Error";
        /// The pack works, but probably not as meant.
        Warning = 2, "warning", "提醒", "Warning";
    }
}

/// One thing that is wrong with a city pack (城市包问题).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path inside the pack.
    pub file: String,
    /// The line, counted from 1, where one can be named.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: Words,
    /// How to mend it.
    pub mend: Words,
    /// How bad it is.
    pub severity: Severity,
}

impl Fault {
    /// One line: `units.csv:12: 错误：… → …`.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        let line = self.line.map_or_else(String::new, |line| format!(":{line}"));
        let (file, severity, what, mend) =
            (&self.file, self.severity.word(lang), self.what.get(lang), self.mend.get(lang));
        match lang {
            Lang::Zh => format!("{file}{line}: {severity}：{what} → {mend}"),
            Lang::En => format!("{file}{line}: {severity}: {what} → {mend}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Lang::Zh))
    }
}

/// A text in both languages from two literals or formatted strings.
pub(super) fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words { zh: zh.into(), en: en.into() }
}

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: String,
    pub(super) line: Option<usize>,
}

/// Collects faults, so that one run names them all.
#[derive(Debug, Default)]
pub(super) struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    /// The pack cannot be used like this.
    pub(super) fn error(&self, at: &Spot, what: Words, mend: Words) {
        self.add(at, what, mend, Severity::Error);
    }

    /// The pack works, but probably not as meant.
    pub(super) fn warning(&self, at: &Spot, what: Words, mend: Words) {
        self.add(at, what, mend, Severity::Warning);
    }

    /// Whether a file is known to be wrong, so that what follows from it need not be said.
    pub(super) fn has_error_in(&self, file: &str) -> bool {
        self.0.borrow().iter().any(|f| f.file == file && f.severity == Severity::Error)
    }

    fn add(&self, at: &Spot, what: Words, mend: Words, severity: Severity) {
        self.0.borrow_mut().push(Fault { file: at.file.clone(), line: at.line, what, mend, severity });
    }

    /// All of them, by file and line, without repeats.
    pub(super) fn into_sorted(self) -> Vec<Fault> {
        let mut list = self.0.into_inner();
        list.sort_by(|a, b| (&a.file, a.line, &a.what.zh).cmp(&(&b.file, b.line, &b.what.zh)));
        list.dedup();
        list
    }
}

/// The candidate that was most likely meant, if one is near enough.
pub(super) fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let scored = among.into_iter().map(|c| (distance(word, c), c)).filter(|(d, _)| *d <= limit);
    scored.min_by_key(|(d, _)| *d).map(|(_, c)| c)
}

/// `你是不是想写 …`, or what else to do when nothing is near.
pub(super) fn did_you_mean<'a>(
    word: &str,
    among: impl IntoIterator<Item = &'a str>,
    otherwise: Words,
) -> Words {
    match nearest(word, among) {
        Some(near) => words(format!("是不是想写 {near}？"), format!("Did you mean {near}?")),
        None => otherwise,
    }
}

/// Edits between two words (Levenshtein), a letter at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
