//! What is near a place: a few tiles of the map, each one range of an index, then the true distance.

use duban_domain::{
    place::{Point, morton_range},
    policy::Reach,
};

use super::within;
use crate::{CaseRow, ReadTx, StoreError, row::COLUMNS, sql::Sql};

/// Cases of a tile that are looked at, the newest: in the middle of a city a tile has thousands.
const TILE_MAX: i64 = 100;

impl ReadTx<'_> {
    /// Cases within reach and within so many metres, nearest first, with metres.
    ///
    /// # Errors
    /// The engine's.
    pub fn near(
        &mut self,
        point: Point,
        metres: i64,
        limit: i64,
        reach: &Reach,
    ) -> Result<Vec<(CaseRow, i64)>, StoreError> {
        let mut found: Vec<(CaseRow, i64)> = Vec::new();
        for (first, last) in tiles_around(point, metres) {
            // The newest of a tile are found in the index alone; only their rows are read.
            let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM case_row c WHERE c.id IN ("));
            sql.push("SELECT n.id FROM case_row n WHERE n.morton >= ").bind(first);
            sql.push(" AND n.morton <= ").bind(last);
            within(&mut sql, reach, "n.id");
            sql.push(" ORDER BY n.id DESC LIMIT ").bind(TILE_MAX).push(")");
            let rows = self.all(&sql.text, &sql.params(), CaseRow::read)?;
            found.extend(rows.into_iter().filter_map(|row| {
                let away = row.point?.metres_to(point).round() as i64;
                (away <= metres).then_some((row, away))
            }));
        }
        found.sort_by_key(|(row, away)| (*away, std::cmp::Reverse(row.id)));
        found.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(found)
    }
}

/// Ranges of Z-order numbers that cover a circle: the nine tiles around a point, of the smallest
/// size that is not smaller than the circle's radius.
fn tiles_around(point: Point, metres: i64) -> Vec<(i64, i64)> {
    /// The equator in metres: the width of the one tile of zoom 0.
    const WORLD: f64 = 40_075_016.7;
    let shrink = point.lat().to_radians().cos().max(0.01);
    let mut zoom = 0_u8;
    while zoom < 24 && WORLD * shrink / f64::from(1_u32 << (zoom + 1)) >= metres.max(1) as f64 {
        zoom += 1;
    }
    let side = f64::from(1_u32 << zoom);
    let last = (1_i64 << zoom) - 1;
    let lat = point.lat().to_radians();
    let x = ((point.lng() + 180.0) / 360.0 * side) as i64;
    let y = ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * side) as i64;
    let mut tiles = Vec::with_capacity(9);
    for dy in -1..=1 {
        for dx in -1..=1 {
            let (tx, ty) = (x + dx, y + dy);
            if (0..=last).contains(&tx) && (0..=last).contains(&ty) {
                let (tx, ty) = (u32::try_from(tx).unwrap_or(0), u32::try_from(ty).unwrap_or(0));
                tiles.push(morton_range(zoom, tx, ty));
            }
        }
    }
    tiles
}
