//! Places (地点): a point on the earth, the box of a city, and how a tile of a web map finds its points.
//!
//! The canonical point is WGS-84 (CGCS2000 agrees with it within centimetres). Conversions from the
//! shifted systems of Chinese maps are in [`Crs`]; the suspicion of odd coordinates is in [`judge()`].
//! No names of places here: the gazetteer belongs to the city pack.

mod crs;
mod judge;

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

pub use crs::Crs;
pub use judge::{PlaceFault, judge};

/// The zoom whose tiles give a point its Z-order number; a tile there is about four centimetres.
pub const MORTON_ZOOM: u8 = 30;

/// Degrees are kept as integers, so that a point is equal to itself on every machine.
const E7: f64 = 1e7;

/// Mean radius of the earth in metres.
const EARTH_METRES: f64 = 6_371_008.8;

/// The web map ends here; nobody lives beyond.
const MERCATOR_LAT_MAX: f64 = 85.051_128_779_806_59;

/// A point (坐标点) in WGS-84, in degrees × 10⁷: about one centimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Point {
    /// Longitude (经度) × 10⁷.
    pub lng_e7: i64,
    /// Latitude (纬度) × 10⁷.
    pub lat_e7: i64,
}

impl Point {
    /// The point at these degrees; none when they are not on the earth.
    #[must_use]
    pub fn from_degrees(lng: f64, lat: f64) -> Option<Self> {
        let fits = lng.is_finite() && lat.is_finite() && lng.abs() <= 180.0 && lat.abs() <= 90.0;
        fits.then(|| Self { lng_e7: (lng * E7).round() as i64, lat_e7: (lat * E7).round() as i64 })
    }

    /// Longitude in degrees.
    #[must_use]
    pub fn lng(self) -> f64 {
        self.lng_e7 as f64 / E7
    }

    /// Latitude in degrees.
    #[must_use]
    pub fn lat(self) -> f64 {
        self.lat_e7 as f64 / E7
    }

    /// The distance along the surface of the earth, in metres.
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        let (a, b) = (self.lat().to_radians(), other.lat().to_radians());
        let half_lat = ((b - a) / 2.0).sin();
        let half_lng = ((other.lng() - self.lng()).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + a.cos() * b.cos() * half_lng * half_lng;
        2.0 * EARTH_METRES * h.clamp(0.0, 1.0).sqrt().asin()
    }

    /// The middle of the square of a grid of so many metres that the point is in: near enough to know
    /// which street is meant, too coarse to know which door.
    #[must_use]
    pub fn coarse(self, metres: u32) -> Self {
        if metres == 0 {
            return self;
        }
        let step = f64::from(metres) / (EARTH_METRES * PI / 180.0) * E7;
        let snap = |at: i64, step: f64| ((at as f64 / step).floor() * step + step / 2.0).round() as i64;
        let lat_e7 = snap(self.lat_e7, step);
        // The width of a degree is that of the row of squares, so that all points of a square agree.
        let shrink = (lat_e7 as f64 / E7).to_radians().cos().max(0.01);
        Self { lng_e7: snap(self.lng_e7, step / shrink), lat_e7 }
    }

    /// The Z-order number: x and y of the web map tile at [`MORTON_ZOOM`], their bits interleaved.
    /// All points of any tile z/x/y have numbers in one unbroken range: see [`morton_range`].
    #[must_use]
    pub fn morton(self) -> i64 {
        let side = f64::from(1u32 << MORTON_ZOOM);
        let lat = self.lat().clamp(-MERCATOR_LAT_MAX, MERCATOR_LAT_MAX).to_radians();
        let x = (self.lng() + 180.0) / 360.0 * side;
        let y = (1.0 - lat.tan().asinh() / PI) / 2.0 * side;
        interleave(tile(x), tile(y))
    }
}

impl Point {
    /// The point whose Z-order number this is, to within a few centimetres.
    #[must_use]
    pub fn of_morton(morton: i64) -> Self {
        let side = f64::from(1u32 << MORTON_ZOOM);
        let (x, y) = (gather(morton as u64), gather(morton as u64 >> 1));
        let lng = (f64::from(x) + 0.5) / side * 360.0 - 180.0;
        let lat = (PI * (1.0 - 2.0 * (f64::from(y) + 0.5) / side)).sinh().atan().to_degrees();
        Self { lng_e7: (lng * E7).round() as i64, lat_e7: (lat * E7).round() as i64 }
    }

    /// Ranges of Z-order numbers that hold everything within so many metres: the nine tiles around
    /// the point, of the smallest size that is not smaller than that.
    #[must_use]
    pub fn ranges_within(self, metres: f64) -> Vec<(i64, i64)> {
        let around = 2.0 * PI * EARTH_METRES * self.lat().to_radians().cos().max(0.01);
        let fits = |z: &u8| around / f64::from(1u32 << *z) >= metres.max(1.0);
        let z = (0..=24_u8).rev().find(fits).unwrap_or(0);
        let (side, shift) = (1_i64 << z, MORTON_ZOOM - z);
        let morton = self.morton() as u64;
        let (x, y) = (i64::from(gather(morton) >> shift), i64::from(gather(morton >> 1) >> shift));
        let near = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)));
        let inside = near.filter(|(x, y)| (0..side).contains(x) && (0..side).contains(y));
        inside.map(|(x, y)| morton_range(z, x as u32, y as u32)).collect()
    }
}

/// The first and the last Z-order number in a web map tile (瓦片), both included.
/// Coordinates outside the zoom are brought to its edge.
#[must_use]
pub fn morton_range(z: u8, x: u32, y: u32) -> (i64, i64) {
    let z = z.min(MORTON_ZOOM);
    let last = (1u32 << z) - 1;
    let shift = 2 * u32::from(MORTON_ZOOM - z);
    let first = interleave(x.min(last), y.min(last)) << shift;
    (first, first + ((1i64 << shift) - 1))
}

/// A tile number, kept on the map.
fn tile(at: f64) -> u32 {
    at.clamp(0.0, f64::from((1u32 << MORTON_ZOOM) - 1)) as u32
}

/// Bits of `x` on the even places, bits of `y` on the odd ones.
fn interleave(x: u32, y: u32) -> i64 {
    (spread(x) | spread(y) << 1) as i64
}

/// Puts a zero between all bits.
fn spread(v: u32) -> u64 {
    let mut v = u64::from(v);
    v = (v | v << 16) & 0x0000_FFFF_0000_FFFF;
    v = (v | v << 8) & 0x00FF_00FF_00FF_00FF;
    v = (v | v << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    v = (v | v << 2) & 0x3333_3333_3333_3333;
    (v | v << 1) & 0x5555_5555_5555_5555
}

/// The bits on the even places: the other way round from [`spread`].
fn gather(v: u64) -> u32 {
    let mut v = v & 0x5555_5555_5555_5555;
    v = (v | v >> 1) & 0x3333_3333_3333_3333;
    v = (v | v >> 2) & 0x0F0F_0F0F_0F0F_0F0F;
    v = (v | v >> 4) & 0x00FF_00FF_00FF_00FF;
    v = (v | v >> 8) & 0x0000_FFFF_0000_FFFF;
    (v | v >> 16) as u32
}

/// A box in degrees (范围): the sanity check of a city's coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The western edge.
    pub west: f64,
    /// The southern edge.
    pub south: f64,
    /// The eastern edge.
    pub east: f64,
    /// The northern edge.
    pub north: f64,
}

impl Bounds {
    /// Whether these degrees are inside, the edges included.
    #[must_use]
    pub fn holds(&self, lng: f64, lat: f64) -> bool {
        (self.west..=self.east).contains(&lng) && (self.south..=self.north).contains(&lat)
    }

    /// Whether the box has an inside at all and lies on the earth.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        -180.0 <= self.west
            && self.west < self.east
            && self.east <= 180.0
            && -90.0 <= self.south
            && self.south < self.north
            && self.north <= 90.0
    }

    /// The middle of the box.
    #[must_use]
    pub fn centre(&self) -> Option<Point> {
        Point::from_degrees((self.west + self.east) / 2.0, (self.south + self.north) / 2.0)
    }
}

#[cfg(test)]
mod tests;
