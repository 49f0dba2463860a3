//! Functions and their length, found in code whose comments and literals are blanked.

use super::RustText;
use super::rust_text::is_word;

/// One function with a body.
pub(crate) struct Function {
    pub(crate) name: String,
    /// From the line of `fn` to that of the closing brace.
    pub(crate) lines: usize,
    /// Between the braces.
    pub(crate) body_lines: usize,
    pub(crate) is_async: bool,
}

/// Every function of a file, nested ones too.
pub(crate) fn functions(text: &RustText) -> Vec<Function> {
    let code = &text.code;
    let starts = code.match_indices("fn ").filter(|(at, _)| !code[..*at].ends_with(is_word));
    starts.filter_map(|(at, _)| function(code, at)).collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let head = &code[at + 3..];
    let name: String = head.chars().take_while(|c| is_word(*c)).collect();
    if name.is_empty() {
        return None; // a function pointer type
    }
    let (mut depth, mut braces) = (0_i32, 0_i32);
    let mut opened = 0;
    for (offset, c) in head.char_indices() {
        if c == '{' && braces == 0 {
            opened = offset;
        }
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ';' if depth == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => braces -= 1,
            _ => {}
        }
        if c == '}' && braces == 0 {
            let lines = head[..offset].matches('\n').count() + 1;
            let is_async = code[..at].trim_end().ends_with("async");
            let body_lines = head[opened..offset].matches('\n').count().saturating_sub(1);
            return Some(Function { name, lines, body_lines, is_async });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{RustText, functions};

    #[test]
    fn a_function_is_measured_from_fn_to_brace() {
        let text = RustText::of(
            "trait T { fn a(); }\nfn b(x: [u8; 2]) -> fn(u8) -> u8 {\n  \"}\";\n}\nasync fn c() {}\n",
        );
        let found: Vec<_> = functions(&text)
            .into_iter()
            .map(|found| (found.name, found.lines, found.body_lines, found.is_async))
            .collect();
        assert_eq!(found, [("b".to_owned(), 3, 1, false), ("c".to_owned(), 1, 0, true)]);
    }
}
