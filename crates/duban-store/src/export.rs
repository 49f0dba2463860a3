//! Which lists left the house as files (导出记录). Rows are added and never changed; the database
//! refuses anything else. What was in a file is not kept.

use duban_domain::{ExportId, StaffId, Stamp};

use crate::{ReadTx, StoreError, WriteTx, value::params};

/// One file that was taken out (导出记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportLine {
    /// Its id.
    pub id: ExportId,
    /// When.
    pub at: Stamp,
    /// Who took it.
    pub staff: StaffId,
    /// Their name then.
    pub name: String,
    /// The unit they acted for.
    pub unit: String,
    /// The format.
    pub format: String,
    /// Which list: its filters as the address of the worklist had them.
    pub filter: String,
    /// How many rows.
    pub rows: i64,
}

impl ReadTx<'_> {
    /// The newest exports; of one member, or of all.
    ///
    /// # Errors
    /// The engine's.
    pub fn exports(&mut self, of: Option<StaffId>, limit: i64) -> Result<Vec<ExportLine>, StoreError> {
        let columns = "SELECT id, at, staff_id, staff_name, unit, format, filter, row_count FROM export_log";
        let read = |row: &crate::value::Row<'_>| {
            Ok(ExportLine {
                id: ExportId(row.int(0)?),
                at: Stamp(row.int(1)?),
                staff: StaffId(row.int(2)?),
                name: row.text(3)?,
                unit: row.text(4)?,
                format: row.text(5)?,
                filter: row.text(6)?,
                rows: row.int(7)?,
            })
        };
        match of {
            Some(staff) => self.all(
                &format!("{columns} WHERE staff_id = $1 ORDER BY id DESC LIMIT $2"),
                params![staff, limit],
                read,
            ),
            None => self.all(&format!("{columns} ORDER BY id DESC LIMIT $1"), params![limit], read),
        }
    }
}

impl WriteTx<'_> {
    /// Records an export.
    ///
    /// # Errors
    /// The engine's.
    pub fn record_export(&mut self, line: &ExportLine) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO export_log (id, at, staff_id, staff_name, unit, format, filter, row_count)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                line.id,
                line.at,
                line.staff,
                &line.name,
                &line.unit,
                &line.format,
                &line.filter,
                line.rows
            ],
        )?;
        Ok(())
    }
}
