//! The usual working hours in `calendar.toml` (平时的工作时间): a list that stands before all tables.

use toml::de::DeTable;

use super::quiet;
use crate::city::{
    PackFiles,
    source::{self, Value},
};

const FILE: &str = "calendar.toml";

/// The spans as the file has them.
#[must_use]
pub fn usual_hours(files: &PackFiles) -> Vec<String> {
    let root = source::toml(files, FILE, &quiet());
    let Some(Value::List(cells)) = root.cells.get("hours").map(|cell| &cell.value) else { return Vec::new() };
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        Value::List(_) | Value::Table(_) => None,
    };
    cells.iter().filter_map(|cell| text(&cell.value)).collect()
}

/// Writes other spans in their place; everything else in the file stays.
pub fn set_usual_hours(files: &mut PackFiles, spans: &[String]) {
    let text = files.get(FILE).cloned().unwrap_or_default();
    let quoted: Vec<String> =
        spans.iter().map(|span| format!("\"{}\"", span.replace(['"', '\\', '\n'], ""))).collect();
    let list = format!("[{}]", quoted.join(", "));
    let (table, _) = DeTable::parse_recoverable(&text);
    let old = table.get_ref().iter().find(|(key, _)| key.get_ref() == "hours").map(|(_, value)| value.span());
    let written = match old {
        Some(old) => format!("{}{list}{}", &text[..old.start], &text[old.end..]),
        None => format!("hours = {list}\n{text}"),
    };
    files.insert(FILE.to_owned(), written);
}
