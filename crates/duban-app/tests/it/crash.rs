//! A process that is killed under load, again and again: everything that was acknowledged is there
//! afterwards. The test program starts itself as the victim.
//!
//! Twenty kills on each database in every run; `DUBAN_KILLS=1000` for as many.

use std::{
    collections::BTreeMap,
    error::Error,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use duban_app::{App, AppError, Ctx, case, check, jobs, keys::Keyring, media, proof, setup};
use duban_domain::{Lang, Number, StaffId, Stamp, case::Way, policy::Member};
use duban_store::{Store, Target};
use duban_testkit::{
    clock::{Hands, MONDAY_NINE, Seeded},
    world::{server_database, zhuzhou},
};

use crate::{
    handling::png,
    life::{intake, on},
};

const VICTIM: &str = "DUBAN_TEST_VICTIM";
/// Names the folder of an archive, when the victim keeps one.
pub(crate) const ARCHIVE: &str = "DUBAN_TEST_ARCHIVE";
/// Each victim is killed after so many acknowledgements and up to as many again.
const ENOUGH: u64 = 15;
/// Between two tries of a victim that is refused, or finds nothing to do.
const PAUSE: Duration = Duration::from_millis(10);
/// After so many kills the whole database is looked at, and after the last.
const LOOK_EVERY: u64 = 10;

/// The application on a database that may have been used before.
pub(crate) fn open(target: &Target, seed: u64) -> App {
    let keys = Arc::new(Keyring::new(&[7; 32]));
    let store = Store::open(target).unwrap();
    let city = setup::begin(&store, Some(&zhuzhou()), &keys, MONDAY_NINE).unwrap();
    let app =
        App::new(city, store, keys, Arc::new(Hands::at(MONDAY_NINE)), Arc::new(Seeded::new(seed)), false);
    proof::begin(&app, None).unwrap();
    app
}

/// The command that runs this program as a victim on that database.
pub(crate) fn victim_on(address: &str, seed: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["crash::victim", "--exact", "--nocapture", "--test-threads=1"])
        .env(VICTIM, format!("{seed} {address}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Not a test of its own: what the killed process does, when it is one. Residents hand in, with photos
/// now and then, staff take the steps that come next, and the program's own work goes on beside it.
#[test]
fn victim() {
    let Ok(words) = std::env::var(VICTIM) else { return };
    let (seed, address) = words.split_once(' ').unwrap();
    let seed: u64 = seed.parse().unwrap();
    let app = open(&Target::parse(address).unwrap(), seed.wrapping_mul(0x9e37_79b9));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    if let Err(error) = hand_in_and_handle(&app) {
                        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
                        writeln!(std::io::stdout().lock(), "said {why}").unwrap();
                        std::thread::sleep(PAUSE);
                    }
                }
            });
        }
        if let Ok(folder) = std::env::var(ARCHIVE) {
            scope.spawn(|| archive(&app, folder));
        }
        for work in [jobs::work, proof::work] {
            let app = &app;
            scope.spawn(move || {
                loop {
                    if !work(app).is_ok_and(|done| done > 0) {
                        std::thread::sleep(PAUSE);
                    }
                }
            });
        }
    });
}

/// Archives all the time, by a clock that goes on by one whenever it is read, and tells what is safe.
fn archive(app: &App, folder: String) {
    let clock = Arc::new(AtomicI64::new(1));
    let hands = clock.clone();
    let tick = move || Stamp(hands.fetch_add(1, Ordering::SeqCst));
    let mut archive = app.store.archive(folder.as_ref(), 14, tick).unwrap();
    loop {
        writeln!(std::io::stdout().lock(), "pulling").unwrap();
        if let Err(error) = archive.pull() {
            writeln!(std::io::stdout().lock(), "the archive failed: {error:?}").unwrap();
            std::process::abort();
        }
        let now = clock.load(Ordering::SeqCst);
        writeln!(std::io::stdout().lock(), "pulled {now}").unwrap();
        std::thread::sleep(PAUSE);
    }
}

/// One case through its first steps, each told as soon as it is acknowledged.
fn hand_in_and_handle(app: &App) -> Result<(), AppError> {
    let registered = case::register::by_resident(app, &intake())?;
    let number = &registered.number;
    told(number, 1);
    let seen = app.store.read(|tx| tx.case_by_number(number))?;
    let Some(unit) = seen.and_then(|case| case.unit().map(str::to_owned)) else { return Ok(()) };
    let handler = ctx(app, "handler", &unit);
    told(number, case::note::note(&ctx(app, "supervisor", "hotline"), &on(number), "先记一笔")?.version);
    told(number, case::sign::sign(&handler, &on(number))?.version);
    told(number, case::contact::contact(&handler, &on(number), Way::Phone, "约好下午到场")?.version);
    let photo = media::take("a.png", &png()).unwrap();
    told(number, case::attach::attach(&handler, &on(number), &[photo], "现场")?.version);
    Ok(())
}

fn ctx(app: &App, role: &str, unit: &str) -> Ctx {
    let id = app.entropy.number();
    app.ctx(Member::of(&app.city, StaffId(i64::from(id)), &format!("测试·{role}"), unit, role), Lang::Zh)
}

fn told(number: &Number, version: i64) {
    writeln!(std::io::stdout().lock(), "ack {number} {version}").unwrap();
}

/// What was acknowledged: the newest version that was told of each case.
#[derive(Clone, Default)]
pub(crate) struct Acknowledged(BTreeMap<Number, i64>);

impl Acknowledged {
    /// Takes a line of a victim; no for a line that says something else.
    pub(crate) fn hear(&mut self, line: &str) -> bool {
        let Some((number, version)) = line.rsplit_once("ack ").and_then(|(_, told)| told.split_once(' '))
        else {
            return false;
        };
        let (Ok(number), Ok(version)) = (number.parse(), version.parse()) else { return false };
        let newest = self.0.entry(number).or_insert(version);
        *newest = version.max(*newest);
        true
    }

    /// How many cases were acknowledged.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Panics when one of them is not there as it was told.
    pub(crate) fn are_in(&self, store: &Store) {
        store
            .read(|tx| {
                for (number, version) in &self.0 {
                    let there = tx.case_by_number(number)?.map_or(0, |case| case.version);
                    assert!(there >= *version, "{number} was acknowledged at {version} and is at {there}");
                }
                Ok::<_, duban_store::StoreError>(())
            })
            .unwrap();
    }
}

fn killed_again_and_again(address: &str) {
    let target = Target::parse(address).unwrap();
    drop(open(&target, 1));
    let kills: u64 = std::env::var("DUBAN_KILLS").map_or(20, |kills| kills.parse().unwrap());
    let mut all = Acknowledged::default();
    for kill in 1..=kills {
        let mut child = victim_on(address, kill).spawn().unwrap();
        let (mut of_this, enough) = (0, ENOUGH + kill * 7 % ENOUGH);
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            of_this += u64::from(all.hear(&line.unwrap()));
            if of_this == enough {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(of_this >= enough, "victim {kill} ended by itself after {of_this} of {enough}");
        if kill % LOOK_EVERY == 0 || kill == kills {
            let app = open(&target, kill + 10_000);
            all.are_in(&app.store);
            assert_eq!(check::check(&app).unwrap().faults, Vec::<String>::new());
        }
    }
    let app = open(&target, 3);
    while proof::work(&app).unwrap() > 0 {}
    let proved = proof::verify(&app, &proof::Given::default(), |_| ()).unwrap();
    assert_eq!(proved.faults, Vec::<String>::new());
    assert!(all.len() as u64 >= kills, "cases were acknowledged under each victim");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("city.db");
    killed_again_and_again(file.to_str().unwrap());
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed_postgres() {
    killed_again_and_again(&server_database().url());
}
