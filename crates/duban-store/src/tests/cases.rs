//! Cases, requests and events: what is written is read again, and history only grows.

use duban_domain::{CaseId, EventId, Number, RequestId, policy::Reach, proof::Algorithm};
use jiff::civil::Date;

use super::{
    both,
    world::{Dice, SALT, SEALED, extra, fill, later, noted, opened},
};
use crate::{Inserted, StoreError};

#[test]
fn a_case_is_read_as_it_was_written_by_every_key() {
    both(|bed| {
        let written = fill(&bed.store, 11, 60);
        bed.store
            .read(|tx| {
                for (case, request) in &written {
                    assert_eq!(tx.case(case.id)?.as_ref(), Some(case));
                    assert_eq!(tx.case_by_number(&request.number)?.as_ref(), Some(case));
                    assert_eq!(tx.request(request.id)?.as_ref(), Some(request));
                    assert_eq!(tx.request_by_number(&request.number)?.as_ref(), Some(request));
                    assert_eq!(tx.requests_of(case.id)?.as_slice(), std::slice::from_ref(request));
                    let row = tx.case_row(case.id)?.unwrap();
                    assert_eq!(
                        (row.phase, row.version, row.next_due),
                        (case.phase(), case.version, case.next_due())
                    );
                    assert_eq!(
                        (row.title, row.point, row.privacy),
                        (request.title.clone(), request.place.point, request.privacy)
                    );
                }
                let walked = tx.cases_after(CaseId(0), 1_000)?;
                assert_eq!(walked.len(), written.len());
                assert!(tx.case(CaseId(1))?.is_none());
                Ok::<_, StoreError>(())
            })
            .unwrap();
    });
}

#[test]
fn a_request_is_taken_in_once() {
    both(|bed| {
        let mut dice = Dice::new(5);
        let (_, mut request) = opened(&mut dice, 1);
        request.source_key = Some("import:a:1".to_owned());
        let put = |request: &duban_domain::request::Request| {
            bed.store.write(|tx| tx.insert_request(request, &SEALED)).unwrap()
        };
        assert_eq!(put(&request), Inserted::Done);
        let mut again = request.clone();
        again.id = RequestId(77);
        assert_eq!(put(&again), Inserted::SourceKnown(request.id));
        again.number = Number::make(Date::constant(2026, 1, 2), 9, false);
        assert_eq!(
            put(&again),
            Inserted::SourceKnown(request.id),
            "another number does not make it another request"
        );
        again.number = request.number.clone();
        again.source_key = None;
        assert_eq!(put(&again), Inserted::NumberTaken);
        let known = bed.store.read(|tx| tx.request_by_source("import:a:1")).unwrap();
        assert_eq!(known, Some(request));
    });
}

/// Two forms were open on the same case: the second is told, and changes nothing.
#[test]
fn a_change_on_an_old_version_is_a_conflict() {
    both(|bed| {
        let (old, _) = fill(&bed.store, 3, 1).remove(0);
        let mut dice = Dice::new(1);
        let (mine, theirs) = (later(&mut dice, &old), later(&mut dice, &old));
        bed.store.write(|tx| tx.update_case(&old, &mine, &extra(&mine))).unwrap();
        let refused = bed.store.write(|tx| tx.update_case(&old, &theirs, &extra(&theirs)));
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
        assert_eq!(bed.store.read(|tx| tx.case(old.id)).unwrap(), Some(mine));

        bed.store
            .write(|tx| {
                tx.append_events(old.id, 1, &[noted(1, "一"), noted(2, "二")], Algorithm::Sha256, || SALT)
            })
            .unwrap();
        let refused =
            bed.store.write(|tx| tx.append_events(old.id, 2, &[noted(3, "三")], Algorithm::Sha256, || SALT));
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
        assert_eq!(bed.store.read(|tx| tx.events(old.id)).unwrap().len(), 2);
    });
}

#[test]
fn events_are_appended_and_neither_changed_nor_removed() {
    both(|bed| {
        let (case, request) = fill(&bed.store, 3, 1).remove(0);
        let events = [noted(10, "第一"), noted(20, "第二")];
        bed.store.write(|tx| tx.append_events(case.id, 1, &events, Algorithm::Sha256, || SALT)).unwrap();
        for sly in ["UPDATE event SET at = 0", "DELETE FROM event", "UPDATE event_payload SET body = '{}'"] {
            let refused = bed.store.write(|tx| tx.exec(sly, &[]));
            assert!(matches!(refused, Err(StoreError::Rule { .. })), "{sly}: {refused:?}");
        }
        let stored = bed.store.read(|tx| tx.events(case.id)).unwrap();
        assert_eq!(
            stored.iter().map(|e| (e.seq, e.event.clone().unwrap())).collect::<Vec<_>>(),
            [(1, events[0].1.clone()), (2, events[1].1.clone())]
        );
        assert!(bed.store.read(|tx| tx.altered_events(case.id)).unwrap().is_empty());

        assert!(bed.store.write(|tx| tx.erase_payload(EventId(10))).unwrap());
        let stored = bed.store.read(|tx| tx.events(case.id)).unwrap();
        assert_eq!((stored[0].event.is_none(), stored[0].kind.as_str(), stored.len()), (true, "noted", 2));

        let live =
            |reach: &Reach, mark| bed.store.read(|tx| tx.events_after(EventId(mark), 10, reach)).unwrap();
        assert_eq!(live(&Reach::All, 0).iter().map(|e| e.id.0).collect::<Vec<_>>(), [10, 20]);
        assert_eq!(live(&Reach::All, 10)[0].number, request.number);
        assert!(live(&Reach::Nothing, 0).is_empty());
        assert!(live(&Reach::Units(vec!["elsewhere".to_owned()]), 0).is_empty());
        assert_eq!(bed.store.read(|tx| tx.newest_event()).unwrap(), EventId(20));
    });
}

#[test]
fn a_row_changed_behind_the_programs_back_is_found() {
    both(|bed| {
        let (case, _) = fill(&bed.store, 3, 1).remove(0);
        bed.store
            .write(|tx| tx.append_events(case.id, 1, &[noted(10, "原话")], Algorithm::Sha256, || SALT))
            .unwrap();
        bed.store
            .write(|tx| {
                tx.exec("DELETE FROM event_payload", &[])?;
                tx.exec("INSERT INTO event_payload (event_id, body) VALUES (10, '{}')", &[])
            })
            .unwrap();
        assert_eq!(bed.store.read(|tx| tx.altered_events(case.id)).unwrap(), [EventId(10)]);
        assert!(matches!(bed.store.read(|tx| tx.events(case.id)), Err(StoreError::Unreadable { .. })));
    });
}
