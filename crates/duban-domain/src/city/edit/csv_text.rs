//! Lines of a CSV file: where they stand, and how one is written. Comments stay where they are.

use super::{PackFiles, Span, Table, Values, quiet, schema::FieldKind};
use crate::city::source::{self, Row};

/// The rows with where each stands.
pub(super) fn rows(files: &PackFiles, path: &str, text: &str) -> Vec<(Row, Span)> {
    let rows = source::csv(files, path, &quiet());
    rows.into_iter().zip(records(text).into_iter().skip(1)).collect()
}

/// Every record, the head first. A record may have several lines when a text in quotes does.
fn records(text: &str) -> Vec<Span> {
    let mut all = Vec::new();
    let (mut at, mut begun) = (0, None);
    let mut open = false;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let plain = line.trim_start_matches('\u{feff}').trim();
        if !open && (plain.is_empty() || line.trim_start_matches('\u{feff}').starts_with('#')) {
            continue;
        }
        let from = *begun.get_or_insert(start);
        if line.matches('"').count() % 2 == 1 {
            open = !open;
        }
        if !open {
            all.push(Span { above: from, start: from, end });
            begun = None;
        }
    }
    all
}

/// The names of the columns.
fn head(text: &str) -> Vec<String> {
    let first = records(text).into_iter().next();
    first.map_or_else(Vec::new, |span| cells(text[span.start..span.end].trim_start_matches('\u{feff}')))
}

fn cells(record: &str) -> Vec<String> {
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).trim(::csv::Trim::All).from_reader(record.as_bytes());
    let first = reader.records().next().and_then(Result::ok);
    first.map_or_else(Vec::new, |record| record.iter().map(str::to_owned).collect())
}

/// The text with one row written anew.
pub(super) fn replaced(text: &str, table: Table, span: &Span, values: &Values) -> String {
    let kept = cells(&text[span.start..span.end]);
    let columns = head(text);
    let own = row(&columns, table, values, &kept);
    let text = format!("{}{own}{}", &text[..span.start], &text[span.end..]);
    widened(&text, table, values, &columns, span.start)
}

/// The text with one row more, behind a place in it.
pub(super) fn added(text: &str, table: Table, behind: Option<usize>, values: &Values) -> String {
    let columns = head(text);
    let at = behind.unwrap_or(text.len());
    let (before, after) = text.split_at(at);
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let start = at + gap.len();
    let text = format!("{before}{gap}{}{after}", row(&columns, table, values, &[]));
    widened(&text, table, values, &columns, start)
}

/// A row as it is written. Columns that the program knows nothing of keep what they had.
fn row(columns: &[String], table: Table, values: &Values, kept: &[String]) -> String {
    let cell = |(place, column): (usize, &String)| match values.get(column) {
        Some(value) => written(table, column, value),
        None => quoted(kept.get(place).map_or("", String::as_str)),
    };
    format!("{}\n", columns.iter().enumerate().map(cell).collect::<Vec<_>>().join(","))
}

/// Adds the columns that a value needs and the file does not have: to the head, and to every row.
fn widened(text: &str, table: Table, values: &Values, columns: &[String], own: usize) -> String {
    let known = table.columns();
    let missing: Vec<&String> = values
        .iter()
        .filter(|(name, value)| {
            !written(table, name, value).is_empty()
                && known.contains(&name.as_str())
                && !columns.contains(name)
        })
        .map(|(name, _)| name)
        .collect();
    if missing.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for (place, span) in records(text).into_iter().enumerate() {
        let line = text[span.start..span.end].trim_end_matches(['\n', '\r']);
        out.push_str(&text[done..span.start]);
        out.push_str(line);
        for name in &missing {
            out.push(',');
            if place == 0 {
                out.push_str(name);
            } else if span.start == own {
                out.push_str(&written(table, name, &values[*name]));
            }
        }
        out.push('\n');
        done = span.end;
    }
    out.push_str(&text[done..]);
    out
}

/// A value as a cell holds it: of a list, bars between.
fn written(table: Table, column: &str, value: &str) -> String {
    match table.field(column).map(|field| field.kind) {
        Some(FieldKind::List | FieldKind::Several(_)) => {
            let parts: Vec<&str> = value.lines().map(str::trim).filter(|part| !part.is_empty()).collect();
            quoted(&parts.join("|"))
        }
        // What goes without saying is not said.
        Some(FieldKind::Yes { by_default: false }) if matches!(value.trim(), "no" | "false") => String::new(),
        _ => quoted(value.trim()),
    }
}

fn quoted(cell: &str) -> String {
    let plain = !cell.contains([',', '"', '\n', '\r']) && !cell.starts_with('#');
    if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}
