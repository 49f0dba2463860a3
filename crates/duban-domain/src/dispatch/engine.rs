//! The catalogue with its words numbered, made once when a city is loaded.

use super::{
    CategoryWords, KindWords, Rule, UrgencyWords, WordTest,
    matcher::{Hits, Matcher, WordId},
};

/// The tables of a city, ready to be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Engine {
    matcher: Matcher,
    pub(super) rules: Vec<(Test, Vec<WordId>)>,
    pub(super) categories: Vec<Test>,
    pub(super) kinds: Vec<Test>,
    pub(super) urgencies: Vec<Test>,
}

/// A [`WordTest`] in numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Test {
    any: Vec<WordId>,
    all: Vec<WordId>,
    none: Vec<WordId>,
}

impl Engine {
    /// Numbers the words of all tables; the order of the rows is kept.
    pub(crate) fn new(
        rules: &[Rule],
        categories: &[CategoryWords],
        kinds: &[KindWords],
        urgencies: &[UrgencyWords],
    ) -> Self {
        let mut matcher = Matcher::default();
        let rules = rules
            .iter()
            .map(|r| (Test::new(&mut matcher, &r.words), number(&mut matcher, &r.place)))
            .collect();
        let categories = categories.iter().map(|r| Test::new(&mut matcher, &r.words)).collect();
        let kinds = kinds.iter().map(|r| Test::new(&mut matcher, &r.words)).collect();
        let urgencies = urgencies.iter().map(|r| Test::new(&mut matcher, &r.words)).collect();
        Self { matcher, rules, categories, kinds, urgencies }
    }

    /// Which words a message has.
    pub(super) fn read(&self, title: &str, text: &str, place: &str) -> Hits {
        self.matcher.find(title, text, place)
    }

    /// The words of a test that were said, as they are written in the table.
    pub(super) fn said(&self, test: &Test, hits: &Hits) -> Vec<String> {
        let ids = test.all.iter().chain(&test.any).filter(|&&id| hits.said(id));
        ids.map(|&id| self.matcher.word(id).to_owned()).collect()
    }

    /// The words of a place condition that were found.
    pub(super) fn placed(&self, place: &[WordId], hits: &Hits) -> Vec<String> {
        place.iter().filter(|&&id| hits.anywhere(id)).map(|&id| self.matcher.word(id).to_owned()).collect()
    }

    /// How strongly the words speak: their characters, those in the title twice.
    pub(super) fn weight(&self, test: &Test, hits: &Hits) -> usize {
        let ids = test.all.iter().chain(&test.any).filter(|&&id| hits.said(id));
        ids.map(|&id| self.matcher.word(id).chars().count() * if hits.in_title(id) { 2 } else { 1 }).sum()
    }
}

impl Test {
    fn new(matcher: &mut Matcher, test: &WordTest) -> Self {
        Self {
            any: test.any.iter().map(|word| matcher.add_unless(word, &test.unless)).collect(),
            all: test.all.iter().map(|word| matcher.add_unless(word, &test.unless)).collect(),
            none: number(matcher, &test.none),
        }
    }

    /// Whether the words hold.
    pub(super) fn holds(&self, hits: &Hits) -> bool {
        (self.any.is_empty() || self.any.iter().any(|&id| hits.said(id)))
            && self.all.iter().all(|&id| hits.said(id))
            && !self.none.iter().any(|&id| hits.said(id))
    }
}

fn number(matcher: &mut Matcher, words: &[String]) -> Vec<WordId> {
    words.iter().map(|word| matcher.add(word)).collect()
}
