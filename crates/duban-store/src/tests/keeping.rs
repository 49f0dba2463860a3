//! What an erasure and a term may take, and what the database keeps whatever asks.

use duban_domain::{
    EventId, ExportId, StaffId, Stamp, case::What, policy::Entry, proof::Algorithm, retention::Record,
};

use super::{
    both,
    world::{Dice, SALT, extra, fill, later, noted},
};
use crate::{BESIDE, ExportLine, SignInLine, StoreError};

#[test]
fn what_an_event_said_goes_and_that_it_was_said_stays_provable() {
    both(|bed| {
        let (case, _) = fill(&bed.store, 3, 1).remove(0);
        let said = noted(10, "测试·王女士打过来");
        bed.store
            .write(|tx| tx.append_events(case.id, 1, std::slice::from_ref(&said), Algorithm::Sha256, || SALT))
            .unwrap();
        let mut left = said.1.clone();
        left.what = What::Noted { text: "＊＊＊打过来".to_owned() };
        for _ in 0..2 {
            bed.store.write(|tx| tx.redact_event(EventId(10), &left)).unwrap();
        }
        let stored = bed.store.read(|tx| tx.events(case.id)).unwrap();
        assert_eq!(stored[0].event.as_ref(), Some(&left));
        assert!(bed.store.read(|tx| tx.altered_events(case.id)).unwrap().is_empty());
    });
}

/// A case that names nobody any more is opened again and new people speak of it: the next term has to find it.
#[test]
fn an_open_case_is_never_marked_as_naming_nobody() {
    both(|bed| {
        let mut dice = Dice::new(9);
        let all = fill(&bed.store, 9, 20);
        bed.store
            .write(|tx| all.iter().try_for_each(|(case, _)| tx.mark_anonymised(case.id, Stamp(5))))
            .unwrap();
        let marked = || {
            let sql = "SELECT count(*) FROM case_row WHERE closed_at IS NULL AND anonymised_at IS NOT NULL";
            bed.store.read(|tx| tx.number(sql, &[])).unwrap()
        };
        assert!(marked() > 0);
        for (case, _) in &all {
            let after = later(&mut dice, case);
            bed.store.write(|tx| tx.update_case(case, &after, &extra(&after))).unwrap();
        }
        assert_eq!(marked(), 0);
    });
}

#[test]
fn a_record_of_a_sign_in_goes_only_when_its_term_has_passed() {
    both(|bed| {
        let line = |id: i64, at: i64| SignInLine {
            id,
            at: Stamp(at),
            staff: StaffId(1),
            what: Entry::In.code(),
            place: String::new(),
            agent: String::new(),
        };
        bed.store.migrate(Stamp(0)).unwrap();
        bed.store.write(|tx| (1..=4).try_for_each(|n| tx.note_sign_in(&line(n, n * 10)))).unwrap();
        let sly = |sql: &'static str| bed.store.write(|tx| tx.exec(sql, &[]));
        assert!(matches!(sly("DELETE FROM sign_in"), Err(StoreError::Rule { .. })));
        let gone =
            |before| bed.store.write(|tx| tx.remove_records(Record::SignIns, Stamp(before), 10)).unwrap();
        assert_eq!((gone(25), gone(25)), (2, 0));
        assert!(matches!(sly("DELETE FROM sign_in"), Err(StoreError::Rule { .. })), "the younger ones stay");
        assert!(matches!(sly("UPDATE sign_in SET at = 0"), Err(StoreError::Rule { .. })));
        assert_eq!(bed.store.read(|tx| tx.sign_ins(None, None, 10)).unwrap().len(), 2);
    });
}

#[test]
fn of_an_export_only_the_words_it_was_searched_by_go() {
    both(|bed| {
        bed.store.migrate(Stamp(0)).unwrap();
        let line = ExportLine {
            id: ExportId(1),
            at: Stamp(1),
            staff: StaffId(1),
            name: "测试".to_owned(),
            unit: "hotline".to_owned(),
            format: "csv".to_owned(),
            filter: "q=x".to_owned(),
            rows: 3,
        };
        bed.store.write(|tx| tx.record_export(&line)).unwrap();
        let which = *BESIDE.iter().find(|which| format!("{which:?}").contains("export_log")).unwrap();
        for sly in
            ["UPDATE export_log SET row_count = 0, filter = 'erased'", "UPDATE export_log SET filter = 'q=y'"]
        {
            let refused = bed.store.write(|tx| tx.exec(sly, &[]));
            assert!(matches!(refused, Err(StoreError::Rule { .. })), "{sly}: {refused:?}");
        }
        bed.store.write(|tx| tx.put_beside(which, 1, "erased")).unwrap();
        assert!(bed.store.read(|tx| tx.beside(which, "%q=%")).unwrap().is_empty());
    });
}
