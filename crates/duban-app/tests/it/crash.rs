//! A process that is killed under load: every request that was acknowledged is there afterwards.
//! The test program starts itself as the victim.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use duban_app::{App, case, check, keys::Keyring, setup};
use duban_domain::Number;
use duban_store::{Store, Target};
use duban_testkit::{
    clock::{Hands, MONDAY_NINE, Seeded},
    world::{server_database, zhuzhou},
};

use crate::life::intake;

const VICTIM: &str = "DUBAN_TEST_VICTIM";
/// Acknowledgements to wait for before the kill.
const ENOUGH: usize = 120;

fn app(target: &Target, seed: u64) -> App {
    let keys = Arc::new(Keyring::new(&[7; 32]));
    let store = Store::open(target).unwrap();
    let city = setup::begin(&store, Some(&zhuzhou()), &keys, MONDAY_NINE).unwrap();
    let app =
        App::new(city, store, keys, Arc::new(Hands::at(MONDAY_NINE)), Arc::new(Seeded::new(seed)), false);
    duban_app::proof::begin(&app, None).unwrap();
    app
}

/// Not a test of its own: what the killed process does, when it is one.
#[test]
fn victim() {
    let Ok(address) = std::env::var(VICTIM) else { return };
    let app = app(&Target::parse(&address).unwrap(), 99);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let registered = case::register::by_resident(&app, &intake()).unwrap();
                    println!("ack {}", registered.number);
                }
            });
        }
    });
}

fn killed_under_load(address: &str) {
    let target = Target::parse(address).unwrap();
    drop(app(&target, 1));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::victim", "--exact", "--nocapture", "--test-threads=1"])
        .env(VICTIM, address)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged: Vec<Number> = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(number) = line.rsplit_once("ack ").and_then(|(_, n)| n.parse().ok()) {
            acknowledged.push(number);
        }
        if acknowledged.len() == ENOUGH {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= ENOUGH);

    let app = app(&target, 2);
    for number in &acknowledged {
        assert!(
            app.store.read(|tx| tx.case_by_number(number)).unwrap().is_some(),
            "{number} was acknowledged and is gone"
        );
    }
    let found = check::check(&app).unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("city.db");
    killed_under_load(file.to_str().unwrap());
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed_postgres() {
    killed_under_load(&server_database().url());
}
