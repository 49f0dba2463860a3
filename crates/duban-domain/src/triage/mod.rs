//! Triage (分流): what closed cases teach about a new text, its category and its unit, with how sure that is.
//!
//! A linear model over single characters and pairs, made by [`learn`] on one core and deterministic from a seed. It
//! advises and decides nothing; the dispatch catalogue stands above it. No text is kept in a model: a feature is
//! known by a hash, and only those are kept that [`PEOPLE`] different people used.

mod calibrate;
mod cross;
mod learn;
mod model;
mod pack;
mod repeats;
mod report;
mod solve;
mod text;

use crate::request::closed_set;

pub use cross::{Held, Learned, learn};
pub use learn::{Corpus, Example};
pub use model::{Guess, Model};
pub use report::{Bin, Confusion, LabelReport, Report};
pub use text::{TEXT_MAX, said};

closed_set! {
    /// What a model advises on (分流对象).
    Aim {
        /// 类别
        Category = 1, "category", "类别", "Category";
        /// 承办单位
        Unit = 2, "unit", "承办单位", "Unit";
    }
}

/// What a city asks of its models (分流设置).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriageRule {
    /// Below so many hundredths the desk says that it does not know.
    pub percent: u32,
    /// So many closed cases are needed to learn from.
    pub cases_min: u32,
    /// So many months back cases are learned from.
    pub months: u32,
    /// At which hour of the night it learns.
    pub hour: u32,
}

impl TriageRule {
    /// What holds when a city says nothing.
    pub const DEFAULT: Self = Self { percent: 60, cases_min: 300, months: 36, hour: 4 };

    /// Whether a confidence is high enough to be shown.
    #[must_use]
    pub fn is_sure(&self, confidence: f32) -> bool {
        confidence * 100.0 >= self.percent as f32
    }
}

/// A run of characters counts once so many different people used it (至少几人用过): fewer could point at one of them.
pub const PEOPLE: usize = 5;
/// So many different texts a category or unit needs; with fewer it is left out of the model.
pub const TEXTS_MIN: usize = 8;
/// Parts that a model is tested on in turn, each by a model that has not seen it.
pub const FOLDS: usize = 5;

/// Somebody asked to stop (中断).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Told how many steps of how many are done; says whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// Numbers that are scattered and yet always the same for one seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Splitmix64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        text::mixed(self.0)
    }

    /// In place, every order alike.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = (u128::from(self.next()) * (last as u128 + 1)) >> 64;
            list.swap(last, other as usize);
        }
    }
}

#[cfg(test)]
mod tests;
