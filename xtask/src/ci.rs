//! `cargo xtask ci`: what must hold before a change lands. Cheap questions come first.

use anyhow::Result;

use crate::{lint::Lint, sh, steps::Steps, test, tidy};

/// Stops at the first step that fails; the closing table says where the time went.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.step("formatting", || sh::run(sh::cargo().args(["fmt", "--all", "--check"])))?;
    steps.step("tidy", tidy::run)?;
    // One compilation for the tests, for clippy and for the documents.
    let wanted = test::Wanted { lint: Lint::on()?, ..test::Wanted::default() };
    test::all(&mut steps, &wanted)
}
