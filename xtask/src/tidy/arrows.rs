//! Which crate may use which, read from `cargo metadata`.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Findings;
use crate::sh;

/// Normal dependencies between our crates; any other is a finding, and so is one that is missing here.
const ARROWS: &[(&str, &[&str])] = &[
    ("duban-domain", &[]),
    ("duban-store", &["duban-domain"]),
    ("duban-app", &["duban-domain", "duban-store"]),
    ("duban-web", &["duban-app", "duban-domain"]),
    ("duban", &["duban-app", "duban-domain", "duban-store", "duban-web"]),
    ("duban-testkit", &["duban-app", "duban-domain", "duban-store"]),
    ("xtask", &[]),
];

/// What only these crates may depend on; each outside thing has one owner.
const OWNERS: &[(&str, &[&str])] = &[
    ("rusqlite", &["duban-store"]),
    ("postgres", &["duban-store", "duban-testkit"]),
    ("r2d2", &["duban-store"]),
    ("r2d2_postgres", &["duban-store"]),
    ("axum", &["duban-web", "duban"]),
    ("askama", &["duban-web"]),
    ("tower-http", &["duban", "duban-web"]),
    ("tokio", &["duban-web", "duban"]),
    ("getrandom", &["duban"]),
    ("ring", &["duban-app"]),
    ("clap", &["duban"]),
    ("indicatif", &["duban"]),
];

/// All that the domain may use: nothing that reads, writes, waits or asks the time.
const DOMAIN: &[&str] =
    &["base64", "csv", "hmac", "jiff", "serde", "serde_json", "sha2", "sm3", "thiserror", "toml"];

struct Dependency {
    from: String,
    to: String,
    dev: bool,
}

/// The names of the crates of the workspace.
pub(super) fn members() -> Result<BTreeSet<String>> {
    Ok(metadata()?.iter().map(|package| text(package, "name")).collect())
}

/// Compares the dependencies with the tables above.
pub(super) fn check() -> Result<Findings> {
    let packages = metadata()?;
    let members: BTreeSet<String> = packages.iter().map(|package| text(package, "name")).collect();
    let mut findings = Findings::new();
    for member in members.iter().filter(|member| !ARROWS.iter().any(|(name, _)| name == member)) {
        findings.push(format!("{member}: a new crate; give it its arrows in xtask/src/tidy/arrows.rs"));
    }
    let dependencies: Vec<Dependency> = packages.iter().flat_map(dependencies).collect();
    findings.extend(dependencies.iter().filter_map(|dependency| judge(dependency, &members)));
    Ok(findings)
}

fn judge(dependency: &Dependency, members: &BTreeSet<String>) -> Option<String> {
    let Dependency { from, to, dev } = dependency;
    if members.contains(to) {
        let allowed = ARROWS.iter().any(|(name, targets)| name == from && targets.contains(&to.as_str()));
        let for_tests = *dev && to == "duban-testkit";
        return (!allowed && !for_tests)
            .then(|| format!("{from} → {to}: no such arrow; see ARCHITECTURE.md"));
    }
    let owners = OWNERS.iter().find(|(name, _)| name == to).map(|(_, owners)| owners);
    if let Some(owners) = owners.filter(|owners| !dev && !owners.contains(&from.as_str())) {
        return Some(format!("{from} → {to}: belongs to {}", owners.join(", ")));
    }
    let foreign = from == "duban-domain" && !dev && !DOMAIN.contains(&to.as_str());
    foreign.then(|| format!("{from} → {to}: the domain is pure; see the list in xtask/src/tidy/arrows.rs"))
}

fn metadata() -> Result<Vec<Value>> {
    let words = ["metadata", "--locked", "--no-deps", "--format-version", "1"];
    let printed = sh::output(sh::cargo().args(words))?;
    let value: Value = serde_json::from_str(&printed).context("cargo metadata printed no JSON")?;
    Ok(value["packages"].as_array().cloned().unwrap_or_default())
}

fn dependencies(package: &Value) -> Vec<Dependency> {
    let listed = package["dependencies"].as_array().cloned().unwrap_or_default();
    listed
        .iter()
        .map(|dependency| Dependency {
            from: text(package, "name"),
            to: text(dependency, "name"),
            dev: dependency["kind"] == "dev",
        })
        .collect()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Dependency, judge};

    fn check(from: &str, to: &str, dev: bool) -> Option<String> {
        let members = ["duban-web", "duban-store", "duban-domain", "duban-testkit"].map(str::to_owned);
        judge(&Dependency { from: from.into(), to: to.into(), dev }, &members.into())
    }

    #[test]
    fn an_arrow_that_is_not_listed_is_a_finding() {
        assert!(check("duban-web", "duban-store", false).is_some());
        assert!(check("duban-store", "duban-domain", false).is_none());
        assert!(check("duban-store", "duban-testkit", true).is_none());
        assert!(check("duban-store", "duban-testkit", false).is_some());
        assert!(check("duban-app", "rusqlite", false).is_some());
        assert!(check("duban-domain", "getrandom", false).is_some());
    }
}
