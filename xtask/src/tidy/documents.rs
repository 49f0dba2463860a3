//! Documents that stay true: links lead somewhere, the changelog has its form, crate lists are right.

use anyhow::Result;

use super::{Findings, Tree, arrows};
use crate::sh;

const KINDS: &[&str] = &["Added", "Changed", "Deprecated", "Fixed", "Removed", "Security"];

/// Everything that is checked about Markdown.
pub(super) fn check(tree: &Tree) -> Result<Findings> {
    let root = sh::root();
    let mut findings = Findings::new();
    for (path, text) in tree.all().filter(|(path, _)| path.ends_with(".md")) {
        let folder = root.join(path).parent().map(std::path::Path::to_path_buf).unwrap_or_default();
        for (line, target) in links(text) {
            if !folder.join(&target).exists() {
                findings.push(format!("{path}:{line}: the link to `{target}` leads nowhere"));
            }
        }
    }
    findings.extend(changelog(tree.get("CHANGELOG.md").unwrap_or_default()));
    if let Some(text) = tree.get("ARCHITECTURE.md") {
        let members: Vec<String> = arrows::members()?.into_iter().collect();
        findings.extend(crate_list(text, &members));
    }
    Ok(findings)
}

/// Relative targets of `](…)` and `src="…"`, outside of code blocks, without their anchors.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for (open, close) in [("](", ')'), ("src=\"", '"')] {
            let targets = line.split(open).skip(1).filter_map(|rest| rest.split(close).next());
            let relative = targets.filter(|target| !target.contains(':') && !target.starts_with('#'));
            let files = relative.filter_map(|target| target.split(['#', ' ']).next());
            found.extend(files.filter(|file| !file.is_empty()).map(|file| (at + 1, file.to_owned())));
        }
    }
    found
}

/// `# Changelog`, then `## [Unreleased]`, then `## [1.2.3] - 2026-05-03`, with known kinds below.
fn changelog(text: &str) -> Findings {
    let mut findings = Findings::new();
    let mut versions = 0;
    for (at, line) in text.lines().enumerate() {
        let mut say = |what: &str| findings.push(format!("CHANGELOG.md:{}: {what}", at + 1));
        if at == 0 && line != "# Changelog" {
            say("the first line is `# Changelog`");
        } else if let Some(kind) = line.strip_prefix("### ") {
            if !KINDS.contains(&kind) {
                say("a change is Added, Changed, Deprecated, Fixed, Removed or Security");
            }
        } else if let Some(version) = line.strip_prefix("## ") {
            versions += 1;
            let first = versions == 1 && version == "[Unreleased]";
            if !first && !is_release(version) {
                say("a version is `## [1.2.3] - 2026-05-03`, below one `## [Unreleased]`");
            }
        }
    }
    if versions == 0 {
        findings.push("CHANGELOG.md:1: there is no version in it".to_owned());
    }
    findings
}

fn is_release(text: &str) -> bool {
    let Some((version, date)) = text.strip_prefix('[').and_then(|rest| rest.split_once("] - ")) else {
        return false;
    };
    let numbers = |text: &str, divider: char, count: usize| {
        let parts: Vec<&str> = text.split(divider).collect();
        parts.len() == count && parts.iter().all(|part| part.parse::<u32>().is_ok())
    };
    numbers(version, '.', 3) && date.len() == 10 && numbers(date, '-', 3)
}

/// Every crate is named in the architecture, and no other `duban-…` is.
fn crate_list(text: &str, members: &[String]) -> Findings {
    let quoted: Vec<&str> =
        text.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches('/')).collect();
    let missing = members.iter().filter(|member| !quoted.contains(&member.as_str()));
    let missing = missing.map(|member| format!("ARCHITECTURE.md: the crate `{member}` is not in it"));
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let named = quoted.iter().filter(|name| name.starts_with("duban-") && is_name(name));
    let invented = named.filter(|name| !members.iter().any(|member| member == *name));
    missing.chain(invented.map(|name| format!("ARCHITECTURE.md: there is no crate `{name}`"))).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_relative_links_are_followed() {
        let text = "[a](b.md#c) [d](https://e.f) [g](#h) <img src=\"i.png\">\n```\n[j](k)\n```\n";
        assert_eq!(super::links(text), [(1, "b.md".to_owned()), (1, "i.png".to_owned())]);
    }

    #[test]
    fn the_changelog_has_its_form() {
        let good = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- x\n\n## [0.1.0] - 2026-05-03\n";
        assert!(super::changelog(good).is_empty());
        assert_eq!(super::changelog("# Changelog\n## 0.1\n### New\n").len(), 2);
        assert_eq!(super::changelog("").len(), 1);
    }

    #[test]
    fn the_architecture_names_every_crate_and_no_other() {
        let members = ["duban-app".to_owned(), "duban-web".to_owned()];
        assert!(super::crate_list("`duban-app` and `duban-web/`", &members).is_empty());
        assert_eq!(super::crate_list("`duban-app` and `duban-core`", &members).len(), 2);
    }
}
