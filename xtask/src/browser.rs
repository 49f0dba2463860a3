//! The browser that journeys and pictures use: the system's Chromium, never a downloaded one.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::sh;

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where Chromium is; Debian's is installed, with a Chinese font, when there is none.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("DUBAN_CHROMIUM").map(PathBuf::from) {
        if given.is_file() {
            return Ok(given);
        }
        bail!("DUBAN_CHROMIUM names {}, which is no file", given.display());
    }
    if let Some(found) = sh::find(NAMES, &[]) {
        return Ok(found);
    }
    sh::apt_install("Chromium", &["chromium", "fonts-noto-cjk"])?;
    sh::find(NAMES, &[]).context("Chromium was installed, but is not in PATH")
}
