//! `reasons.toml`: the lists that somebody chooses a reason from. Without the file there are the few
//! that the program brings, so that a return can always be asked for.

use crate::{
    city::{
        PackFiles, Reason, Reasons,
        fault::{Faults, words},
        form::Form,
        source,
    },
    lang::Words,
};

pub(in crate::city) fn reasons(files: &PackFiles, faults: &Faults) -> Reasons {
    if !files.contains_key("reasons.toml") {
        return Reasons { returns: vec![other()], causes: Vec::new() };
    }
    let root = source::toml(files, "reasons.toml", faults);
    let form = Form::new(&root, faults);
    let mut returns = list(&form, "return");
    if returns.is_empty() {
        returns.push(other());
    }
    let causes = list(&form, "cause");
    form.done();
    Reasons { returns, causes }
}

fn list(form: &Form<'_>, name: &str) -> Vec<Reason> {
    let mut list: Vec<Reason> = Vec::new();
    for row in form.rows(name) {
        let inner = Form::new(row, form.faults);
        let reason = Reason { key: inner.key("key"), name: inner.words("name") };
        if list.iter().any(|known| known.key == reason.key) {
            inner.wrong(
                "key",
                format!("理由 {} 写了两次", reason.key),
                format!("The reason {} is there twice", reason.key),
                words("删去一行，或换一个 key。", "Remove one row, or give it another key."),
            );
        }
        inner.done();
        list.push(reason);
    }
    list
}

fn other() -> Reason {
    Reason { key: "other".to_owned(), name: Words { zh: "其他".to_owned(), en: "Other".to_owned() } }
}
