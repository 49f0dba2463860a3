//! A point for a shape of GeoJSON: itself, the middle of a line, the middle of the box around an area.

use serde_json::Value;

/// Longitude and latitude of the middle of a geometry; none where there is no shape, or an odd one.
pub(crate) fn middle(geometry: &Value) -> Option<(f64, f64)> {
    let coordinates = geometry.get("coordinates")?;
    match geometry.get("type")?.as_str()? {
        "Point" => position(coordinates),
        "LineString" | "MultiPoint" => halfway(&positions(coordinates)),
        "MultiLineString" => {
            let lines = coordinates.as_array()?.iter().map(positions);
            halfway(&lines.max_by_key(Vec::len)?)
        }
        "Polygon" => box_of(&positions(coordinates.get(0)?)),
        "MultiPolygon" => {
            let outer = coordinates.as_array()?.iter().filter_map(|polygon| Some(positions(polygon.get(0)?)));
            box_of(&outer.max_by_key(Vec::len)?)
        }
        _ => None,
    }
}

fn position(value: &Value) -> Option<(f64, f64)> {
    Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?))
}

fn positions(value: &Value) -> Vec<(f64, f64)> {
    value.as_array().map(|list| list.iter().filter_map(position).collect()).unwrap_or_default()
}

fn halfway(line: &[(f64, f64)]) -> Option<(f64, f64)> {
    line.get(line.len() / 2).copied()
}

fn box_of(ring: &[(f64, f64)]) -> Option<(f64, f64)> {
    let first = ring.first()?;
    let (mut least, mut most) = (*first, *first);
    for (x, y) in ring {
        least = (least.0.min(*x), least.1.min(*y));
        most = (most.0.max(*x), most.1.max(*y));
    }
    Some(((least.0 + most.0) / 2.0, (least.1 + most.1) / 2.0))
}
