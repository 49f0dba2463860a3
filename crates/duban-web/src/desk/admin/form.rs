//! The form of one entry, from the fields of its table; and what such a form sent.

use duban_domain::{
    Lang,
    city::{
        City,
        edit::{Choices, Field, FieldKind, Table, Values},
    },
};

use super::super::words::Choice;
use crate::frame::Fields;

/// Of more choices than this only the chosen ones are open; the others are behind a line that opens.
const TICKED_MAX: usize = 12;
/// What is said of an entry that is there, and never of a new one.
const LATER: [&str; 3] = ["retired", "closed", "successor"];

/// A field as the template shows it.
pub(super) struct FieldShown {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) required: bool,
    /// `line`, `words`, `texts`, `list`, `one`, `ticks`, `many`, `yes`, `date` or `fixed`.
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) value_en: String,
    pub(super) choices: Vec<ChoiceShown>,
    /// What the check says of it.
    pub(super) error: String,
}

/// A choice, and whether it is chosen.
pub(super) struct ChoiceShown {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) on: bool,
}

/// The fields with their values. The key of an entry that is there is shown and not asked for.
pub(super) fn fields(city: &City, table: Table, values: &Values, new: bool, lang: Lang) -> Vec<FieldShown> {
    let now = |field: &&Field| !new || !LATER.contains(&field.name);
    table.fields().iter().filter(now).map(|field| one(city, table, field, values, new, lang)).collect()
}

fn one(
    city: &City,
    table: Table,
    field: &'static Field,
    values: &Values,
    new: bool,
    lang: Lang,
) -> FieldShown {
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let text = value(field.name);
    let (kind, choices) = match field.kind {
        _ if !new && table.key_field() == Some(field.name) && !matches!(field.kind, FieldKind::Words) => {
            ("fixed", Vec::new())
        }
        FieldKind::Key | FieldKind::Line | FieldKind::Whole => ("line", Vec::new()),
        FieldKind::Words => ("words", Vec::new()),
        FieldKind::Texts => ("texts", Vec::new()),
        FieldKind::List | FieldKind::Rows(_) => ("list", Vec::new()),
        FieldKind::Date => ("date", Vec::new()),
        FieldKind::Yes { .. } => ("yes", Vec::new()),
        FieldKind::One(choices) => ("one", listed(city, choices, &text, lang)),
        FieldKind::Several(choices) => {
            let all = listed(city, choices, &text, lang);
            (if all.len() > TICKED_MAX && choices != Choices::Actions { "many" } else { "ticks" }, all)
        }
    };
    let text = match field.kind {
        FieldKind::Yes { by_default } => {
            let yes =
                if text.is_empty() { by_default } else { matches!(text.as_str(), "yes" | "true" | "是") };
            if yes { "yes".to_owned() } else { String::new() }
        }
        _ => text,
    };
    FieldShown {
        name: field.name,
        label: lang.t(field.label.0, field.label.1).to_owned(),
        hint: lang.t(field.hint.0, field.hint.1).to_owned(),
        required: field.required,
        kind,
        value: text,
        value_en: value(&format!("{}_en", field.name)),
        choices,
        error: String::new(),
    }
}

/// The choices; one that is chosen and not offered any more stays, so that saving does not lose it.
fn listed(city: &City, choices: Choices, chosen: &str, lang: Lang) -> Vec<ChoiceShown> {
    let on = |key: &str| chosen.lines().any(|line| line.trim() == key);
    let of = choices.of(city);
    let known = |key: &str| of.iter().any(|(own, _)| own == key);
    let lost = chosen.lines().map(str::trim).filter(|key| !key.is_empty() && !known(key));
    let lost: Vec<ChoiceShown> =
        lost.map(|key| ChoiceShown { key: key.to_owned(), name: key.to_owned(), on: true }).collect();
    let all = of.iter().map(|(key, name)| ChoiceShown {
        key: key.clone(),
        name: name.get(lang).to_owned(),
        on: on(key),
    });
    all.chain(lost).collect()
}

/// What a form sent, as values of the table.
pub(super) fn sent(table: Table, fields: &Fields) -> Values {
    let mut values = Values::new();
    for field in table.fields() {
        match field.kind {
            FieldKind::Yes { .. } => {
                let yes = !fields.get(field.name).is_empty();
                values.insert(field.name.to_owned(), if yes { "yes" } else { "no" }.to_owned());
            }
            FieldKind::Several(_) => {
                values.insert(field.name.to_owned(), fields.all(field.name).collect::<Vec<_>>().join("\n"));
            }
            _ => {
                for column in field.columns() {
                    let text = fields.get(&column).replace("\r\n", "\n");
                    values.insert(column, text);
                }
            }
        }
    }
    if table == Table::Categories && fields.opt("new").is_some() {
        values.insert("key".to_owned(), category_key(fields));
    }
    values
}

/// The key of a new category: that of the one above, and a part of its own, made of the English name
/// where nobody gave one.
fn category_key(fields: &Fields) -> String {
    let own = fields.opt("key").map_or_else(|| slug(fields.get("name_en")), str::to_owned);
    match fields.opt("above") {
        Some(above) if !own.is_empty() && !own.starts_with(&format!("{above}.")) => format!("{above}.{own}"),
        _ => own,
    }
}

/// `Fire hydrants` as `fire-hydrants`.
fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let text: String = name.chars().map(plain).collect();
    text.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The categories that a new one can lie below.
pub(super) fn above(city: &City, lang: Lang) -> Vec<Choice> {
    let open = city.categories.iter().filter(|c| c.level < 3 && !c.retired);
    open.map(|c| Choice { key: c.key.clone(), name: city.category_path(&c.key, lang) }).collect()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn an_english_name_makes_a_key() {
        assert_eq!(slug("Fire hydrants & valves"), "fire-hydrants-valves");
        assert_eq!(slug("消火栓"), "");
    }
}
