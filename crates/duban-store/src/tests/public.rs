//! What everybody may see: lists and the counters of the map against a plain reading of the rows.

use duban_domain::{
    CaseId,
    place::{Point, morton_range},
};

use super::{
    Bed, both,
    world::{Dice, fill, is_public, public},
};
use crate::{PublicQuery, PublicRow, ReadTx, StoreError};

fn shown(bed: &Bed) -> Vec<PublicRow> {
    let cases = fill(&bed.store, 31, 300);
    let mut rows: Vec<_> = cases
        .iter()
        .filter(|(case, _)| is_public(case))
        .map(|(case, request)| public(case, request))
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.case));
    rows
}

fn read<T>(bed: &Bed, ask: impl Fn(&mut ReadTx<'_>) -> Result<T, StoreError>) -> T {
    bed.store.read(|tx| ask(tx)).unwrap()
}

#[test]
fn a_list_holds_exactly_what_fits_and_goes_on_where_it_ended() {
    both(|bed| {
        let rows = shown(bed);
        for (top, county, done) in [
            (None, None, None),
            (Some("city"), None, None),
            (None, Some("430202"), Some(false)),
            (Some("city"), Some("430203"), Some(true)),
        ] {
            let fits = |row: &&PublicRow| {
                top.is_none_or(|top| row.top() == top)
                    && county.is_none_or(|c| row.division.as_deref().is_some_and(|d| d.starts_with(c)))
                    && done.is_none_or(|done| row.closed_at.is_some() == done)
            };
            let expected: Vec<&PublicRow> = rows.iter().filter(fits).collect();
            let mut query = PublicQuery {
                top: top.map(str::to_owned),
                county: county.map(str::to_owned),
                done,
                before: None,
                limit: 7,
            };
            let mut found = Vec::new();
            loop {
                let page = read(bed, |tx| tx.public_list(&query));
                let Some(last) = page.last() else { break };
                query.before = Some(last.case);
                found.extend(page);
            }
            assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        }
    });
}

#[test]
fn squares_count_what_lies_in_them_at_every_zoom() {
    both(|bed| {
        let rows = shown(bed);
        let mut dice = Dice::new(5);
        for z in 0..=15_u8 {
            for top in [None, Some("city")] {
                let near = dice.pick(&rows.iter().filter_map(|row| row.point).collect::<Vec<_>>());
                let (x, y) = tile(near, z);
                let (first, last) = morton_range(z, x, y);
                let inside = |row: &&PublicRow| {
                    row.point.is_some_and(|p| (first..=last).contains(&p.morton()))
                        && top.is_none_or(|top| row.top() == top)
                };
                let wanted: Vec<_> = rows.iter().filter(inside).collect();
                let done = wanted.iter().filter(|row| row.closed_at.is_some()).count();
                let squares = read(bed, |tx| tx.public_squares((z, x, y), top));
                let sum = |of: fn(&crate::Square) -> i64| squares.iter().map(of).sum::<i64>();
                assert_eq!(
                    (sum(|s| s.open + s.done), sum(|s| s.done)),
                    (wanted.len() as i64, done as i64),
                    "{z}"
                );
                assert!(squares.len() <= 64, "a tile shows numbers that can be told apart");
                assert_eq!(read(bed, |tx| tx.public_in(&[(first, last)], top)).len(), wanted.len());
            }
        }
        assert!(read(bed, |tx| tx.wrong_squares()).is_empty());
    });
}

#[test]
fn what_is_taken_back_is_gone_from_lists_and_squares() {
    both(|bed| {
        let rows = shown(bed);
        let row = rows.iter().find(|row| row.point.is_some()).unwrap();
        let mut closed = row.clone();
        closed.closed_at = Some(row.opened_at);
        bed.store.write(|tx| tx.put_public(row.case, Some(&closed))).unwrap();
        assert!(read(bed, |tx| tx.wrong_squares()).is_empty());
        bed.store.write(|tx| tx.put_public(row.case, None)).unwrap();
        assert!(read(bed, |tx| tx.public_row(row.case)).is_none());
        assert!(read(bed, |tx| tx.wrong_squares()).is_empty());
        bed.store.write(|tx| tx.put_public(CaseId(1), None)).unwrap();
    });
}

/// The tile of a zoom that a point is in.
fn tile(point: Point, z: u8) -> (u32, u32) {
    let side = f64::from(1_u32 << z);
    let lat = point.lat().to_radians();
    let x = (point.lng() + 180.0) / 360.0 * side;
    let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * side;
    (x as u32, y as u32)
}
