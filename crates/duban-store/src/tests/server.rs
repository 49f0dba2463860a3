//! What only a server can do to us: go away, and be called from an async runtime.

use std::sync::{
    Barrier,
    atomic::{AtomicUsize, Ordering},
};

use super::{Bed, ids, note, notes};
use crate::{Store, StoreError, Target, WriteTx, value::params};

/// Ends the connection of the open transaction, as a restart of the server would.
fn cut(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    tx.script("SELECT pg_terminate_backend(pg_backend_pid())")
}

#[test]
fn a_lost_connection_is_named_and_leaves_nothing() {
    let bed = Bed::postgres();
    notes(&bed.store);
    let lost = bed.store.write(|tx| {
        note(tx, 1, "one")?;
        cut(tx)
    });
    assert!(matches!(&lost, Err(e @ StoreError::Lost(_)) if e.retryable()), "{lost:?}");
    bed.store.write(|tx| note(tx, 2, "two")).unwrap();
    assert_eq!(ids(&bed.store), [2]);
}

#[test]
fn a_write_whose_connection_broke_once_is_tried_again_and_recorded_once() {
    let bed = Bed::postgres();
    notes(&bed.store);
    let mut tries = 0;
    bed.store
        .write(|tx| {
            tries += 1;
            note(tx, 1, "one")?;
            if tries == 1 { cut(tx) } else { Ok(()) }
        })
        .unwrap();
    assert_eq!((tries, ids(&bed.store)), (2, vec![1]));
}

/// Each of two writers locks its row and then wants the other's: the server ends one of them, whose
/// second try finds both rows free. Also inside a part, which must not swallow it.
#[test]
fn two_writers_who_want_each_others_rows_are_both_served() {
    let bed = Bed::postgres();
    notes(&bed.store);
    bed.store.write(|tx| note(tx, 1, "a").and_then(|()| note(tx, 2, "b"))).unwrap();
    let (both_hold, tries) = (Barrier::new(2), AtomicUsize::new(0));
    let add = |tx: &mut WriteTx<'_>, id: i64| {
        tx.exec("UPDATE note SET body = body || 'x' WHERE id = $1", params![id]).map(drop)
    };
    std::thread::scope(|scope| {
        for (first, second) in [(1, 2), (2, 1)] {
            let (bed, both_hold, tries) = (&bed, &both_hold, &tries);
            scope.spawn(move || {
                let mut own = 0;
                bed.store
                    .write(|tx| {
                        own += 1;
                        tries.fetch_add(1, Ordering::Relaxed);
                        add(tx, first)?;
                        if own == 1 {
                            both_hold.wait();
                        }
                        tx.savepoint(|tx| add(tx, second)).or(Ok::<_, StoreError>(()))
                    })
                    .unwrap();
            });
        }
    });
    assert_eq!(tries.into_inner(), 3);
    let marks = bed.store.read(|tx| tx.number("SELECT sum(length(body)) FROM note", &[])).unwrap();
    assert_eq!(marks, 6);
}

#[test]
fn connections_that_died_in_the_pool_are_passed_over() {
    let bed = Bed::postgres();
    notes(&bed.store);
    std::thread::scope(|scope| {
        for id in 0..6 {
            let store = &bed.store;
            scope.spawn(move || store.write(|tx| note(tx, id, "n")).unwrap());
        }
    });
    let other = bed.reopen();
    let cut_others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(other.read(|tx| tx.number(cut_others, &[])).unwrap() > 0);
    for id in 10..20 {
        bed.store.write(|tx| note(tx, id, "n")).unwrap();
    }
    assert_eq!(ids(&bed.store).len(), 16);
}

#[test]
fn a_runtime_may_call_it_on_its_blocking_threads_and_drop_it_anywhere() {
    let bed = Bed::postgres();
    notes(&bed.store);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store = bed.reopen();
    runtime.block_on(async {
        let writes: Vec<_> = (0..40)
            .map(|id| {
                let store = store.clone();
                tokio::task::spawn_blocking(move || store.write(|tx| note(tx, id, "n")))
            })
            .collect();
        for write in writes {
            write.await.unwrap().unwrap();
        }
        drop(store);
        let opened_here = Store::open(&bed.target);
        assert!(opened_here.is_ok());
    });
    assert_eq!(ids(&bed.store).len(), 40);
}

#[test]
fn a_server_that_is_not_there_is_named_without_its_password() {
    let refused =
        Store::open(&Target::Postgres("postgres://duban:secret@127.0.0.1:1/x".to_owned())).err().unwrap();
    let said = refused.to_string();
    assert!(said.contains("duban@127.0.0.1:1/x") && !said.contains("secret"), "{said}");
}

#[test]
fn many_different_statements_do_not_pile_up() {
    let bed = Bed::postgres();
    for n in 0..600 {
        assert_eq!(bed.store.read(|tx| tx.number(&format!("SELECT {n}"), &[])).unwrap(), n);
    }
    let prepared =
        bed.store.read(|tx| tx.number("SELECT count(*) FROM pg_prepared_statements", &[])).unwrap();
    assert!(prepared <= 260, "{prepared}");
}
