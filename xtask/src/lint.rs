//! The compiler as `ci` calls it: one compilation that also asks clippy and reads the documents.
//!
//! `cargo clippy` and `cargo doc` each want every dependency checked once more in a form that no test can use, which cost
//! a tenth of the whole run. Cargo calls the program in `RUSTC_WORKSPACE_WRAPPER` in place of the compiler for our own
//! crates; that program is this one, and it calls clippy's compiler and then rustdoc with the same words.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::{demo, sh};

/// How cargo-clippy hands its words to clippy's compiler: several would stand between such marks.
const DENY: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// What cargo is told so that a compilation lints.
#[derive(Default)]
pub(crate) struct Lint {
    wrapper: Option<PathBuf>,
}

impl Lint {
    /// Puts a copy of this program aside: cargo will build this one anew while it serves.
    pub(crate) fn on() -> Result<Self> {
        let folder = demo::target().join("lint");
        std::fs::create_dir_all(&folder).context("target/lint cannot be made")?;
        let wrapper = folder.join("xtask");
        let program = std::env::current_exe().context("this program has no path")?;
        std::fs::copy(program, &wrapper).context("this program cannot be copied to target/lint")?;
        Ok(Self { wrapper: Some(wrapper) })
    }

    /// A cargo that lints when it is wanted: each that is to find the work of another done needs the same.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = sh::cargo();
        if let Some(wrapper) = &self.wrapper {
            command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env("CLIPPY_ARGS", DENY);
        }
        command
    }
}

/// Whether cargo called us as it would call the compiler.
pub(crate) fn is_compiler(word: &str) -> bool {
    Path::new(word).file_stem().is_some_and(|name| name == "rustc")
}

/// Compiles with clippy's compiler; then the documents of what is no test.
pub(crate) fn compile(rustc: &str, words: &[&str]) -> Result<ExitCode> {
    let status = Command::new("clippy-driver")
        .arg(rustc)
        .args(words)
        .status()
        .context("clippy is missing: `rustup component add clippy`")?;
    if !status.success() {
        return Ok(ExitCode::FAILURE);
    }
    // Cargo's own variables tell of the crate that is being compiled, so the folder is where this copy lies.
    let program = std::env::current_exe().context("this program has no path")?;
    let Some(words) = documents(words, &program.with_file_name("doc")) else {
        return Ok(ExitCode::SUCCESS);
    };
    let rustdoc = Path::new(rustc).with_file_name("rustdoc");
    let status = Command::new(rustdoc).args(words).status().context("rustdoc is missing")?;
    if !status.success() {
        bail!("the documents have faults");
    }
    Ok(ExitCode::SUCCESS)
}

/// The compiler's words as rustdoc takes them, or nothing where there is nothing to document.
fn documents(words: &[&str], folder: &Path) -> Option<Vec<OsString>> {
    let name = words.iter().position(|word| *word == "--crate-name").and_then(|at| words.get(at + 1))?;
    let source = words.iter().any(|word| word.ends_with(".rs"));
    if !source || words.contains(&"--test") || name.starts_with("build_script") {
        return None;
    }
    let mut kept: Vec<OsString> = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "-C" | "--out-dir" => drop(words.next()),
            word if ["--error-format", "--json", "--emit", "--diagnostic-width", "-C"]
                .iter()
                .any(|code| word.starts_with(code)) => {}
            word => kept.push(word.into()),
        }
    }
    kept.extend(["--document-private-items", "-D", "warnings", "-o"].map(OsString::from));
    // Each crate in its own folder: nobody reads these pages, and none waits for another.
    kept.push(folder.join(name).into_os_string());
    Some(kept)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{documents, is_compiler};

    #[test]
    fn the_compilers_words_become_those_of_rustdoc() {
        let words = "--crate-name duban_store --edition=2024 src/lib.rs --error-format=json --crate-type lib \
                     --emit=dep-info,link -C debuginfo=1 --warn=missing_docs --out-dir deps -L dependency=deps \
                     --extern a=liba.rmeta";
        let words: Vec<&str> = words.split_whitespace().collect();
        let given = documents(&words, Path::new("lint")).unwrap();
        let given: Vec<_> = given.iter().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(
            given.join(" "),
            "--crate-name duban_store --edition=2024 src/lib.rs --crate-type lib --warn=missing_docs -L dependency=deps \
             --extern a=liba.rmeta --document-private-items -D warnings -o lint/duban_store"
        );
    }

    #[test]
    fn tests_builds_of_scripts_and_questions_have_no_documents() {
        for words in [
            vec!["--crate-name", "a", "src/lib.rs", "--test"],
            vec!["--crate-name", "build_script_build", "build.rs"],
            vec!["-", "--crate-name", "___", "--print=cfg"],
            vec!["-vV"],
        ] {
            assert!(documents(&words, Path::new("lint")).is_none(), "{words:?}");
        }
        assert!(is_compiler("/bin/rustc") && is_compiler("rustc.exe") && !is_compiler("test"));
    }
}
