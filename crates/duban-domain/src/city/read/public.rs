//! `public.csv`: how kinds of matters are called and drawn on the public page, and which are kept off it.

use super::Placed;
use crate::city::{
    PackFiles, PublicRule,
    fault::{Faults, words},
    form::Form,
    source,
    types::ICONS,
};

/// Optional: without the file every category is shown under its own name.
pub(in crate::city) fn public(files: &PackFiles, faults: &Faults) -> Vec<Placed<PublicRule>> {
    if !files.contains_key("public.csv") {
        return Vec::new();
    }
    let rows = source::csv(files, "public.csv", faults);
    rows.iter()
        .map(|row| {
            let form = Form::new(row, faults);
            let icon = form.text_opt("icon");
            if let Some(icon) = icon.as_deref().filter(|icon| !ICONS.contains(icon)) {
                form.wrong(
                    "icon",
                    format!("没有叫 {icon} 的图标"),
                    format!("There is no icon called {icon}"),
                    words(
                        format!("用其中之一：{}", ICONS.join("、")),
                        format!("Use one of: {}", ICONS.join(", ")),
                    ),
                );
            }
            let rule = PublicRule {
                category: form.key("category"),
                name: form.words_opt("name"),
                icon,
                show: form.yes("show", true),
            };
            form.done();
            Placed::new(row, rule)
        })
        .collect()
}
