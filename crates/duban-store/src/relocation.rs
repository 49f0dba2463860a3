//! Open cases that go from a closed unit or a replaced category to another (整体移交), a few at a time.

use duban_domain::{CaseId, RelocationId, Stamp, case::Phase, city::edit::Replacing};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    value::{Row, params},
};

/// What was ordered, and how far it is (移交批次).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelocationRow {
    /// Its id.
    pub id: RelocationId,
    /// Units or categories.
    pub kind: Replacing,
    /// The key that was.
    pub from: String,
    /// The key that is.
    pub to: String,
    /// Why.
    pub words: String,
    /// Who ordered it, by name.
    pub by: String,
    /// When.
    pub at: Stamp,
    /// How many open cases there were then.
    pub total: i64,
    /// How many went over.
    pub moved: i64,
    /// The case that was looked at last, this time round.
    pub after: CaseId,
    /// How many went over this time round; the round in which none does is the last.
    pub fresh: i64,
    /// Whether somebody stopped it; when it ended like that, another took its place.
    pub paused: bool,
    /// When it was through, or given up.
    pub ended_at: Option<Stamp>,
}

const COLUMNS: &str =
    "id, kind, from_key, to_key, words, by_name, at, total, moved, after_id, fresh, paused, ended_at";

fn read(row: &Row<'_>) -> Result<RelocationRow, StoreError> {
    let kind = row.text(1)?;
    Ok(RelocationRow {
        id: RelocationId(row.int(0)?),
        kind: Replacing::from_key(&kind).ok_or_else(|| StoreError::unreadable("relocation.kind", kind))?,
        from: row.text(2)?,
        to: row.text(3)?,
        words: row.text(4)?,
        by: row.text(5)?,
        at: Stamp(row.int(6)?),
        total: row.int(7)?,
        moved: row.int(8)?,
        after: CaseId(row.int(9)?),
        fresh: row.int(10)?,
        paused: row.int(11)? != 0,
        ended_at: row.opt_int(12)?.map(Stamp),
    })
}

/// What holds of the open cases in question: `$1` is the key.
fn of(kind: Replacing) -> &'static str {
    match kind {
        Replacing::Unit => "id IN (SELECT case_id FROM case_unit WHERE unit = $1) AND closed_at IS NULL",
        Replacing::Category => "category = $1 AND closed_at IS NULL",
    }
}

impl ReadTx<'_> {
    /// Open cases that a unit leads, helps in or has a task of, or that have a category; by phase.
    ///
    /// # Errors
    /// The engine's.
    pub fn relocatable(&mut self, kind: Replacing, key: &str) -> Result<Vec<(Phase, i64)>, StoreError> {
        let sql =
            format!("SELECT phase, count(*) FROM case_row WHERE {} GROUP BY phase ORDER BY phase", of(kind));
        self.all(&sql, params![key], |row| Ok((code("phase", row.int(0)?, Phase::from_code)?, row.int(1)?)))
    }

    /// Those of them behind a case, in the order of their ids.
    ///
    /// # Errors
    /// The engine's.
    pub fn relocatable_after(
        &mut self,
        kind: Replacing,
        key: &str,
        after: CaseId,
        limit: i64,
    ) -> Result<Vec<CaseId>, StoreError> {
        let sql = format!("SELECT id FROM case_row WHERE {} AND id > $2 ORDER BY id LIMIT $3", of(kind));
        self.all(&sql, params![key, after, limit], |row| Ok(CaseId(row.int(0)?)))
    }

    /// What was ordered, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn relocations(&mut self, limit: i64) -> Result<Vec<RelocationRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM relocation ORDER BY id DESC LIMIT $1");
        self.all(&sql, params![limit], read)
    }
}

impl WriteTx<'_> {
    /// One order, held until the end of the transaction.
    ///
    /// # Errors
    /// The engine's.
    pub fn relocation_for_update(&mut self, id: RelocationId) -> Result<Option<RelocationRow>, StoreError> {
        let lock = self.dialect().for_update();
        self.first(&format!("SELECT {COLUMNS} FROM relocation WHERE id = $1{lock}"), params![id], read)
    }

    /// The order for a key that is not through yet.
    ///
    /// # Errors
    /// The engine's.
    pub fn relocation_under_way(
        &mut self,
        kind: Replacing,
        from: &str,
    ) -> Result<Option<RelocationRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM relocation WHERE kind = $1 AND from_key = $2 AND ended_at IS NULL"
        );
        self.first(&sql, params![kind.key(), from], read)
    }

    /// Writes an order, or how far it is.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_relocation(&mut self, row: &RelocationRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO relocation ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (id) DO UPDATE SET to_key = excluded.to_key, moved = excluded.moved,
                after_id = excluded.after_id, fresh = excluded.fresh, paused = excluded.paused, ended_at = excluded.ended_at"
        );
        let (kind, paused) = (row.kind.key(), i64::from(row.paused));
        self.exec(
            &sql,
            params![
                row.id,
                kind,
                &row.from,
                &row.to,
                &row.words,
                &row.by,
                row.at,
                row.total,
                row.moved,
                row.after,
                row.fresh,
                paused,
                row.ended_at
            ],
        )
        .map(|_| ())
    }
}
