//! Vectors and round trips of coordinates.

use proptest::prelude::*;

use super::*;

const BOX: Bounds = Bounds { west: 112.96, south: 26.05, east: 114.12, north: 28.02 };

#[test]
fn a_point_of_zhuzhou_moves_671_metres_into_gcj02() {
    let (lng, lat) = Crs::Gcj02.from_wgs84(113.134, 27.828);
    assert!((lng - 113.139_829).abs() < 1e-6 && (lat - 27.824_859).abs() < 1e-6, "{lng} {lat}");
    let moved =
        Point::from_degrees(113.134, 27.828).unwrap().metres_to(Point::from_degrees(lng, lat).unwrap());
    assert!((moved - 671.0).abs() < 3.0, "{moved}");
}

#[test]
fn odd_coordinates_are_named() {
    let judged = |lng, lat| judge(lng, lat, &BOX).map_or_else(PlaceFault::key, |_| "ok");
    assert_eq!(judged(113.134, 27.828), "ok");
    assert_eq!(judged(113.0, 27.5), "ok");
    assert_eq!(judged(0.0, 0.0), "zero");
    assert_eq!(judged(113.134, 0.0), "zero");
    assert_eq!(judged(113.0, 27.0), "whole-degrees");
    assert_eq!(judged(27.828, 113.134), "swapped");
    assert_eq!(judged(116.4, 39.9), "outside-city");
    assert_eq!(judged(1131340.0, 278280.0), "off-earth");
    assert_eq!(judged(f64::NAN, 27.8), "not-a-number");
}

#[test]
fn a_tile_holds_its_points_and_its_children() {
    let (lo, hi) = morton_range(0, 0, 0);
    assert_eq!((lo, hi), (0, (1i64 << 60) - 1));
    let (lo, hi) = morton_range(14, 13_340, 6_867);
    for (z, x, y) in [(15, 26_680, 13_734), (15, 26_681, 13_735)] {
        let (child_lo, child_hi) = morton_range(z, x, y);
        assert!(lo <= child_lo && child_hi <= hi);
    }
}

proptest! {
    #[test]
    fn any_shift_is_undone(lng in 100.0..125.0f64, lat in 20.0..45.0f64) {
        for &crs in Crs::ALL {
            let (x, y) = crs.from_wgs84(lng, lat);
            let (back_lng, back_lat) = crs.to_wgs84(x, y);
            prop_assert!((back_lng - lng).abs() < 1e-6 && (back_lat - lat).abs() < 1e-6, "{crs:?} {back_lng} {back_lat}");
        }
    }

    #[test]
    fn a_point_is_in_its_tile_at_every_zoom(lng in -179.9..179.9f64, lat in -84.0..84.0f64, z in 0u8..=24) {
        let point = Point::from_degrees(lng, lat).unwrap();
        // The tile is found by the usual formula of web maps, not by the Z-order number.
        let n = f64::from(1u32 << z);
        let x = ((point.lng() + 180.0) / 360.0 * n).floor() as u32;
        let rad = point.lat().to_radians();
        let y = ((1.0 - (rad.tan() + 1.0 / rad.cos()).ln() / PI) / 2.0 * n).floor() as u32;
        let (lo, hi) = morton_range(z, x, y);
        let own = point.morton();
        prop_assert!(lo <= own && own <= hi);
    }

    #[test]
    fn distance_is_the_same_both_ways(a in -179.0..179.0f64, b in -80.0..80.0f64, c in -179.0..179.0f64, d in -80.0..80.0f64) {
        let (p, q) = (Point::from_degrees(a, b).unwrap(), Point::from_degrees(c, d).unwrap());
        prop_assert!((p.metres_to(q) - q.metres_to(p)).abs() < 1e-3);
        prop_assert!(p.metres_to(p) < 1e-6);
    }
}

#[test]
fn a_coarse_point_tells_the_street_and_not_the_door() {
    let at = |lng, lat| Point::from_degrees(lng, lat).unwrap();
    let door = at(113.137_654, 27.832_456);
    let shown = door.coarse(100);
    assert_eq!(shown.coarse(100), shown, "coarse once is coarse for ever");
    assert!((1.0..72.0).contains(&door.metres_to(shown)), "{}", door.metres_to(shown));
    assert_eq!(
        at(shown.lng() + 0.000_3, shown.lat() - 0.000_3).coarse(100),
        shown,
        "a neighbour looks the same"
    );
    assert_eq!(door.coarse(0), door);
}

#[test]
fn a_z_order_number_leads_back_to_its_point_and_to_what_is_near() {
    let at = |lng, lat| Point::from_degrees(lng, lat).unwrap();
    let here = at(113.137_654, 27.832_456);
    assert!(Point::of_morton(here.morton()).metres_to(here) < 0.1);
    for metres in [50.0, 800.0, 5_000.0, 90_000.0] {
        let ranges = here.ranges_within(metres);
        for (east, north) in [(1.0, 0.0), (0.0, 1.0), (-0.7, -0.7), (0.7, -0.7)] {
            let there = at(here.lng() + east * metres / 98_400.0, here.lat() + north * metres / 111_200.0);
            assert!(
                ranges.iter().any(|(a, b)| (*a..=*b).contains(&there.morton())),
                "{metres} {east} {north}"
            );
        }
    }
}
