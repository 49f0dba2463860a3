//! The handle that everybody holds, and how a closure becomes a transaction.

use std::{
    any::Any,
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    time::Duration,
};

use crate::{ReadTx, StoreError, Target, WriteTx, postgres::Server, sqlite::File, tx::Verdict};

/// How often a write is tried; each try may have waited for the engine already.
pub(crate) const TRIES: u32 = 3;
/// The wait before the second try; before the third it is twice that.
const PAUSE: Duration = Duration::from_millis(20);

/// One database; cheap to clone and to share between threads.
///
/// ```
/// # use duban_store::{Store, StoreError, Target};
/// # fn main() -> Result<(), StoreError> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("city.db");
/// let store = Store::open(&Target::Sqlite(path))?;
/// store.migrate(duban_domain::Stamp(0))?;
/// store.write(|tx| tx.put_setting("name", "Zhuzhou"))?;
/// assert_eq!(store.read(|tx| tx.setting("name"))?.as_deref(), Some("Zhuzhou"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store {
    pub(crate) base: Arc<Base>,
}

/// The engine underneath.
pub(crate) enum Base {
    /// The embedded one.
    Sqlite(Box<File>),
    /// A server.
    Postgres(Server),
}

/// How well writes shared their commits since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteCounts {
    /// Commits, each with its fsync.
    pub groups: u64,
    /// Transactions in them.
    pub members: u64,
}

impl Store {
    /// Opens a database, creating the file when there is none. Tables come with [`Store::migrate`].
    ///
    /// # Errors
    /// When the file or the server cannot be used.
    pub fn open(target: &Target) -> Result<Self, StoreError> {
        let base = match target {
            Target::Sqlite(path) => Base::Sqlite(Box::new(File::open(path)?)),
            Target::Postgres(url) => Base::Postgres(Server::open(url, target)?),
        };
        Ok(Self { base: Arc::new(base) })
    }

    /// Runs a closure on one consistent view of the data.
    ///
    /// Blocks: from async code, call it on a thread that may block.
    ///
    /// # Errors
    /// Those of the closure, and the engine's.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = Turn::take(&self.base)?;
        let mut job = Job::new(work);
        let done = match &*self.base {
            Base::Sqlite(file) => file.read(&mut |tx| job.run(tx)),
            Base::Postgres(server) => server.read(&mut |tx| job.run(tx)),
        };
        job.answer(done)
    }

    /// Runs a closure as one change: `Ok` is kept and durable when this returns, `Err` and a panic
    /// leave nothing. When the engine could not do it for a reason that passes (two writers wanted each
    /// other's rows, a connection broke before the commit, somebody else held the database), the closure
    /// runs again from the start, three times at most.
    ///
    /// Blocks: from async code, call it on a thread that may block.
    ///
    /// # Errors
    /// Those of the closure, and the engine's; after any error but `InDoubt` nothing is recorded.
    pub fn write<T, E: From<StoreError>>(
        &self,
        mut work: impl FnMut(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = Turn::take(&self.base)?;
        let mut tries = 1;
        loop {
            let mut job = Job::new(&mut work);
            let done = match &*self.base {
                Base::Sqlite(file) => file.write(&mut |tx| job.run(tx)),
                Base::Postgres(server) => server.write(&mut |tx| job.run(tx)),
            };
            match done {
                Err(error) if error.retryable() && tries < TRIES && !job.panicked() => {
                    tracing::info!(%error, tries, "a write is tried again");
                    std::thread::sleep(PAUSE * tries);
                    tries += 1;
                }
                done => return job.answer(done),
            }
        }
    }

    /// Copies the database as of one instant into a new file, while it is being used.
    ///
    /// # Errors
    /// When the copy cannot be written; on PostgreSQL always, which has tools of its own for that.
    pub fn backup_to(&self, path: &std::path::Path) -> Result<(), StoreError> {
        match &*self.base {
            Base::Sqlite(file) => file.backup(path),
            Base::Postgres(_) => Err(StoreError::Unserved {
                what: "a copy of a PostgreSQL database",
                instead: "pg_dump or pg_basebackup",
            }),
        }
    }

    /// How writes were grouped so far; on PostgreSQL, where the server groups, always zero.
    #[must_use]
    pub fn write_counts(&self) -> WriteCounts {
        match &*self.base {
            Base::Sqlite(file) => file.counts(),
            Base::Postgres(_) => WriteCounts::default(),
        }
    }

    /// How many callers stand in line to write; tests wait for it.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        match &*self.base {
            Base::Sqlite(file) => file.waiting(),
            Base::Postgres(_) => 0,
        }
    }

    /// The engine's name, for logs and pages of operators.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match &*self.base {
            Base::Sqlite(_) => "SQLite",
            Base::Postgres(_) => "PostgreSQL",
        }
    }
}

/// A closure on its way through an engine, and what came of it.
struct Job<F, T, E> {
    work: Option<F>,
    result: Option<Result<Result<T, E>, Box<dyn Any + Send>>>,
}

impl<F, T, E: From<StoreError>> Job<F, T, E> {
    fn new(work: F) -> Self {
        Self { work: Some(work), result: None }
    }

    /// Runs the closure once; a panic is kept for [`Job::answer`], so that the engine can roll back.
    fn run<Tx>(&mut self, tx: &mut Tx) -> Verdict
    where
        F: FnOnce(&mut Tx) -> Result<T, E>,
    {
        let Some(work) = self.work.take() else { return Verdict::Undo };
        let result = catch_unwind(AssertUnwindSafe(|| work(tx)));
        let verdict = if matches!(result, Ok(Ok(_))) { Verdict::Keep } else { Verdict::Undo };
        self.result = Some(result);
        verdict
    }

    fn panicked(&self) -> bool {
        matches!(self.result, Some(Err(_)))
    }

    /// What the caller gets. The engine's error goes before the closure's answer, which may rest on
    /// what others wrote in the same group and is worth nothing when that was lost.
    fn answer(self, done: Result<(), StoreError>) -> Result<T, E> {
        match (done, self.result) {
            (_, Some(Err(panic))) => resume_unwind(panic),
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(Ok(result))) => result,
            (Ok(()), None) => Err(StoreError::Aborted.into()),
        }
    }
}

thread_local! {
    /// The stores in which this thread has a transaction open.
    static OPEN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// This thread's one transaction on a store. A second one inside it would wait for the first.
struct Turn(usize);

impl Turn {
    fn take(base: &Arc<Base>) -> Result<Self, StoreError> {
        let key = Arc::as_ptr(base) as usize;
        OPEN.with_borrow_mut(|open| {
            if open.contains(&key) {
                return Err(StoreError::Nested);
            }
            open.push(key);
            Ok(Self(key))
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        OPEN.with_borrow_mut(|open| open.retain(|key| *key != self.0));
    }
}
