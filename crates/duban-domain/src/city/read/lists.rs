//! The long lists: units, divisions, categories, places, lines of the map.

use super::Placed;
use crate::{
    city::{
        Category, Division, Landmark, MapLine, PackFiles, Unit, UnitKind,
        fault::{Faults, words},
        form::Form,
        source,
    },
    person::Mail,
    place::Point,
    request::Kind,
};

pub(in crate::city) fn units(files: &PackFiles, faults: &Faults) -> Vec<Placed<Unit>> {
    each(files, "units.csv", faults, |form| {
        let name = form.words("name");
        Some(Unit {
            key: form.key("key"),
            short: form.words_opt("short").unwrap_or_else(|| name.clone()),
            name,
            // The fault is noted; the row stays, so that it does not cause others.
            kind: form.member_required("kind", UnitKind::ALL, UnitKind::key).unwrap_or(UnitKind::Department),
            parent: form.text_opt("parent"),
            division: form.text_opt("division"),
            phone: form.text_opt("phone"),
            mail: form
                .parsed("mail", "duty@example.cn", |t| Some(Mail::parse(t).ok()??.address().to_owned())),
            closed: form.yes("closed", false),
            successor: form.text_opt("successor"),
        })
    })
}

pub(in crate::city) fn divisions(files: &PackFiles, faults: &Faults) -> Vec<Placed<Division>> {
    each(files, "divisions.csv", faults, |form| {
        let code = form.text("code");
        let digits = code.bytes().all(|b| b.is_ascii_digit());
        if !code.is_empty() && (!digits || !matches!(code.len(), 6 | 9)) {
            form.wrong(
                "code",
                format!("区划代码 {code} 不是 6 位或 9 位数字"),
                format!("The division code {code} is not of 6 or 9 digits"),
                words(
                    "县级写 6 位，乡级写 9 位；不要带后面的 000。",
                    "Write 6 digits for county level and 9 for town level, without trailing 000.",
                ),
            );
        }
        let parent = if code.len() == 9 && digits { code.get(..6).map(str::to_owned) } else { None };
        Some(Division {
            name: form.words("name"),
            parent,
            point: point(form),
            unit: form.text_opt("unit"),
            valid_from: form.date("valid_from"),
            valid_to: form.date("valid_to"),
            former: form.words_opt("former"),
            code,
        })
    })
}

pub(in crate::city) fn categories(files: &PackFiles, faults: &Faults) -> Vec<Placed<Category>> {
    each(files, "categories.csv", faults, |form| {
        let key = form.key("key");
        let level = key.split('.').count();
        if level > 3 {
            form.wrong(
                "key",
                format!("分类 {key} 有 {level} 级"),
                format!("The category {key} has {level} levels"),
                words(
                    "最多三级，用点分开，例如 utilities.aerial.tree。",
                    "At most three, with dots between, for example utilities.aerial.tree.",
                ),
            );
        }
        Some(Category {
            name: form.words("name"),
            parent: key.rsplit_once('.').map(|(parent, _)| parent.to_owned()),
            level: level.min(3) as u8,
            kind_default: form.member("kind", Kind::ALL, Kind::key),
            retired: form.yes("retired", false),
            successor: form.text_opt("successor"),
            key,
        })
    })
}

pub(in crate::city) fn places(files: &PackFiles, faults: &Faults) -> Vec<Placed<Landmark>> {
    each(files, "places.csv", faults, |form| {
        let point = point(form);
        let accuracy_m = form.whole("accuracy_m", 0, 50_000);
        if point.is_some() && accuracy_m == 0 {
            form.wrong(
                "accuracy_m",
                "有坐标却没有写精度 accuracy_m",
                "There is a point but no accuracy_m",
                words(
                    "写上坐标可能相差多少米，例如 300。",
                    "Write by how many metres the point may be off, for example 300.",
                ),
            );
        }
        Some(Landmark {
            name: form.words("name"),
            aliases: form.list("aliases"),
            initials: form.text_opt("initials").unwrap_or_default().to_ascii_lowercase(),
            division: form.text_opt("division"),
            point,
            accuracy_m,
            approximate: form.yes("approximate", true),
            retired: form.yes("retired", false),
        })
    })
}

/// The map is optional: without the file there are no lines.
pub(in crate::city) fn map(files: &PackFiles, faults: &Faults) -> Vec<Placed<MapLine>> {
    if !files.contains_key("map.toml") {
        return Vec::new();
    }
    let root = source::toml(files, "map.toml", faults);
    let form = Form::new(&root, faults);
    let lines = form.rows("line").into_iter().map(|row| {
        let inner = Form::new(row, faults);
        let points = inner.list("points").iter().filter_map(|pair| bend(&inner, pair)).collect();
        let line = MapLine { name: inner.words("name"), kind: inner.text("kind"), points };
        if !matches!(line.kind.as_str(), "river" | "road" | "rail" | "") {
            inner.wrong(
                "kind",
                format!("线的种类 {} 不认识", line.kind),
                format!("The kind of line {} is not known", line.kind),
                words("只能是 river、road 或 rail。", "It can be river, road or rail."),
            );
        }
        inner.done();
        Placed::new(row, line)
    });
    let lines = lines.collect();
    form.done();
    lines
}

fn bend(form: &Form<'_>, pair: &str) -> Option<Point> {
    let point = pair
        .split_once(' ')
        .and_then(|(lng, lat)| Point::from_degrees(lng.trim().parse().ok()?, lat.trim().parse().ok()?));
    if point.is_none() {
        form.wrong(
            "points",
            format!("坐标 {pair} 读不懂"),
            format!("The point {pair} cannot be read"),
            words(
                "写成“经度 纬度”，例如 113.134 27.828。",
                "Write longitude, a space and latitude, for example 113.134 27.828.",
            ),
        );
    }
    point
}

/// Longitude and latitude, both or none.
fn point(form: &Form<'_>) -> Option<Point> {
    match (form.number("lng"), form.number("lat")) {
        (Some(lng), Some(lat)) => {
            let point = Point::from_degrees(lng, lat);
            if point.is_none() {
                form.wrong(
                    "lng",
                    "坐标超出经纬度的范围",
                    "The point is not on the earth",
                    words(
                        "检查小数点，以及经度、纬度是否写反。",
                        "Check the decimal point and whether longitude and latitude are swapped.",
                    ),
                );
            }
            point
        }
        (None, None) => None,
        _ => {
            form.wrong(
                "lng",
                "经度、纬度只写了一个",
                "Only one of longitude and latitude is given",
                words("两个都写，或都不写。", "Give both or neither."),
            );
            None
        }
    }
}

/// Reads every row of a CSV file with one function.
fn each<T>(
    files: &PackFiles,
    path: &str,
    faults: &Faults,
    read: impl Fn(&Form<'_>) -> Option<T>,
) -> Vec<Placed<T>> {
    let rows = source::csv(files, path, faults);
    rows.iter()
        .filter_map(|row| {
            let form = Form::new(row, faults);
            let it = read(&form);
            if it.is_some() {
                form.done();
            }
            it.map(|it| Placed::new(row, it))
        })
        .collect()
}
