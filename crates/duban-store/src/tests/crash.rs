//! A program is killed while it works; what it told anybody is there.
//!
//! The test binary runs itself as the program that dies: with the variable set, the test below is
//! the victim and not the judge.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use super::{each_engine, ids, note, notes};
use crate::{Store, Target};

const VICTIM: &str = "DUBAN_TEST_VICTIM";
const NAME: &str = "tests::crash::a_killed_program_loses_nothing_that_it_told";
/// Receipts to see before the kill.
const RECEIPTS: usize = 400;

#[test]
fn a_killed_program_loses_nothing_that_it_told() {
    if let Ok(target) = env::var(VICTIM) {
        return victim(&Target::parse(&target).unwrap());
    }
    each_engine(|bed| {
        notes(&bed.store);
        let address = match &bed.target {
            Target::Sqlite(path) => path.display().to_string(),
            Target::Postgres(url) => url.clone(),
        };
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture", "--test-threads=1"])
            .env(VICTIM, address)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let receipt = |line: std::io::Result<String>| line.ok()?.strip_prefix("told ")?.parse::<i64>().ok();
        let mut told: Vec<i64> = lines.by_ref().filter_map(receipt).take(RECEIPTS).collect();
        child.kill().unwrap();
        told.extend(lines.filter_map(receipt));
        child.wait().unwrap();

        assert!(told.len() >= RECEIPTS, "the victim ended by itself after {} receipts", told.len());
        let there = ids(&bed.reopen());
        let lost: Vec<&i64> = told.iter().filter(|id| there.binary_search(id).is_err()).collect();
        assert!(lost.is_empty(), "told and lost: {lost:?}");
        if bed.store.engine() == "SQLite" {
            let sound =
                bed.reopen().read(|tx| tx.first("PRAGMA integrity_check", &[], |row| row.text(0))).unwrap();
            assert_eq!(sound.as_deref(), Some("ok"));
        }
        bed.reopen().write(|tx| note(tx, -1, "it goes on")).unwrap();
    });
}

/// Writes from eight threads and says so after each, until it is killed.
fn victim(target: &Target) {
    let store = Store::open(target).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8_i64 {
            let store = &store;
            scope.spawn(move || {
                for n in 0.. {
                    let id = thread * 1_000_000 + n;
                    store.write(|tx| note(tx, id, "under load")).unwrap();
                    writeln!(std::io::stdout().lock(), "told {id}").unwrap();
                }
            });
        }
    });
}
