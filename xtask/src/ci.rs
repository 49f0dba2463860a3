//! `cargo xtask ci`: what must hold before a change lands. Cheap questions come first.

use anyhow::Result;

use crate::{sh, steps::Steps, test, tidy};

/// Stops at the first step that fails; the closing table says where the time went.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.step("formatting", || sh::run(sh::cargo().args(["fmt", "--all", "--check"])))?;
    steps.step("tidy", tidy::run)?;
    steps.step("clippy", || {
        let words = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
        sh::run(sh::cargo().args(words))
    })?;
    // Documents need the same check metadata of the dependencies that clippy has just made.
    steps.step("documents", || {
        let words = ["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"];
        sh::run(sh::cargo().args(words).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    test::all(&mut steps, &test::Wanted::default())
}
