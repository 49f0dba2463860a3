//! Changing a pack entry by entry (改城市包): a table of a file, one of its entries, and the file's text
//! with just that entry changed. Comments and everything else in the file stay as somebody wrote them.
//!
//! Whether the changed pack is sound is not asked here: the whole of it is read and checked by the very
//! code that `duban city check` runs.

mod choices;
mod csv_text;
mod diff;
mod fields;
mod forward;
mod hours;
mod replace;
mod schema;
mod toml_text;

use std::collections::BTreeMap;

pub use choices::Choices;
pub use diff::{Difference, differences};
pub use hours::{set_usual_hours, usual_hours};
pub use replace::{Replacing, references, rename_below, retire};
pub use schema::{Field, FieldKind, Table};
use sha2::{Digest, Sha256};

use super::{PackFiles, fault::Faults, source::Row};

/// The fields of an entry as a form holds them (表单里的值): a list has one value a line.
pub type Values = BTreeMap<String, String>;

/// An entry of a table (一条).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file it stands in.
    pub file: String,
    /// What it is called: its key, or `@` and its place where entries have no key.
    pub id: String,
    /// The line it begins on.
    pub line: usize,
    /// How many lines it has.
    pub lines: usize,
    /// A digest of its text: a change says which text it was made from.
    pub base: String,
    /// Its fields.
    pub values: Values,
}

impl Entry {
    /// A field; empty when it is not there.
    #[must_use]
    pub fn get(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }
}

/// Why an entry could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditFault {
    /// There is no such entry (any more).
    Gone,
    /// A new entry has the key of one that is there.
    Taken,
    /// Keys stay what they are: cases remember them.
    KeyStays,
    /// It is the first or the last already.
    AtTheEnd,
    /// Cases that are hidden from the public would be shown.
    Published,
}

/// Where an entry stands in its file, in bytes.
#[derive(Clone, Debug)]
struct Span {
    /// With the comment right above it.
    above: usize,
    start: usize,
    end: usize,
}

/// The entries of a table, in the order of the file.
#[must_use]
pub fn entries(files: &PackFiles, table: Table) -> Vec<Entry> {
    spans(files, table).into_iter().map(|(entry, _)| entry).collect()
}

/// One entry.
#[must_use]
pub fn entry(files: &PackFiles, table: Table, id: &str) -> Option<Entry> {
    entries(files, table).into_iter().find(|entry| entry.id == id)
}

/// The field that a line of an entry is of, where each field has a line of its own.
#[must_use]
pub fn field_of_line(
    files: &PackFiles,
    table: Table,
    id: &str,
    (file, line): (&str, usize),
) -> Option<&'static str> {
    let entry = entry(files, table, id).filter(|entry| entry.file == file && !table.is_csv())?;
    let within = line.checked_sub(entry.line).filter(|at| *at < entry.lines)?;
    let own: Vec<&str> = files.get(file)?.lines().skip(entry.line - 1).take(within + 1).collect();
    let nested = format!("[[{}.", table.array());
    let inner = own.iter().rev().find_map(|text| text.trim().strip_prefix(&nested)?.strip_suffix("]]"));
    let name = match inner {
        Some(name) => name,
        None => own.last()?.split_once('=')?.0.trim(),
    };
    table.field(name).map(|field| field.name)
}

/// Writes an entry: over the one with this id, or as a new one at the end of its table.
pub fn put(files: &mut PackFiles, table: Table, id: Option<&str>, values: &Values) -> Result<(), EditFault> {
    let all = spans(files, table);
    let key = table.key_field().map(|field| values.get(field).map_or("", |v| v.trim()));
    let Some(id) = id else {
        if key.is_some_and(|key| all.iter().any(|(entry, _)| entry.id == key)) {
            return Err(EditFault::Taken);
        }
        add(files, table, &all, values);
        return Ok(());
    };
    let (entry, span) = all.iter().find(|(entry, _)| entry.id == id).ok_or(EditFault::Gone)?;
    if key.is_some_and(|key| key != id) {
        return Err(EditFault::KeyStays);
    }
    let path = entry.file.clone();
    let text = files.get(&path).cloned().unwrap_or_default();
    let written = if table.is_csv() {
        csv_text::replaced(&text, table, span, values)
    } else {
        format!("{}{}{}", &text[..span.start], toml_text::rendered(table, values), &text[span.end..])
    };
    files.insert(path, written);
    Ok(())
}

/// Takes an entry out.
pub fn remove(files: &mut PackFiles, table: Table, id: &str) -> Result<(), EditFault> {
    let all = spans(files, table);
    let (entry, span) = all.iter().find(|(entry, _)| entry.id == id).ok_or(EditFault::Gone)?;
    if let Some(text) = files.get_mut(&entry.file) {
        text.replace_range(span.above..span.end, "");
        let at = span.above.min(text.len());
        // Of the two empty lines that meet now, one is enough.
        if !table.is_csv() && text[at..].starts_with('\n') && text[..at].ends_with("\n\n") {
            text.replace_range(at..=at, "");
        }
    }
    Ok(())
}

/// Moves an entry one place up or down among those of its table.
pub fn shift(files: &mut PackFiles, table: Table, id: &str, down: bool) -> Result<(), EditFault> {
    let all = spans(files, table);
    let at = all.iter().position(|(entry, _)| entry.id == id).ok_or(EditFault::Gone)?;
    let other = if down { Some(at + 1) } else { at.checked_sub(1) };
    let other = other.filter(|other| all.get(*other).is_some_and(|(e, _)| e.file == all[at].0.file));
    let (first, second) = match other {
        Some(other) => (at.min(other), at.max(other)),
        None => return Err(EditFault::AtTheEnd),
    };
    if let Some(text) = files.get_mut(&all[at].0.file) {
        let (a, b) = (&all[first].1, &all[second].1);
        let swapped = format!(
            "{}{}{}{}{}",
            &text[..a.above],
            &text[b.above..b.end],
            &text[a.end..b.above],
            &text[a.above..a.end],
            &text[b.end..]
        );
        *text = swapped;
    }
    Ok(())
}

fn spans(files: &PackFiles, table: Table) -> Vec<(Entry, Span)> {
    let mut all: Vec<(Entry, Span)> = Vec::new();
    for path in table.files(files) {
        let text = files.get(&path).map_or("", String::as_str);
        let rows = if table.is_csv() {
            csv_text::rows(files, &path, text)
        } else {
            toml_text::rows(files, &path, text, table.array())
        };
        for (row, span) in rows {
            let place = all.len();
            all.push((read(table, &path, text, place, &row, &span), span));
        }
    }
    all
}

fn read(table: Table, path: &str, text: &str, place: usize, row: &Row, span: &Span) -> Entry {
    let values = toml_text::values(table, row);
    let own = &text[span.start..span.end];
    let id = table
        .key_field()
        .map_or_else(|| format!("@{place}"), |field| values.get(field).cloned().unwrap_or_default());
    Entry {
        file: path.to_owned(),
        id,
        line: text[..span.start].matches('\n').count() + 1,
        lines: own.matches('\n').count().max(1),
        base: base(own),
        values,
    }
}

/// A short digest of a text.
fn base(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn add(files: &mut PackFiles, table: Table, all: &[(Entry, Span)], values: &Values) {
    let path = table.file_for(values);
    let text = files.get(&path).cloned().unwrap_or_else(|| table.fresh_file(values));
    let last = all.iter().rfind(|(entry, _)| entry.file == path).map(|(_, span)| span.end);
    let written = if table.is_csv() {
        csv_text::added(&text, table, last_sibling(table, all, values).or(last), values)
    } else {
        let at = last.unwrap_or(text.len());
        let (before, after) = text.split_at(at);
        let gap = if before.is_empty() || before.ends_with("\n\n") {
            ""
        } else if before.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        format!("{before}{gap}{}{after}", toml_text::rendered(table, values))
    };
    files.insert(path, written);
}

/// A new category stands behind the last one below the same category above, not at the end of the file.
fn last_sibling(table: Table, all: &[(Entry, Span)], values: &Values) -> Option<usize> {
    if table != Table::Categories {
        return None;
    }
    let (above, _) = values.get("key")?.rsplit_once('.')?;
    let inside =
        |id: &str| id.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    all.iter().rfind(|(entry, _)| inside(&entry.id)).map(|(_, span)| span.end)
}

/// Rows of a file; what is wrong with it is told by the check.
fn quiet() -> Faults {
    Faults::default()
}
