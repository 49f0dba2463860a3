//! The shipped pack, and every kind of fault with its line.

mod desk;
mod doors;
mod edit;
mod faults;
mod services;

use std::{collections::BTreeMap, fs, path::Path, sync::OnceLock};

use super::*;
use crate::{Lang, policy::Action};

/// The pack that ships with the program.
pub(crate) fn shipped() -> PackFiles {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhuzhou");
    let mut files = BTreeMap::new();
    for folder in ["", "calendar", "services"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// The shipped city; read once, because many tests ask for it.
pub(crate) fn zhuzhou() -> City {
    static CITY: OnceLock<City> = OnceLock::new();
    let read = || City::load(&shipped()).unwrap_or_else(|faults| panic!("{}", listed(&faults)));
    CITY.get_or_init(read).clone()
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

#[test]
fn the_shipped_pack_has_no_faults() {
    assert_eq!(listed(&check(&shipped())), "");
    let city = zhuzhou();
    assert_eq!(city.divisions.iter().filter(|d| d.parent.is_none()).count(), 9);
    assert_eq!(city.divisions.iter().filter(|d| d.parent.is_some()).count(), 112);
    assert_eq!(city.centre().key, "hotline");
    assert_eq!(city.digest.len(), 64);
}

#[test]
fn the_shipped_pack_says_everything_in_english() {
    let city = zhuzhou();
    let foreign = |words: &Words| words.en.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let names =
        city.units.iter().flat_map(|u| [&u.name, &u.short]).chain(city.divisions.iter().map(|d| &d.name));
    let rest = city
        .categories
        .iter()
        .map(|c| &c.name)
        .chain(city.catalogue.iter().map(|r| &r.reason))
        .chain(city.texts.values());
    let chinese: Vec<_> = names.chain(rest).filter(|words| foreign(words)).collect();
    assert!(chinese.is_empty(), "{chinese:?}");
}

#[test]
fn a_category_shows_its_path() {
    let city = zhuzhou();
    assert_eq!(city.category_path("utilities.aerial.tree", Lang::Zh), "市政公用 › 架空线缆 › 线缆与树木");
    assert_eq!(
        city.category_path("utilities.aerial.tree", Lang::En),
        "Public utilities › Overhead cables › Cables and trees"
    );
    assert_eq!(city.category_path("no.such", Lang::Zh), "no.such");
}

#[test]
fn a_district_has_its_streets_and_they_their_communities() {
    let city = zhuzhou();
    let below = city.unit_and_below("lusong");
    assert!(
        below.contains(&"lusong")
            && below.contains(&"lusong.hejiatu")
            && below.contains(&"lusong.hejiatu.datangchong")
    );
    assert!(!below.contains(&"hetang"));
    assert_eq!(city.unit_of_division("430203001"), Some("lusong.hejiatu"));
    assert_eq!(
        city.unit_of_division("430223400"),
        Some("youxian"),
        "an industrial park has no unit of its own"
    );
    assert!(city.unit_and_below("nobody").is_empty());
}

#[test]
fn an_administrator_sees_no_cases_and_a_handler_only_those_of_the_unit() {
    let city = zhuzhou();
    assert_eq!(city.role("administrator").unwrap().reach, ReachRule::None);
    assert_eq!(city.role("administrator").unwrap().actions, [Action::Administer]);
    assert_eq!(city.role("handler").unwrap().reach, ReachRule::UnitAndBelow);
}

#[test]
fn places_are_found_by_name_other_name_english_and_initials() {
    let city = zhuzhou();
    let found =
        |query| city.find_places(query, 3).iter().map(|p| p.name.zh.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(found("纺织"), "纺织路");
    assert_eq!(found("市民中心"), "株洲市市民中心");
    assert_eq!(found("zzz"), "株洲站");
    assert_eq!(found("sitong"), "四通路");
    assert_eq!(found(" "), "");
}

#[test]
fn the_digest_changes_with_any_file() {
    let (city, mut files) = (zhuzhou(), shipped());
    assert_eq!(city.digest, City::load(&files).unwrap().digest);
    files.get_mut("texts.toml").unwrap().push('\n');
    assert_ne!(city.digest, City::load(&files).unwrap().digest);
}

#[test]
fn a_default_is_called_a_default() {
    let city = zhuzhou();
    assert_eq!(city.settings.ground(SettingGroup::Callback, Lang::Zh), "默认，非法定");
    assert_eq!(city.settings.permille(crate::case::Satisfaction::Mostly), 800);
}
