//! Roles, labels, and the city's own words.

use super::{Placed, catalogue::rows};
use crate::{
    case::Phase,
    city::{Label, PackFiles, ReachRule, Role, fault::Faults, form::Form, source},
    lang::Words,
    policy::Action,
};

pub(in crate::city) fn roles(files: &PackFiles, faults: &Faults) -> Vec<Placed<Role>> {
    rows(files, "roles.toml", "role", faults, |form| {
        let (key, name) = (form.key("key"), form.words("name"));
        let actions = form.members("actions", Action::ALL, Action::key);
        Some(Role { key, name, actions, reach: form.member_required("reach", ReachRule::ALL, ReachRule::key)? })
    })
}

pub(in crate::city) fn labels(files: &PackFiles, faults: &Faults) -> Vec<Placed<Label>> {
    rows(files, "labels.toml", "label", faults, |form| {
        let (key, name) = (form.key("key"), form.words("name"));
        Some(Label { key, name, phase: form.member_required("phase", Phase::ALL, Phase::key)? })
    })
}

/// `[home]` with `lead` and `lead_en` becomes the text `home.lead`.
pub(in crate::city) fn texts(files: &PackFiles, faults: &Faults) -> Vec<Placed<(String, Words)>> {
    let root = source::toml(files, "texts.toml", faults);
    let form = Form::new(&root, faults);
    let mut texts = Vec::new();
    for section in root.cells.keys() {
        let Some(row) = form.table(section) else { continue };
        let inner = Form::new(row, faults);
        for field in row.cells.keys().filter(|field| !field.ends_with("_en")) {
            texts.push(Placed { at: inner.spot(field), it: (format!("{section}.{field}"), inner.words(field)) });
        }
        inner.done();
    }
    form.done();
    texts
}
