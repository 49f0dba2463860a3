//! Transactions. [`ReadTx`] can only read; [`WriteTx`] can do that and write.
//!
//! The verbs of each noun are in the file of that noun. A statement that fails ends the
//! transaction on both engines alike: whatever the closure returns afterwards, nothing is kept
//! (PostgreSQL works like that; SQLite would go on, and half of a change could be kept by mistake).

use std::{
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use duban_domain::CaseId;

use crate::{
    StoreError, postgres, sqlite,
    value::{Param, Row},
};

/// The open connection underneath.
pub(crate) enum Engine<'t> {
    /// SQLite.
    Sqlite(&'t rusqlite::Connection),
    /// PostgreSQL.
    Postgres(&'t mut postgres::Link),
}

/// A consistent view of the data, as of its first query.
pub struct ReadTx<'t> {
    pub(crate) engine: Engine<'t>,
    /// The first failure of a statement; after it nothing runs any more.
    fault: Option<StoreError>,
    /// Roughly how many bytes were bound, so that a group knows when it is large.
    weight: usize,
}

/// A change in the making; all of it is kept, or nothing.
pub struct WriteTx<'t> {
    read: ReadTx<'t>,
    late: Vec<Late>,
}

/// A text for the search that waits for the commit of its group: the case and what it is found by.
pub(crate) type Late = (CaseId, String);

/// What the engine does with a transaction when its closure is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Commit.
    Keep,
    /// Roll back.
    Undo,
}

/// A closure as the engines run it: without its types, so that the engines are compiled once.
pub(crate) type Work<'w> = dyn FnMut(&mut WriteTx<'_>) -> Verdict + 'w;

impl<'t> ReadTx<'t> {
    pub(crate) fn new(engine: Engine<'t>) -> Self {
        Self { engine, fault: None, weight: 0 }
    }

    /// Hands every row of an answer to `each`.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        #[cfg(feature = "bench")]
        crate::bare::note(sql, params, true);
        self.run(params, |engine| match engine {
            Engine::Sqlite(conn) => sqlite::query(conn, sql, params, each),
            Engine::Postgres(link) => link.query(sql, params, each),
        })
    }

    /// All rows of an answer.
    pub(crate) fn all<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, params, &mut |row| {
            rows.push(read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of an answer, if there is one.
    pub(crate) fn first<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(sql, params, &mut |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The single integer that a counting query answers.
    pub(crate) fn number(&mut self, sql: &str, params: &[Param<'_>]) -> Result<i64, StoreError> {
        Ok(self.first(sql, params, |row| row.opt_int(0))?.flatten().unwrap_or(0))
    }

    /// Some bytes of a value of SQLite, without the rest of it.
    pub(crate) fn part(
        &mut self,
        column: (&'static str, &'static str),
        id: i64,
        from: i64,
        length: i64,
    ) -> Result<Vec<u8>, StoreError> {
        self.run(&[], |engine| match engine {
            Engine::Sqlite(conn) => sqlite::part(conn, column, id, from, length),
            Engine::Postgres(_) => unreachable!("PostgreSQL gives a part by itself"),
        })
    }

    /// The words of the engine underneath where they differ.
    pub(crate) fn dialect(&self) -> crate::dialect::Dialect {
        match self.engine {
            Engine::Sqlite(_) => crate::dialect::Dialect::Sqlite,
            Engine::Postgres(_) => crate::dialect::Dialect::Postgres,
        }
    }

    /// Runs one statement unless one before it failed, and remembers the first failure.
    fn run<T>(
        &mut self,
        params: &[Param<'_>],
        statement: impl FnOnce(&mut Engine<'t>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.fault.is_some() {
            return Err(StoreError::Aborted);
        }
        let checked = params.iter().try_for_each(Param::check);
        self.weight += params.iter().map(Param::weight).sum::<usize>();
        checked.and_then(|()| statement(&mut self.engine)).inspect_err(|e| self.fault = Some(e.clone()))
    }
}

impl<'t> WriteTx<'t> {
    pub(crate) fn new(engine: Engine<'t>) -> Self {
        Self { read: ReadTx::new(engine), late: Vec::new() }
    }

    /// Makes a text wait for the commit; with this transaction it is kept, or dropped.
    pub(crate) fn put_late(&mut self, case: CaseId, tokens: String) -> Result<(), StoreError> {
        #[cfg(feature = "bench")]
        crate::bare::note_late(case, &tokens);
        self.read.run(&[Param::from(&tokens)], |_| Ok(()))?;
        self.late.push((case, tokens));
        Ok(())
    }

    /// What waits for the commit, taken by the engine when the closure is done.
    pub(crate) fn take_late(&mut self) -> Vec<Late> {
        std::mem::take(&mut self.late)
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) fn exec(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        #[cfg(feature = "bench")]
        crate::bare::note(sql, params, false);
        self.read.run(params, |engine| match engine {
            Engine::Sqlite(conn) => sqlite::exec(conn, sql, params),
            Engine::Postgres(link) => link.exec(sql, params),
        })
    }

    /// Runs several statements without parameters.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.read.run(&[], |engine| match engine {
            Engine::Sqlite(conn) => conn.execute_batch(sql).map_err(|e| sqlite::fault(&e, e.to_string())),
            Engine::Postgres(link) => link.script(sql),
        })
    }

    /// An inner part that may fail alone: `Err` and a panic undo it and leave the rest as it was.
    ///
    /// For many rows in one transaction of which some may be bad.
    ///
    /// # Errors
    /// Those of the closure; or the engine's, when it cannot go on at all.
    pub fn savepoint<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.script("SAVEPOINT part")?;
        let waiting = self.late.len();
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        let fault = self.read.fault.take();
        if let (Ok(Ok(_)), None) = (&result, &fault) {
            self.script("RELEASE SAVEPOINT part")?;
            return result.unwrap_or_else(|panic| resume_unwind(panic));
        }
        self.late.truncate(waiting);
        let undone = self.script("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part");
        // What may be tried again is tried again as a whole, and not booked as a fault of this part.
        self.read.fault = fault.clone().filter(StoreError::retryable);
        match (result, fault, undone) {
            (Err(panic), _, _) => resume_unwind(panic),
            (Ok(_), _, Err(error)) | (Ok(Ok(_)), Some(error), Ok(())) => Err(error.into()),
            (Ok(result), _, Ok(())) => result,
        }
    }

    /// The first failed statement, taken by the engine when the closure is done.
    pub(crate) fn take_fault(&mut self) -> Option<StoreError> {
        self.read.fault.take()
    }

    /// Roughly how many bytes were bound so far.
    pub(crate) fn weight(&self) -> usize {
        self.read.weight
    }
}

impl<'t> Deref for WriteTx<'t> {
    type Target = ReadTx<'t>;

    fn deref(&self) -> &ReadTx<'t> {
        &self.read
    }
}

impl<'t> DerefMut for WriteTx<'t> {
    fn deref_mut(&mut self) -> &mut ReadTx<'t> {
        &mut self.read
    }
}
