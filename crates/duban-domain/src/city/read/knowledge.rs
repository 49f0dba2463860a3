//! `knowledge.toml`: items of the knowledge base that a new database begins with. The file is optional.

use super::{Placed, catalogue::rows};
use crate::{
    city::{
        PackFiles,
        fault::{Faults, words},
        form::Form,
    },
    knowledge::{Item, ItemKind, PackItem, Verdict},
};

pub(in crate::city) fn knowledge(files: &PackFiles, faults: &Faults) -> Vec<Placed<PackItem>> {
    if !files.contains_key("knowledge.toml") {
        return Vec::new();
    }
    rows(files, "knowledge.toml", "item", faults, |form| {
        let key = form.key("key");
        let item = Item {
            kind: form.member("kind", ItemKind::ALL, ItemKind::key).unwrap_or(ItemKind::Answer),
            verdict: form.member("verdict", Verdict::ALL, Verdict::key),
            question: form.words("question"),
            variants: form.list("variants"),
            answer: form.words("answer"),
            basis: form.text_opt("basis").unwrap_or_default(),
            unit: form.text("unit"),
            from: form.date("from"),
            until: form.date("until"),
            review: form.date("review"),
            public: form.yes("public", true),
        };
        fits(form, &item);
        Some(PackItem { key, item })
    })
}

/// Whether the fields of an item fit together: as the page of the knowledge base asks it.
fn fits(form: &Form<'_>, item: &Item) {
    let Err(refusal) = item.checked() else { return };
    // What is missing was noted when it was read.
    let field = refusal.field().filter(|field| !matches!(*field, "question" | "answer"));
    if let Some(field) = field {
        let sentence = |lang| refusal.sentence(lang);
        form.wrong(
            field,
            sentence(crate::Lang::Zh),
            sentence(crate::Lang::En),
            words("改这一条。", "Change this item."),
        );
    }
}
