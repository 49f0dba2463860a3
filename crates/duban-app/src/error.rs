//! What can go wrong in a use case: a named refusal, or something broken.

use duban_domain::Refusal;
use duban_store::StoreError;

/// The error of every use case. What it becomes on a page is `duban-web`'s to say.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The rules say no, and say why.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The database did not do it; nothing was recorded, unless [`AppError::is_in_doubt`].
    #[error("the database did not do it")]
    Store(#[from] StoreError),
    /// A file on disk could not be written or read.
    #[error("a file could not be written")]
    File(#[from] std::io::Error),
    /// An upload that cannot be taken.
    #[error("upload refused: {0}")]
    Upload(#[from] crate::media::UploadFault),
    /// Login and password, or number and telephone tail, do not match. Which of the two is not told.
    #[error("credentials do not match")]
    Credentials,
    /// Something that should not happen, with what was being done.
    #[error("{0}")]
    Broken(&'static str),
}

impl AppError {
    /// Whether somebody else was faster: the same thing may be tried again after a look.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict { .. }))
    }

    /// Whether it may have been recorded all the same: look before trying again.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Store(StoreError::InDoubt(_)))
    }

    /// Whether there is no room left on the disk of the database.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Store(StoreError::Full(_)))
    }

    /// Whether the disk of the database fails, or the database is damaged: it will not pass by itself.
    #[must_use]
    pub fn is_disk(&self) -> bool {
        matches!(self, Self::Store(StoreError::Disk(_) | StoreError::Damaged(_)))
    }
}
