//! The rules of the house that no compiler checks. Also an ordinary test of this crate.
//!
//! What may exceed a limit for now stands in `xtask/ratchet.txt`; what may not be written at all
//! stands in `xtask/banned.txt`. There is no other way around a rule.

mod arrows;
mod documents;
mod functions;
mod handlers;
mod ratchet;
mod rust_text;
mod stories;
mod templates;
mod tree;
mod words;

use anyhow::{Result, bail};

pub(crate) use functions::functions;
pub(crate) use handlers::handlers;
pub(crate) use rust_text::RustText;
pub(crate) use tree::Tree;

/// What is wrong, with the place in front: `crates/duban-web/src/lib.rs:12: …`.
pub(crate) type Findings = Vec<String>;

/// Fails with all that was found.
pub(crate) fn run() -> Result<()> {
    let mut findings = all()?;
    findings.sort();
    findings.dedup();
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("tidy found one thing to mend"),
        many => bail!("tidy found {many} things to mend"),
    }
}

fn all() -> Result<Findings> {
    let tree = Tree::read(&crate::sh::root())?;
    let mut findings = arrows::check()?;
    findings.extend(module_docs(&tree));
    findings.extend(ratchet::check(&tree));
    findings.extend(handlers::check(&tree));
    findings.extend(words::check(&tree));
    findings.extend(documents::check(&tree)?);
    findings.extend(templates::check(&tree));
    findings.extend(stories::check(&tree));
    findings.extend(crate::supply::check()?);
    Ok(findings)
}

/// A module opens with what it is for; that line comes before anything else.
fn module_docs(tree: &Tree) -> Findings {
    let silent = tree.rust().filter(|(_, text)| !text.trim_start().starts_with("//!"));
    silent
        .map(|(path, _)| format!("{path}:1: the file does not open with `//!` and what it is for"))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        let findings = super::all().unwrap();
        assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    }
}
