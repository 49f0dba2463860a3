//! Transfers by the line, and a generator that knows what comes of what it sends.

use std::{collections::HashMap, fmt::Write};

use expect_test::{Expect, expect};

use super::*;

/// One line is one transfer: key, kind, debit, credit, fen, the reservation it ends; and what comes of it.
fn check(lines: &str, expected: Expect) {
    let mut books = opened();
    let mut told = String::new();
    for line in lines.trim().lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["close", day] = words[..] {
            books.close(day.parse().unwrap());
            continue;
        }
        let transfer = Transfer {
            key: words[0].trim_matches('"').to_owned(),
            kind: TransferKind::from_key(words[1]).unwrap(),
            debit: words[2].parse().unwrap(),
            credit: words[3].parse().unwrap(),
            fen: Fen(words[4].parse().unwrap()),
            of: words.get(5).filter(|of| **of != "-").map(|of| (*of).to_owned()),
            day: words.get(6).map_or(10, |day| day.parse().unwrap()),
        };
        let answer = match books.take(&transfer) {
            Ok(Posted::Now { .. }) => "ok".to_owned(),
            Ok(Posted::Before) => "before".to_owned(),
            Err(refusal) => format!("{refusal:?}"),
        };
        writeln!(told, "{line} → {answer}").unwrap();
    }
    expected.assert_eq(&told);
    assert!(books.trial().balances());
}

/// 1 the bank, 2 fees, 3 and 4 two cards.
fn opened() -> Books {
    let mut books = Books::default();
    for (id, kind) in
        [(1, AccountKind::Bank), (2, AccountKind::Fee), (3, AccountKind::Deposit), (4, AccountKind::Balance)]
    {
        books.open(id, kind);
    }
    books
}

#[test]
fn a_refund_is_reserved_and_then_paid_once() {
    check(
        "in      post    1 3 20000
         fee     reserve 3 2 1000
         out     reserve 3 1 19000
         more    reserve 3 1 1
         out     reserve 3 1 19000
         paid    settle  3 1 19000 out
         kept    settle  3 2 1000  fee
         paid    settle  3 1 19000 out
         again   settle  3 1 19000 out
         undo    void    3 1 19000 out",
        expect![[r#"
            in      post    1 3 20000 → ok
            fee     reserve 3 2 1000 → ok
            out     reserve 3 1 19000 → ok
            more    reserve 3 1 1 → ExceedsCredits
            out     reserve 3 1 19000 → before
            paid    settle  3 1 19000 out → ok
            kept    settle  3 2 1000  fee → ok
            paid    settle  3 1 19000 out → before
            again   settle  3 1 19000 out → AlreadySettled
            undo    void    3 1 19000 out → AlreadySettled
        "#]],
    );
}

#[test]
fn what_the_bank_returned_is_free_again_and_goes_out_once_more() {
    check(
        "in     post    1 3 20000
         out-1  reserve 3 1 20000
         back-1 void    3 1 20000 out-1
         paid-1 settle  3 1 20000 out-1
         out-2  reserve 3 1 20000
         paid-2 settle  3 1 20000 out-2
         out-3  reserve 3 1 1",
        expect![[r#"
            in     post    1 3 20000 → ok
            out-1  reserve 3 1 20000 → ok
            back-1 void    3 1 20000 out-1 → ok
            paid-1 settle  3 1 20000 out-1 → AlreadyVoided
            out-2  reserve 3 1 20000 → ok
            paid-2 settle  3 1 20000 out-2 → ok
            out-3  reserve 3 1 1 → ExceedsCredits
        "#]],
    );
}

/// Each line has every fault of the lines below it as well, as far as one transfer can have them.
#[test]
fn of_several_reasons_the_first_is_told() {
    check(
        "in   post    1 3 500
         res  reserve 3 1 200
         \"\" settle  9 9 0 -
         x    settle  9 9 0 -
         x    settle  9 9 5 -
         x    settle  9 8 5 -
         x    post    9 8 5 res
         in   reserve 9 8 5
         res  reserve 9 8 5
         res  reserve 3 8 5
         res  reserve 3 1 5
         x    settle  9 8 5 none
         x    settle  9 8 5 in
         x    settle  9 8 5 res
         x    post    9 8 5
         x    post    3 8 5
         close 10
         x    post    3 2 1152921504606846977
         x    post    3 2 1152921504606846977 - 11
         x    post    3 2 501 - 11
         x    post    3 2 301 - 11
         x    post    3 2 300 - 11",
        expect![[r#"
            in   post    1 3 500 → ok
            res  reserve 3 1 200 → ok
            "" settle  9 9 0 - → KeyMissing
            x    settle  9 9 0 - → AmountNotPositive
            x    settle  9 9 5 - → SameAccount
            x    settle  9 8 5 - → ReservationMissing
            x    post    9 8 5 res → ReservationUnwanted
            in   reserve 9 8 5 → ExistsAsOtherKind
            res  reserve 9 8 5 → ExistsWithOtherDebit
            res  reserve 3 8 5 → ExistsWithOtherCredit
            res  reserve 3 1 5 → ExistsWithOtherAmount
            x    settle  9 8 5 none → ReservationNotFound
            x    settle  9 8 5 in → NotAReservation
            x    settle  9 8 5 res → ReservationDiffers
            x    post    9 8 5 → DebitNotFound
            x    post    3 8 5 → CreditNotFound
            x    post    3 2 1152921504606846977 → DayClosed
            x    post    3 2 1152921504606846977 - 11 → Overflow
            x    post    3 2 501 - 11 → ExceedsCredits
            x    post    3 2 301 - 11 → ExceedsCredits
            x    post    3 2 300 - 11 → ok
        "#]],
    );
}

/// The small model: for each card what it held and what of that is set aside, and nothing else. It knows no sides, no
/// accounts and no sums of pending and posted; it predicts what the books say.
#[derive(Default)]
struct Model {
    held: HashMap<i64, i64>,
    aside: HashMap<i64, i64>,
    bank: i64,
    promised: i64,
    fees: i64,
    /// Reservations by key: card, whether to the bank, fen.
    open: Vec<(String, i64, bool, i64)>,
}

/// A source of chance that is the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

const BANK: i64 = 1;
const FEE: i64 = 2;
const CARDS: u64 = 40;

/// What can never count, and why.
fn mistakes(
    card: i64,
    fen: i64,
    transfer: &impl Fn(TransferKind, i64, i64, i64, Option<String>) -> Transfer,
) -> [(Transfer, LedgerRefusal); 5] {
    [
        (transfer(TransferKind::Post, card, card, fen, None), LedgerRefusal::SameAccount),
        (transfer(TransferKind::Post, BANK, 5, fen, None), LedgerRefusal::CreditNotFound),
        (transfer(TransferKind::Void, card, BANK, fen, None), LedgerRefusal::ReservationMissing),
        (transfer(TransferKind::Void, card, BANK, fen, Some("-".into())), LedgerRefusal::ReservationNotFound),
        (transfer(TransferKind::Post, BANK, card, -fen, None), LedgerRefusal::AmountNotPositive),
    ]
}

/// What the generator sends next, and what it knows will come of it.
fn next(model: &mut Model, chance: &mut Chance, no: u64) -> (Transfer, Result<(), LedgerRefusal>) {
    let card = 10 + i64::try_from(chance.below(CARDS)).unwrap();
    let fen = 1 + i64::try_from(chance.below(3_000)).unwrap();
    let to_bank = chance.below(4) > 0;
    let other = if to_bank { BANK } else { FEE };
    let free = model.held.get(&card).unwrap_or(&0) - model.aside.get(&card).unwrap_or(&0);
    let key = format!("t{no}");
    let transfer = |kind, debit, credit, fen, of: Option<String>| Transfer {
        key: key.clone(),
        kind,
        debit,
        credit,
        fen: Fen(fen),
        of,
        day: 1,
    };
    match chance.below(10) {
        0..=3 => {
            *model.held.entry(card).or_default() += fen;
            model.bank += fen;
            (transfer(TransferKind::Post, BANK, card, fen, None), Ok(()))
        }
        4..=6 => {
            let said = if free < fen { Err(LedgerRefusal::ExceedsCredits) } else { Ok(()) };
            if said.is_ok() {
                *model.aside.entry(card).or_default() += fen;
                model.promised += if to_bank { fen } else { 0 };
                model.open.push((key.clone(), card, to_bank, fen));
            }
            (transfer(TransferKind::Reserve, card, other, fen, None), said)
        }
        7..=8 if !model.open.is_empty() => {
            let at = usize::try_from(chance.below(model.open.len() as u64)).unwrap();
            let (of, card, to_bank, fen) = model.open.swap_remove(at);
            *model.aside.get_mut(&card).unwrap() -= fen;
            model.promised -= if to_bank { fen } else { 0 };
            let kind = if chance.below(3) > 0 { TransferKind::Settle } else { TransferKind::Void };
            if kind == TransferKind::Settle {
                *model.held.get_mut(&card).unwrap() -= fen;
                *(if to_bank { &mut model.bank } else { &mut model.fees }) +=
                    if to_bank { -fen } else { fen };
            }
            let credit = if to_bank { BANK } else { FEE };
            (transfer(kind, card, credit, fen, Some(of)), Ok(()))
        }
        _ => {
            let wrong = mistakes(card, fen, &transfer);
            let at = usize::try_from(chance.below(wrong.len() as u64)).unwrap();
            let (transfer, why) = wrong[at].clone();
            (transfer, Err(why))
        }
    }
}

#[test]
fn a_generator_that_knows_the_outcome_and_a_small_model_agree_with_the_books() {
    let seed = std::env::var("CITY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(48_213);
    let (mut books, mut model, mut chance) = (Books::default(), Model::default(), Chance(seed));
    books.open(BANK, AccountKind::Bank);
    books.open(FEE, AccountKind::Fee);
    (0..CARDS).for_each(|card| books.open(10 + i64::try_from(card).unwrap(), AccountKind::Deposit));
    let mut sent: Vec<Transfer> = Vec::new();
    for no in 0..20_000 {
        let (transfer, said) = next(&mut model, &mut chance, no);
        assert_eq!(books.take(&transfer).map(drop), said, "seed {seed}, {no}: {transfer:?}");
        if said.is_ok() {
            sent.push(transfer);
        }
        // What was sent before comes again now and then, and changes nothing.
        if no % 7 == 0 && !sent.is_empty() {
            let again = &sent[usize::try_from(chance.below(sent.len() as u64)).unwrap()];
            assert_eq!(books.take(again), Ok(Posted::Before), "seed {seed}, {no}: {again:?}");
        }
        let trial = books.trial();
        assert!(trial.balances(), "seed {seed}, {no}");
        let said = (trial.bank.0, trial.fees.0, trial.reserved.0);
        assert_eq!(said, (model.bank, model.fees, model.promised), "seed {seed}, {no}");
        for (card, held) in &model.held {
            let account = books.account(*card).unwrap();
            let aside = model.aside.get(card).unwrap_or(&0);
            assert_eq!(
                (account.balance().0, account.free().0),
                (*held, held - aside),
                "seed {seed}, {no}, {card}"
            );
            assert!(account.free().0 >= 0);
        }
    }
    assert!(sent.len() > 8_000, "most of what is sent counts: {}", sent.len());
}
