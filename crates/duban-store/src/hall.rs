//! The hall (办事大厅): registered cards, and applications with what happened to them.
//!
//! What names somebody is sealed bytes here, found by keyed hashes. Orders to the bank are in [`crate::hall_pay`], the
//! money itself in [`crate::ledger`].

use duban_domain::{
    StaffId, Stamp,
    ledger::Fen,
    service::application::{Stage, Step, Sum},
};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    value::{Row, params},
};

/// A registered card (登记的卡).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardRow {
    /// Its id.
    pub id: i64,
    /// Of which service.
    pub service: String,
    /// What the number is found by.
    pub number_hash: Vec<u8>,
    /// The number, sealed.
    pub number: Vec<u8>,
    /// What the holder's identity number is found by.
    pub holder_hash: Option<Vec<u8>>,
    /// Name and identity number of the holder, sealed.
    pub holder: Vec<u8>,
    /// The employer that had it made.
    pub unit: String,
    /// Which answers it gives, as JSON.
    pub answers: String,
    /// The deposit that is held.
    pub deposit: Fen,
    /// What is left on it.
    pub balance: Fen,
    /// Since when, as the register says it.
    pub issued: String,
    /// When it was imported.
    pub imported_at: Stamp,
}

/// An application (办件).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    /// Its id.
    pub id: i64,
    /// Its number on the receipt.
    pub number: String,
    /// 事项
    pub service: String,
    /// 情形
    pub situation: String,
    /// The answers, as JSON.
    pub answers: String,
    /// The papers that were seen, with spaces between them.
    pub papers: String,
    /// The card.
    pub card: Option<i64>,
    /// 环节
    pub stage: Stage,
    /// How often it was changed.
    pub version: i64,
    /// How often it was sent to be reviewed.
    pub round: i64,
    /// What is paid, with its parts.
    pub sum: Sum,
    /// What was taken down, sealed.
    pub fields: Vec<u8>,
    /// Who took it down last.
    pub operator: (StaffId, String),
    /// Who agreed.
    pub reviewer: Option<(StaffId, String)>,
    /// When the person signed.
    pub signed_at: Stamp,
    /// When it was begun.
    pub created_at: Stamp,
    /// When it last changed.
    pub changed_at: Stamp,
}

/// What happened to an application (办件经过).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// When.
    pub at: Stamp,
    /// What.
    pub step: Step,
    /// Where it stood then.
    pub stage: Stage,
    /// Who.
    pub by: (StaffId, String),
    /// In words; nobody is named in them.
    pub words: String,
}

const CARD: &str = "id, service, number_hash, number, holder_hash, holder, unit, answers, deposit, balance, issued, imported_at";
const APPLICATION: &str = "id, number, service, situation, answers, papers, card, stage, version, round, deposit,
    balance, fee, fields, operator_id, operator_name, reviewer_id, reviewer_name, signed_at, created_at, changed_at";
fn card(row: &Row<'_>) -> Result<CardRow, StoreError> {
    Ok(CardRow {
        id: row.int(0)?,
        service: row.text(1)?,
        number_hash: row.blob(2)?,
        number: row.blob(3)?,
        holder_hash: row.opt_blob(4)?,
        holder: row.blob(5)?,
        unit: row.text(6)?,
        answers: row.text(7)?,
        deposit: Fen(row.int(8)?),
        balance: Fen(row.int(9)?),
        issued: row.text(10)?,
        imported_at: Stamp(row.int(11)?),
    })
}

fn application(row: &Row<'_>) -> Result<ApplicationRow, StoreError> {
    let reviewer = row.opt_int(16)?;
    Ok(ApplicationRow {
        id: row.int(0)?,
        number: row.text(1)?,
        service: row.text(2)?,
        situation: row.text(3)?,
        answers: row.text(4)?,
        papers: row.text(5)?,
        card: row.opt_int(6)?,
        stage: code("the stage of an application", row.int(7)?, Stage::from_code)?,
        version: row.int(8)?,
        round: row.int(9)?,
        sum: Sum { deposit: Fen(row.int(10)?), balance: Fen(row.int(11)?), fee: Fen(row.int(12)?) },
        fields: row.blob(13)?,
        operator: (StaffId(row.int(14)?), row.text(15)?),
        reviewer: match reviewer {
            Some(id) => Some((StaffId(id), row.text(17)?)),
            None => None,
        },
        signed_at: Stamp(row.int(18)?),
        created_at: Stamp(row.int(19)?),
        changed_at: Stamp(row.int(20)?),
    })
}

fn step(row: &Row<'_>) -> Result<StepRow, StoreError> {
    Ok(StepRow {
        at: Stamp(row.int(0)?),
        step: code("a step of an application", row.int(1)?, Step::from_code)?,
        stage: code("the stage of an application", row.int(2)?, Stage::from_code)?,
        by: (StaffId(row.int(3)?), row.text(4)?),
        words: row.text(5)?,
    })
}

impl ReadTx<'_> {
    /// The card with this number.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_card(&mut self, service: &str, number_hash: &[u8]) -> Result<Option<CardRow>, StoreError> {
        let sql = format!("SELECT {CARD} FROM hall_card WHERE service = $1 AND number_hash = $2");
        self.first(&sql, params![service, number_hash], card)
    }

    /// The card with this id.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_card_by_id(&mut self, id: i64) -> Result<Option<CardRow>, StoreError> {
        self.first(&format!("SELECT {CARD} FROM hall_card WHERE id = $1"), params![id], card)
    }

    /// The cards of a holder, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_cards_of(&mut self, service: &str, holder_hash: &[u8]) -> Result<Vec<CardRow>, StoreError> {
        let sql = format!(
            "SELECT {CARD} FROM hall_card WHERE service = $1 AND holder_hash = $2 ORDER BY id LIMIT 20"
        );
        self.all(&sql, params![service, holder_hash], card)
    }

    /// How many cards are registered.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_card_count(&mut self, service: &str) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM hall_card WHERE service = $1";
        Ok(self.first(sql, params![service], |row| row.int(0))?.unwrap_or(0))
    }

    /// The application with this number.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_application(&mut self, number: &str) -> Result<Option<ApplicationRow>, StoreError> {
        let sql = format!("SELECT {APPLICATION} FROM hall_application WHERE number = $1");
        self.first(&sql, params![number], application)
    }

    /// The application with this id.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_application_by_id(&mut self, id: i64) -> Result<Option<ApplicationRow>, StoreError> {
        let sql = format!("SELECT {APPLICATION} FROM hall_application WHERE id = $1");
        self.first(&sql, params![id], application)
    }

    /// The application for a card that was not withdrawn.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_application_of(&mut self, card: i64) -> Result<Option<ApplicationRow>, StoreError> {
        let sql = format!("SELECT {APPLICATION} FROM hall_application WHERE card = $1 AND stage <> 8");
        self.first(&sql, params![card], application)
    }

    /// The newest application that somebody took down.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_last_of(&mut self, operator: StaffId) -> Result<Option<ApplicationRow>, StoreError> {
        let sql = format!(
            "SELECT {APPLICATION} FROM hall_application WHERE operator_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1"
        );
        self.first(&sql, params![operator], application)
    }

    /// The applications of a stage: those that wait longest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_applications(&mut self, stage: Stage, limit: i64) -> Result<Vec<ApplicationRow>, StoreError> {
        let sql = format!(
            "SELECT {APPLICATION} FROM hall_application WHERE stage = $1 ORDER BY changed_at, id LIMIT $2"
        );
        self.all(&sql, params![stage.code(), limit], application)
    }

    /// How many stand at each stage, and how much they are to get.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_stages(&mut self) -> Result<Vec<(Stage, i64, Fen)>, StoreError> {
        let sql = "SELECT stage, count(*), CAST(sum(deposit + balance - fee) AS BIGINT)
            FROM hall_application GROUP BY stage ORDER BY stage";
        self.all(sql, params![], |row| {
            let stage = code("the stage of an application", row.int(0)?, Stage::from_code)?;
            Ok((stage, row.int(1)?, Fen(row.int(2)?)))
        })
    }

    /// How many applications were taken down since an instant.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_taken_since(&mut self, since: Stamp) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM hall_application WHERE created_at >= $1";
        Ok(self.first(sql, params![since], |row| row.int(0))?.unwrap_or(0))
    }

    /// How many numbers begin like this.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_numbers(&mut self, from: &str, to: &str) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM hall_application WHERE number >= $1 AND number < $2";
        Ok(self.first(sql, params![from, to], |row| row.int(0))?.unwrap_or(0))
    }

    /// What happened to an application, in order.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_steps(&mut self, application: i64) -> Result<Vec<StepRow>, StoreError> {
        let sql =
            "SELECT at, step, stage, by_id, by_name, words FROM hall_step WHERE application = $1 ORDER BY no";
        self.all(sql, params![application], step)
    }
}

impl WriteTx<'_> {
    /// Registers a card.
    ///
    /// # Errors
    /// The engine's; `Taken` when the number is registered.
    pub fn insert_hall_card(&mut self, c: &CardRow) -> Result<(), StoreError> {
        self.exec(
            &format!(
                "INSERT INTO hall_card ({CARD}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            ),
            params![
                c.id,
                &c.service,
                &c.number_hash,
                &c.number,
                c.holder_hash.as_deref(),
                &c.holder,
                &c.unit,
                &c.answers,
                c.deposit.0,
                c.balance.0,
                &c.issued,
                c.imported_at,
            ],
        )
        .map(|_| ())
    }

    /// The application with this number; nobody else changes it until this transaction is done.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_application_for_update(
        &mut self,
        number: &str,
    ) -> Result<Option<ApplicationRow>, StoreError> {
        let lock = self.dialect().for_update();
        let sql = format!("SELECT {APPLICATION} FROM hall_application WHERE number = $1{lock}");
        self.first(&sql, params![number], application)
    }

    /// The applications of a stage, claimed; those that wait longest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_applications_for_update(
        &mut self,
        stage: Stage,
        limit: i64,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        let lock = self.dialect().for_update();
        let sql =
            format!("SELECT {APPLICATION} FROM hall_application WHERE stage = $1 ORDER BY id LIMIT $2{lock}");
        let mut rows = self.all(&sql, params![stage.code(), limit], application)?;
        rows.retain(|row| row.stage == stage);
        Ok(rows)
    }

    /// Writes a new application.
    ///
    /// # Errors
    /// The engine's; `Taken` when the card has one.
    pub fn insert_hall_application(&mut self, a: &ApplicationRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO hall_application ({APPLICATION})
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"
        );
        self.exec(
            &sql,
            params![
                a.id,
                &a.number,
                &a.service,
                &a.situation,
                &a.answers,
                &a.papers,
                a.card,
                a.stage.code(),
                a.version,
                a.round,
                a.sum.deposit.0,
                a.sum.balance.0,
                a.sum.fee.0,
                &a.fields,
                a.operator.0,
                &a.operator.1,
                a.reviewer.as_ref().map(|r| r.0.0),
                a.reviewer.as_ref().map_or("", |r| r.1.as_str()),
                a.signed_at,
                a.created_at,
                a.changed_at,
            ],
        )
        .map(|_| ())
    }

    /// Writes what changes of an application, when it still has the version that was read.
    ///
    /// # Errors
    /// The engine's; `Conflict` when somebody else was faster.
    pub fn put_hall_application(&mut self, a: &ApplicationRow, was: i64) -> Result<(), StoreError> {
        let done = self.exec(
            "UPDATE hall_application SET papers = $1, stage = $2, version = $3, round = $4, fields = $5,
                operator_id = $6, operator_name = $7, reviewer_id = $8, reviewer_name = $9, signed_at = $10,
                changed_at = $11 WHERE id = $12 AND version = $13",
            params![
                &a.papers,
                a.stage.code(),
                a.version,
                a.round,
                &a.fields,
                a.operator.0,
                &a.operator.1,
                a.reviewer.as_ref().map(|r| r.0.0),
                a.reviewer.as_ref().map_or("", |r| r.1.as_str()),
                a.signed_at,
                a.changed_at,
                a.id,
                was,
            ],
        )?;
        if done == 1 { Ok(()) } else { Err(StoreError::Conflict { what: "an application" }) }
    }

    /// Adds to what happened to an application.
    ///
    /// # Errors
    /// The engine's.
    pub fn add_hall_step(&mut self, application: i64, s: &StepRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO hall_step (application, no, at, step, stage, by_id, by_name, words)
             SELECT CAST($1 AS BIGINT), coalesce(max(no), 0) + 1, CAST($2 AS BIGINT), CAST($3 AS BIGINT),
                CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS TEXT), CAST($7 AS TEXT)
             FROM hall_step WHERE application = $1",
            params![application, s.at, s.step.code(), s.stage.code(), s.by.0, &s.by.1, &s.words],
        )
        .map(|_| ())
    }
}
