//! Benchmarks of the release program: builds it and the tool that measures it, and reads what that says.
//!
//! Flags are passed on: `--sizes 100000`, `--seconds 10`, `--rounds 3`, `--seed 12345`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Row;
use crate::{demo, sh};

pub(super) fn create(flags: &[&str]) -> Result<Vec<Row>> {
    measure("create", flags)
}

pub(super) fn pages(flags: &[&str]) -> Result<Vec<Row>> {
    measure("pages", flags)
}

/// Needs no program: what is measured are the rules.
pub(super) fn desk(flags: &[&str]) -> Result<Vec<Row>> {
    let rows = told("desk", Command::new(tool()?).arg("desk").args(flags))?;
    if rows.is_empty() {
        println!("  skipped: the messages are not there");
    }
    Ok(rows)
}

pub(super) fn shift(flags: &[&str]) -> Result<Vec<Row>> {
    measure("shift", flags)
}

pub(super) fn start(flags: &[&str]) -> Result<Vec<Row>> {
    measure("start", flags)
}

fn measure(name: &str, flags: &[&str]) -> Result<Vec<Row>> {
    let program = demo::release_program()?;
    let mut command = Command::new(tool()?);
    command
        .arg(name)
        .arg("--program")
        .arg(program)
        .arg("--work")
        .arg(demo::target().join("bench"))
        .args(flags);
    told(name, &mut command)
}

/// What the measuring tool said.
fn told(name: &str, command: &mut Command) -> Result<Vec<Row>> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("the measuring tool could not be started")?;
    if !output.status.success() {
        bail!("the measurement `{name}` failed ({})", output.status);
    }
    let rows: Value = serde_json::from_slice(&output.stdout).context("reading what was measured")?;
    rows.as_array().context("what was measured is no list")?.iter().map(row).collect()
}

/// Builds the tool apart from the program: it turns a recorder on in the store, which the measured
/// program must not have.
fn tool() -> Result<PathBuf> {
    let words = [
        "build",
        "--release",
        "--locked",
        "--package",
        "duban-testkit",
        "--features",
        "bench",
        "--bin",
        "duban-bench",
    ];
    sh::run(sh::cargo().args(words))?;
    Ok(demo::target().join("release/duban-bench"))
}

fn row(entry: &Value) -> Result<Row> {
    let text =
        |name: &str| entry[name].as_str().map(str::to_owned).with_context(|| format!("a row without {name}"));
    Ok(Row {
        what: text("what")?,
        value: entry["value"].as_f64().context("a row without a value")?,
        unit: text("unit")?,
        of: entry["of"].as_f64(),
    })
}
