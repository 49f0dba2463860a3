//! Search on PostgreSQL: GIN over the tokens finds candidates, the normal form makes sure of phrases.

use duban_domain::CaseId;

use super::{
    Wanted,
    cut::{Document, Phrase},
};
use crate::{StoreError, WriteTx, sql::Sql, value::params};

/// The table and the column of the case.
pub(super) const SOURCE: (&str, &str) = ("case_search s", "s.case_id");

pub(super) fn put(tx: &mut WriteTx<'_>, case: CaseId, document: &Document) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO case_search (case_id, terms, norm) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')), $3)
         ON CONFLICT (case_id) DO UPDATE SET terms = excluded.terms, norm = excluded.norm",
        params![case, &document.tokens, &document.norm],
    )?;
    Ok(())
}

pub(super) fn matches<'a>(sql: &mut Sql<'a>, wanted: &Wanted<'a>) {
    let query = wanted.words;
    let any = |marks: &Vec<String>| format!("('{}')", marks.join("' | '"));
    let all: Vec<String> = query.phrases.iter().map(candidates).chain(wanted.marks.iter().map(any)).collect();
    sql.push("s.terms @@ CAST(").bind_made(all.join(" & ")).push(" AS tsquery)");
    // One token is proof by itself; several must stand one after the other.
    for phrase in query.phrases.iter().filter(|phrase| phrase.tokens.len() > 1) {
        sql.push(" AND strpos(s.norm, ").bind(&phrase.norm).push(") > 0");
    }
}

fn candidates(phrase: &Phrase) -> String {
    let last = phrase.tokens.len().saturating_sub(1);
    let tokens: Vec<String> = phrase
        .tokens
        .iter()
        .enumerate()
        .map(|(at, token)| format!("'{token}'{}", if phrase.prefix && at == last { ":*" } else { "" }))
        .collect();
    tokens.join(" & ")
}
