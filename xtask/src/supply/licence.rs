//! Whether a part may be joined with ours: its licence, its name, and where it comes from.

use anyhow::{Context, Result, bail};

use super::parts::Part;
use crate::tidy::Findings;

/// Licences of what builds and tests the program from npm, and of data that travels with it, beside those of `deny.toml`.
const TOOLS: [&str; 1] = ["MPL-2.0"];
const DATA: [&str; 1] = ["OFL-1.1"];

/// What `deny.toml` allows and bans.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rules {
    licences: Vec<String>,
    banned: Vec<String>,
}

impl Rules {
    /// The two lists that both `cargo deny` and we obey. Nothing else of the file is read here.
    pub(super) fn read(text: &str) -> Result<Self> {
        let section = |name: &str| {
            let from = text.split_once(&format!("[{name}]")).map(|(_, rest)| rest);
            from.with_context(|| format!("deny.toml has no [{name}]"))
        };
        let list = |section: &str, key: &str| -> Result<Vec<String>> {
            let rest = section.split_once(&format!("\n{key} = [")).map(|(_, rest)| rest);
            let rest = rest.with_context(|| format!("deny.toml has no list `{key}`"))?;
            let lines = rest.lines().take_while(|line| line.trim() != "]");
            Ok(lines.filter(|line| !line.trim_start().starts_with('#')).filter_map(quoted).collect())
        };
        let rules =
            Self { licences: list(section("licenses")?, "allow")?, banned: list(section("bans")?, "deny")? };
        if rules.licences.is_empty() || rules.banned.is_empty() {
            bail!("deny.toml allows or bans nothing: its lists stand one to a line");
        }
        Ok(rules)
    }

    fn allows(&self, part: &Part) -> bool {
        let also: &[&str] = match part {
            Part { shipped: false, .. } if part.purl.starts_with("pkg:npm/") => &TOOLS,
            _ if part.purl.starts_with("pkg:npm/") => &DATA,
            _ => &[],
        };
        let known = |name: &str| self.licences.iter().any(|allowed| allowed == name) || also.contains(&name);
        part.licence.as_deref().is_some_and(|licence| Words::new(licence).choice(&known).unwrap_or(false))
    }
}

/// The first thing between quotes.
fn quoted(line: &str) -> Option<String> {
    line.split('"').nth(1).map(str::to_owned)
}

/// What is wrong with the parts, each named.
pub(super) fn judge(parts: &[Part], rules: &Rules) -> Findings {
    let registry = parts.iter().find_map(|part| part.source.as_ref().filter(|_| is_crate(part))).cloned();
    let mut findings = Findings::new();
    for part in parts {
        let mut say = |what: String| findings.push(format!("{} {}: {what}", part.name, part.version));
        if !rules.allows(part) {
            let licence = part.licence.as_deref().unwrap_or("none that it names");
            say(format!("its licence is not among those of deny.toml: {licence}"));
        }
        if rules.banned.contains(&part.name) {
            say("deny.toml bans it, and says why".to_owned());
        }
        let elsewhere = is_crate(part) && part.source.is_some() && part.source != registry;
        let unsure =
            part.source.as_deref().is_some_and(|source| source.contains("git+") || source.contains("file:"));
        if elsewhere || unsure {
            say("it does not come from the registry".to_owned());
        }
        if part.ours {
            part.careless.iter().for_each(|name| say(format!("it asks for {name} in any version")));
        }
    }
    findings
}

fn is_crate(part: &Part) -> bool {
    part.purl.starts_with("pkg:cargo/")
}

/// `(MIT OR Apache-2.0) AND Unicode-3.0`, read from the left; AND binds closer.
struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        let mut words = Vec::new();
        for piece in text.split_whitespace() {
            let inner = piece.trim_matches(['(', ')']);
            let opened = piece.len() - piece.trim_start_matches('(').len();
            words.extend(std::iter::repeat_n("(", opened));
            words.extend(Some(inner).filter(|inner| !inner.is_empty()));
            words.extend(std::iter::repeat_n(")", piece[opened..].len() - inner.len()));
        }
        Self { words, at: 0 }
    }

    fn next(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }

    /// Whether one of the ways through is allowed; nothing when the text cannot be read.
    fn choice(mut self, known: &dyn Fn(&str) -> bool) -> Option<bool> {
        let allowed = self.either(known)?;
        (self.at == self.words.len()).then_some(allowed)
    }

    fn either(&mut self, known: &dyn Fn(&str) -> bool) -> Option<bool> {
        let mut allowed = self.all(known)?;
        while self.next("OR") {
            allowed |= self.all(known)?;
        }
        Some(allowed)
    }

    fn all(&mut self, known: &dyn Fn(&str) -> bool) -> Option<bool> {
        let mut allowed = self.one(known)?;
        while self.next("AND") {
            allowed &= self.one(known)?;
        }
        Some(allowed)
    }

    fn one(&mut self, known: &dyn Fn(&str) -> bool) -> Option<bool> {
        if self.next("(") {
            let allowed = self.either(known)?;
            return self.next(")").then_some(allowed);
        }
        let name =
            self.words.get(self.at).copied().filter(|word| !matches!(*word, "OR" | "AND" | "WITH" | ")"))?;
        self.at += 1;
        // An exception only ever gives more, so what is allowed without it is allowed with it.
        if self.next("WITH") {
            self.at += 1;
        }
        Some(known(name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const RULES: &str = "[graph]\n[licenses]\nallow = [\n  \"MIT\",\n  # \"GPL-2.0\",\n  \"ISC\",\n]\n[bans]\ndeny = [\n  \
                         { crate = \"openssl-sys\", reason = \"why\" },\n]\n";

    fn part(name: &str, licence: &str, source: &str) -> Part {
        Part {
            purl: format!("pkg:cargo/{name}@1.0.0"),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: Some(licence.to_owned()).filter(|licence| !licence.is_empty()),
            source: Some(source.to_owned()),
            digest: None,
            shipped: true,
            ours: false,
            needs: BTreeSet::new(),
            careless: Vec::new(),
        }
    }

    #[test]
    fn a_licence_is_allowed_when_one_way_through_is() {
        let rules = Rules::read(RULES).unwrap();
        for (licence, allowed) in [
            ("MIT", true),
            ("GPL-2.0", false),
            ("GPL-2.0 OR MIT", true),
            ("GPL-2.0 AND MIT", false),
            ("(GPL-2.0 OR MIT) AND ISC", true),
            ("MIT AND (GPL-2.0 OR LGPL-2.1)", false),
            ("GPL-2.0 OR MIT AND GPL-3.0", false),
            ("MIT WITH LLVM-exception OR GPL-2.0", true),
            ("MIT OR", false),
            ("(MIT", false),
            ("", false),
        ] {
            assert_eq!(rules.allows(&part("a", licence, "registry+r")), allowed, "{licence}");
        }
    }

    #[test]
    fn what_is_banned_or_comes_from_elsewhere_is_a_finding() {
        let rules = Rules::read(RULES).unwrap();
        let parts = [
            part("good", "MIT", "registry+r"),
            part("openssl-sys", "MIT", "registry+r"),
            part("odd", "MIT", "git+https://example.org/odd"),
            part("other", "ISC", "registry+s"),
            Part { ours: true, source: None, careless: vec!["any".to_owned()], ..part("ours", "MIT", "") },
        ];
        let findings = judge(&parts, &rules);
        assert_eq!(findings.len(), 4, "{findings:?}");
        assert!(findings[0].starts_with("openssl-sys 1.0.0: deny.toml bans it"));
        assert!(findings[3].contains("in any version"));
    }

    #[test]
    fn a_file_of_rules_without_its_lists_is_refused() {
        assert!(Rules::read("[licenses]\nallow = []\n[bans]\n").is_err());
        assert!(Rules::read("").is_err());
    }
}
