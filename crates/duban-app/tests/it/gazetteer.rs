//! Registers that are followed: a look changes nothing, much that vanished is asked about, what is broken leaves
//! everything as it is, and two servers read each once.

use std::sync::{
    Arc, Barrier, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use duban_app::{
    RegisterRun,
    administration::pack::{self, Saved},
    gazetteer,
    remote::{Call, Lost, Reply, Wire},
};
use duban_domain::{Lang, Refusal, gazetteer::Outcome};
use duban_testkit::{
    clock::MONDAY_NINE,
    world::{World, both},
};

use crate::life::{DAY, MINUTE};

/// A register that says what a test tells it to.
#[derive(Default)]
struct Keeper {
    says: Mutex<(u16, String)>,
    asked: AtomicUsize,
}

impl Keeper {
    fn says(&self, status: u16, text: &str) {
        *self.says.lock().unwrap() = (status, text.to_owned());
    }
}

impl Wire for Keeper {
    fn call(&self, call: &Call) -> Result<Reply, Lost> {
        assert_eq!((call.url.as_str(), call.private), ("https://open.example.cn/r", false));
        self.asked.fetch_add(1, Ordering::Relaxed);
        let (status, body) = self.says.lock().unwrap().clone();
        if status == 0 { Err(Lost("connection refused".into())) } else { Ok(Reply { status, body }) }
    }

    fn secret(&self, _: &str) -> Option<String> {
        None
    }
}

fn followed(world: &mut World, more: &str) -> Arc<Keeper> {
    let text = format!(
        "[[register]]\nkey = \"r\"\nname = \"测试登记\"\nname_en = \"Test register\"\nsource = \"https://open.example.cn/r\"\nat = \"03:30\"\n{more}"
    );
    let saved = pack::change(&world.ctx("administrator", "hotline"), "test", None, |files| {
        files.insert("registers.toml".into(), text.clone());
        Ok(())
    });
    assert!(matches!(saved.unwrap(), Saved::Done(..)));
    let keeper = Arc::new(Keeper::default());
    world.app = world.app.at_hand();
    world.app.wire = keeper.clone();
    keeper
}

fn work(world: &World) {
    while gazetteer::work(&world.app).unwrap() > 0 {}
}

fn newest(world: &World) -> RegisterRun {
    let ctx = world.ctx("administrator", "hotline");
    gazetteer::overview(&ctx).unwrap().remove(0).runs.remove(0)
}

fn found(world: &World, typed: &str) -> String {
    let names = gazetteer::find(&world.app, typed, 9).unwrap();
    names.into_iter().map(|place| place.name.zh).collect::<Vec<_>>().join(" ")
}

/// So many streets, as a table.
fn streets(count: usize) -> String {
    let rows = (1..=count).map(|n| format!("{n},登记{n}路,dj{n}l,430203\n"));
    format!("code,name,initials,division\n{}", rows.collect::<String>())
}

#[test]
fn a_look_changes_nothing_and_much_that_vanished_is_asked_about() {
    both(|world| {
        let keeper = followed(world, "id_is = \"code\"\nvanish_max = 10\n");
        keeper.says(200, &streets(20));
        let ctx = world.ctx("administrator", "hotline");
        let id = gazetteer::ask(&ctx, "r", true).unwrap();
        assert_eq!(gazetteer::ask(&ctx, "r", true).unwrap(), id, "pressed twice is asked once");
        // The look was asked for first, and the clock owes a reading too.
        let (run, detail) = (gazetteer::work(&world.app).unwrap(), gazetteer::one(&ctx, id).unwrap());
        assert_eq!((run, detail.0.outcome, detail.0.added), (1, Outcome::Looked, 20));
        assert_eq!((detail.1.added[0].as_str(), detail.1.added.len()), ("登记1路 430203", 20));
        assert_eq!(found(world, "登记1路"), "");
        work(world);
        assert_eq!(newest(world).outcome, Outcome::Done);
        assert_eq!(found(world, "dj12"), "登记12路", "also by first letters");

        keeper.says(200, &streets(15));
        gazetteer::ask(&ctx, "r", false).unwrap();
        work(world);
        let held = newest(world);
        assert_eq!((held.outcome, held.vanished, held.by.as_str()), (Outcome::Held, 5, "测试·administrator"));
        assert_eq!(found(world, "登记20路"), "登记20路", "nothing was changed");
        // Meanwhile still more of it has gone: what somebody said yes to was five.
        keeper.says(200, &streets(10));
        gazetteer::import_anyway(&ctx, held.id).unwrap();
        assert!(gazetteer::import_anyway(&ctx, held.id).is_err(), "decided once");
        work(world);
        let again = newest(world);
        assert_eq!((again.outcome, again.vanished), (Outcome::Held, 10));
        gazetteer::import_anyway(&ctx, again.id).unwrap();
        work(world);
        assert_eq!((newest(world).outcome, found(world, "登记20路")), (Outcome::Done, String::new()));
        // What comes back is found again.
        keeper.says(200, &streets(20));
        gazetteer::ask(&ctx, "r", false).unwrap();
        work(world);
        assert_eq!((newest(world).added, found(world, "登记20路")), (10, "登记20路".to_owned()));
        gazetteer::ask(&ctx, "r", false).unwrap();
        work(world);
        assert_eq!(newest(world).outcome, Outcome::Same);
        let stranger = world.ctx("supervisor", "hotline");
        assert!(gazetteer::overview(&stranger).is_err() && gazetteer::ask(&stranger, "r", false).is_err());
        let unknown = gazetteer::ask(&ctx, "nobody", false).unwrap_err();
        assert!(matches!(unknown, duban_app::AppError::Refused(Refusal::NotFound)));
    });
}

#[test]
fn what_is_broken_is_told_plainly_and_leaves_what_there_was() {
    both(|world| {
        let keeper = followed(world, "id_is = \"code\"\n");
        keeper.says(200, &streets(3));
        work(world);
        let ctx = world.ctx("administrator", "hotline");
        for (status, text, words) in [
            (0, "", "没有回应：connection refused"),
            (302, "", "回了 302"),
            (200, "<html>login</html>", "没有“name”这一栏"),
            (200, "code,name\n", "一条能用的都没有"),
        ] {
            keeper.says(status, text);
            gazetteer::ask(&ctx, "r", false).unwrap();
            work(world);
            let run = newest(world);
            assert_eq!(run.outcome, Outcome::Failed, "{words}");
            let said = gazetteer::error_words(&run, Lang::Zh);
            assert!(said.contains(words), "{words} in {said}");
            assert!(!gazetteer::error_words(&run, Lang::En).contains('有'));
            assert_eq!(found(world, "登记"), "登记1路 登记2路 登记3路");
        }
        // What the clock asked for is tried again some minutes later, and in the end has failed for that day.
        world.clock.set(MONDAY_NINE.plus_ms(DAY));
        keeper.says(0, "");
        let before = keeper.asked.load(Ordering::Relaxed);
        for _ in 0..40 {
            work(world);
            world.clock.pass_ms(10 * MINUTE);
        }
        assert_eq!(keeper.asked.load(Ordering::Relaxed) - before, 4);
        assert_eq!(newest(world).outcome, Outcome::Failed);
        world.clock.set(MONDAY_NINE.plus_ms(2 * DAY));
        keeper.says(200, &streets(4));
        work(world);
        assert_eq!(found(world, "登记4路"), "登记4路", "and the next day goes well");
    });
}

#[test]
fn two_servers_read_a_register_once_a_day_and_a_downtime_is_caught_up_once() {
    both(|world| {
        let keeper = followed(world, "");
        keeper.says(200, &streets(5));
        for (days, asked) in [(0, 1), (1, 2), (5, 3)] {
            world.clock.set(MONDAY_NINE.plus_ms(days * DAY));
            let start = Barrier::new(3);
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        start.wait();
                        work(world);
                    });
                }
            });
            assert_eq!(keeper.asked.load(Ordering::Relaxed), asked, "day {days}");
        }
        assert_eq!(newest(world).outcome, Outcome::Same);
    });
}

#[test]
fn a_register_of_divisions_changes_the_pack_and_takes_nothing_out() {
    both(|world| {
        let all = |world: &World| {
            let rows = world.city().divisions.iter().filter(|d| d.code.len() == 9);
            rows.map(|d| format!("{},{}\n", d.code, d.name.zh)).collect::<String>()
        };
        let rows = all(world);
        let keeper = followed(world, "holds = \"divisions\"\n");
        keeper.says(200, &format!("code,name\n{rows}"));
        work(world);
        assert_eq!(newest(world).outcome, Outcome::Same);
        let first = world.city().divisions.iter().find(|d| d.code.len() == 9).unwrap().clone();
        let last = world.city().divisions.iter().rfind(|d| d.code.len() == 9).unwrap().clone();
        let changed = rows
            .replace(&first.name.zh, "测试改名街道")
            .replace(&format!("{},{}\n", last.code, last.name.zh), "430203999,测试新设街道\n");
        keeper.says(200, &format!("code,name\n{changed}"));
        world.clock.set(MONDAY_NINE.plus_ms(DAY));
        work(world);
        world.app = world.app.at_hand();
        let run = newest(world);
        assert_eq!((run.outcome, run.added, run.renamed, run.vanished), (Outcome::Done, 1, 1, 1));
        let city = world.city();
        let renamed = city.division(&first.code).unwrap();
        assert_eq!(renamed.name.zh, "测试改名街道");
        assert_eq!(renamed.former.as_ref().map(|words| &words.zh), Some(&first.name.zh));
        assert_eq!((renamed.point, renamed.unit.clone()), (first.point, first.unit));
        assert_eq!(city.division("430203999").unwrap().parent.as_deref(), Some("430203"));
        assert!(city.division(&last.code).is_some(), "old cases are of it");
        world.clock.set(MONDAY_NINE.plus_ms(2 * DAY));
        work(world);
        assert_eq!(
            (newest(world).outcome, newest(world).vanished),
            (Outcome::Same, 1),
            "told, and nothing done"
        );
    });
}
