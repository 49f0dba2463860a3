//! Every part that somebody else made: crates, packages of npm, and the font of printed sheets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::sh;

/// Machines that a city runs the program on; what only others would compile is not asked about.
const MACHINES: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
/// Where packages of npm are locked.
const LOCKS: [&str; 2] = ["islands", "e2e"];
/// The program whose parts are shipped.
const PROGRAM: &str = "duban";

/// One part in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its address among all packages: `pkg:cargo/serde@1.0.0`.
    pub(super) purl: String,
    pub(super) name: String,
    pub(super) version: String,
    /// As its maker wrote it.
    pub(super) licence: Option<String>,
    /// Where it comes from; nothing for our own.
    pub(super) source: Option<String>,
    /// The name of a digest, and the digest in hexadecimal.
    pub(super) digest: Option<(&'static str, String)>,
    /// Whether it is in the program that a city runs, and not only needed to build or test that.
    pub(super) shipped: bool,
    /// Whether it is ours.
    pub(super) ours: bool,
    /// Addresses of the parts that it needs.
    pub(super) needs: BTreeSet<String>,
    /// Names that it asks for in any version.
    pub(super) careless: Vec<String>,
}

/// All of them, in the order of their addresses.
pub(super) fn all() -> Result<Vec<Part>> {
    let mut words = vec!["metadata", "--locked", "--format-version", "1"];
    words.extend(MACHINES.iter().flat_map(|machine| ["--filter-platform", machine]));
    let printed = sh::output(sh::cargo().args(words))?;
    let metadata: Value = serde_json::from_str(&printed).context("cargo metadata printed no JSON")?;
    let read = |path: &str| {
        fs::read_to_string(sh::root().join(path)).with_context(|| format!("{path} cannot be read"))
    };
    let mut parts = crates(&metadata, &read("Cargo.lock")?);
    for folder in LOCKS {
        let lock = read(&format!("{folder}/package-lock.json"))?;
        parts.extend(packages(&serde_json::from_str(&lock).with_context(|| format!("{folder}: no JSON"))?));
    }
    parts.push(font());
    parts.sort_by(|a, b| a.purl.cmp(&b.purl));
    parts.dedup_by(|a, b| a.purl == b.purl);
    Ok(parts)
}

/// The one part that no lock file names: crates/duban-web/assets/font.
fn font() -> Part {
    Part {
        purl: "pkg:npm/%40expo-google-fonts/noto-sans-sc@0.4.3".to_owned(),
        name: "@expo-google-fonts/noto-sans-sc".to_owned(),
        version: "0.4.3".to_owned(),
        licence: Some("OFL-1.1".to_owned()),
        source: Some("crates/duban-web/assets/font".to_owned()),
        digest: None,
        shipped: true,
        ours: false,
        needs: BTreeSet::new(),
        careless: Vec::new(),
    }
}

/// The crates of `cargo metadata`, with the digests of the lock file.
pub(super) fn crates(metadata: &Value, lock: &str) -> Vec<Part> {
    let digests = digests(lock);
    let packages = list(&metadata["packages"]);
    let by_id: BTreeMap<&str, &Value> =
        packages.iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let nodes: BTreeMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let shipped = shipped(&by_id, &nodes);
    let purl = |id: &str| by_id.get(id).map(|package| address("cargo", package));
    nodes
        .iter()
        .filter_map(|(id, node)| Some((*by_id.get(id)?, *id, *node)))
        .map(|(package, id, node)| {
            let (name, version) = (text(package, "name"), text(package, "version"));
            let source = package["source"].as_str().map(str::to_owned);
            Part {
                purl: address("cargo", package),
                licence: package["license"].as_str().map(|licence| licence.replace('/', " OR ")),
                digest: digests.get(&(name.clone(), version.clone())).map(|hex| ("SHA-256", hex.clone())),
                shipped: shipped.contains(id),
                ours: source.is_none(),
                needs: list(&node["deps"]).iter().filter_map(|dep| purl(dep["pkg"].as_str()?)).collect(),
                careless: list(&package["dependencies"])
                    .iter()
                    .filter(|dependency| dependency["req"] == "*" && dependency["path"].is_null())
                    .map(|dependency| text(dependency, "name"))
                    .collect(),
                name,
                version,
                source,
            }
        })
        .collect()
}

/// What is linked into the program: reached from it without what only tests, build scripts and the compiler need.
fn shipped<'a>(
    by_id: &BTreeMap<&'a str, &'a Value>,
    nodes: &BTreeMap<&'a str, &'a Value>,
) -> BTreeSet<&'a str> {
    let inside_the_compiler = |id: &str| {
        let kinds = by_id.get(id).map(|package| list(&package["targets"])).unwrap_or_default();
        kinds.iter().any(|target| list(&target["kind"]).iter().any(|kind| kind == "proc-macro"))
    };
    let begin = by_id.iter().filter(|(_, package)| package["name"] == PROGRAM).map(|(id, _)| *id);
    let (mut open, mut seen): (Vec<&str>, BTreeSet<&str>) = (begin.collect(), BTreeSet::new());
    while let Some(id) = open.pop() {
        if inside_the_compiler(id) || !seen.insert(id) {
            continue;
        }
        for dep in nodes.get(id).map(|node| list(&node["deps"])).unwrap_or_default() {
            let linked = list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            open.extend(dep["pkg"].as_str().filter(|_| linked));
        }
    }
    seen
}

/// Name and version with the digest that the lock file holds of them.
fn digests(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        line.map(|rest| rest.trim_end_matches('"').to_owned())
    };
    lock.split("[[package]]")
        .filter_map(|block| {
            Some(((value(block, "name")?, value(block, "version")?), value(block, "checksum")?))
        })
        .collect()
}

/// The packages of a lock file of npm. None is shipped: they build the scripts of pages, or test.
pub(super) fn packages(lock: &Value) -> Vec<Part> {
    let all = lock["packages"].as_object().cloned().unwrap_or_default();
    all.iter()
        .filter_map(|(path, package)| {
            let name = path.rsplit_once("node_modules/")?.1.to_owned();
            let version = text(package, "version");
            Some(Part {
                purl: format!("pkg:npm/{}@{version}", name.replace('@', "%40")),
                licence: package["license"].as_str().map(str::to_owned),
                // Nothing is said of where it comes from when that is the registry.
                source: Some(package["resolved"].as_str().unwrap_or("registry+npm").to_owned()),
                digest: package["integrity"].as_str().and_then(|integrity| {
                    let (name, base64) = integrity.split_once('-')?;
                    (name == "sha512").then(|| Some(("SHA-512", hex(base64)?)))?
                }),
                shipped: false,
                ours: false,
                needs: BTreeSet::new(),
                careless: Vec::new(),
                name,
                version,
            })
        })
        .collect()
}

/// Base64 as hexadecimal.
fn hex(base64: &str) -> Option<String> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut out) = (0u32, 0, String::new());
    for c in base64.trim_end_matches('=').bytes() {
        let sign = SIGNS.iter().position(|sign| *sign == c)?;
        bits = (bits << 6) | u32::try_from(sign).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push_str(&format!("{:02x}", (bits >> held) & 0xff));
        }
    }
    Some(out)
}

fn address(kind: &str, package: &Value) -> String {
    format!("pkg:{kind}/{}@{}", text(package, "name"), text(package, "version"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_linked_is_shipped() {
        let package = |name: &str, kind: &str| {
            json!({"id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": "registry+r",
                "targets": [{"kind": [kind]}], "dependencies": [{"name": "any", "req": "*"}]})
        };
        let to = |name: &str, kind: Value| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [package("duban", "bin"), package("linked", "lib"), package("derives", "proc-macro"),
                package("inside", "lib"), package("builds", "lib"), package("tests", "lib")],
            "resolve": {"nodes": [
                {"id": "duban", "deps": [to("linked", Value::Null), to("derives", Value::Null),
                    to("builds", json!("build")), to("tests", json!("dev"))]},
                {"id": "linked", "deps": []}, {"id": "derives", "deps": [to("inside", Value::Null)]},
                {"id": "inside", "deps": []}, {"id": "builds", "deps": []}, {"id": "tests", "deps": []},
            ]},
        });
        let lock = "[[package]]\nname = \"linked\"\nversion = \"1.0.0\"\nchecksum = \"0f\"\n";
        let parts = crates(&metadata, lock);
        let shipped: Vec<&str> =
            parts.iter().filter(|part| part.shipped).map(|part| part.name.as_str()).collect();
        assert_eq!(shipped, ["duban", "linked"]);
        let linked = parts.iter().find(|part| part.name == "linked").unwrap();
        assert_eq!(linked.digest, Some(("SHA-256", "0f".to_owned())));
        assert_eq!(linked.licence.as_deref(), Some("MIT OR Apache-2.0"));
        assert_eq!(linked.careless, ["any"]);
        assert_eq!(parts.iter().find(|part| part.name == "duban").unwrap().needs.len(), 4);
    }

    #[test]
    fn a_lock_of_npm_is_read_with_its_digests() {
        let lock = json!({"packages": {
            "": {"name": "ours"},
            "node_modules/a/node_modules/@b/c": {"version": "2.1.0", "license": "MIT", "integrity": "sha512-aGk="},
            "node_modules/odd": {"version": "1.0.0", "resolved": "git+ssh://somewhere"},
        }});
        let parts = packages(&lock);
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].purl, "pkg:npm/%40b/c@2.1.0");
        assert_eq!(parts[0].digest, Some(("SHA-512", "6869".to_owned())));
        assert_eq!(parts[1].source.as_deref(), Some("git+ssh://somewhere"));
    }
}
