//! The ledger of notices.

use duban_domain::{
    CaseId, NoticeId, Stamp,
    notice::{NoticeChannel, NoticeKind, NoticeState},
    policy::Reach,
};

use super::{both, world::fill};
use crate::{NoticeQuery, NoticeRow, StoreError};

fn notice(id: i64, run_at: i64) -> NoticeRow {
    NoticeRow {
        id: NoticeId(id),
        channel: NoticeChannel::Sms,
        kind: NoticeKind::Receipt,
        lang: 1,
        case: None,
        request: None,
        staff: None,
        unit: None,
        contact: vec![7; 32],
        address: vec![1, 2],
        body: vec![3],
        state: NoticeState::Queued,
        reason: String::new(),
        attempts: 0,
        created_at: Stamp(5),
        run_at: Stamp(run_at),
        sent_at: None,
    }
}

#[test]
fn a_notice_is_taken_once_when_it_is_due_and_its_log_grows() {
    both(|bed| {
        bed.store
            .write(|tx| {
                for (id, run_at) in [(1, 10), (2, 10), (3, 99)] {
                    tx.insert_notice(&notice(id, run_at))?;
                }
                tx.insert_notice(&NoticeRow { channel: NoticeChannel::Mail, ..notice(4, 10) })
            })
            .unwrap();
        let claim =
            |at| bed.store.write(|tx| tx.claim_notices(NoticeChannel::Sms, Stamp(at), 50, 9)).unwrap();
        let ids = |rows: Vec<NoticeRow>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
        assert_eq!(ids(claim(9)), [0_i64; 0]);
        assert_eq!(ids(claim(10)), [1, 2]);
        assert_eq!(ids(claim(11)), [0_i64; 0], "they are held");
        bed.store
            .write(|tx| {
                let row = NoticeRow {
                    state: NoticeState::Sent,
                    sent_at: Some(Stamp(12)),
                    attempts: 1,
                    ..notice(1, 10)
                };
                tx.mark_notice(&row, Stamp(12), "250 ok")
            })
            .unwrap();
        assert_eq!(ids(claim(60)), [2], "what was not marked comes again, what was sent does not");
        let (row, log) = bed
            .store
            .read(|tx| Ok::<_, StoreError>((tx.notice(NoticeId(1))?, tx.notice_log(NoticeId(1))?)))
            .unwrap();
        assert_eq!(row.unwrap().sent_at, Some(Stamp(12)));
        let log: Vec<_> = log.iter().map(|line| (line.at.0, line.state.key(), line.words.as_str())).collect();
        assert_eq!(log, [(5, "queued", ""), (12, "sent", "250 ok")]);
    });
}

#[test]
fn the_ledger_shows_what_lies_within_reach() {
    both(|bed| {
        let (case, _) = fill(&bed.store, 1, 1).remove(0);
        let unit = case.unit().unwrap_or("hotline").to_owned();
        bed.store
            .write(|tx| {
                tx.insert_notice(&NoticeRow { case: Some(case.id), ..notice(1, 1) })?;
                tx.insert_notice(&NoticeRow {
                    case: Some(CaseId(-1)),
                    state: NoticeState::Failed,
                    ..notice(2, 1)
                })?;
                tx.insert_notice(&NoticeRow {
                    unit: Some("gas".into()),
                    channel: NoticeChannel::Page,
                    ..notice(3, 1)
                })?;
                tx.insert_notice(&notice(4, 1))
            })
            .unwrap();
        let ids = |query: NoticeQuery| {
            let rows = bed.store.read(|tx| tx.notices(&query)).unwrap();
            assert_eq!(bed.store.read(|tx| tx.count_notices(&query, 99)).unwrap(), rows.len() as i64);
            rows.iter().map(|row| row.id.0).collect::<Vec<_>>()
        };
        let query = NoticeQuery::default;
        assert_eq!(ids(query()), [0_i64; 0]);
        assert_eq!(ids(NoticeQuery { all: true, ..query() }), [4, 3, 2, 1]);
        assert_eq!(ids(NoticeQuery { reach: Reach::All, state: Some(NoticeState::Failed), ..query() }), [2]);
        assert_eq!(
            ids(NoticeQuery { reach: Reach::All, channel: Some(NoticeChannel::Page), ..query() }),
            [3]
        );
        assert_eq!(ids(NoticeQuery { reach: Reach::All, case: Some(case.id), ..query() }), [1]);
        assert_eq!(
            ids(NoticeQuery { reach: Reach::All, before: Some((Stamp(5), NoticeId(3))), ..query() }),
            [2, 1]
        );
        assert_eq!(ids(NoticeQuery { reach: Reach::Units(vec!["gas".into()]), ..query() }), [3]);
        let led = ids(NoticeQuery { reach: Reach::Units(vec![unit]), ..query() });
        assert_eq!(led.contains(&1), case.unit().is_some_and(|unit| !unit.is_empty()));
        let since =
            |at| bed.store.read(|tx| tx.notices_to(&[7; 32], Some(NoticeKind::Receipt), Stamp(at))).unwrap();
        assert_eq!((since(5), since(6)), (4, 0));
    });
}
