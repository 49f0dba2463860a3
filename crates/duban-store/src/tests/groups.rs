//! Group commit on SQLite: many callers, few fsyncs, no false receipt.

use std::{
    collections::BTreeSet,
    sync::{Barrier, mpsc},
};

use duban_domain::CaseId;
use parking_lot::Mutex;

use super::{
    Bed, each_engine,
    find::find,
    ids, note, notes,
    world::{self, fill},
};
use crate::{Findable, StoreError, WriteTx, value::params};

const THREADS: i64 = 32;

#[test]
fn all_that_thirty_two_callers_were_told_is_there() {
    each_engine(|bed| {
        notes(&bed.store);
        let before = bed.store.write_counts();
        let told = Mutex::new(BTreeSet::new());
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let told = &told;
                scope.spawn(move || {
                    for n in 0..40 {
                        let id = thread * 1000 + n;
                        let result = bed.store.write(|tx| {
                            note(tx, id, "n")?;
                            // Every eighth caller changes its mind; it must not take others along.
                            if n % 8 == 7 { Err(StoreError::Nul) } else { Ok(()) }
                        });
                        if result.is_ok() {
                            told.lock().insert(id);
                        }
                    }
                });
            }
        });
        let told: Vec<i64> = told.into_inner().into_iter().collect();
        assert_eq!(told.len(), 32 * 35);
        assert_eq!(ids(&bed.reopen()), told);
        let after = bed.store.write_counts();
        if bed.store.engine() == "SQLite" {
            let (groups, members) = (after.groups - before.groups, after.members - before.members);
            assert_eq!(members, 32 * 40);
            assert!(groups * 2 < members, "{members} writes took {groups} commits");
        }
    });
}

/// Waiters are made to stand in line by one who holds the lane: they all share one commit.
#[test]
fn callers_in_line_share_one_commit_and_see_each_other() {
    let bed = Bed::sqlite();
    notes(&bed.store);
    let before = bed.store.write_counts();
    let (begun, wait_begun) = mpsc::channel();
    let go = Barrier::new(2);
    std::thread::scope(|scope| {
        let (store, go) = (&bed.store, &go);
        scope.spawn(move || {
            store.write(|tx| {
                begun.send(()).unwrap();
                go.wait();
                note(tx, 0, "first")
            })
        });
        wait_begun.recv().unwrap();
        let waiters: Vec<_> = (1..=5)
            .map(|id| {
                scope.spawn(move || {
                    store.write(|tx| {
                        note(tx, id, "in line")?;
                        tx.number("SELECT count(*) FROM note", &[])
                    })
                })
            })
            .collect();
        while bed.store.waiting() < 5 {
            std::thread::yield_now();
        }
        go.wait();
        let mut counts: Vec<i64> = waiters.into_iter().map(|w| w.join().unwrap().unwrap()).collect();
        counts.sort_unstable();
        assert_eq!(counts, [2, 3, 4, 5, 6], "each saw those before it in the group");
    });
    let after = bed.store.write_counts();
    assert_eq!((after.groups - before.groups, after.members - before.members), (1, 6));
}

/// Texts for the search wait for the commit of their group. The last text of a case counts; a text
/// of a member or of a part that was undone is not found; and all is found once the write returned.
#[test]
fn texts_of_a_group_are_found_when_it_is_committed() {
    let bed = Bed::sqlite();
    bed.store.migrate(world::START).unwrap();
    let cases: Vec<CaseId> = fill(&bed.store, 3, 2).iter().map(|(case, _)| case.id).collect();
    let index = |case: usize, text: &str| {
        let (case, text) = (cases[case], Findable::of(text));
        move |tx: &mut WriteTx<'_>| tx.index_case(case, &text)
    };
    let before = bed.store.write_counts();
    let (begun, wait_begun) = mpsc::channel();
    let go = Barrier::new(2);
    std::thread::scope(|scope| {
        let (store, go, index) = (&bed.store, &go, &index);
        scope.spawn(move || {
            store.write(|tx| {
                begun.send(()).unwrap();
                go.wait();
                index(0, "先说的话")(tx)
            })
        });
        wait_begun.recv().unwrap();
        scope.spawn(move || {
            store.write(|tx| {
                index(0, "后说的话")(tx)?;
                let part = tx.savepoint(|tx| index(1, "收回的话")(tx).and(Err::<(), _>(StoreError::Nul)));
                assert!(part.is_err());
                Ok::<_, StoreError>(())
            })
        });
        scope.spawn(move || {
            store.write(|tx| index(1, "没有成的话")(tx).and(Err::<(), _>(StoreError::Nul))).unwrap_err();
        });
        while bed.store.waiting() < 2 {
            std::thread::yield_now();
        }
        go.wait();
    });
    let after = bed.store.write_counts();
    assert_eq!((after.groups - before.groups, after.members - before.members), (1, 3));
    for (typed, found) in
        [("后说的话", vec![cases[0]]), ("先说的话", vec![]), ("收回", vec![]), ("没有成", vec![])]
    {
        assert_eq!(find(&bed, typed), found, "{typed}");
    }
}

#[test]
fn a_full_disk_is_named_and_loses_nothing_that_was_told() {
    let bed = Bed::sqlite();
    notes(&bed.store);
    let limit = |pages: i64| {
        bed.store.write(|tx| tx.number(&format!("PRAGMA max_page_count = {pages}"), &[])).unwrap();
    };
    limit(60);
    let body = "x".repeat(3000);
    let (told, errors) = (Mutex::new(BTreeSet::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for thread in 0..8_i64 {
            let (told, errors, body, bed) = (&told, &errors, &body, &bed);
            scope.spawn(move || {
                for n in 0..40 {
                    match bed.store.write(|tx| note(tx, thread * 100 + n, body)) {
                        Ok(()) => _ = told.lock().insert(thread * 100 + n),
                        Err(error) => errors.lock().push(error),
                    }
                }
            });
        }
    });
    let mut told = told.into_inner();
    let errors = errors.into_inner();
    assert!(!told.is_empty() && !errors.is_empty());
    assert!(errors.iter().all(|e| matches!(e, StoreError::Full(_))), "{errors:?}");
    assert_eq!(ids(&bed.store), told.iter().copied().collect::<Vec<_>>());

    limit(100_000);
    bed.store.write(|tx| note(tx, 9_999, &body)).unwrap();
    told.insert(9_999);
    assert_eq!(ids(&bed.reopen()), told.into_iter().collect::<Vec<_>>());
}

/// SQLite takes the whole transaction back by itself when it cannot go on: then nobody in the
/// group may be told "recorded", and the group after it is a new one.
#[test]
fn when_the_engine_takes_a_group_back_all_of_it_is_told() {
    let bed = Bed::sqlite();
    notes(&bed.store);
    let (begun, wait_begun) = mpsc::channel();
    let go = Barrier::new(2);
    std::thread::scope(|scope| {
        let (store, go) = (&bed.store, &go);
        let first = scope.spawn(move || {
            store.write(|tx| {
                begun.send(()).unwrap();
                go.wait();
                note(tx, 1, "first")
            })
        });
        wait_begun.recv().unwrap();
        let second = scope.spawn(move || store.write(|tx| tx.script("ROLLBACK")));
        while bed.store.waiting() < 1 {
            std::thread::yield_now();
        }
        go.wait();
        assert!(first.join().unwrap().is_err(), "its row is gone");
        assert!(second.join().unwrap().is_err());
    });
    bed.store.write(|tx| note(tx, 2, "after")).unwrap();
    assert_eq!(ids(&bed.store), [2]);
}

/// Two programs on one file: the second waits, and both are told the truth.
#[test]
fn two_programs_may_write_to_one_file() {
    let bed = Bed::sqlite();
    notes(&bed.store);
    let other = bed.reopen();
    std::thread::scope(|scope| {
        for (base, store) in [(0, &bed.store), (1000, &other)] {
            for thread in 0..4 {
                scope.spawn(move || {
                    for n in 0..25 {
                        store.write(|tx| note(tx, base + thread * 100 + n, "n")).unwrap();
                    }
                });
            }
        }
    });
    assert_eq!(ids(&bed.store).len(), 200);
}

/// A program that holds the file for longer than one try waits does not fail the other's write.
#[test]
fn a_file_that_somebody_holds_is_waited_for_more_than_once() {
    let bed = Bed::sqlite();
    notes(&bed.store);
    let other = bed.reopen();
    let (begun, wait_begun) = mpsc::channel();
    std::thread::scope(|scope| {
        let holds = std::time::Duration::from_secs(5);
        scope.spawn(move || {
            other.write(|tx| {
                note(tx, 1, "long")?;
                begun.send(()).unwrap();
                std::thread::sleep(holds);
                Ok::<_, StoreError>(())
            })
        });
        wait_begun.recv().unwrap();
        bed.store.write(|tx| note(tx, 2, "waits")).unwrap();
    });
    assert_eq!(ids(&bed.store), [1, 2]);
}

/// Read, decide, write: with every caller in turn no increment is lost, on either engine.
#[test]
fn no_increment_is_lost() {
    each_engine(|bed| {
        notes(&bed.store);
        bed.store
            .write(|tx| {
                tx.script(
                    "CREATE TABLE c (id BIGINT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO c VALUES (1, 0)",
                )
            })
            .unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let step = |tx: &mut crate::WriteTx<'_>| {
                            let lock = tx.dialect().for_update();
                            let n =
                                tx.number(&format!("SELECT n FROM c WHERE id = $1{lock}"), params![1_i64])?;
                            tx.exec("UPDATE c SET n = $1 WHERE id = $2", params![n + 1, 1_i64])
                        };
                        bed.store.write(step).unwrap();
                    }
                });
            }
        });
        assert_eq!(bed.store.read(|tx| tx.number("SELECT n FROM c", &[])).unwrap(), 160);
    });
}
