//! The embedded engine: one file in WAL mode, a pool of readers that never wait, one writer.
//!
//! Also the translation between SQLite's values and errors and ours. How writes share a commit is
//! in [`group`].

mod archive;
mod group;
mod journal;
mod restore;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use rusqlite::{
    Connection, ErrorCode, OpenFlags,
    config::DbConfig,
    ffi::SQLITE_IOERR_FSYNC,
    types::{ToSql, ToSqlOutput, ValueRef},
};

use crate::{
    ReadTx, StoreError, WriteCounts,
    tx::{Engine, Verdict, Work},
    value::{Param, Row},
};
use group::Writer;

pub use archive::Archive;
pub use restore::Generation;

/// How long one process waits for another one that writes, at each try.
const BUSY_MS: u64 = 4_000;
/// Prepared statements kept by a connection.
const STATEMENTS_MAX: usize = 256;
/// Readers kept open when idle; more are opened when needed and closed afterwards.
const IDLE_READERS_MAX: usize = 16;

/// For every connection. FULL: a commit returns after its fsync. Journal pages beyond 64 MiB are
/// given back after a checkpoint.
const PRAGMAS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 268435456;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = 4000;";
/// A reader is not large, since there are many; and it cannot write even by mistake.
const READER: &str = "PRAGMA cache_size = -16384; PRAGMA query_only = ON;";
/// The one writer touches the same inner pages of every index again and again. What it deletes it overwrites with zeros.
const WRITER: &str = "PRAGMA cache_size = -65536; PRAGMA secure_delete = ON;";

/// An open database file.
pub(crate) struct File {
    path: PathBuf,
    writer: Writer,
    idle: Mutex<Vec<Connection>>,
}

impl File {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = Writer::new(path)?;
        Ok(Self { path: path.to_owned(), writer, idle: Mutex::new(Vec::new()) })
    }

    pub(crate) fn write(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.writer.write(work)
    }

    pub(crate) fn counts(&self) -> WriteCounts {
        self.writer.counts()
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub(crate) fn read(&self, work: &mut dyn FnMut(&mut ReadTx<'_>) -> Verdict) -> Result<(), StoreError> {
        let kept = self.idle.lock().pop();
        let conn = match kept {
            Some(conn) => conn,
            None => connect(&self.path, READER)?,
        };
        exec(&conn, "BEGIN", &[])?;
        work(&mut ReadTx::new(Engine::Sqlite(&conn)));
        exec(&conn, "ROLLBACK", &[])?;
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_READERS_MAX {
            idle.push(conn);
        }
        Ok(())
    }

    /// Copies everything in the journal into the file and empties the journal, unless somebody reads.
    pub(crate) fn begin_journal_anew(&self) -> Result<bool, StoreError> {
        self.idle.lock().clear();
        self.writer.alone(|conn| {
            let said = |e: rusqlite::Error| fault(&e, "wal_checkpoint".to_owned());
            // Nobody who writes waits for a reader here.
            conn.busy_timeout(Duration::ZERO).map_err(said)?;
            let done = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            conn.busy_timeout(Duration::from_millis(BUSY_MS)).map_err(said)?;
            done.map(|busy| busy == 0).map_err(said)
        })
    }

    /// Copies the database as of one instant into a new file, while it is being used.
    pub(crate) fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let from = connect(&self.path, READER)?;
        let said = |e: rusqlite::Error| fault(&e, e.to_string());
        let mut into = Connection::open(to).map_err(|e| unopened(to, e))?;
        let copy = rusqlite::backup::Backup::new(&from, &mut into).map_err(said)?;
        // All pages in one step: readers and the writer go on, and the copy is of one instant.
        copy.step(-1).map_err(said)?;
        drop(copy);
        into.execute_batch("PRAGMA journal_mode = DELETE").map_err(said)
    }
}

fn connect(path: &Path, extra: &str) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|e| unopened(path, e))?;
    conn.busy_timeout(Duration::from_millis(BUSY_MS)).map_err(|e| unopened(path, e))?;
    conn.execute_batch(PRAGMAS).and_then(|()| conn.execute_batch(extra)).map_err(|e| unopened(path, e))?;
    // With the statistics of ANALYZE a statement would otherwise be prepared anew whenever a value for it differs:
    // a seventh of what a new case cost.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| unopened(path, e))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(conn)
}

fn unopened(path: &Path, cause: rusqlite::Error) -> StoreError {
    StoreError::Open { target: path.display().to_string(), cause: Arc::new(cause) }
}

/// Runs a statement and says how many rows it changed.
pub(crate) fn exec(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
    let said = |e: rusqlite::Error| fault(&e, sql.to_owned());
    let mut statement = conn.prepare_cached(sql).map_err(said)?;
    check_order(&statement, sql, params);
    let rows = statement.execute(rusqlite::params_from_iter(params)).map_err(said)?;
    Ok(rows as u64)
}

/// Some bytes of a value: its pages are read where these lie.
pub(crate) fn part(
    conn: &Connection,
    (table, column): (&'static str, &'static str),
    id: i64,
    from: i64,
    length: i64,
) -> Result<Vec<u8>, StoreError> {
    let said = |e: rusqlite::Error| fault(&e, format!("a part of {table}.{column}"));
    let blob = conn.blob_open("main", table, column, id, true).map_err(said)?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    blob.read_at_exact(&mut bytes, usize::try_from(from).unwrap_or(usize::MAX)).map_err(said)?;
    Ok(bytes)
}

/// Hands every row of an answer to `each`.
pub(crate) fn query(
    conn: &Connection,
    sql: &str,
    params: &[Param<'_>],
    each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let said = |e: rusqlite::Error| fault(&e, sql.to_owned());
    let mut statement = conn.prepare_cached(sql).map_err(said)?;
    check_order(&statement, sql, params);
    let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(said)?;
    while let Some(row) = rows.next().map_err(said)? {
        each(&Row::Sqlite(row))?;
    }
    Ok(())
}

/// SQLite numbers `$3 … $1` by first appearance, PostgreSQL by their digits: in tests, a text that
/// would mean two things is refused.
fn check_order(statement: &rusqlite::Statement<'_>, sql: &str, params: &[Param<'_>]) {
    if !cfg!(debug_assertions) {
        return;
    }
    assert_eq!(statement.parameter_count(), params.len(), "values for the placeholders of: {sql}");
    for at in 1..=params.len() {
        let expected = format!("${at}");
        assert_eq!(statement.parameter_name(at), Some(expected.as_str()), "placeholders out of order: {sql}");
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(Some(n)) => ValueRef::Integer(*n),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Blob(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Int(None) | Self::Text(None) | Self::Blob(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

fn value<'r>(
    row: &'r rusqlite::Row<'r>,
    at: usize,
    wanted: &'static str,
) -> Result<ValueRef<'r>, StoreError> {
    row.get_ref(at).map_err(|e| StoreError::Column { column: at, wanted, cause: Some(Arc::new(e)) })
}

/// An integer of a row.
pub(crate) fn int(row: &rusqlite::Row<'_>, at: usize) -> Result<Option<i64>, StoreError> {
    match value(row, at, "an integer")? {
        ValueRef::Integer(n) => Ok(Some(n)),
        ValueRef::Null => Ok(None),
        _ => Err(StoreError::Column { column: at, wanted: "an integer", cause: None }),
    }
}

/// A text of a row.
pub(crate) fn text<'r>(row: &'r rusqlite::Row<'r>, at: usize) -> Result<Option<&'r str>, StoreError> {
    let wrong = |cause| StoreError::Column { column: at, wanted: "a text", cause };
    match value(row, at, "a text")? {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(Some).map_err(|e| wrong(Some(Arc::new(e)))),
        ValueRef::Null => Ok(None),
        _ => Err(wrong(None)),
    }
}

/// Bytes of a row.
pub(crate) fn blob(row: &rusqlite::Row<'_>, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
    match value(row, at, "bytes")? {
        ValueRef::Blob(bytes) => Ok(Some(bytes.to_vec())),
        ValueRef::Null => Ok(None),
        _ => Err(StoreError::Column { column: at, wanted: "bytes", cause: None }),
    }
}

/// Gives an error of SQLite its name; `context` (mostly the statement) goes into the log with it.
pub(crate) fn fault(error: &rusqlite::Error, context: String) -> StoreError {
    let said = error.to_string();
    let cause = Arc::new(Said { said: said.clone(), context });
    let Some(code) = error.sqlite_error_code() else { return StoreError::Engine(cause) };
    // All of the commit is written by then, and only the disk could say whether it is kept: after a
    // crash now it may be found, or not.
    if error.sqlite_error().is_some_and(|e| e.extended_code == SQLITE_IOERR_FSYNC) {
        return StoreError::InDoubt(cause);
    }
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy(cause),
        ErrorCode::DiskFull => StoreError::Full(cause),
        ErrorCode::SystemIoFailure | ErrorCode::ReadOnly => StoreError::Disk(cause),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged(cause),
        ErrorCode::ConstraintViolation => match said.strip_prefix("UNIQUE constraint failed: ") {
            Some(columns) => StoreError::Taken { what: columns.to_owned(), cause },
            None => StoreError::Rule { what: said, cause },
        },
        _ => StoreError::Engine(cause),
    }
}

/// What SQLite said, and about which statement.
#[derive(Debug, thiserror::Error)]
#[error("{said} (in: {context})")]
struct Said {
    said: String,
    context: String,
}
