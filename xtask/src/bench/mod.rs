//! `cargo xtask bench [NAME] [FLAGS]`: what the project promises in numbers, measured.
//!
//! A benchmark returns rows; this module prints them and writes `target/bench/NAME.json`. Those that
//! need the program are measured by `duban-bench` (in the test kit), which is built here.

mod program;
mod source;

use std::fs;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::{demo, sh};

/// One measured value; `of` is the peer's or the limit's value from the same run.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    pub(crate) of: Option<f64>,
}

/// A benchmark: its name, what it measures, and how; it gets the flags that were given.
type Bench = (&'static str, &'static str, fn(&[&str]) -> Result<Vec<Row>>);

const BENCHES: &[Bench] = &[
    ("source", "lines a crate, functions, files: the size of the thing", source::measure),
    ("create", "durable creates over HTTP, in turn with the bare engine", program::create),
    ("pages", "pages over databases of many cases, and how they grow", program::pages),
    ("desk", "what the desk suggests, on real messages: right how often, at what cost", program::desk),
    ("shift", "a shift of 504 people at once: what each of them waits for", program::shift),
    ("start", "from the start of the program to its first answer, and its memory", program::start),
];

/// Measured elsewhere and therefore never beside a figure of this run.
const PEER: &str = "\
  measured elsewhere, not in this run (a Django + PostGIS peer with gunicorn, on a machine of this kind):
  24 creates/s with 8 clients; 3 list pages/s over 1 M cases, median 2.3 s; 12.9 s for \"open ones\" over 1 M";

/// Runs the one that is named, or all.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let (names, flags) =
        words.split_at(words.iter().position(|word| word.starts_with("--")).unwrap_or(words.len()));
    let chosen: Vec<&Bench> = match names {
        [] => BENCHES.iter().collect(),
        [name] => BENCHES.iter().filter(|(known, ..)| known == name).collect(),
        _ => bail!("bench takes one name, for example `cargo xtask bench source`"),
    };
    if chosen.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|(name, ..)| *name).collect();
        bail!("there is no benchmark `{}`; there are: {}", names.join(" "), known.join(", "));
    }
    for (name, what, measure) in chosen {
        println!("\n{name}: {what}");
        let rows = measure(flags)?;
        print(&rows);
        if matches!(*name, "create" | "pages") {
            println!("{PEER}");
        }
        write(name, &rows)?;
    }
    Ok(())
}

fn print(rows: &[Row]) {
    for row in rows {
        let of = row.of.map(|of| format!("  of {of:.1} ({:.2} ×)", row.value / of)).unwrap_or_default();
        let decimals = match row.value {
            value if value.fract() == 0.0 => 0,
            value if value < 10.0 => 2,
            _ => 1,
        };
        println!("  {:<58} {:>12.decimals$} {}{of}", row.what, row.value, row.unit);
    }
}

fn write(name: &str, rows: &[Row]) -> Result<()> {
    let list: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut entry = json!({"what": row.what, "value": row.value, "unit": row.unit});
            if let Some(of) = row.of {
                entry["of"] = json!(of);
            }
            entry
        })
        .collect();
    let folder = demo::target().join("bench");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.json"));
    fs::write(&path, serde_json::to_string_pretty(&list)? + "\n")?;
    let shown = path.strip_prefix(sh::root()).unwrap_or(&path);
    println!("  written: {}", shown.display());
    Ok(())
}
