//! Contract tests: every promise of the store, on both engines, in every run.
//!
//! SQLite gets a file in a temporary folder, PostgreSQL a database of its own. A failure names the
//! engine it happened on.

mod cases;
mod crash;
mod data_map;
mod find;
mod groups;
mod hall;
mod keeping;
mod ledger;
mod lists;
mod migrations;
mod notices;
mod nouns;
mod proof;
mod public;
mod server;
mod transactions;
mod triage;
mod webhooks;
pub(crate) mod world;

use std::{panic::AssertUnwindSafe, path::PathBuf};

use duban_domain::Stamp;
use duban_testkit::postgres::{TestDatabase, fresh};

use crate::{Store, StoreError, Target, WriteTx, value::params};

/// A database for one test, and what keeps it alive.
pub(crate) struct Bed {
    pub(crate) store: Store,
    pub(crate) target: Target,
    _folder: Option<tempfile::TempDir>,
    _database: Option<TestDatabase>,
}

impl Bed {
    /// An empty SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let target = Target::Sqlite(folder.path().join("test.db"));
        Self { store: Store::open(&target).unwrap(), target, _folder: Some(folder), _database: None }
    }

    /// An empty PostgreSQL database.
    pub(crate) fn postgres() -> Self {
        let database = fresh();
        let target = Target::parse(&database.url()).unwrap();
        Self { store: Store::open(&target).unwrap(), target, _folder: None, _database: Some(database) }
    }

    /// As another program would open it.
    pub(crate) fn reopen(&self) -> Store {
        Store::open(&self.target).unwrap()
    }

    /// The file, on SQLite.
    pub(crate) fn path(&self) -> PathBuf {
        match &self.target {
            Target::Sqlite(path) => path.clone(),
            Target::Postgres(_) => panic!("a server has no file"),
        }
    }
}

/// Runs a test on both engines, with the tables there.
pub(crate) fn both(test: impl Fn(&Bed)) {
    each_engine(|bed| {
        bed.store.migrate(Stamp(0)).unwrap();
        test(bed);
    });
}

/// Runs a test on both engines, on an empty database.
pub(crate) fn each_engine(test: impl Fn(&Bed)) {
    for make in [Bed::sqlite, Bed::postgres] {
        let bed = make();
        let name = bed.store.engine();
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| test(&bed)));
        if let Err(panic) = result {
            eprintln!("the failure above happened on {name}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// A table for the tests of transactions, which know no domain.
pub(crate) fn notes(store: &Store) {
    store.write(|tx| tx.script("CREATE TABLE note (id BIGINT PRIMARY KEY, body TEXT NOT NULL)")).unwrap();
}

/// Writes one row.
pub(crate) fn note(tx: &mut WriteTx<'_>, id: i64, body: &str) -> Result<(), StoreError> {
    tx.exec("INSERT INTO note (id, body) VALUES ($1, $2)", params![id, body]).map(|_| ())
}

/// The ids that are there.
pub(crate) fn ids(store: &Store) -> Vec<i64> {
    store.read(|tx| tx.all("SELECT id FROM note ORDER BY id", &[], |row| row.int(0))).unwrap()
}
