//! Running other programs: says what it runs, and turns a failure into a sentence.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    manifest.and_then(|folder| folder.parent().map(Path::to_path_buf)).unwrap_or_else(|| PathBuf::from("."))
}

/// The cargo that runs us, started in the workspace.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    command
}

/// Runs to the end, showing its output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    eprintln!("$ {line}");
    let status =
        command.stdin(Stdio::null()).status().with_context(|| format!("`{line}` could not be started"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs to the end and returns what it printed on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("`{line}` could not be started"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed ({}): {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of these programs that PATH or one of the folders has.
pub(crate) fn find(names: &[&str], folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places: Vec<PathBuf> = folders.iter().cloned().chain(std::env::split_paths(&path)).collect();
    names
        .iter()
        .flat_map(|name| places.iter().map(move |place| place.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Whether we may install packages, and whether PostgreSQL would refuse to run as us.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// Installs Debian packages, or says which ones are missing when we may not.
pub(crate) fn apt_install(what: &str, packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let apt = find(&["apt-get"], &[]);
    let Some(apt) = apt.filter(|_| is_root()) else {
        bail!("{what} is missing. Install it (on Debian: `apt-get install {list}`) and try again");
    };
    let quiet = |command: &mut Command| {
        command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        run(command)
    };
    quiet(Command::new(&apt).args(["-qq", "update"]))?;
    quiet(Command::new(&apt).args(["-qq", "-y", "--no-install-recommends", "install"]).args(packages))
        .with_context(|| format!("{what} is missing and could not be installed"))
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
