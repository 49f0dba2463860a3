//! Tiles of the public map: `.mvt` for any map program, `.json` for the island of our own map.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use duban_app::resident::public::{self, Tile};
use duban_domain::{Refusal, city::City};
use serde_json::{Value, json};

use super::{Filter, mvt};
use crate::frame::{Fields, PageResult, Shell, Site, Visit, map::MapPoint};

/// The finest zoom; beyond it there is nothing more to see.
pub(super) const ZOOM_MAX: u8 = 18;
/// A tile may be this old, in a browser: what is new shows within seconds.
const FRESH: &str = "private, max-age=5";

/// `GET /tiles/{layer}/{z}/{x}/{y}`, where the last part is `27512.mvt` or `27512.json`.
pub(crate) async fn serve(
    State(site): State<Site>,
    visit: Visit,
    Path((layer, z, x, y)): Path<(String, String, String, String)>,
) -> PageResult {
    let (at, kind) = place(&layer, &z, &x, &y).ok_or(Refusal::NotFound)?;
    let asked = Fields::of_query(visit.uri.query().unwrap_or(""));
    let filter = Filter::of(&site.app.city, &asked);
    let top = filter.top.clone();
    let tile = site.run(move |app| public::tile(app, at, top.as_deref())).await?;
    Ok(match kind {
        Kind::Vector => sent("application/vnd.mapbox-vector-tile", mvt::encode(at, &tile)),
        Kind::Json => {
            let dots = dots(&visit.shell(&site), &site.app.city, &filter, at.0, &tile);
            sent("application/json", json(&dots).to_string().into_bytes())
        }
    })
}

enum Kind {
    Vector,
    Json,
}

fn place(layer: &str, z: &str, x: &str, y: &str) -> Option<((u8, u32, u32), Kind)> {
    let (y, kind) = y.split_once('.')?;
    let kind = match kind {
        "mvt" => Kind::Vector,
        "json" => Kind::Json,
        _ => return None,
    };
    let (z, x, y): (u8, u32, u32) = (z.parse().ok()?, x.parse().ok()?, y.parse().ok()?);
    let inside = layer == "public" && z <= ZOOM_MAX && x >> z == 0 && y >> z == 0;
    inside.then_some(((z, x, y), kind))
}

fn sent(kind: &'static str, body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FRESH)], body).into_response()
}

/// What a map draws of a tile: numbers from afar, matters from near.
pub(super) fn dots(s: &Shell, city: &City, filter: &Filter, z: u8, tile: &Tile) -> Vec<MapPoint> {
    let nearer = |at: duban_domain::place::Point| {
        let zoom = (z + 2).min(ZOOM_MAX).to_string();
        filter.address("/map", &[("at", &format!("{:.5},{:.5}", at.lng(), at.lat())), ("z", &zoom)])
    };
    let squares = tile.squares.iter().map(|(at, open, done)| MapPoint {
        at: *at,
        label: (open + done).to_string(),
        state: if *open > 0 { "many" } else { "many-done" },
        href: nearer(*at),
        icon: String::new(),
    });
    let spots = tile.spots.iter().map(|spot| {
        let first = spot.rows.first().map(|row| super::row(s, city, row, &[]));
        let done = spot.rows.iter().all(|row| row.closed_at.is_some());
        let state = if done { "done" } else { "near" };
        match (spot.rows.len(), first) {
            (1, Some(one)) => MapPoint {
                at: spot.point,
                label: format!("{}{}{}", one.what, s.t("，", ", "), one.state),
                state,
                href: format!("/requests/{}", one.number),
                icon: one.icon,
            },
            (n, _) => MapPoint {
                at: spot.point,
                label: n.to_string(),
                state: if done { "many-done" } else { "many" },
                href: format!("{}#seen", nearer(spot.point)),
                icon: String::new(),
            },
        }
    });
    squares.chain(spots).collect()
}

/// As the island reads it.
pub(super) fn json(dots: &[MapPoint]) -> Value {
    let one = |p: &MapPoint| json!({"lng": p.at.lng(), "lat": p.at.lat(), "label": p.label, "state": p.state, "href": p.href, "icon": p.icon});
    Value::from_iter(dots.iter().map(one))
}

/// The words of the state of one row: for tests and for the tile's attributes.
pub(super) fn state_key(row: &duban_app::PublicRow) -> &'static str {
    match (row.closed_at, row.answered_at) {
        (Some(_), _) => "done",
        (None, Some(_)) => "answered",
        (None, None) => "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tiles_that_exist_are_tiles() {
        assert!(place("public", "15", "26683", "13750.mvt").is_some());
        for (layer, z, x, y) in [
            ("secret", "1", "0", "0.mvt"),
            ("public", "1", "2", "0.mvt"),
            ("public", "19", "0", "0.json"),
            ("public", "1", "0", "0"),
            ("public", "1", "0", "0.png"),
            ("public", "1", "-1", "0.mvt"),
        ] {
            assert!(place(layer, z, x, y).is_none(), "{layer} {z} {x} {y}");
        }
    }
}
