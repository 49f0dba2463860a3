//! Which file has which fields. Each function reads one file and notes what is wrong with single
//! rows; whether rows fit together is the work of `check`.

mod basics;
mod calendar;
mod catalogue;
mod lists;
mod people;

pub(super) use basics::{Basics, basics};
pub(super) use calendar::calendar;
pub(super) use catalogue::{catalogue, category_words, deadlines, kind_and_urgency_words};
pub(super) use lists::{categories, divisions, map, places, units};
pub(super) use people::{labels, roles, texts};

use super::fault::Spot;

/// A row and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) at: Spot,
    pub(super) it: T,
}
