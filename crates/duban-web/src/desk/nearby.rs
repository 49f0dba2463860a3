//! What lies around a case: its map with the neighbours, those of the same kind, and those that may
//! be the same matter.

use duban_app::{CaseRow, case::show::Shown};
use duban_domain::{
    Lang,
    city::{City, SettingGroup},
    object::CityObject,
};

use crate::frame::{
    Shell,
    map::{MapPoint, MapView},
};

/// Signs for neighbours on the map and in the list beside it.
const MARKS_ZH: [&str; 12] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑"];
const MARKS_EN: [&str; 12] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];

/// The block about the place of a case.
pub(super) struct Nearby {
    pub(super) map: Option<MapView>,
    pub(super) near: Vec<Near>,
    /// Those that can be done on the same trip; they stand in a list of their own, without signs.
    pub(super) trip: Vec<Near>,
    /// What is said of cases that may be the same matter.
    pub(super) alike: String,
}

impl Nearby {
    pub(super) fn of(city: &City, shown: &Shown, s: &Shell) -> Self {
        let object = |one: &CityObject| MapPoint::object(one.point, &named(one, s.lang), true);
        let points = || dots(shown, s).into_iter().chain(shown.objects.iter().map(object)).collect();
        let map = |at| MapView::new(city, s.lang, Some(at)).with_points(points());
        Self {
            map: shown.row.point.map(map),
            near: neighbours(shown, &shown.near, |i| mark(i, s.lang), s),
            trip: neighbours(shown, &shown.trip, |_| "", s),
            alike: alike(city, shown, s.lang),
        }
    }
}

/// What an object is called on the map.
fn named(object: &CityObject, lang: Lang) -> String {
    format!("{} {}", object.id, object.name.get(lang)).trim_end().to_owned()
}

/// A case nearby.
pub(super) struct Near {
    pub(super) mark: &'static str,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) stage: String,
    pub(super) metres: i64,
    /// Whether it may be the same matter.
    pub(super) same: bool,
}

fn mark(i: usize, lang: Lang) -> &'static str {
    let marks = if lang == Lang::Zh { MARKS_ZH } else { MARKS_EN };
    marks[i % marks.len()]
}

fn dots(shown: &Shown, s: &Shell) -> Vec<MapPoint> {
    let state = |row: &CaseRow| match (row.closed_at, row.answered_at) {
        (Some(_), _) => "done",
        (None, None) if row.finish_due < s.now => "late",
        _ => "near",
    };
    let dot = |(i, (row, _)): (usize, &(CaseRow, i64))| {
        let href = format!("/desk/cases/{}", row.number);
        Some(MapPoint::plain(row.point?, mark(i, s.lang), state(row), href))
    };
    shown.near.iter().enumerate().filter_map(dot).collect()
}

fn neighbours(
    shown: &Shown,
    rows: &[(CaseRow, i64)],
    mark: impl Fn(usize) -> &'static str,
    s: &Shell,
) -> Vec<Near> {
    let one = |(i, (row, metres)): (usize, &(CaseRow, i64))| Near {
        mark: mark(i),
        number: row.number.to_string(),
        title: row.title.clone(),
        stage: row.phase.word(s.lang).to_owned(),
        metres: *metres,
        same: shown.alike.iter().any(|other| other.id == row.id),
    };
    rows.iter().enumerate().map(one).collect()
}

/// How many may be the same matter, and by which measure.
fn alike(city: &City, shown: &Shown, lang: Lang) -> String {
    let (n, settings) = (shown.alike.len(), &city.settings);
    let (metres, days) = (settings.duplicate_metres, settings.duplicate_days);
    let ground = settings.ground(SettingGroup::Duplicates, lang);
    match (n, lang) {
        (0, _) => String::new(),
        (_, Lang::Zh) => {
            format!("另有 {n} 件可能是同一件事：同类，{metres} 米内，前后 {days} 天（{ground}）。")
        }
        (_, Lang::En) => format!(
            "{n} more may be the same matter: same category, within {metres} m and {days} days ({ground})."
        ),
    }
}
