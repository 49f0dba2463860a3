//! The shifted coordinates of Chinese internet maps, there and back.
//!
//! GCJ-02 moves every point in China by some hundred metres; BD-09 moves it once more. The way back
//! has no formula: it is found by trying, each time correcting by what is left over.

use std::f64::consts::PI;

use crate::request::closed_set;

closed_set! {
    /// Which coordinate system a pair of numbers is in (坐标系).
    Crs {
        /// WGS-84: satellites, telephones, OpenStreetMap; CGCS2000 is the same within centimetres.
        Wgs84 = 1, "wgs84", "WGS-84", "WGS-84";
        /// GCJ-02: 高德, 腾讯.
        Gcj02 = 2, "gcj02", "GCJ-02", "GCJ-02";
        /// BD-09: 百度.
        Bd09 = 3, "bd09", "BD-09", "BD-09";
    }
}

/// Semi-major axis of the ellipsoid that GCJ-02 uses.
const A: f64 = 6_378_245.0;
/// Square of its first eccentricity.
const EE: f64 = 0.006_693_421_622_965_943;
/// The frequency in BD-09's wobble.
const BD_PI: f64 = PI * 3000.0 / 180.0;
/// Below a tenth of a millimetre nothing is left to correct.
const ENOUGH_DEGREES: f64 = 1e-9;

impl Crs {
    /// Degrees of this system as WGS-84 longitude and latitude.
    #[must_use]
    pub fn to_wgs84(self, lng: f64, lat: f64) -> (f64, f64) {
        match self {
            Self::Wgs84 => (lng, lat),
            Self::Gcj02 => undo(gcj_from_wgs, lng, lat),
            Self::Bd09 => {
                let (lng, lat) = undo(bd_from_gcj, lng, lat);
                undo(gcj_from_wgs, lng, lat)
            }
        }
    }

    /// WGS-84 degrees in this system.
    #[must_use]
    pub fn from_wgs84(self, lng: f64, lat: f64) -> (f64, f64) {
        match self {
            Self::Wgs84 => (lng, lat),
            Self::Gcj02 => gcj_from_wgs(lng, lat),
            Self::Bd09 => {
                let (lng, lat) = gcj_from_wgs(lng, lat);
                bd_from_gcj(lng, lat)
            }
        }
    }
}

/// Finds the point that `forward` sends to the given one.
fn undo(forward: fn(f64, f64) -> (f64, f64), lng: f64, lat: f64) -> (f64, f64) {
    let (mut x, mut y) = (lng, lat);
    for _ in 0..40 {
        let (got_x, got_y) = forward(x, y);
        let (dx, dy) = (lng - got_x, lat - got_y);
        (x, y) = (x + dx, y + dy);
        if dx.abs() < ENOUGH_DEGREES && dy.abs() < ENOUGH_DEGREES {
            break;
        }
    }
    (x, y)
}

/// Outside this box GCJ-02 shifts nothing.
fn in_china(lng: f64, lat: f64) -> bool {
    (73.66..=135.05).contains(&lng) && (3.86..=53.55).contains(&lat)
}

fn gcj_from_wgs(lng: f64, lat: f64) -> (f64, f64) {
    if !in_china(lng, lat) {
        return (lng, lat);
    }
    let (x, y) = (lng - 105.0, lat - 35.0);
    let phi = lat.to_radians();
    let magic = 1.0 - EE * phi.sin() * phi.sin();
    let metres_per_radian_lat = A * (1.0 - EE) / (magic * magic.sqrt());
    let metres_per_radian_lng = A / magic.sqrt() * phi.cos();
    (
        lng + (shift_east(x, y) / metres_per_radian_lng).to_degrees(),
        lat + (shift_north(x, y) / metres_per_radian_lat).to_degrees(),
    )
}

/// What both shifts have in common: a quick wobble along the longitude.
fn wobble(x: f64) -> f64 {
    (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0
}

fn shift_north(x: f64, y: f64) -> f64 {
    let base = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    let middle = (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0;
    let slow = (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    base + wobble(x) + middle + slow
}

fn shift_east(x: f64, y: f64) -> f64 {
    let base = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    let middle = (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0;
    let slow = (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    base + wobble(x) + middle + slow
}

fn bd_from_gcj(lng: f64, lat: f64) -> (f64, f64) {
    let radius = lng.hypot(lat) + 0.000_02 * (lat * BD_PI).sin();
    let angle = lat.atan2(lng) + 0.000_003 * (lng * BD_PI).cos();
    (radius * angle.cos() + 0.006_5, radius * angle.sin() + 0.006)
}
