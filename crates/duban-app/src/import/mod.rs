//! 导入: matters that another system has kept, taken in from CSV and XLSX files.
//!
//! A mapping says which column is what ([`mapping`]); a table gives rows, whatever the file is
//! ([`reader`]); a row becomes a matter or a reason why not ([`row`], [`reason`]); a run writes
//! matters with their real times and what was wrong into files beside the input ([`run()`]).
//! Ten bad rows do not stop ten thousand good ones, and running twice imports nothing twice.
//!
//! Not here: progress bars, signals and exit codes, which are the binary's.

mod csv_file;
mod decode;
pub mod mapping;
pub mod reader;
pub mod reason;
mod report;
pub mod row;
mod run;
#[cfg(test)]
mod tests;
pub mod time;
mod xlsx_file;

use std::path::PathBuf;

pub use mapping::{Mapping, SHIPPED};
pub use run::{Go, Options, Progress, Summary, run};

use crate::AppError;

/// Why an import ended before its last row. What was written before stays, and a second run goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no such mapping.
    #[error("there is no mapping {given:?}: it is neither a file nor one of {shipped}")]
    NoMapping {
        /// What was asked for.
        given: String,
        /// The names that come with Duban.
        shipped: String,
    },
    /// The mapping does not hold together.
    #[error("the mapping {name} cannot be used: {why}")]
    Mapping {
        /// Its name or file.
        name: String,
        /// What is wrong, and what to write.
        why: String,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be read or written: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A file is not a table that this mapping fits.
    #[error("{} was not imported: {why}", path.display())]
    NoTable {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The rejects would overwrite an input.
    #[error("{} is an input; name another file for the rejects", .0.display())]
    RejectsOverInput(PathBuf),
    /// The database did not go on. The chunk it was in is not recorded; run the import again.
    #[error("the import stopped; what was imported before stays, run it again to go on: {0}")]
    App(#[from] AppError),
}
