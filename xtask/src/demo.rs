//! `cargo xtask demo`: the release program with the demo city.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{lint::Lint, sh};

/// Builds, then becomes the program: Ctrl-C reaches it directly and its exit code is ours.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let listen = match words {
        [] => "127.0.0.1:8080",
        ["--listen", address] => address,
        _ => bail!("demo takes `--listen ADDR` and nothing else, for example `--listen 127.0.0.1:9000`"),
    };
    let program = release_program()?;
    eprintln!("The demo is being prepared; open the address that follows `ready`. Ctrl-C ends it.");
    let error = Command::new(&program).args(["demo", "--listen", listen]).exec();
    Err(error).with_context(|| format!("{} could not be started", program.display()))
}

/// Builds the release program and returns where it lies.
pub(crate) fn release_program() -> Result<PathBuf> {
    sh::run(sh::cargo().args(["build", "--release", "--locked", "--package", "duban"]))?;
    Ok(target().join("release/duban"))
}

/// Builds everything that the tests need, the program included.
///
/// One command for tests, journeys and pictures: a narrower one would unify the features of
/// dependencies otherwise and build some of them a second time.
pub(crate) fn test_program(lint: &Lint) -> Result<()> {
    let words = ["build", "--locked", "--workspace", "--lib", "--bins", "--tests"];
    sh::run(lint.cargo().args(words))
}

/// Where `test_program` leaves the program.
pub(crate) fn debug_program() -> PathBuf {
    target().join("debug/duban")
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    let given = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    sh::root().join(given.unwrap_or_else(|| PathBuf::from("target")))
}
