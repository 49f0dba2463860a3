use duban_domain::city::*;
use std::{collections::BTreeMap, fs, path::Path};
#[test]
fn pack() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhuzhou");
    let mut files = BTreeMap::new();
    for folder in ["", "calendar"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() { files.insert(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()); }
        }
    }
    let f = check(&files);
    for x in &f { println!("{x}"); }
    City::load(&files).map(|_| ()).map_err(|f| f.len()).unwrap();
    assert!(f.is_empty());
}
