//! Makes a confidence mean what it says: one number by which scores are stretched, found on texts that the model
//! had not seen.

use super::model::shares;

/// The scores of one text by a model that had not seen it, and what it was.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub(super) scores: Vec<f32>,
    pub(super) label: usize,
}

/// Between these the stretch is looked for.
const LEAST: f32 = 0.1;
const MOST: f32 = 50.0;

/// The stretch under which the truth was least surprising (golden section, on the logarithm).
pub(super) fn stretch(all: &[&Scored]) -> f32 {
    if all.is_empty() {
        return 1.0;
    }
    let ratio = (5_f32.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (LEAST.ln(), MOST.ln());
    let at = |low: f32, high: f32| (high - ratio * (high - low), low + ratio * (high - low));
    let (mut left, mut right) = at(low, high);
    let (mut of_left, mut of_right) = (surprise(all, left.exp()), surprise(all, right.exp()));
    for _ in 0..24 {
        if of_left < of_right {
            (high, right, of_right) = (right, left, of_left);
            left = at(low, high).0;
            of_left = surprise(all, left.exp());
        } else {
            (low, left, of_left) = (left, right, of_right);
            right = at(low, high).1;
            of_right = surprise(all, right.exp());
        }
    }
    f32::midpoint(low, high).exp()
}

fn surprise(all: &[&Scored], stretch: f32) -> f64 {
    all.iter().map(|one| -f64::from(shares(&one.scores, stretch)[one.label].max(1e-9)).ln()).sum()
}
