//! `docs/stories.md` names tests that there are: each story once and in order, each test by a name that is found.
//! So do the tables of `docs/trust/`: what is promised there stands as long as its test does.
//!
//! Whether a test proves its story is for a reader to judge, and not checked here.

use super::{Findings, Tree};

const PATH: &str = "docs/stories.md";
const TRUST: &str = "docs/trust/";

/// Every row of the table of stories.
pub(super) fn check(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    let mut before = (0, 0);
    for (at, line) in tree.get(PATH).unwrap_or_default().lines().enumerate() {
        let mut say = |what: String| findings.push(format!("{PATH}:{}: {what}", at + 1));
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let Some(id) = cells.first().and_then(|cell| number(cell)) else { continue };
        if id <= before {
            say(format!(
                "{}.{} stands after {}.{}, so it is there twice or late",
                id.0, id.1, before.0, before.1
            ));
        }
        before = before.max(id);
        let [_, _, proof] = cells.as_slice() else {
            say("a row is a number, where it is, and what proves it".to_owned());
            continue;
        };
        for name in proof.split('`').skip(1).step_by(2).filter(|name| !is_there(tree, name)) {
            say(format!("there is no test `{name}`"));
        }
    }
    findings.extend(trust(tree));
    findings
}

/// The last cell of each row there, as far as it names tests: one word each, with an underscore or an ending.
fn trust(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, text) in tree.all().filter(|(path, _)| path.starts_with(TRUST)) {
        for (at, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
            let proof = line.trim_end_matches(['|', ' ']).rsplit(" | ").next().unwrap_or_default();
            let names = proof
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|name| !name.contains(' ') && name.contains(['_', '.']));
            let missing = names.filter(|name| !is_there(tree, name));
            findings.extend(missing.map(|name| format!("{path}:{}: there is no test `{name}`", at + 1)));
        }
    }
    findings
}

fn number(cell: &str) -> Option<(u32, u32)> {
    let (chapter, story) = cell.split_once('.')?;
    Some((chapter.parse().ok()?, story.parse().ok()?))
}

/// A journey or a snapshot by its file, anything else by its last word: a function or a module.
fn is_there(tree: &Tree, name: &str) -> bool {
    if name.contains('.') {
        return tree.all().any(|(path, _)| path.rsplit('/').next() == Some(name));
    }
    let last = name.rsplit("::").next().unwrap_or(name);
    let (function, module) = (format!("fn {last}("), format!("mod {last};"));
    tree.rust().any(|(_, text)| text.contains(&function) || text.contains(&module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_stands_once_and_in_order_and_names_a_test_that_there_is() {
        let found = |rows: &str| {
            let code = "fn it_works() {}";
            check(&Tree::of(&[(PATH, rows), ("a/b.rs", code), ("e2e/x.test.mjs", "")])).join("\n")
        };
        assert_eq!(found("| 1.1 | a `b` | `x.test.mjs`: all, `c::it_works` |\n| 1.10 | — | — |\n"), "");
        assert_eq!(
            found("| 1.2 | a | `it_worked` |\n| 1.2 | — | — |\n"),
            "docs/stories.md:1: there is no test `it_worked`\n\
             docs/stories.md:2: 1.2 stands after 1.2, so it is there twice or late"
        );
    }

    #[test]
    fn a_threat_is_met_by_a_test_that_there_is() {
        let code = "fn it_works() {}";
        let rows = "| they would | a rule | `it_works`, `cargo xtask ci` |\n| they would | a rule | `it_worked`, none |\n";
        let tree = Tree::of(&[(PATH, ""), ("docs/trust/threats.md", rows), ("a/b.rs", code)]);
        assert_eq!(check(&tree).join("\n"), "docs/trust/threats.md:2: there is no test `it_worked`");
    }
}
