//! `cargo xtask bench [NAME]`: what the project promises in numbers, measured.
//!
//! A benchmark returns rows; this module prints them and writes `target/bench/NAME.json`.

mod source;

use std::fs;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::{demo, sh};

/// One measured value; `of` is the peer's or the limit's value from the same run.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) of: Option<f64>,
}

/// A benchmark: its name, what it measures, and how.
type Bench = (&'static str, &'static str, fn() -> Result<Vec<Row>>);

const BENCHES: &[Bench] =
    &[("source", "lines a crate, functions, files: the size of the thing", source::measure)];

/// Runs the one that is named, or all.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let chosen: Vec<&Bench> = match words {
        [] => BENCHES.iter().collect(),
        [name] => BENCHES.iter().filter(|(known, ..)| known == name).collect(),
        _ => bail!("bench takes one name, for example `cargo xtask bench source`"),
    };
    if chosen.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|(name, ..)| *name).collect();
        bail!("there is no benchmark `{}`; there are: {}", words.join(" "), known.join(", "));
    }
    for (name, what, measure) in chosen {
        println!("\n{name}: {what}");
        let rows = measure()?;
        print(&rows);
        write(name, &rows)?;
    }
    Ok(())
}

fn print(rows: &[Row]) {
    for row in rows {
        let of = row.of.map(|of| format!("  of {of:.1} ({:.2} ×)", row.value / of)).unwrap_or_default();
        let decimals = usize::from(row.value.fract() != 0.0);
        println!("  {:<44} {:>12.decimals$} {}{of}", row.what, row.value, row.unit);
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
