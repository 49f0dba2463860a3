//! 删除个人信息: taking what names somebody out of every table that may hold it; and the ledger of it. Where something of
//! them lies is in [`holding`].
//!
//! What is said of whom is not known here: the caller hands in texts that are masked already, and sealed bytes. Events
//! stay as they are; what they say goes out of the payload, whose digest they keep.

mod holding;

use duban_domain::{
    CaseId, ErasureId, EventId, MediaId, NoticeId, PersonId, RequestId, Stamp,
    case::Event,
    erasure::{Counts, ErasureGround, ErasureState, IdentityCheck},
    notice::NoticeState,
    place::Point,
    question::Detail,
};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::{code, written_details},
    value::{Row, params},
};

pub use holding::{BESIDE, Beside, Remark};

/// A line of the ledger of erasures (删除台账).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRow {
    /// Its id.
    pub id: ErasureId,
    /// The number of the request it began with.
    pub number: String,
    /// Whether all that is known of the person goes, or only this request.
    pub whole: bool,
    /// 事由
    pub ground: ErasureGround,
    /// How it was checked that the person asks, when it was.
    pub check: Option<IdentityCheck>,
    /// In words, without the data itself.
    pub words: String,
    /// Who asked: the kind of actor, id and name.
    pub asked: (i64, i64, String),
    /// When.
    pub asked_at: Stamp,
    /// 进度
    pub state: ErasureState,
    /// Who decided: id and name.
    pub decided: Option<(i64, String)>,
    /// When.
    pub decided_at: Option<Stamp>,
    /// What they said to it.
    pub decided_words: String,
    /// The requests that it is about, decided with it.
    pub targets: Vec<RequestId>,
    /// How many of them are done.
    pub done: i64,
    /// What went.
    pub counts: Counts,
    /// When it was through.
    pub ended_at: Option<Stamp>,
}

const COLUMNS: &str =
    "id, number, whole, ground, words, identity, asked_kind, asked_id, asked_name, asked_at, state, decided_id,
    decided_name, decided_at, decided_words, targets, done, counts, ended_at";

fn read(row: &Row<'_>) -> Result<ErasureRow, StoreError> {
    let decided = row.opt_int(11)?.map(|id| Ok::<_, StoreError>((id, row.text(12)?))).transpose()?;
    let targets: Vec<i64> = serde_json::from_str(row.str(15)?).map_err(unreadable)?;
    Ok(ErasureRow {
        id: ErasureId(row.int(0)?),
        number: row.text(1)?,
        whole: row.flag(2)?,
        ground: code("the ground of an erasure", row.int(3)?, ErasureGround::from_code)?,
        words: row.text(4)?,
        check: row
            .opt_int(5)?
            .map(|n| code("how an identity was checked", n, IdentityCheck::from_code))
            .transpose()?,
        asked: (row.int(6)?, row.int(7)?, row.text(8)?),
        asked_at: Stamp(row.int(9)?),
        state: code("the state of an erasure", row.int(10)?, ErasureState::from_code)?,
        decided,
        decided_at: row.opt_int(13)?.map(Stamp),
        decided_words: row.text(14)?,
        targets: targets.into_iter().map(RequestId).collect(),
        done: row.int(16)?,
        counts: serde_json::from_str(row.str(17)?).map_err(unreadable)?,
        ended_at: row.opt_int(18)?.map(Stamp),
    })
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::unreadable("an erasure", error)
}

impl ReadTx<'_> {
    /// A line of the ledger.
    ///
    /// # Errors
    /// The engine's.
    pub fn erasure(&mut self, id: ErasureId) -> Result<Option<ErasureRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM erasure WHERE id = $1"), params![id], read)
    }

    /// The ledger, those to be decided first, then the newest.
    ///
    /// # Errors
    /// The engine's.
    pub fn erasures(&mut self, before: Option<ErasureId>, limit: i64) -> Result<Vec<ErasureRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM erasure WHERE id < $1 ORDER BY id DESC LIMIT $2");
        self.all(&sql, params![before.unwrap_or(ErasureId(i64::MAX)), limit], read)
    }

    /// Those that began with a request, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn erasures_of(&mut self, number: &str) -> Result<Vec<ErasureRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM erasure WHERE number = $1 ORDER BY id DESC");
        self.all(&sql, params![number], read)
    }

    /// Those in a state, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn erasures_in(&mut self, state: ErasureState, limit: i64) -> Result<Vec<ErasureRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM erasure WHERE state = $1 ORDER BY id LIMIT $2");
        self.all(&sql, params![state.code(), limit], read)
    }
}

impl WriteTx<'_> {
    /// A line of the ledger that is about to be changed.
    ///
    /// # Errors
    /// The engine's.
    pub fn erasure_for_update(&mut self, id: ErasureId) -> Result<Option<ErasureRow>, StoreError> {
        let lock = self.dialect().for_update();
        self.first(&format!("SELECT {COLUMNS} FROM erasure WHERE id = $1{lock}"), params![id], read)
    }

    /// Writes a line of the ledger, new or over the one of its id.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_erasure(&mut self, e: &ErasureRow) -> Result<(), StoreError> {
        let ids: Vec<i64> = e.targets.iter().map(|id| id.0).collect();
        let targets = serde_json::to_string(&ids).map_err(unreadable)?;
        let counts = serde_json::to_string(&e.counts).map_err(unreadable)?;
        let (decided_id, decided_name) =
            e.decided.as_ref().map_or((None, ""), |(id, name)| (Some(*id), name.as_str()));
        self.exec("DELETE FROM erasure WHERE id = $1", params![e.id])?;
        self.exec(
            &format!(
                "INSERT INTO erasure ({COLUMNS})
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
            ),
            params![
                e.id,
                &e.number,
                e.whole,
                e.ground.code(),
                &e.words,
                e.check.map(IdentityCheck::code),
                e.asked.0,
                e.asked.1,
                &e.asked.2,
                e.asked_at,
                e.state.code(),
                decided_id,
                decided_name,
                e.decided_at,
                &e.decided_words,
                &targets,
                e.done,
                &counts,
                e.ended_at,
            ],
        )
        .map(|_| ())
    }

    /// Takes the payload of an event away and keeps what is left of it, which is no longer what the digest is of.
    ///
    /// # Errors
    /// The engine's.
    pub fn redact_event(&mut self, id: EventId, left: &Event) -> Result<(), StoreError> {
        let body = serde_json::to_string(left).map_err(|e| StoreError::unreadable("an event", e))?;
        self.erase_payload(id)?;
        self.exec("DELETE FROM event_redaction WHERE event_id = $1", params![id])?;
        let sql = "INSERT INTO event_redaction (event_id, body) VALUES ($1, $2)";
        self.exec(sql, params![id, &body]).map(|_| ())
    }

    /// Writes what is left of a request: masked words, a coarse place, no salt, so that its digest tells nothing. Its
    /// number, its time and its digest stay.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_erased(&mut self, left: &ErasedRequest<'_>) -> Result<(), StoreError> {
        let details = written_details(left.details)?;
        self.exec(
            "UPDATE request SET title = $1, body = $2, place_words = $3, lng_e7 = $4, lat_e7 = $5, details = $6,
             source_key = $7, salt = NULL, erased_at = $8 WHERE id = $9",
            params![
                left.title,
                left.text,
                left.place,
                left.point.map(|p| p.lng_e7),
                left.point.map(|p| p.lat_e7),
                &details,
                left.source_key,
                left.at,
                left.id,
            ],
        )
        .map(|_| ())
    }

    /// What the lists show of a case once the person of its first request is erased.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_erased_row(&mut self, case: CaseId, left: &ErasedRequest<'_>) -> Result<(), StoreError> {
        self.exec(
            "UPDATE case_row SET title = $1, place_words = $2, lng_e7 = $3, lat_e7 = $4, morton = $5 WHERE id = $6",
            params![
                left.title,
                left.place,
                left.point.map(|p| p.lng_e7),
                left.point.map(|p| p.lat_e7),
                left.point.map(Point::morton),
                case,
            ],
        )
        .map(|_| ())
    }

    /// A person is kept no longer.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_person(&mut self, id: PersonId) -> Result<(), StoreError> {
        self.exec("UPDATE request SET person_id = NULL WHERE person_id = $1", params![id])?;
        self.exec("DELETE FROM person WHERE id = $1", params![id]).map(|_| ())
    }

    /// A file is kept no longer.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_media(&mut self, id: MediaId) -> Result<(), StoreError> {
        self.exec("DELETE FROM media_body WHERE media_id = $1", params![id])?;
        self.exec("DELETE FROM media WHERE id = $1", params![id]).map(|_| ())
    }

    /// A notice that is still to go does not go; what was said to whom about it is forgotten.
    ///
    /// # Errors
    /// The engine's.
    pub fn empty_notice(
        &mut self,
        id: NoticeId,
        address: &[u8],
        body: &[u8],
        why: &str,
    ) -> Result<(), StoreError> {
        self.exec(
            "UPDATE notice SET state = $1, reason = $2 WHERE id = $3 AND state IN (1, 4)",
            params![NoticeState::Cancelled.code(), why, id],
        )?;
        self.exec("UPDATE notice_log SET words = '' WHERE notice_id = $1", params![id])?;
        self.forget_notice(id, address, body)
    }

    /// Mails about a request keep when they came and nothing of what they said.
    ///
    /// # Errors
    /// The engine's.
    pub fn empty_letters(
        &mut self,
        case: CaseId,
        request: RequestId,
        nothing: &[u8],
    ) -> Result<u64, StoreError> {
        let none: &[u8] = &[];
        self.exec(
            "UPDATE letter SET contact = $1, original = $2, words = '' WHERE case_id = $3 AND request_id = $4",
            params![none, nothing, case, request],
        )
    }

    /// Mails of an address, whatever they were about.
    ///
    /// # Errors
    /// The engine's.
    pub fn empty_letters_from(&mut self, contact: &[u8], nothing: &[u8]) -> Result<u64, StoreError> {
        let none: &[u8] = &[];
        self.exec(
            "UPDATE letter SET contact = $1, original = $2, words = '' WHERE contact = $3",
            params![none, nothing, contact],
        )
    }

    /// A call keeps its times and not its number, nor where its recording lies.
    ///
    /// # Errors
    /// The engine's.
    pub fn empty_call(&mut self, call: i64) -> Result<(), StoreError> {
        self.exec(
            "UPDATE call SET phone = NULL, phone_hash = NULL, recording = NULL WHERE id = $1",
            params![call],
        )
        .map(|_| ())
    }

    /// Writes a note about a call anew.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_call_words(&mut self, note: i64, words: &str) -> Result<(), StoreError> {
        self.exec("UPDATE call_note SET words = $1 WHERE id = $2", params![words, note]).map(|_| ())
    }

    /// Writes a text beside cases anew.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_beside(&mut self, which: Beside, key: i64, text: &str) -> Result<(), StoreError> {
        let Beside { table, key: id, column, .. } = which;
        self.exec(&format!("UPDATE {table} SET {column} = $1 WHERE {id} = $2"), params![text, key])
            .map(|_| ())
    }

    /// Writes a text that hangs on a case anew.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_remark(&mut self, what: Remark, case: CaseId, key: i64, text: &str) -> Result<(), StoreError> {
        match what {
            Remark::Alert => self.exec("UPDATE alert SET words = $1 WHERE id = $2", params![text, key]),
            Remark::Party => {
                let sql = "UPDATE task_link SET party = $1 WHERE case_id = $2 AND task = $3";
                self.exec(sql, params![text, case, key])
            }
            Remark::Remote => {
                self.exec("UPDATE remote_case SET error = $1 WHERE case_id = $2", params![text, case])
            }
            Remark::Inspection => {
                self.exec("UPDATE inspection SET body = $1 WHERE id = $2", params![text, key])
            }
            Remark::Reference => self
                .exec("UPDATE partner_request SET reference = $1 WHERE request_id = $2", params![text, key]),
        }
        .map(|_| ())
    }

    /// Codes that went to a number or address, and browsers that they opened.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_codes_of(&mut self, contact: &[u8]) -> Result<(), StoreError> {
        self.exec("DELETE FROM contact_code WHERE contact = $1", params![contact])?;
        self.exec("DELETE FROM contact_session WHERE contact = $1", params![contact]).map(|_| ())
    }

    /// A case lost what names anybody.
    ///
    /// # Errors
    /// The engine's.
    pub fn mark_anonymised(&mut self, case: CaseId, at: Stamp) -> Result<(), StoreError> {
        self.exec("UPDATE case_row SET anonymised_at = $1 WHERE id = $2", params![at, case]).map(|_| ())
    }
}

/// What is left of a request (删除后的诉求).
#[derive(Clone, Copy, Debug)]
pub struct ErasedRequest<'a> {
    /// Its id.
    pub id: RequestId,
    /// The title, masked.
    pub title: &'a str,
    /// The words, masked.
    pub text: &'a str,
    /// The place in words, masked.
    pub place: &'a str,
    /// Where, coarse.
    pub point: Option<Point>,
    /// The answers, masked.
    pub details: &'a [Detail],
    /// The key of its source, unless it names somebody.
    pub source_key: Option<&'a str>,
    /// When.
    pub at: Stamp,
}
