//! The data map says of every column whose it is.

use std::collections::{BTreeMap, BTreeSet};

use duban_domain::Stamp;

use super::Bed;
use crate::{KEYED, StoreError};

/// Table → columns, as the page lists them.
fn listed() -> BTreeMap<String, Vec<String>> {
    let page = include_str!("../../../../docs/trust/data-map.md");
    let (_, table) = page.split_once("## Every column").unwrap();
    table
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| table"))
        .map(|line| {
            let mut cells = line.split('|').map(str::trim).filter(|cell| !cell.is_empty());
            let table = cells.next().unwrap_or_default().to_owned();
            let mut columns: Vec<String> =
                cells.flat_map(|cell| cell.split(", ")).map(str::to_owned).collect();
            columns.sort();
            (table, columns)
        })
        .collect()
}

#[test]
fn every_column_of_the_database_stands_in_the_data_map() {
    let bed = Bed::sqlite();
    bed.store.migrate(Stamp(0)).unwrap();
    let catalogue = "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'case_search\\__%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\__%' ESCAPE '\\'";
    let rows = bed.store.read(|tx| tx.all(catalogue, &[], |row| Ok((row.text(0)?, row.text(1)?))));
    let mut there: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in rows.map_err(|e: StoreError| e).unwrap() {
        there.entry(table).or_default().push(column);
    }
    for columns in there.values_mut() {
        columns.sort();
    }
    let listed = listed();
    for (table, columns) in &there {
        assert_eq!(listed.get(table), Some(columns), "docs/trust/data-map.md says something else of {table}");
    }
    let gone: Vec<_> = listed.keys().filter(|table| !there.contains_key(*table)).collect();
    assert!(gone.is_empty(), "no longer there: {gone:?}");
}

/// Columns of bytes that were not made with the key: digests that anybody can make, tokens as hashes, files.
const WITHOUT_KEY: &str = "api_key.hash contact_session.token destruction.digest event.digest event_payload.salt form_done.key
    idempotency.digest idempotency.key letter.key log_tile.hashes media.sha256 media_body.body media_body.thumb
    password_link.hash request.digest request.salt service_key.hash session.token task_link.token triage_model.body";
/// Columns that are dropped, or brought along, by themselves when the key is changed.
const BY_THEMSELVES: &str = "contact_code.contact contact_code.hash guess.key recovery_code.hash";

#[test]
fn whoever_adds_a_column_of_bytes_says_whether_the_key_made_it() {
    let bed = Bed::sqlite();
    bed.store.migrate(Stamp(0)).unwrap();
    let catalogue = "SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.type = 'BLOB' AND m.name NOT LIKE 'case_search%'";
    let there: BTreeSet<String> =
        bed.store.read(|tx| tx.all(catalogue, &[], |row| row.text(0))).unwrap().into_iter().collect();
    let keyed = KEYED
        .iter()
        .flat_map(|keyed| keyed.columns().into_iter().map(|column| format!("{}.{column}", keyed.table)));
    let named: BTreeSet<String> = keyed
        .chain(
            [WITHOUT_KEY, BY_THEMSELVES].iter().flat_map(|list| list.split_whitespace().map(str::to_owned)),
        )
        .collect();
    assert_eq!(there, named, "name a new one in KEYED (turn.rs), or above when it was made without the key");
}
