//! `cargo xtask shots`: pictures of the pages, to be looked at by a person.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{browser, demo, lint::Lint, npm, sh};

/// Serves the demo, has e2e/shots.mjs walk through it, and stops it.
pub(crate) fn run() -> Result<()> {
    demo::test_program(&Lint::default())?;
    let folder = sh::root().join("e2e");
    npm::install(&folder)?;
    let chromium = browser::chromium()?;
    let shots = demo::target().join("shots");
    let served = Demo::start(&demo::debug_program())?;
    let mut walk = Command::new("node");
    walk.arg("shots.mjs").arg(&served.url).arg(&shots).env("DUBAN_CHROMIUM", chromium);
    sh::run(walk.current_dir(&folder))?;
    println!("The pictures are in {}", shots.display());
    Ok(())
}

/// A served demo; ends with this value.
struct Demo {
    child: Child,
    /// Kept open: a program whose output nobody takes would end at its next line.
    output: BufReader<ChildStdout>,
    url: String,
}

impl Demo {
    fn start(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["demo", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child =
            command.spawn().with_context(|| format!("{} could not be started", program.display()))?;
        let stdout = child.stdout.take().context("the demo's standard output is a pipe")?;
        let output = BufReader::new(stdout);
        let mut demo = Self { child, output, url: String::new() };
        let mut line = String::new();
        while demo.output.read_line(&mut line)? > 0 {
            if let Some(url) = line.trim_end().strip_prefix("ready ") {
                demo.url = url.to_owned();
                return Ok(demo);
            }
            line.clear();
        }
        bail!("the demo ended before it was ready; what it said stands above")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
