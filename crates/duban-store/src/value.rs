//! What goes into a statement and what comes out of a row, the same on both engines.
//!
//! Four kinds are enough: integers (also booleans, instants, money), text (also JSON), bytes, and
//! their absence. An absent value keeps its kind, because PostgreSQL prepares by kind.

use duban_domain as domain;

use crate::StoreError;

/// One value bound to a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Param<'a> {
    /// A 64-bit integer or nothing.
    Int(Option<i64>),
    /// A text or nothing.
    Text(Option<&'a str>),
    /// Bytes or nothing.
    Blob(Option<&'a [u8]>),
}

impl Param<'_> {
    /// Roughly what this value adds to the log of the transaction.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Int(_) => 8,
            Self::Text(text) => text.map_or(1, str::len),
            Self::Blob(bytes) => bytes.map_or(1, <[u8]>::len),
        }
    }

    /// Refuses what one of the engines could not keep.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Text(Some(text)) if text.as_bytes().contains(&0) => Err(StoreError::Nul),
            Self::Int(_) | Self::Text(_) | Self::Blob(_) => Ok(()),
        }
    }
}

impl From<i64> for Param<'_> {
    fn from(n: i64) -> Self {
        Self::Int(Some(n))
    }
}

impl From<Option<i64>> for Param<'_> {
    fn from(n: Option<i64>) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Param<'_> {
    fn from(yes: bool) -> Self {
        Self::Int(Some(i64::from(yes)))
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(text))
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Some(text))
    }
}

impl<'a> From<Option<&'a str>> for Param<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(text: &'a Option<String>) -> Self {
        Self::Text(text.as_deref())
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Blob(Some(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Blob(Some(bytes))
    }
}

impl<'a> From<Option<&'a [u8]>> for Param<'a> {
    fn from(bytes: Option<&'a [u8]>) -> Self {
        Self::Blob(bytes)
    }
}

impl<'a> From<&'a domain::Number> for Param<'a> {
    fn from(number: &'a domain::Number) -> Self {
        Self::Text(Some(number.digits()))
    }
}

macro_rules! integers {
    ($($name:ident),*) => {$(
        impl From<domain::$name> for Param<'_> {
            fn from(value: domain::$name) -> Self {
                Self::Int(Some(value.0))
            }
        }

        impl From<Option<domain::$name>> for Param<'_> {
            fn from(value: Option<domain::$name>) -> Self {
                Self::Int(value.map(|v| v.0))
            }
        }
    )*};
}

integers!(
    Stamp,
    CaseId,
    RequestId,
    EventId,
    PersonId,
    StaffId,
    MediaId,
    JobId,
    ExportId,
    NoticeId,
    WatchId,
    ErasureId,
    CallId,
    ReportId,
    ViewId,
    PhraseId,
    KnowledgeId,
    SeekId,
    RelocationId,
    WebhookId,
    DeliveryId
);

/// Binds a list of values of different kinds: `params![id, "text", None::<i64>]`.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Param::from($value)),*] };
}
pub(crate) use params;

/// One row of an answer, read by position from zero.
pub(crate) enum Row<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// From PostgreSQL.
    Postgres(&'r postgres::Row),
}

impl<'r> Row<'r> {
    /// An integer.
    pub(crate) fn int(&self, at: usize) -> Result<i64, StoreError> {
        self.opt_int(at)?.ok_or(absent(at, "an integer"))
    }

    /// An integer that is 0 or not.
    pub(crate) fn flag(&self, at: usize) -> Result<bool, StoreError> {
        Ok(self.int(at)? != 0)
    }

    /// An integer or nothing.
    pub(crate) fn opt_int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => crate::sqlite::int(row, at),
            Self::Postgres(row) => crate::postgres::int(row, at),
        }
    }

    /// A text, borrowed from the row.
    pub(crate) fn str(&self, at: usize) -> Result<&'r str, StoreError> {
        self.opt_str(at)?.ok_or(absent(at, "a text"))
    }

    /// A text or nothing, borrowed from the row.
    pub(crate) fn opt_str(&self, at: usize) -> Result<Option<&'r str>, StoreError> {
        match self {
            Self::Sqlite(row) => crate::sqlite::text(row, at),
            Self::Postgres(row) => crate::postgres::text(row, at),
        }
    }

    /// A text.
    pub(crate) fn text(&self, at: usize) -> Result<String, StoreError> {
        self.str(at).map(str::to_owned)
    }

    /// A text or nothing.
    pub(crate) fn opt_text(&self, at: usize) -> Result<Option<String>, StoreError> {
        Ok(self.opt_str(at)?.map(str::to_owned))
    }

    /// Bytes.
    pub(crate) fn blob(&self, at: usize) -> Result<Vec<u8>, StoreError> {
        self.opt_blob(at)?.ok_or(absent(at, "bytes"))
    }

    /// Bytes or nothing.
    pub(crate) fn opt_blob(&self, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Sqlite(row) => crate::sqlite::blob(row, at),
            Self::Postgres(row) => crate::postgres::blob(row, at),
        }
    }

    /// A public number.
    pub(crate) fn number(&self, at: usize) -> Result<domain::Number, StoreError> {
        let digits = self.str(at)?;
        digits.parse().map_err(|_| StoreError::unreadable("a number", digits))
    }
}

fn absent(column: usize, wanted: &'static str) -> StoreError {
    StoreError::Column { column, wanted, cause: None }
}
