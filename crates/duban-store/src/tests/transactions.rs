//! What a closure may rely on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
};

use super::{Bed, each_engine, ids, note, notes};
use crate::{StoreError, sql::Sql, value::params};

/// An error of the caller's own, as the application has one.
#[derive(Debug)]
enum Mine {
    No,
    Store,
}

impl From<StoreError> for Mine {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

fn with_notes(test: impl Fn(&Bed)) {
    each_engine(|bed| {
        notes(&bed.store);
        test(bed);
    });
}

#[test]
fn ok_is_kept_and_no_leaves_nothing() {
    with_notes(|bed| {
        bed.store.write(|tx| note(tx, 1, "one")).unwrap();
        let refused = bed.store.write(|tx| {
            note(tx, 2, "two")?;
            Err::<(), Mine>(Mine::No)
        });
        assert!(matches!(refused, Err(Mine::No)));
        assert_eq!(ids(&bed.reopen()), [1]);
    });
}

#[test]
fn a_panic_leaves_nothing_and_the_store_goes_on() {
    with_notes(|bed| {
        let panic = catch_unwind(AssertUnwindSafe(|| {
            bed.store.write(|tx| {
                note(tx, 1, "one")?;
                assert_eq!(ids_in(tx), [1]);
                panic!("a fault in a use case");
                #[expect(unreachable_code, reason = "gives the closure its type")]
                Ok::<(), StoreError>(())
            })
        }));
        assert!(panic.is_err());
        bed.store.write(|tx| note(tx, 2, "two")).unwrap();
        assert_eq!(ids(&bed.store), [2]);

        let panic = catch_unwind(AssertUnwindSafe(|| {
            bed.store.read(|_| -> Result<(), StoreError> { panic!("in a page") })
        }));
        assert!(panic.is_err());
        assert_eq!(ids(&bed.store), [2]);
    });
}

fn ids_in(tx: &mut crate::ReadTx<'_>) -> Vec<i64> {
    tx.all("SELECT id FROM note ORDER BY id", &[], |row| row.int(0)).unwrap()
}

#[test]
fn a_failed_statement_ends_the_transaction_even_when_it_is_swallowed() {
    with_notes(|bed| {
        let swallowed = bed.store.write(|tx| {
            note(tx, 1, "one")?;
            assert!(matches!(note(tx, 1, "again"), Err(StoreError::Taken { .. })));
            assert!(matches!(note(tx, 2, "two"), Err(StoreError::Aborted)));
            Ok::<_, StoreError>(())
        });
        assert!(matches!(swallowed, Err(StoreError::Taken { .. })), "{swallowed:?}");
        assert!(ids(&bed.store).is_empty());
    });
}

#[test]
fn a_savepoint_fails_alone() {
    with_notes(|bed| {
        bed.store
            .write(|tx| {
                note(tx, 1, "one")?;
                let inner: Result<(), Mine> = tx.savepoint(|tx| {
                    note(tx, 2, "two")?;
                    Err(Mine::No)
                });
                assert!(matches!(inner, Err(Mine::No)));
                let taken: Result<(), StoreError> = tx.savepoint(|tx| note(tx, 1, "again"));
                assert!(matches!(taken, Err(StoreError::Taken { .. })));
                let swallowed: Result<(), StoreError> = tx.savepoint(|tx| {
                    note(tx, 3, "three")?;
                    let _ = note(tx, 1, "again");
                    Ok(())
                });
                assert!(matches!(swallowed, Err(StoreError::Taken { .. })));
                let nested: Result<(), StoreError> = tx.savepoint(|tx| {
                    note(tx, 4, "four")?;
                    let lost: Result<(), Mine> = tx.savepoint(|tx| {
                        note(tx, 5, "five")?;
                        Err(Mine::No)
                    });
                    assert!(lost.is_err());
                    Ok(())
                });
                nested?;
                let panic = catch_unwind(AssertUnwindSafe(|| {
                    tx.savepoint(|tx| -> Result<(), StoreError> {
                        note(tx, 6, "six")?;
                        panic!("one bad row")
                    })
                }));
                assert!(panic.is_err());
                note(tx, 7, "seven")
            })
            .unwrap();
        assert_eq!(ids(&bed.store), [1, 4, 7]);
    });
}

#[test]
fn a_transaction_inside_a_transaction_is_refused_and_not_waited_for() {
    with_notes(|bed| {
        let store = &bed.store;
        let twice: Result<(), StoreError> = store.write(|_| store.clone().write(|tx| note(tx, 1, "one")));
        assert!(matches!(twice, Err(StoreError::Nested)));
        let read_in_write = store.write(|_| store.read(|tx| tx.number("SELECT 1", &[])));
        assert!(matches!(read_in_write, Err(StoreError::Nested)));
        store.write(|tx| note(tx, 2, "two")).unwrap();
        assert_eq!(ids(store), [2]);
    });
}

#[test]
fn two_stores_may_be_used_inside_each_other() {
    let (one, two) = (Bed::sqlite(), Bed::sqlite());
    notes(&one.store);
    notes(&two.store);
    one.store
        .write(|tx| two.store.write(|other| note(other, 1, "there")).and_then(|()| note(tx, 1, "here")))
        .unwrap();
    assert_eq!((ids(&one.store), ids(&two.store)), (vec![1], vec![1]));
}

#[test]
fn a_read_sees_one_instant() {
    with_notes(|bed| {
        bed.store.write(|tx| note(tx, 1, "one")).unwrap();
        let (seen_first, wait_first) = mpsc::channel();
        let (written, wait_written) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                wait_first.recv().unwrap();
                bed.store.write(|tx| note(tx, 2, "two")).unwrap();
                written.send(()).unwrap();
            });
            let (before, after) = bed
                .store
                .read(|tx| {
                    let before = ids_in(tx);
                    seen_first.send(()).unwrap();
                    wait_written.recv().unwrap();
                    Ok::<_, StoreError>((before, ids_in(tx)))
                })
                .unwrap();
            assert_eq!((before, after), (vec![1], vec![1]));
        });
        assert_eq!(ids(&bed.store), [1, 2]);
    });
}

#[test]
fn a_read_cannot_write_even_with_a_statement_that_does() {
    with_notes(|bed| {
        let sly = bed.store.read(|tx| {
            tx.all("INSERT INTO note (id, body) VALUES (1, 'x') RETURNING id", &[], |row| row.int(0))
        });
        assert!(sly.is_err());
        assert!(ids(&bed.store).is_empty());
    });
}

#[test]
fn values_come_back_as_they_went_in() {
    each_engine(|bed| {
        let bytes = if bed.store.engine() == "SQLite" { "BLOB" } else { "BYTEA" };
        let odd = "株洲🏙\u{7}'\\";
        bed.store
            .write(|tx| {
                tx.script(&format!(
                    "CREATE TABLE v (a BIGINT, b TEXT, c {bytes}, d BIGINT, e TEXT, f {bytes})"
                ))?;
                tx.exec(
                    "INSERT INTO v (a, b, c, d, e, f) VALUES ($1, $2, $3, $4, $5, $6)",
                    params![i64::MIN, odd, &[0_u8, 255][..], None::<i64>, None::<&str>, None::<&[u8]>],
                )
            })
            .unwrap();
        bed.store
            .read(|tx| {
                let row = |row: &crate::value::Row<'_>| {
                    assert_eq!(
                        (row.int(0)?, row.text(1)?, row.blob(2)?),
                        (i64::MIN, odd.to_owned(), vec![0, 255])
                    );
                    assert_eq!((row.opt_int(3)?, row.opt_text(4)?, row.opt_blob(5)?), (None, None, None));
                    assert!(matches!(row.int(1), Err(StoreError::Column { column: 1, .. })));
                    assert!(matches!(row.str(4), Err(StoreError::Column { column: 4, .. })));
                    assert_eq!((row.int(6)?, row.flag(7)?, row.int(8)?), (1, true, 7));
                    Ok(())
                };
                tx.all(
                    "SELECT v.*, count(*) OVER (), a < 0, CASE WHEN a < 0 THEN 7 ELSE 8 END FROM v",
                    &[],
                    row,
                )
            })
            .unwrap();
    });
}

#[test]
fn one_placeholder_may_stand_in_several_places() {
    with_notes(|bed| {
        bed.store.write(|tx| (1..=5).try_for_each(|id| note(tx, id, "n"))).unwrap();
        let mut sql = Sql::new("SELECT id FROM note WHERE id IN (");
        sql.bind_all([2_i64, 4, 9]).push(") AND id <> ").bind(9_i64).push(" ORDER BY id LIMIT ").bind(10_i64);
        let listed = bed.store.read(|tx| tx.all(&sql.text, &sql.params(), |row| row.int(0))).unwrap();
        assert_eq!(listed, [2, 4]);
        let around = "SELECT id FROM note WHERE id = $1 OR id = $1 + $2 ORDER BY id";
        assert_eq!(
            bed.store.read(|tx| tx.all(around, params![1_i64, 2_i64], |row| row.int(0))).unwrap(),
            [1, 3]
        );
        let mut none = Sql::new("SELECT id FROM note WHERE id IN (");
        none.bind_all(std::iter::empty::<i64>()).push(")");
        assert!(
            bed.store.read(|tx| tx.first(&none.text, &none.params(), |row| row.int(0))).unwrap().is_none()
        );
    });
}

#[test]
fn a_nul_is_refused_by_name_on_both() {
    with_notes(|bed| {
        let refused = bed.store.write(|tx| note(tx, 1, "a\0b"));
        assert!(matches!(refused, Err(StoreError::Nul)), "{refused:?}");
        assert!(ids(&bed.store).is_empty());
    });
}
