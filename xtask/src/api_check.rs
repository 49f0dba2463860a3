//! `cargo xtask api-check`: a property-based tester against the document of the API and a server of the demonstration.
//!
//! Not part of `ci`: the tester is Python with forty packages, and what it finds differs from run to run by intention.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{demo, npm, sh};

/// The tester, and the version that was used here.
const TESTER: (&str, &str) = ("schemathesis", "4.32.5");

/// Builds the program, finds the tester, and lets it ask; further words are the tester's own.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let (name, version) = TESTER;
    let given = std::env::var_os("DUBAN_API_TESTER").map(std::path::PathBuf::from);
    let Some(tester) = given.or_else(|| sh::find(&[name], &[])) else {
        bail!(
            "{name} is not on the PATH. Install it (`python3 -m venv DIR && DIR/bin/pip install {name}=={version}`) and \
             name it: DUBAN_API_TESTER=DIR/bin/{name}"
        );
    };
    let folder = sh::root().join("e2e");
    npm::install(&folder)?;
    sh::run(sh::cargo().args(["build", "--locked", "--package", "duban"]))?;
    let mut node = Command::new("node");
    node.arg("api-check.mjs").arg(tester).args(words).env("DUBAN_BIN", demo::debug_program());
    sh::run(node.current_dir(&folder))
}
