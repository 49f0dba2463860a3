//! Full-text search: the same hits on both engines, and each of them really contains the words.
//!
//! The program cuts texts ([`cut`]); the engines only keep and intersect what was cut. A query is
//! words between spaces, all of which must be there. Matching is exact by characters, except that
//! width and case of letters are one, a word of letters or digits matches whole, and space or
//! punctuation beside such a word does not count (`A7县` finds `A7 县`).

mod cut;
mod postgres;
mod sqlite;

use duban_domain::CaseId;

use crate::{StoreError, WriteTx, dialect::Dialect, sql::Sql};
use cut::Document;
pub(crate) use cut::Query;
pub(crate) use sqlite::PUT as PUT_LATE;

/// A text that is cut for the search (检索文本). Cutting takes longer than storing what was cut, so
/// whoever can does it before the write begins.
#[derive(Clone, Debug)]
pub struct Findable(Document);

impl Findable {
    /// Cuts a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Document::of(text))
    }
}

impl WriteTx<'_> {
    /// Makes a case findable by a text, instead of the text it was findable by: as soon as the write has
    /// returned. Inside of it, SQLite's search still knows the old one.
    ///
    /// # Errors
    /// The engine's.
    pub fn index_case(&mut self, case: CaseId, text: &Findable) -> Result<(), StoreError> {
        match self.dialect() {
            // Every savepoint would make FTS5 write out what it holds, once for each member of a group;
            // so a group's texts wait until right before its commit.
            Dialect::Sqlite => self.put_late(case, text.0.tokens.clone()),
            Dialect::Postgres => postgres::put(self, case, &text.0),
        }
    }
}

/// The table of a search and the column that holds the id of a case, as `s`.
pub(crate) fn source(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Sqlite => sqlite::SOURCE,
        Dialect::Postgres => postgres::SOURCE,
    }
}

/// Adds the condition that the text of `s` has all words of a query.
pub(crate) fn matches<'a>(sql: &mut Sql<'a>, dialect: Dialect, query: &'a Query) {
    match dialect {
        Dialect::Sqlite => sqlite::matches(sql, query),
        Dialect::Postgres => postgres::matches(sql, query),
    }
}
