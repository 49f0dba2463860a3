//! How well a model does on what it has not seen, as people read it.

use serde::{Deserialize, Serialize};

/// Steps of confidence in the table of calibration: each five hundredths.
const BINS: usize = 20;
/// Confusions that are named.
const CONFUSIONS: usize = 15;
/// Labels that have to be named: the first of a list of three.
const SHOWN: usize = 3;

/// What a model that had not seen a lesson said of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) label: usize,
    pub(super) said: Option<usize>,
    /// How many labels stood before the right one.
    pub(super) rank: usize,
    pub(super) confidence: f32,
}

impl Judged {
    pub(super) fn is_right(&self) -> bool {
        self.said == Some(self.label)
    }
}

/// How well one label is found (单类成绩).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelReport {
    /// The label.
    pub label: String,
    /// Lessons of it.
    pub cases: usize,
    /// Of those that were called so, how many were.
    pub precision: f64,
    /// Of those that were so, how many were called so.
    pub recall: f64,
    /// Both in one.
    pub f1: f64,
}

/// Two labels that are taken for each other (混淆).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// What it was.
    pub label: String,
    /// What it was taken for.
    pub taken_for: String,
    /// How often.
    pub cases: usize,
}

/// One step of confidence, and how often it was right (校准档).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// From this confidence, in hundredths, up to five more.
    pub from: usize,
    /// Lessons of which so much was said.
    pub cases: usize,
    /// Those of them that were right.
    pub right: usize,
    /// The mean of what was said, from 0 to 1.
    pub said: f64,
}

/// How well a model does (模型成绩单).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Lessons.
    pub cases: usize,
    /// Different texts among them.
    pub texts: usize,
    /// Features the model knows.
    pub features: usize,
    /// The mean of the labels' F1.
    pub macro_f1: f64,
    /// The share that was named first, from 0 to 1.
    pub first: f64,
    /// The share that was among the first three.
    pub among_three: f64,
    /// The share that always naming the commonest label would get.
    pub commonest: f64,
    /// How far what was said lay from what came true, on average.
    pub ece: f64,
    /// Each label.
    pub labels: Vec<LabelReport>,
    /// What is most often taken for something else.
    pub confusions: Vec<Confusion>,
    /// What was said and what came true.
    pub bins: Vec<Bin>,
    /// Labels with too few texts, and how many cases they have.
    pub left_out: Vec<(String, usize)>,
}

impl Report {
    pub(super) fn of(
        labels: &[String],
        judged: &[Judged],
        texts: usize,
        left_out: Vec<(String, usize)>,
        features: usize,
    ) -> Self {
        let cases = judged.len();
        let count = |fits: &dyn Fn(&Judged) -> bool| judged.iter().filter(|one| fits(one)).count();
        let each: Vec<LabelReport> = (0..labels.len())
            .map(|label| {
                let right = count(&|one| one.label == label && one.is_right());
                let (are, called) = (count(&|one| one.label == label), count(&|one| one.said == Some(label)));
                let (precision, recall) = (share(right, called), share(right, are));
                let f1 = if right == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
                LabelReport { label: labels[label].clone(), cases: are, precision, recall, f1 }
            })
            .collect();
        let bins = bins(judged);
        let gap = |bin: &Bin| bin.cases as f64 * (share(bin.right, bin.cases) - bin.said).abs();
        Self {
            cases,
            texts,
            features,
            macro_f1: each.iter().map(|one| one.f1).sum::<f64>() / labels.len().max(1) as f64,
            first: share(count(&Judged::is_right), cases),
            among_three: share(count(&|one| one.rank < SHOWN), cases),
            commonest: share(each.iter().map(|one| one.cases).max().unwrap_or(0), cases),
            ece: bins.iter().map(gap).sum::<f64>() / cases.max(1) as f64,
            labels: each,
            confusions: confusions(labels, judged),
            bins,
            left_out,
        }
    }

    /// Of how many lessons so much or more was said, and how many of those were right; in hundredths.
    #[must_use]
    pub fn from_confidence(&self, hundredths: usize) -> (usize, usize) {
        let bins = self.bins.iter().filter(|bin| bin.from >= hundredths);
        bins.fold((0, 0), |(cases, right), bin| (cases + bin.cases, right + bin.right))
    }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn bins(judged: &[Judged]) -> Vec<Bin> {
    let width = 100 / BINS;
    let mut bins: Vec<Bin> =
        (0..BINS).map(|at| Bin { from: at * width, cases: 0, right: 0, said: 0.0 }).collect();
    for one in judged.iter().filter(|one| one.said.is_some()) {
        let bin = &mut bins[((one.confidence * BINS as f32) as usize).min(BINS - 1)];
        bin.cases += 1;
        bin.right += usize::from(one.is_right());
        bin.said += f64::from(one.confidence);
    }
    bins.retain(|bin| bin.cases > 0);
    bins.iter_mut().for_each(|bin| bin.said /= bin.cases as f64);
    bins
}

fn confusions(labels: &[String], judged: &[Judged]) -> Vec<Confusion> {
    let mut counts = std::collections::BTreeMap::new();
    for one in judged.iter().filter(|one| !one.is_right()) {
        if let Some(said) = one.said {
            *counts.entry((one.label, said)).or_insert(0_usize) += 1;
        }
    }
    let mut all: Vec<((usize, usize), usize)> = counts.into_iter().collect();
    all.sort_by_key(|((label, said), cases)| (std::cmp::Reverse(*cases), *label, *said));
    let one = |((label, said), cases): ((usize, usize), usize)| Confusion {
        label: labels[label].clone(),
        taken_for: labels[said].clone(),
        cases,
    };
    all.into_iter().take(CONFUSIONS).map(one).collect()
}
