//! Reconciling: what the books say, what stands in the applications, what the bank said of payments. And the end of the day.

use duban_domain::{
    Refusal, Stamp,
    ledger::{AccountKind, Fen, TransferKind, Trial},
    policy::{allow, verb},
    service::{
        HallRefusal,
        application::{PaymentState, Stage},
    },
    stamp, text,
};
use duban_store::CloseRow;

use super::no;
use crate::{Ctx, wiring::Result};

/// Closed days that a page lists.
const LISTED: i64 = 30;

/// Two sums that should be the same (差异).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// What is at the bank, and what is owed and earned.
    Assets(Fen, Fen),
    /// What is reserved in the books, and what applications wait for.
    Reserved(Fen, Fen),
    /// What applications were paid, and what the bank says it paid.
    Paid(Fen, Fen),
    /// What was settled out of the bank in the books, and what the bank says it paid.
    Settled(Fen, Fen),
}

/// The books as the cashier sees them (对账).
#[derive(Clone, Debug)]
pub struct Books {
    /// The sums.
    pub trial: Trial,
    /// Applications by stage: how many, how much.
    pub stages: Vec<(Stage, i64, Fen)>,
    /// Payments by result: how many, how much.
    pub payments: Vec<(PaymentState, i64, Fen)>,
    /// What was booked today.
    pub today: Vec<(TransferKind, AccountKind, AccountKind, i64, Fen)>,
    /// The closed days, newest first.
    pub closes: Vec<CloseRow>,
    /// What does not agree.
    pub differences: Vec<Difference>,
}

/// Looks at the three of them side by side.
pub fn books(ctx: &Ctx) -> Result<Books> {
    allow::<verb::HallPay>(&ctx.who)?;
    let today = ctx.now.day(&ctx.app.city.zone);
    ctx.app.store.read(|tx| {
        let (trial, stages, payments) = (tx.ledger_trial()?, tx.hall_stages()?, tx.hall_payment_sums()?);
        let paid_by_books = tx.ledger_settled()?;
        Ok(Books {
            differences: differences(&trial, &stages, &payments, paid_by_books),
            today: tx.ledger_day(today)?,
            closes: tx.ledger_closes(LISTED)?,
            trial,
            stages,
            payments,
        })
    })
}

fn differences(
    trial: &Trial,
    stages: &[(Stage, i64, Fen)],
    payments: &[(PaymentState, i64, Fen)],
    settled: Fen,
) -> Vec<Difference> {
    let at = |wanted: &[Stage]| Fen(stages.iter().filter(|s| wanted.contains(&s.0)).map(|s| s.2.0).sum());
    let bank = Fen(payments.iter().filter(|p| p.0 == PaymentState::Paid).map(|p| p.2.0).sum());
    let waiting = at(&[Stage::Payable, Stage::AtBank]);
    [
        (trial.bank, Fen(trial.owed.0 + trial.fees.0), Difference::Assets as fn(Fen, Fen) -> Difference),
        (trial.reserved, waiting, Difference::Reserved),
        (at(&[Stage::Paid]), bank, Difference::Paid),
        (settled, bank, Difference::Settled),
    ]
    .into_iter()
    .filter(|(one, other, _)| one != other)
    .map(|(one, other, make)| make(one, other))
    .collect()
}

/// Closes a day against what the bank says of the special account.
pub fn close(ctx: &Ctx, day: &str, statement: &str, words: &str) -> Result<()> {
    allow::<verb::HallPay>(&ctx.who)?;
    let date: jiff::civil::Date = day.parse().map_err(|_| Refusal::NeedsText("day"))?;
    let statement: Fen = statement.parse().map_err(|()| Refusal::NeedsText("statement"))?;
    let words = text::optional("words", words, text::LINE_MAX)?;
    let (day, today) = (stamp::day_number(date), ctx.now.day(&ctx.app.city.zone));
    ctx.app.store.write(|tx| {
        if day > today || tx.ledger_closed()?.is_some_and(|closed| day <= closed) {
            return Err(no(HallRefusal::NotYet));
        }
        let trial = tx.ledger_trial()?;
        if trial.bank != statement && words.is_empty() {
            return Err(no(HallRefusal::Differs));
        }
        let at: Stamp = ctx.now;
        Ok(tx.close_ledger(&CloseRow {
            day,
            at,
            by: (ctx.who.id, ctx.who.name.clone()),
            trial,
            statement,
            words: duban_domain::sensitive::mask(&words),
        })?)
    })
}
