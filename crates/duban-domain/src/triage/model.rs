//! What was learned, asked about one text: the likeliest labels, how sure, and the words that decided.

use super::{
    Dice, Progress, Stopped,
    learn::{Vocabulary, counted, normalise},
    solve::{Rows, separate},
    text::{fact, grams},
};

/// The most weights that are kept, the heaviest of each label.
const WEIGHTS_MAX: usize = 1_500_000;
/// Words that are shown, and the longest of them in tokens.
const WORDS_MAX: usize = 3;
const WORD_TOKENS_MAX: usize = 5;

/// A model (分流模型): weights by features that are known by a hash.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub(super) labels: Vec<String>,
    /// What each label begins with.
    pub(super) biases: Vec<f32>,
    /// How far scores are stretched before they are shares; makes "90 %" right nine times in ten.
    pub(super) stretch: f32,
    /// Features, ascending.
    pub(super) keys: Vec<u32>,
    pub(super) idf: Vec<f32>,
    /// Where the weights of each feature begin; one more than features.
    pub(super) starts: Vec<u32>,
    /// Label and weight, in steps of the label's own size.
    pub(super) weights: Vec<(u16, i16)>,
    pub(super) steps: Vec<f32>,
    /// Where the features with these upper bits begin.
    pub(super) directory: Vec<u32>,
}

/// A label that fits (建议).
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The label.
    pub label: String,
    /// How likely, from 0 to 1.
    pub confidence: f32,
    /// The words of the text that spoke for it, or facts as they were given; the heaviest first.
    pub because: Vec<String>,
}

impl Model {
    /// Separates each label from the others.
    pub(super) fn train(
        labels: &[String],
        vocabulary: &Vocabulary,
        rows: &Rows,
        seed: u64,
        progress: Progress<'_>,
        (done, of): (usize, usize),
    ) -> Result<Self, Stopped> {
        let mut dice = Dice::new(seed);
        let most = WEIGHTS_MAX / labels.len().max(1);
        let mut cells: Vec<(u32, u16, i16)> = Vec::new();
        let (mut biases, mut steps) = (Vec::new(), Vec::new());
        for label in 0..labels.len() {
            let (weights, bias) = separate(rows, label, &mut dice);
            let step = weights.iter().fold(0_f32, |most, w| most.max(w.abs())) / f32::from(i16::MAX);
            let mut heavy: Vec<u32> = (0..weights.len() as u32).collect();
            if heavy.len() > most {
                let size = |at: &u32| weights[*at as usize].abs();
                heavy.select_nth_unstable_by(most, |a, b| size(b).total_cmp(&size(a)));
                heavy.truncate(most);
            }
            for at in heavy {
                let steps = if step > 0.0 { (weights[at as usize] / step).round() as i16 } else { 0 };
                if steps != 0 {
                    cells.push((at, label as u16, steps));
                }
            }
            biases.push(bias);
            steps.push(step);
            if !progress(done + label + 1, of) {
                return Err(Stopped);
            }
        }
        Ok(Self::put_together(labels, vocabulary, cells, biases, steps))
    }

    fn put_together(
        labels: &[String],
        vocabulary: &Vocabulary,
        mut cells: Vec<(u32, u16, i16)>,
        biases: Vec<f32>,
        steps: Vec<f32>,
    ) -> Self {
        cells.sort_unstable();
        let mut model =
            Self { labels: labels.to_vec(), biases, steps, stretch: 1.0, starts: vec![0], ..Self::default() };
        let mut at = 0;
        while at < cells.len() {
            let feature = cells[at].0;
            while at < cells.len() && cells[at].0 == feature {
                model.weights.push((cells[at].1, cells[at].2));
                at += 1;
            }
            model.keys.push(vocabulary.keys[feature as usize]);
            model.idf.push(vocabulary.idf[feature as usize]);
            model.starts.push(model.weights.len() as u32);
        }
        model.index();
        model
    }

    /// Makes features quick to find.
    pub(super) fn index(&mut self) {
        let mut directory = vec![0_u32; (1 << 16) + 1];
        self.keys.iter().for_each(|key| directory[(*key >> 16) as usize + 1] += 1);
        for at in 1..directory.len() {
            directory[at] += directory[at - 1];
        }
        self.directory = directory;
    }

    fn feature(&self, key: u32) -> Option<usize> {
        let upper = (key >> 16) as usize;
        let (from, to) = (*self.directory.get(upper)? as usize, *self.directory.get(upper + 1)? as usize);
        Some(from + self.keys.get(from..to)?.binary_search(&key).ok()?)
    }

    fn of_feature(&self, at: usize) -> &[(u16, i16)] {
        &self.weights[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The labels that it can name.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How many features it knows.
    #[must_use]
    pub fn features(&self) -> usize {
        self.keys.len()
    }

    /// The features of a text that are known, as a row of length one.
    fn row(&self, counted: &[(u32, u16)]) -> Vec<(u32, f32)> {
        let value = |(key, times): &(u32, u16)| {
            let at = self.feature(*key)?;
            Some((at as u32, (1.0 + f32::from(*times).ln()) * self.idf[at]))
        };
        let mut row: Vec<(u32, f32)> = counted.iter().filter_map(value).collect();
        normalise(&mut row);
        row
    }

    /// How far on its own side each label has the text; none when no word of it is known.
    pub(super) fn scores(&self, counted: &[(u32, u16)]) -> Option<Vec<f32>> {
        let row = self.row(counted);
        if row.is_empty() {
            return None;
        }
        let mut scores = vec![0_f32; self.labels.len()];
        for (at, value) in &row {
            for (label, steps) in self.of_feature(*at as usize) {
                scores[usize::from(*label)] += f32::from(*steps) * value;
            }
        }
        let ends = self.steps.iter().zip(&self.biases);
        Some(scores.iter().zip(ends).map(|(score, (step, bias))| score * step + bias).collect())
    }

    /// The likeliest labels first, at most so many, without why. Empty when no word of the text is known.
    #[must_use]
    pub fn rank(&self, text: &str, facts: &[String], most: usize) -> Vec<Guess> {
        let Some(scores) = self.scores(&counted(text, facts)) else { return Vec::new() };
        let shares = shares(&scores, self.stretch);
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]).then(a.cmp(b)));
        let guess =
            |at: usize| Guess { label: self.labels[at].clone(), confidence: shares[at], because: Vec::new() };
        order.into_iter().take(most).map(guess).collect()
    }

    /// The words of a text, and of its facts, that spoke for a label; the heaviest first.
    #[must_use]
    pub fn because(&self, text: &str, facts: &[String], label: &str) -> Vec<String> {
        let Some(label) = self.labels.iter().position(|known| known == label) else { return Vec::new() };
        let pull = |key: u32| {
            let at = self.feature(key)?;
            let (_, steps) = self.of_feature(at).iter().find(|(one, _)| usize::from(*one) == label)?;
            Some(f32::from(*steps) * self.steps[label] * self.idf[at]).filter(|pull| *pull > 0.0)
        };
        let mut runs: Vec<(f32, usize, usize, usize)> = grams(text)
            .iter()
            .filter_map(|gram| Some((pull(gram.key)?, gram.from, gram.to, gram.tokens)))
            .collect();
        // One character alone says little to a reader: it stands in only where nothing longer decided.
        if runs.iter().any(|run| run.3 > 1) {
            runs.retain(|run| run.3 > 1 || text[run.1..run.2].len() > 3);
        }
        runs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut found: Vec<(f32, String)> = spans(text, &runs);
        found.extend(facts.iter().filter_map(|words| Some((pull(fact(words))?, words.clone()))));
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.truncate(WORDS_MAX);
        found.into_iter().map(|(_, words)| words).collect()
    }
}

/// Runs that overlap are one word, as far as that stays a word.
fn spans(text: &str, runs: &[(f32, usize, usize, usize)]) -> Vec<(f32, String)> {
    let mut spans: Vec<(f32, usize, usize)> = Vec::new();
    for &(pull, from, to, _) in runs {
        let meets = |span: &&mut (f32, usize, usize)| from < span.2 && span.1 < to;
        if let Some(span) = spans.iter_mut().find(meets) {
            let whole = &text[span.1.min(from)..span.2.max(to)];
            if whole.chars().count() <= WORD_TOKENS_MAX {
                (span.1, span.2) = (span.1.min(from), span.2.max(to));
            }
            continue;
        }
        let word = &text[from..to];
        if spans.len() < WORDS_MAX && !spans.iter().any(|span| &text[span.1..span.2] == word) {
            spans.push((pull, from, to));
        }
    }
    let mut words: Vec<(f32, String)> = Vec::new();
    for (pull, from, to) in spans {
        let word = text[from..to].to_owned();
        if !words.iter().any(|(_, known)| *known == word) {
            words.push((pull, word));
        }
    }
    words
}

/// Scores as shares of one.
pub(super) fn shares(scores: &[f32], stretch: f32) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let parts: Vec<f32> = scores.iter().map(|score| ((score - most) * stretch).exp()).collect();
    let sum: f32 = parts.iter().sum();
    parts.into_iter().map(|part| part / sum).collect()
}
