//! Orders to the bank (付款批次): batches, payments, and what the bank said of each. A payment is answered once.

use duban_domain::{Stamp, ledger::Fen, service::application::PaymentState};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    value::{Row, params},
};

/// An order to the bank (付款批次).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// Its id.
    pub id: i64,
    /// Its number, which the bank sees.
    pub number: String,
    /// Of which service.
    pub service: String,
    /// When it was made.
    pub made_at: Stamp,
    /// By whom.
    pub made_by: String,
    /// How many payments.
    pub count: i64,
    /// How much together.
    pub fen: Fen,
    /// When the bank last answered.
    pub answered_at: Option<Stamp>,
}

/// A payment of a batch (付款).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// Its id.
    pub id: i64,
    /// Its batch.
    pub batch: i64,
    /// For which application.
    pub application: i64,
    /// In which round of it.
    pub round: i64,
    /// What the bank calls it in its answer.
    pub reference: String,
    /// How much.
    pub fen: Fen,
    /// 结果
    pub state: PaymentState,
    /// The bank's reason, as a code.
    pub reason: String,
    /// The bank's own reference.
    pub bank_reference: String,
    /// When the answer was read.
    pub answered_at: Option<Stamp>,
}

const BATCH: &str = "id, number, service, made_at, made_by, count, fen, answered_at";
const PAYMENT: &str =
    "id, batch, application, round, reference, fen, state, reason, bank_reference, answered_at";

fn batch(row: &Row<'_>) -> Result<BatchRow, StoreError> {
    Ok(BatchRow {
        id: row.int(0)?,
        number: row.text(1)?,
        service: row.text(2)?,
        made_at: Stamp(row.int(3)?),
        made_by: row.text(4)?,
        count: row.int(5)?,
        fen: Fen(row.int(6)?),
        answered_at: row.opt_int(7)?.map(Stamp),
    })
}

fn payment(row: &Row<'_>) -> Result<PaymentRow, StoreError> {
    Ok(PaymentRow {
        id: row.int(0)?,
        batch: row.int(1)?,
        application: row.int(2)?,
        round: row.int(3)?,
        reference: row.text(4)?,
        fen: Fen(row.int(5)?),
        state: code("the state of a payment", row.int(6)?, PaymentState::from_code)?,
        reason: row.text(7)?,
        bank_reference: row.text(8)?,
        answered_at: row.opt_int(9)?.map(Stamp),
    })
}

impl ReadTx<'_> {
    /// The batch with this number.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_batch(&mut self, number: &str) -> Result<Option<BatchRow>, StoreError> {
        self.first(&format!("SELECT {BATCH} FROM hall_batch WHERE number = $1"), params![number], batch)
    }

    /// The batches, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_batches(&mut self, limit: i64) -> Result<Vec<BatchRow>, StoreError> {
        self.all(&format!("SELECT {BATCH} FROM hall_batch ORDER BY id DESC LIMIT $1"), params![limit], batch)
    }

    /// The payments of a batch, in order.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_payments(&mut self, batch: i64) -> Result<Vec<PaymentRow>, StoreError> {
        let sql = format!("SELECT {PAYMENT} FROM hall_payment WHERE batch = $1 ORDER BY id");
        self.all(&sql, params![batch], payment)
    }

    /// The payments of an application, in order.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_payments_of(&mut self, application: i64) -> Result<Vec<PaymentRow>, StoreError> {
        let sql = format!("SELECT {PAYMENT} FROM hall_payment WHERE application = $1 ORDER BY id");
        self.all(&sql, params![application], payment)
    }

    /// How many payments there are of each result, and how much.
    ///
    /// # Errors
    /// The engine's.
    pub fn hall_payment_sums(&mut self) -> Result<Vec<(PaymentState, i64, Fen)>, StoreError> {
        let sql = "SELECT state, count(*), CAST(sum(fen) AS BIGINT) FROM hall_payment GROUP BY state ORDER BY state";
        self.all(sql, params![], |row| {
            let state = code("the state of a payment", row.int(0)?, PaymentState::from_code)?;
            Ok((state, row.int(1)?, Fen(row.int(2)?)))
        })
    }
}

impl WriteTx<'_> {
    /// Writes a batch.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_hall_batch(&mut self, b: &BatchRow) -> Result<(), StoreError> {
        self.exec(
            &format!("INSERT INTO hall_batch ({BATCH}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
            params![b.id, &b.number, &b.service, b.made_at, &b.made_by, b.count, b.fen.0, b.answered_at],
        )
        .map(|_| ())
    }

    /// Writes when the bank answered.
    ///
    /// # Errors
    /// The engine's.
    pub fn answer_hall_batch(&mut self, id: i64, at: Stamp) -> Result<(), StoreError> {
        self.exec("UPDATE hall_batch SET answered_at = $1 WHERE id = $2", params![at, id]).map(|_| ())
    }

    /// Writes a payment.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_hall_payment(&mut self, p: &PaymentRow) -> Result<(), StoreError> {
        self.exec(
            &format!("INSERT INTO hall_payment ({PAYMENT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
            params![
                p.id,
                p.batch,
                p.application,
                p.round,
                &p.reference,
                p.fen.0,
                p.state.code(),
                &p.reason,
                &p.bank_reference,
                p.answered_at,
            ],
        )
        .map(|_| ())
    }

    /// Writes what the bank said of a payment that waits for it.
    ///
    /// # Errors
    /// The engine's; `Conflict` when it was answered meanwhile.
    pub fn answer_hall_payment(&mut self, p: &PaymentRow) -> Result<(), StoreError> {
        let done = self.exec(
            "UPDATE hall_payment SET state = $1, reason = $2, bank_reference = $3, answered_at = $4
             WHERE id = $5 AND state = 1",
            params![p.state.code(), &p.reason, &p.bank_reference, p.answered_at, p.id],
        )?;
        if done == 1 { Ok(()) } else { Err(StoreError::Conflict { what: "a payment" }) }
    }
}
