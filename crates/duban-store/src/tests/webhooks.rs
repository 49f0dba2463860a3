//! Webhooks: held by one server at a time, and what each is owed in the order of its case.

use duban_domain::{
    CaseId, DeliveryId, Stamp, WebhookId,
    webhook::{DeliveryState, WebhookState},
};

use super::both;
use crate::{AttemptRow, DeliveryRow, StoreError, WebhookRow};

fn hook(id: i64) -> WebhookRow {
    WebhookRow {
        id: WebhookId(id),
        name: "测试系统".into(),
        url: "https://hooks.example.cn/".into(),
        kinds: "opened closed".into(),
        unit: Some("power".into()),
        secret: vec![1, 2],
        secret_at: Stamp(3),
        old_secret: Some(vec![4]),
        old_until: Some(Stamp(5)),
        state: WebhookState::On,
        state_at: Stamp(6),
        failing_since: None,
        answered_at: None,
        made_at: Stamp(7),
        made_by: "测试·周".into(),
    }
}

fn owed(id: i64, hook: i64, case: Option<i64>, version: i64, run_at: i64) -> DeliveryRow {
    DeliveryRow {
        id: DeliveryId(id),
        hook: WebhookId(hook),
        case: case.map(CaseId),
        version,
        kind: "opened".into(),
        body: "{}".into(),
        state: DeliveryState::Waiting,
        attempts: 0,
        created_at: Stamp(id),
        run_at: Stamp(run_at),
        done_at: None,
    }
}

#[test]
fn a_webhook_is_held_by_one_and_what_waits_behind_an_earlier_one_is_not_due() {
    both(|bed| {
        bed.store
            .write(|tx| {
                for id in [1, 2, 3] {
                    tx.insert_webhook(&hook(id))?;
                }
                tx.update_webhook(&WebhookRow { state: WebhookState::Off, ..hook(3) })?;
                // The first of case 9 waits for later, the second is due and waits behind it.
                tx.insert_delivery(&owed(11, 1, Some(9), 1, 50))?;
                tx.insert_delivery(&owed(12, 1, Some(9), 2, 10))?;
                tx.insert_delivery(&owed(21, 2, Some(9), 2, 10))?;
                tx.insert_delivery(&owed(22, 2, None, 0, 10))?;
                tx.insert_delivery(&owed(23, 2, None, 0, 10))?;
                tx.insert_delivery(&owed(31, 3, Some(9), 1, 10))
            })
            .unwrap();
        let take = |at| bed.store.write(|tx| tx.take_webhooks(Stamp(at), 20, 9)).unwrap();
        let waits = |at| bed.store.read(|tx| tx.has_due_webhook(Stamp(at))).unwrap();
        let due = |hook, at| {
            let row = bed.store.write(|tx| tx.due_delivery(WebhookId(hook), Stamp(at))).unwrap();
            row.map(|row| row.id.0)
        };
        assert!(!waits(9) && waits(10));
        assert_eq!(take(10), [WebhookId(2)], "one that is off, and one whose case waits, are not taken");
        assert!(!waits(11) && take(11).is_empty(), "it is held");
        assert_eq!((due(1, 11), due(2, 11)), (None, Some(21)));
        assert_eq!(take(31), [WebhookId(2)], "whoever held it has fallen");
        bed.store
            .write(|tx| {
                for id in [21, 22, 23] {
                    tx.mark_delivery(&DeliveryRow {
                        state: DeliveryState::Delivered,
                        attempts: 1,
                        done_at: Some(Stamp(32)),
                        ..owed(id, 2, None, 0, 10)
                    })?;
                }
                tx.hold_webhook(WebhookId(2), Stamp(0))
            })
            .unwrap();
        assert!(!waits(49) && waits(50));
        assert_eq!((take(50), due(1, 50)), (vec![WebhookId(1)], Some(11)), "the earlier goes first");
    });
}

#[test]
fn a_webhook_and_its_log_are_kept_as_they_were_written() {
    both(|bed| {
        let said = |at, status| AttemptRow { at: Stamp(at), ms: Some(7), status, words: "不行\0".into() };
        bed.store
            .write(|tx| {
                tx.insert_webhook(&hook(1))?;
                for id in 1..=4 {
                    tx.insert_delivery(&owed(id, 1, Some(9), id, 10))?;
                }
                let failed = DeliveryRow { state: DeliveryState::Failed, ..owed(2, 1, Some(9), 2, 10) };
                tx.mark_delivery(&failed)?;
                tx.log_attempt(DeliveryId(2), &said(5, Some(500)))?;
                tx.log_attempt(DeliveryId(2), &said(6, None))
            })
            .unwrap();
        let read = bed.store.read(|tx| {
            Ok::<_, StoreError>((tx.webhooks()?, tx.attempts_of(DeliveryId(2))?, tx.open_deliveries()?))
        });
        let (hooks, attempts, open) = read.unwrap();
        assert_eq!(hooks, [hook(1)]);
        let attempts: Vec<_> = attempts.iter().map(|a| (a.at.0, a.status, a.words.as_str())).collect();
        assert_eq!(attempts, [(5, Some(500), "不行"), (6, None, "不行")]);
        assert_eq!(open, [(WebhookId(1), 3, 1)]);
        let ids = |rows: Vec<DeliveryRow>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
        let page = |before| bed.store.read(|tx| tx.deliveries(WebhookId(1), before, 2)).unwrap();
        assert_eq!((ids(page(None)), ids(page(Some(DeliveryId(3))))), (vec![4, 3], vec![2, 1]));
        let missed = |since, now| {
            bed.store.write(|tx| tx.missed_deliveries(WebhookId(1), Stamp(since), Stamp(now))).unwrap()
        };
        assert_eq!(
            (ids(missed(0, 10)), ids(missed(2, 9)), ids(missed(3, 10))),
            (vec![2], vec![2, 3, 4], vec![])
        );
        assert_eq!(bed.store.write(|tx| tx.forget_deliveries(Stamp(2))).unwrap(), 2);
        let left = bed.store.read(|tx| {
            Ok::<_, StoreError>((ids(tx.deliveries_of(CaseId(9))?), tx.attempts_of(DeliveryId(2))?.len()))
        });
        assert_eq!(left.unwrap(), (vec![3, 4], 0));
    });
}
