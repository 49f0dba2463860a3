//! Paying: what was agreed goes to the bank in a batch, and what the bank says of it is read back. A payment that it returned
//! goes to be mended and out again in a new round; one that was paid is never sent again.

use duban_domain::{
    Refusal,
    ledger::{Fen, TransferKind},
    policy::{allow, verb},
    service::{
        FieldKind, HallRefusal,
        application::{PaymentState, Stage, Step},
        bank::BankReason,
    },
};
use duban_store::{BatchRow, PaymentRow, StoreError, WriteTx};

use super::{
    apply::of_kind,
    bank::{self, Answer, Order, Outcome, Payee},
    claimed, end, no, opened, service, step,
};
use crate::{AppError, Ctx, wiring::Result};

/// Payments of one batch.
const BATCH_MAX: i64 = 500;
/// Batches that a page lists.
const LISTED: i64 = 60;
/// Bytes of an answer.
const ANSWER_MAX: usize = 4 << 20;

/// A batch with its payments (批次).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchLook {
    /// The batch.
    pub row: BatchRow,
    /// Its payments, each with the number of its application.
    pub payments: Vec<(PaymentRow, String)>,
}

/// What came of an answer (回单结果).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Paid now.
    pub paid: usize,
    /// Returned now.
    pub failed: usize,
    /// Still on their way.
    pub open: usize,
    /// Told before, and the same.
    pub known: usize,
}

/// Puts all that waits to be paid into a batch; its number.
pub fn make_batch(ctx: &Ctx, key: &str) -> Result<String> {
    allow::<verb::HallPay>(&ctx.who)?;
    let service = service(&ctx.app, key)?;
    ctx.app.store.write(|tx| {
        let mut rows = tx.hall_applications_for_update(Stage::Payable, BATCH_MAX)?;
        rows.retain(|row| row.service == service.key);
        if rows.is_empty() {
            return Err(no(HallRefusal::NothingWaits));
        }
        let date = ctx.now.date(&ctx.app.city.zone);
        let id = ctx.app.hall_id();
        let day = format!("B{:04}{:02}{:02}", date.year(), date.month(), date.day());
        let batch = BatchRow {
            id,
            // The end of the id keeps batches of one day apart; the bank wants 35 signs at most.
            number: format!("{day}-{:06}", id.rem_euclid(1_000_000)),
            service: service.key.clone(),
            made_at: ctx.now,
            made_by: ctx.who.name.clone(),
            count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
            fen: Fen(rows.iter().map(|row| row.sum.payable().0).sum()),
            answered_at: None,
        };
        tx.insert_hall_batch(&batch)?;
        for row in &mut rows {
            tx.insert_hall_payment(&PaymentRow {
                id: ctx.app.hall_id(),
                batch: id,
                application: row.id,
                round: row.round,
                reference: format!("{}-{}", row.number, row.round),
                fen: row.sum.payable(),
                state: PaymentState::Sent,
                reason: String::new(),
                bank_reference: String::new(),
                answered_at: None,
            })?;
            step(ctx, tx, row, Step::Send, "")?;
        }
        Ok(batch.number)
    })
}

/// The batches, newest first.
pub fn batches(ctx: &Ctx) -> Result<Vec<BatchRow>> {
    allow::<verb::HallPay>(&ctx.who)?;
    Ok(ctx.app.store.read(|tx| tx.hall_batches(LISTED))?)
}

/// A batch.
pub fn batch(ctx: &Ctx, number: &str) -> Result<BatchLook> {
    allow::<verb::HallPay>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let row = tx.hall_batch(number)?.ok_or(Refusal::NotFound)?;
        let mut payments = Vec::new();
        for payment in tx.hall_payments(row.id)? {
            let of =
                tx.hall_application_by_id(payment.application)?.map(|row| row.number).unwrap_or_default();
            payments.push((payment, of));
        }
        Ok(BatchLook { row, payments })
    })
}

/// The order of a batch, as the bank reads it: only what it has not answered yet.
pub fn order(ctx: &Ctx, number: &str) -> Result<String> {
    allow::<verb::HallPay>(&ctx.who)?;
    let (app, zone) = (&ctx.app, &ctx.app.city.zone);
    let (row, payees) = app.store.read(|tx| {
        let row = tx.hall_batch(number)?.ok_or(Refusal::NotFound)?;
        let (service, mut payees) = (service(app, &row.service)?, Vec::new());
        for payment in tx.hall_payments(row.id)? {
            if payment.state != PaymentState::Sent {
                continue;
            }
            let of = tx.hall_application_by_id(payment.application)?.ok_or(Refusal::NotFound)?;
            let fields = opened(app, &of)?;
            let field = |kind| of_kind(service, &fields, kind).unwrap_or_default().to_owned();
            payees.push(Payee {
                reference: payment.reference,
                fen: payment.fen,
                name: field(FieldKind::BankName),
                account: field(FieldKind::BankCard),
            });
        }
        Ok::<_, AppError>((row, payees))
    })?;
    if payees.is_empty() {
        return Err(no(HallRefusal::NothingWaits));
    }
    let service = service(app, &row.service)?;
    let account = service.account.as_ref().ok_or_else(|| no(HallRefusal::UnknownService))?;
    bank::pain_001(&Order {
        number: &row.number,
        at: duban_domain::stamp::to_w3c(row.made_at, zone),
        // A bank refuses a day that has passed: who brings Friday's order on Monday asks for Monday.
        day: row.made_at.max(ctx.now).date(zone).to_string(),
        account,
        remark: service.name.zh.clone(),
        payments: payees,
    })
}

/// Reads an answer of the bank to a batch: all of it, or nothing when any of it does not fit.
pub fn answer(ctx: &Ctx, number: &str, bytes: &[u8]) -> Result<Read> {
    allow::<verb::HallPay>(&ctx.who)?;
    let wrong = |what: String| no(HallRefusal::BankAnswer(what));
    if bytes.len() > ANSWER_MAX {
        return Err(wrong("太大 (too large)".to_owned()));
    }
    let said = bank::read(bytes).map_err(wrong)?;
    if said.batch.as_deref().is_some_and(|batch| batch != number) {
        return Err(wrong(format!(
            "它说的是批次 {} (it is about another batch)",
            said.batch.unwrap_or_default()
        )));
    }
    ctx.app.store.write(|tx| {
        let row = tx.hall_batch(number)?.ok_or(Refusal::NotFound)?;
        let payments = tx.hall_payments(row.id)?;
        let mut read = Read::default();
        for outcome in of_all(&said, &payments) {
            let payment = payments.iter().find(|payment| payment.reference == outcome.reference);
            let payment =
                payment.ok_or_else(|| wrong(format!("没有 {} (no such payment)", outcome.reference)))?;
            if outcome.fen.is_some_and(|fen| fen != payment.fen) {
                return Err(wrong(format!("{} 金额不对 (another amount)", outcome.reference)));
            }
            one(ctx, tx, payment, &outcome, &mut read)?;
        }
        tx.answer_hall_batch(row.id, ctx.now)?;
        Ok(read)
    })
}

/// What is said of each payment; of all when the batch was refused as a whole.
fn of_all(said: &Answer, payments: &[PaymentRow]) -> Vec<Outcome> {
    let Some(reason) = said.all else { return said.outcomes.clone() };
    let failed = |payment: &PaymentRow| Outcome {
        reference: payment.reference.clone(),
        state: PaymentState::Failed,
        reason: Some(reason),
        fen: None,
        bank_reference: String::new(),
    };
    payments.iter().map(failed).collect()
}

fn one(
    ctx: &Ctx,
    tx: &mut WriteTx<'_>,
    payment: &PaymentRow,
    outcome: &Outcome,
    read: &mut Read,
) -> Result<()> {
    match (payment.state, outcome.state) {
        (_, PaymentState::Sent) => {
            read.open += 1;
            return Ok(());
        }
        (was, now) if was == now => {
            read.known += 1;
            return Ok(());
        }
        (PaymentState::Sent, _) => {}
        // Money that has arrived does not come back by a file; somebody must talk to the bank.
        _ => {
            let what = format!("{} 以前回的不是这样 (it was told otherwise before)", outcome.reference);
            return Err(no(HallRefusal::BankAnswer(what)));
        }
    }
    let number = tx.hall_application_by_id(payment.application)?.ok_or(Refusal::NotFound)?.number;
    let mut row = claimed(tx, &number)?;
    let reason = outcome.reason.map_or("", BankReason::key);
    tx.answer_hall_payment(&PaymentRow {
        state: outcome.state,
        reason: reason.to_owned(),
        bank_reference: outcome.bank_reference.clone(),
        answered_at: Some(ctx.now),
        ..payment.clone()
    })
    .map_err(|error| match error {
        StoreError::Conflict { .. } => no(HallRefusal::Elsewhere(row.stage)),
        other => other.into(),
    })?;
    let paid = outcome.state == PaymentState::Paid;
    let (what, kind) =
        if paid { (Step::Settle, TransferKind::Settle) } else { (Step::Bounce, TransferKind::Void) };
    *(if paid { &mut read.paid } else { &mut read.failed }) += 1;
    end(&ctx.app, tx, &row, kind)?;
    step(ctx, tx, &mut row, what, reason)
}
