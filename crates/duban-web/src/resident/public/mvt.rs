//! Mapbox Vector Tile 2.1, as much of it as points with a few attributes need: a protocol buffer
//! written by hand, because it is three messages and no library is smaller.

use duban_app::resident::public::Tile;
use duban_domain::place::Point;

use super::tiles::state_key;

/// Steps along the side of a tile.
const EXTENT: f64 = 4096.0;

/// A value of an attribute.
enum Value<'a> {
    Text(&'a str),
    Number(i64),
}

/// One layer in the making: keys and values are numbered as they come.
#[derive(Default)]
struct Layer {
    features: Vec<u8>,
    keys: Vec<&'static str>,
    values: Vec<Vec<u8>>,
}

/// A tile as a vector tile with one layer, `public`.
pub(super) fn encode(at: (u8, u32, u32), tile: &Tile) -> Vec<u8> {
    let mut layer = Layer::default();
    for (point, open, done) in &tile.squares {
        layer.point(at, *point, &[("open", Value::Number(*open)), ("done", Value::Number(*done))]);
    }
    for row in tile.spots.iter().flat_map(|spot| &spot.rows) {
        let Some(point) = row.point else { continue };
        layer.point(
            at,
            point,
            &[
                ("number", Value::Text(row.number.digits())),
                ("category", Value::Text(row.category.as_deref().unwrap_or(""))),
                ("state", Value::Text(state_key(row))),
                ("opened_at", Value::Number(row.opened_at.0)),
            ],
        );
    }
    layer.into_tile()
}

impl Layer {
    fn point(&mut self, at: (u8, u32, u32), point: Point, attributes: &[(&'static str, Value<'_>)]) {
        let mut tags = Vec::new();
        for (key, value) in attributes {
            varint(&mut tags, self.key(key));
            varint(&mut tags, self.value(value));
        }
        let (x, y) = inside(at, point);
        let mut geometry = Vec::new();
        // MoveTo, once.
        varint(&mut geometry, (1 << 3) | 1);
        varint(&mut geometry, zigzag(x));
        varint(&mut geometry, zigzag(y));
        let mut feature = Vec::new();
        bytes(&mut feature, 2, &tags);
        number(&mut feature, 3, 1);
        bytes(&mut feature, 4, &geometry);
        bytes(&mut self.features, 2, &feature);
    }

    fn key(&mut self, key: &'static str) -> u64 {
        let at = self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        at as u64
    }

    fn value(&mut self, value: &Value<'_>) -> u64 {
        let mut encoded = Vec::new();
        match value {
            Value::Text(text) => bytes(&mut encoded, 1, text.as_bytes()),
            Value::Number(n) => number(&mut encoded, 4, *n as u64),
        }
        let at = self.values.iter().position(|known| *known == encoded).unwrap_or_else(|| {
            self.values.push(encoded);
            self.values.len() - 1
        });
        at as u64
    }

    fn into_tile(self) -> Vec<u8> {
        if self.features.is_empty() {
            return Vec::new();
        }
        let mut layer = Vec::new();
        number(&mut layer, 15, 2);
        bytes(&mut layer, 1, b"public");
        layer.extend(self.features);
        for key in self.keys {
            bytes(&mut layer, 3, key.as_bytes());
        }
        for value in &self.values {
            bytes(&mut layer, 4, value);
        }
        number(&mut layer, 5, EXTENT as u64);
        let mut tile = Vec::new();
        bytes(&mut tile, 3, &layer);
        tile
    }
}

/// Where a point is within a tile.
fn inside((z, x, y): (u8, u32, u32), point: Point) -> (i64, i64) {
    let side = f64::from(1_u32 << z);
    let lat = point.lat().to_radians();
    let east = (point.lng() + 180.0) / 360.0 * side - f64::from(x);
    let south = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * side - f64::from(y);
    ((east * EXTENT).round() as i64, (south * EXTENT).round() as i64)
}

fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8 & 0x7f) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// A field that is a number.
fn number(out: &mut Vec<u8>, field: u64, n: u64) {
    varint(out, field << 3);
    varint(out, n);
}

/// A field that is bytes, a text or a message.
fn bytes(out: &mut Vec<u8>, field: u64, body: &[u8]) {
    varint(out, (field << 3) | 2);
    varint(out, body.len() as u64);
    out.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_the_bytes_that_the_specification_asks_for() {
        let at = (0, 0, 0);
        let middle = Point { lng_e7: 0, lat_e7: 0 };
        let tile = Tile { squares: vec![(middle, 2, 300)], spots: Vec::new() };
        let expected: Vec<u8> = [
            // layers, 46 bytes: version 2, name "public"
            &[0x1a, 46, 0x78, 2, 0x0a, 6][..],
            b"public",
            // feature, 14 bytes: tags 0 0 1 1; a point; move once to (2048, 2048)
            &[0x12, 15, 0x12, 4, 0, 0, 1, 1, 0x18, 1, 0x22, 5, 0x09, 0x80, 0x20, 0x80, 0x20],
            &[0x1a, 4],
            b"open",
            &[0x1a, 4],
            b"done",
            // values 2 and 300, extent 4096
            &[0x22, 2, 0x20, 2, 0x22, 3, 0x20, 0xac, 0x02, 0x28, 0x80, 0x20],
        ]
        .concat();
        let encoded = encode(at, &tile);
        assert_eq!(encoded[2..], expected[2..]);
        assert_eq!(usize::from(encoded[1]), encoded.len() - 2, "the layer says how long it is");
        assert!(encode(at, &Tile::default()).is_empty(), "an empty tile is empty");
    }
}
