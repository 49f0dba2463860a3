//! Closed cases as numbers: which runs count, and each text as a short list of them.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    PEOPLE, TEXTS_MIN,
    repeats::{self, Sketch},
    text::{fact, grams, mixed},
};

/// The most runs that a model knows; the commonest stay.
const FEATURES_MAX: usize = 300_000;

/// A closed case as a lesson (样本).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Title and text, as [`super::said`] puts them together.
    pub text: String,
    /// What is known beside the text, such as `division=430211`.
    pub facts: Vec<String>,
    /// What it turned out to be.
    pub label: String,
    /// Who said it, as a number that tells people apart; none where nobody knows.
    pub person: Option<u64>,
}

/// All lessons, without their words (语料).
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    pub(super) labels: Vec<String>,
    pub(super) docs: Vec<Doc>,
    sketches: Vec<Sketch>,
}

/// A text as its runs, each with how often.
#[derive(Clone, Debug)]
pub(super) struct Doc {
    pub(super) grams: Vec<(u32, u16)>,
    pub(super) label: usize,
    person: Option<u64>,
    /// Texts that repeat each other are one group.
    pub(super) group: u32,
}

impl Corpus {
    /// Takes one more lesson in; its words are not kept.
    pub fn add(&mut self, example: &Example) {
        let counted = counted(&example.text, &example.facts);
        let label = self.labels.iter().position(|known| *known == example.label).unwrap_or_else(|| {
            self.labels.push(example.label.clone());
            self.labels.len() - 1
        });
        // By its words alone: another place does not make another text of it.
        self.sketches.push(Sketch::of(&example.text));
        self.docs.push(Doc { grams: counted, label, person: example.person, group: 0 });
    }

    /// How many lessons there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.docs.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.docs.is_empty()
    }

    /// Finds repeats, and leaves out what is too rare to be learned: returns those labels with their lessons. Which
    /// lessons stay is told by their places in the order in which they came.
    pub(super) fn settle(&mut self) -> (Vec<(String, usize)>, Vec<usize>) {
        for (doc, group) in self.docs.iter_mut().zip(repeats::groups(&self.sketches)) {
            doc.group = group;
        }
        self.sketches = Vec::new();
        let mut texts: Vec<Vec<u32>> = vec![Vec::new(); self.labels.len()];
        self.docs.iter().for_each(|doc| texts[doc.label].push(doc.group));
        let rare: Vec<bool> = texts.iter_mut().map(|groups| distinct(groups) < TEXTS_MIN).collect();
        let count = |label: usize| self.docs.iter().filter(|doc| doc.label == label).count();
        let left: Vec<(String, usize)> = (0..self.labels.len())
            .filter(|&label| rare[label])
            .map(|label| (self.labels[label].clone(), count(label)))
            .collect();
        let kept: Vec<usize> = (0..self.docs.len()).filter(|&at| !rare[self.docs[at].label]).collect();
        self.docs.retain(|doc| !rare[doc.label]);
        self.order_labels(&rare);
        (left, kept)
    }

    /// Labels by their keys, so that the order in which cases were read changes nothing.
    fn order_labels(&mut self, rare: &[bool]) {
        let mut order: Vec<usize> = (0..self.labels.len()).filter(|&label| !rare[label]).collect();
        order.sort_by(|a, b| self.labels[*a].cmp(&self.labels[*b]));
        let mut place = vec![0; self.labels.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
        self.docs.iter_mut().for_each(|doc| doc.label = place[doc.label]);
        self.labels = order.iter().map(|&old| self.labels[old].clone()).collect();
    }
}

fn distinct(list: &mut Vec<u32>) -> usize {
    list.sort_unstable();
    list.dedup();
    list.len()
}

/// A text and its facts as runs, each once, with how often.
pub(super) fn counted(text: &str, facts: &[String]) -> Vec<(u32, u16)> {
    let runs = grams(text);
    let mut keys: Vec<u32> = runs.iter().map(|gram| gram.key).collect();
    keys.extend(runs.iter().filter(|gram| gram.first).map(|gram| gram.key));
    keys.extend(facts.iter().map(|words| fact(words)));
    keys.sort_unstable();
    let mut counted: Vec<(u32, u16)> = Vec::with_capacity(keys.len());
    for key in keys {
        match counted.last_mut() {
            Some((last, times)) if *last == key => *times = times.saturating_add(1),
            _ => counted.push((key, 1)),
        }
    }
    counted
}

/// The runs that count, each with its weight (词表).
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    pub(super) keys: Vec<u32>,
    pub(super) idf: Vec<f32>,
    places: HashMap<u32, u32, BuildHasherDefault<Same>>,
}

/// By whom a run was used, as far as it matters.
#[derive(Clone, Copy, Default)]
struct Seen {
    texts: u32,
    people: u8,
    who: [u32; PEOPLE],
}

impl Seen {
    fn add(&mut self, who: u32) {
        self.texts += 1;
        let known = usize::from(self.people);
        if known < PEOPLE && !self.who[..known].contains(&who) {
            self.who[known] = who;
            self.people += 1;
        }
    }
}

impl Vocabulary {
    /// What enough different people used. Where nobody knows who spoke, another text counts as another person.
    pub(super) fn of<'a>(docs: impl Iterator<Item = &'a Doc> + Clone) -> Self {
        let mut seen: HashMap<u32, Seen, BuildHasherDefault<Same>> = HashMap::default();
        let mut count = 0_u32;
        // What is rarer than this in a coarse count cannot be common: most runs go here, and take no memory.
        let mut coarse = vec![0_u8; COARSE];
        for (key, _) in docs.clone().flat_map(|doc| &doc.grams) {
            let cell = &mut coarse[*key as usize % COARSE];
            *cell = cell.saturating_add(1);
        }
        for doc in docs {
            count += 1;
            let who = doc.person.unwrap_or_else(|| mixed(u64::from(doc.group)));
            for (key, _) in &doc.grams {
                if usize::from(coarse[*key as usize % COARSE]) >= PEOPLE {
                    seen.entry(*key).or_default().add((who >> 32) as u32);
                }
            }
        }
        let mut kept: Vec<(u32, u32)> = seen
            .iter()
            .filter(|(_, seen)| usize::from(seen.people) >= PEOPLE)
            .map(|(key, seen)| (*key, seen.texts))
            .collect();
        kept.sort_unstable_by_key(|(key, texts)| (std::cmp::Reverse(*texts), *key));
        kept.truncate(FEATURES_MAX);
        kept.sort_unstable();
        let idf = |texts: u32| ((1.0 + count as f32) / (1.0 + texts as f32)).ln() + 1.0;
        let places = kept.iter().enumerate().map(|(at, (key, _))| (*key, at as u32)).collect();
        Self {
            idf: kept.iter().map(|(_, texts)| idf(*texts)).collect(),
            keys: kept.into_iter().map(|(key, _)| key).collect(),
            places,
        }
    }

    /// A text as numbers, of length one.
    pub(super) fn row(&self, grams: &[(u32, u16)], row: &mut Vec<(u32, f32)>) {
        let value = |(key, times): &(u32, u16)| {
            let at = *self.places.get(key)?;
            Some((at, (1.0 + f32::from(*times).ln()) * self.idf[at as usize]))
        };
        row.clear();
        row.extend(grams.iter().filter_map(value));
        normalise(row);
    }
}

/// Cells of the coarse count.
const COARSE: usize = 1 << 23;

pub(super) fn normalise(row: &mut [(u32, f32)]) {
    let length = row.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|(_, value)| *value /= length);
    }
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = mixed(self.0 ^ u64::from(*byte)));
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
