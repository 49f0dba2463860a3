//! The books in memory: every transfer from the beginning, by the same rule. What a database says of its accounts must
//! be this; the check of a database and the tests ask it.

use std::collections::HashMap;

use super::{Account, AccountKind, Known, LedgerRefusal, Posted, Transfer, TransferKind, Trial, post};

/// All accounts and transfers (账簿).
#[derive(Clone, Debug, Default)]
pub struct Books {
    accounts: HashMap<i64, Account>,
    transfers: HashMap<String, Transfer>,
    ended: HashMap<String, TransferKind>,
    closed: Option<i64>,
}

impl Books {
    /// Opens an account; one that is there stays as it is.
    pub fn open(&mut self, id: i64, kind: AccountKind) {
        self.accounts.entry(id).or_insert_with(|| Account::new(id, kind));
    }

    /// Closes the books up to a day.
    pub fn close(&mut self, day: i64) {
        self.closed = self.closed.max(Some(day));
    }

    /// The account with this id.
    #[must_use]
    pub fn account(&self, id: i64) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// The sums.
    #[must_use]
    pub fn trial(&self) -> Trial {
        Trial::of(self.accounts.values())
    }

    /// Takes a transfer.
    ///
    /// # Errors
    /// As [`post`].
    pub fn take(&mut self, transfer: &Transfer) -> Result<Posted, LedgerRefusal> {
        let reserved = transfer.of.as_ref().and_then(|key| {
            self.transfers.get(key).map(|found| (found.clone(), self.ended.get(key).copied()))
        });
        let known = Known {
            same: self.transfers.get(&transfer.key).cloned(),
            reserved,
            debit: self.accounts.get(&transfer.debit).copied(),
            credit: self.accounts.get(&transfer.credit).copied(),
            closed: self.closed,
        };
        let posted = post(transfer, &known)?;
        if let Posted::Now { debit, credit } = posted {
            self.accounts.insert(debit.id, debit);
            self.accounts.insert(credit.id, credit);
            if let Some(of) = &transfer.of {
                self.ended.insert(of.clone(), transfer.kind);
            }
            self.transfers.insert(transfer.key.clone(), transfer.clone());
        }
        Ok(posted)
    }
}
