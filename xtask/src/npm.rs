//! Front-end packages, exactly those of the lock file.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{demo, sh};

/// `npm ci` in the folder, unless what is there was installed from this very lock file.
pub(crate) fn install(folder: &Path) -> Result<()> {
    need_node()?;
    let name = folder.file_name().context("a folder of packages has a name")?;
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let stamp = demo::target().join("npm").join(name);
    if folder.join("node_modules").is_dir() && fs::read(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(());
    }
    let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    sh::run(Command::new("npm").args(quiet).current_dir(folder))?;
    fs::create_dir_all(demo::target().join("npm"))?;
    fs::write(&stamp, wanted)?;
    Ok(())
}

/// Node is part of the machine: we use what is there, or Debian's.
fn need_node() -> Result<()> {
    if sh::find(&["node"], &[]).is_some() && sh::find(&["npm"], &[]).is_some() {
        return Ok(());
    }
    sh::apt_install("Node.js 20 with npm", &["nodejs", "npm"])
}
