//! The record of changes (变更记录) that administrators make, and links for setting a password.
//!
//! Rows are only ever added; the database refuses anything else.

use duban_domain::{StaffId, Stamp};

use crate::{
    ReadTx, StoreError, WriteTx,
    sql::Sql,
    value::{Row, params},
};

/// One change (变更).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminChange {
    /// Its id, rising.
    pub id: i64,
    /// When.
    pub at: Stamp,
    /// Who; 0 for the program.
    pub by_id: StaffId,
    /// Their name.
    pub by_name: String,
    /// What was changed: `pack`, `account` …
    pub kind: String,
    /// Which file or account.
    pub subject: String,
    /// The version of the pack since; 0 where it is not about the pack.
    pub version: i64,
    /// Why, or how.
    pub note: String,
    /// As it was; empty when it is new.
    pub before: String,
    /// As it is; empty when it is gone.
    pub after: String,
}

const COLUMNS: &str = "id, at, by_id, by_name, kind, subject, version, note, before, after";

fn read(row: &Row<'_>) -> Result<AdminChange, StoreError> {
    Ok(AdminChange {
        id: row.int(0)?,
        at: Stamp(row.int(1)?),
        by_id: StaffId(row.int(2)?),
        by_name: row.text(3)?,
        kind: row.text(4)?,
        subject: row.text(5)?,
        version: row.int(6)?,
        note: row.text(7)?,
        before: row.text(8)?,
        after: row.text(9)?,
    })
}

impl ReadTx<'_> {
    /// Changes, the newest first: of one kind or of all, before an id.
    ///
    /// # Errors
    /// The engine's.
    pub fn admin_changes(
        &mut self,
        kind: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AdminChange>, StoreError> {
        let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM admin_change WHERE id < "));
        sql.bind(before.unwrap_or(i64::MAX));
        if let Some(kind) = kind {
            sql.push(" AND kind = ").bind(kind);
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), read)
    }

    /// One change.
    ///
    /// # Errors
    /// The engine's.
    pub fn admin_change(&mut self, id: i64) -> Result<Option<AdminChange>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM admin_change WHERE id = $1"), params![id], read)
    }

    /// Whose password a link sets, while it holds.
    ///
    /// # Errors
    /// The engine's.
    pub fn password_link(&mut self, hash: &[u8], now: Stamp) -> Result<Option<StaffId>, StoreError> {
        self.first(
            "SELECT staff_id FROM password_link WHERE hash = $1 AND expires_at > $2",
            params![hash, now],
            |row| Ok(StaffId(row.int(0)?)),
        )
    }
}

impl WriteTx<'_> {
    /// Adds to the record of changes.
    ///
    /// # Errors
    /// The engine's.
    pub fn note_change(&mut self, change: &AdminChange) -> Result<(), StoreError> {
        let sql =
            format!("INSERT INTO admin_change ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        self.exec(
            &sql,
            params![
                change.id,
                change.at,
                change.by_id,
                &change.by_name,
                &change.kind,
                &change.subject,
                change.version,
                &change.note,
                &change.before,
                &change.after,
            ],
        )?;
        Ok(())
    }

    /// Makes the only link of somebody.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_password_link(&mut self, hash: &[u8], staff: StaffId, until: Stamp) -> Result<(), StoreError> {
        self.end_password_links(staff)?;
        self.exec(
            "INSERT INTO password_link (hash, staff_id, expires_at) VALUES ($1, $2, $3)",
            params![hash, staff, until],
        )?;
        Ok(())
    }

    /// Ends the links of somebody.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_password_links(&mut self, staff: StaffId) -> Result<(), StoreError> {
        self.exec("DELETE FROM password_link WHERE staff_id = $1", params![staff])?;
        Ok(())
    }
}
