//! Disks that fill up, disks that fail, power that goes, servers that go away: what is said then, and
//! what is there afterwards. The disk is one of `duban_testkit::disk`.
//!
//! Forty cuts of the power in every run; `DUBAN_CUTS=2000` for as many.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Child,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use duban_app::{AppError, Entropy, case, check};
use duban_domain::Stamp;
use duban_store::{Generation, StoreError, Target};
use duban_testkit::{
    clock::Seeded,
    disk::{Disk, Of},
    line::Line,
    world::server_database,
};

use crate::{
    crash::{ARCHIVE, Acknowledged, open, victim_on},
    life::intake,
};

/// Acknowledgements to hear before something is done to the disk.
const ENOUGH: usize = 40;
/// Cases to be acknowledged while the city is archived.
const ARCHIVED: usize = 250;
/// And so many times it was archived meanwhile.
const PULLS: usize = 6;
/// A disk that is broken and refuses nothing within so many lines is not broken.
const LINES_MAX: usize = 5_000;
/// Refusals to hear from a broken disk before it is mended.
const REFUSALS: usize = 12;

/// Reads lines of a victim until so many acknowledgements were heard.
fn hear(lines: &mut impl Iterator<Item = std::io::Result<String>>, all: &mut Acknowledged, enough: usize) {
    let heard = lines.map(Result::unwrap).filter(|line| all.hear(line)).take(enough).count();
    assert_eq!(heard, enough, "the victim ended by itself");
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The power goes at a moment that nobody chose: whatever had been told is there, and what lies on the
/// disk is a sound database.
#[test]
fn whatever_was_told_when_the_power_went_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.db");
    drop(open(&Target::Sqlite(file.clone()), 1));
    assert!(!folder.path().join("city.db-wal").exists(), "whoever closes last empties the journal");
    let begin = fs::read(&file).unwrap();

    let disk = Disk::new();
    disk.remember();
    let mut command = victim_on(file.to_str().unwrap(), 5);
    disk.under(&mut command);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    hear(&mut lines, &mut Acknowledged::default(), ENOUGH * 8);
    end(child);

    let tape = disk.tape();
    assert!(tape.deeds.len() > ENOUGH * 8, "the tape holds {} deeds", tape.deeds.len());
    let chance = Seeded::new(11);
    let cuts: usize = std::env::var("DUBAN_CUTS").map_or(40, |cuts| cuts.parse().unwrap());
    let (mut told, mut changed) = (0, 0);
    for _ in 0..cuts {
        let at = chance.number() as usize % (tape.deeds.len() + 1);
        let there = tempfile::tempdir().unwrap();
        let city = there.path().join("city.db");
        let random = || u64::from(chance.number());
        let (base, journal) = (
            tape.after(at, Of::Base, begin.clone(), random),
            tape.after(at, Of::Journal, Vec::new(), random),
        );
        changed += usize::from(base != begin);
        fs::write(&city, base).unwrap();
        fs::write(there.path().join("city.db-wal"), journal).unwrap();
        let mut all = Acknowledged::default();
        tape.told(at).for_each(|line| {
            all.hear(line);
        });
        told += all.len();
        let app = open(&Target::Sqlite(city), at as u64);
        all.are_in(&app.store);
        assert_eq!(check::check(&app).unwrap().faults, Vec::<String>::new());
    }
    assert!(told > 0, "at some of the cuts something had been told");
    println!("{cuts} cuts of {} deeds, the database itself half written in {changed}", tape.deeds.len());
}

/// A disk without room is named, nothing is told that is not there, and with room again the same
/// program goes on.
#[test]
fn a_full_disk_loses_nothing_and_with_room_again_it_goes_on() {
    on_a_disk_that(Disk::full, "the disk of the database is full and nothing was recorded");
}

/// So it is when the kernel takes a broken disk out of use.
#[test]
fn a_disk_that_became_read_only_loses_nothing_and_when_it_is_back_it_goes_on() {
    on_a_disk_that(Disk::read_only, "the disk of the database failed and nothing was recorded");
}

/// When the disk does not say whether it has kept something, neither do we: it is looked at first.
#[test]
fn a_disk_that_does_not_confirm_is_doubted_and_nothing_acknowledged_is_lost() {
    on_a_disk_that(Disk::failing, "look whether it was recorded");
}

/// The database goes away while residents hand in, and comes back: whoever is told so meanwhile is told what
/// it is, the same program goes on, and everything that was acknowledged is there.
#[test]
fn a_database_that_goes_and_comes_back_loses_nothing() {
    let database = server_database();
    let url = database.url();
    let there = url.split_once('@').and_then(|(_, rest)| rest.split_once('/')).unwrap().0;
    let line = Line::to(there);
    let target = Target::parse(&line.over(&url)).unwrap();
    let app = open(&target, 3);
    let (heard, refused, done) = (Mutex::new(Vec::new()), AtomicI64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    match case::register::by_resident(&app, &intake()) {
                        Ok(registered) => heard.lock().unwrap().push(registered.number),
                        Err(AppError::Store(
                            StoreError::Lost(_) | StoreError::InDoubt(_) | StoreError::Open { .. },
                        )) => drop(refused.fetch_add(1, Ordering::SeqCst)),
                        Err(other) => panic!("a lost line is called {other:?}"),
                    }
                }
            });
        }
        let until = |enough: &dyn Fn() -> bool| {
            while !enough() {
                std::thread::sleep(Duration::from_millis(5));
            }
        };
        let handed_in = || heard.lock().unwrap().len();
        for _ in 0..2 {
            let (before, no) = (handed_in(), refused.load(Ordering::SeqCst));
            until(&|| handed_in() > before + ENOUGH);
            line.cut();
            until(&|| refused.load(Ordering::SeqCst) > no + 3);
            line.mend();
        }
        let before = handed_in();
        until(&|| handed_in() > before + ENOUGH);
        done.store(true, Ordering::SeqCst);
    });
    for number in heard.lock().unwrap().iter() {
        assert!(app.store.read(|tx| tx.case_by_number(number)).unwrap().is_some(), "{number} is gone");
    }
    assert_eq!(check::check(&app).unwrap().faults, Vec::<String>::new());
}

/// A city that is archived while it works, and killed: out of the archive it comes back as it was last, and
/// as it was in the middle.
#[test]
fn an_archive_written_under_load_gives_back_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (file, kept) = (folder.path().join("city.db"), folder.path().join("archive"));
    drop(open(&Target::Sqlite(file.clone()), 1));
    let mut child = victim_on(file.to_str().unwrap(), 8).env(ARCHIVE, &kept).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let (mut all, mut pulling) = (Acknowledged::default(), Acknowledged::default());
    // What was safe at each moment; the journal is begun anew a few times on the way.
    let mut safe: Vec<(Stamp, Acknowledged)> = Vec::new();
    while all.len() < ARCHIVED || safe.len() < PULLS {
        let line = lines.next().expect("the victim goes on");
        assert!(!line.contains("the archive failed"), "{line}");
        if line.ends_with("pulling") {
            pulling = all.clone();
        } else if let Some((_, now)) = line.split_once("pulled ") {
            safe.push((Stamp(now.parse().unwrap()), pulling.clone()));
        } else {
            all.hear(&line);
        }
    }
    end(child);
    println!("{} cases told, archived {} times", all.len(), safe.len());
    assert!(fs::remove_file(&file).is_ok(), "what is restored comes out of the archive alone");

    let generations = Generation::all(&kept).unwrap();
    let newest = generations.last().unwrap();
    let heads: BTreeSet<Vec<u8>> =
        pieces(&kept).iter().map(|piece| fs::read(piece).unwrap()[..32].to_vec()).collect();
    assert!(heads.len() > 1, "the journal was begun anew while it was archived");
    let restored = |name: &str, until: Option<Stamp>| {
        let to = folder.path().join(name);
        newest.restore(until, &to, |_, _| ()).unwrap();
        let app = open(&Target::Sqlite(to), 9);
        let found = check::check(&app).unwrap();
        assert_eq!(found.faults, Vec::<String>::new());
        (app, found.cases)
    };
    let (middle, last) = (&safe[safe.len() / 2], safe.last().unwrap());
    let (then, now) = (restored("then.db", Some(middle.0)), restored("now.db", None));
    middle.1.are_in(&then.0.store);
    last.1.are_in(&now.0.store);
    assert!(then.1 < now.1, "the middle is not the end");
}

/// The pieces of the first generation, in order.
fn pieces(archive: &Path) -> Vec<PathBuf> {
    let folder = fs::read_dir(archive).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    let mut pieces: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pieces.retain(|path| path.extension().is_some_and(|end| end == "journal"));
    pieces.sort();
    pieces
}

/// A piece that is missing or damaged is named, and nothing is made up in its place.
#[test]
fn a_damaged_archive_is_said_to_be_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("archive");
    let app = open(&Target::Sqlite(folder.path().join("city.db")), 1);
    let ticks = AtomicI64::new(1);
    let mut archive =
        app.store.archive(&kept, 14, move || Stamp(ticks.fetch_add(1, Ordering::SeqCst))).unwrap();
    archive.pull().unwrap();
    for _ in 0..4 {
        case::register::by_resident(&app, &intake()).unwrap();
        assert!(archive.pull().unwrap() > 0);
    }
    assert_eq!(archive.pull().unwrap(), 0, "what is archived is not archived again");
    let newest = || Generation::all(&kept).unwrap().pop().unwrap();
    let whole = newest();
    whole.restore(None, &folder.path().join("whole.db"), |_, _| ()).unwrap();

    let pieces = pieces(&kept);
    let piece = &pieces[pieces.len() - 2];
    let right = fs::read(piece).unwrap();
    for at in [0, 40, right.len() / 2, right.len() - 1] {
        let mut wrong = right.clone();
        wrong[at] ^= 1;
        fs::write(piece, wrong).unwrap();
        let refused = newest().restore(None, &folder.path().join("wrong.db"), |_, _| ());
        assert!(matches!(refused, Err(StoreError::Damaged(_))), "byte {at}: {refused:?}");
    }
    fs::remove_file(piece).unwrap();
    assert!(newest().to < whole.to, "after a gap nothing is promised");
}

/// Where the archive cannot be written that is said, the city goes on, and nothing half made stays.
#[test]
fn an_archive_that_cannot_be_written_is_said_and_goes_on_when_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("archive");
    fs::write(&kept, "a file stands where the folder should be").unwrap();
    let app = open(&Target::Sqlite(folder.path().join("city.db")), 1);
    let hands = Arc::new(AtomicI64::new(1));
    let clock = hands.clone();
    let mut archive =
        app.store.archive(&kept, 14, move || Stamp(clock.fetch_add(1, Ordering::SeqCst))).unwrap();
    assert!(matches!(archive.pull(), Err(StoreError::Archive { .. })));
    case::register::by_resident(&app, &intake()).unwrap();
    fs::remove_file(&kept).unwrap();
    archive.pull().unwrap();
    assert!(!kept.exists(), "it is not tried again at once");
    hands.fetch_add(60_000, Ordering::SeqCst);
    archive.pull().unwrap();
    let case = case::register::by_resident(&app, &intake()).unwrap();
    assert!(archive.pull().unwrap() > 0);
    // A day later a new copy is made, and the one before is whole.
    hands.fetch_add(86_400_000, Ordering::SeqCst);
    archive.pull().unwrap();
    let all = Generation::all(&kept).unwrap();
    assert_eq!(all.len(), 2);
    for (n, one) in all.iter().enumerate() {
        let to = folder.path().join(format!("restored-{n}.db"));
        one.restore(None, &to, |_, _| ()).unwrap();
        let restored = open(&Target::Sqlite(to), 2);
        assert!(restored.store.read(|tx| tx.case_by_number(&case.number)).unwrap().is_some());
        assert_eq!(check::check(&restored).unwrap().faults, Vec::<String>::new());
    }
}

fn on_a_disk_that(breaks: fn(&Disk, bool), words: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.db");
    let target = Target::Sqlite(file.clone());
    drop(open(&target, 1));
    let disk = Disk::new();
    let mut command = victim_on(file.to_str().unwrap(), 6);
    disk.under(&mut command);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut all = Acknowledged::default();
    for _ in 0..2 {
        hear(&mut lines, &mut all, ENOUGH);
        breaks(&disk, true);
        let mut said = Vec::new();
        for line in lines.by_ref().map(Result::unwrap).take(LINES_MAX) {
            if !all.hear(&line) && line.contains("said ") {
                said.push(line);
            }
            if said.len() == REFUSALS {
                break;
            }
        }
        assert!(said.iter().all(|line| line.contains(words)), "{said:#?}");
        assert_eq!(said.len(), REFUSALS);
        breaks(&disk, false);
        // What was said before the disk was well again is still on its way.
        lines.by_ref().map(Result::unwrap).find(|line| all.hear(line)).unwrap();
    }
    hear(&mut lines, &mut all, ENOUGH);
    end(child);
    let app = open(&target, 9);
    all.are_in(&app.store);
    assert_eq!(check::check(&app).unwrap().faults, Vec::<String>::new());
}
