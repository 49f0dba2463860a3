//! `access.toml`: sessions, wrong passwords, second factors.

use crate::city::{
    AccessRules, PackFiles,
    fault::{Faults, words},
    form::Form,
    source,
};

/// Shorter than this, nobody could finish a form.
const IDLE_MINUTES_MIN: u32 = 5;

pub(in crate::city) fn access(files: &PackFiles, roles: &[&str], faults: &Faults) -> AccessRules {
    let mut there = PackFiles::new();
    there.insert(AccessRules::FILE.to_owned(), files.get(AccessRules::FILE).cloned().unwrap_or_default());
    let root = source::toml(&there, AccessRules::FILE, faults);
    let form = Form::new(&root, faults);
    let rules = AccessRules {
        idle_minutes: bounded(&form, "idle_minutes", 720, (IDLE_MINUTES_MIN, 10_080)),
        life_hours: bounded(&form, "life_hours", 168, (1, 720)),
        wrong_max: bounded(&form, "wrong_max", 5, (3, 100)),
        wrong_minutes: bounded(&form, "wrong_minutes", 15, (1, 1_440)),
        second_factor: form.list("second_factor"),
        law: form.words_opt("law"),
    };
    for key in rules.second_factor.iter().filter(|key| !roles.contains(&key.as_str())) {
        form.wrong(
            "second_factor",
            format!("没有角色 {key}"),
            format!("There is no role {key}"),
            words(
                format!("用 roles.toml 里的键：{}。", roles.join("、")),
                format!("Use the keys of roles.toml: {}.", roles.join(", ")),
            ),
        );
    }
    form.done();
    rules
}

/// A number within bounds: one outside is a fault, for nobody could sign in, or everybody for ever.
fn bounded(form: &Form<'_>, field: &str, default: u32, (least, most): (u32, u32)) -> u32 {
    let value = form.whole(field, default, most);
    if value < least {
        form.wrong(
            field,
            format!("{field} 太小，最少 {least}"),
            format!("{field} is too small: {least} at least"),
            words(format!("写 {least} 到 {most}。"), format!("Write {least} to {most}.")),
        );
        return least;
    }
    value
}
