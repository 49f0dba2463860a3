//! Handlers parse, call and render: at most 15 lines inside the braces. What a handler is, the route
//! table says.

use super::{Findings, RustText, Tree, functions};

const WEB: &str = "crates/duban-web/src";
const LINES_MAX: usize = 15;

/// A handler: its name in the table and, where it was found, its file and the lines inside its braces.
type Handler = (String, Option<(String, usize)>);

/// Fails handlers that are too long, and those that cannot be found.
pub(super) fn check(tree: &Tree) -> Findings {
    let finding = |(name, found): Handler| match found {
        None => Some(format!("{WEB}/routes.rs: `{name}` is not found, so its length is not checked")),
        Some((path, lines)) if lines > LINES_MAX => Some(format!(
            "{path}: `{name}` has {lines} lines, a handler has at most {LINES_MAX}; move work into a use case or a page"
        )),
        Some(_) => None,
    };
    handlers(tree).into_iter().filter_map(finding).collect()
}

/// Every handler that the route table names.
pub(crate) fn handlers(tree: &Tree) -> Vec<Handler> {
    let table = RustText::of(tree.get(&format!("{WEB}/routes.rs")).unwrap_or_default());
    named(&table.code).into_iter().map(|name| (name.to_owned(), find(tree, name))).collect()
}

/// The third argument of every row: `desk::steps::sign`.
fn named(code: &str) -> Vec<&str> {
    let rows =
        code.lines().map(str::trim).filter(|line| line.starts_with("get(") || line.starts_with("post("));
    let handler = |row: &&str| row.contains("::") && !row.contains("->");
    let last = |row| str::trim(str::rsplit(row, ", ").next().unwrap_or(row));
    rows.filter(handler).map(last).map(|word| word.split(')').next().unwrap_or(word)).collect()
}

/// Its module is a file mostly; otherwise the name came there by `use` from a file nearby.
fn find(tree: &Tree, handler: &str) -> Option<(String, usize)> {
    let (module, name) = handler.rsplit_once("::")?;
    let module = module.replace("::", "/");
    let first = module.split('/').next().unwrap_or(&module);
    let own = [format!("{WEB}/{module}.rs"), format!("{WEB}/{module}/mod.rs")];
    let in_web = || tree.rust().filter(|(path, _)| path.starts_with(WEB) && !path.contains("tests"));
    let nearby = || in_web().filter(|(path, _)| path.split(['/', '.']).any(|part| part == first));
    let in_own =
        in_web().filter(|(path, _)| own.iter().any(|own| own == path)).find_map(|file| longest(file, name));
    in_own.or_else(|| nearby().find_map(|file| longest(file, name)))
}

/// The longest async function of a name in a file.
fn longest((path, text): (&str, &str), name: &str) -> Option<(String, usize)> {
    let functions = functions(&RustText::of(text)).into_iter().filter(|f| f.is_async && f.name == name);
    functions.map(|f| f.body_lines).max().map(|lines| (path.to_owned(), lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handler_of_the_table_is_measured() {
        let table = "vec![\n get(\"/\", Public, home::page),\n post(\"/a/{b}\", Staff(Action::Add), a::b::add).with_files(),\n get(\"/x\", Public, gone::page),\n]";
        let long = format!("pub(crate) async fn add() -> R {{\n{}}}\n", "    let x = 1;\n".repeat(16));
        let at = |path: &str| format!("{WEB}/{path}");
        let (routes, home, add) = (at("routes.rs"), at("home.rs"), at("a/b.rs"));
        let tree = Tree::of(&[(&routes, table), (&home, "async fn page() {\n}\n"), (&add, &long)]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("a/b.rs: `a::b::add` has 16 lines"), "{findings:?}");
        assert!(findings[1].contains("`gone::page` is not found"), "{findings:?}");
    }
}
