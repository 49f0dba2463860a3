//! Reports that were frozen (报告), and months that were published (公开月报). What is in them is
//! the use case's to know; here they are texts with a period.

use duban_domain::{EventId, ReportId, Stamp};

use crate::{
    ReadTx, StoreError, WriteTx,
    value::{Row, params},
};

/// A frozen report (报告).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// Its id.
    pub id: ReportId,
    /// `day`, `week` or `month`.
    pub kind: String,
    /// First day, counted as the figures count days.
    pub first: i64,
    /// Last day.
    pub last: i64,
    /// The numbers are as they were at this instant.
    pub cutoff: Stamp,
    /// The newest event they know.
    pub mark: EventId,
    /// Who froze it.
    pub made_by: String,
    /// The numbers, as JSON.
    pub body: String,
}

const COLUMNS: &str = "id, kind, first_day, last_day, cutoff_at, mark, made_by, body";

fn read(row: &Row<'_>) -> Result<ReportRow, StoreError> {
    Ok(ReportRow {
        id: ReportId(row.int(0)?),
        kind: row.text(1)?,
        first: row.int(2)?,
        last: row.int(3)?,
        cutoff: Stamp(row.int(4)?),
        mark: EventId(row.int(5)?),
        made_by: row.text(6)?,
        body: row.text(7)?,
    })
}

impl ReadTx<'_> {
    /// The newest reports.
    ///
    /// # Errors
    /// The engine's.
    pub fn reports(&mut self, limit: i64) -> Result<Vec<ReportRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM report ORDER BY id DESC LIMIT $1");
        self.all(&sql, params![limit], read)
    }

    /// One report.
    ///
    /// # Errors
    /// The engine's.
    pub fn report(&mut self, id: ReportId) -> Result<Option<ReportRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM report WHERE id = $1");
        self.first(&sql, params![id], read)
    }

    /// What was published about the month that begins on a day.
    ///
    /// # Errors
    /// The engine's.
    pub fn public_month(&mut self, first: i64) -> Result<Option<(Stamp, String)>, StoreError> {
        let sql = "SELECT made_at, body FROM public_month WHERE first_day = $1";
        self.first(sql, params![first], |row| Ok((Stamp(row.int(0)?), row.text(1)?)))
    }
}

impl WriteTx<'_> {
    /// Keeps a report.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_report(&mut self, report: &ReportRow) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO report ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
        self.exec(
            &sql,
            params![
                report.id,
                &report.kind,
                report.first,
                report.last,
                report.cutoff,
                report.mark,
                &report.made_by,
                &report.body
            ],
        )?;
        Ok(())
    }

    /// Publishes a month, unless it is out already: what is out stays as it is.
    ///
    /// # Errors
    /// The engine's.
    pub fn publish_month(&mut self, first: i64, at: Stamp, body: &str) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO public_month (first_day, made_at, body) VALUES ($1, $2, $3) ON CONFLICT (first_day) DO NOTHING",
            params![first, at, body],
        )?;
        Ok(())
    }
}
