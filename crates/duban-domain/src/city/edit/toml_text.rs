//! `[[rows]]` of a TOML file: where they stand, what they hold, and how one is written.

use toml::de::{DeTable, DeValue};

use super::{PackFiles, Span, Table, Values, quiet, schema::FieldKind};
use crate::city::source::{self, Cell, Row, Value};

/// The rows with where each stands.
pub(super) fn rows(files: &PackFiles, path: &str, text: &str, array: &str) -> Vec<(Row, Span)> {
    let root = source::toml(files, path, &quiet());
    let Some(Cell { value: Value::List(cells), .. }) = root.cells.get(array) else { return Vec::new() };
    let rows = cells.iter().filter_map(|cell| match &cell.value {
        Value::Table(row) => Some(row.clone()),
        _ => None,
    });
    rows.zip(spans(text, array)).collect()
}

/// Where the rows of an array stand: from the head of each to the next head of any table, without the
/// comments and empty lines that belong to that one.
fn spans(text: &str, array: &str) -> Vec<Span> {
    let (table, _) = DeTable::parse_recoverable(text);
    let mut heads: Vec<(usize, bool)> = Vec::new();
    for (key, value) in table.get_ref() {
        let own = key.get_ref() == array;
        match value.get_ref() {
            DeValue::Array(list) => heads.extend(
                list.iter()
                    .filter(|item| matches!(item.get_ref(), DeValue::Table(_)))
                    .map(|item| (line_start(text, item.span().start), own)),
            ),
            DeValue::Table(_) => heads.push((line_start(text, value.span().start), false)),
            _ => {}
        }
    }
    heads.sort_unstable();
    heads.dedup_by_key(|(at, _)| *at);
    let ends = heads.iter().skip(1).map(|(at, _)| *at).chain(Some(text.len()));
    heads
        .iter()
        .zip(ends)
        .filter(|((_, own), _)| *own)
        .map(|((start, _), next)| Span {
            above: above(text, *start),
            start: *start,
            end: end(text, *start, next),
        })
        .collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}

/// The comment right above a head belongs to it.
fn above(text: &str, start: usize) -> usize {
    let mut at = start;
    while at > 0 {
        let line = line_start(text, at - 1);
        if !text[line..at].trim_start().starts_with('#') {
            break;
        }
        at = line;
    }
    at
}

fn end(text: &str, start: usize, next: usize) -> usize {
    let mut at = next;
    while at > start {
        let line = line_start(text, at - 1);
        let own = text[line..at].trim();
        if !(own.is_empty() || own.starts_with('#')) || line <= start {
            break;
        }
        at = line;
    }
    at
}

/// The fields of a row as a form holds them.
pub(super) fn values(table: Table, row: &Row) -> Values {
    let plain = |(name, cell): (&String, &Cell)| {
        let list =
            table.field(name).is_some_and(|f| matches!(f.kind, FieldKind::List | FieldKind::Several(_)));
        let text = match &cell.value {
            Value::Text(text) if row.flat && list => {
                text.split('|').map(str::trim).collect::<Vec<_>>().join("\n")
            }
            Value::Text(text) => text.clone(),
            Value::List(cells) => {
                cells.iter().map(|cell| line(table, name, cell)).collect::<Vec<_>>().join("\n")
            }
            Value::Table(_) => return None,
        };
        Some((name.clone(), text))
    };
    row.cells.iter().filter_map(plain).collect()
}

/// A member of a list: a text, or the columns of a row inside this one with bars between.
fn line(table: Table, name: &str, cell: &Cell) -> String {
    match &cell.value {
        Value::Text(text) => text.clone(),
        Value::Table(row) => {
            let text = |column: &&str| match row.cells.get(*column).map(|cell| &cell.value) {
                Some(Value::Text(text)) => text.clone(),
                _ => String::new(),
            };
            let columns: Vec<String> = table.inner_columns(name).iter().map(text).collect();
            columns.join(" | ").trim_end_matches([' ', '|']).to_owned()
        }
        Value::List(_) => String::new(),
    }
}

/// A row as it is written.
pub(super) fn rendered(table: Table, values: &Values) -> String {
    let mut text = format!("[[{}]]\n", table.array());
    let mut inner = String::new();
    for field in table.fields() {
        for name in field.columns() {
            let value = values.get(&name).map_or("", |v| v.trim());
            if let FieldKind::Rows(columns) = field.kind {
                inner.push_str(&nested(table.array(), field.name, columns, value));
            } else if let Some(value) = of_kind(&field.kind, value) {
                text.push_str(&format!("{name} = {value}\n"));
            }
        }
    }
    text + &inner
}

/// A value as TOML; none when the field is left out.
fn of_kind(kind: &FieldKind, value: &str) -> Option<String> {
    match kind {
        FieldKind::Yes { by_default } => {
            let yes = matches!(value, "yes" | "true");
            (yes != *by_default).then(|| yes.to_string())
        }
        FieldKind::List | FieldKind::Several(_) => {
            let parts: Vec<String> =
                value.lines().map(str::trim).filter(|part| !part.is_empty()).map(string).collect();
            (!parts.is_empty()).then(|| format!("[{}]", parts.join(", ")))
        }
        _ if value.is_empty() => None,
        FieldKind::Whole if value.bytes().all(|b| b.is_ascii_digit()) => Some(value.to_owned()),
        FieldKind::Date if value.parse::<jiff::civil::Date>().is_ok() => Some(value.to_owned()),
        _ => Some(string(value)),
    }
}

/// `[[question.choice]]` rows from lines with bars.
fn nested(array: &str, name: &str, columns: &[&str], value: &str) -> String {
    let mut text = String::new();
    for line in value.lines().map(str::trim).filter(|line| !line.is_empty()) {
        text.push_str(&format!("[[{array}.{name}]]\n"));
        for (column, cell) in columns.iter().zip(line.split('|').map(str::trim)) {
            if !cell.is_empty() {
                text.push_str(&format!("{column} = {}\n", string(cell)));
            }
        }
    }
    text
}

/// A text in quotes; one of several lines in three.
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let several = text.contains('\n');
    out.push_str(if several { "\"\"\"\n" } else { "\"" });
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' if several => out.push('\n'),
            '\t' => out.push('\t'),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push_str(if several { "\"\"\"" } else { "\"" });
    out
}
