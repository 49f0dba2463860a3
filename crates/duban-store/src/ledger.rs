//! The books of the hall (账): accounts, transfers, entries, closed days. Nothing is changed and nothing is summed up
//! when it is asked for: the last entry of an account says what it holds.
//!
//! What may be posted is decided by `duban_domain::ledger`; here it is looked up, claimed and written.

use duban_domain::{
    StaffId, Stamp,
    ledger::{
        Account, AccountKind, Books, Fen, Known, LedgerRefusal, Posted, Transfer, TransferKind, Trial, post,
    },
};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    sql::Sql,
    value::{Row, params},
};

/// The end of a day (日结).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseRow {
    /// The day.
    pub day: i64,
    /// When it was closed.
    pub at: Stamp,
    /// By whom.
    pub by: (StaffId, String),
    /// What the books say.
    pub trial: Trial,
    /// What the bank says.
    pub statement: Fen,
    /// Why they differ, if they do.
    pub words: String,
}

const TRANSFER: &str = "key, kind, debit, credit, fen, reservation, day";
const LAST: &str =
    "SELECT a.id, a.kind, e.no, e.debits_pending, e.debits_posted, e.credits_pending, e.credits_posted
    FROM ledger_account a LEFT JOIN ledger_entry e ON e.account = a.id
        AND e.no = (SELECT max(no) FROM ledger_entry WHERE account = a.id)";

fn transfer(row: &Row<'_>) -> Result<Transfer, StoreError> {
    Ok(Transfer {
        key: row.text(0)?,
        kind: code("the kind of a transfer", row.int(1)?, TransferKind::from_code)?,
        debit: row.int(2)?,
        credit: row.int(3)?,
        fen: Fen(row.int(4)?),
        of: row.opt_text(5)?,
        day: row.int(6)?,
    })
}

fn account(row: &Row<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.int(0)?,
        kind: code("the kind of an account", row.int(1)?, AccountKind::from_code)?,
        entries: row.opt_int(2)?.unwrap_or(0),
        debits_pending: row.opt_int(3)?.unwrap_or(0),
        debits_posted: row.opt_int(4)?.unwrap_or(0),
        credits_pending: row.opt_int(5)?.unwrap_or(0),
        credits_posted: row.opt_int(6)?.unwrap_or(0),
    })
}

fn close(row: &Row<'_>) -> Result<CloseRow, StoreError> {
    Ok(CloseRow {
        day: row.int(0)?,
        at: Stamp(row.int(1)?),
        by: (StaffId(row.int(2)?), row.text(3)?),
        trial: Trial {
            bank: Fen(row.int(4)?),
            owed: Fen(row.int(5)?),
            fees: Fen(row.int(6)?),
            reserved: Fen(row.int(7)?),
        },
        statement: Fen(row.int(8)?),
        words: row.text(9)?,
    })
}

impl ReadTx<'_> {
    /// The id of an account.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_account_id(&mut self, key: &str) -> Result<Option<i64>, StoreError> {
        self.first("SELECT id FROM ledger_account WHERE key = $1", params![key], |row| row.int(0))
    }

    /// An account as it stands.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_account(&mut self, id: i64) -> Result<Option<Account>, StoreError> {
        self.first(&format!("{LAST} WHERE a.id = $1"), params![id], account)
    }

    /// The transfer with this key.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_transfer(&mut self, key: &str) -> Result<Option<Transfer>, StoreError> {
        self.first(&format!("SELECT {TRANSFER} FROM ledger_transfer WHERE key = $1"), params![key], transfer)
    }

    /// The sums of the books.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_trial(&mut self) -> Result<Trial, StoreError> {
        let accounts = self.all(LAST, params![], account)?;
        Ok(Trial::of(&accounts))
    }

    /// What was booked on a day: kind of transfer, kind of the account that is debited and credited, how many, how much.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_day(
        &mut self,
        day: i64,
    ) -> Result<Vec<(TransferKind, AccountKind, AccountKind, i64, Fen)>, StoreError> {
        let sql = "SELECT t.kind, d.kind, c.kind, count(*), CAST(sum(t.fen) AS BIGINT) FROM ledger_transfer t
            JOIN ledger_account d ON d.id = t.debit JOIN ledger_account c ON c.id = t.credit
            WHERE t.day = $1 GROUP BY t.kind, d.kind, c.kind ORDER BY t.kind, d.kind, c.kind";
        self.all(sql, params![day], |row| {
            let of = |at| code("the kind of an account", row.int(at)?, AccountKind::from_code);
            let kind = code("the kind of a transfer", row.int(0)?, TransferKind::from_code)?;
            Ok((kind, of(1)?, of(2)?, row.int(3)?, Fen(row.int(4)?)))
        })
    }

    /// What was settled out of the bank, ever.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_settled(&mut self) -> Result<Fen, StoreError> {
        let sql = "SELECT CAST(coalesce(sum(t.fen), 0) AS BIGINT) FROM ledger_transfer t
            JOIN ledger_account a ON a.id = t.credit WHERE t.kind = 3 AND a.kind = 1";
        Ok(Fen(self.first(sql, params![], |row| row.int(0))?.unwrap_or(0)))
    }

    /// Every transfer from the beginning through the rule again, in memory; and the accounts whose last entry says
    /// something else. For the check of a database.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_again(&mut self) -> Result<Vec<String>, StoreError> {
        let (mut books, mut wrong) = (Books::default(), Vec::new());
        let accounts = self.all(LAST, params![], account)?;
        accounts.iter().for_each(|account| books.open(account.id, account.kind));
        let sql = format!("SELECT {TRANSFER} FROM ledger_transfer ORDER BY id");
        for transfer in self.all(&sql, params![], transfer)? {
            if let Err(refusal) = books.take(&transfer) {
                wrong.push(format!("the transfer {} should have been refused: {refusal:?}", transfer.key));
            }
        }
        let differs = accounts.iter().filter(|account| books.account(account.id) != Some(*account));
        wrong.extend(
            differs.map(|account| format!("the account {} does not hold what was posted", account.id)),
        );
        Ok(wrong)
    }

    /// The last day that was closed.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_closed(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(self.first("SELECT max(day) FROM ledger_close", params![], |row| row.opt_int(0))?.flatten())
    }

    /// The last days that were closed, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn ledger_closes(&mut self, limit: i64) -> Result<Vec<CloseRow>, StoreError> {
        let sql = "SELECT day, at, by_id, by_name, bank, owed, fees, reserved, statement, words
            FROM ledger_close ORDER BY day DESC LIMIT $1";
        self.all(sql, params![limit], close)
    }
}

impl WriteTx<'_> {
    /// Opens an account; the id of the one that has this key already, when there is one.
    ///
    /// # Errors
    /// The engine's.
    pub fn open_ledger_account(
        &mut self,
        id: i64,
        key: &str,
        kind: AccountKind,
        now: Stamp,
    ) -> Result<i64, StoreError> {
        let sql = "INSERT INTO ledger_account (id, key, kind, opened_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (key) DO NOTHING";
        self.exec(sql, params![id, key, kind.code(), now])?;
        Ok(self.ledger_account_id(key)?.unwrap_or(id))
    }

    /// Posts transfers, in order: all of them, or none with the first refusal. The accounts are claimed first and by
    /// their ids, so that two who post at once wait and never for each other.
    ///
    /// # Errors
    /// The engine's; inside, the refusal with the place of the transfer.
    pub fn post(
        &mut self,
        transfers: &[(i64, Transfer)],
        now: Stamp,
    ) -> Result<Result<usize, (usize, LedgerRefusal)>, StoreError> {
        self.claim_accounts(transfers)?;
        let (closed, mut counted) = (self.ledger_closed()?, 0);
        for (at, (id, transfer)) in transfers.iter().enumerate() {
            let known = self.known(transfer, closed)?;
            match post(transfer, &known) {
                Err(refusal) => return Ok(Err((at, refusal))),
                Ok(Posted::Before) => {}
                Ok(Posted::Now { debit, credit }) => {
                    self.put(*id, transfer, now)?;
                    self.put_entry(*id, &debit)?;
                    self.put_entry(*id, &credit)?;
                    counted += 1;
                }
            }
        }
        Ok(Ok(counted))
    }

    fn claim_accounts(&mut self, transfers: &[(i64, Transfer)]) -> Result<(), StoreError> {
        let lock = self.dialect().for_update();
        if lock.is_empty() || transfers.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new("SELECT id FROM ledger_account WHERE id IN (");
        sql.bind_all(transfers.iter().flat_map(|(_, transfer)| [transfer.debit, transfer.credit]));
        sql.push(") ORDER BY id").push(lock);
        self.all(&sql.text, &sql.params(), |row| row.int(0)).map(drop)
    }

    fn known(&mut self, transfer: &Transfer, closed: Option<i64>) -> Result<Known, StoreError> {
        let reserved = match &transfer.of {
            None => None,
            Some(of) => match self.ledger_transfer(of)? {
                None => None,
                Some(found) => {
                    let sql = "SELECT kind FROM ledger_transfer WHERE reservation = $1";
                    let ended = self.first(sql, params![of], |row| row.int(0))?;
                    Some((found, ended.and_then(TransferKind::from_code)))
                }
            },
        };
        Ok(Known {
            same: self.ledger_transfer(&transfer.key)?,
            reserved,
            debit: self.ledger_account(transfer.debit)?,
            credit: self.ledger_account(transfer.credit)?,
            closed,
        })
    }

    fn put(&mut self, id: i64, t: &Transfer, now: Stamp) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO ledger_transfer (id, key, kind, debit, credit, fen, reservation, day, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![id, &t.key, t.kind.code(), t.debit, t.credit, t.fen.0, &t.of, t.day, now],
        )
        .map(|_| ())
    }

    fn put_entry(&mut self, transfer: i64, a: &Account) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO ledger_entry
                (account, no, transfer, debits_pending, debits_posted, credits_pending, credits_posted)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![
                a.id,
                a.entries,
                transfer,
                a.debits_pending,
                a.debits_posted,
                a.credits_pending,
                a.credits_posted,
            ],
        )
        .map(|_| ())
    }

    /// Closes a day; after that nothing is booked on it or before it.
    ///
    /// # Errors
    /// The engine's.
    pub fn close_ledger(&mut self, row: &CloseRow) -> Result<(), StoreError> {
        let t = &row.trial;
        self.exec(
            "INSERT INTO ledger_close (day, at, by_id, by_name, bank, owed, fees, reserved, statement, words)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                row.day,
                row.at,
                row.by.0,
                &row.by.1,
                t.bank.0,
                t.owed.0,
                t.fees.0,
                t.reserved.0,
                row.statement.0,
                &row.words,
            ],
        )
        .map(|_| ())
    }
}
