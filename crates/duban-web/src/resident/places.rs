//! 找地方: places of the city's gazetteer that fit what a resident types, each with its point on the map.
//!
//! What the pack names and what the registers hold that the city follows; house numbers are in neither.

use askama::Template;
use axum::extract::State;
use duban_app::gazetteer;
use duban_domain::{
    Lang,
    city::{City, Landmark},
    text,
};
use serde_json::json;

use super::place_name;
use crate::frame::{Fields, PageResult, Shell, Site, Visit, fields::cut, html};

/// Most places that are offered.
const SHOWN_MAX: usize = 5;

/// A place to choose.
struct Find {
    name: String,
    note: String,
    /// What is spoken once it is chosen.
    say: String,
    /// The fields that it fills.
    set: String,
}

#[derive(Template)]
#[template(path = "resident/places.html")]
struct PlacesFragment {
    s: Shell,
    places: Vec<Find>,
}

/// `POST /report/places`: while one types; nothing is kept.
pub(crate) async fn find(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    let (s, city) = (visit.shell(&site), &site.app.city);
    let typed = cut(fields.get("place"), text::LINE_MAX).to_owned();
    let found = site.run(move |app| gazetteer::find(app, &typed, SHOWN_MAX)).await?;
    // What is typed in full and chosen already is not offered again.
    let more = found.into_iter().filter(|place| place.name.get(s.lang) != fields.get("place"));
    let places = more.map(|place| one(city, &place, s.lang)).collect();
    Ok(html(&PlacesFragment { s, places }))
}

fn one(city: &City, place: &Landmark, lang: Lang) -> Find {
    let name = place.name.get(lang).to_owned();
    let within = place.division.as_deref().map(|code| place_name(city, code, lang)).unwrap_or_default();
    let mut set = json!({"place": name});
    if let Some(code) = &place.division {
        set["division"] = json!(code);
    }
    if let Some(point) = place.point {
        set["lng"] = json!(format!("{:.6}", point.lng()));
        set["lat"] = json!(format!("{:.6}", point.lat()));
        set["where"] = json!("map");
    }
    let rough = match (place.point, place.approximate) {
        (Some(_), true) => lang.t("，位置是大概的", ", roughly"),
        (Some(_), false) => "",
        (None, _) => lang.t("，地图上没有标", ", not on the map"),
    };
    let say = match place.point {
        Some(_) => {
            lang.t("，已在地图上标出，不对可以挪", " is marked on the map; move the pin if it is not right")
        }
        None => "",
    };
    Find { note: format!("{within}{rough}"), say: format!("{name}{say}"), set: set.to_string(), name }
}
