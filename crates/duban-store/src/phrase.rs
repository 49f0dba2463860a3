//! Prepared texts that a unit keeps for itself (常用语), beside those of the city pack.

use duban_domain::{PhraseId, Stamp};

use crate::{
    ReadTx, StoreError, WriteTx,
    value::{Row, params},
};

/// A prepared text of a unit (常用语).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhraseRow {
    /// Its id.
    pub id: PhraseId,
    /// Whose it is.
    pub unit: String,
    /// The step it is for.
    pub step: String,
    /// Only for this category and what is below it.
    pub category: Option<String>,
    /// What it is called in the list.
    pub title: String,
    /// The text, with its variables.
    pub body: String,
    /// When it was last changed.
    pub changed_at: Stamp,
    /// By whom.
    pub changed_by: String,
}

const COLUMNS: &str = "id, unit, step, category, title, body, changed_at, changed_by";

fn read(row: &Row<'_>) -> Result<PhraseRow, StoreError> {
    Ok(PhraseRow {
        id: PhraseId(row.int(0)?),
        unit: row.text(1)?,
        step: row.text(2)?,
        category: row.opt_text(3)?,
        title: row.text(4)?,
        body: row.text(5)?,
        changed_at: Stamp(row.int(6)?),
        changed_by: row.text(7)?,
    })
}

impl ReadTx<'_> {
    /// The texts of a unit, by step and in the order of writing.
    ///
    /// # Errors
    /// The engine's.
    pub fn phrases(&mut self, unit: &str) -> Result<Vec<PhraseRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM phrase WHERE unit = $1 ORDER BY step, id");
        self.all(&sql, params![unit], read)
    }
}

impl WriteTx<'_> {
    /// Keeps a text: a new one, or in the place of the one with its id. Whether it was kept: a text
    /// of another unit is not changed.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_phrase(&mut self, phrase: &PhraseRow) -> Result<bool, StoreError> {
        let sql = format!(
            "INSERT INTO phrase ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET step = excluded.step, category = excluded.category, title = excluded.title,
             body = excluded.body, changed_at = excluded.changed_at, changed_by = excluded.changed_by
             WHERE phrase.unit = excluded.unit"
        );
        let n = self.exec(
            &sql,
            params![
                phrase.id,
                &phrase.unit,
                &phrase.step,
                &phrase.category,
                &phrase.title,
                &phrase.body,
                phrase.changed_at,
                &phrase.changed_by
            ],
        )?;
        Ok(n > 0)
    }

    /// Lets a text go. Whether the unit had one with this id.
    ///
    /// # Errors
    /// The engine's.
    pub fn delete_phrase(&mut self, id: PhraseId, unit: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM phrase WHERE id = $1 AND unit = $2";
        Ok(self.exec(sql, params![id, unit])? > 0)
    }
}
