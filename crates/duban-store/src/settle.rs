//! 清理残留: what was erased leaves the file too.
//!
//! SQLite overwrites what it deletes (`secure_delete`), but the index of the search keeps words of texts that were replaced
//! until its parts are merged, and the journal keeps pages as they were until it is begun anew. A PostgreSQL server clears
//! its own files (VACUUM), and its archive is the administrator's.

use duban_domain::{JobId, Stamp};

use crate::{Job, Store, StoreError, WriteTx, dialect::Dialect, store::Base, value::params};

/// The kind of the job.
pub const SETTLE: &str = "settle";
/// Pages of the index that are merged in one transaction.
const PAGES: i64 = 64;

impl WriteTx<'_> {
    /// Owes that what was replaced leaves the index of the search: once for all that was erased until then.
    ///
    /// # Errors
    /// The engine's.
    pub fn owe_settling(&mut self, id: JobId, run_at: Stamp) -> Result<(), StoreError> {
        self.enqueue(&Job {
            id,
            kind: SETTLE.to_owned(),
            subject: 0,
            payload: String::new(),
            run_at,
            attempts: 0,
            dedupe: SETTLE.to_owned(),
        })
    }

    /// Merges some pages of the index of the search; `begin` with the first. Says whether more is left.
    ///
    /// # Errors
    /// The engine's.
    pub fn settle_search(&mut self, begin: bool) -> Result<bool, StoreError> {
        if self.dialect() == Dialect::Postgres {
            return Ok(false);
        }
        let changes = "SELECT total_changes()";
        let before = self.number(changes, &[])?;
        let pages = if begin { -PAGES } else { PAGES };
        self.exec("INSERT INTO case_search (case_search, rank) VALUES ('merge', $1)", params![pages])?;
        // The command itself counts as one change.
        Ok(self.number(changes, &[])? - before >= 2)
    }
}

impl Store {
    /// Begins the journal of the embedded database anew, so that it holds nothing that was erased. Whoever reads
    /// meanwhile keeps it from that; then it is done the next time.
    ///
    /// # Errors
    /// The engine's.
    pub fn begin_journal_anew(&self) -> Result<bool, StoreError> {
        match &*self.base {
            Base::Sqlite(file) => file.begin_journal_anew(),
            Base::Postgres(_) => Ok(true),
        }
    }
}
