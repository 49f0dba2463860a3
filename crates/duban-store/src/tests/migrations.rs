//! The runner of migrations.

use duban_domain::Stamp;

use super::{Bed, each_engine};
use crate::{
    StoreError,
    migrate::{ALL, Migration},
};

const ONE: Migration = Migration {
    version: 1,
    name: "0001_one",
    sqlite: "CREATE TABLE one (a BIGINT);",
    postgres: "CREATE TABLE one (a BIGINT);",
};
const TWO: Migration = Migration {
    version: 2,
    name: "0002_two",
    sqlite: "CREATE TABLE two (a BIGINT);\nINSERT INTO one VALUES (2);",
    postgres: "CREATE TABLE two (a BIGINT);\nINSERT INTO one VALUES (2);",
};

#[test]
fn steps_are_applied_once_and_in_order() {
    each_engine(|bed| {
        let first = bed.store.migrate_with(&[ONE], Stamp(5)).unwrap();
        assert_eq!((first.version, first.applied.join(" ")), (1, "0001_one".to_owned()));
        let second = bed.store.migrate_with(&[ONE, TWO], Stamp(6)).unwrap();
        assert_eq!((second.version, second.applied.join(" ")), (2, "0002_two".to_owned()));
        assert!(bed.reopen().migrate_with(&[ONE, TWO], Stamp(7)).unwrap().applied.is_empty());
        let when = |bed: &Bed| {
            bed.store
                .read(|tx| tx.all("SELECT applied_at FROM migration ORDER BY version", &[], |row| row.int(0)))
        };
        assert_eq!(when(bed).unwrap(), [5, 6]);
    });
}

#[test]
fn an_edited_step_and_a_newer_database_are_refused_in_words() {
    each_engine(|bed| {
        bed.store.migrate_with(&[ONE, TWO], Stamp(0)).unwrap();
        let edited = Migration {
            sqlite: "CREATE TABLE other (a BIGINT);",
            postgres: "CREATE TABLE other (a BIGINT);",
            ..ONE
        };
        let refused = bed.store.migrate_with(&[edited, TWO], Stamp(0)).unwrap_err();
        assert!(matches!(refused, StoreError::Edited { version: 1, .. }));
        assert!(refused.to_string().contains("add a new one"), "{refused}");
        let refused = bed.store.migrate_with(&[ONE], Stamp(0)).unwrap_err();
        assert!(matches!(refused, StoreError::TooNew { found: 2, known: 1 }));
        assert!(refused.to_string().contains("start the newer program"), "{refused}");
        let windows = Migration {
            sqlite: "CREATE TABLE two (a BIGINT);\r\nINSERT INTO one VALUES (2);",
            postgres: "CREATE TABLE two (a BIGINT);\r\nINSERT INTO one VALUES (2);",
            ..TWO
        };
        bed.store.migrate_with(&[ONE, windows], Stamp(0)).unwrap();
    });
}

#[test]
fn a_failing_step_leaves_everything_as_it_was() {
    each_engine(|bed| {
        let bad = Migration {
            sqlite: "CREATE TABLE half (a BIGINT); INSERT INTO nowhere VALUES (1);",
            postgres: "CREATE TABLE half (a BIGINT); INSERT INTO nowhere VALUES (1);",
            ..TWO
        };
        let failed = bed.store.migrate_with(&[ONE, bad], Stamp(0)).unwrap_err();
        assert!(matches!(failed, StoreError::Migration { version: 2, .. }), "{failed:?}");
        assert!(
            bed.store.read(|tx| tx.number("SELECT count(*) FROM one", &[])).is_err(),
            "the step before is undone as well"
        );
        bed.store.migrate_with(&[ONE, TWO], Stamp(0)).unwrap();
    });
}

#[test]
fn two_programs_that_start_together_migrate_once() {
    each_engine(|bed| {
        let applied: usize = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| bed.reopen().migrate(Stamp(0)).unwrap().applied.len()))
                .collect();
            starts.into_iter().map(|s| s.join().unwrap()).sum()
        });
        assert_eq!(applied, ALL.len());
    });
}

#[test]
fn the_steps_are_numbered_without_gaps() {
    for (step, version) in ALL.iter().zip(1..) {
        assert_eq!(step.version, version);
        assert!(step.name.starts_with(&format!("{version:04}_")), "{}", step.name);
    }
}
