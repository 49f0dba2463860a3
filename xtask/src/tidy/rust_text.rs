//! Rust source with comments and literals told apart from code: enough for the rules here, no parser.

/// One file, taken apart; every part keeps the line structure of the whole.
pub(crate) struct RustText {
    /// The source with comments and the inside of literals blanked.
    pub(crate) code: String,
    /// String literals with the line on which they begin.
    pub(crate) strings: Vec<(usize, String)>,
}

impl RustText {
    /// Takes a file apart.
    pub(crate) fn of(source: &str) -> Self {
        let mut reader =
            Reader { rest: source, line: 1, out: Self { code: String::new(), strings: Vec::new() } };
        while !reader.rest.is_empty() {
            reader.next();
        }
        reader.out
    }
}

/// Whether a character can be part of a name.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    out: RustText,
}

impl Reader<'_> {
    fn next(&mut self) {
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            return self.blank(end);
        }
        if self.rest.starts_with("/*") {
            return self.blank(block_comment(self.rest));
        }
        if let Some((open, close)) = string(self.rest).filter(|_| !self.out.code.ends_with(is_word)) {
            let inside = &self.rest[open..];
            let end = literal_end(inside, &close);
            self.out.strings.push((self.line, inside[..end].to_owned()));
            return self.blank((open + end + close.len()).min(self.rest.len()));
        }
        if let Some(length) = character(self.rest) {
            return self.blank(length);
        }
        let c = self.rest.chars().next().expect("the caller checks that something is left");
        self.line += usize::from(c == '\n');
        self.out.code.push(c);
        self.rest = &self.rest[c.len_utf8()..];
    }

    fn blank(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.line += gone.matches('\n').count();
        self.out.code.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// Where a string literal that begins here has its text, and what closes it.
fn string(text: &str) -> Option<(usize, String)> {
    let body = text.trim_start_matches(['b', 'c']);
    let prefix = text.len() - body.len();
    if prefix > 1 {
        return None;
    }
    if body.starts_with('"') {
        return Some((prefix + 1, "\"".to_owned()));
    }
    let raw = body.strip_prefix('r')?;
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    raw[hashes..].starts_with('"').then(|| (prefix + hashes + 2, format!("\"{}", "#".repeat(hashes))))
}

fn literal_end(inside: &str, close: &str) -> usize {
    let plain = close.len() == 1;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        if !escaped && inside[at..].starts_with(close) {
            return at;
        }
        escaped = plain && c == '\\' && !escaped;
    }
    inside.len()
}

/// The length of a character literal that begins here; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        let end = inside[2..].find('\'')?;
        return Some(end + 4);
    }
    inside[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2)
}

#[cfg(test)]
mod tests {
    use super::RustText;

    #[test]
    fn comments_and_literals_are_no_code() {
        let text = RustText::of(
            "let a = \"x // y\\\"\"; // b\nlet c = r#\"d\"e\"#; /* f /* g */ */ let h: &'a u8 = '\"';\n",
        );
        assert_eq!(text.strings, [(1, "x // y\\\"".to_owned()), (2, "d\"e".to_owned())]);
        assert!(!text.code.contains(['b', 'f', '"']));
        assert!(text.code.contains("let h: &'a u8"));
        assert_eq!(text.code.matches('\n').count(), 2);
    }
}
