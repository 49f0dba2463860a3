//! Texts that may not be written, or only at home: `xtask/banned.txt` lists them with the reason.

use super::rust_text::is_word;
use super::{Findings, RustText, Tree};

const LIST: &str = "xtask/banned.txt";

/// Which part of which files a rule reads.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// Rust without comments and literals.
    Code,
    /// Rust string literals that begin with the text.
    Literal,
    /// Rust, comments included.
    Rust,
    /// Every text file, in any case of letters.
    Text,
}

struct Rule<'a> {
    part: Part,
    text: &'a str,
    homes: Vec<&'a str>,
    reason: &'a str,
}

/// Every rule over every file; the list itself is not read.
pub(super) fn check(tree: &Tree) -> Findings {
    let (rules, mut findings) = rules(tree.get(LIST).unwrap_or_default());
    for (path, text) in tree.all().filter(|(path, _)| *path != LIST) {
        let rust = path.ends_with(".rs").then(|| RustText::of(text));
        for rule in rules.iter().filter(|rule| !rule.homes.iter().any(|home| path.starts_with(home))) {
            let lines = lines_with(rule, text, rust.as_ref());
            findings
                .extend(lines.iter().map(|line| format!("{path}:{line}: `{}`: {}", rule.text, rule.reason)));
        }
    }
    findings
}

fn lines_with(rule: &Rule<'_>, text: &str, rust: Option<&RustText>) -> Vec<usize> {
    let numbered = |text: &str, folded: bool| -> Vec<usize> {
        let has = |line: &str| {
            if folded { contains(&line.to_lowercase(), rule.text) } else { contains(line, rule.text) }
        };
        text.lines().enumerate().filter(|(_, line)| has(line)).map(|(at, _)| at + 1).collect()
    };
    match (rule.part, rust) {
        (Part::Text, _) => numbered(text, true),
        (Part::Rust, Some(_)) => numbered(text, false),
        (Part::Code, Some(rust)) => numbered(&rust.code, false),
        (Part::Literal, Some(rust)) => {
            let begins = |literal: &str| {
                literal.trim_start().strip_prefix(rule.text).is_some_and(|rest| !rest.starts_with(is_word))
            };
            rust.strings.iter().filter(|(_, text)| begins(text)).map(|(line, _)| *line).collect()
        }
        (_, None) => Vec::new(),
    }
}

/// Like `str::contains`, but a text that begins or ends as a name does must be a whole name.
fn contains(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(at, _)| {
        let before = text.starts_with(is_word) && line[..at].ends_with(is_word);
        let after = text.ends_with(is_word) && line[at + text.len()..].starts_with(is_word);
        !before && !after
    })
}

fn rules(list: &str) -> (Vec<Rule<'_>>, Findings) {
    let (mut rules, mut findings) = (Vec::new(), Findings::new());
    for (at, line) in list.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with("# ") {
            continue;
        }
        match rule(line) {
            Some(rule) => rules.push(rule),
            None => findings.push(format!("{LIST}:{}: not `PART | TEXT | HOMES | REASON`", at + 1)),
        }
    }
    (rules, findings)
}

fn rule(line: &str) -> Option<Rule<'_>> {
    let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
    let [part, text, homes, reason] = columns[..] else {
        return None;
    };
    let part = match part {
        "code" => Part::Code,
        "literal" => Part::Literal,
        "rust" => Part::Rust,
        "text" => Part::Text,
        _ => return None,
    };
    Some(Rule { part, text, homes: homes.split_whitespace().filter(|home| *home != "-").collect(), reason })
}

#[cfg(test)]
mod tests {
    use super::super::Tree;

    const LIST: &str = "code | Status | crates/web/ | belongs to web\nliteral | SELECT | - | sql\ntext | not yet! | - | empty promise\n";

    fn check(path: &str, text: &str) -> Vec<String> {
        super::check(&Tree::of(&[(super::LIST, LIST), (path, text)]))
    }

    #[test]
    fn each_part_sees_its_own() {
        assert_eq!(
            check("crates/app/a.rs", "//! x\nuse Status;\n"),
            ["crates/app/a.rs:2: `Status`: belongs to web"]
        );
        assert!(check("crates/web/a.rs", "use Status;").is_empty());
        assert!(check("crates/app/a.rs", "// Status\n\"Status\"; Statuses;").is_empty());
        assert_eq!(check("a.rs", "\"\n  SELECT 1\"").len(), 1);
        assert!(check("a.rs", "\"do SELECT\"; \"SELECTED\"").is_empty());
        assert_eq!(check("a.md", "It is Not Yet!").len(), 1);
    }
}
