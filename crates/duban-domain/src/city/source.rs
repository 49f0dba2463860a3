//! The text of a pack's files as rows with line numbers, TOML and CSV alike.
//!
//! Knows no field and no rule: [`super::form`] asks rows for fields, and `read` knows which.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    PackFiles,
    fault::{Faults, Spot, words},
};

/// A value and the line it stands on.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What a cell can hold. Everything that is written as one word is a text; its reader parses it.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    List(Vec<Cell>),
    Table(Row),
}

/// A table of TOML or a line of CSV.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) file: String,
    pub(super) line: usize,
    /// In CSV a list is written in one cell, with bars.
    pub(super) flat: bool,
    pub(super) cells: BTreeMap<String, Cell>,
}

impl Row {
    /// Where the row begins.
    pub(super) fn spot(&self) -> Spot {
        Spot { file: self.file.clone(), line: Some(self.line) }
    }

    /// Another line of the same file.
    pub(super) fn spot_at(&self, line: usize) -> Spot {
        Spot { file: self.file.clone(), line: Some(line) }
    }
}

/// Reads a TOML file; a missing or broken one is a fault and an empty row.
pub(super) fn toml(files: &PackFiles, path: &str, faults: &Faults) -> Row {
    let mut root = Row { file: path.to_owned(), line: 1, flat: false, cells: BTreeMap::new() };
    let Some(text) = file(files, path, faults) else { return root };
    let lines = Lines::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().map_or(1, |span| lines.of(span.start));
        faults.error(
            &root.spot_at(line),
            words(
                format!("TOML 写法有误：{}", error.message()),
                format!("Not valid TOML: {}", error.message()),
            ),
            words(
                "检查这一行的引号、方括号和等号，同一个字段不要写两次。",
                "Check quotes, brackets and equals signs on this line, and that no field is given twice.",
            ),
        );
    }
    root.cells = cells(table.get_ref(), path, &lines);
    root
}

/// Reads a CSV file: the first line that is no comment names the fields.
pub(super) fn csv(files: &PackFiles, path: &str, faults: &Faults) -> Vec<Row> {
    let Some(text) = file(files, path, faults) else { return Vec::new() };
    let mut reader = ::csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let head = reader.headers().cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, |p| p.line() as usize);
                let at = Spot { file: path.to_owned(), line: Some(line) };
                faults.error(
                    &at,
                    words(format!("读不懂这一行：{error}"), format!("This line cannot be read: {error}")),
                    words("检查逗号和双引号。", "Check commas and double quotes."),
                );
                continue;
            }
        };
        let line = record.position().map_or(1, |p| p.line() as usize);
        if record.len() != head.len() {
            let at = Spot { file: path.to_owned(), line: Some(line) };
            faults.error(
                &at,
                words(
                    format!("这一行有 {} 栏，表头有 {} 栏", record.len(), head.len()),
                    format!("This line has {} columns, the head has {}", record.len(), head.len()),
                ),
                words(
                    "补上或去掉逗号；内容里有逗号时整栏加双引号。",
                    "Add or remove commas; put double quotes around a text that holds a comma.",
                ),
            );
        }
        let cell = |text: &str| Cell { line, value: Value::Text(text.to_owned()) };
        let cells = head
            .iter()
            .zip(record.iter())
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| (k.to_owned(), cell(v)))
            .collect();
        rows.push(Row { file: path.to_owned(), line, flat: true, cells });
    }
    rows
}

/// The text of a file, without the mark some editors put before it.
fn file<'a>(files: &'a PackFiles, path: &str, faults: &Faults) -> Option<&'a str> {
    let Some(text) = files.get(path) else {
        let at = Spot { file: path.to_owned(), line: None };
        faults.error(
            &at,
            words("缺少这个文件", "This file is missing"),
            words(
                "从示例城市包 cities/zhuzhou 复制一份再改。",
                "Copy it from the example pack cities/zhuzhou and edit it.",
            ),
        );
        return None;
    };
    Some(text.trim_start_matches('\u{feff}'))
}

fn cells(table: &DeTable<'_>, path: &str, lines: &Lines) -> BTreeMap<String, Cell> {
    table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), cell(value, lines.of(key.span().start), path, lines)))
        .collect()
}

fn cell(value: &Spanned<DeValue<'_>>, line: usize, path: &str, lines: &Lines) -> Cell {
    let own = |v: &Spanned<DeValue<'_>>| cell(v, lines.of(v.span().start), path, lines);
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(n) => Value::Text(n.as_str().replace('_', "")),
        DeValue::Float(n) => Value::Text(n.as_str().replace('_', "")),
        DeValue::Boolean(yes) => Value::Text(yes.to_string()),
        DeValue::Datetime(when) => Value::Text(when.to_string()),
        DeValue::Array(list) => Value::List(list.iter().map(own).collect()),
        DeValue::Table(table) => {
            let cells = cells(table, path, lines);
            // The span of `[[rule]]` is its head; an inline table begins at its brace.
            Value::Table(Row {
                file: path.to_owned(),
                line: lines.of(value.span().start),
                flat: false,
                cells,
            })
        }
    };
    Cell { line, value }
}

/// Byte offsets to line numbers.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect())
    }

    fn of(&self, offset: usize) -> usize {
        self.0.partition_point(|&end| end < offset) + 1
    }
}
