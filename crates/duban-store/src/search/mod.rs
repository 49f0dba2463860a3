//! Full-text search: the same hits on both engines, and each of them really contains the words.
//!
//! The program cuts texts ([`cut`]); the engines only keep and intersect what was cut. A query is
//! words between spaces, all of which must be there. Matching is exact by characters, except that
//! width and case of letters are one, a word of letters or digits matches whole, and space or
//! punctuation beside such a word does not count (`A7县` finds `A7 县`).

mod cut;
pub(crate) mod facet;
mod postgres;
mod sqlite;

use duban_domain::CaseId;

use crate::{ReadTx, StoreError, WriteTx, dialect::Dialect, sql::Sql};
use cut::Document;
pub(crate) use cut::Query;
pub use facet::Facets;
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

    /// The same, found also by what lists filter by.
    #[must_use]
    pub fn marked(mut self, facets: &Facets) -> Self {
        facets.put(&mut self.0.tokens);
        self
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

impl ReadTx<'_> {
    /// Whether the search knows a case by all of these marks.
    ///
    /// # Errors
    /// The engine's.
    pub fn is_found_by(&mut self, case: CaseId, facets: &Facets) -> Result<bool, StoreError> {
        let nothing = Query::default();
        let marks = facets.each().map(|mark| vec![mark.clone()]).collect();
        let (table, id) = source(self.dialect());
        let mut sql = Sql::new(&format!("SELECT count(*) FROM {table} WHERE {id} = "));
        sql.bind(case).push(" AND ");
        matches(&mut sql, self.dialect(), &Wanted { words: &nothing, marks });
        Ok(self.number(&sql.text, &sql.params())? > 0)
    }
}

/// The table of a search and the column that holds the id of a case, as `s`.
pub(crate) fn source(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Sqlite => sqlite::SOURCE,
        Dialect::Postgres => postgres::SOURCE,
    }
}

/// What is looked for: words, and marks beside them of each of which one must be there.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    /// What was typed.
    pub(crate) words: &'a Query,
    /// Each is a list of marks, one of which a case must have.
    pub(crate) marks: Vec<Vec<String>>,
}

/// Adds the condition that the text of `s` has all that is wanted.
pub(crate) fn matches<'a>(sql: &mut Sql<'a>, dialect: Dialect, wanted: &Wanted<'a>) {
    match dialect {
        Dialect::Sqlite => sqlite::matches(sql, wanted),
        Dialect::Postgres => postgres::matches(sql, wanted),
    }
}
