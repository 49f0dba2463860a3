//! Cases (工单): the state that decisions read, the row that lists read, and whose they are.
//!
//! All three and the counters are written together, here and nowhere else.

use duban_domain::{CaseId, Number, case::Case, request::Request};

use crate::{
    ReadTx, RowExtra, StoreError, WriteTx, figures,
    row::{COLUMNS, CaseRow},
    value::{Row, params},
};

fn read(row: &Row<'_>) -> Result<Case, StoreError> {
    serde_json::from_str(row.str(0)?).map_err(|e| StoreError::unreadable("a case", e))
}

impl ReadTx<'_> {
    /// A case.
    ///
    /// # Errors
    /// The engine's, and when the state cannot be read.
    pub fn case(&mut self, id: CaseId) -> Result<Option<Case>, StoreError> {
        self.first("SELECT body FROM case_state WHERE case_id = $1", params![id], read)
    }

    /// The case that deals with the request of this number; the case's own number is its first request's.
    ///
    /// # Errors
    /// As [`ReadTx::case`].
    pub fn case_by_number(&mut self, number: &Number) -> Result<Option<Case>, StoreError> {
        self.first(
            "SELECT s.body FROM request r JOIN case_state s ON s.case_id = r.case_id WHERE r.number = $1",
            params![number],
            read,
        )
    }

    /// A case as lists show it.
    ///
    /// # Errors
    /// The engine's.
    pub fn case_row(&mut self, id: CaseId) -> Result<Option<CaseRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM case_row c WHERE c.id = $1"), params![id], CaseRow::read)
    }

    /// Cases after an id, in the order of their ids: for checks that walk through everything.
    ///
    /// # Errors
    /// As [`ReadTx::case`].
    pub fn cases_after(&mut self, mark: CaseId, limit: i64) -> Result<Vec<Case>, StoreError> {
        self.all(
            "SELECT body FROM case_state WHERE case_id > $1 ORDER BY case_id LIMIT $2",
            params![mark, limit],
            read,
        )
    }
}

impl WriteTx<'_> {
    /// A case that is about to be changed: nobody else changes it until this transaction is done.
    ///
    /// # Errors
    /// As [`ReadTx::case`].
    pub fn case_for_update(&mut self, id: CaseId) -> Result<Option<Case>, StoreError> {
        let lock = self.dialect().for_update();
        self.first(&format!("SELECT body FROM case_state WHERE case_id = $1{lock}"), params![id], read)
    }

    /// Writes a new case: state, row, whose it is, and the counters.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when its id or number is; the engine's.
    pub fn insert_case(
        &mut self,
        case: &Case,
        request: &Request,
        extra: &RowExtra,
    ) -> Result<(), StoreError> {
        let row = CaseRow::first(case, request, extra);
        let sql = row.insert();
        self.exec(&sql.text, &sql.params())?;
        self.exec("INSERT INTO case_state (case_id, body) VALUES ($1, $2)", params![case.id, &body(case)?])?;
        self.put_units(case)?;
        figures::count(self, case.id, None, Some(&row), &extra.zone)
    }

    /// Writes a case as it is now, over the one that `before` was read from.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else has changed it since; the engine's.
    pub fn update_case(&mut self, before: &Case, after: &Case, extra: &RowExtra) -> Result<(), StoreError> {
        const WHAT: StoreError = StoreError::Conflict { what: "this case" };
        let lock = self.dialect().for_update();
        let sql = format!("SELECT {COLUMNS} FROM case_row c WHERE c.id = $1{lock}");
        let stored = self.first(&sql, params![before.id], CaseRow::read)?.ok_or(WHAT)?;
        if stored.version != before.version || after.id != before.id {
            return Err(WHAT);
        }
        let row = stored.next(after, extra);
        let sql = row.update();
        self.exec(&sql.text, &sql.params())?;
        self.exec("UPDATE case_state SET body = $1 WHERE case_id = $2", params![&body(after)?, after.id])?;
        if units(before) != units(after) || stored.next_due != row.next_due {
            self.exec("DELETE FROM case_unit WHERE case_id = $1", params![after.id])?;
            self.put_units(after)?;
        }
        figures::count(self, after.id, Some(&stored), Some(&row), &extra.zone)
    }

    fn put_units(&mut self, case: &Case) -> Result<(), StoreError> {
        for (unit, lead) in units(case) {
            self.exec(
                "INSERT INTO case_unit (case_id, unit, lead, next_due) VALUES ($1, $2, $3, $4)",
                params![case.id, unit, lead, case.next_due()],
            )?;
        }
        Ok(())
    }
}

/// Units that have something to do with a case: the lead first, each once.
pub(crate) fn units(case: &Case) -> Vec<(&str, bool)> {
    let mut units: Vec<(&str, bool)> =
        case.unit().filter(|u| !u.is_empty()).map(|u| (u, true)).into_iter().collect();
    for unit in case.helpers() {
        if !units.iter().any(|(known, _)| *known == unit) {
            units.push((unit, false));
        }
    }
    units
}

fn body(case: &Case) -> Result<String, StoreError> {
    serde_json::to_string(case).map_err(|e| StoreError::unreadable("a case", e))
}
