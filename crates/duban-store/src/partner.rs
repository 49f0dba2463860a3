//! Other systems (外部系统): which requests they handed in, what they reported, and what they may be
//! told.

use duban_domain::{CaseId, EventId, Number, RequestId, Stamp, id, policy::Reach, request::Privacy};

use crate::{ReadTx, StoreError, WriteTx, list, sql::Sql, value::params};

/// What other systems may be told of: kinds of events, whose, and when they were recorded.
#[derive(Clone, Debug)]
pub struct NewsQuery {
    /// The kinds.
    pub kinds: &'static [&'static str],
    /// From (included) to (excluded).
    pub window: (Stamp, Stamp),
    /// Cases within reach.
    pub reach: Reach,
    /// Only what is on the public page.
    pub public_only: bool,
    /// Of cases that this system handed in.
    pub partner: Option<String>,
    /// Rows to leave out first.
    pub skip: i64,
    /// Rows to give.
    pub limit: i64,
}

/// One event that another system may be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsRow {
    /// The event.
    pub id: EventId,
    /// Its case.
    pub case: CaseId,
    /// Its kind.
    pub kind: String,
    /// The number of the case.
    pub number: Number,
}

impl ReadTx<'_> {
    /// The numbers under which a system handed in what it calls by this reference, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn requests_by_reference(
        &mut self,
        partner: &str,
        reference: &str,
    ) -> Result<Vec<Number>, StoreError> {
        if reference.contains('\0') {
            return Ok(Vec::new());
        }
        self.all(
            "SELECT r.number FROM partner_request p JOIN request r ON r.id = p.request_id
             WHERE p.partner = $1 AND p.reference = $2 ORDER BY p.request_id DESC LIMIT 100",
            params![partner, reference],
            |row| row.number(0),
        )
    }

    /// The system that handed in a request, and how it calls it.
    ///
    /// # Errors
    /// The engine's.
    pub fn partner_of(&mut self, request: RequestId) -> Result<Option<(String, Option<String>)>, StoreError> {
        self.first(
            "SELECT partner, reference FROM partner_request WHERE request_id = $1",
            params![request],
            |row| Ok((row.text(0)?, row.opt_text(1)?)),
        )
    }
}

impl ReadTx<'_> {
    /// Events that other systems may be told of, oldest first. Ids of events begin with the instant of
    /// their recording, so a window is a range of ids.
    ///
    /// # Errors
    /// The engine's.
    pub fn news(&mut self, query: &NewsQuery) -> Result<Vec<NewsRow>, StoreError> {
        let (from, to) = query.window;
        let mut sql = Sql::new(
            "SELECT e.id, e.case_id, e.kind, c.number FROM event e CROSS JOIN case_row c
             WHERE c.id = e.case_id AND e.id >= ",
        );
        sql.bind(id::mint(from, 0)).push(" AND e.id < ").bind(id::mint(to, 0));
        sql.push(" AND e.kind IN (").bind_all(query.kinds.iter().copied()).push(")");
        if query.public_only {
            sql.push(" AND EXISTS (SELECT 1 FROM public_case o WHERE o.case_id = c.id)");
        }
        if let Some(partner) = query.partner.as_deref() {
            sql.push(" AND EXISTS (SELECT 1 FROM partner_request p WHERE p.case_id = c.id AND p.partner = ")
                .bind(partner)
                .push(") AND c.privacy <> ")
                .bind(Privacy::Confidential.code());
        }
        list::within(&mut sql, &query.reach, "c.id");
        sql.push(" ORDER BY e.id LIMIT ").bind(query.limit).push(" OFFSET ").bind(query.skip);
        self.all(&sql.text, &sql.params(), |row| {
            Ok(NewsRow {
                id: EventId(row.int(0)?),
                case: CaseId(row.int(1)?),
                kind: row.text(2)?,
                number: row.number(3)?,
            })
        })
    }

    /// The numbers of a case's requests that a system handed in, first one first.
    ///
    /// # Errors
    /// The engine's.
    pub fn partner_numbers(&mut self, case: CaseId, partner: &str) -> Result<Vec<Number>, StoreError> {
        self.all(
            "SELECT r.number FROM partner_request p JOIN request r ON r.id = p.request_id
             WHERE p.case_id = $1 AND p.partner = $2 ORDER BY p.request_id",
            params![case, partner],
            |row| row.number(0),
        )
    }
}

impl WriteTx<'_> {
    /// Keeps that a report was taken in; whether it was new.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_update(
        &mut self,
        source: &str,
        update: &str,
        case: CaseId,
        at: Stamp,
    ) -> Result<bool, StoreError> {
        let written = self.exec(
            "INSERT INTO partner_update (source, update_id, case_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            params![source, update, case, at],
        )?;
        Ok(written > 0)
    }

    /// Keeps which system handed in a request.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_partner(
        &mut self,
        request: RequestId,
        case: CaseId,
        partner: &str,
        reference: Option<&str>,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO partner_request (request_id, case_id, partner, reference) VALUES ($1, $2, $3, $4)
             ON CONFLICT (request_id) DO NOTHING",
            params![request, case, partner, reference],
        )
        .map(|_| ())
    }
}
