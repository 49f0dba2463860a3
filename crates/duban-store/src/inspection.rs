//! Inspections (质检): a row for each that was drawn; what happened to it is in its body.

use duban_domain::{
    CaseId, StaffId, Stamp,
    quality::{Inspection, InspectionState, Subject},
};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    sql::Sql,
    value::{Row, params},
};

/// An inspection as it is kept (质检记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectionRow {
    /// Its id.
    pub id: i64,
    /// What is inspected.
    pub kind: Subject,
    /// The call's or case's id.
    pub subject: i64,
    /// The number of the case; empty for a call that led to none.
    pub number: String,
    /// The operator concerned, for a call.
    pub agent: Option<StaffId>,
    /// The unit concerned; of a call none.
    pub unit: String,
    /// The name of whoever is concerned, as it was when drawn.
    pub whose: String,
    /// When it was drawn.
    pub drawn_at: Stamp,
    /// What happened to it.
    pub body: Inspection,
}

/// What is known of one operator's or unit's inspections (质检统计).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectionSums {
    /// Who.
    pub whose: String,
    /// Drawn.
    pub drawn: i64,
    /// Inspected.
    pub marked: i64,
    /// Points together.
    pub points: i64,
    /// Passed.
    pub passed: i64,
    /// Appealed.
    pub appealed: i64,
    /// Changed by an appeal.
    pub changed: i64,
}

/// Which inspections to list.
#[derive(Clone, Debug, Default)]
pub struct InspectionQuery {
    /// Drawn at or after, and before.
    pub between: Option<(Stamp, Stamp)>,
    /// In this state only.
    pub state: Option<InspectionState>,
    /// Of this operator or of these units.
    pub concerned: Option<(StaffId, Vec<String>)>,
    /// Of whoever has this name.
    pub whose: Option<String>,
    /// At most so many.
    pub limit: i64,
}

const COLUMNS: &str = "id, kind, subject, number, agent, unit, whose, drawn_at, body";

fn read(row: &Row<'_>) -> Result<InspectionRow, StoreError> {
    let body = row.text(8)?;
    Ok(InspectionRow {
        id: row.int(0)?,
        kind: code("what is inspected", row.int(1)?, Subject::from_code)?,
        subject: row.int(2)?,
        number: row.text(3)?,
        agent: row.opt_int(4)?.map(StaffId),
        unit: row.text(5)?,
        whose: row.text(6)?,
        drawn_at: Stamp(row.int(7)?),
        body: serde_json::from_str(&body).map_err(|_| StoreError::unreadable("an inspection", &body))?,
    })
}

fn narrow<'q>(sql: &mut Sql<'q>, query: &'q InspectionQuery) {
    sql.push(" WHERE 1 = 1");
    if let Some((from, to)) = query.between {
        sql.push(" AND drawn_at >= ").bind(from).push(" AND drawn_at < ").bind(to);
    }
    if let Some(state) = query.state {
        sql.push(" AND state = ").bind(state.code());
    }
    if let Some(whose) = query.whose.as_deref() {
        sql.push(" AND whose = ").bind(whose);
    }
    if let Some((agent, units)) = &query.concerned {
        sql.push(" AND (agent = ").bind(*agent).push(" OR unit IN (");
        sql.bind_all(units.iter().map(String::as_str)).push("))");
    }
}

impl ReadTx<'_> {
    /// An inspection.
    ///
    /// # Errors
    /// The engine's.
    pub fn inspection(&mut self, id: i64) -> Result<Option<InspectionRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM inspection WHERE id = $1"), params![id], read)
    }

    /// Inspections, latest drawn first.
    ///
    /// # Errors
    /// The engine's.
    pub fn inspections(&mut self, query: &InspectionQuery) -> Result<Vec<InspectionRow>, StoreError> {
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM inspection");
        narrow(&mut sql, query);
        sql.push(" ORDER BY id DESC LIMIT ").bind(query.limit);
        self.all(&sql.text, &sql.params(), read)
    }

    /// Sums for each operator and unit.
    ///
    /// # Errors
    /// The engine's.
    pub fn inspection_sums(&mut self, query: &InspectionQuery) -> Result<Vec<InspectionSums>, StoreError> {
        let mut sql = Sql::new(
            "SELECT whose, count(*), count(score), CAST(coalesce(sum(score), 0) AS BIGINT),
                CAST(coalesce(sum(passed), 0) AS BIGINT), CAST(coalesce(sum(appealed), 0) AS BIGINT),
                CAST(coalesce(sum(changed), 0) AS BIGINT) FROM inspection",
        );
        narrow(&mut sql, query);
        sql.push(" GROUP BY whose ORDER BY whose");
        self.all(&sql.text, &sql.params(), |row| {
            Ok(InspectionSums {
                whose: row.text(0)?,
                drawn: row.int(1)?,
                marked: row.int(2)?,
                points: row.int(3)?,
                passed: row.int(4)?,
                appealed: row.int(5)?,
                changed: row.int(6)?,
            })
        })
    }

    /// Ids and lead units of cases that were closed in a time, for a draw.
    ///
    /// # Errors
    /// The engine's.
    pub fn closed_between(
        &mut self,
        from: Stamp,
        to: Stamp,
        limit: i64,
    ) -> Result<Vec<(CaseId, String)>, StoreError> {
        self.all(
            "SELECT id, owner FROM case_row WHERE closed_at >= $1 AND closed_at < $2 ORDER BY closed_at, id LIMIT $3",
            params![from, to, limit],
            |row| Ok((CaseId(row.int(0)?), row.text(1)?)),
        )
    }
}

impl WriteTx<'_> {
    /// An inspection, locked for this transaction.
    ///
    /// # Errors
    /// The engine's.
    pub fn inspection_for_update(&mut self, id: i64) -> Result<Option<InspectionRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM inspection WHERE id = $1{}", self.dialect().for_update());
        self.first(&sql, params![id], read)
    }

    /// Keeps what was drawn; whether it had not been drawn before.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_inspection(&mut self, row: &InspectionRow) -> Result<bool, StoreError> {
        let body =
            serde_json::to_string(&row.body).map_err(|_| StoreError::unreadable("an inspection", row.id))?;
        let written = self.exec(
            "INSERT INTO inspection (id, kind, subject, number, agent, unit, whose, drawn_at, body, state, appealed, changed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0) ON CONFLICT DO NOTHING",
            params![
                row.id,
                row.kind.code(),
                row.subject,
                &row.number,
                row.agent,
                &row.unit,
                &row.whose,
                row.drawn_at,
                &body,
                row.body.state().code(),
            ],
        )?;
        Ok(written > 0)
    }

    /// Writes what happened to an inspection; from so many points on it is passed.
    ///
    /// # Errors
    /// The engine's.
    pub fn update_inspection(&mut self, row: &InspectionRow, pass: u32) -> Result<(), StoreError> {
        let body =
            serde_json::to_string(&row.body).map_err(|_| StoreError::unreadable("an inspection", row.id))?;
        let score = row.body.score();
        self.exec(
            "UPDATE inspection SET body = $1, state = $2, score = $3, passed = $4, appealed = $5, changed = $6 WHERE id = $7",
            params![
                &body,
                row.body.state().code(),
                score.map(i64::from),
                score.map(|score| i64::from(score >= pass)),
                row.body.appealed.is_some(),
                row.body.changed.is_some(),
                row.id,
            ],
        )
        .map(|_| ())
    }
}
