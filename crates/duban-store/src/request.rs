//! Requests (诉求): one person's voice each, taken in once.

use duban_domain::{
    CaseId, Number, PersonId, RequestId, Stamp,
    place::Point,
    proof::{Hash, Salt},
    question::Detail,
    request::{Channel, Kind, Place, Privacy, Request},
};

use crate::{
    ReadTx, StoreError, WriteTx,
    sql::Sql,
    value::{Row, params},
};

/// What came of taking in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is there now.
    Done,
    /// Another request has this number; nothing was written.
    NumberTaken,
    /// This source has handed it in before, as this request; nothing was written.
    SourceKnown(RequestId),
}

/// The columns of a request `r`, as [`read`] wants them.
pub(crate) const COLUMNS: &str =
    "r.id, r.case_id, r.number, r.kind, r.channel, r.title, r.body, r.place_words, r.division,
    r.lng_e7, r.lat_e7, r.privacy, r.person_id, r.received_at, r.source_key, r.details";

/// Reads a request from its columns.
pub(crate) fn read(row: &Row<'_>) -> Result<Request, StoreError> {
    Ok(Request {
        id: RequestId(row.int(0)?),
        case: CaseId(row.int(1)?),
        number: row.number(2)?,
        kind: code("kind", row.int(3)?, Kind::from_code)?,
        channel: code("channel", row.int(4)?, Channel::from_code)?,
        title: row.text(5)?,
        text: row.text(6)?,
        place: Place { words: row.text(7)?, division: row.opt_text(8)?, point: point(row, 9)? },
        privacy: code("privacy", row.int(11)?, Privacy::from_code)?,
        person: row.opt_int(12)?.map(PersonId),
        received_at: Stamp(row.int(13)?),
        source_key: row.opt_text(14)?,
        details: details(row.opt_str(15)?)?,
    })
}

fn details(body: Option<&str>) -> Result<Vec<Detail>, StoreError> {
    let read = |body| serde_json::from_str(body).map_err(|e| StoreError::unreadable("answers", e));
    body.map_or_else(|| Ok(Vec::new()), read)
}

pub(crate) fn written_details(details: &[Detail]) -> Result<Option<String>, StoreError> {
    if details.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(details).map(Some).map_err(|e| StoreError::unreadable("answers", e))
}

/// A member of one of the domain's closed sets.
pub(crate) fn code<T>(
    what: &'static str,
    code: i64,
    from: impl Fn(i64) -> Option<T>,
) -> Result<T, StoreError> {
    from(code).ok_or_else(|| StoreError::unreadable(what, code))
}

/// A point whose longitude is at a position and whose latitude is at the next.
pub(crate) fn point(row: &Row<'_>, at: usize) -> Result<Option<Point>, StoreError> {
    let (lng, lat) = (row.opt_int(at)?, row.opt_int(at + 1)?);
    Ok(lng.zip(lat).map(|(lng_e7, lat_e7)| Point { lng_e7, lat_e7 }))
}

impl ReadTx<'_> {
    /// A request.
    ///
    /// # Errors
    /// The engine's.
    pub fn request(&mut self, id: RequestId) -> Result<Option<Request>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM request r WHERE r.id = $1"), params![id], read)
    }

    /// The request with this public number.
    ///
    /// # Errors
    /// The engine's.
    pub fn request_by_number(&mut self, number: &Number) -> Result<Option<Request>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM request r WHERE r.number = $1"), params![number], read)
    }

    /// The request that a source knows by this key.
    ///
    /// # Errors
    /// The engine's.
    pub fn request_by_source(&mut self, key: &str) -> Result<Option<Request>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM request r WHERE r.source_key = $1"), params![key], read)
    }

    /// The requests that a case deals with, first one first.
    ///
    /// # Errors
    /// The engine's.
    pub fn requests_of(&mut self, case: CaseId) -> Result<Vec<Request>, StoreError> {
        self.all(
            &format!("SELECT {COLUMNS} FROM request r WHERE r.case_id = $1 ORDER BY r.id"),
            params![case],
            read,
        )
    }
}

impl ReadTx<'_> {
    /// What was said in some cases, request by request: the case, who may know the person, and the words.
    ///
    /// # Errors
    /// The engine's.
    pub fn words_of(&mut self, cases: &[CaseId]) -> Result<Vec<(CaseId, Privacy, String)>, StoreError> {
        let mut sql =
            Sql::new("SELECT r.case_id, r.privacy, r.title, r.body FROM request r WHERE r.case_id IN (");
        sql.bind_all(cases.iter().copied()).push(") ORDER BY r.case_id, r.id");
        self.all(&sql.text, &sql.params(), |row| {
            let privacy = code("privacy", row.int(1)?, Privacy::from_code)?;
            Ok((CaseId(row.int(0)?), privacy, format!("{}\n{}", row.str(2)?, row.str(3)?)))
        })
    }
}

impl WriteTx<'_> {
    /// Puts a request, with what came with it and what was told about it, into another case.
    ///
    /// # Errors
    /// The engine's.
    pub fn move_request(&mut self, id: RequestId, to: CaseId) -> Result<(), StoreError> {
        self.exec("UPDATE request SET case_id = $1 WHERE id = $2", params![to, id])?;
        for table in ["media", "notice", "letter", "partner_request"] {
            self.exec(&format!("UPDATE {table} SET case_id = $1 WHERE request_id = $2"), params![to, id])?;
        }
        Ok(())
    }

    /// Keeps what was answered to the questions of a category.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_details(&mut self, id: RequestId, details: &[Detail]) -> Result<(), StoreError> {
        let body = written_details(details)?;
        self.exec("UPDATE request SET details = $1 WHERE id = $2", params![&body, id])?;
        Ok(())
    }

    /// Takes in a request, unless its number or its source key is there already; with the salt and the digest of its
    /// words, [`duban_domain::proof::leaf::words`].
    ///
    /// # Errors
    /// The engine's; a number or key that is taken is an answer and not an error.
    pub fn insert_request(
        &mut self,
        request: &Request,
        (salt, digest): &(Salt, Hash),
    ) -> Result<Inserted, StoreError> {
        let (lng, lat) = (request.place.point.map(|p| p.lng_e7), request.place.point.map(|p| p.lat_e7));
        let details = written_details(&request.details)?;
        let written = self.exec(
            "INSERT INTO request (id, case_id, number, source_key, kind, channel, title, body, place_words, division,
                lng_e7, lat_e7, privacy, person_id, received_at, details, salt, digest)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING",
            params![
                request.id,
                request.case,
                &request.number,
                &request.source_key,
                request.kind.code(),
                request.channel.code(),
                &request.title,
                &request.text,
                &request.place.words,
                &request.place.division,
                lng,
                lat,
                request.privacy.code(),
                request.person,
                request.received_at,
                &details,
                &salt[..],
                &digest[..],
            ],
        )?;
        if written > 0 {
            return Ok(Inserted::Done);
        }
        if let Some(key) = request.source_key.as_deref() {
            let known =
                self.first("SELECT id FROM request WHERE source_key = $1", params![key], |row| row.int(0))?;
            if let Some(id) = known {
                return Ok(Inserted::SourceKnown(RequestId(id)));
            }
        }
        Ok(Inserted::NumberTaken)
    }
}
