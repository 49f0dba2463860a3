//! The bill of materials: CycloneDX 1.5 as JSON.
//!
//! It holds no time and no random number, which the form allows, so that a bill can be compared with that of another build.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::parts::Part;

/// The bill as text. What is only needed to build or test stands in it as excluded from the program.
pub(super) fn write(parts: &[Part]) -> Result<String> {
    let program = parts.iter().find(|part| part.purl.starts_with("pkg:cargo/duban@"));
    let program = program.context("the program is not among its parts")?;
    let others = parts.iter().filter(|part| part.purl != program.purl);
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(program, "application")},
        "components": others.map(|part| component(part, "library")).collect::<Vec<_>>(),
        "dependencies": parts.iter().map(|part| json!({"ref": part.purl, "dependsOn": part.needs})).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&bill)? + "\n")
}

fn component(part: &Part, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": part.purl,
        "purl": part.purl,
        "name": part.name,
        "version": part.version,
        "scope": if part.shipped { "required" } else { "excluded" },
    });
    if let Some(licence) = &part.licence {
        component["licenses"] = json!([{"expression": licence}]);
    }
    if let Some((name, hex)) = &part.digest {
        component["hashes"] = json!([{"alg": name, "content": hex}]);
    }
    component
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::supply::parts;

    /// Of the tree as it stands: every locked package that our machines compile is in the bill, and twice the same bill.
    #[test]
    fn the_bill_parses_names_every_part_and_is_the_same_twice() {
        let all = parts::all().unwrap();
        let text = super::write(&all).unwrap();
        assert_eq!(text, super::write(&parts::all().unwrap()).unwrap());
        let bill: Value = serde_json::from_str(&text).unwrap();
        let components = bill["components"].as_array().unwrap();
        let named: BTreeSet<&str> =
            components.iter().map(|component| component["purl"].as_str().unwrap()).collect();
        assert_eq!(named.len() + 1, all.len(), "one and the same part stands in it twice");
        for purl in
            ["pkg:cargo/duban-domain@", "pkg:cargo/rusqlite@", "pkg:npm/esbuild@", "pkg:npm/axe-core@"]
        {
            assert!(named.iter().any(|name| name.starts_with(purl)), "{purl}");
        }
        let scope = |name: &str| {
            let found = components.iter().find(|component| component["name"] == name);
            found.map(|component| component["scope"].as_str().unwrap().to_owned())
        };
        assert_eq!(scope("rusqlite").as_deref(), Some("required"));
        assert_eq!(scope("proptest").as_deref(), Some("excluded"));
        let foreign = components.iter().filter(|component| {
            !component["name"].as_str().unwrap().starts_with("duban") && component["name"] != "xtask"
        });
        for component in foreign {
            let whole = component["hashes"][0]["content"].as_str().is_some_and(|hex| hex.len() >= 64);
            assert!(whole || component["licenses"][0]["expression"] == "OFL-1.1", "{component}");
        }
        for dependency in bill["dependencies"].as_array().unwrap() {
            for needed in dependency["dependsOn"].as_array().unwrap() {
                let known = named.contains(needed.as_str().unwrap())
                    || needed == &bill["metadata"]["component"]["purl"];
                assert!(known, "{needed} is needed and not in the bill");
            }
        }
    }
}
