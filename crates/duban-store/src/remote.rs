//! Cases that another system has taken over from us (外部工单): how it calls them, and how far that is.

use duban_domain::{CaseId, Stamp};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    value::{Row, params},
};

/// How far a forwarding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Not sent yet, or refused.
    ToSend,
    /// Sent, and the answer was lost: it may be there.
    InDoubt,
    /// Taken in; its number is not known yet.
    Token,
    /// Taken in, under a number.
    Known,
    /// Taken in by a system that gives no number: nothing can be asked.
    Untold,
}

impl LinkState {
    const ALL: [Self; 5] = [Self::ToSend, Self::InDoubt, Self::Token, Self::Known, Self::Untold];

    fn code(self) -> i64 {
        match self {
            Self::ToSend => 1,
            Self::InDoubt => 2,
            Self::Token => 3,
            Self::Known => 4,
            Self::Untold => 5,
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A case at another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Our case.
    pub case: CaseId,
    /// The key of the system in the city pack.
    pub remote: String,
    /// How we call it there.
    pub reference: String,
    /// How far it is.
    pub state: LinkState,
    /// What that system gave until it knows a number.
    pub token: Option<String>,
    /// How that system calls it.
    pub number: Option<String>,
    /// When it was last sent.
    pub sent_at: Option<Stamp>,
    /// What that system last said of it: `open` or `closed`.
    pub status: Option<String>,
    /// When that system was last asked and answered.
    pub asked_at: Option<Stamp>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

const COLUMNS: &str =
    "l.case_id, l.remote, l.reference, l.state, l.token, l.number, l.sent_at, l.status, l.asked_at, l.error";

fn read(row: &Row<'_>) -> Result<Link, StoreError> {
    Ok(Link {
        case: CaseId(row.int(0)?),
        remote: row.text(1)?,
        reference: row.text(2)?,
        state: code("the state of a forwarding", row.int(3)?, LinkState::from_code)?,
        token: row.opt_text(4)?,
        number: row.opt_text(5)?,
        sent_at: row.opt_int(6)?.map(Stamp),
        status: row.opt_text(7)?,
        asked_at: row.opt_int(8)?.map(Stamp),
        error: row.opt_text(9)?,
    })
}

impl ReadTx<'_> {
    /// A case at another system.
    ///
    /// # Errors
    /// The engine's.
    pub fn link(&mut self, case: CaseId, remote: &str) -> Result<Option<Link>, StoreError> {
        self.first(
            &format!("SELECT {COLUMNS} FROM remote_case l WHERE l.case_id = $1 AND l.remote = $2"),
            params![case, remote],
            read,
        )
    }

    /// A case at every other system it went to.
    ///
    /// # Errors
    /// The engine's.
    pub fn links_of(&mut self, case: CaseId) -> Result<Vec<Link>, StoreError> {
        self.all(
            &format!("SELECT {COLUMNS} FROM remote_case l WHERE l.case_id = $1 ORDER BY l.remote"),
            params![case],
            read,
        )
    }

    /// What another system calls by this number.
    ///
    /// # Errors
    /// The engine's.
    pub fn link_by_number(&mut self, remote: &str, number: &str) -> Result<Option<Link>, StoreError> {
        if number.contains('\0') {
            return Ok(None);
        }
        self.first(
            &format!("SELECT {COLUMNS} FROM remote_case l WHERE l.remote = $1 AND l.number = $2"),
            params![remote, number],
            read,
        )
    }

    /// Open cases that another system knows under a number, after a case.
    ///
    /// # Errors
    /// The engine's.
    pub fn open_links(&mut self, remote: &str, after: CaseId, limit: i64) -> Result<Vec<Link>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM remote_case l JOIN case_row c ON c.id = l.case_id
                 WHERE l.remote = $1 AND l.case_id > $2 AND l.number IS NOT NULL AND c.closed_at IS NULL
                 ORDER BY l.case_id LIMIT $3"
            ),
            params![remote, after, limit],
            read,
        )
    }
}

impl WriteTx<'_> {
    /// Writes how far a forwarding is.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_link(&mut self, link: &Link) -> Result<(), StoreError> {
        let error: Option<String> =
            link.error.as_ref().map(|e| e.chars().filter(|c| *c != '\0').take(500).collect());
        self.exec(
            "INSERT INTO remote_case (case_id, remote, reference, state, token, number, sent_at, status, asked_at, error)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (case_id, remote) DO UPDATE SET reference = excluded.reference, state = excluded.state,
                token = excluded.token, number = excluded.number, sent_at = excluded.sent_at,
                status = excluded.status, asked_at = excluded.asked_at, error = excluded.error",
            params![
                link.case,
                &link.remote,
                &link.reference,
                link.state.code(),
                &link.token,
                &link.number,
                link.sent_at,
                &link.status,
                link.asked_at,
                &error,
            ],
        )?;
        Ok(())
    }
}
