//! The books of the hall (账): money that the city holds for people, in whole fen, in double entry.
//!
//! Nothing here is ever changed: a transfer is posted, or reserved and later settled or voided, and each carries a
//! key, so that it counts once however often it is sent. What an account holds follows from its transfers. A "no" has
//! a name, and when several fit, the first of [`LedgerRefusal`] is told: that order is part of the contract.
//!
//! Not here: which account belongs to whom, and who may post. That is the hall's.

mod books;
mod fen;

use crate::request::closed_set;

pub use books::Books;
pub use fen::Fen;

/// Longest key of a transfer.
pub const KEY_MAX: usize = 100;
/// What an account can hold at most, in fen: far below where sums of two overflow.
pub const FEN_MAX: i64 = 1 << 60;

closed_set! {
    /// What an account is (科目).
    AccountKind {
        /// 专用存款账户: the money at the bank.
        Bank = 1, "bank", "专用存款账户", "Special account at the bank";
        /// 应退押金: what is owed to the holder of one card.
        Deposit = 2, "deposit", "应退押金", "Deposits owed";
        /// 应退余额: what is left on one card.
        Balance = 3, "balance", "应退余额", "Balances owed";
        /// 工本费收入
        Fee = 4, "fee", "工本费收入", "Fees for lost cards";
    }
}

closed_set! {
    /// What a transfer does (记账方式).
    TransferKind {
        /// 直接入账
        Post = 1, "post", "入账", "Posted";
        /// 预留: set aside, until it is settled or voided.
        Reserve = 2, "reserve", "预留", "Reserved";
        /// 结清: what was reserved is posted.
        Settle = 3, "settle", "结清", "Settled";
        /// 释放: what was reserved is free again.
        Void = 4, "void", "释放", "Voided";
    }
}

closed_set! {
    /// A part of a refund, which is a transfer of its own (退费分录).
    Part {
        /// 押金退还
        DepositOut = 1, "deposit-out", "退押金", "Deposit paid back";
        /// 余额退还
        BalanceOut = 2, "balance-out", "退余额", "Balance paid back";
        /// 押金抵工本费
        DepositFee = 3, "deposit-fee", "押金抵工本费", "Fee out of the deposit";
        /// 余额抵工本费
        BalanceFee = 4, "balance-fee", "余额抵工本费", "Fee out of the balance";
    }
}

/// An account as it stands (账户). Its four sums never fall, except that what is pending becomes posted or free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: i64,
    /// What it is.
    pub kind: AccountKind,
    /// How many entries it has: the next one has this number.
    pub entries: i64,
    /// Reserved on its debit side.
    pub debits_pending: i64,
    /// Posted on its debit side.
    pub debits_posted: i64,
    /// Reserved on its credit side.
    pub credits_pending: i64,
    /// Posted on its credit side.
    pub credits_posted: i64,
}

impl Account {
    /// A new account, without entries.
    #[must_use]
    pub fn new(id: i64, kind: AccountKind) -> Self {
        Self {
            id,
            kind,
            entries: 0,
            debits_pending: 0,
            debits_posted: 0,
            credits_pending: 0,
            credits_posted: 0,
        }
    }

    /// What it holds, by the side that this kind of account grows on.
    #[must_use]
    pub fn balance(&self) -> Fen {
        match self.kind {
            AccountKind::Bank => Fen(self.debits_posted - self.credits_posted),
            AccountKind::Deposit | AccountKind::Balance | AccountKind::Fee => {
                Fen(self.credits_posted - self.debits_posted)
            }
        }
    }

    /// What can still be taken out of it: what it holds without what is reserved.
    #[must_use]
    pub fn free(&self) -> Fen {
        let reserved = match self.kind {
            AccountKind::Bank => self.credits_pending,
            AccountKind::Deposit | AccountKind::Balance | AccountKind::Fee => self.debits_pending,
        };
        Fen(self.balance().0 - reserved)
    }
}

/// A transfer between two accounts (分录): both sides at once, so the books balance by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What it is known by: sent twice, it counts once.
    pub key: String,
    /// What it does.
    pub kind: TransferKind,
    /// The account that is debited.
    pub debit: i64,
    /// The account that is credited.
    pub credit: i64,
    /// How much.
    pub fen: Fen,
    /// The key of the reservation that it ends.
    pub of: Option<String>,
    /// The day it is booked on.
    pub day: i64,
}

impl Transfer {
    /// The transfer that ends a reservation.
    #[must_use]
    pub fn end_of(reserved: &Self, kind: TransferKind, key: String, day: i64) -> Self {
        Self { key, kind, of: Some(reserved.key.clone()), day, ..reserved.clone() }
    }
}

/// What is known when a transfer is decided (已知情况).
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The transfer that has this key already.
    pub same: Option<Transfer>,
    /// The transfer that it ends, and what has ended that one already.
    pub reserved: Option<(Transfer, Option<TransferKind>)>,
    /// The account that is debited.
    pub debit: Option<Account>,
    /// The account that is credited.
    pub credit: Option<Account>,
    /// The last day whose books are closed.
    pub closed: Option<i64>,
}

/// What comes of a transfer (记账结果).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It counts: the two accounts as they are now.
    Now {
        /// The one that is debited.
        debit: Account,
        /// The one that is credited.
        credit: Account,
    },
    /// It counted before; nothing changes.
    Before,
}

/// Why a transfer is refused (记账拒绝), in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerRefusal {
    /// It has no key, or one that is too long.
    KeyMissing,
    /// Its amount is not above zero.
    AmountNotPositive,
    /// Both sides are the same account.
    SameAccount,
    /// It ends a reservation and does not say which.
    ReservationMissing,
    /// It ends nothing and names a reservation.
    ReservationUnwanted,
    /// The key stands for a transfer of another kind.
    ExistsAsOtherKind,
    /// The key stands for a transfer that ends another reservation.
    ExistsOfOther,
    /// The key stands for a transfer that debits another account.
    ExistsWithOtherDebit,
    /// The key stands for a transfer that credits another account.
    ExistsWithOtherCredit,
    /// The key stands for a transfer of another amount.
    ExistsWithOtherAmount,
    /// There is no such reservation.
    ReservationNotFound,
    /// What it should end is no reservation.
    NotAReservation,
    /// It was settled.
    AlreadySettled,
    /// It was voided.
    AlreadyVoided,
    /// The reservation is between other accounts, or of another amount.
    ReservationDiffers,
    /// There is no such account to debit.
    DebitNotFound,
    /// There is no such account to credit.
    CreditNotFound,
    /// The books of its day are closed.
    DayClosed,
    /// An account would hold more than it can.
    Overflow,
    /// More would be taken out of what is owed than is owed and free.
    ExceedsCredits,
    /// More would be taken out of the bank than is there and free.
    ExceedsDebits,
}

/// Decides a transfer.
///
/// # Errors
/// The first reason of [`LedgerRefusal`] that fits.
pub fn post(transfer: &Transfer, known: &Known) -> Result<Posted, LedgerRefusal> {
    use LedgerRefusal as No;
    shape(transfer)?;
    if let Some(same) = &known.same {
        return same_again(transfer, same).map(|()| Posted::Before);
    }
    let ends = matches!(transfer.kind, TransferKind::Settle | TransferKind::Void);
    if ends {
        reservation(transfer, known.reserved.as_ref())?;
    }
    let debit = known.debit.ok_or(No::DebitNotFound)?;
    let credit = known.credit.ok_or(No::CreditNotFound)?;
    if known.closed.is_some_and(|closed| transfer.day <= closed) {
        return Err(No::DayClosed);
    }
    let fen = transfer.fen.0;
    if !ends {
        room(&debit, &credit, fen)?;
    }
    Ok(moved(debit, credit, transfer.kind, fen))
}

fn shape(transfer: &Transfer) -> Result<(), LedgerRefusal> {
    use LedgerRefusal as No;
    if transfer.key.is_empty() || transfer.key.len() > KEY_MAX {
        return Err(No::KeyMissing);
    }
    if transfer.fen.0 <= 0 {
        return Err(No::AmountNotPositive);
    }
    if transfer.debit == transfer.credit {
        return Err(No::SameAccount);
    }
    match (transfer.kind, &transfer.of) {
        (TransferKind::Settle | TransferKind::Void, None) => Err(No::ReservationMissing),
        (TransferKind::Post | TransferKind::Reserve, Some(_)) => Err(No::ReservationUnwanted),
        _ => Ok(()),
    }
}

/// Whether the key stands for the very same transfer. The day may be another: what is sent again on the day after is
/// the same.
fn same_again(transfer: &Transfer, same: &Transfer) -> Result<(), LedgerRefusal> {
    use LedgerRefusal as No;
    if transfer.kind != same.kind {
        return Err(No::ExistsAsOtherKind);
    }
    if transfer.of != same.of {
        return Err(No::ExistsOfOther);
    }
    if transfer.debit != same.debit {
        return Err(No::ExistsWithOtherDebit);
    }
    if transfer.credit != same.credit {
        return Err(No::ExistsWithOtherCredit);
    }
    if transfer.fen != same.fen { Err(No::ExistsWithOtherAmount) } else { Ok(()) }
}

fn reservation(
    transfer: &Transfer,
    reserved: Option<&(Transfer, Option<TransferKind>)>,
) -> Result<(), LedgerRefusal> {
    use LedgerRefusal as No;
    let (reserved, ended) = reserved.ok_or(No::ReservationNotFound)?;
    if reserved.kind != TransferKind::Reserve {
        return Err(No::NotAReservation);
    }
    match ended {
        Some(TransferKind::Settle) => return Err(No::AlreadySettled),
        Some(_) => return Err(No::AlreadyVoided),
        None => {}
    }
    let same =
        (reserved.debit, reserved.credit, reserved.fen) == (transfer.debit, transfer.credit, transfer.fen);
    if same { Ok(()) } else { Err(No::ReservationDiffers) }
}

/// Whether there is room for an amount on both sides, and something to take it from.
fn room(debit: &Account, credit: &Account, fen: i64) -> Result<(), LedgerRefusal> {
    use LedgerRefusal as No;
    let full = |pending: i64, posted: i64| fen > FEN_MAX - pending - posted;
    if full(debit.debits_pending, debit.debits_posted) || full(credit.credits_pending, credit.credits_posted)
    {
        return Err(No::Overflow);
    }
    if debit.kind != AccountKind::Bank && debit.free().0 < fen {
        return Err(No::ExceedsCredits);
    }
    if credit.kind == AccountKind::Bank && credit.free().0 < fen {
        return Err(No::ExceedsDebits);
    }
    Ok(())
}

fn moved(mut debit: Account, mut credit: Account, kind: TransferKind, fen: i64) -> Posted {
    let (pending, posted) = match kind {
        TransferKind::Post => (0, fen),
        TransferKind::Reserve => (fen, 0),
        TransferKind::Settle => (-fen, fen),
        TransferKind::Void => (-fen, 0),
    };
    debit.debits_pending += pending;
    debit.debits_posted += posted;
    credit.credits_pending += pending;
    credit.credits_posted += posted;
    debit.entries += 1;
    credit.entries += 1;
    Posted::Now { debit, credit }
}

/// The books of all accounts of a kind together (科目汇总).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// At the bank.
    pub bank: Fen,
    /// Owed to people: deposits and balances.
    pub owed: Fen,
    /// Fees taken.
    pub fees: Fen,
    /// Reserved: agreed and not paid yet.
    pub reserved: Fen,
}

impl Trial {
    /// Whether what is at the bank is what is owed and what was earned.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.bank.0 == self.owed.0 + self.fees.0
    }

    /// The sums of some accounts.
    #[must_use]
    pub fn of<'a>(accounts: impl IntoIterator<Item = &'a Account>) -> Self {
        let mut trial = Self::default();
        for account in accounts {
            let held = account.balance().0;
            match account.kind {
                AccountKind::Bank => {
                    trial.bank.0 += held;
                    trial.reserved.0 += account.credits_pending;
                }
                AccountKind::Deposit | AccountKind::Balance => trial.owed.0 += held,
                AccountKind::Fee => trial.fees.0 += held,
            }
        }
        trial
    }
}

#[cfg(test)]
mod tests;
