//! Search on SQLite: FTS5 without content over text that is cut already; phrases are its own.

use super::{Wanted, cut::Phrase};
use crate::sql::Sql;

/// The table and the column of the case.
pub(super) const SOURCE: (&str, &str) = ("case_search s", "s.rowid");

/// Puts a text in the place of what a case was found by; run for a whole group at once, see [`crate::tx::Late`].
pub(crate) const PUT: &str = "INSERT OR REPLACE INTO case_search (rowid, tokens) VALUES ($1, $2)";

pub(super) fn matches(sql: &mut Sql<'_>, wanted: &Wanted<'_>) {
    let phrase = |p: &Phrase| format!("\"{}\"{}", p.tokens.join(" "), if p.prefix { " *" } else { "" });
    let any = |marks: &Vec<String>| format!("(\"{}\")", marks.join("\" OR \""));
    let all: Vec<String> =
        wanted.words.phrases.iter().map(phrase).chain(wanted.marks.iter().map(any)).collect();
    sql.push("s.case_search MATCH ").bind_made(all.join(" AND "));
}
