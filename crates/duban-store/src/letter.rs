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

/// A mail that was put aside because it could not be read (搁置的来信).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsideRow {
    /// Its id.
    pub id: i64,
    /// What its file is called.
    pub file: String,
    /// When it was put aside.
    pub at: Stamp,
    /// How large it is.
    pub bytes: i64,
    /// Why.
    pub why: String,
    /// Sender and subject, sealed.
    pub head: Vec<u8>,
    /// When somebody had seen to it.
    pub seen_at: Option<Stamp>,
    /// Who had.
    pub seen_by: String,
}

impl ReadTx<'_> {
    /// Mails that were put aside: those that nobody has seen to first, each newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn letters_aside(&mut self, limit: i64) -> Result<Vec<AsideRow>, StoreError> {
        let sql = "SELECT id, file, at, bytes, why, head, seen_at, seen_by FROM letter_aside
             ORDER BY CASE WHEN seen_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT $1";
        self.all(sql, params![limit], |row| {
            Ok(AsideRow {
                id: row.int(0)?,
                file: row.text(1)?,
                at: Stamp(row.int(2)?),
                bytes: row.int(3)?,
                why: row.text(4)?,
                head: row.blob(5)?,
                seen_at: row.opt_int(6)?.map(Stamp),
                seen_by: row.text(7)?,
            })
        })
    }

    /// How many of them nobody has seen to.
    ///
    /// # Errors
    /// The engine's.
    pub fn letters_aside_open(&mut self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM letter_aside WHERE seen_at IS NULL", &[])
    }
}

impl WriteTx<'_> {
    /// Writes down that a mail was put aside, once for each file.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_letter_aside(&mut self, l: &AsideRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO letter_aside (id, file, at, bytes, why, head, seen_at, seen_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (file) DO NOTHING";
        let params = params![l.id, &l.file, l.at, l.bytes, &l.why, &l.head, l.seen_at, &l.seen_by];
        self.exec(sql, params).map(|_| ())
    }

    /// Writes sender and subject of a mail that was put aside anew.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_aside_head(&mut self, id: i64, head: &[u8]) -> Result<(), StoreError> {
        self.exec("UPDATE letter_aside SET head = $1 WHERE id = $2", params![head, id]).map(|_| ())
    }

    /// Somebody has seen to a mail; whether nobody had before.
    ///
    /// # Errors
    /// The engine's.
    pub fn see_to_letter(&mut self, id: i64, at: Stamp, by: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE letter_aside SET seen_at = $1, seen_by = $2 WHERE id = $3 AND seen_at IS NULL";
        Ok(self.exec(sql, params![at, by, id])? > 0)
    }
}
