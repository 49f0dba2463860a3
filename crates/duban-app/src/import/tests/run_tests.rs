//! Whole imports into a database of their own, in the city of the repository.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use duban_domain::{
    Stamp,
    case::{Case, Ending, Stage},
    city::City,
};
use duban_store::{Store, Target};
use expect_test::expect;

use super::{
    super::{Go, ImportError, Mapping, Options, Summary, run},
    NOW, file,
};
use crate::{App, AppError, Clock, Entropy, keys::Keyring};

/// A clock that moves a millisecond each time somebody looks, as a real one does in a long import:
/// ids hold the time, and one instant has room for only so many.
struct Ticking(AtomicI64);
impl Clock for Ticking {
    fn now(&self) -> Stamp {
        Stamp(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// The same numbers in every run, spread well enough for ids.
struct Counting(AtomicU64);
impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

/// Draws from so few numbers that ids meet.
struct Unlucky(Counting);
impl Entropy for Unlucky {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.fill(buffer);
        if let [first, rest @ ..] = buffer {
            *first %= 16;
            rest.fill(0);
        }
    }
}

fn pack() -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                files.insert(path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"), text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/zhuzhou");
    let mut files = BTreeMap::new();
    walk(&root, &root, &mut files);
    files
}

/// A new city on a new database.
pub(super) fn city() -> (tempfile::TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Target::Sqlite(folder.path().join("city.db"))).unwrap();
    store.migrate(NOW).unwrap();
    let city = City::load(&pack()).unwrap_or_else(|faults| panic!("{faults:?}"));
    let (clock, entropy) = (Ticking(AtomicI64::new(NOW.0)), Counting(AtomicU64::new(1)));
    let keys = Arc::new(Keyring::new(&[7; 32]));
    let app = App::new(Arc::new(city), store, keys, Arc::new(clock), Arc::new(entropy), false);
    crate::proof::begin(&app, None).unwrap();
    (folder, app)
}

pub(super) fn import(app: &App, mapping: &Mapping, inputs: &[PathBuf]) -> Summary {
    run(app, inputs, mapping, &Options::default(), &mut |_| Go::On).unwrap_or_else(|e| panic!("{e}"))
}

fn case(app: &App, key: &str) -> Case {
    let found = app.store.read(|tx| {
        let request = tx.request_by_source(key)?.ok_or(AppError::Broken("no such request"))?;
        tx.case(request.case)?.ok_or(AppError::Broken("no such case"))
    });
    found.unwrap_or_else(|e: AppError| panic!("{key}: {e}"))
}

fn mapping() -> Mapping {
    let text = "source = \"test\"\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"受理\"\nanswer = \"答复\"\nanswered = \"办结\"\nphone = \"电话\"\n[default]\nchannel = \"web\"\n";
    Mapping::parse("test.toml", text).unwrap()
}

const HEADER: &str = "编号,内容,受理,答复,办结,电话\n";

#[test]
fn good_rows_come_in_bad_rows_are_named_and_mended_rows_follow() {
    let (_data, app) = city();
    let csv = format!(
        "{HEADER}1,测试路的路灯不亮,2025-12-01 09:00,已修好,2025-12-03 10:00,13900006021\n\
         2,测试路有积水,2025-02-30 09:00,,,\n\
         3,=测试公式,2025-12-01 09:00,,,\n\
         ,,,,,\n\
         1,测试路的路灯不亮,2025-12-01 09:00,已修好,2025-12-03 10:00,13900006021\n\
         1,另一件事,2025-12-01 09:00,,,\n\
         4,=测试坏行,昨天,,,+86\n"
    );
    let (folder, path) = file("orders.csv", csv.as_bytes());
    let first = import(&app, &mapping(), std::slice::from_ref(&path));
    let shown = serde_json::to_string(&first).unwrap().replace(&folder.path().display().to_string(), "DIR");
    expect![[r#"{"read":6,"imported":2,"already":1,"rejected":3,"rejects_file":"DIR/orders.csv.rejects.csv","skipped":1,"warnings":0,"warnings_file":null,"day_only":0,"unmapped_categories":0,"stopped":false}"#]].assert_eq(&shown);
    let rejects = folder.path().join("orders.csv.rejects.csv");
    let rejected = std::fs::read_to_string(&rejects).unwrap();
    expect![[r#"
        ﻿file,line,reason,编号,内容,受理,答复,办结,电话
        orders.csv,3,受理时间“2025-02-30 09:00”读不懂，或没有这一天；请改正，或在映射的 time_formats 中写明格式,2,测试路有积水,2025-02-30 09:00,,,
        orders.csv,7,同一编号已在第 2 行出现，内容不同；请核对哪一条是对的,1,另一件事,2025-12-01 09:00,,,
        orders.csv,8,受理时间“昨天”读不懂，或没有这一天；请改正，或在映射的 time_formats 中写明格式,4,'=测试坏行,昨天,,,+86
    "#]].assert_eq(&rejected);

    let again = import(&app, &mapping(), &[path]);
    assert_eq!((again.read, again.imported, again.already, again.rejected), (6, 0, 3, 3));

    let mended = folder.path().join("mended.csv");
    std::fs::write(
        &mended,
        rejected.replace("2025-02-30", "2025-02-27").replace("昨天", "2025-12-04").replace("另一件事", ""),
    )
    .unwrap();
    let third = import(&app, &mapping(), &[mended]);
    assert_eq!((third.imported, third.already, third.rejected), (2, 0, 1), "{third:?}");
    assert_eq!(
        app.store.read(|tx| tx.request_by_source("import:test:4")).unwrap().unwrap().text,
        "=测试坏行"
    );
}

#[test]
fn times_are_real_so_deadlines_and_misses_are() {
    let (_data, app) = city();
    let csv = format!(
        "{HEADER}1,测试路的路灯不亮,2025-12-01 09:00,已修好,2025-12-03 10:00,\n\
         2,测试路的路灯不亮,2025-06-01 09:00,,,\n\
         3,测试路的路灯不亮,2026-01-05 11:00,,,\n\
         4,测试路的路灯不亮,2025-06-01 09:00,早已修好,2025-05-01 09:00,\n"
    );
    let (_folder, path) = file("orders.csv", csv.as_bytes());
    let summary = import(&app, &mapping(), &[path]);
    assert_eq!((summary.imported, summary.warnings), (4, 1), "{summary:?}");

    let closed = case(&app, "import:test:1");
    assert!(matches!(closed.stage, Stage::Closed { ending: Ending::Historic, .. }), "{closed:?}");
    assert_eq!(closed.answered_at.unwrap().timestamp().to_string(), "2025-12-03T02:00:00Z");
    assert_eq!(closed.opened_at.timestamp().to_string(), "2025-12-01T01:00:00Z");
    assert!(closed.number.digits().starts_with("251201"));
    let missed = case(&app, "import:test:2");
    assert!(missed.is_open() && missed.missed && missed.finish.due < NOW);
    let running = case(&app, "import:test:3");
    assert!(running.is_open() && !running.missed && running.finish.due > NOW);
    let at_once = case(&app, "import:test:4");
    assert_eq!(at_once.answered_at, Some(at_once.opened_at));
}

#[test]
fn a_stopped_import_goes_on() {
    let (_data, app) = city();
    let rows: String =
        (0..450).map(|n| format!("{n},测试第 {n} 件,2025-12-{:02},,,\n", n % 28 + 1)).collect();
    let (_folder, path) = file("many.csv", format!("{HEADER}{rows}").as_bytes());
    let first = run(&app, std::slice::from_ref(&path), &mapping(), &Options::default(), &mut |p| {
        assert!(p.done <= p.total && p.so_far.imported == 200);
        Go::Stop
    })
    .unwrap();
    assert_eq!((first.imported, first.stopped), (200, true));
    let second = import(&app, &mapping(), &[path]);
    assert_eq!((second.read, second.imported, second.already, second.day_only), (450, 250, 200, 250));
}

#[test]
fn a_row_that_the_database_refuses_is_rejected_alone_and_comes_in_later() {
    let (_data, mut app) = city();
    let rows: String = (0..40).map(|n| format!("{n},测试第 {n} 件,2025-12-01,,,\n")).collect();
    let (_folder, path) = file("many.csv", format!("{HEADER}{rows}").as_bytes());
    let lucky = std::mem::replace(&mut app.entropy, Arc::new(Unlucky(Counting(AtomicU64::new(1)))));
    let first = import(&app, &mapping(), std::slice::from_ref(&path));
    assert!(first.imported > 0 && first.rejected > 0, "{first:?}");
    assert_eq!((first.read, first.imported + first.rejected), (40, 40));
    app.entropy = lucky;
    let second = import(&app, &mapping(), &[path]);
    assert_eq!((second.imported, second.already), (first.rejected, first.imported));
}

#[test]
fn nothing_is_written_when_one_of_the_files_does_not_fit() {
    let (_data, app) = city();
    let (_one, good) = file("good.csv", format!("{HEADER}1,测试,2025-12-01,,,\n").as_bytes());
    let (_two, other) = file("other.csv", "号,内容\n1,测试\n".as_bytes());
    let failed =
        run(&app, &[good.clone(), other], &mapping(), &Options::default(), &mut |_| Go::On).unwrap_err();
    assert!(matches!(failed, ImportError::NoTable { .. }) && failed.to_string().contains("编号"), "{failed}");
    assert!(app.store.read(|tx| tx.request_by_source("import:test:1")).unwrap().is_none());
    let over = Options { rejects: Some(good.clone()), ..Options::default() };
    assert!(matches!(
        run(&app, &[good], &mapping(), &over, &mut |_| Go::On),
        Err(ImportError::RejectsOverInput(_))
    ));
}
