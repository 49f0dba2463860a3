//! `checklists.toml`: what a category wants done before a case of it is answered. The file is optional.

use super::{Placed, catalogue::rows};
use crate::{
    checklist::{AskedAt, Checklist, Item},
    city::{
        PackFiles,
        fault::{Faults, words},
        form::Form,
    },
};

/// Items of one list: more is a manual, and nobody ticks a manual.
const ITEMS_MAX: usize = 30;

pub(in crate::city) fn checklists(files: &PackFiles, faults: &Faults) -> Vec<Placed<Checklist>> {
    if !files.contains_key("checklists.toml") {
        return Vec::new();
    }
    rows(files, "checklists.toml", "checklist", faults, |form| {
        let list = Checklist {
            key: form.key("key"),
            name: form.words("name"),
            categories: form.list("categories"),
            items: form.rows("item").into_iter().map(|row| item(Form::new(row, form.faults))).collect(),
        };
        fits(form, &list);
        Some(list)
    })
}

fn item(form: Form<'_>) -> Item {
    let item = Item {
        key: form.key("key"),
        name: form.words("name"),
        required: form.yes("required", false),
        // The fault is noted; the item stays, so that it does not cause others.
        at: form.member("at", AskedAt::ALL, AskedAt::key).unwrap_or(AskedAt::Finish),
    };
    form.done();
    item
}

/// Whether the fields of one list fit together.
fn fits(form: &Form<'_>, list: &Checklist) {
    if list.categories.is_empty() {
        form.wrong(
            "categories",
            "没有写给哪些分类用",
            "It says for no category",
            words(
                "写上例如 categories = [\"utilities.drainage\"]，下级分类也用。",
                "Write for example categories = [\"utilities.drainage\"]; what is below has it too.",
            ),
        );
    }
    if list.items.is_empty() || list.items.len() > ITEMS_MAX {
        form.wrong(
            "item",
            format!("清单要有 1 到 {ITEMS_MAX} 项，这里有 {} 项", list.items.len()),
            format!("A checklist has 1 to {ITEMS_MAX} items, this one {}", list.items.len()),
            words(
                "每项以 [[checklist.item]] 开头，写 key、name 和 name_en。",
                "Begin each item with [[checklist.item]] and write key, name and name_en.",
            ),
        );
    }
    let twice = |(at, item): (usize, &Item)| {
        let earlier = &list.items[..at];
        (!item.key.is_empty() && earlier.iter().any(|other| other.key == item.key)).then(|| item.key.clone())
    };
    if let Some(key) = list.items.iter().enumerate().find_map(twice) {
        form.wrong(
            "item",
            format!("清单里的项目 {key} 写了两次"),
            format!("The item {key} is given twice in the list"),
            words("给其中一项换一个 key。", "Give one of them another key."),
        );
    }
}
