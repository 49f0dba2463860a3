//! Templates carry no style and no script of their own, so that a strict content policy can hold; and a
//! form that records something carries a nonce, so that a double click counts once.

use super::{Findings, Tree};

/// Reads every HTML file of the web crate.
pub(super) fn check(tree: &Tree) -> Findings {
    let pages =
        tree.all().filter(|(path, _)| path.starts_with("crates/duban-web/") && path.ends_with(".html"));
    pages.flat_map(|(path, text)| [page(path, text), forms(path, text)].concat()).collect()
}

/// Where forms about a case, a matter or a list go. Calls and checks of quality have states of their own,
/// in which the second click finds nothing to do.
const RECORDING: [&str; 4] =
    ["action=\"/desk/cases/", "action=\"/track/", "action=\"/desk/intake\"", "action=\"/desk/signatures\""];
/// What only opens or looks, each time anew.
const LOOKING: [&str; 2] = ["/access\"", "/reveal\""];

fn forms(path: &str, text: &str) -> Findings {
    let mut findings = Findings::new();
    for (at, _) in text.match_indices("<form") {
        let form = text[at..].split("</form>").next().unwrap_or_default();
        let posts = form.contains("method=\"post\"");
        let has = |marks: &[&str]| marks.iter().any(|mark| form.contains(mark));
        if posts && has(&RECORDING) && !has(&LOOKING) && !form.contains("name=\"form\"") {
            let line = text[..at].matches('\n').count() + 1;
            let what =
                "a form that records carries <input type=\"hidden\" name=\"form\" value=\"{{ s.nonce }}\">";
            findings.push(format!("{path}:{line}: {what}, so that a double click counts once"));
        }
    }
    findings
}

fn page(path: &str, text: &str) -> Findings {
    let text = &without_expressions(text);
    let mut findings = Findings::new();
    for (at, _) in text.match_indices('<') {
        let tag = &text[at + 1..];
        let tag = &tag[..tag_end(tag)];
        let line = text[..at].matches('\n').count() + 1;
        let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let attributes: Vec<String> = attributes(tag);
        let mut say = |what: &str| findings.push(format!("{path}:{line}: {what}"));
        if name == "style" || attributes.iter().any(|attribute| attribute == "style") {
            say("style belongs into a style sheet; use a class or a `data-` attribute");
        }
        if name == "script" && !attributes.iter().any(|attribute| attribute == "src") {
            say("script belongs into islands/; a page gives data in `data-` attributes");
        }
        if attributes.iter().any(|attribute| attribute.len() > 2 && attribute.starts_with("on")) {
            say("an event belongs into islands/; the page must work without it");
        }
    }
    findings
}

/// The page with `{{ … }}`, `{% … %}` and `{# … #}` blanked: their quotes are not the page's.
fn without_expressions(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let close = ["{{", "{%", "{#"].into_iter().zip(["}}", "%}", "#}"]);
        let close = close.filter(|(open, _)| rest.starts_with(open)).map(|(_, close)| close).next();
        let end = close.and_then(|close| rest.find(close)).map_or(1, |end| end + 2);
        out.extend(rest[..end].chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = &rest[end..];
    }
    out + rest
}

/// Where the tag ends; a `>` between quotes does not end it.
fn tag_end(tag: &str) -> usize {
    let mut quoted = false;
    for (at, c) in tag.char_indices() {
        quoted ^= c == '"';
        if c == '>' && !quoted {
            return at;
        }
    }
    tag.len()
}

/// Names that are followed by `=` and a value, outside of quotes.
fn attributes(tag: &str) -> Vec<String> {
    let outside: String = tag.split('"').step_by(2).collect::<Vec<_>>().join("\"");
    let words = outside.split(|c: char| c.is_whitespace() || c == '"');
    words
        .filter_map(|word| word.strip_suffix('=').or_else(|| word.split_once('=').map(|(name, _)| name)))
        .map(str::to_ascii_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    fn count(text: &str) -> usize {
        super::page("a.html", text).len()
    }

    #[test]
    fn inline_style_script_and_handlers_are_found() {
        assert_eq!(count("<p style=\"color:red\" class=\"a\">"), 1);
        assert_eq!(count("<script>alert(1)</script>"), 1);
        assert_eq!(count("<button type=\"button\"\n onclick='x()'>"), 1);
        assert_eq!(count("<style>p{}</style>"), 1);
    }

    #[test]
    fn a_form_that_could_count_twice_is_found() {
        let found = |text: &str| super::forms("a.html", text).len();
        assert_eq!(found("<form method=\"post\" action=\"/desk/cases/1/note\"><button>a</button></form>"), 1);
        assert_eq!(
            found(
                "<form method=\"post\" action=\"/track/1/material\"><input name=\"form\" value=\"{{ s.nonce }}\"></form>"
            ),
            0
        );
        assert_eq!(
            found("<form method=\"post\" action=\"/track/1/access\"></form><form method=\"get\"></form>"),
            0
        );
    }

    #[test]
    fn ordinary_pages_pass() {
        assert_eq!(count("<script src=\"/assets/a.js\" type=\"module\"></script>"), 0);
        assert_eq!(count("<p class=\"on=1 style=2\">{% if one == two %} style = x {% endif %}</p>"), 0);
        assert_eq!(count("<p title=\"{{ lang.t(\"中\", \"style=\") }}\" data-only=\"1\">"), 0);
    }
}
