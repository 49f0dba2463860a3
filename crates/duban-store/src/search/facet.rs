//! What a search is narrowed by besides its words (筛选标记): units, category, division and the like stand in the
//! index as words that nobody can type, so that the engine intersects them with what was typed. Reading the row of
//! each hit to see whether it fits would cost a hundred milliseconds where a common word has many hits.
//!
//! What changes with every step (the stage of an open case, its handler, its times) is deliberately not here: the
//! text of a case would have to be written anew each time.

use duban_domain::{
    case::{Case, Phase},
    request::{Channel, Kind, Request, Urgency},
};

use crate::case::units;

/// Begins each of these words; no text that is cut has it, see [`super::cut`].
const MARK: char = '\u{e000}';

/// How long a code of a division is at each level; a case is marked with those that its own code begins with.
const LEVELS: [usize; 5] = [2, 4, 6, 9, 12];

/// The marks of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facets(Vec<String>);

impl Facets {
    /// Everything that a case is marked with.
    #[must_use]
    pub fn of(case: &Case, first: &Request) -> Self {
        let mut marks = Self::of_state(case).0;
        marks.push(channel(first.channel));
        if let Some(code) = &first.place.division {
            marks.extend(LEVELS.iter().filter_map(|length| code.get(..*length)).map(|code| mark('d', code)));
        }
        Self(marks)
    }

    /// The marks that may change: when they do, the case is to be indexed anew.
    #[must_use]
    pub fn of_state(case: &Case) -> Self {
        let mut marks = vec![open(case.phase() != Phase::Closed), kind(case.kind), urgency(case.urgency)];
        marks.extend(units(case).into_iter().map(|(key, _)| unit(key)));
        if let Some(key) = &case.category {
            let ends = key.match_indices('.').map(|(at, _)| at).chain([key.len()]);
            marks.extend(ends.map(|end| category(&key[..end])));
        }
        Self(marks)
    }

    /// Each of them.
    pub(super) fn each(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    /// As words of the index, with a space before each.
    pub(super) fn put(&self, tokens: &mut String) {
        for mark in &self.0 {
            tokens.push(' ');
            tokens.push_str(mark);
        }
    }
}

/// A unit that leads or assists.
pub(crate) fn unit(key: &str) -> String {
    mark('u', key)
}

/// A category and what is below it.
pub(crate) fn category(key: &str) -> String {
    mark('k', key)
}

/// A division and what lies in it; none when its code has the length of no level.
pub(crate) fn division(code: &str) -> Option<String> {
    LEVELS.contains(&code.len()).then(|| mark('d', code))
}

/// Open, or closed.
pub(crate) fn open(open: bool) -> String {
    mark('o', if open { "1" } else { "0" })
}

/// 诉求类型
pub(crate) fn kind(kind: Kind) -> String {
    mark('t', &kind.code().to_string())
}

/// 来源渠道
pub(crate) fn channel(channel: Channel) -> String {
    mark('c', &channel.code().to_string())
}

/// 紧急程度
pub(crate) fn urgency(urgency: Urgency) -> String {
    mark('g', &urgency.code().to_string())
}

/// Both engines keep small letters, digits and what is beyond ASCII as they are; anything else is written as its number.
fn mark(what: char, value: &str) -> String {
    let mut word = String::from(MARK);
    word.push(what);
    for c in value.chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() || (!c.is_ascii() && !c.is_whitespace()) {
            word.push(c);
        } else {
            word.push(MARK);
            word.push_str(&format!("{:x}", u32::from(c)));
            word.push(MARK);
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_values_have_different_marks_of_one_word() {
        let keys = ["a.b", "a-b", "ab", "Ab", "a2eb", "a b", "市.政", "市政"];
        let marks: Vec<String> = keys.iter().map(|key| category(key)).collect();
        for (at, one) in marks.iter().enumerate() {
            assert!(one.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric()), "{one:?}");
            assert!(!marks[..at].contains(one), "{one:?}");
        }
    }
}
