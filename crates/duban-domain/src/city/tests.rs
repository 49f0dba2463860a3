//! The shipped pack, and every kind of fault with its line.

use std::{collections::BTreeMap, fs, path::Path};

use super::*;

/// The pack that ships with the program.
pub(crate) fn shipped() -> PackFiles {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhuzhou");
    let mut files = BTreeMap::new();
    for folder in ["", "calendar"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// The shipped city.
pub(crate) fn zhuzhou() -> City {
    City::load(&shipped()).unwrap_or_else(|faults| panic!("{}", listed(&faults)))
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

#[test]
fn the_shipped_pack_has_no_faults() {
    assert_eq!(listed(&check(&shipped())), "");
    let city = zhuzhou();
    assert_eq!(city.divisions.len(), 9 + 112);
    assert_eq!(city.centre().key, "hotline");
    assert_eq!(city.digest.len(), 64);
}
