//! The data map says of every column whose it is.

use std::collections::BTreeMap;

use duban_domain::Stamp;

use super::Bed;
use crate::StoreError;

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
