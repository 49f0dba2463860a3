//! Search on SQLite: FTS5 without content over text that is cut already; phrases are its own.

use duban_domain::CaseId;

use super::cut::{Document, Query};
use crate::{StoreError, WriteTx, sql::Sql, value::params};

/// The table and the column of the case.
pub(super) const SOURCE: (&str, &str) = ("case_search s", "s.rowid");

pub(super) fn put(tx: &mut WriteTx<'_>, case: CaseId, document: &Document) -> Result<(), StoreError> {
    tx.exec(
        "INSERT OR REPLACE INTO case_search (rowid, tokens) VALUES ($1, $2)",
        params![case, &document.tokens],
    )?;
    Ok(())
}

pub(super) fn matches(sql: &mut Sql<'_>, query: &Query) {
    let phrases: Vec<String> = query
        .phrases
        .iter()
        .map(|phrase| format!("\"{}\"{}", phrase.tokens.join(" "), if phrase.prefix { " *" } else { "" }))
        .collect();
    sql.push("s.case_search MATCH ").bind_made(phrases.join(" AND "));
}
