//! Brings the tables of a database to what this program expects, all steps or none.
//!
//! A step is a file of SQL for each engine, inside the program, with a number, a name and a hash.
//! Only forward: going back is restoring the backup made before.

use std::sync::Arc;

use duban_domain::Stamp;
use sha2::{Digest, Sha256};

use crate::{Store, StoreError, WriteTx, dialect::Dialect, value::params};

/// One step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    /// Its number: 1, 2, 3 …
    pub(crate) version: i64,
    /// What it is about.
    pub(crate) name: &'static str,
    /// For SQLite.
    pub(crate) sqlite: &'static str,
    /// For PostgreSQL.
    pub(crate) postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

/// All steps, in order.
pub(crate) const ALL: &[Migration] = migrations![
    1 "0001_tables",
    2 "0002_exports",
    3 "0003_public",
    4 "0004_labels_and_forms",
    5 "0005_partners",
    6 "0006_handling",
    7 "0007_notices",
    8 "0008_calls",
    9 "0009_callbacks_quality",
    10 "0010_tasks",
    11 "0011_remotes",
    12 "0012_reports_views_phrases",
    13 "0013_proof",
    14 "0014_months",
    15 "0015_mail",
    16 "0016_administration",
    17 "0017_person_name",
    18 "0018_relocation",
    19 "0019_key_scope_presence",
    20 "0020_watches",
    21 "0021_sign_in",
    22 "0022_service_keys",
    23 "0023_confirmation",
    24 "0024_sign_on",
    25 "0025_digest",
    26 "0026_webhooks",
    27 "0027_gazetteer",
    28 "0028_letter_aside",
    29 "0029_city_object",
    30 "0030_erasure",
    31 "0031_knowledge",
    32 "0032_triage",
    33 "0033_ledger",
    34 "0034_hall",
];

/// Held while migrating, so that two servers that start together do not both do it.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4841369599423283)";

/// What a migration did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// The steps applied now, by name.
    pub applied: Vec<String>,
    /// The version reached.
    pub version: i64,
}

impl Store {
    /// Applies what is missing; does nothing on a database that is up to date.
    ///
    /// # Errors
    /// When the database is newer than the program, an applied step was edited, or a step fails;
    /// then everything is as it was.
    pub fn migrate(&self, now: Stamp) -> Result<Migrated, StoreError> {
        self.migrate_with(ALL, now)
    }

    pub(crate) fn migrate_with(&self, steps: &[Migration], now: Stamp) -> Result<Migrated, StoreError> {
        self.write(|tx| {
            if tx.dialect() == Dialect::Postgres {
                tx.each(LOCK, &[], &mut |_| Ok(()))?;
            }
            tx.script(
                "CREATE TABLE IF NOT EXISTS migration (
                    version BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)",
            )?;
            let done = tx.all("SELECT version, sha256 FROM migration ORDER BY version", &[], |row| Ok((row.int(0)?, row.text(1)?)))?;
            let known = steps.last().map_or(0, |step| step.version);
            if let Some((found, _)) = done.last().filter(|(found, _)| *found > known) {
                return Err(StoreError::TooNew { found: *found, known });
            }
            let mut report = Migrated { applied: Vec::new(), version: known };
            for step in steps {
                match done.iter().find(|(version, _)| *version == step.version) {
                    Some((_, hash)) if *hash == step.hash(tx.dialect()) => {}
                    Some(_) => return Err(StoreError::Edited { version: step.version, name: step.name.to_owned() }),
                    None => {
                        step.apply(tx, now)?;
                        report.applied.push(step.name.to_owned());
                    }
                }
            }
            Ok(report)
        })
    }
}

impl Migration {
    fn text(&self, dialect: Dialect) -> String {
        let text = match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        };
        // A checkout with other line ends is not an edit.
        text.replace("\r\n", "\n")
    }

    fn hash(&self, dialect: Dialect) -> String {
        Sha256::digest(self.text(dialect).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn apply(&self, tx: &mut WriteTx<'_>, now: Stamp) -> Result<(), StoreError> {
        let dialect = tx.dialect();
        tx.script(&self.text(dialect)).map_err(|e| StoreError::Migration {
            version: self.version,
            name: self.name.to_owned(),
            cause: Arc::new(e),
        })?;
        let hash = self.hash(dialect);
        tx.exec(
            "INSERT INTO migration (version, name, sha256, applied_at) VALUES ($1, $2, $3, $4)",
            params![self.version, self.name, &hash, now],
        )?;
        Ok(())
    }
}
