//! A table into a city, on both databases: all of it, twice, and stopped in the middle.

use std::path::{Path, PathBuf};

use duban_app::{
    case::list,
    check,
    import::{self, Go, Mapping, Options, Summary},
};
use duban_store::CaseQuery;
use duban_testkit::world::{World, both};

/// More than two transactions of the import.
const ROWS: usize = 420;

/// A table as another hotline gives it: every third one is answered, one row says no time.
fn table(folder: &Path) -> PathBuf {
    let mut text = String::from(
        "工单编号,工单标题,诉求内容,受理时间,诉求类型,紧急程度,诉求来源,问题分类,所属区域,事发地址,经度,纬度,来电人,联系电话,是否公开,答复内容,办结时间\n",
    );
    for n in 0..ROWS {
        let (answer, closed) = if n % 3 == 0 { ("已换灯泡。", "2025-12-30 10:00") } else { ("", "") };
        let at = format!("2025-12-{:02} {:02}:{:02}", 1 + n % 28, n % 24, n % 60);
        text.push_str(&format!(
            "测-{n},第 {n} 盏路灯不亮,测试路第 {n} 盏路灯不亮。,{at},求助,,电话,,芦淞区,测试路 {n} 号,,,测试·王女士,13900001001,公开,{answer},{closed}\n"
        ));
    }
    text.push_str(
        "测-没有时间,无,没有受理时间的一行。,,求助,,电话,,芦淞区,测试路,,,测试·无,13900001001,公开,,\n",
    );
    let path = folder.join("export.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn run(world: &World, table: &Path, mut go: impl FnMut(u64) -> Go) -> Summary {
    let mapping = Mapping::load("generic-12345").unwrap();
    let mut progress = |progress: import::Progress<'_>| {
        // A minute passes, as it does in a long import: ids hold the time.
        world.clock.pass_ms(1_000);
        go(progress.so_far.imported)
    };
    import::run(&world.app, &[table.to_owned()], &mapping, &Options::default(), &mut progress).unwrap()
}

fn all(world: &World) -> i64 {
    let ctx = world.ctx("supervisor", "hotline");
    list::count(&ctx, &CaseQuery::default()).unwrap()
}

#[test]
fn a_table_is_imported_whole_and_twice_is_once() {
    both(|world| {
        let folder = tempfile::tempdir().unwrap();
        let table = table(folder.path());
        let first = run(world, &table, |_| Go::On);
        assert_eq!((first.imported, first.rejected, first.stopped), (ROWS as u64, 1, false));
        let again = run(world, &table, |_| Go::On);
        assert_eq!((again.imported, again.already), (0, ROWS as u64));
        assert_eq!(all(world), ROWS as i64);
        let found = check::check(&world.app).unwrap();
        assert!(found.faults.is_empty(), "{:?}", found.faults);
    });
}

#[test]
fn an_import_that_is_stopped_leaves_whole_cases_and_a_second_run_completes_it() {
    both(|world| {
        let folder = tempfile::tempdir().unwrap();
        let table = table(folder.path());
        let stopped = run(world, &table, |imported| if imported >= 200 { Go::Stop } else { Go::On });
        assert!(stopped.stopped && stopped.imported >= 200 && stopped.imported < ROWS as u64, "{stopped:?}");
        assert_eq!(all(world), stopped.imported as i64, "what it says it did is there, and nothing else");
        let found = check::check(&world.app).unwrap();
        assert!(found.faults.is_empty(), "{:?}", found.faults);
        let rest = run(world, &table, |_| Go::On);
        assert_eq!((rest.already, rest.imported), (stopped.imported, ROWS as u64 - stopped.imported));
        assert_eq!(all(world), ROWS as i64);
    });
}
