//! Learning with a test: each part of the lessons is judged by a model that was made from the others, with repeats
//! on one side; then one model is made from all.

use super::{
    Dice, FOLDS, Progress, Stopped,
    calibrate::{Scored, stretch},
    learn::{Corpus, Doc, Vocabulary},
    model::{Model, shares},
    report::{Judged, Report},
    solve::Rows,
};

/// What was learned, and how well (学习结果).
#[derive(Clone, Debug)]
pub struct Learned {
    /// The model, made from all lessons.
    pub model: Model,
    /// How its like did on what they had not seen.
    pub report: Report,
    /// The same for each lesson that was used.
    pub held: Vec<Held>,
}

/// One lesson, judged by a model that had not seen it (留出判断).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its place among the lessons as they came.
    pub at: usize,
    /// The part it was in.
    pub fold: usize,
    /// Whether the likeliest label was the right one.
    pub right: bool,
}

/// Learns from a corpus. None where fewer than two labels have enough texts.
///
/// # Errors
/// When `progress` says to stop.
pub fn learn(mut corpus: Corpus, seed: u64, progress: Progress<'_>) -> Result<Option<Learned>, Stopped> {
    let (left_out, kept) = corpus.settle();
    let labels = corpus.labels.len();
    if labels < 2 {
        return Ok(None);
    }
    let of = labels * (FOLDS + 1);
    let mut dice = Dice::new(seed);
    let folds = folds(&corpus, &mut dice);
    let mut scored: Vec<Option<Scored>> = vec![None; corpus.docs.len()];
    for fold in 0..FOLDS {
        let others = || corpus.docs.iter().zip(&folds).filter(|(_, own)| **own != fold).map(|(doc, _)| doc);
        let model = trained(&corpus.labels, others, dice.next(), progress, (fold * labels, of))?;
        for (at, doc) in corpus.docs.iter().enumerate().filter(|(at, _)| folds[*at] == fold) {
            scored[at] = model.scores(&doc.grams).map(|scores| Scored { scores, label: doc.label });
        }
    }
    let all = || corpus.docs.iter();
    let mut model = trained(&corpus.labels, all, dice.next(), progress, (FOLDS * labels, of))?;
    model.stretch = stretch(&scored.iter().flatten().collect::<Vec<_>>());
    let judged = judged(&corpus, &folds, &scored);
    let places = kept.iter().zip(&folds).zip(&judged);
    let held = places.map(|((at, fold), one)| Held { at: *at, fold: *fold, right: one.is_right() }).collect();
    let groups = corpus.docs.iter().map(|doc| doc.group).collect::<std::collections::BTreeSet<_>>().len();
    let report = Report::of(&corpus.labels, &judged, groups, left_out, model.features());
    Ok(Some(Learned { model, report, held }))
}

fn trained<'a, I: Iterator<Item = &'a Doc> + Clone>(
    labels: &[String],
    docs: impl Fn() -> I,
    seed: u64,
    progress: Progress<'_>,
    steps: (usize, usize),
) -> Result<Model, Stopped> {
    let vocabulary = Vocabulary::of(docs());
    let rows = Rows::of(&vocabulary, docs());
    Model::train(labels, &vocabulary, &rows, seed, progress, steps)
}

/// Which part each lesson is in: repeats together, every label spread evenly.
fn folds(corpus: &Corpus, dice: &mut Dice) -> Vec<usize> {
    let mut groups: Vec<(usize, u32)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for doc in &corpus.docs {
        if seen.insert(doc.group) {
            groups.push((doc.label, doc.group));
        }
    }
    dice.shuffle(&mut groups);
    groups.sort_by_key(|(label, _)| *label);
    let part: std::collections::HashMap<u32, usize> =
        groups.iter().enumerate().map(|(at, (_, group))| (*group, at % FOLDS)).collect();
    corpus.docs.iter().map(|doc| part[&doc.group]).collect()
}

/// What was said of each lesson; stretched by what the other parts asked for, so that no text sets its own measure.
fn judged(corpus: &Corpus, folds: &[usize], scored: &[Option<Scored>]) -> Vec<Judged> {
    let others = |fold: usize| {
        let list: Vec<&Scored> = scored
            .iter()
            .zip(folds)
            .filter(|(_, own)| **own != fold)
            .filter_map(|(one, _)| one.as_ref())
            .collect();
        stretch(&list)
    };
    let stretches: Vec<f32> = (0..FOLDS).map(others).collect();
    let one = |(at, doc): (usize, &Doc)| {
        let Some(scored) = &scored[at] else {
            return Judged { label: doc.label, said: None, rank: usize::MAX, confidence: 0.0 };
        };
        let shares = shares(&scored.scores, stretches[folds[at]]);
        let (said, confidence) = shares
            .iter()
            .enumerate()
            .fold((0, f32::MIN), |best, (at, share)| if *share > best.1 { (at, *share) } else { best });
        let rank = shares.iter().filter(|share| **share > shares[doc.label]).count();
        Judged { label: doc.label, said: Some(said), rank, confidence }
    };
    corpus.docs.iter().enumerate().map(one).collect()
}
