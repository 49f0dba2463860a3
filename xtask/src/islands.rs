//! The islands: types checked, and the committed bundle compared with what the source gives.
//!
//! The bundle is committed so that `cargo build` needs no Node.js (docs/adr/0003).

use std::process::Command;

use anyhow::Result;

use crate::{npm, sh};

/// Fails when a type is wrong or a committed file is not what islands/ builds; writes nothing.
pub(crate) fn check() -> Result<()> {
    let folder = sh::root().join("islands");
    npm::install(&folder)?;
    for script in ["check", "verify"] {
        sh::run(Command::new("npm").args(["run", "--silent", script]).current_dir(&folder))?;
    }
    Ok(())
}
