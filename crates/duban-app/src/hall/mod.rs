//! The hall (办事大厅): applications at a counter from the card to the money on the account. A clerk takes down, a
//! colleague reviews, a third pays; the books move with each step, in the same transaction.
//!
//! `cards` registers and finds cards, `apply` takes down and mends, `review` agrees, `payout` orders the bank and reads
//! its answer, `money` reconciles and closes the day, `look` is what pages show. The queue is not here yet.

mod apply;
mod bank;
#[cfg(test)]
mod bank_tests;
mod cards;
mod look;
mod money;
mod payout;
mod review;

use std::collections::BTreeMap;

use duban_domain::{
    Refusal,
    ledger::{AccountKind, Fen, Part, Transfer, TransferKind},
    policy::{Action, Member},
    service::{
        Answers, HallRefusal, Service,
        application::{Stage, Standing, Step, Sum, next},
    },
};
use duban_store::{ApplicationRow, ReadTx, StepRow, WriteTx};

pub use apply::{Mending, Submission, mend, submit};
pub use bank::{Answer, Outcome};
pub use cards::{Card, Imported, find, import, kind_of};
pub use look::{Desk, Look, Receipt, desk, look, receipt, shown_to_public};
pub use money::{Books, Difference, books, close};
pub use payout::{BatchLook, Read, answer, batch, batches, make_batch, order};
pub use review::{approve, send_back, withdraw};

use crate::{App, AppError, Ctx, wiring::Result};

/// What was taken down: field → what was typed.
pub type Filled = BTreeMap<String, String>;

/// Where the fields of an application are sealed.
const FIELDS: &str = "hall_application.fields";

/// The service with this key.
pub(crate) fn service<'a>(app: &'a App, key: &str) -> Result<&'a Service> {
    Ok(app.city.service(key).ok_or(HallRefusal::UnknownService).map_err(Refusal::from)?)
}

fn no(refusal: HallRefusal) -> AppError {
    Refusal::from(refusal).into()
}

/// Whether somebody has anything to do at the hall.
pub fn may_enter(who: &Member) -> Result<()> {
    let any = [Action::Hall, Action::HallReview, Action::HallPay].into_iter().any(|action| who.can(action));
    if any { Ok(()) } else { Err(Refusal::MayNot(Action::Hall).into()) }
}

/// The application, claimed.
fn claimed(tx: &mut WriteTx<'_>, number: &str) -> Result<ApplicationRow> {
    Ok(tx.hall_application_for_update(number)?.ok_or(Refusal::NotFound)?)
}

/// Takes a step: the stage it leads to, written with what happened.
fn step(ctx: &Ctx, tx: &mut WriteTx<'_>, row: &mut ApplicationRow, step: Step, words: &str) -> Result<()> {
    let refund = row.card.is_some();
    let standing = Standing { stage: row.stage, refund, operator: row.operator.0 };
    row.stage = next(standing, step, ctx.who.id).map_err(no)?;
    let was = row.version;
    row.version += 1;
    row.changed_at = ctx.now;
    tx.put_hall_application(row, was)?;
    noted(ctx, tx, row, step, words)
}

fn noted(ctx: &Ctx, tx: &mut WriteTx<'_>, row: &ApplicationRow, step: Step, words: &str) -> Result<()> {
    let by = (ctx.who.id, ctx.who.name.clone());
    let words = duban_domain::sensitive::mask(words);
    Ok(tx.add_hall_step(row.id, &StepRow { at: ctx.now, step, stage: row.stage, by, words })?)
}

/// The accounts of a refund.
struct Accounts {
    bank: i64,
    fee: i64,
    deposit: i64,
    balance: i64,
}

impl Accounts {
    /// Those of a card, opened where they are not there yet.
    fn of(app: &App, tx: &mut WriteTx<'_>, service: &str, card: i64) -> Result<Self> {
        let mut open = |key: String, kind| tx.open_ledger_account(app.hall_id(), &key, kind, app.now());
        Ok(Self {
            bank: open(format!("bank:{service}"), AccountKind::Bank)?,
            fee: open(format!("fee:{service}"), AccountKind::Fee)?,
            deposit: open(format!("deposit:{card}"), AccountKind::Deposit)?,
            balance: open(format!("balance:{card}"), AccountKind::Balance)?,
        })
    }

    /// Which account a part of a refund debits, and which it credits.
    fn sides(&self, part: Part) -> (i64, i64) {
        match part {
            Part::DepositOut => (self.deposit, self.bank),
            Part::BalanceOut => (self.balance, self.bank),
            Part::DepositFee => (self.deposit, self.fee),
            Part::BalanceFee => (self.balance, self.fee),
        }
    }
}

/// The day that something is booked on: today, or the first day that is still open.
fn booking_day(app: &App, tx: &mut ReadTx<'_>) -> Result<i64> {
    let today = app.now().day(&app.city.zone);
    Ok(tx.ledger_closed()?.map_or(today, |closed| today.max(closed + 1)))
}

/// Posts, all or nothing: a refusal undoes the whole step.
fn posted(app: &App, tx: &mut WriteTx<'_>, transfers: Vec<Transfer>) -> Result<()> {
    let list: Vec<(i64, Transfer)> = transfers.into_iter().map(|one| (app.hall_id(), one)).collect();
    match tx.post(&list, app.now())? {
        Ok(_) => Ok(()),
        Err((_, why)) => Err(no(HallRefusal::Books(why))),
    }
}

/// Sets the money of an application aside for its round.
fn reserve(app: &App, tx: &mut WriteTx<'_>, row: &ApplicationRow) -> Result<()> {
    let Some(card) = row.card else { return Ok(()) };
    let (accounts, day) = (Accounts::of(app, tx, &row.service, card)?, booking_day(app, tx)?);
    let transfer = |(part, fen): (Part, Fen)| {
        let (debit, credit) = accounts.sides(part);
        Transfer {
            key: reservation(row, part),
            kind: TransferKind::Reserve,
            debit,
            credit,
            fen,
            of: None,
            day,
        }
    };
    posted(app, tx, row.sum.parts().into_iter().map(transfer).collect())
}

/// Ends what was set aside: paid out, or free again.
fn end(app: &App, tx: &mut WriteTx<'_>, row: &ApplicationRow, kind: TransferKind) -> Result<()> {
    let day = booking_day(app, tx)?;
    let mut ends = Vec::new();
    for (part, _) in row.sum.parts() {
        let key = reservation(row, part);
        let reserved =
            tx.ledger_transfer(&key)?.ok_or(AppError::Broken("ending a reservation that was never made"))?;
        ends.push(Transfer::end_of(&reserved, kind, format!("{key}:{}", kind.key()), day));
    }
    posted(app, tx, ends)
}

/// The key of a reservation: one for each part and round.
fn reservation(row: &ApplicationRow, part: Part) -> String {
    format!("{}:{}:{}", row.number, row.round, part.key())
}

fn sealed(app: &App, filled: &Filled) -> Result<Vec<u8>> {
    let text = serde_json::to_string(filled)
        .map_err(|_| AppError::Broken("writing the fields of an application"))?;
    app.keys.seal(FIELDS, &text, &*app.entropy)
}

fn opened(app: &App, row: &ApplicationRow) -> Result<Filled> {
    let text = app.keys.open(FIELDS, &row.fields)?;
    serde_json::from_str(&text).map_err(|_| AppError::Broken("reading the fields of an application"))
}

fn answers_of(json: &str) -> Result<Answers> {
    serde_json::from_str(json).map_err(|_| AppError::Broken("reading answers to the questions of a service"))
}

/// What is paid for a card in a situation.
fn sum(deposit: Fen, balance: Fen, amounts: &[&duban_domain::service::Amount]) -> Sum {
    Sum::of(deposit, balance, Fen(amounts.iter().map(|amount| amount.fen.0).sum()))
}

/// Whether a stage still waits for somebody of the house.
#[must_use]
pub fn waits(stage: Stage) -> bool {
    !matches!(stage, Stage::Paid | Stage::Done | Stage::Withdrawn)
}
