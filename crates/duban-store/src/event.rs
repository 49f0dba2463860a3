//! Events (事件): appended, never changed, never removed; the tables' triggers say so too.
//!
//! What an event says lies in a payload of its own, of which the event keeps the digest: a payload
//! can be erased, and the history stays provable.

use duban_domain::{
    CaseId, EventId, Number, Stamp,
    case::{Event, Phase},
    policy::Reach,
    proof::{Algorithm, Salt},
};

use crate::{ReadTx, StoreError, WriteTx, list, request::code, sql::Sql, value::params};

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its id.
    pub id: EventId,
    /// Its place in the history of its case, from 1.
    pub seq: i64,
    /// What happened, in one word.
    pub kind: String,
    /// When.
    pub at: Stamp,
    /// The event itself, or what an erasure left of it; none when all of its payload was erased.
    pub event: Option<Event>,
}

/// An event as those who watch are told (实时动态).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveEvent {
    /// Its id: the mark to go on from.
    pub id: EventId,
    /// The case.
    pub case: CaseId,
    /// What happened, in one word.
    pub kind: String,
    /// When.
    pub at: Stamp,
    /// The number of the case.
    pub number: Number,
    /// Who has the case now.
    pub owner: String,
    /// The phase the case is in now.
    pub phase: Phase,
}

impl ReadTx<'_> {
    /// The history of a case, oldest first.
    ///
    /// # Errors
    /// The engine's, and when a payload cannot be read.
    pub fn events(&mut self, case: CaseId) -> Result<Vec<StoredEvent>, StoreError> {
        self.all(
            "SELECT e.id, e.seq, e.kind, e.at, coalesce(p.body, r.body) FROM event e
             LEFT JOIN event_payload p ON p.event_id = e.id LEFT JOIN event_redaction r ON r.event_id = e.id
             WHERE e.case_id = $1 ORDER BY e.seq",
            params![case],
            |row| {
                let event = row.opt_str(4)?.map(|body| {
                    serde_json::from_str(body).map_err(|e| StoreError::unreadable("an event", e))
                });
                Ok(StoredEvent {
                    id: EventId(row.int(0)?),
                    seq: row.int(1)?,
                    kind: row.text(2)?,
                    at: Stamp(row.int(3)?),
                    event: event.transpose()?,
                })
            },
        )
    }

    /// When something last happened to a case.
    ///
    /// # Errors
    /// The engine's.
    pub fn last_event_at(&mut self, case: CaseId) -> Result<Option<Stamp>, StoreError> {
        let sql = "SELECT at FROM event WHERE case_id = $1 ORDER BY seq DESC LIMIT 1";
        self.first(sql, params![case], |row| Ok(Stamp(row.int(0)?)))
    }

    /// What happened after a mark in cases within reach, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn events_after(
        &mut self,
        mark: EventId,
        limit: i64,
        reach: &Reach,
    ) -> Result<Vec<LiveEvent>, StoreError> {
        let mut sql = Sql::new(
            "SELECT e.id, e.case_id, e.kind, e.at, c.number, c.owner, c.phase
             FROM event e CROSS JOIN case_row c WHERE c.id = e.case_id AND e.id > ",
        );
        sql.bind(mark);
        list::within(&mut sql, reach, "c.id");
        sql.push(" ORDER BY e.id LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), |row| {
            Ok(LiveEvent {
                id: EventId(row.int(0)?),
                case: CaseId(row.int(1)?),
                kind: row.text(2)?,
                at: Stamp(row.int(3)?),
                number: row.number(4)?,
                owner: row.text(5)?,
                phase: code("phase", row.int(6)?, Phase::from_code)?,
            })
        })
    }

    /// The newest event: the mark to begin watching from.
    ///
    /// # Errors
    /// The engine's.
    pub fn newest_event(&mut self) -> Result<EventId, StoreError> {
        self.number("SELECT max(id) FROM event", &[]).map(EventId)
    }

    /// Events of a case whose payload no longer has the digest that was recorded. Empty, unless
    /// somebody changed the database by hand.
    ///
    /// # Errors
    /// The engine's.
    pub fn altered_events(&mut self, case: CaseId) -> Result<Vec<EventId>, StoreError> {
        let found = self.all(
            "SELECT e.id, e.digest, p.body, p.salt FROM event e JOIN event_payload p ON p.event_id = e.id WHERE e.case_id = $1",
            params![case],
            |row| {
                let salt = row.opt_blob(3)?.unwrap_or_default();
                Ok((EventId(row.int(0)?), is_digest(&row.blob(1)?, &salt, row.str(2)?)))
            },
        )?;
        Ok(found.into_iter().filter(|(_, same)| !same).map(|(id, _)| id).collect())
    }
}

impl WriteTx<'_> {
    /// Records what happened, from a place in the history on; `by` digests each payload, after a new `salt`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else has recorded something there; the engine's.
    pub fn append_events(
        &mut self,
        case: CaseId,
        first_seq: i64,
        events: &[(EventId, Event)],
        by: Algorithm,
        mut salt: impl FnMut() -> Salt,
    ) -> Result<(), StoreError> {
        for ((id, event), seq) in events.iter().zip(first_seq..) {
            let body = serde_json::to_string(event).map_err(|e| StoreError::unreadable("an event", e))?;
            let salt = salt();
            let written = self.exec(
                "INSERT INTO event (id, case_id, seq, kind, at, actor_kind, actor_id, actor_name, unit, digest)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (case_id, seq) DO NOTHING",
                params![
                    *id,
                    case,
                    seq,
                    event.what.key(),
                    event.at,
                    event.by.kind.code(),
                    event.by.id,
                    &event.by.name,
                    &event.by.unit,
                    &by.digest(&[&salt, body.as_bytes()])[..],
                ],
            )?;
            if written == 0 {
                return Err(StoreError::Conflict { what: "the history of this case" });
            }
            self.exec(
                "INSERT INTO event_payload (event_id, body, salt) VALUES ($1, $2, $3)",
                params![*id, &body, &salt[..]],
            )?;
        }
        Ok(())
    }

    /// Erases what an event says; that it happened, and its digest, stay.
    ///
    /// # Errors
    /// The engine's.
    pub fn erase_payload(&mut self, event: EventId) -> Result<bool, StoreError> {
        Ok(self.exec("DELETE FROM event_payload WHERE event_id = $1", params![event])? > 0)
    }
}

/// Whether a digest is that of a payload: after its salt, so that a short one cannot be guessed once it is erased. By the
/// hash function of the log, or by SHA-256: in a log of SM3 payloads were digested by that at first.
pub(crate) fn is_digest(recorded: &[u8], salt: &[u8], body: &str) -> bool {
    [Algorithm::Sha256, Algorithm::Sm3]
        .into_iter()
        .any(|by| by.digest(&[salt, body.as_bytes()])[..] == *recorded)
}
