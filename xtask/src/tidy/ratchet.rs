//! Files of at most 500 lines and functions of at most 60; exceptions are listed and only shrink.

use std::collections::BTreeMap;

use super::{Findings, RustText, Tree, functions};

const LIST: &str = "xtask/ratchet.txt";
const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 60;

/// Compares what is there with the limits and the list.
pub(super) fn check(tree: &Tree) -> Findings {
    let listed = listed(tree.get(LIST).unwrap_or_default());
    let mut findings = Findings::new();
    let mut seen = BTreeMap::new();
    for (path, text) in tree.rust() {
        measure(&mut seen, path.to_owned(), text.lines().count(), FILE_LINES_MAX);
        for function in functions(&RustText::of(text)) {
            let name = format!("{path}::{}", function.name);
            measure(&mut seen, name, function.lines, FUNCTION_LINES_MAX);
        }
    }
    for (name, (lines, max)) in &seen {
        match listed.get(name.as_str()) {
            None => findings.push(format!("{name}: {lines} lines, {max} are allowed; divide it")),
            Some(allowed) if lines > allowed => {
                findings.push(format!("{name}: {lines} lines, {LIST} allows {allowed}; it may only shrink"));
            }
            Some(allowed) if lines < allowed => {
                findings
                    .push(format!("{name}: shrank to {lines}; write that into {LIST} instead of {allowed}"));
            }
            Some(_) => {}
        }
    }
    let gone = listed.keys().filter(|name| !seen.contains_key(**name));
    findings.extend(gone.map(|name| format!("{name}: keeps the limit now; take it out of {LIST}")));
    findings
}

/// Two functions of one name in a file count as the longer one.
fn measure(seen: &mut BTreeMap<String, (usize, usize)>, name: String, lines: usize, max: usize) {
    if lines > max {
        let entry = seen.entry(name).or_insert((lines, max));
        entry.0 = entry.0.max(lines);
    }
}

fn listed(list: &str) -> BTreeMap<&str, usize> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(lines, name)| Some((name.trim(), lines.parse().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Tree;

    #[test]
    fn long_things_are_found_and_the_list_only_shrinks() {
        let long = format!("fn long() {{\n{}}}\n", "let x = 1;\n".repeat(60));
        let check = |list: &str| super::check(&Tree::of(&[("a.rs", &long), (super::LIST, list)]));
        assert_eq!(check(""), ["a.rs::long: 62 lines, 60 are allowed; divide it"]);
        assert!(check("62 a.rs::long\n").is_empty());
        assert!(check("61 a.rs::long\n")[0].contains("only shrink"));
        assert!(check("70 a.rs::long\n")[0].contains("shrank to 62"));
        assert!(check("62 a.rs::long\n700 b.rs\n")[0].contains("take it out"));
    }
}
