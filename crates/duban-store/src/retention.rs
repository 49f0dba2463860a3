//! 保存期限: what a term takes: the identity in a closed case, the case itself, records of calls, notices, mails and
//! sign-ins. Always a few rows at a time. Which term holds is not known here.

use duban_domain::{
    CaseId, RequestId, Stamp, case::Case, proof::Algorithm, request::Kind, retention::Record,
};
use jiff::tz::TimeZone;

use crate::{
    CaseRow, ReadTx, StoreError, WriteTx,
    dialect::Dialect,
    figures,
    request::code,
    row::COLUMNS,
    value::{Row, params},
};

/// A case that no term and no erasure touches (法定留存).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRow {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Why.
    pub words: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Stamp,
}

/// What is left of a case that was destroyed (销毁记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestructionRow {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Its category.
    pub category: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// When it was opened.
    pub opened_at: Stamp,
    /// When it was closed.
    pub closed_at: Stamp,
    /// When it was destroyed.
    pub destroyed_at: Stamp,
    /// Requests that it had.
    pub requests: i64,
    /// Events.
    pub events: i64,
    /// Files.
    pub files: i64,
    /// SHA-256 over the digests of its events, in their order: they stay in the tree of digests.
    pub digest: Vec<u8>,
}

/// Where a walk over closed cases stands: the instant of closing, and the id.
pub type Mark = (Stamp, CaseId);

fn destruction(row: &Row<'_>) -> Result<DestructionRow, StoreError> {
    Ok(DestructionRow {
        case: CaseId(row.int(0)?),
        number: row.text(1)?,
        category: row.opt_text(2)?,
        kind: code("kind", row.int(3)?, Kind::from_code)?,
        opened_at: Stamp(row.int(4)?),
        closed_at: Stamp(row.int(5)?),
        destroyed_at: Stamp(row.int(6)?),
        requests: row.int(7)?,
        events: row.int(8)?,
        files: row.int(9)?,
        digest: row.blob(10)?,
    })
}

impl ReadTx<'_> {
    /// Closed cases behind a mark that were closed before an instant, the oldest first. `named`: only those that still
    /// name somebody.
    ///
    /// # Errors
    /// The engine's.
    pub fn closed_before(
        &mut self,
        named: bool,
        (at, id): Mark,
        before: Stamp,
        limit: i64,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let named = if named { " AND c.anonymised_at IS NULL" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM case_row c WHERE c.closed_at IS NOT NULL{named} AND c.closed_at >= $1
             AND (c.closed_at > $1 OR c.id > $2) AND c.closed_at < $3 ORDER BY c.closed_at, c.id LIMIT $4"
        );
        self.all(&sql, params![at, id, before, limit], CaseRow::read)
    }

    /// Whether a case is held back.
    ///
    /// # Errors
    /// The engine's.
    pub fn is_held(&mut self, case: CaseId) -> Result<bool, StoreError> {
        Ok(self.number("SELECT count(*) FROM legal_hold WHERE case_id = $1", params![case])? > 0)
    }

    /// Every case that is held back, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn holds(&mut self) -> Result<Vec<HoldRow>, StoreError> {
        let sql = "SELECT case_id, number, words, by_name, at FROM legal_hold ORDER BY at DESC, case_id";
        self.all(sql, &[], |row| {
            Ok(HoldRow {
                case: CaseId(row.int(0)?),
                number: row.text(1)?,
                words: row.text(2)?,
                by: row.text(3)?,
                at: Stamp(row.int(4)?),
            })
        })
    }

    /// What was destroyed, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn destructions(&mut self, limit: i64) -> Result<Vec<DestructionRow>, StoreError> {
        let sql = "SELECT case_id, number, category, kind, opened_at, closed_at, destroyed_at, requests, events, files, digest
             FROM destruction ORDER BY destroyed_at DESC, case_id DESC LIMIT $1";
        self.all(sql, params![limit], destruction)
    }

    /// How many cases were destroyed.
    ///
    /// # Errors
    /// The engine's.
    pub fn destroyed_count(&mut self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM destruction", &[])
    }

    /// The record of a case that was destroyed, by its number.
    ///
    /// # Errors
    /// The engine's.
    pub fn destruction_of(&mut self, number: &str) -> Result<Option<DestructionRow>, StoreError> {
        let sql = "SELECT d.case_id, d.number, d.category, d.kind, d.opened_at, d.closed_at, d.destroyed_at, d.requests,
                d.events, d.files, d.digest
             FROM request r JOIN destruction d ON d.case_id = r.case_id WHERE r.number = $1";
        self.first(sql, params![number], destruction)
    }

    /// How many records are older than an instant, at most so many.
    ///
    /// # Errors
    /// The engine's.
    pub fn records_before(&mut self, what: Record, before: Stamp, most: i64) -> Result<i64, StoreError> {
        let (table, key, _, old) = expired(what);
        let sql = format!("SELECT count(*) FROM (SELECT {key} FROM {table} WHERE {old} LIMIT $2) found");
        self.number(&sql, params![before, most])
    }

    /// For when a job of this key waits.
    ///
    /// # Errors
    /// The engine's.
    pub fn owed_at(&mut self, dedupe: &str) -> Result<Option<Stamp>, StoreError> {
        self.first("SELECT run_at FROM job WHERE dedupe = $1", params![dedupe], |row| Ok(Stamp(row.int(0)?)))
    }
}

/// The table of a record, its key, what orders it, and what holds of the rows whose term has passed at `$1`.
///
/// What belongs to a case that somebody holds back, or that is open, stays with it.
fn expired(what: Record) -> (&'static str, &'static str, &'static str, &'static str) {
    match what {
        Record::Calls => (
            "call",
            "id",
            "ended_at, id",
            "ended_at < $1 AND (phone IS NOT NULL OR recording IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM request r
                LEFT JOIN legal_hold h ON h.case_id = r.case_id LEFT JOIN case_row c ON c.id = r.case_id
                WHERE r.number = call.case_number
                    AND (h.case_id IS NOT NULL OR (c.id IS NOT NULL AND c.closed_at IS NULL)))",
        ),
        Record::Notices => (
            "notice",
            "id",
            "created_at, id",
            "created_at < $1 AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.case_id = notice.case_id)
                AND NOT EXISTS (SELECT 1 FROM case_row c WHERE c.id = notice.case_id AND c.closed_at IS NULL)",
        ),
        Record::Letters => (
            "letter",
            "key",
            "at, key",
            "at < $1 AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.case_id = letter.case_id)
                AND NOT EXISTS (SELECT 1 FROM case_row c WHERE c.id = letter.case_id AND c.closed_at IS NULL)",
        ),
        Record::SignIns => ("sign_in", "id", "at, id", "at < $1"),
        Record::Sessions => ("session", "token", "expires_at, token", "expires_at < $1"),
    }
}

impl WriteTx<'_> {
    /// Holds a case back, or back no longer.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_hold(&mut self, case: CaseId, hold: Option<&HoldRow>) -> Result<(), StoreError> {
        self.exec("DELETE FROM legal_hold WHERE case_id = $1", params![case])?;
        let Some(hold) = hold else { return Ok(()) };
        self.exec(
            "INSERT INTO legal_hold (case_id, number, words, by_name, at) VALUES ($1, $2, $3, $4, $5)",
            params![case, &hold.number, &hold.words, &hold.by, hold.at],
        )
        .map(|_| ())
    }

    /// Removes some records whose term has passed, and says how many.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_records(&mut self, what: Record, before: Stamp, limit: i64) -> Result<u64, StoreError> {
        let (table, key, order, old) = expired(what);
        let oldest = format!("(SELECT {key} FROM {table} WHERE {old} ORDER BY {order} LIMIT $2)");
        let some = format!("{key} IN {oldest}");
        match what {
            Record::Calls => {
                // No name leads from these notes to anybody once the number is gone, so they go with it.
                let notes = format!("UPDATE call_note SET words = '' WHERE call_id IN {oldest}");
                self.exec(&notes, params![before, limit])?;
                let sql =
                    format!("UPDATE call SET phone = NULL, phone_hash = NULL, recording = NULL WHERE {some}");
                return self.exec(&sql, params![before, limit]);
            }
            Record::Notices => {
                let sql = format!("DELETE FROM notice_log WHERE notice_id IN {oldest}");
                self.exec(&sql, params![before, limit])?;
            }
            Record::SignIns => self.let_go("sign-ins", before)?,
            Record::Letters => {
                let sql = "DELETE FROM letter_aside WHERE id IN (SELECT id FROM letter_aside
                    WHERE at < $1 AND seen_at IS NOT NULL ORDER BY id LIMIT $2)";
                let aside = self.exec(sql, params![before, limit])?;
                let letters =
                    self.exec(&format!("DELETE FROM {table} WHERE {some}"), params![before, limit])?;
                // As long as there are many of either there is more to do.
                return Ok(aside.max(letters));
            }
            Record::Sessions => {}
        }
        self.exec(&format!("DELETE FROM {table} WHERE {some}"), params![before, limit])
    }

    /// Until when records may go: the database refuses to lose younger ones.
    fn let_go(&mut self, what: &str, before: Stamp) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO term_passed (what, before_at) VALUES ($1, $2)
             ON CONFLICT (what) DO UPDATE SET before_at = excluded.before_at WHERE term_passed.before_at < excluded.before_at",
            params![what, before],
        )
        .map(|_| ())
    }

    /// Destroys a closed case: its row, state, words, files, notices, mails and everything else that hangs on it. Its
    /// events keep what the proof is made of (when, what, by which office, the digest); the figures keep what it counted.
    ///
    /// # Errors
    /// The engine's.
    pub fn destroy_case(
        &mut self,
        case: &Case,
        row: &CaseRow,
        at: Stamp,
        zone: &TimeZone,
    ) -> Result<(), StoreError> {
        let id = case.id;
        let digests =
            self.all("SELECT digest FROM event WHERE case_id = $1 ORDER BY seq", params![id], |row| {
                row.blob(0)
            })?;
        let digest = Algorithm::Sha256.digest(&digests.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let files = self.number("SELECT count(*) FROM media WHERE case_id = $1", params![id])?;
        self.exec(
            "INSERT INTO destruction (case_id, number, category, kind, opened_at, closed_at, destroyed_at, requests, events,
                files, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            params![
                id,
                &case.number,
                &case.category,
                case.kind.code(),
                case.opened_at,
                row.closed_at,
                at,
                i64::try_from(case.requests.len()).unwrap_or(0),
                i64::try_from(digests.len()).unwrap_or(0),
                files,
                &digest[..],
            ],
        )?;
        figures::keep_destroyed(self, row, zone)?;
        for sql in OF_CALLS {
            self.exec(sql, params![id])?;
        }
        self.empty_requests(id, &case.requests, at)?;
        for sql in OF_EVENTS {
            self.exec(sql, params![id])?;
        }
        for sql in OF_CASE {
            self.exec(sql, params![id])?;
        }
        for kind in ["overdue", "soon", "expire"] {
            self.exec("DELETE FROM job WHERE dedupe = $1", params![&format!("{kind}:{}", id.0)])?;
        }
        self.put_public(id, None)?;
        self.unindex(id)
    }

    fn empty_requests(&mut self, case: CaseId, requests: &[RequestId], at: Stamp) -> Result<(), StoreError> {
        for request in requests {
            let whose = "SELECT person_id FROM request WHERE id = $1 AND person_id IS NOT NULL";
            if let Some(person) = self.first(whose, params![*request], |row| row.int(0))? {
                self.remove_person(duban_domain::PersonId(person))?;
            }
            self.end_passes_of(*request)?;
        }
        self.exec(
            "UPDATE request SET title = '', body = '', place_words = '', division = NULL, lng_e7 = NULL, lat_e7 = NULL,
             details = NULL, salt = NULL, erased_at = $1 WHERE case_id = $2",
            params![at, case],
        )
        .map(|_| ())
    }

    /// A case is found no longer.
    fn unindex(&mut self, case: CaseId) -> Result<(), StoreError> {
        let key = match self.dialect() {
            Dialect::Sqlite => "rowid",
            Dialect::Postgres => "case_id",
        };
        self.exec(&format!("DELETE FROM case_search WHERE {key} = $1"), params![case]).map(|_| ())
    }

    /// Nobody opens the page of a request by a pass any more.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_passes_of(&mut self, request: RequestId) -> Result<(), StoreError> {
        let kind = crate::SessionKind::Resident.code();
        self.exec("DELETE FROM session WHERE kind = $1 AND subject = $2", params![kind, request]).map(|_| ())
    }
}

/// What its events said.
const OF_EVENTS: [&str; 2] = [
    "DELETE FROM event_payload WHERE event_id IN (SELECT id FROM event WHERE case_id = $1)",
    "DELETE FROM event_redaction WHERE event_id IN (SELECT id FROM event WHERE case_id = $1)",
];

/// What was written about its calls; the calls themselves stay in the figures of the telephone.
const OF_CALLS: [&str; 3] = [
    "UPDATE call_note SET words = '' WHERE call_id IN (SELECT c.id FROM call c JOIN request r
        ON r.number = c.case_number WHERE r.case_id = $1)",
    "DELETE FROM inspection WHERE kind = 1 AND subject IN (SELECT c.id FROM call c JOIN request r
        ON r.number = c.case_number WHERE r.case_id = $1)",
    "UPDATE call SET phone = NULL, phone_hash = NULL, recording = NULL
     WHERE case_number IN (SELECT number FROM request WHERE case_id = $1)",
];

/// What hangs on it.
const OF_CASE: [&str; 17] = [
    "DELETE FROM media_body WHERE media_id IN (SELECT id FROM media WHERE case_id = $1)",
    "DELETE FROM media WHERE case_id = $1",
    "DELETE FROM notice_log WHERE notice_id IN (SELECT id FROM notice WHERE case_id = $1)",
    "DELETE FROM notice WHERE case_id = $1",
    "DELETE FROM letter WHERE case_id = $1",
    "DELETE FROM alert WHERE case_id = $1",
    "DELETE FROM inspection WHERE kind = 2 AND subject = $1",
    "DELETE FROM callback_task WHERE case_id = $1",
    "DELETE FROM task_link WHERE case_id = $1",
    "DELETE FROM case_seen WHERE case_id = $1",
    "DELETE FROM remote_case WHERE case_id = $1",
    "DELETE FROM partner_request WHERE case_id = $1",
    "DELETE FROM partner_update WHERE case_id = $1",
    "DELETE FROM case_unit WHERE case_id = $1",
    "DELETE FROM case_state WHERE case_id = $1",
    "DELETE FROM told_category WHERE case_id = $1",
    "DELETE FROM case_row WHERE id = $1",
];
