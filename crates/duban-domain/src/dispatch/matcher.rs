//! Finds many words in a text in one walk over it.
//!
//! Words are kept by their first character, so that each character of the text asks only the few
//! words that begin with it; the cost grows with the text and hardly with the catalogue.

use std::collections::HashMap;

/// The number of a word.
pub(super) type WordId = usize;

/// All words of a catalogue.
#[derive(Clone, Debug, Default)]
pub(super) struct Matcher {
    by_first: HashMap<char, Vec<WordId>>,
    words: Vec<String>,
    /// Longer words inside which each of them does not count.
    unless: Vec<Vec<String>>,
    ids: HashMap<(String, Vec<String>), WordId>,
}

/// Where each word was found.
#[derive(Clone, Debug)]
pub(super) struct Hits(Vec<u8>);

const IN_TITLE: u8 = 1;
const IN_TEXT: u8 = 2;
const IN_PLACE: u8 = 4;

impl Matcher {
    /// Takes a word in and gives its number; the same word has the same number.
    pub(super) fn add(&mut self, word: &str) -> WordId {
        self.add_unless(word, &[])
    }

    /// As [`Matcher::add`], for a word that does not count inside longer ones.
    pub(super) fn add_unless(&mut self, word: &str, unless: &[String]) -> WordId {
        let word = word.to_ascii_lowercase();
        let unless: Vec<String> = unless
            .iter()
            .map(|longer| longer.to_ascii_lowercase())
            .filter(|longer| longer.contains(&word))
            .collect();
        let key = (word.clone(), unless.clone());
        if let Some(&id) = self.ids.get(&key) {
            return id;
        }
        let id = self.words.len();
        if let Some(first) = word.chars().next() {
            self.by_first.entry(first).or_default().push(id);
        }
        self.ids.insert(key, id);
        self.words.push(word);
        self.unless.push(unless);
        id
    }

    /// The word with this number.
    pub(super) fn word(&self, id: WordId) -> &str {
        &self.words[id]
    }

    /// Which words are in the title, the text and the words of the place.
    pub(super) fn find(&self, title: &str, text: &str, place: &str) -> Hits {
        let mut hits = Hits(vec![0; self.words.len()]);
        for (part, mark) in [(title, IN_TITLE), (text, IN_TEXT), (place, IN_PLACE)] {
            let part = part.to_ascii_lowercase();
            for (at, first) in part.char_indices() {
                for &id in self.by_first.get(&first).map_or(&[][..], Vec::as_slice) {
                    let new = hits.0[id] & mark == 0 && part[at..].starts_with(&self.words[id]);
                    if new && !self.is_inside(id, &part, at) {
                        hits.0[id] |= mark;
                    }
                }
            }
        }
        hits
    }

    /// Whether the word that begins here is a piece of a longer one that means something else.
    fn is_inside(&self, id: WordId, part: &str, at: usize) -> bool {
        let word = self.words[id].as_str();
        self.unless[id].iter().any(|longer| {
            let begins = longer.match_indices(word).filter_map(|(offset, _)| at.checked_sub(offset));
            begins
                .into_iter()
                .any(|from| part.get(from..).is_some_and(|rest| rest.starts_with(longer.as_str())))
        })
    }
}

impl Hits {
    /// In the title or the text.
    pub(super) fn said(&self, id: WordId) -> bool {
        self.0[id] & (IN_TITLE | IN_TEXT) != 0
    }

    /// In the title.
    pub(super) fn in_title(&self, id: WordId) -> bool {
        self.0[id] & IN_TITLE != 0
    }

    /// Anywhere, the words of the place included.
    pub(super) fn anywhere(&self, id: WordId) -> bool {
        self.0[id] != 0
    }
}
