//! Mail to the hotline (来信): each Message-ID once, with what became of it. The words are sealed.

use duban_domain::{CaseId, NoticeId, RequestId, Stamp, letter::Fate};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    value::{Row, params},
};

/// A mail that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRow {
    /// A digest of its Message-ID.
    pub key: Vec<u8>,
    /// When it was taken in.
    pub at: Stamp,
    /// 去向
    pub fate: Fate,
    /// What the writer's address is found by; empty when there was none.
    pub contact: Vec<u8>,
    /// The request that it opened or was added to.
    pub request: Option<RequestId>,
    /// The case of that request then.
    pub case: Option<CaseId>,
    /// The notice that it reports on.
    pub notice: Option<NoticeId>,
    /// Why it was ignored.
    pub words: String,
    /// The whole text, sealed; sealed nothing when it concerns no request.
    pub original: Vec<u8>,
}

impl ReadTx<'_> {
    /// Whether a mail was taken in before.
    ///
    /// # Errors
    /// The engine's.
    pub fn letter_is_known(&mut self, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.number("SELECT count(*) FROM letter WHERE key = $1", params![key])? > 0)
    }

    /// How many mails of an address had this fate since an instant.
    ///
    /// # Errors
    /// The engine's.
    pub fn letters_from(&mut self, contact: &[u8], fate: Fate, since: Stamp) -> Result<i64, StoreError> {
        self.number(
            "SELECT count(*) FROM letter WHERE contact = $1 AND at >= $2 AND fate = $3",
            params![contact, since, fate.code()],
        )
    }

    /// How many mails there are behind a case.
    ///
    /// # Errors
    /// The engine's.
    pub fn letter_count(&mut self, case: CaseId) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM letter WHERE case_id = $1", params![case])
    }

    /// The mails behind a case, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn letters_of(&mut self, case: CaseId) -> Result<Vec<LetterRow>, StoreError> {
        self.all(
            &format!("SELECT {COLUMNS} FROM letter WHERE case_id = $1 ORDER BY at DESC, key LIMIT 200"),
            params![case],
            read,
        )
    }

    /// What came from an address, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn letters_by(&mut self, contact: &[u8], limit: i64) -> Result<Vec<LetterRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM letter WHERE contact = $1 ORDER BY at DESC, key LIMIT $2");
        self.all(&sql, params![contact, limit], read)
    }
}

const COLUMNS: &str = "key, at, fate, contact, request_id, case_id, notice_id, words, original";

fn read(row: &Row<'_>) -> Result<LetterRow, StoreError> {
    Ok(LetterRow {
        key: row.blob(0)?,
        at: Stamp(row.int(1)?),
        fate: code("fate", row.int(2)?, Fate::from_code)?,
        contact: row.blob(3)?,
        request: row.opt_int(4)?.map(RequestId),
        case: row.opt_int(5)?.map(CaseId),
        notice: row.opt_int(6)?.map(NoticeId),
        words: row.text(7)?,
        original: row.blob(8)?,
    })
}

impl WriteTx<'_> {
    /// Writes down that a mail was taken in.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another transaction took it in meanwhile; the engine's.
    pub fn insert_letter(&mut self, l: &LetterRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO letter (key, at, fate, contact, request_id, case_id, notice_id, words, original)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                &l.key,
                l.at,
                l.fate.code(),
                &l.contact,
                l.request,
                l.case,
                l.notice,
                &l.words,
                &l.original,
            ],
        )
        .map(|_| ())
    }
}
