//! The import, from bytes of invented files to what is taken in.

mod fuzz;
mod mapping_tests;
mod real_data;
mod row_tests;
mod run_tests;
mod xlsx_tests;

use std::{collections::HashMap, fmt::Write as _, path::PathBuf};

use duban_domain::{Lang, Stamp, place::Bounds};
use jiff::tz::TimeZone;

use super::{
    Mapping,
    reader::Table,
    row::{Incoming, Known, Plan},
};

/// 2026-01-05 12:00 in Zhuzhou.
const NOW: Stamp = Stamp(1_767_585_600_000);

/// A city of two categories and one town.
fn known() -> Known {
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect::<HashMap<_, _>>()
    };
    Known {
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        bounds: Bounds { west: 112.96, south: 26.05, east: 114.12, north: 28.02 },
        categories: map(&[("市政公用", "utilities"), ("utilities", "utilities")]),
        divisions: map(&[("测试街道", "430203001"), ("430203001", "430203001")]),
        now: NOW,
    }
}

/// A file in a folder of its own.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What every row of a file is read as, in words.
fn told(mapping: &Mapping, name: &str, bytes: &[u8]) -> String {
    let (_folder, path) = file(name, bytes);
    let mut out = String::new();
    let mut table = match Table::open(&path, mapping) {
        Ok(table) => table,
        Err(e) => return without_folder(&e.to_string(), &path),
    };
    let plan = match Plan::new(mapping, &table) {
        Ok(plan) => plan,
        Err(e) => return without_folder(&e.to_string(), &path),
    };
    while let Some(row) = table.next_row().unwrap() {
        if plan.skips(&row) {
            writeln!(out, "{}: passed over", row.line).unwrap();
            continue;
        }
        match plan.read(&row, &known()) {
            Ok(incoming) => writeln!(out, "{}: {}", row.line, words(&incoming)).unwrap(),
            Err(reason) => writeln!(out, "{}: ✗ {}", row.line, reason.say(Lang::En)).unwrap(),
        }
    }
    out
}

fn without_folder(text: &str, path: &std::path::Path) -> String {
    text.replace(&path.display().to_string(), "FILE")
}

fn words(i: &Incoming) -> String {
    let mut out =
        format!("{} | {} | {} | {}", i.source_key, i.title, shortened(&i.text), i.received_at.timestamp());
    if i.day_only {
        out.push_str(" (day)");
    }
    if let Some((answer, at)) = &i.answer {
        write!(out, " | → {} {}", shortened(answer), at.timestamp()).unwrap();
    }
    for (name, value) in [
        ("kind", i.kind.map(|k| k.key())),
        ("urgency", i.urgency.map(|u| u.key())),
        ("division", i.place.division.as_deref()),
        ("category", i.category.as_deref()),
        ("no category", i.category_word.as_deref()),
    ] {
        if let Some(value) = value {
            write!(out, " | {name} {value}").unwrap();
        }
    }
    write!(out, " | {} {}", i.channel.key(), i.privacy.key()).unwrap();
    if !i.place.words.is_empty() {
        write!(out, " | at {}", i.place.words).unwrap();
    }
    if let Some(point) = i.place.point {
        write!(out, " | {:.4} {:.4}", point.lng(), point.lat()).unwrap();
    }
    if let Some(person) = &i.person {
        write!(out, " | {} {}", person.name, person.phone.as_ref().map_or("-", |p| p.digits())).unwrap();
    }
    for warning in &i.warnings {
        write!(out, " | ! {}", warning.say(Lang::En)).unwrap();
    }
    out
}

fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count > 40 { format!("{count} characters") } else { text.replace('\n', "⏎") }
}
