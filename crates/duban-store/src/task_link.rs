//! Links of tasks (任务链接), of which only a hash is kept, and when somebody last looked at a case.

use duban_domain::{CaseId, StaffId, Stamp};

use crate::{ReadTx, StoreError, WriteTx, value::params};

/// The link by which somebody outside opens one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLink {
    /// The hash of what the link shows.
    pub token: Vec<u8>,
    /// The case.
    pub case: CaseId,
    /// The task's number within the case.
    pub task: u16,
    /// Who has it.
    pub party: String,
    /// Since when.
    pub created_at: Stamp,
    /// Until when it opens.
    pub expires_at: Stamp,
}

impl ReadTx<'_> {
    /// The link with this hash. One that was taken back is gone.
    ///
    /// # Errors
    /// The engine's.
    pub fn task_link(&mut self, token: &[u8]) -> Result<Option<TaskLink>, StoreError> {
        self.first(
            "SELECT case_id, task, party, created_at, expires_at FROM task_link WHERE token = $1",
            params![token],
            |row| {
                Ok(TaskLink {
                    token: token.to_vec(),
                    case: CaseId(row.int(0)?),
                    task: u16::try_from(row.int(1)?).map_err(|e| StoreError::unreadable("a task link", e))?,
                    party: row.text(2)?,
                    created_at: Stamp(row.int(3)?),
                    expires_at: Stamp(row.int(4)?),
                })
            },
        )
    }

    /// When somebody last looked at a case.
    ///
    /// # Errors
    /// The engine's.
    pub fn case_seen(&mut self, case: CaseId, staff: StaffId) -> Result<Option<Stamp>, StoreError> {
        let sql = "SELECT at FROM case_seen WHERE case_id = $1 AND staff_id = $2";
        self.first(sql, params![case, staff], |row| row.int(0).map(Stamp))
    }
}

impl WriteTx<'_> {
    /// Keeps a link in the place of any other of its task.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_task_link(&mut self, link: &TaskLink) -> Result<(), StoreError> {
        self.end_task_link(link.case, link.task)?;
        self.exec(
            "INSERT INTO task_link (token, case_id, task, party, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
            params![&link.token, link.case, i64::from(link.task), &link.party, link.created_at, link.expires_at],
        )?;
        Ok(())
    }

    /// Takes the link of a task back.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_task_link(&mut self, case: CaseId, task: u16) -> Result<(), StoreError> {
        let sql = "DELETE FROM task_link WHERE case_id = $1 AND task = $2";
        self.exec(sql, params![case, i64::from(task)]).map(|_| ())
    }

    /// Somebody looked at a case.
    ///
    /// # Errors
    /// The engine's.
    pub fn see_case(&mut self, case: CaseId, staff: StaffId, at: Stamp) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO case_seen (case_id, staff_id, at) VALUES ($1, $2, $3)
             ON CONFLICT (case_id, staff_id) DO UPDATE SET at = excluded.at",
            params![case, staff, at],
        )
        .map(|_| ())
    }
}
