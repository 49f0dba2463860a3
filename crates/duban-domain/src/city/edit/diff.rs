//! What differs between two packs (差异): by file, and inside a file by entry where it has entries,
//! otherwise by line.

use super::{Entry, PackFiles, Table, entries};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The file.
    pub file: String,
    /// The table, where the file has entries.
    pub table: Option<Table>,
    /// Which entry; empty where it is about lines.
    pub id: String,
    /// As it was; empty when it is new.
    pub before: String,
    /// As it is; empty when it is gone.
    pub after: String,
}

/// What differs, in the order of the files.
#[must_use]
pub fn differences(before: &PackFiles, after: &PackFiles) -> Vec<Difference> {
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .flat_map(|path| of_file(before, after, path))
        .collect()
}

fn of_file(before: &PackFiles, after: &PackFiles, path: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    for table in Table::ALL
        .iter()
        .copied()
        .filter(|table| table.files(before).iter().chain(&table.files(after)).any(|own| own == path))
    {
        let own = |files: &PackFiles| {
            entries(files, table).into_iter().filter(|e| e.file == path).collect::<Vec<_>>()
        };
        found.extend(of_entries(path, table, &own(before), &own(after)));
    }
    if found.is_empty() {
        let text = |files: &PackFiles| files.get(path).cloned().unwrap_or_default();
        let (was, is) = apart(&text(before), &text(after));
        found.push(Difference {
            file: path.to_owned(),
            table: None,
            id: String::new(),
            before: was,
            after: is,
        });
    }
    found
}

fn of_entries(path: &str, table: Table, before: &[Entry], after: &[Entry]) -> Vec<Difference> {
    let keyed = table.key_field().is_some();
    let of = |id: &str, was: Option<&Entry>, is: Option<&Entry>| Difference {
        file: path.to_owned(),
        table: Some(table),
        id: id.to_owned(),
        before: was.map_or_else(String::new, words),
        after: is.map_or_else(String::new, words),
    };
    // Entries without a key are the same when they say the same.
    let same = |a: &Entry, b: &Entry| if keyed { a.id == b.id } else { a.values == b.values };
    let mut found = Vec::new();
    for is in after {
        match before.iter().find(|was| same(was, is)) {
            None => found.push(of(&is.id, None, Some(is))),
            Some(was) if was.values != is.values => found.push(of(&is.id, Some(was), Some(is))),
            Some(_) => {}
        }
    }
    for was in before.iter().filter(|was| !after.iter().any(|is| same(was, is))) {
        found.push(of(&was.id, Some(was), None));
    }
    found
}

/// The fields of an entry, one a line.
fn words(entry: &Entry) -> String {
    let line = |(name, value): (&String, &String)| format!("{name} = {}", value.replace('\n', " | "));
    entry.values.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The lines in the middle that differ, without what is the same before and behind.
fn apart(before: &str, after: &str) -> (String, String) {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    (a[head..a.len() - tail].join("\n"), b[head..b.len() - tail].join("\n"))
}
