//! Who has which case open (在场), where several servers serve one city. Nothing is lost with it: the table
//! is empty again half a minute after the last page was closed.

use duban_domain::{Number, StaffId, Stamp};

use crate::{ReadTx, StoreError, WriteTx, value::params};

/// Somebody who has a case open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceRow {
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// Whether they are writing.
    pub writes: bool,
}

impl ReadTx<'_> {
    /// Who has a case open now.
    ///
    /// # Errors
    /// The engine's.
    pub fn presence(&mut self, number: &Number, now: Stamp) -> Result<Vec<PresenceRow>, StoreError> {
        let sql =
            "SELECT staff_id, name, writes FROM presence WHERE number = $1 AND until_at > $2 ORDER BY name";
        self.all(sql, params![&number.to_string(), now], |row| {
            Ok(PresenceRow { staff: StaffId(row.int(0)?), name: row.text(1)?, writes: row.int(2)? != 0 })
        })
    }
}

impl WriteTx<'_> {
    /// Somebody says that they have a case open.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_presence(
        &mut self,
        number: &Number,
        row: &PresenceRow,
        until: Stamp,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO presence (number, staff_id, name, writes, until_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (number, staff_id) DO UPDATE SET name = excluded.name, writes = excluded.writes,
                until_at = excluded.until_at",
            params![&number.to_string(), row.staff, &row.name, i64::from(row.writes), until],
        )
        .map(|_| ())
    }

    /// Somebody has left; and whoever was silent too long is forgotten.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_presence(&mut self, number: &Number, staff: StaffId, now: Stamp) -> Result<(), StoreError> {
        let gone = "DELETE FROM presence WHERE until_at <= $1 OR (number = $2 AND staff_id = $3)";
        self.exec(gone, params![now, &number.to_string(), staff]).map(|_| ())
    }
}
