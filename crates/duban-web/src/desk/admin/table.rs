//! One table of the pack: its entries, and the form of one. What is not right comes back with every word
//! and with what the check says, file and line.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use duban_app::{
    AppError,
    administration::{
        dry_run::{self, DryRun},
        pack::{self, EntryChange, EntryEdit, Saved, Standing},
    },
};
use duban_domain::{
    Refusal,
    city::edit::{self, Choices, Entry, Table, Values},
};

use super::{FaultShown, form, shown};
use crate::{
    desk::words::{Choice, unit_name},
    frame::{Desk, Fields, PageResult, Shell, WebError, html, see_other},
};

#[derive(Template)]
#[template(path = "admin/table.html")]
pub(super) struct TablePage {
    s: Shell,
    table: Table,
    name: &'static str,
    rows: Vec<RowShown>,
    saved: bool,
    warnings: Vec<FaultShown>,
}

/// An entry in the list.
struct RowShown {
    id: String,
    name: String,
    note: String,
    gone: bool,
    depth: usize,
}

#[derive(Template)]
#[template(path = "admin/entry.html")]
pub(super) struct EntryPage {
    s: Shell,
    table: Table,
    name: &'static str,
    title: String,
    id: String,
    base: String,
    new: bool,
    fields: Vec<form::FieldShown>,
    above: Vec<Choice>,
    above_on: String,
    wrong: String,
    faults: Vec<FaultShown>,
    dry: Option<DryShown>,
}

/// A dry run as the page shows it.
struct DryShown {
    tried: usize,
    moved: usize,
    moves: Vec<(String, String, usize)>,
    named: Vec<(String, String, String, String)>,
}

/// The entries.
pub(crate) async fn page(desk: Desk, Path(key): Path<String>) -> PageResult {
    let table = table_of(&desk, &key)?;
    let standing = desk.run(pack::standing).await?;
    let saved = desk.visit.uri.query().is_some_and(|query| query.contains("saved"));
    Ok(html(&list(&desk, table, &standing, saved, Vec::new())))
}

/// The form of one entry, or of a new one.
pub(crate) async fn entry(desk: Desk, Path(key): Path<String>) -> PageResult {
    let table = table_of(&desk, &key)?;
    let standing = desk.run(pack::standing).await?;
    let asked = Fields::of_query(desk.visit.uri.query().unwrap_or(""));
    let Some(id) = asked.opt("id") else {
        let fresh = Asked { values: Values::new(), above: asked.get("above").to_owned(), ..Asked::default() };
        return Ok(html(&view(&desk, table, fresh)));
    };
    let found = edit::entry(&standing.files, table, id).ok_or(WebError::from(Refusal::NotFound))?;
    Ok(html(&view(&desk, table, Asked::of(found))))
}

/// Saves, moves, takes out or tries.
pub(crate) async fn post(desk: Desk, Path(key): Path<String>, fields: Fields) -> PageResult {
    let table = table_of(&desk, &key)?;
    let asked = Asked::sent(table, &fields);
    let edit = asked.edit(table, fields.get("do"));
    if fields.get("do") == "try" {
        return tried(&desk, table, asked, edit).await;
    }
    let sent = edit.clone();
    let done = desk.run(move |ctx| pack::change_entries(ctx, &[edit])).await;
    answered(&desk, table, (asked, sent), done).await
}

async fn tried(desk: &Desk, table: Table, asked: Asked, edit: EntryEdit) -> PageResult {
    match desk.run(move |ctx| dry_run::try_edits(ctx, &[edit])).await {
        Ok(Ok(run)) => Ok(html(&EntryPage { dry: Some(dry(desk, run)), ..view(desk, table, asked) })),
        Ok(Err(faults)) => {
            let faults = shown(&faults, desk.visit.lang);
            Ok(again(&EntryPage { faults, ..view(desk, table, asked) }))
        }
        Err(error) => refused(desk, table, asked, error).await,
    }
}

async fn answered(
    desk: &Desk,
    table: Table,
    (asked, sent): (Asked, EntryEdit),
    done: Result<Saved, WebError>,
) -> PageResult {
    match done {
        Ok(Saved::Done(_, warnings)) if warnings.is_empty() => {
            Ok(see_other(&format!("/desk/city/{}?saved=1", table.key())))
        }
        Ok(Saved::Done(_, warnings)) => {
            let standing = desk.run(pack::standing).await?;
            let warnings = shown(&warnings, desk.visit.lang);
            Ok(html(&list(desk, table, &standing, true, warnings)))
        }
        Ok(Saved::Faulty(faults)) => {
            let told = faults.clone();
            let placed = desk.run(move |ctx| pack::fields_of(ctx, &sent, &told)).await?;
            let faults = shown(&faults, desk.visit.lang);
            let mut page = EntryPage { faults, ..view(desk, table, asked) };
            for (name, fault) in placed {
                if let Some(field) = page.fields.iter_mut().find(|field| field.name == name) {
                    field.error =
                        format!("{} {}", fault.what.get(desk.visit.lang), fault.mend.get(desk.visit.lang));
                }
            }
            Ok(again(&page))
        }
        Err(error) => refused(desk, table, asked, error).await,
    }
}

/// A refusal that the form can answer to comes back as the form.
async fn refused(desk: &Desk, table: Table, mut asked: Asked, error: WebError) -> PageResult {
    let WebError::App(AppError::Refused(refusal)) = &error else { return Err(error) };
    if *refusal == Refusal::Stale {
        // Sent once more, it is over what stands there now.
        let standing = desk.run(pack::standing).await?;
        let now = asked.id.as_deref().and_then(|id| edit::entry(&standing.files, table, id));
        asked.base = now.map(|entry| entry.base).unwrap_or_default();
    }
    let (wrong, status) = match refusal {
        Refusal::Stale => (
            desk.visit.lang.t(
                "别人刚改过这一条。您写的还在下面；再存一次就以您写的为准。",
                "Somebody has just changed this entry. What you wrote is below; saving it once more makes yours hold.",
            ).to_owned(),
            StatusCode::CONFLICT,
        ),
        Refusal::Guard(_) | Refusal::NoChange => (refusal.sentence(desk.visit.lang), StatusCode::UNPROCESSABLE_ENTITY),
        _ => return Err(error),
    };
    let mut response = html(&EntryPage { wrong, ..view(desk, table, asked) });
    *response.status_mut() = status;
    Ok(response)
}

fn again(page: &EntryPage) -> Response {
    let mut response = html(page);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn table_of(desk: &Desk, key: &str) -> Result<Table, WebError> {
    let table = Table::from_key(key).ok_or(WebError::from(Refusal::NotFound))?;
    if !desk.who.can(table.action()) {
        return Err(Refusal::MayNot(table.action()).into());
    }
    Ok(table)
}

/// An entry as a form holds it.
#[derive(Clone, Default)]
struct Asked {
    id: Option<String>,
    base: String,
    values: Values,
    above: String,
}

impl Asked {
    fn of(entry: Entry) -> Self {
        Self { id: Some(entry.id), base: entry.base, values: entry.values, above: String::new() }
    }

    fn sent(table: Table, fields: &Fields) -> Self {
        let id = fields.opt("id").map(str::to_owned);
        let mut values = form::sent(table, fields);
        if let (Some(id), Some(key)) = (&id, table.key_field()) {
            // The key of an entry that is there is not asked for.
            if values.get(key).is_none_or(String::is_empty) {
                values.insert(key.to_owned(), id.clone());
            }
        }
        Self { id, base: fields.get("base").to_owned(), values, above: fields.get("above").to_owned() }
    }

    fn edit(&self, table: Table, what: &str) -> EntryEdit {
        let what = match what {
            "remove" => EntryChange::Remove,
            "up" | "down" => EntryChange::Shift { down: what == "down" },
            _ => EntryChange::Put(self.values.clone()),
        };
        EntryEdit { table, id: self.id.clone(), base: self.base.clone(), what }
    }
}

fn view(desk: &Desk, table: Table, asked: Asked) -> EntryPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let new = asked.id.is_none();
    let lang = s.lang;
    EntryPage {
        table,
        name: table.word(lang),
        title: asked.id.as_deref().map(|id| called(desk, table, id, &asked.values)).unwrap_or_default(),
        fields: form::fields(city, table, &asked.values, new, lang),
        above: if new && table == Table::Categories { form::above(city, lang) } else { Vec::new() },
        above_on: asked.above,
        id: asked.id.unwrap_or_default(),
        base: asked.base,
        new,
        wrong: String::new(),
        faults: Vec::new(),
        dry: None,
        s,
    }
}

fn dry(desk: &Desk, run: DryRun) -> DryShown {
    let (city, lang) = (&desk.site.app.city, desk.visit.lang);
    let name = |key: &str| unit_name(city, key, lang);
    DryShown {
        tried: run.tried,
        moved: run.moves.iter().map(|(_, _, count)| count).sum(),
        moves: run.moves.iter().map(|(from, to, count)| (name(from), name(to), *count)).collect(),
        named: run
            .named
            .into_iter()
            .map(|moved| (moved.number.digits().to_owned(), moved.title, name(&moved.from), name(&moved.to)))
            .collect(),
    }
}

fn list(desk: &Desk, table: Table, standing: &Standing, saved: bool, warnings: Vec<FaultShown>) -> TablePage {
    let s = desk.shell();
    let rows = edit::entries(&standing.files, table).iter().map(|entry| row(desk, table, entry)).collect();
    TablePage { table, name: table.word(s.lang), rows, saved, warnings, s }
}

/// What people call an entry; its key where it has no name.
fn called(desk: &Desk, table: Table, id: &str, values: &Values) -> String {
    let (city, lang) = (&desk.site.app.city, desk.visit.lang);
    let value = |name: &str| values.get(name).map_or("", String::as_str);
    if matches!(table, Table::CategoryWords | Table::Public) {
        return city.category_path(value("category"), lang);
    }
    if table == Table::Deadlines {
        let of = |choices: Choices, chosen: &str| -> Vec<String> {
            let all = choices.of(city).into_iter().filter(|(key, _)| chosen.lines().any(|one| one == key));
            all.map(|(_, name)| name.get(lang).to_owned()).collect()
        };
        let mut what = of(Choices::Urgencies, value("urgency"));
        what.extend(of(Choices::Kinds, value("kind")));
        return what.join(lang.t("、", ", "));
    }
    let (chinese, english) = (value(table.name_field()), value(&format!("{}_en", table.name_field())));
    let name = if english.is_empty() { chinese } else { lang.t(chinese, english) };
    if name.is_empty() { id.to_owned() } else { name.to_owned() }
}

fn row(desk: &Desk, table: Table, entry: &Entry) -> RowShown {
    let (city, lang) = (&desk.site.app.city, desk.visit.lang);
    let name = called(desk, table, &entry.id, &entry.values);
    let note = match table {
        Table::CategoryWords => entry.get("any").replace('\n', " "),
        Table::Deadlines => {
            let law = match entry.get("law") {
                "" => lang.t("默认，非法定", "a default, not law"),
                law => law,
            };
            format!("{} · {law}", entry.get("finish"))
        }
        Table::Catalogue => match entry.get("unit") {
            "street" => lang.t("所在街道乡镇", "the subdistrict or town").to_owned(),
            "division" => lang.t("所在区县", "the district or county").to_owned(),
            key => unit_name(city, key, lang),
        },
        Table::Holidays => entry.get("to").to_owned(),
        Table::Halves => entry.get("hours").replace('\n', lang.t("、", ", ")),
        Table::Seasons => {
            format!("→ {} · {}", entry.get("to"), entry.get("hours").replace('\n', lang.t("、", ", ")))
        }
        Table::Roles => entry
            .get("actions")
            .lines()
            .filter_map(|key| duban_domain::policy::Action::from_key(key).map(|action| action.word(lang)))
            .collect::<Vec<_>>()
            .join(lang.t("、", ", ")),
        _ => String::new(),
    };
    let gone =
        [entry.get("retired"), entry.get("closed")].iter().any(|v| matches!(*v, "yes" | "true" | "是"));
    let depth = if table == Table::Categories { entry.id.matches('.').count() } else { 0 };
    RowShown { id: entry.id.clone(), name, note, gone, depth }
}
