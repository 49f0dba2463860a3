//! What can go wrong between the program and its database, by name.
//!
//! Every variant says what happened, whether anything was recorded, and what to do next. Which
//! engine code becomes which variant is decided in `sqlite.rs` and `postgres.rs`.

use std::{error::Error, sync::Arc};

/// The engine's own error; shared, because one failed commit answers many callers.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// Why a transaction did not happen.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of a database cannot be read.
    #[error(
        "`{given}` is not a database address: {why}. Write a file path, sqlite:PATH or postgres://USER@HOST/NAME"
    )]
    Target {
        /// What was written.
        given: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The database could not be opened.
    #[error(
        "the database {target} could not be opened; check that it is there and that this user may read and write it"
    )]
    Open {
        /// The file or the server, without its password.
        target: String,
        /// What the engine said.
        #[source]
        cause: Cause,
    },
    /// Somebody else held the database for too long, or two writes wanted each other's rows.
    #[error("the database was busy and nothing was recorded; try again")]
    Busy(#[source] Cause),
    /// There is no room left.
    #[error("the disk of the database is full and nothing was recorded; make room and try again")]
    Full(#[source] Cause),
    /// The disk refused to read or write.
    #[error(
        "the disk of the database failed and nothing was recorded; look at the system log, then check the database"
    )]
    Disk(#[source] Cause),
    /// The server went away in the middle; it rolls back what was not committed.
    #[error("the connection to the database was lost and nothing was recorded; try again")]
    Lost(#[source] Cause),
    /// The server went away while committing, or the disk did not confirm the commit: only a look can tell.
    #[error("the database failed during the commit; look whether it was recorded before trying again")]
    InDoubt(#[source] Cause),
    /// A value that must be unique is there already.
    #[error("already taken: {what}")]
    Taken {
        /// The unique rule, as the engine names it.
        what: String,
        /// What the engine said.
        #[source]
        cause: Cause,
    },
    /// What was read has been changed by somebody else in the meantime.
    #[error("{what} was changed by somebody else in the meantime; load it again and decide anew")]
    Conflict {
        /// What was changed, in words.
        what: &'static str,
    },
    /// A rule of the tables refused the change: a reference, a check or a trigger.
    #[error("the database refused the change: {what}")]
    Rule {
        /// The rule, as the engine names it.
        what: String,
        /// What the engine said.
        #[source]
        cause: Cause,
    },
    /// A text holds U+0000, which PostgreSQL cannot keep; both engines refuse it alike.
    #[error("a text holds the character U+0000, which cannot be kept; remove it where the text comes in")]
    Nul,
    /// A transaction was begun inside another one of the same store, on the same thread.
    #[error("a transaction was begun inside another; pass the open one along")]
    Nested,
    /// A statement failed before this one, so the transaction can only be given up.
    #[error("a statement before this one failed, so nothing of this transaction is recorded")]
    Aborted,
    /// A column does not hold what the program expects.
    #[error("column {column} does not hold {wanted}")]
    Column {
        /// Its position, from zero.
        column: usize,
        /// What was expected.
        wanted: &'static str,
        /// What the driver said, if anything.
        #[source]
        cause: Option<Cause>,
    },
    /// A row holds a value that the domain does not know.
    #[error("{what} in the database is not readable: {value}")]
    Unreadable {
        /// Which value, in words.
        what: &'static str,
        /// What stands there, shortened.
        value: String,
    },
    /// The tables are newer than the program.
    #[error(
        "the database has been migrated to {found}, this program knows up to {known}; start the newer program, or restore the backup made before"
    )]
    TooNew {
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// A migration differs from the one that was applied.
    #[error(
        "migration {version:04} ({name}) is not the one that was applied to this database; a released migration is never edited: put it back and add a new one"
    )]
    Edited {
        /// Its number.
        version: i64,
        /// Its name in this program.
        name: String,
    },
    /// Applying a migration failed; everything is as it was before.
    #[error("migration {version:04} ({name}) failed; the database is as it was before")]
    Migration {
        /// Its number.
        version: i64,
        /// Its name.
        name: String,
        /// What the engine said.
        #[source]
        cause: Cause,
    },
    /// The file is damaged or is not a database.
    #[error("the database is damaged or is not a database; stop, keep a copy, and restore the last backup")]
    Damaged(#[source] Cause),
    /// A file of the archive could not be written or read.
    #[error(
        "{path}: this file of the archive could not be written or read; the database itself is as it was"
    )]
    Archive {
        /// Which file.
        path: String,
        /// What the system said.
        #[source]
        cause: Cause,
    },
    /// This engine has other means for that.
    #[error("{what} is not made here; use {instead}")]
    Unserved {
        /// What was asked for.
        what: &'static str,
        /// What does it.
        instead: &'static str,
    },
    /// Anything else the engine said; a fault of this program.
    #[error("the database did not accept a statement; this is a fault of the program, please report it")]
    Engine(#[source] Cause),
}

impl StoreError {
    /// Whether the very same transaction may be tried again without looking first.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Lost(_) => true,
            Self::Target { .. }
            | Self::Open { .. }
            | Self::Full(_)
            | Self::Disk(_)
            | Self::InDoubt(_)
            | Self::Taken { .. }
            | Self::Conflict { .. }
            | Self::Rule { .. }
            | Self::Nul
            | Self::Nested
            | Self::Aborted
            | Self::Column { .. }
            | Self::Unreadable { .. }
            | Self::TooNew { .. }
            | Self::Edited { .. }
            | Self::Migration { .. }
            | Self::Damaged(_)
            | Self::Archive { .. }
            | Self::Unserved { .. }
            | Self::Engine(_) => false,
        }
    }

    /// A stored value that no longer parses; long values are shortened.
    pub(crate) fn unreadable(what: &'static str, value: impl ToString) -> Self {
        Self::Unreadable { what, value: value.to_string().chars().take(60).collect() }
    }
}
