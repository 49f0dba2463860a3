//! Where PostgreSQL's programs are, who runs them and in which folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{demo, sh};

/// The newest folder that has both `initdb` and `postgres`; installed when there is none.
pub(super) fn programs() -> Result<PathBuf> {
    if let Some(found) = installed_programs() {
        return Ok(found);
    }
    sh::apt_install("PostgreSQL 15 or newer", &["postgresql"])?;
    installed_programs().context("PostgreSQL was installed, but its initdb was not found")
}

fn installed_programs() -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    folders.sort_by_key(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
    let folders: Vec<PathBuf> = folders.iter().rev().map(|folder| folder.join("bin")).collect();
    let initdb = sh::find(&["initdb"], &folders)?;
    let bin = initdb.parent()?.to_path_buf();
    bin.join("postgres").is_file().then_some(bin)
}

/// PostgreSQL refuses to run as root; this is who runs it then.
pub(super) struct Account {
    user: String,
    group: String,
}

impl Account {
    /// The account that PostgreSQL's package brings, or the one that owns nothing.
    pub(super) fn any() -> Result<Self> {
        for name in ["postgres", "nobody"] {
            let id = |flag| sh::output(Command::new("id").args([flag, name]));
            if let (Ok(user), Ok(group)) = (id("-u"), id("-g")) {
                return Ok(Self { user, group });
            }
        }
        bail!("PostgreSQL refuses to run as root, and there is neither a `postgres` nor a `nobody` account")
    }
}

/// The program as that account runs it.
pub(super) fn command(program: &Path, account: Option<&Account>) -> Command {
    let Some(account) = account else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={}", account.user)).arg(format!("--regid={}", account.group));
    command.args(["--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

/// In the target folder; in the system's temporary one when the account cannot get there.
pub(super) fn folder(account: Option<&Account>) -> Result<PathBuf> {
    let name = format!("test-pg-{}", std::process::id());
    for parent in [demo::target(), std::env::temp_dir()] {
        let folder = parent.join(&name);
        fs::create_dir_all(&folder)?;
        let Some(account) = account else {
            return Ok(folder);
        };
        std::os::unix::fs::chown(&folder, account.user.parse().ok(), account.group.parse().ok())?;
        let mut reachable = command(Path::new("test"), Some(account));
        if reachable.arg("-w").arg(&folder).status().is_ok_and(|status| status.success()) {
            return Ok(folder);
        }
        fs::remove_dir(&folder)?;
    }
    bail!("no folder for PostgreSQL: neither the target folder nor the temporary one can be used by it")
}
