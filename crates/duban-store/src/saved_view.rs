//! Filters that somebody keeps (常用视图): their own, or shared with their unit. Keyed to the
//! account, so another device has them.

use duban_domain::{StaffId, ViewId};

use crate::{ReadTx, StoreError, WriteTx, value::params};

/// A kept filter (常用视图).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: ViewId,
    /// Who keeps it.
    pub staff: StaffId,
    /// The unit that it is shared with.
    pub unit: Option<String>,
    /// What they call it.
    pub name: String,
    /// The filters, as the address of the worklist has them.
    pub query: String,
}

impl ReadTx<'_> {
    /// What a member keeps and what their unit shares, in the order of keeping.
    ///
    /// # Errors
    /// The engine's.
    pub fn saved_views(
        &mut self,
        staff: StaffId,
        unit: &str,
        limit: i64,
    ) -> Result<Vec<SavedView>, StoreError> {
        self.all(
            "SELECT id, staff_id, unit, name, query FROM saved_view WHERE staff_id = $1 OR unit = $2 ORDER BY id LIMIT $3",
            params![staff, unit, limit],
            |row| {
                Ok(SavedView {
                    id: ViewId(row.int(0)?),
                    staff: StaffId(row.int(1)?),
                    unit: row.opt_text(2)?,
                    name: row.text(3)?,
                    query: row.text(4)?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Keeps a filter.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_view(&mut self, view: &SavedView) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO saved_view (id, staff_id, unit, name, query) VALUES ($1, $2, $3, $4, $5)",
            params![view.id, view.staff, &view.unit, &view.name, &view.query],
        )?;
        Ok(())
    }

    /// Lets a filter go; only whoever keeps it can. Whether there was one.
    ///
    /// # Errors
    /// The engine's.
    pub fn delete_view(&mut self, id: ViewId, staff: StaffId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM saved_view WHERE id = $1 AND staff_id = $2";
        Ok(self.exec(sql, params![id, staff])? > 0)
    }
}
