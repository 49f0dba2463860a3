//! Suspicion about coordinates: the ways in which a pair of numbers is usually wrong.
//!
//! A wrong point sends people to the wrong street, so an odd pair is named and left out; the words
//! that describe the place stay.

use super::{Bounds, Point};
use crate::request::closed_set;

closed_set! {
    /// Why a pair of coordinates is not believed (坐标问题).
    PlaceFault {
        /// One of them is not a number.
        NotANumber = 1, "not-a-number", "坐标不是数字", "The coordinates are not numbers";
        /// One of them is exactly zero: nobody filled it in.
        Zero = 2, "zero", "坐标为 0，多半是没有填", "A coordinate is exactly 0: most likely nobody filled it in";
        /// Longitude and latitude changed places.
        Swapped = 3, "swapped", "经度和纬度写反了", "Longitude and latitude are swapped";
        /// Not on the earth.
        OffEarth = 4, "off-earth", "坐标超出经纬度的范围", "The coordinates are not on the earth";
        /// Both are whole degrees: rounded by some program, a hundred kilometres coarse.
        WholeDegrees = 5, "whole-degrees", "坐标是整度数，被取整过，差可达上百公里", "The coordinates are whole degrees: they were rounded and may be a hundred kilometres off";
        /// On the earth, but in another city.
        OutsideCity = 6, "outside-city", "坐标不在本市范围内", "The coordinates are outside the city";
    }
}

/// Judges a pair of WGS-84 degrees: a point to believe, or what is odd about them.
pub fn judge(lng: f64, lat: f64, bounds: &Bounds) -> Result<Point, PlaceFault> {
    if !lng.is_finite() || !lat.is_finite() {
        return Err(PlaceFault::NotANumber);
    }
    if lng == 0.0 || lat == 0.0 {
        return Err(PlaceFault::Zero);
    }
    if bounds.holds(lng, lat) && !(whole(lng) && whole(lat)) {
        return Point::from_degrees(lng, lat).ok_or(PlaceFault::OffEarth);
    }
    if bounds.holds(lat, lng) {
        return Err(PlaceFault::Swapped);
    }
    if Point::from_degrees(lng, lat).is_none() {
        return Err(PlaceFault::OffEarth);
    }
    Err(if whole(lng) && whole(lat) { PlaceFault::WholeDegrees } else { PlaceFault::OutsideCity })
}

fn whole(degrees: f64) -> bool {
    degrees.fract() == 0.0
}
