//! One key for another (改用别的键): a unit that is closed, a category that is replaced or moved, and
//! everything in the tables of the pack that refers to it.
//!
//! What is past keeps the old key, so the old entry stays and says who took over. `public.csv` keeps its rows:
//! taking one out could show what was hidden.

use super::{Choices, EditFault, Entry, FieldKind, Table, Values, entries, entry, forward, put};
use crate::{
    city::{PackFiles, is_below},
    request::closed_set,
};

closed_set! {
    /// What is replaced (换什么).
    Replacing {
        /// 单位
        Unit = 1, "unit", "单位", "Unit";
        /// 分类
        Category = 2, "category", "分类", "Category";
    }
}

impl Replacing {
    fn is_of(self, choices: Choices) -> bool {
        match self {
            Self::Unit => matches!(choices, Choices::Units | Choices::Targets),
            Self::Category => choices == Choices::Categories,
        }
    }

    /// The table that the entries stand in.
    #[must_use]
    pub fn table(self) -> Table {
        match self {
            Self::Unit => Table::Units,
            Self::Category => Table::Categories,
        }
    }
}

/// Writes in every table one key where another stood, except in the entry of the old key itself.
pub fn references(files: &mut PackFiles, what: Replacing, from: &str, to: &str) -> Result<(), EditFault> {
    for &table in Table::ALL.iter().filter(|table| **table != Table::Public) {
        for old in entries(files, table) {
            if table == what.table() && old.id == from {
                continue;
            }
            let values = replaced(table, what, &old.values, from, to);
            if values != old.values {
                put(files, table, Some(&old.id), &values)?;
            }
        }
    }
    forward::references(files, what, from, to);
    Ok(())
}

fn replaced(table: Table, what: Replacing, values: &Values, from: &str, to: &str) -> Values {
    let mut values = values.clone();
    for field in table.fields() {
        let several = match field.kind {
            FieldKind::One(choices) if what.is_of(choices) => false,
            FieldKind::Several(choices) if what.is_of(choices) => true,
            _ => continue,
        };
        let Some(text) = values.get_mut(field.name) else { continue };
        if !text.lines().any(|line| line.trim() == from) {
            continue;
        }
        let mut lines: Vec<&str> = Vec::new();
        for line in text.lines().map(|line| if line.trim() == from { to } else { line.trim() }) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        *text = if several { lines.join("\n") } else { to.to_owned() };
    }
    values
}

/// Closes a unit, or retires a category, in favour of another; everything refers to that one from now on.
/// What is hidden from the public does not become a kind that is not.
pub fn retire(files: &mut PackFiles, what: Replacing, from: &str, to: &str) -> Result<(), EditFault> {
    if what == Replacing::Category && !is_public(files, from) && is_public(files, to) {
        return Err(EditFault::Published);
    }
    let mut values = entry(files, what.table(), from).ok_or(EditFault::Gone)?.values;
    let gone = match what {
        Replacing::Unit => "closed",
        Replacing::Category => "retired",
    };
    values.insert(gone.to_owned(), "yes".to_owned());
    values.insert("successor".to_owned(), to.to_owned());
    put(files, what.table(), Some(from), &values)?;
    references(files, what, from, to)
}

/// Moves a category, with all below it, under another one: new entries with the same names, the old ones
/// retired in favour of them. Gives the old keys and what each is now.
pub fn rename_below(
    files: &mut PackFiles,
    from: &str,
    parent: &str,
) -> Result<Vec<(String, String)>, EditFault> {
    if is_below(parent, from) {
        return Err(EditFault::Taken);
    }
    let own = from.rsplit('.').next().unwrap_or(from);
    let top = if parent.is_empty() { own.to_owned() } else { format!("{parent}.{own}") };
    let moved: Vec<_> = entries(files, Table::Categories)
        .into_iter()
        .filter(|old| is_below(&old.id, from) && !matches!(old.get("retired"), "yes" | "true" | "是"))
        .collect();
    let mut pairs = Vec::new();
    for old in moved {
        let new = format!("{top}{}", old.id.strip_prefix(from).unwrap_or_default());
        let mut values = old.values.clone();
        values.insert("key".to_owned(), new.clone());
        put(files, Table::Categories, None, &values)?;
        shown_alike(files, &old.id, &new)?;
        pairs.push((old.id, new));
    }
    if pairs.is_empty() {
        return Err(EditFault::Gone);
    }
    for (old, new) in &pairs {
        retire(files, Replacing::Category, old, new)?;
    }
    Ok(pairs)
}

/// What stood in the table of the public names of the old key stands there for the new one as well; and what
/// was hidden, by its own row or by one above it, is hidden where it goes.
fn shown_alike(files: &mut PackFiles, old: &str, new: &str) -> Result<(), EditFault> {
    let row = entry(files, Table::Public, old);
    let hide = !is_public(files, old) && is_public(files, new);
    if row.is_none() && !hide {
        return Ok(());
    }
    let mut values = row.map(|row| row.values).unwrap_or_default();
    values.insert("category".to_owned(), new.to_owned());
    if hide {
        values.insert("show".to_owned(), "no".to_owned());
    }
    put(files, Table::Public, None, &values)
}

/// As [`crate::city::City::is_public`], of files that are only being changed.
fn is_public(files: &PackFiles, key: &str) -> bool {
    let hidden = |row: &Entry| matches!(row.get("show"), "no" | "false" | "否");
    !entries(files, Table::Public).iter().any(|row| is_below(key, &row.id) && hidden(row))
}
