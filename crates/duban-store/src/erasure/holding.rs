//! 何处有其信息: where something of a person lies beside their requests: by their number or address, by the case, by a text.

use duban_domain::{CaseId, NoticeId, PersonId, RequestId, Stamp};

use crate::{ReadTx, StoreError, value::params};

/// A text that lies beside cases, in a table that is small enough to be looked through (旁列文字).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    pub(super) column: &'static str,
    /// Whether the whole text goes, because it can only be kept or taken out.
    pub whole: bool,
}

/// Every one of them.
pub const BESIDE: &[Beside] = &[
    Beside { table: "saved_view", key: "id", column: "query", whole: true },
    Beside { table: "saved_view", key: "id", column: "name", whole: false },
    Beside { table: "phrase", key: "id", column: "title", whole: false },
    Beside { table: "phrase", key: "id", column: "body", whole: false },
    Beside { table: "relocation", key: "id", column: "words", whole: false },
    Beside { table: "export_log", key: "id", column: "filter", whole: true },
    Beside { table: "job", key: "id", column: "last_error", whole: false },
    Beside { table: "legal_hold", key: "case_id", column: "words", whole: false },
    Beside { table: "erasure", key: "id", column: "words", whole: false },
    Beside { table: "erasure", key: "id", column: "decided_words", whole: false },
];

/// A text that hangs on a case outside of its history (案外附注).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// 预警
    Alert,
    /// 外部办理人
    Party,
    /// 转外部的错误
    Remote,
    /// 质检
    Inspection,
    /// 来方编号
    Reference,
}

impl Remark {
    const ALL: [Self; 5] = [Self::Alert, Self::Party, Self::Remote, Self::Inspection, Self::Reference];

    fn select(self) -> &'static str {
        match self {
            Self::Alert => "SELECT id, words FROM alert WHERE case_id = $1",
            Self::Party => "SELECT task, party FROM task_link WHERE case_id = $1",
            Self::Remote => "SELECT case_id, error FROM remote_case WHERE case_id = $1 AND error IS NOT NULL",
            Self::Inspection => "SELECT id, body FROM inspection WHERE kind = 2 AND subject = $1",
            Self::Reference => {
                "SELECT request_id, reference FROM partner_request WHERE case_id = $1 AND reference IS NOT NULL"
            }
        }
    }
}

impl ReadTx<'_> {
    /// Calls of a number, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn calls_of(&mut self, phone_hash: &[u8], limit: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT id FROM call WHERE phone_hash = $1 ORDER BY id DESC LIMIT $2";
        self.all(sql, params![phone_hash, limit], |row| row.int(0))
    }

    /// Requests of one person: those that left the same telephone number or the same mail address.
    ///
    /// # Errors
    /// The engine's.
    pub fn requests_by(
        &mut self,
        phone_hash: Option<&[u8]>,
        mail_hash: Option<&[u8]>,
    ) -> Result<Vec<RequestId>, StoreError> {
        let mut found = Vec::new();
        for (column, hash) in [("phone_hash", phone_hash), ("mail_hash", mail_hash)] {
            let Some(hash) = hash else { continue };
            let sql = format!(
                "SELECT r.id FROM person p JOIN request r ON r.person_id = p.id WHERE p.{column} = $1 ORDER BY r.id"
            );
            found.extend(self.all(&sql, params![hash], |row| Ok(RequestId(row.int(0)?)))?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// People who left the same telephone number or the same mail address: some of them, if there are very many.
    ///
    /// # Errors
    /// The engine's.
    pub fn people_by(
        &mut self,
        phone_hash: Option<&[u8]>,
        mail_hash: Option<&[u8]>,
        limit: i64,
    ) -> Result<Vec<PersonId>, StoreError> {
        let mut found = Vec::new();
        for (column, hash) in [("phone_hash", phone_hash), ("mail_hash", mail_hash)] {
            let Some(hash) = hash else { continue };
            let sql = format!("SELECT id FROM person WHERE {column} = $1 ORDER BY id LIMIT $2");
            found.extend(self.all(&sql, params![hash, limit], |row| Ok(PersonId(row.int(0)?)))?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Requests of a case whose person was erased, with when.
    ///
    /// # Errors
    /// The engine's.
    pub fn erased_of(&mut self, case: CaseId) -> Result<Vec<(RequestId, Stamp)>, StoreError> {
        let sql =
            "SELECT id, erased_at FROM request WHERE case_id = $1 AND erased_at IS NOT NULL ORDER BY id";
        self.all(sql, params![case], |row| Ok((RequestId(row.int(0)?), Stamp(row.int(1)?))))
    }

    /// Notices to the person of a request, to staff about its case, and to an address.
    ///
    /// # Errors
    /// The engine's.
    pub fn notices_holding(
        &mut self,
        case: CaseId,
        request: RequestId,
        contacts: &[Vec<u8>],
    ) -> Result<Vec<NoticeId>, StoreError> {
        let sql = "SELECT id FROM notice WHERE case_id = $1 AND (request_id = $2 OR request_id IS NULL) ORDER BY id";
        let mut found = self.all(sql, params![case, request], |row| Ok(NoticeId(row.int(0)?)))?;
        for contact in contacts {
            let sql = "SELECT id FROM notice WHERE contact = $1 ORDER BY id";
            found.extend(self.all(sql, params![contact], |row| Ok(NoticeId(row.int(0)?)))?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Calls of a number, and those that became a request.
    ///
    /// # Errors
    /// The engine's.
    pub fn calls_holding(&mut self, phone_hash: Option<&[u8]>, number: &str) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT id FROM call WHERE case_number = $1 ORDER BY id";
        let mut found = self.all(sql, params![number], |row| row.int(0))?;
        if let Some(hash) = phone_hash {
            let sql = "SELECT id FROM call WHERE phone_hash = $1 ORDER BY id";
            found.extend(self.all(sql, params![hash], |row| row.int(0))?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// How many mails about a request still hold their text.
    ///
    /// # Errors
    /// The engine's.
    pub fn letters_holding(&mut self, case: CaseId, request: RequestId) -> Result<i64, StoreError> {
        let sql =
            "SELECT count(*) FROM letter WHERE case_id = $1 AND request_id = $2 AND length(contact) > 0";
        self.number(sql, params![case, request])
    }

    /// How many watches an address has.
    ///
    /// # Errors
    /// The engine's.
    pub fn watch_count(&mut self, contact: &[u8]) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM watch WHERE contact = $1", params![contact])
    }

    /// Rows beside cases whose text is like one of these.
    ///
    /// # Errors
    /// The engine's.
    pub fn beside(&mut self, which: Beside, like: &str) -> Result<Vec<(i64, String)>, StoreError> {
        let Beside { table, key, column, .. } = which;
        let sql = format!("SELECT {key}, {column} FROM {table} WHERE {column} LIKE $1");
        self.all(&sql, params![like], |row| Ok((row.int(0)?, row.text(1)?)))
    }

    /// What alerts of a case, reports of its tasks' links and inspections say: table, key, text.
    ///
    /// # Errors
    /// The engine's.
    pub fn remarks(&mut self, case: CaseId) -> Result<Vec<(Remark, i64, String)>, StoreError> {
        let mut found = Vec::new();
        for what in Remark::ALL {
            let rows = self.all(what.select(), params![case], |row| Ok((row.int(0)?, row.text(1)?)))?;
            found.extend(rows.into_iter().map(|(key, text)| (what, key, text)));
        }
        Ok(found)
    }

    /// The inspection of a call, as it is kept.
    ///
    /// # Errors
    /// The engine's.
    pub fn call_inspection(&mut self, call: i64) -> Result<Option<(i64, String)>, StoreError> {
        let sql = "SELECT id, body FROM inspection WHERE kind = 1 AND subject = $1";
        self.first(sql, params![call], |row| Ok((row.int(0)?, row.text(1)?)))
    }

    /// The words of notes about a call.
    ///
    /// # Errors
    /// The engine's.
    pub fn call_words(&mut self, call: i64) -> Result<Vec<(i64, String)>, StoreError> {
        let sql = "SELECT id, words FROM call_note WHERE call_id = $1 ORDER BY id";
        self.all(sql, params![call], |row| Ok((row.int(0)?, row.text(1)?)))
    }
}
