//! The form of a step as a value, so that every step around a case looks alike and keeps what was typed.

use super::{
    case::Trouble,
    words::{Choice, Choices},
};
use crate::frame::Shell;

/// A form on the case page.
pub(super) struct Form {
    /// The step, also the anchor of the form.
    pub(super) step: &'static str,
    /// What its address ends with.
    pub(super) path: &'static str,
    /// The words on its button.
    pub(super) name: String,
    /// Whether it came back.
    pub(super) open: bool,
    pub(super) files: bool,
    pub(super) main: bool,
    /// What one should know before filling it in; somebody's words may be in it.
    pub(super) about: Vec<String>,
    pub(super) fields: Vec<Field>,
    pub(super) buttons: Vec<Button>,
}

/// A field of it.
pub(super) struct Field {
    /// `area`, `line`, `select`, `number`, `date`, `check`, `files` or `hidden`.
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) value: String,
    pub(super) error: String,
    pub(super) required: bool,
    pub(super) groups: Vec<Choices>,
}

/// A button of it.
pub(super) struct Button {
    /// What `do` is sent as; nothing when there is but one.
    pub(super) value: &'static str,
    pub(super) name: String,
    pub(super) main: bool,
}

impl Form {
    /// Whether it is a button only, with nothing to fill in.
    pub(super) fn is_plain(&self) -> bool {
        self.fields.iter().all(|field| field.kind == "hidden")
    }
}

/// Makes the forms of one page.
pub(super) struct Maker<'a> {
    pub(super) s: &'a Shell,
    pub(super) trouble: Option<&'a Trouble>,
}

impl Maker<'_> {
    /// A form with one button.
    pub(super) fn form(&self, step: &'static str, path: &'static str, name: &str, done: &str) -> Form {
        Form {
            step,
            path,
            name: name.to_owned(),
            open: self.trouble.is_some_and(|t| t.step == step),
            files: false,
            main: false,
            about: Vec::new(),
            fields: Vec::new(),
            buttons: vec![Button { value: "", name: done.to_owned(), main: true }],
        }
    }

    /// A form that says yes or no to something.
    pub(super) fn decision(
        &self,
        step: &'static str,
        path: &'static str,
        name: &str,
        (yes, no): ((&'static str, &str), (&'static str, &str)),
    ) -> Form {
        let button =
            |(value, name): (&'static str, &str), main| Button { value, name: name.to_owned(), main };
        Form {
            main: true,
            open: true,
            buttons: vec![button(yes, true), button(no, false)],
            ..self.form(step, path, name, "")
        }
    }

    /// A field with what was typed into it when the form came back.
    pub(super) fn field(&self, step: &str, kind: &'static str, name: &'static str, label: &str) -> Field {
        let back = self.trouble.filter(|t| t.step == step);
        Field {
            kind,
            name,
            label: label.to_owned(),
            hint: String::new(),
            value: back.map(|t| t.typed.get(name).to_owned()).unwrap_or_default(),
            error: back.filter(|t| t.field == Some(name)).map(|t| t.sentence.clone()).unwrap_or_default(),
            required: true,
            groups: Vec::new(),
        }
    }

    /// A field to choose in.
    pub(super) fn choose(&self, step: &str, name: &'static str, label: &str, groups: Vec<Choices>) -> Field {
        Field { groups, ..self.field(step, "select", name, label) }
    }

    /// Something that is sent along.
    pub(super) fn hidden(&self, name: &'static str, value: &str) -> Field {
        Field {
            kind: "hidden",
            name,
            label: String::new(),
            hint: String::new(),
            value: value.to_owned(),
            error: String::new(),
            required: false,
            groups: Vec::new(),
        }
    }
}

impl Field {
    /// May be left empty.
    pub(super) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// With a few words beside the label.
    pub(super) fn hint(self, hint: &str) -> Self {
        Self { hint: hint.to_owned(), ..self }
    }
}

/// Choices without a head.
pub(super) fn plain(list: Vec<Choice>) -> Vec<Choices> {
    vec![Choices { head: String::new(), list }]
}
