//! The browser that journeys and pictures use: the system's Chromium, never a downloaded one.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::sh;

/// The browser without windows: a page in it costs a third of what it costs in the whole one.
const SHELL: &[&str] = &["chromium-headless-shell", "chrome-headless-shell"];
const WHOLE: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where Chromium is; Debian's is installed, with a Chinese font, when there is none without windows.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("DUBAN_CHROMIUM").map(PathBuf::from) {
        if given.is_file() {
            return Ok(given);
        }
        bail!("DUBAN_CHROMIUM names {}, which is no file", given.display());
    }
    if let Some(found) = sh::find(SHELL, &[]) {
        return Ok(found);
    }
    let installed = sh::apt_install("Chromium", &["chromium-headless-shell", "fonts-noto-cjk"]);
    match (sh::find(SHELL, &[]), sh::find(WHOLE, &[])) {
        (Some(shell), _) => Ok(shell),
        (None, Some(whole)) => {
            eprintln!("The whole {} will do, only slower.", whole.display());
            Ok(whole)
        }
        (None, None) => installed.and_then(|()| bail!("Chromium was installed, but is not in PATH")),
    }
}
