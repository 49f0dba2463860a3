//! Texts that people write: trimmed, bounded, never cut silently.

use crate::Refusal;

/// Longest public or internal text, in characters. Real messages reach 9,000.
pub const TEXT_MAX: usize = 20_000;
/// Longest single line, in characters.
pub const LINE_MAX: usize = 200;

/// A text that must be there.
pub fn required(field: &'static str, raw: &str, max: usize) -> Result<String, Refusal> {
    let text = optional(field, raw, max)?;
    if text.is_empty() { Err(Refusal::NeedsText(field)) } else { Ok(text) }
}

/// A text that may be empty. Line ends become `\n`; characters that no database keeps are dropped.
pub fn optional(field: &'static str, raw: &str, max: usize) -> Result<String, Refusal> {
    let text: String =
        raw.replace("\r\n", "\n").chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect();
    let text = text.trim();
    if text.chars().count() > max { Err(Refusal::TooLong { field, max }) } else { Ok(text.to_owned()) }
}

/// A title made from a text when nobody wrote one: its first sentence, at most thirty characters.
#[must_use]
pub fn title_of(text: &str) -> String {
    let first = text
        .split(['。', '！', '？', '!', '?', '\n', ';', '；'])
        .map(str::trim)
        .find(|s| !s.is_empty())
        .unwrap_or("");
    shorten(first, 30)
}

/// At most `max` characters; what is cut shows an ellipsis.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{head}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_with_an_error_not_cut() {
        assert_eq!(required("text", " \r\n ", 9), Err(Refusal::NeedsText("text")));
        assert_eq!(required("text", "一二三", 2), Err(Refusal::TooLong { field: "text", max: 2 }));
        assert_eq!(optional("text", "a\0\u{7}b\r\nc", 9).unwrap(), "ab\nc");
        assert_eq!(title_of("\n路灯不亮。晚上看不见"), "路灯不亮");
        assert_eq!(shorten("一二三四", 3), "一二…");
    }
}
