//! Roles, labels, and the city's own words.

use super::{Placed, catalogue::rows};
use crate::{
    case::Phase,
    city::{
        Label, PackFiles, ReachRule, Role,
        fault::Faults,
        form::Form,
        source::{self, Row, Value},
    },
    lang::Words,
    phrase::{Phrase, PhraseStep},
    policy::Action,
};

pub(in crate::city) fn roles(files: &PackFiles, faults: &Faults) -> Vec<Placed<Role>> {
    rows(files, "roles.toml", "role", faults, |form| {
        let (key, name) = (form.key("key"), form.words("name"));
        let actions = form.members("actions", Action::ALL, Action::key);
        Some(Role {
            key,
            name,
            actions,
            reach: form.member_required("reach", ReachRule::ALL, ReachRule::key).unwrap_or(ReachRule::All),
        })
    })
}

pub(in crate::city) fn labels(files: &PackFiles, faults: &Faults) -> Vec<Placed<Label>> {
    rows(files, "labels.toml", "label", faults, |form| {
        let (key, name) = (form.key("key"), form.words("name"));
        Some(Label { key, name, phase: form.member_required("phase", Phase::ALL, Phase::key)? })
    })
}

/// Prepared texts are optional: without the file there are none.
pub(in crate::city) fn phrases(files: &PackFiles, faults: &Faults) -> Vec<Placed<Phrase>> {
    if !files.contains_key("phrases.toml") {
        return Vec::new();
    }
    rows(files, "phrases.toml", "phrase", faults, |form| {
        Some(Phrase {
            key: form.key("key"),
            step: form.member_required("step", PhraseStep::ALL, PhraseStep::key)?,
            category: form.text_opt("category"),
            title: form.words("title"),
            body: form.words("body"),
        })
    })
}

/// `[home]` with `lead` and `lead_en` becomes the text `home.lead`; a table inside adds its name.
pub(in crate::city) fn texts(files: &PackFiles, faults: &Faults) -> Vec<Placed<(String, Words)>> {
    let root = source::toml(files, "texts.toml", faults);
    let mut texts = Vec::new();
    section(&root, "", faults, &mut texts);
    texts
}

fn section(row: &Row, path: &str, faults: &Faults, texts: &mut Vec<Placed<(String, Words)>>) {
    let form = Form::new(row, faults);
    for (field, cell) in row.cells.iter().filter(|(field, _)| !field.ends_with("_en")) {
        let key = if path.is_empty() { field.clone() } else { format!("{path}.{field}") };
        match &cell.value {
            Value::Table(inner) => {
                form.table(field);
                section(inner, &key, faults, texts);
            }
            _ => texts.push(Placed::new(row, (key, form.words(field)))),
        }
    }
    form.done();
}
