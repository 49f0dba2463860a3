//! The collected real data, where it lies beside the repository. None of it is in the repository,
//! and nothing of it is printed: only counts.

use std::path::{Path, PathBuf};

use duban_domain::place::{Bounds, PlaceFault};

use super::{
    super::{
        Mapping,
        reader::Table,
        reason::{Reason, Warning},
        row::Plan,
    },
    known,
    run_tests::{city, import},
};

/// The folder, or nothing and a word about it.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("DUBAN_SHARED_DATA").map_or(beside, PathBuf::from);
    if folder.join("messages").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no real data at {} (set DUBAN_SHARED_DATA)", folder.display());
    None
}

#[test]
fn messages_and_work_orders_come_in_once() {
    let Some(data) = shared() else { return };
    let (_folder, app) = city();
    let scratch = tempfile::tempdir().unwrap();
    for (mapping, file, imported, rejected) in [
        ("messages", "messages/hotspot_messages.csv", 4_326, 0),
        ("messages-replies", "messages/with_replies.csv", 2_816, 0),
        ("messages-labelled", "messages/labelled_raw.csv", 456, 1),
        ("workorders-fuzhou", "workorders/fuzhou.csv", 1_464, 0),
    ] {
        // The input is copied, because reports are written beside it.
        let path = scratch.path().join(Path::new(file).file_name().unwrap());
        std::fs::copy(data.join(file), &path).unwrap();
        let mapping = Mapping::load(mapping).unwrap();
        let first = import(&app, &mapping, std::slice::from_ref(&path));
        assert_eq!(
            (first.imported, first.already, first.rejected),
            (imported, 0, rejected),
            "{file}: {first:?}"
        );
        let again = import(&app, &mapping, &[path]);
        assert_eq!(
            (again.imported, again.already, again.rejected),
            (0, imported, rejected),
            "{file}: {again:?}"
        );
    }
}

#[test]
fn replies_took_eleven_days() {
    let Some(data) = shared() else { return };
    let mapping = Mapping::load("messages-replies").unwrap();
    let mut table = Table::open(&data.join("messages/with_replies.csv"), &mapping).unwrap();
    let plan = Plan::new(&mapping, &table).unwrap();
    let mut days = Vec::new();
    while let Some(row) = table.next_row().unwrap() {
        let incoming = plan.read(&row, &known()).unwrap();
        let (_, answered) = incoming.answer.unwrap();
        days.push((answered.0 - incoming.received_at.0) as f64 / 86_400_000.0);
    }
    days.sort_by(f64::total_cmp);
    let at = |share: f64| days[(days.len() as f64 * share) as usize];
    assert_eq!(days.len(), 2_816);
    assert!((at(0.5) - 11.2).abs() < 0.1 && (at(0.9) - 41.0).abs() < 1.0, "{} {}", at(0.5), at(0.9));
}

#[test]
fn american_requests_are_read_with_their_odd_places() {
    let Some(data) = shared() else { return };
    let mapping = Mapping::load("requests-311").unwrap();
    let mut table = Table::open(&data.join("311/requests.csv"), &mapping).unwrap();
    let plan = Plan::new(&mapping, &table).unwrap();
    // The box of the three cities instead of the box of ours.
    let mut known = known();
    known.bounds = Bounds { west: -88.0, south: 39.0, east: -73.0, north: 42.1 };
    let (mut read, mut points, mut whole, mut early, mut unlikely) = (0, 0, 0, 0, 0);
    while let Some(row) = table.next_row().unwrap() {
        read += 1;
        let incoming = match plan.read(&row, &known) {
            Ok(incoming) => incoming,
            Err(Reason::Unlikely(..)) => {
                unlikely += 1;
                continue;
            }
            Err(reason) => panic!("line {}: {reason:?}", row.line),
        };
        points += u32::from(incoming.place.point.is_some());
        whole += u32::from(incoming.warnings.contains(&Warning::Place(PlaceFault::WholeDegrees)));
        early += u32::from(incoming.warnings.contains(&Warning::AnsweredBefore));
    }
    assert_eq!((read, whole, early, unlikely), (21_876, 892, 32, 3));
    assert!(points > 20_000, "{points}");
}
