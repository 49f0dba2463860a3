//! The project's own commands: `cargo xtask help` lists them.
//!
//! It stays small on purpose (two dependencies), because every command waits for it to build.
//! Nothing here is part of the product, and nothing in the product knows of it.
#![expect(
    clippy::disallowed_methods,
    reason = "build commands measure how long their steps take; the product itself asks no clock"
)]

mod api_check;
mod bench;
mod browser;
mod ci;
mod demo;
mod fuzz;
mod islands;
mod lint;
mod npm;
mod postgres;
mod sh;
mod shots;
mod steps;
mod supply;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  demo [--listen ADDR]           builds the release program and serves the Zhuzhou demo
                                   cargo xtask demo --listen 127.0.0.1:8080
  test [--no-browser] [--package CRATE] [FILTER]
                                 every test: islands, crates on both databases, browser journeys;
                                 installs (as root) or names what is missing
                                   cargo xtask test
                                   cargo xtask test --package duban-store
                                   cargo xtask test --no-browser merge_can_be_undone
  test --browsers                one journey in Firefox and WebKit, which it installs (600 MB); not part of ci
                                   cargo xtask test --browsers
  ci                             formatting, tidy, then every test, with clippy and the documents in one build
                                   cargo xtask ci
  tidy                           the rules of the house that no compiler checks
                                   cargo xtask tidy
  bench [NAME] [FLAGS]           measures, prints a table, writes target/bench/NAME.json;
                                   create, pages and start take long: flags make them smaller
                                   cargo xtask bench source
                                   cargo xtask bench create --seconds 5 --rounds 1
                                   cargo xtask bench pages --sizes 100000
  shots                          pictures of the pages in three widths, light and dark, in target/shots
                                   cargo xtask shots
  supply [--deny]                judges licences and sources of every part, writes the bill of materials (CycloneDX)
                                   into target/supply; --deny asks an installed cargo-deny too
                                   cargo xtask supply
  fuzz [TARGET] [--seconds N] [--seed N]
                                 broken input for importers, mail, receipts, Open311 and forms, a minute each; what fails
                                   is kept in target/fuzz
                                   cargo xtask fuzz forms --seconds 600
  api-check [WORDS]              asks the demo's API what its document allows and what it does not, with schemathesis,
                                   which it says how to install; WORDS are for schemathesis
                                   cargo xtask api-check --max-examples 200

Settings: DUBAN_TEST_PG=postgres://…   tests use this server instead of one of their own
          DUBAN_CHROMIUM=PATH          the browser for journeys and pictures
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [compiler, rest @ ..] if lint::is_compiler(compiler) => lint::compile(compiler, rest),
        words => dispatch(words).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Result<()> {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["demo", rest @ ..] => demo::run(rest),
        ["test", rest @ ..] => test::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        ["ci"] => ci::run(),
        ["tidy"] => tidy::run(),
        ["shots"] => shots::run(),
        ["supply", rest @ ..] => supply::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["api-check", rest @ ..] => api_check::run(rest),
        _ => bail!("`{}` is no command here; `cargo xtask help` lists them", words.join(" ")),
    }
}
