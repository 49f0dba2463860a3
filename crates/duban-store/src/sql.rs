//! Writes a statement and its values side by side, so that placeholders always appear in order.
//!
//! For statements whose shape depends on what was asked (filters of a list). A fixed statement is a
//! plain text with `$1, $2 …`.

use std::fmt::Write as _;

use crate::value::Param;

/// A statement that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sql<'a> {
    /// The text so far.
    pub(crate) text: String,
    bound: Vec<Bound<'a>>,
}

/// A value that is borrowed, or one that was made for this statement.
#[derive(Clone, Debug)]
enum Bound<'a> {
    Borrowed(Param<'a>),
    Made(String),
}

impl<'a> Sql<'a> {
    /// Begins with a text that has no placeholders.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), bound: Vec::new() }
    }

    /// The values, in the order of their placeholders.
    pub(crate) fn params(&self) -> Vec<Param<'_>> {
        let param = |bound| match bound {
            &Bound::Borrowed(param) => param,
            Bound::Made(text) => Param::from(text),
        };
        self.bound.iter().map(param).collect()
    }

    /// Adds a text that has no placeholders.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a placeholder for a value.
    pub(crate) fn bind(&mut self, value: impl Into<Param<'a>>) -> &mut Self {
        self.hold(Bound::Borrowed(value.into()))
    }

    /// Adds a placeholder for a text that was made for this statement.
    pub(crate) fn bind_made(&mut self, text: String) -> &mut Self {
        self.hold(Bound::Made(text))
    }

    /// Adds `$4, $5, $6` for several values; for nothing `NULL`, which is in no list.
    pub(crate) fn bind_all<V: Into<Param<'a>>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        let mut first = true;
        for value in values {
            if !first {
                self.push(", ");
            }
            first = false;
            self.bind(value);
        }
        if first {
            self.push("NULL");
        }
        self
    }

    fn hold(&mut self, bound: Bound<'a>) -> &mut Self {
        self.bound.push(bound);
        write!(self.text, "${}", self.bound.len()).expect("writing to a String cannot fail");
        self
    }
}
