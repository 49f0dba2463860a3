//! Cards, applications and payments on both engines; and what the tables do not let happen.

use duban_domain::{
    StaffId, Stamp,
    ledger::Fen,
    service::application::{PaymentState, Stage, Step, Sum},
};

use super::both;
use crate::{ApplicationRow, BatchRow, CardRow, PaymentRow, StepRow, StoreError, value::params};

fn card(id: i64) -> CardRow {
    CardRow {
        id,
        service: "bicycle-deposit".into(),
        number_hash: vec![u8::try_from(id).unwrap(); 4],
        number: vec![1],
        holder_hash: Some(vec![9]),
        holder: vec![2],
        unit: String::new(),
        answers: "{}".into(),
        deposit: Fen(20_000),
        balance: Fen(1_350),
        issued: "2013-04-18".into(),
        imported_at: Stamp(1),
    }
}

fn application(id: i64, card: Option<i64>) -> ApplicationRow {
    ApplicationRow {
        id,
        number: format!("H{id}"),
        service: "bicycle-deposit".into(),
        situation: "personal".into(),
        answers: "{}".into(),
        papers: "id bank".into(),
        card,
        stage: Stage::Review,
        version: 1,
        round: 1,
        sum: Sum::of(Fen(20_000), Fen(1_350), Fen(1_000)),
        fields: vec![3],
        operator: (StaffId(4), "贺测试".into()),
        reviewer: None,
        signed_at: Stamp(5),
        created_at: Stamp(6),
        changed_at: Stamp(7),
    }
}

#[test]
fn a_card_is_found_by_its_number_and_by_its_holder_and_is_registered_once() {
    both(|bed| {
        let store = &bed.store;
        store.write(|tx| (1..=2).try_for_each(|id| tx.insert_hall_card(&card(id)))).unwrap();
        let twice = store.write(|tx| tx.insert_hall_card(&CardRow { id: 3, ..card(1) }));
        assert!(matches!(twice, Err(StoreError::Taken { .. })));
        let found = store.read(|tx| tx.hall_card("bicycle-deposit", &[2; 4])).unwrap();
        assert_eq!(found, Some(card(2)));
        assert_eq!(store.read(|tx| tx.hall_card("other", &[2; 4])).unwrap(), None);
        assert_eq!(store.read(|tx| tx.hall_cards_of("bicycle-deposit", &[9])).unwrap(), [card(1), card(2)]);
        assert_eq!(store.read(|tx| tx.hall_card_count("bicycle-deposit")).unwrap(), 2);
    });
}

#[test]
fn a_card_has_one_application_unless_the_last_was_withdrawn() {
    both(|bed| {
        let store = &bed.store;
        store.write(|tx| tx.insert_hall_card(&card(1))).unwrap();
        store.write(|tx| tx.insert_hall_application(&application(10, Some(1)))).unwrap();
        let second = |stage| ApplicationRow { stage, ..application(11, Some(1)) };
        let twice = store.write(|tx| tx.insert_hall_application(&second(Stage::Review)));
        assert!(matches!(twice, Err(StoreError::Taken { .. })));
        let gone = ApplicationRow { stage: Stage::Withdrawn, version: 2, ..application(10, Some(1)) };
        store.write(|tx| tx.put_hall_application(&gone, 1)).unwrap();
        store.write(|tx| tx.insert_hall_application(&second(Stage::Review))).unwrap();
        assert_eq!(store.read(|tx| tx.hall_application_of(1)).unwrap().unwrap().id, 11);
        let late = store.write(|tx| tx.put_hall_application(&gone, 1));
        assert!(matches!(late, Err(StoreError::Conflict { .. })));
        assert_eq!(
            store.read(|tx| tx.hall_stages()).unwrap(),
            [(Stage::Review, 1, Fen(20_350)), (Stage::Withdrawn, 1, Fen(20_350))]
        );
        assert_eq!(store.read(|tx| tx.hall_numbers("H1", "H2")).unwrap(), 2);
    });
}

#[test]
fn what_happened_is_added_to_and_never_changed() {
    both(|bed| {
        let store = &bed.store;
        store.write(|tx| tx.insert_hall_application(&application(10, None))).unwrap();
        let step = |at, step, stage| StepRow {
            at: Stamp(at),
            step,
            stage,
            by: (StaffId(4), "贺测试".into()),
            words: String::new(),
        };
        let all = [step(1, Step::Submit, Stage::Review), step(2, Step::Approve, Stage::Payable)];
        store.write(|tx| all.iter().try_for_each(|one| tx.add_hall_step(10, one))).unwrap();
        assert_eq!(store.read(|tx| tx.hall_steps(10)).unwrap(), all);
        for sql in ["UPDATE hall_step SET stage = 6", "DELETE FROM hall_step"] {
            assert!(store.write(|tx| tx.exec(sql, params![])).is_err(), "{sql}");
        }
    });
}

#[test]
fn a_payment_is_answered_once_and_an_application_is_paid_once() {
    both(|bed| {
        let store = &bed.store;
        let batch = BatchRow {
            id: 1,
            number: "B1".into(),
            service: "bicycle-deposit".into(),
            made_at: Stamp(1),
            made_by: "出纳·测试".into(),
            count: 1,
            fen: Fen(20_350),
            answered_at: None,
        };
        let payment = |id, round, state| PaymentRow {
            id,
            batch: 1,
            application: 10,
            round,
            reference: format!("H10-{round}"),
            fen: Fen(20_350),
            state,
            reason: String::new(),
            bank_reference: String::new(),
            answered_at: None,
        };
        store
            .write(|tx| {
                tx.insert_hall_application(&application(10, None))?;
                tx.insert_hall_batch(&batch)?;
                tx.insert_hall_payment(&payment(1, 1, PaymentState::Sent))?;
                tx.answer_hall_batch(1, Stamp(9))
            })
            .unwrap();
        let failed = PaymentRow { reason: "AC01".into(), ..payment(1, 1, PaymentState::Failed) };
        store.write(|tx| tx.answer_hall_payment(&failed)).unwrap();
        assert!(store.write(|tx| tx.answer_hall_payment(&payment(1, 1, PaymentState::Paid))).is_err());
        store.write(|tx| tx.insert_hall_payment(&payment(2, 2, PaymentState::Paid))).unwrap();
        let thrice = store.write(|tx| tx.insert_hall_payment(&payment(3, 3, PaymentState::Paid)));
        assert!(matches!(thrice, Err(StoreError::Taken { .. })), "paid once, ever");
        let again = store.write(|tx| tx.insert_hall_payment(&payment(4, 2, PaymentState::Sent)));
        assert!(matches!(again, Err(StoreError::Taken { .. })), "once a round");
        assert_eq!(store.read(|tx| tx.hall_payments_of(10)).unwrap()[0], failed);
        assert_eq!(store.read(|tx| tx.hall_batches(5)).unwrap()[0].answered_at, Some(Stamp(9)));
        assert_eq!(
            store.read(|tx| tx.hall_payment_sums()).unwrap(),
            [(PaymentState::Paid, 1, Fen(20_350)), (PaymentState::Failed, 1, Fen(20_350))]
        );
    });
}
