//! The keys in `remotes.toml` (转发规则): which unit's cases of which categories go to another server. The file has no
//! form of its own; here only one key takes another's place in it, and everything else stays as it was written.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::Replacing;
use crate::city::PackFiles;

const FILE: &str = "remotes.toml";

/// Writes one key where another stood. Where the new one has a service of its own, the row of the old one stays
/// for what is past.
pub(super) fn references(files: &mut PackFiles, what: Replacing, from: &str, to: &str) {
    let Some(text) = files.get(FILE) else { return };
    let (root, _) = DeTable::parse_recoverable(text);
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    for remote in tables(root.get_ref(), "remote") {
        match what {
            Replacing::Unit => changes.extend(unit(remote, from, to)),
            Replacing::Category => changes.extend(categories(remote, from, to)),
        }
    }
    // From the end, so that what stands before keeps its place.
    changes.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    let mut written = text.clone();
    for (at, new) in changes {
        written.replace_range(at, &new);
    }
    files.insert(FILE.to_owned(), written);
}

fn unit(remote: &DeTable<'_>, from: &str, to: &str) -> Option<(Range<usize>, String)> {
    let (key, at) = word(remote, "unit")?;
    (key == from).then(|| (at, quoted(to)))
}

fn categories(remote: &DeTable<'_>, from: &str, to: &str) -> Vec<(Range<usize>, String)> {
    let mut changes = Vec::new();
    if let Some((keys, at)) =
        words(remote, "categories").filter(|(keys, _)| keys.iter().any(|key| key == from))
    {
        let mut list: Vec<String> = Vec::new();
        for key in keys.into_iter().map(|key| if key == from { to.to_owned() } else { key }) {
            if !list.contains(&key) {
                list.push(key);
            }
        }
        let list: Vec<String> = list.iter().map(|key| quoted(key)).collect();
        changes.push((at, format!("[{}]", list.join(", "))));
    }
    let maps = tables(remote, "map");
    let mapped =
        |wanted: &str| maps.iter().any(|map| word(map, "category").is_some_and(|(key, _)| key == wanted));
    if !mapped(to) {
        let old = maps.iter().filter_map(|map| word(map, "category")).filter(|(key, _)| key == from);
        changes.extend(old.map(|(_, at)| (at, quoted(to))));
    }
    changes
}

fn value<'a>(table: &'a DeTable<'_>, name: &str) -> Option<(&'a DeValue<'a>, Range<usize>)> {
    let (_, value) = table.iter().find(|(key, _)| key.get_ref().as_ref() == name)?;
    Some((value.get_ref(), value.span()))
}

fn word(table: &DeTable<'_>, name: &str) -> Option<(String, Range<usize>)> {
    match value(table, name)? {
        (DeValue::String(text), at) => Some((text.to_string(), at)),
        _ => None,
    }
}

fn words(table: &DeTable<'_>, name: &str) -> Option<(Vec<String>, Range<usize>)> {
    let (DeValue::Array(list), at) = value(table, name)? else { return None };
    let text = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    Some((list.iter().filter_map(|one| text(one.get_ref())).collect(), at))
}

fn tables<'a>(table: &'a DeTable<'_>, name: &str) -> Vec<&'a DeTable<'a>> {
    let Some((DeValue::Array(list), _)) = value(table, name) else { return Vec::new() };
    let own = |value: &'a DeValue<'_>| match value {
        DeValue::Table(table) => Some(table),
        _ => None,
    };
    list.iter().filter_map(|one| own(one.get_ref())).collect()
}

fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace(['"', '\\', '\n'], ""))
}
