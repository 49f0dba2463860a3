//! What everybody may see (公开): a table of its own, so that a public page cannot show what is not in it.
//!
//! Whether a case is in it, how coarse its place is and which words stand there is decided by the use
//! cases; here it is kept, listed, and counted by the squares of the map.

use std::collections::BTreeMap;

use duban_domain::{
    CaseId, Number, Stamp,
    case::Phase,
    place::{MORTON_ZOOM, Point, morton_range},
};

use crate::{
    ReadTx, StoreError, WriteTx,
    dialect::Dialect,
    request::{code, point},
    sql::Sql,
    value::{Param, Row, params},
};

/// The zooms whose tiles are counted, coarse to fine.
const LEVELS: [u8; 4] = [12, 14, 16, 18];
/// From this zoom on a map shows single matters.
pub const ZOOM_SINGLE: u8 = 16;
/// Squares along the side of a tile that shows numbers: two to the power of this.
const SQUARES: u8 = 3;
/// Most matters that one tile or one neighbourhood looks at.
const TILE_MAX: i64 = 500;

/// A case as everybody may see it (公开工单).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRow {
    /// Its id.
    pub case: CaseId,
    /// Its public number.
    pub number: Number,
    /// Category of the city pack.
    pub category: Option<String>,
    /// Code of the smallest known division.
    pub division: Option<String>,
    /// Who deals with it.
    pub owner: String,
    /// 阶段
    pub phase: Phase,
    /// When it was opened.
    pub opened_at: Stamp,
    /// When something last happened.
    pub changed_at: Stamp,
    /// By when it must be answered.
    pub finish_due: Stamp,
    /// When it was answered.
    pub answered_at: Option<Stamp>,
    /// When it was closed.
    pub closed_at: Option<Stamp>,
    /// Roughly where.
    pub point: Option<Point>,
    /// The first of the public words; empty when none are shown.
    pub title: String,
    /// The public words; empty when none are shown.
    pub words: String,
    /// How many people spoke.
    pub voices: i64,
}

/// Which public cases a list shows; what is not set does not restrict. Newest first.
#[derive(Clone, Debug, Default)]
pub struct PublicQuery {
    /// A category of the first level.
    pub top: Option<String>,
    /// A division of county level.
    pub county: Option<String>,
    /// Closed, or not.
    pub done: Option<bool>,
    /// Only those before this one.
    pub before: Option<CaseId>,
    /// How many.
    pub limit: i64,
}

/// A square of the map with how many lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Square {
    /// The first Z-order number in it.
    pub first: i64,
    /// Its zoom.
    pub level: u8,
    /// Open ones.
    pub open: i64,
    /// Closed ones.
    pub done: i64,
}

const COLUMNS: &str =
    "p.case_id, p.number, p.category, p.division, p.owner, p.phase, p.opened_at, p.changed_at,
    p.finish_due, p.answered_at, p.closed_at, p.lng_e7, p.lat_e7, p.title, p.words, p.voices";

impl PublicRow {
    /// The category of the first level above it; empty without one.
    #[must_use]
    pub fn top(&self) -> &str {
        self.category.as_deref().and_then(|key| key.split('.').next()).unwrap_or("")
    }

    fn county(&self) -> &str {
        self.division.as_deref().and_then(|code| code.get(..6)).unwrap_or("")
    }

    fn morton(&self) -> Option<i64> {
        self.point.map(Point::morton)
    }

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            case: CaseId(row.int(0)?),
            number: row.number(1)?,
            category: row.opt_text(2)?,
            division: row.opt_text(3)?,
            owner: row.text(4)?,
            phase: code("phase", row.int(5)?, Phase::from_code)?,
            opened_at: Stamp(row.int(6)?),
            changed_at: Stamp(row.int(7)?),
            finish_due: Stamp(row.int(8)?),
            answered_at: row.opt_int(9)?.map(Stamp),
            closed_at: row.opt_int(10)?.map(Stamp),
            point: point(row, 11)?,
            title: row.text(13)?,
            words: row.text(14)?,
            voices: row.int(15)?,
        })
    }
}

impl ReadTx<'_> {
    /// What everybody may see of a case; none when that is nothing.
    ///
    /// # Errors
    /// The engine's.
    pub fn public_row(&mut self, case: CaseId) -> Result<Option<PublicRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM public_case p WHERE p.case_id = $1");
        self.first(&sql, params![case], PublicRow::read)
    }

    /// A page of what everybody may see.
    ///
    /// # Errors
    /// The engine's.
    pub fn public_list(&mut self, query: &PublicQuery) -> Result<Vec<PublicRow>, StoreError> {
        let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM public_case p WHERE 1 = 1"));
        if let Some(county) = query.county.as_deref() {
            sql.push(" AND p.county = ").bind(county);
        }
        if let Some(top) = query.top.as_deref() {
            sql.push(" AND p.top = ").bind(top);
        }
        if let Some(done) = query.done {
            sql.push(" AND p.done = ").bind(i64::from(done));
        }
        if let Some(before) = query.before {
            sql.push(" AND p.case_id < ").bind(before);
        }
        sql.push(" ORDER BY p.case_id DESC LIMIT ").bind(query.limit.clamp(1, 500));
        self.all(&sql.text, &sql.params(), PublicRow::read)
    }

    /// The single matters in some ranges of Z-order numbers, newest first; at most a few hundred of each.
    ///
    /// # Errors
    /// The engine's.
    pub fn public_in(
        &mut self,
        ranges: &[(i64, i64)],
        top: Option<&str>,
    ) -> Result<Vec<PublicRow>, StoreError> {
        let mut rows = Vec::new();
        for (first, last) in ranges {
            let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM public_case p WHERE p.morton >= "));
            sql.bind(*first).push(" AND p.morton <= ").bind(*last);
            if let Some(top) = top {
                // The place leads: without the sign SQLite may take the index of kinds.
                let sign = if self.dialect() == Dialect::Sqlite { "+" } else { "" };
                sql.push(" AND ").push(sign).push("p.top = ").bind(top);
            }
            sql.push(" ORDER BY p.case_id DESC LIMIT ").bind(TILE_MAX);
            rows.extend(self.all(&sql.text, &sql.params(), PublicRow::read)?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.case));
        Ok(rows)
    }

    /// What became public within an interval, its end included, oldest first, each with when.
    ///
    /// # Errors
    /// The engine's.
    pub fn published_within(
        &mut self,
        after: Stamp,
        until: Stamp,
        limit: i64,
    ) -> Result<Vec<(Stamp, PublicRow)>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, p.published_at FROM public_case p WHERE p.published_at > $1 AND p.published_at <= $2
             ORDER BY p.published_at, p.case_id LIMIT $3"
        );
        self.all(&sql, params![after, until, limit], |row| Ok((Stamp(row.int(16)?), PublicRow::read(row)?)))
    }

    /// When something last became public, up to an instant.
    ///
    /// # Errors
    /// The engine's.
    pub fn last_published(&mut self, until: Stamp) -> Result<Option<Stamp>, StoreError> {
        let sql = "SELECT max(published_at) FROM public_case WHERE published_at <= $1";
        let found = self.first(sql, params![until], |row| row.opt_int(0))?;
        Ok(found.flatten().map(Stamp))
    }

    /// How many lie in each square of a tile, from the counters.
    ///
    /// # Errors
    /// The engine's.
    pub fn public_squares(
        &mut self,
        (z, x, y): (u8, u32, u32),
        top: Option<&str>,
    ) -> Result<Vec<Square>, StoreError> {
        let shown = z + SQUARES;
        let level = LEVELS.into_iter().find(|level| *level >= shown).unwrap_or(LEVELS[LEVELS.len() - 1]);
        let (first, last) = morton_range(z, x, y);
        let mut sql = Sql::new(
            "SELECT cell, CAST(sum(open) AS BIGINT), CAST(sum(done) AS BIGINT) FROM public_cell WHERE level = ",
        );
        sql.bind(i64::from(level)).push(" AND cell >= ").bind(first >> shift(level));
        sql.push(" AND cell <= ").bind(last >> shift(level));
        if let Some(top) = top {
            sql.push(" AND top = ").bind(top);
        }
        sql.push(" GROUP BY cell");
        let mut squares: BTreeMap<i64, Square> = BTreeMap::new();
        let level_shown = shown.min(level);
        self.each(&sql.text, &sql.params(), &mut |row| {
            let first = (row.int(0)? << shift(level)) >> shift(level_shown) << shift(level_shown);
            let square =
                squares.entry(first).or_insert(Square { first, level: level_shown, open: 0, done: 0 });
            square.open += row.int(1)?;
            square.done += row.int(2)?;
            Ok(())
        })?;
        Ok(squares.into_values().filter(|square| square.open + square.done > 0).collect())
    }

    /// Counters of the map that do not agree with the rows. Empty, unless something is broken.
    ///
    /// # Errors
    /// The engine's.
    pub fn wrong_squares(&mut self) -> Result<Vec<String>, StoreError> {
        let mut sums: BTreeMap<(i64, i64, String), (i64, i64)> = BTreeMap::new();
        let sql = format!("SELECT {COLUMNS} FROM public_case p WHERE p.morton IS NOT NULL");
        self.each(&sql, &[], &mut |row| {
            let row = PublicRow::read(row)?;
            for (key, open, done) in cells(&row) {
                let sum = sums.entry(key).or_default();
                (sum.0, sum.1) = (sum.0 + open, sum.1 + done);
            }
            Ok(())
        })?;
        self.each("SELECT level, cell, top, open, done FROM public_cell", &[], &mut |row| {
            let sum = sums.entry((row.int(0)?, row.int(1)?, row.text(2)?)).or_default();
            (sum.0, sum.1) = (sum.0 - row.int(3)?, sum.1 - row.int(4)?);
            Ok(())
        })?;
        let wrong = sums.into_iter().filter(|(_, sum)| *sum != (0, 0));
        Ok(wrong
            .map(|((level, cell, _), _)| format!("square {cell} of zoom {level} is miscounted"))
            .collect())
    }
}

impl WriteTx<'_> {
    /// Writes what everybody may see of a case, or takes all of it away; and counts the squares.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_public(&mut self, case: CaseId, row: Option<&PublicRow>) -> Result<(), StoreError> {
        let before = self.public_row(case)?;
        if before.as_ref() == row {
            return Ok(());
        }
        let sql = "SELECT published_at FROM public_case WHERE case_id = $1";
        let published = self.first(sql, params![case], |row| Ok(Stamp(row.int(0)?)))?;
        if before.is_some() {
            self.exec("DELETE FROM public_case WHERE case_id = $1", params![case])?;
        }
        if let Some(row) = row {
            self.insert_public(row, published.unwrap_or(row.changed_at))?;
        }
        self.count_squares(before.as_ref(), row)
    }

    /// As [`WriteTx::put_public`] for a case that is new.
    ///
    /// # Errors
    /// The engine's.
    pub fn begin_public(&mut self, row: &PublicRow) -> Result<(), StoreError> {
        self.insert_public(row, row.changed_at)?;
        self.count_squares(None, Some(row))
    }

    fn insert_public(&mut self, row: &PublicRow, published: Stamp) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO public_case (case_id, number, category, top, division, county, owner, phase, done, opened_at,
                changed_at, finish_due, answered_at, closed_at, lng_e7, lat_e7, morton, title, words, voices,
                published_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
            params![
                row.case,
                &row.number,
                &row.category,
                row.top(),
                &row.division,
                row.county(),
                &row.owner,
                row.phase.code(),
                i64::from(row.closed_at.is_some()),
                row.opened_at,
                row.changed_at,
                row.finish_due,
                row.answered_at,
                row.closed_at,
                row.point.map(|p| p.lng_e7),
                row.point.map(|p| p.lat_e7),
                row.morton(),
                &row.title,
                &row.words,
                row.voices,
                published,
            ],
        )?;
        Ok(())
    }

    /// Moves the counters in one statement, in one order for all writers.
    fn count_squares(
        &mut self,
        before: Option<&PublicRow>,
        after: Option<&PublicRow>,
    ) -> Result<(), StoreError> {
        let mut moves: BTreeMap<(i64, i64, String), (i64, i64)> = BTreeMap::new();
        for (row, sign) in [(before, -1), (after, 1)] {
            for (key, open, done) in row.into_iter().flat_map(cells) {
                let sum = moves.entry(key).or_default();
                (sum.0, sum.1) = (sum.0 + sign * open, sum.1 + sign * done);
            }
        }
        moves.retain(|_, sum| *sum != (0, 0));
        if moves.is_empty() {
            return Ok(());
        }
        let slot = match self.dialect() {
            Dialect::Sqlite => 0,
            Dialect::Postgres => before.or(after).map_or(0, |row| row.case.0 & 7),
        };
        let mut sql = Sql::new("INSERT INTO public_cell (level, cell, top, slot, open, done) VALUES ");
        for (at, ((level, cell, top), (open, done))) in moves.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" });
            for (nth, value) in [
                Param::from(*level),
                Param::from(*cell),
                Param::from(top),
                slot.into(),
                (*open).into(),
                (*done).into(),
            ]
            .into_iter()
            .enumerate()
            {
                sql.push(if nth == 0 { "" } else { ", " }).bind(value);
            }
            sql.push(")");
        }
        sql.push(
            " ON CONFLICT (level, cell, top, slot) DO UPDATE SET open = public_cell.open + excluded.open,
              done = public_cell.done + excluded.done",
        );
        self.exec(&sql.text, &sql.params())?;
        Ok(())
    }
}

/// The counters that a row is in: level, square and kind, with what it adds to open and done.
fn cells(row: &PublicRow) -> Vec<((i64, i64, String), i64, i64)> {
    let Some(morton) = row.morton() else { return Vec::new() };
    let done = i64::from(row.closed_at.is_some());
    LEVELS
        .iter()
        .map(|level| ((i64::from(*level), morton >> shift(*level), row.top().to_owned()), 1 - done, done))
        .collect()
}

/// How far a Z-order number is shifted to give the square of a level.
fn shift(level: u8) -> u32 {
    2 * u32::from(MORTON_ZOOM - level)
}
