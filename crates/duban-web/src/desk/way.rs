//! The way through a list: which list one came from, and which case stands before and after this
//! one in it. The browser keeps the filters; the list itself is always read anew.

use axum::http::HeaderValue;
use duban_app::{AppError, CaseRow, Ctx, case::list};
use duban_domain::Number;

use super::filter::Filter;
use crate::frame::cookies;

/// Longer filters are not kept: a cookie has its bounds.
const QUERY_BYTES_MAX: usize = 1_000;

/// Where one is in a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    pub(super) list: String,
    pub(super) before: Option<Step>,
    pub(super) after: Option<Step>,
}

/// A neighbour.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) number: String,
    pub(super) title: String,
}

/// What the browser keeps of a list.
pub(super) fn cookie(filter: &Filter, secure: bool) -> Option<HeaderValue> {
    let query = filter.place();
    (query.len() <= QUERY_BYTES_MAX && query.is_ascii()).then(|| cookies::list(&query, secure))
}

/// The neighbours of a case in the list one came from. A case that left the list, because its work
/// here is done, is followed by the first that is still in it.
pub(super) fn find(ctx: &Ctx, query: &str, number: &Number) -> Result<Way, AppError> {
    let filter = Filter::of(query);
    let rows = list::page(ctx, &filter.asked(ctx))?.rows;
    let step = |row: &CaseRow| Step { number: row.number.to_string(), title: row.title.clone() };
    let at = rows.iter().position(|row| row.number == *number);
    let (before, after) = match at {
        Some(at) => (at.checked_sub(1).and_then(|at| rows.get(at)), rows.get(at + 1)),
        None => (None, rows.first()),
    };
    Ok(Way { before: before.map(step), after: after.map(step), list: filter.here() })
}
