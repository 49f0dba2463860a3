//! PostgreSQL: a pool of connections, each with its prepared statements.
//!
//! Also the translation between PostgreSQL's values and errors and ours. Reads are REPEATABLE READ
//! READ ONLY, so that a page is of one instant; writes are READ COMMITTED and lock the rows they
//! decide on. No TLS yet: the server is on the same machine or behind a tunnel.

use std::{collections::HashMap, error::Error, sync::Arc, time::Duration};

use ::postgres::{
    Client, Config, NoTls, Statement,
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use crate::{
    ReadTx, StoreError, Target,
    tx::{Engine, Verdict, Work},
    value::{Param, Row},
};

/// Connections a program holds at most; more transactions at once wait their turn.
const CONNECTIONS_MAX: u32 = 16;
/// How long one waits for a free connection before it is told that the database is busy.
const WAIT: Duration = Duration::from_secs(4);
/// Prepared statements kept by a connection.
const STATEMENTS_MAX: usize = 256;

/// For every new connection. A server that was set to lose acknowledged commits is overruled; a
/// lock is waited for no longer than a person waits for a page, all tries together.
const SESSION: &str = "
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
    SET lock_timeout = '4s';
    SET idle_in_transaction_session_timeout = '120s';
    SET client_min_messages = 'warning';";

/// A PostgreSQL database.
pub(crate) struct Server {
    /// Taken only when dropped.
    pool: Option<r2d2::Pool<Manager>>,
}

/// One connection.
pub(crate) struct Link {
    client: Client,
    statements: HashMap<String, Vec<Prepared>>,
    prepared: usize,
    uses: u64,
    /// Something is wrong with it: it does not go back into the pool.
    spoiled: bool,
}

struct Prepared {
    kinds: Vec<Type>,
    statement: Statement,
    used: u64,
}

/// How the pool makes connections and knows broken ones.
struct Manager {
    config: Config,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Link;
    type Error = ::postgres::Error;

    fn connect(&self) -> Result<Link, ::postgres::Error> {
        let mut client = self.config.connect(NoTls)?;
        client.batch_execute(SESSION)?;
        Ok(Link { client, statements: HashMap::new(), prepared: 0, uses: 0, spoiled: false })
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), ::postgres::Error> {
        link.client.batch_execute("")
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.spoiled || link.client.is_closed()
    }
}

/// `duban`, the machine and the process: in two containers a process may have the same number.
fn own_name() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine: String = machine.trim().chars().take(30).collect();
    format!("duban {machine} {}", std::process::id())
}

impl Server {
    pub(crate) fn open(url: &str, target: &Target) -> Result<Self, StoreError> {
        let unopened = |cause| StoreError::Open { target: target.to_string(), cause };
        let mut config: Config = url.parse().map_err(|e: ::postgres::Error| unopened(Arc::new(e)))?;
        config.connect_timeout(WAIT);
        if config.get_application_name().is_none() {
            // Its own, so that a program can tell its connections from those of others.
            config.application_name(&own_name());
        }
        // The pool would try for long and hide the reason, so the first connection is made by hand;
        // on a thread of its own, since the driver may not block on a thread of an async runtime.
        let first = Manager { config: config.clone() };
        std::thread::scope(|scope| scope.spawn(|| r2d2::ManageConnection::connect(&first).map(drop)).join())
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            .map_err(|e| unopened(Arc::new(e)))?;
        let pool = r2d2::Pool::builder()
            .max_size(CONNECTIONS_MAX)
            .min_idle(Some(1))
            .connection_timeout(WAIT)
            .test_on_check_out(false)
            .build(Manager { config })
            .map_err(|e| unopened(Arc::new(e)))?;
        Ok(Self { pool: Some(pool) })
    }

    pub(crate) fn read(&self, work: &mut dyn FnMut(&mut ReadTx<'_>) -> Verdict) -> Result<(), StoreError> {
        let mut link = self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        work(&mut ReadTx::new(Engine::Postgres(&mut link)));
        // Nothing is lost with a failing end of a read: the connection is, and the pool sees that.
        link.rollback();
        Ok(())
    }

    pub(crate) fn write(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let mut link = self.begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")?;
        let mut tx = crate::WriteTx::new(Engine::Postgres(&mut link));
        let verdict = work(&mut tx);
        let fault = tx.take_fault();
        match (verdict, fault) {
            (Verdict::Keep, None) => link.commit(),
            (verdict, Some(fault)) if verdict == Verdict::Keep || fault.retryable() => {
                link.rollback();
                Err(fault)
            }
            (Verdict::Keep | Verdict::Undo, _) => {
                link.rollback();
                Ok(())
            }
        }
    }

    /// Takes a connection and begins. Connections that died in the pool (the server was restarted)
    /// are passed over: nothing has been done on them.
    fn begin(&self, how: &str) -> Result<r2d2::PooledConnection<Manager>, StoreError> {
        let pool = self.pool.as_ref().expect("the pool is taken only when the store is dropped");
        let mut dead = 0;
        loop {
            let mut link = pool.get().map_err(|e| StoreError::Lost(Arc::new(e)))?;
            match link.script(how) {
                Ok(()) => return Ok(link),
                Err(StoreError::Lost(_)) if dead <= CONNECTIONS_MAX => {
                    link.spoiled = true;
                    dead += 1;
                }
                Err(error) => {
                    link.spoiled = true;
                    return Err(error);
                }
            }
        }
    }
}

/// Closing connections blocks, which the driver does not do on a thread of an async runtime.
impl Drop for Server {
    fn drop(&mut self) {
        let pool = self.pool.take();
        let closed = std::thread::spawn(move || drop(pool)).join();
        if closed.is_err() {
            tracing::warn!("closing the connections to PostgreSQL panicked");
        }
    }
}

impl Link {
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        self.client.batch_execute(sql).map_err(|e| self.fault(&e, sql))
    }

    pub(crate) fn exec(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepare(sql, params)?;
        let values: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        self.client.execute(&statement, &values).map_err(|e| self.fault(&e, sql))
    }

    pub(crate) fn query(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(sql, params)?;
        let values: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        let rows = self.client.query(&statement, &values).map_err(|e| self.fault(&e, sql))?;
        rows.iter().try_for_each(|row| each(&Row::Postgres(row)))
    }

    /// The prepared statement of a text and the kinds of its values; the one unused for longest
    /// makes room.
    fn prepare(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Statement, StoreError> {
        self.uses += 1;
        let same = |p: &Prepared| {
            p.kinds.len() == params.len() && p.kinds.iter().zip(params).all(|(k, v)| *k == kind(v))
        };
        if let Some(kept) = self.statements.get_mut(sql).and_then(|of| of.iter_mut().find(|p| same(p))) {
            kept.used = self.uses;
            return Ok(kept.statement.clone());
        }
        let kinds: Vec<Type> = params.iter().map(kind).collect();
        let statement = self.client.prepare_typed(sql, &kinds).map_err(|e| self.fault(&e, sql))?;
        if self.prepared >= STATEMENTS_MAX {
            self.forget_oldest();
        }
        let prepared = Prepared { kinds, statement: statement.clone(), used: self.uses };
        self.statements.entry(sql.to_owned()).or_default().push(prepared);
        self.prepared += 1;
        Ok(statement)
    }

    fn forget_oldest(&mut self) {
        let age = |of: &Vec<Prepared>| of.iter().map(|p| p.used).max().unwrap_or(0);
        let Some(sql) = self.statements.iter().min_by_key(|(_, of)| age(of)).map(|(sql, _)| sql.clone())
        else {
            return;
        };
        let gone = self.statements.remove(&sql).map_or(0, |of| of.len());
        self.prepared -= gone;
    }

    /// After this the change is durable. A connection that breaks here leaves a doubt, and the error
    /// says so.
    fn commit(&mut self) -> Result<(), StoreError> {
        self.script("COMMIT").map_err(|error| {
            self.spoiled = true;
            match error {
                StoreError::Lost(cause) => StoreError::InDoubt(cause),
                other => other,
            }
        })
    }

    fn rollback(&mut self) {
        if self.script("ROLLBACK").is_err() {
            self.spoiled = true;
        }
    }

    /// Gives an error of PostgreSQL its name.
    fn fault(&mut self, error: &::postgres::Error, sql: &str) -> StoreError {
        let cause = Arc::new(Said { said: describe(error), context: sql.to_owned() });
        let Some(db) = error.as_db_error() else {
            if self.client.is_closed()
                || error.is_closed()
                || error.source().is_some_and(|s| s.is::<std::io::Error>())
            {
                self.spoiled = true;
                return StoreError::Lost(cause);
            }
            return StoreError::Engine(cause);
        };
        let what = || db.constraint().unwrap_or(db.message()).to_owned();
        match db.code() {
            &SqlState::UNIQUE_VIOLATION => StoreError::Taken { what: what(), cause },
            &SqlState::T_R_SERIALIZATION_FAILURE
            | &SqlState::T_R_DEADLOCK_DETECTED
            | &SqlState::LOCK_NOT_AVAILABLE
            | &SqlState::TOO_MANY_CONNECTIONS => StoreError::Busy(cause),
            &SqlState::DISK_FULL => StoreError::Full(cause),
            &SqlState::IO_ERROR => StoreError::Disk(cause),
            &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED => StoreError::Damaged(cause),
            &SqlState::RAISE_EXCEPTION => StoreError::Rule { what: what(), cause },
            code => match &code.code()[..2] {
                "23" => StoreError::Rule { what: what(), cause },
                "08" => self.gone(cause),
                "57" => self.gone(cause),
                _ => StoreError::Engine(cause),
            },
        }
    }

    /// The server is closing this connection.
    fn gone(&mut self, cause: Arc<Said>) -> StoreError {
        self.spoiled = true;
        StoreError::Lost(cause)
    }
}

/// What PostgreSQL said, and about which statement. Values are not in it: they may be personal.
#[derive(Debug, thiserror::Error)]
#[error("{said} (in: {context})")]
struct Said {
    said: String,
    context: String,
}

fn describe(error: &::postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} {}", db.code().code(), db.message()),
        None => error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
    }
}

fn kind(param: &Param<'_>) -> Type {
    match param {
        Param::Int(_) => Type::INT8,
        Param::Text(_) => Type::TEXT,
        Param::Blob(_) => Type::BYTEA,
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Int(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Blob(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// Any of the server's integers, and booleans: what a count, a `CASE` or a comparison gives.
struct AnyInt(i64);

impl<'a> FromSql<'a> for AnyInt {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *ty {
            Type::INT8 => i64::from_sql(ty, raw)?,
            Type::INT4 => i64::from(i32::from_sql(ty, raw)?),
            Type::INT2 => i64::from(i16::from_sql(ty, raw)?),
            _ => i64::from(bool::from_sql(ty, raw)?),
        }))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL)
    }
}

fn value<'r, T: FromSql<'r>>(
    row: &'r ::postgres::Row,
    at: usize,
    wanted: &'static str,
) -> Result<Option<T>, StoreError> {
    row.try_get::<_, Option<T>>(at).map_err(|e| StoreError::Column {
        column: at,
        wanted,
        cause: Some(Arc::new(e)),
    })
}

/// An integer of a row.
pub(crate) fn int(row: &::postgres::Row, at: usize) -> Result<Option<i64>, StoreError> {
    Ok(value::<AnyInt>(row, at, "an integer")?.map(|n| n.0))
}

/// A text of a row.
pub(crate) fn text(row: &::postgres::Row, at: usize) -> Result<Option<&str>, StoreError> {
    value(row, at, "a text")
}

/// Bytes of a row.
pub(crate) fn blob(row: &::postgres::Row, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(value::<&[u8]>(row, at, "bytes")?.map(<[u8]>::to_vec))
}
