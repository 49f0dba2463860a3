//! A whole city for one test: the shipped pack, an own database, a member for each role.
//!
//! Every test ends with the invariants: when a world is dropped, its histories must explain its
//! states and its counters must be the sum of its rows.

use std::{
    fs,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{Arc, OnceLock},
};

use duban_app::{
    App, Ctx, check,
    keys::Keyring,
    proof::{self, Given},
    setup,
};
use duban_domain::{
    Lang, StaffId,
    city::{City, PackFiles},
    policy::Member,
};
use duban_store::{Store, Target, tamper};

use crate::{
    clock::{Hands, MONDAY_NINE, Seeded},
    postgres::{TestDatabase, fresh, fresh_from},
};

/// A city for one test.
pub struct World {
    /// The application.
    pub app: App,
    /// Its clock.
    pub clock: Arc<Hands>,
    /// Where its database is.
    pub target: Target,
    checked: bool,
    _folder: Option<tempfile::TempDir>,
    _database: Option<TestDatabase>,
}

impl World {
    /// On an embedded database in a temporary folder.
    ///
    /// # Panics
    /// When it cannot be made: then no test can run.
    #[must_use]
    pub fn sqlite() -> Self {
        static BEGUN: OnceLock<(Vec<u8>, Arc<City>)> = OnceLock::new();
        let (file, city) = BEGUN.get_or_init(|| {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let path = folder.path().join("city.db");
            let city = begin(&Target::Sqlite(path.clone()));
            (fs::read(path).expect("a database that is closed is one file"), city)
        });
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("city.db");
        fs::write(&path, file).expect("the copy of a database is written");
        Self::on(Target::Sqlite(path), city, Some(folder), None)
    }

    /// On a PostgreSQL database of its own.
    ///
    /// # Panics
    /// When there is no server: `cargo xtask test` brings one.
    #[must_use]
    pub fn postgres() -> Self {
        static BEGUN: OnceLock<(TestDatabase, Arc<City>)> = OnceLock::new();
        let (template, city) = BEGUN.get_or_init(|| {
            let database = fresh();
            let city = begin(&at(&database));
            (database, city)
        });
        let database = fresh_from(template);
        Self::on(at(&database), city, None, Some(database))
    }

    fn on(
        target: Target,
        city: &Arc<City>,
        folder: Option<tempfile::TempDir>,
        database: Option<TestDatabase>,
    ) -> Self {
        let clock = Arc::new(Hands::at(MONDAY_NINE));
        let store = Store::open(&target).expect("the test database opens");
        let app = App::new(city.clone(), store, keys(), clock.clone(), Arc::new(Seeded::new(1)), false);
        proof::begin(&app, None).expect("the log of a test gets its name");
        Self { app, clock, target, checked: true, _folder: folder, _database: database }
    }

    /// The city.
    #[must_use]
    pub fn city(&self) -> &City {
        &self.app.city
    }

    /// A member of a unit with a role of the pack.
    #[must_use]
    pub fn member(&self, role: &str, unit: &str) -> Member {
        let id = role.bytes().chain(unit.bytes()).fold(17_i64, |id, b| (id * 31 + i64::from(b)) % 1_000_003);
        Member::of(self.city(), StaffId(id), &format!("测试·{role}"), unit, role)
    }

    /// A member asking now.
    #[must_use]
    pub fn ctx(&self, role: &str, unit: &str) -> Ctx {
        self.app.ctx(self.member(role, unit), Lang::Zh)
    }

    /// Runs statements as somebody does who has the database and not the key: past the program, and past its triggers.
    pub fn attack(&self, statements: &str) {
        tamper::attack(&self.target, statements);
    }

    /// For tests that damage the data on purpose.
    pub fn leave_unchecked(&mut self) {
        self.checked = false;
    }
}

/// The first start of the city, done once for all tests of a program: their databases are copies of this one.
fn begin(target: &Target) -> Arc<City> {
    let store = Store::open(target).expect("the test database opens");
    setup::begin(&store, Some(&zhuzhou()), &keys(), MONDAY_NINE).expect("the shipped pack makes a city")
}

fn keys() -> Arc<Keyring> {
    Arc::new(Keyring::new(&[7; 32]))
}

fn at(database: &TestDatabase) -> Target {
    Target::parse(&database.url()).expect("the address of the test server can be read")
}

impl Drop for World {
    fn drop(&mut self) {
        if !self.checked || std::thread::panicking() {
            return;
        }
        let found = check::check(&self.app).expect("the invariants can be looked at");
        assert!(found.faults.is_empty(), "the invariants do not hold:\n{}", found.faults.join("\n"));
        while proof::work(&self.app).expect("what was recorded goes into the tree") > 0 {}
        let proved = proof::verify(&self.app, &Given::default(), |_| ()).expect("the past can be looked at");
        assert!(proved.faults.is_empty(), "the past is not proved:\n{}", proved.faults.join("\n"));
    }
}

/// Runs a test on both databases; a failure says on which.
///
/// # Panics
/// When the test does.
pub fn both(test: impl Fn(&mut World)) {
    for (engine, world) in [("SQLite", World::sqlite as fn() -> World), ("PostgreSQL", World::postgres)] {
        let ran = std::panic::catch_unwind(AssertUnwindSafe(|| test(&mut world())));
        if let Err(panic) = ran {
            eprintln!("this failed on {engine}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// An empty database of its own on the test server, for tests that open it more than once.
///
/// # Panics
/// When there is no server: `cargo xtask test` brings one.
#[must_use]
pub fn server_database() -> TestDatabase {
    fresh()
}

/// The files of the shipped pack.
///
/// # Panics
/// When they cannot be read.
#[must_use]
pub fn zhuzhou() -> PackFiles {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhuzhou");
    let mut files = PackFiles::new();
    gather(&root, &root, &mut files);
    files
}

fn gather(root: &Path, dir: &Path, into: &mut PackFiles) {
    for entry in fs::read_dir(dir).expect("the pack is beside the crates") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            gather(root, &path, into);
        } else {
            let name = path.strip_prefix(root).expect("inside the pack").to_string_lossy().replace('\\', "/");
            into.insert(name, fs::read_to_string(&path).expect("the pack is text"));
        }
    }
}
