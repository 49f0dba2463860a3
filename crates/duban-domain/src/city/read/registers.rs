//! `registers.toml`: lists of places and divisions that somebody else keeps, and that are fetched by the city's
//! clock. The file is optional.

use super::{Placed, calendar::range, catalogue::rows};
use crate::{
    city::{
        PackFiles,
        fault::{Faults, words},
        form::Form,
        is_plain,
    },
    gazetteer::{Columns, Format, Holds, Register, Source},
    place::Crs,
};

/// What the address of a file begins with.
const FILE: &str = "file:";

pub(in crate::city) fn registers(files: &PackFiles, faults: &Faults) -> Vec<Placed<Register>> {
    if !files.contains_key("registers.toml") {
        return Vec::new();
    }
    rows(files, "registers.toml", "register", faults, |form| {
        let private = form.yes("private", false);
        Some(Register {
            key: form.key("key"),
            name: form.words("name"),
            holds: form.member("holds", Holds::ALL, Holds::key).unwrap_or(Holds::Places),
            source: source(form, private),
            format: form.member("format", Format::ALL, Format::key).unwrap_or(Format::Csv),
            private,
            crs: form.member("crs", Crs::ALL, Crs::key).unwrap_or(Crs::Wgs84),
            at: form
                .required("at", "03:30", |t| range(&format!("{t}-24:00")).map(|(at, _)| at))
                .unwrap_or_default(),
            every_days: form.whole("every_days", 1, 366).max(1),
            vanish_max: form.whole("vanish_max", 5, 100),
            columns: columns(form),
        })
    })
}

fn columns(form: &Form<'_>) -> Columns {
    let named = |field: &str, usual: &str| form.text_opt(field).unwrap_or_else(|| usual.to_owned());
    Columns {
        id: form.text_opt("id_is"),
        name: named("name_is", "name"),
        name_en: named("name_en_is", "name_en"),
        aliases: named("aliases_is", "aliases"),
        initials: named("initials_is", "initials"),
        division: named("division_is", "division"),
        lng: named("lng_is", "lng"),
        lat: named("lat_is", "lat"),
    }
}

fn source(form: &Form<'_>, private: bool) -> Source {
    let text = form.text("source");
    if let Some(name) = text.strip_prefix(FILE) {
        if !is_plain(name) {
            form.wrong(
                "source",
                format!("文件名 {name} 不能用"),
                format!("The file name {name} cannot be used"),
                words(
                    "写成 file:streets.csv；文件放在服务器数据目录下的 registers 里。",
                    "Write file:streets.csv; the file lies in the folder registers of the server's data.",
                ),
            );
        }
        return Source::File(name.to_owned());
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://").filter(|_| private));
    let plain = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['#', '@', ' ']));
    if !text.is_empty() && !plain {
        form.wrong(
            "source",
            format!("地址 {text} 不能用"),
            format!("The address {text} cannot be used"),
            words(
                "写成 https://…（只有 private = true 的内网来源可以用 http），或 file:文件名。",
                "Write https://… (http only inside your own network, with private = true), or file:NAME.",
            ),
        );
    }
    Source::Web(text)
}
