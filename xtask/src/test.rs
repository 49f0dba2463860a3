//! `cargo xtask test`: the one test command. It brings what it lacks: PostgreSQL, a browser, packages.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{browser, demo, islands, lint::Lint, npm, postgres, sh, steps::Steps};

/// The journeys that take longest begin first, so that none of them runs alone at the end.
const LONGEST: &[&str] = &[
    "pages-desk.test.mjs",
    "pages-resident.test.mjs",
    "roles.test.mjs",
    "noscript.test.mjs",
    "import.test.mjs",
    "resident.test.mjs",
    "public.test.mjs",
    "live.test.mjs",
];

/// What the caller asked for.
#[derive(Default)]
pub(crate) struct Wanted<'a> {
    /// Leave out the browser journeys.
    pub(crate) no_browser: bool,
    /// Nothing but the journey in Firefox and WebKit, which `ci` has no time for.
    pub(crate) browsers: bool,
    /// Only these crates: no islands and no browser either.
    pub(crate) packages: Vec<&'a str>,
    /// Only tests, and journey files, whose name contains this.
    pub(crate) filter: Option<&'a str>,
    /// Whether the build also asks clippy and reads the documents.
    pub(crate) lint: Lint,
}

/// Reads the words after `test` and runs.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    all(&mut Steps::default(), &wanted(words)?)
}

fn wanted<'a>(words: &[&'a str]) -> Result<Wanted<'a>> {
    let mut wanted = Wanted::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--no-browser" => wanted.no_browser = true,
            "--browsers" => wanted.browsers = true,
            "-p" | "--package" => {
                wanted.packages.push(words.next().context("`--package` is followed by a crate")?);
            }
            flag if flag.starts_with('-') => {
                bail!(
                    "test knows `--no-browser`, `--browsers`, `--package CRATE` and a filter, not `{flag}`"
                );
            }
            filter if wanted.filter.is_none() => wanted.filter = Some(filter),
            second => bail!("one filter at a time; `{second}` is the second"),
        }
    }
    Ok(wanted)
}

/// Every test that is wanted, in the order of what is quickest to fail.
pub(crate) fn all(steps: &mut Steps, wanted: &Wanted<'_>) -> Result<()> {
    if wanted.browsers {
        return others(steps);
    }
    let whole = wanted.packages.is_empty();
    if whole && wanted.filter.is_none() {
        steps.step("islands", islands::check)?;
    }
    let server = steps.step("PostgreSQL", postgres::server)?;
    if whole {
        steps.step("build", || demo::test_program(&wanted.lint))?;
    }
    steps.step("crates, both databases", || crates(wanted, server.url()))?;
    // The server goes before the browser comes: journeys run on the embedded database.
    drop(server);
    if wanted.no_browser || !whole {
        return Ok(());
    }
    journeys(steps, wanted.filter)
}

fn crates(wanted: &Wanted<'_>, server: &str) -> Result<()> {
    let mut command = wanted.lint.cargo();
    command.args(["test", "--locked"]).env("DUBAN_TEST_PG", server);
    // Half of their time tests wait for a disk or a server.
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get() * 2);
    command
        .env("RUST_TEST_THREADS", std::env::var("RUST_TEST_THREADS").unwrap_or_else(|_| threads.to_string()));
    if wanted.packages.is_empty() {
        command.arg("--workspace");
    }
    command.args(wanted.packages.iter().flat_map(|package| ["--package", package]));
    sh::run(command.args(wanted.filter))
}

fn journeys(steps: &mut Steps, filter: Option<&str>) -> Result<()> {
    let folder = sh::root().join("e2e");
    let files = journey_files(&folder, filter)?;
    if files.is_empty() {
        eprintln!("no journey is named like the filter");
        return Ok(());
    }
    let chromium = steps.step("browser and its packages", || {
        npm::install(&folder)?;
        browser::chromium()
    })?;
    // Each file of journeys begins with a copy of one city, whose past is told once.
    let city = sh::root().join("target").join("e2e-city");
    steps.step("demo city of the journeys", || {
        drop(std::fs::remove_dir_all(&city));
        let mut command = Command::new("node");
        command.arg("template.mjs").arg(&city).env("DUBAN_BIN", demo::debug_program());
        sh::run(command.current_dir(&folder))
    })?;
    steps.step("browser journeys", || {
        let mut command = Command::new("node");
        command.args(["--test", "--test-reporter=spec", "--test-concurrency=3"]).args(&files);
        command.env("DUBAN_BIN", demo::debug_program()).env("DUBAN_CHROMIUM", &chromium);
        command.env("DUBAN_E2E_CITY", &city);
        sh::run(command.current_dir(&folder))
    })
}

/// The journey in the browsers that are not Chromium.
fn others(steps: &mut Steps) -> Result<()> {
    let folder = sh::root().join("e2e");
    // Only the program: whoever runs this has no use for the tests of crates.
    steps.step("build", || sh::run(sh::cargo().args(["build", "--locked", "--package", "duban"])))?;
    steps.step("Firefox and WebKit", browser::others)?;
    steps.step("journey in Firefox and WebKit", || {
        let mut command = Command::new("node");
        // The socket to Firefox: Node has it since 20.10, and behind this word until 22.
        command.args(["--experimental-websocket", "--test", "--test-reporter=spec"]);
        command.arg("other/browsers.test.mjs").env("DUBAN_BIN", demo::debug_program());
        sh::run(command.current_dir(&folder))
    })
}

fn journey_files(folder: &Path, filter: Option<&str>) -> Result<Vec<String>> {
    let entries = folder.read_dir().context("e2e/ cannot be read")?;
    let mut files: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .filter(|name| filter.is_none_or(|filter| name.contains(filter)))
        .collect();
    files.sort_by_key(|name| {
        (LONGEST.iter().position(|long| name == long).unwrap_or(LONGEST.len()), name.clone())
    });
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn words_are_understood_or_refused() {
        let given = wanted(&["--no-browser", "-p", "duban-store", "-p", "duban-app", "merge"]).unwrap();
        assert!(given.no_browser);
        assert_eq!((given.packages, given.filter), (vec!["duban-store", "duban-app"], Some("merge")));
        assert!(!given.browsers && wanted(&["--browsers"]).unwrap().browsers);
        assert!(wanted(&["--fast"]).is_err());
        assert!(wanted(&["a", "b"]).is_err());
        assert!(wanted(&["-p"]).is_err());
    }
}
