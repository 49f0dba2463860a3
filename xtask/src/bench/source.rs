//! The size of the source: lines of code a crate, the longest file and the longest function.

use std::collections::BTreeMap;

use anyhow::Result;

use super::Row;
use crate::sh;
use crate::tidy::{RustText, Tree, functions, handlers};

/// What one crate adds up to.
#[derive(Default)]
struct Size {
    files: usize,
    code_lines: usize,
    file_lines_max: usize,
    functions: usize,
    handlers: usize,
    handler_lines_max: usize,
    function_lines_max: usize,
}

/// Reads the tree; builds and runs nothing.
pub(super) fn measure(_: &[&str]) -> Result<Vec<Row>> {
    let tree = Tree::read(&sh::root())?;
    let mut crates: BTreeMap<&str, Size> = BTreeMap::new();
    for (path, source) in tree.rust() {
        let name = path.strip_prefix("crates/").unwrap_or(path).split('/').next().unwrap_or(path);
        let size = crates.entry(name).or_default();
        let text = RustText::of(source);
        size.files += 1;
        size.code_lines += text.code.lines().filter(|line| !line.trim().is_empty()).count();
        size.file_lines_max = size.file_lines_max.max(source.lines().count());
        for function in functions(&text) {
            size.functions += 1;
            size.function_lines_max = size.function_lines_max.max(function.lines);
        }
    }
    let web = crates.entry("duban-web").or_default();
    for (_, found) in handlers(&tree) {
        web.handlers += 1;
        web.handler_lines_max = web.handler_lines_max.max(found.map_or(0, |(_, lines)| lines));
    }
    Ok(crates.iter().flat_map(|(name, size)| rows(name, size)).collect())
}

fn rows(name: &str, size: &Size) -> Vec<Row> {
    let row = |what: &str, value: usize| Row {
        what: format!("{name}: {what}"),
        // Counts of lines are far below what a float keeps exactly.
        value: value as f64,
        unit: String::new(),
        of: None,
    };
    let mut rows = vec![
        row("files", size.files),
        row("lines of code", size.code_lines),
        row("longest file, lines", size.file_lines_max),
        row("functions", size.functions),
        row("longest function, lines", size.function_lines_max),
    ];
    if size.handlers > 0 {
        rows.push(row("handlers", size.handlers));
        rows.push(row("longest handler, lines inside its braces", size.handler_lines_max));
    }
    rows
}
