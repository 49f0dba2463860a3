//! Callback tasks (回访任务) and alerts to handlers (提醒).
//!
//! A task says when a case in callback is to be called next. It is derived from the case and written
//! with it; whoever reads the case's history comes to the same.

use duban_domain::{CaseId, Number, StaffId, Stamp, case::Ending, policy::Reach};

use crate::{
    CaseRow, ReadTx, StoreError, WriteTx,
    sql::Sql,
    value::{Row, params},
};

/// When a case in callback is to be called (回访任务).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackTask {
    /// The case.
    pub case: CaseId,
    /// Since when it waits.
    pub made_at: Stamp,
    /// Not before this instant.
    pub ready_at: Stamp,
    /// Until when the person's page asks.
    pub until: Stamp,
    /// Calls that did not reach the person.
    pub tries: i64,
    /// When the last of them was.
    pub tried_at: Option<Stamp>,
    /// Whether what was said must be judged first.
    pub judge: bool,
}

/// A handler is asked to look at a case again (满意度提醒).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub id: i64,
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: Number,
    /// The unit that is asked.
    pub unit: String,
    /// When the person said it.
    pub at: Stamp,
    /// The answers that were chosen, in the words of that day.
    pub words: String,
}

fn read_task(row: &Row<'_>) -> Result<CallbackTask, StoreError> {
    Ok(CallbackTask {
        case: CaseId(row.int(0)?),
        made_at: Stamp(row.int(1)?),
        ready_at: Stamp(row.int(2)?),
        until: Stamp(row.int(3)?),
        tries: row.int(4)?,
        tried_at: row.opt_int(5)?.map(Stamp),
        judge: row.flag(6)?,
    })
}

impl ReadTx<'_> {
    /// Cases to call, or to judge; the one that is due first stands first.
    ///
    /// # Errors
    /// The engine's.
    pub fn callback_tasks(&mut self, judge: bool, limit: i64) -> Result<Vec<CallbackTask>, StoreError> {
        self.all(
            "SELECT case_id, made_at, ready_at, until, tries, tried_at, judge FROM callback_task
             WHERE judge = $1 ORDER BY ready_at, case_id LIMIT $2",
            params![judge, limit],
            read_task,
        )
    }

    /// How many cases ended in a way in a time.
    ///
    /// # Errors
    /// The engine's.
    pub fn closed_count(&mut self, ending: Ending, from: Stamp, to: Stamp) -> Result<i64, StoreError> {
        self.number(
            "SELECT count(*) FROM case_row WHERE closed_at >= $1 AND closed_at < $2 AND ending = $3",
            params![from, to, ending.code()],
        )
    }

    /// The cases that [`ReadTx::closed_count`] counts, latest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn closed_as(
        &mut self,
        ending: Ending,
        from: Stamp,
        to: Stamp,
        limit: i64,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let columns = crate::row::COLUMNS;
        let sql = format!(
            "SELECT {columns} FROM case_row c WHERE c.closed_at >= $1 AND c.closed_at < $2 AND c.ending = $3
             ORDER BY c.closed_at DESC, c.id LIMIT $4"
        );
        self.all(&sql, params![from, to, ending.code(), limit], CaseRow::read)
    }

    /// Alerts that nobody has looked at, within reach, latest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn alerts(&mut self, reach: &Reach, limit: i64) -> Result<Vec<Alert>, StoreError> {
        let mut sql =
            Sql::new("SELECT id, case_id, number, unit, at, words FROM alert WHERE seen_at IS NULL");
        match reach {
            Reach::All => {}
            Reach::Nothing => return Ok(Vec::new()),
            Reach::Units(units) => {
                sql.push(" AND unit IN (").bind_all(units.iter().map(String::as_str)).push(")");
            }
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), |row| {
            Ok(Alert {
                id: row.int(0)?,
                case: CaseId(row.int(1)?),
                number: row.number(2)?,
                unit: row.text(3)?,
                at: Stamp(row.int(4)?),
                words: row.text(5)?,
            })
        })
    }
}

impl WriteTx<'_> {
    /// Owes a callback, or moves it.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_callback_task(&mut self, task: &CallbackTask) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO callback_task (case_id, made_at, ready_at, until, tries, tried_at, judge)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (case_id) DO UPDATE SET ready_at = excluded.ready_at, until = excluded.until,
                tries = excluded.tries, tried_at = excluded.tried_at, judge = excluded.judge",
            params![
                task.case,
                task.made_at,
                task.ready_at,
                task.until,
                task.tries,
                task.tried_at,
                task.judge
            ],
        )
        .map(|_| ())
    }

    /// Nobody has to be called any more.
    ///
    /// # Errors
    /// The engine's.
    pub fn drop_callback_task(&mut self, case: CaseId) -> Result<(), StoreError> {
        self.exec("DELETE FROM callback_task WHERE case_id = $1", params![case]).map(|_| ())
    }

    /// Asks a handler to look again.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_alert(&mut self, alert: &Alert) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO alert (id, case_id, number, unit, at, words) VALUES ($1, $2, $3, $4, $5, $6)",
            params![alert.id, alert.case, &alert.number, &alert.unit, alert.at, &alert.words],
        )
        .map(|_| ())
    }

    /// Somebody looked; whether there was anything to look at.
    ///
    /// # Errors
    /// The engine's.
    pub fn see_alert(&mut self, id: i64, who: StaffId, now: Stamp) -> Result<bool, StoreError> {
        let seen = "UPDATE alert SET seen_at = $1, seen_by = $2 WHERE id = $3 AND seen_at IS NULL";
        self.exec(seen, params![now, who, id]).map(|rows| rows > 0)
    }
}
