//! The books on both engines: what the rule says is what is written, and nothing is ever changed.

use duban_domain::{
    StaffId, Stamp,
    ledger::{AccountKind, Books, Fen, LedgerRefusal, Transfer, TransferKind, Trial},
};

use super::{Bed, both};
use crate::{CloseRow, StoreError, value::params};

const BANK: i64 = 1;
const FEE: i64 = 2;

fn opened(bed: &Bed, cards: i64) {
    let open = [(BANK, "bank", AccountKind::Bank), (FEE, "fee", AccountKind::Fee)];
    bed.store
        .write(|tx| {
            for (id, key, kind) in open {
                tx.open_ledger_account(id, key, kind, Stamp(0))?;
            }
            for card in 0..cards {
                tx.open_ledger_account(
                    10 + card,
                    &format!("deposit:{card}"),
                    AccountKind::Deposit,
                    Stamp(0),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn transfer(key: &str, kind: TransferKind, debit: i64, credit: i64, fen: i64) -> Transfer {
    Transfer { key: key.to_owned(), kind, debit, credit, fen: Fen(fen), of: None, day: 5 }
}

fn post(bed: &Bed, id: i64, transfer: &Transfer) -> Result<usize, LedgerRefusal> {
    let list = [(id, transfer.clone())];
    bed.store.write(|tx| tx.post(&list, Stamp(id))).unwrap().map_err(|(_, refusal)| refusal)
}

#[test]
fn what_is_sent_at_random_is_on_both_engines_what_it_is_in_memory() {
    both(|bed| {
        opened(bed, 4);
        let mut books = Books::default();
        books.open(BANK, AccountKind::Bank);
        books.open(FEE, AccountKind::Fee);
        (0..4).for_each(|card| books.open(10 + card, AccountKind::Deposit));
        let (mut state, mut keys): (u64, Vec<Transfer>) = (48_213, Vec::new());
        let mut below = |limit: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % limit
        };
        for no in 0..120 {
            let card = 10 + i64::try_from(below(5)).unwrap();
            let fen = i64::try_from(below(900)).unwrap();
            let sent = match below(6) {
                0 | 1 => transfer(&format!("t{no}"), TransferKind::Post, BANK, card, fen),
                2 | 3 => {
                    let to = if below(3) == 0 { FEE } else { BANK };
                    transfer(&format!("t{no}"), TransferKind::Reserve, card, to, fen)
                }
                4 if !keys.is_empty() => {
                    let of = &keys[usize::try_from(below(keys.len() as u64)).unwrap()];
                    let kind = if below(2) == 0 { TransferKind::Settle } else { TransferKind::Void };
                    Transfer::end_of(of, kind, format!("t{no}"), 5)
                }
                _ if !keys.is_empty() => keys[usize::try_from(below(keys.len() as u64)).unwrap()].clone(),
                _ => transfer("", TransferKind::Post, BANK, card, fen),
            };
            let said =
                books.take(&sent).map(|posted| usize::from(posted != duban_domain::ledger::Posted::Before));
            assert_eq!(post(bed, 100 + no, &sent), said, "{no}: {sent:?}");
            keys.push(sent);
        }
        let (trial, wrong) =
            bed.store.read(|tx| Ok::<_, StoreError>((tx.ledger_trial()?, tx.ledger_again()?))).unwrap();
        assert_eq!((trial, wrong), (books.trial(), Vec::new()));
        assert!(trial.balances() && trial.bank.0 > 0);
        for id in [BANK, FEE, 10, 11, 12, 13] {
            let stored = bed.store.read(|tx| tx.ledger_account(id)).unwrap();
            assert_eq!(stored.as_ref(), books.account(id));
        }
    });
}

#[test]
fn several_transfers_count_together_or_not_at_all() {
    both(|bed| {
        opened(bed, 1);
        post(bed, 1, &transfer("in", TransferKind::Post, BANK, 10, 100)).unwrap();
        let list = [
            (2, transfer("a", TransferKind::Reserve, 10, BANK, 60)),
            (3, transfer("b", TransferKind::Reserve, 10, BANK, 60)),
        ];
        // The use case gives the refusal back as an error, so nothing is kept.
        let done = bed.store.write(|tx| match tx.post(&list, Stamp(9))? {
            Ok(counted) => Ok(counted),
            Err((at, refusal)) => {
                assert_eq!((at, refusal), (1, LedgerRefusal::ExceedsCredits));
                Err(StoreError::Aborted)
            }
        });
        assert!(done.is_err());
        let free = bed.store.read(|tx| tx.ledger_account(10)).unwrap().unwrap().free();
        assert_eq!(free, Fen(100));
    });
}

#[test]
fn the_database_refuses_to_change_the_books_and_to_book_on_a_closed_day() {
    both(|bed| {
        opened(bed, 1);
        post(bed, 1, &transfer("in", TransferKind::Post, BANK, 10, 100)).unwrap();
        let trial = bed.store.read(|tx| tx.ledger_trial()).unwrap();
        assert_eq!(trial, Trial { bank: Fen(100), owed: Fen(100), ..Trial::default() });
        let row = CloseRow {
            day: 5,
            at: Stamp(7),
            by: (StaffId(3), "出纳·测试".to_owned()),
            trial,
            statement: Fen(100),
            words: String::new(),
        };
        bed.store.write(|tx| tx.close_ledger(&row)).unwrap();
        assert_eq!(bed.store.read(|tx| tx.ledger_closes(9)).unwrap(), [row]);
        let late = transfer("late", TransferKind::Post, BANK, 10, 1);
        assert_eq!(post(bed, 2, &late), Err(LedgerRefusal::DayClosed));
        for sql in [
            "UPDATE ledger_transfer SET fen = 1",
            "DELETE FROM ledger_transfer",
            "UPDATE ledger_entry SET credits_posted = 9",
            "DELETE FROM ledger_entry",
            "UPDATE ledger_account SET kind = 4",
            "DELETE FROM ledger_close",
            "UPDATE ledger_close SET statement = 0",
            "INSERT INTO ledger_transfer (id, key, kind, debit, credit, fen, day, at) VALUES (8, 'x', 1, 1, 10, 5, 5, 0)",
        ] {
            assert!(bed.store.write(|tx| tx.exec(sql, params![])).is_err(), "{sql}");
        }
        assert_eq!(bed.store.read(|tx| tx.ledger_trial()).unwrap(), trial);
        assert_eq!(bed.store.read(|tx| tx.ledger_day(5)).unwrap().len(), 1);
    });
}
