//! Cuts a text into what is indexed, and a query into what is looked for.
//!
//! A run of n Chinese characters gives n−1 pairs and its last character alone, so every character
//! begins exactly one token: a longer word is a phrase of pairs, a single character is a prefix. A
//! run of letters or digits is one token. Between two Chinese characters, anything else is a break.

/// How many characters and words of a text are indexed; the same on both engines. What comes after
/// is kept and shown, only not found.
const UNITS_MAX: usize = 20_000;
/// A longer word is cut here: engines refuse endless tokens.
const WORD_MAX: usize = 64;

/// One thing that stands by itself in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Unit {
    /// A Chinese character.
    Han(char),
    /// A run of letters or digits, lower case, half width.
    Word(String),
    /// Between two Chinese characters that do not stand together.
    Break,
}

/// A text, cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// Every token in its place, with spaces between.
    pub(super) tokens: String,
    /// The units as one text: words have a space on both sides, a break is a bar. A phrase of the
    /// query is in the text exactly when its own normal form is in this.
    pub(super) norm: String,
}

/// What is looked for (检索词): phrases that must all be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(super) phrases: Vec<Phrase>,
}

/// Tokens that stand one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) tokens: Vec<String>,
    /// The last token need only begin so.
    pub(super) prefix: bool,
    pub(super) norm: String,
}

impl Document {
    pub(super) fn of(text: &str) -> Self {
        let units = units(text);
        let tokens: Vec<String> = (0..units.len()).filter_map(|at| token(&units, at)).collect();
        Self { tokens: tokens.join(" "), norm: norm(&units) }
    }
}

impl Query {
    /// Reads what somebody typed; none when there is nothing in it to look for.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let phrases: Vec<Phrase> = typed.split_whitespace().filter_map(Phrase::of).take(16).collect();
        (!phrases.is_empty()).then_some(Self { phrases })
    }
}

impl Phrase {
    fn of(word: &str) -> Option<Self> {
        let units = units(word);
        let mut tokens: Vec<String> = (0..units.len()).filter_map(|at| token(&units, at)).collect();
        // The last character of a query need not be the last of its run in the text.
        let prefix = match units.as_slice() {
            [] => return None,
            [.., Unit::Han(_), Unit::Han(_)] => {
                tokens.pop();
                false
            }
            [.., Unit::Han(_)] => true,
            [.., Unit::Word(_) | Unit::Break] => false,
        };
        Some(Self { tokens, prefix, norm: norm(&units) })
    }
}

fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut apart = false;
    let mut length = 0;
    for c in text.chars().flat_map(|c| half_width(c).to_lowercase()) {
        if units.len() >= UNITS_MAX {
            break;
        }
        if is_han(c) {
            if apart && matches!(units.last(), Some(Unit::Han(_))) {
                units.push(Unit::Break);
            }
            units.push(Unit::Han(c));
        } else if c.is_alphanumeric() {
            match units.last_mut() {
                Some(Unit::Word(word)) if !apart && length < WORD_MAX => {
                    word.push(c);
                    length += 1;
                }
                _ => {
                    units.push(Unit::Word(c.to_string()));
                    length = 1;
                }
            }
        } else {
            apart = true;
            continue;
        }
        apart = false;
    }
    units
}

/// The token that begins at a unit: a word, a pair, or a character that ends its run.
fn token(units: &[Unit], at: usize) -> Option<String> {
    match (&units[at], units.get(at + 1)) {
        (Unit::Word(word), _) => Some(word.clone()),
        (Unit::Han(first), Some(Unit::Han(second))) => Some([*first, *second].iter().collect()),
        (Unit::Han(only), _) => Some(only.to_string()),
        (Unit::Break, _) => None,
    }
}

fn norm(units: &[Unit]) -> String {
    let mut norm = String::new();
    for unit in units {
        match unit {
            Unit::Han(c) => norm.push(*c),
            Unit::Break => norm.push('|'),
            Unit::Word(word) => {
                if !norm.ends_with(' ') {
                    norm.push(' ');
                }
                norm.push_str(word);
                norm.push(' ');
            }
        }
    }
    norm
}

/// Full-width letters, digits and signs are the same as the usual ones.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn cut(text: &str, expected: &Expect) {
        let document = Document::of(text);
        expected.assert_eq(&format!("{}\n{}", document.tokens, document.norm));
    }

    #[test]
    fn texts_are_cut_into_pairs_words_and_last_characters() {
        cut("路灯不亮", &expect!["路灯 灯不 不亮 亮\n路灯不亮"]);
        cut("路灯,不亮", &expect!["路灯 灯 不亮 亮\n路灯|不亮"]);
        cut("Ａ７县的 3-2-501 号", &expect!["a7 县的 的 3 2 501 号\n a7 县的 3 2 501 号"]);
        assert_eq!(Document::of("。！?"), Document { tokens: String::new(), norm: String::new() });
    }

    #[test]
    fn a_query_looks_for_what_may_stand_inside_a_longer_text() {
        let tokens = |typed: &str| {
            let phrases = Query::parse(typed).map(|q| q.phrases).unwrap_or_default();
            let shown: Vec<String> = phrases
                .iter()
                .map(|p| format!("{}{}", p.tokens.join(" "), if p.prefix { "*" } else { "" }))
                .collect();
            shown.join(" & ")
        };
        assert_eq!(tokens("路灯不 亮"), "路灯 灯不 & 亮*");
        assert_eq!(tokens("A7县"), "a7 县*");
        assert_eq!(tokens("县A7"), "县 a7");
        assert_eq!(tokens("…!"), "");
    }
}
