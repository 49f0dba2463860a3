//! Which file has which fields. Each function reads one file and notes what is wrong with single
//! rows; whether rows fit together is the work of `check`.

mod access;
mod basics;
mod calendar;
mod catalogue;
mod checklists;
mod desk;
mod knowledge;
mod layers;
mod lists;
mod notices;
mod people;
mod public;
mod questions;
mod reasons;
mod registers;
mod remotes;
mod retention;
mod services;

use std::collections::BTreeMap;

use super::{fault::Spot, source::Row};

pub(super) use access::access;
pub(super) use basics::{Basics, basics};
pub(super) use calendar::calendar;
pub(super) use catalogue::{catalogue, category_words, deadlines, kind_and_urgency_words};
pub(super) use checklists::checklists;
pub(super) use desk::desk;
pub(super) use knowledge::knowledge;
pub(super) use layers::layers;
pub(super) use lists::{categories, divisions, map, places, units};
pub(super) use notices::notices;
pub(super) use people::{labels, phrases, roles, texts};
pub(super) use public::public;
pub(super) use questions::questions;
pub(super) use reasons::reasons;
pub(super) use registers::registers;
pub(super) use remotes::remotes;
pub(super) use retention::retention;
pub(super) use services::{PlacedService, is_service, services};

/// A row and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) at: Spot,
    pub(super) it: T,
    lines: BTreeMap<String, usize>,
}

impl<T> Placed<T> {
    fn new(row: &Row, it: T) -> Self {
        let lines = row.cells.iter().map(|(field, cell)| (field.clone(), cell.line)).collect();
        Self { at: row.spot(), it, lines }
    }

    /// Where one of its fields stands; the row when the field was left out.
    pub(super) fn spot(&self, field: &str) -> Spot {
        Spot { line: self.lines.get(field).copied().or(self.at.line), ..self.at.clone() }
    }
}
