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

impl WriteTx<'_> {
    /// Makes a case findable by a text, instead of the text it was findable by.
    ///
    /// # Errors
    /// The engine's.
    pub fn index_case(&mut self, case: CaseId, text: &str) -> Result<(), StoreError> {
        let document = Document::of(text);
        match self.dialect() {
            Dialect::Sqlite => sqlite::put(self, case, &document),
            Dialect::Postgres => postgres::put(self, case, &document),
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
