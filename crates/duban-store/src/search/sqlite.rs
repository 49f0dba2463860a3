//! Search on SQLite: FTS5 without content over text that is cut already; phrases are its own.

use super::cut::Query;
use crate::sql::Sql;

/// The table and the column of the case.
pub(super) const SOURCE: (&str, &str) = ("case_search s", "s.rowid");

/// Puts a text in the place of what a case was found by; run for a whole group at once, see [`crate::tx::Late`].
pub(crate) const PUT: &str = "INSERT OR REPLACE INTO case_search (rowid, tokens) VALUES ($1, $2)";

pub(super) fn matches(sql: &mut Sql<'_>, query: &Query) {
    let phrases: Vec<String> = query
        .phrases
        .iter()
        .map(|phrase| format!("\"{}\"{}", phrase.tokens.join(" "), if phrase.prefix { " *" } else { "" }))
        .collect();
    sql.push("s.case_search MATCH ").bind_made(phrases.join(" AND "));
}
