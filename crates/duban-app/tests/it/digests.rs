//! The daily digest: who is mailed which numbers, once a working day, whatever the clock and the servers do.

use std::{
    collections::BTreeMap,
    sync::{Arc, Barrier},
};

use duban_app::{
    NoticeQuery,
    administration::pack,
    case::{self, list},
    notice::{self, StaffBox, digest},
    staff::users::{self, Account},
};
use duban_domain::{
    Lang, StaffId,
    notice::{DigestWish, NoticeKind, NoticeState},
    person::Mail,
    policy::Member,
};
use duban_testkit::{
    clock::MONDAY_NINE,
    gateway::{Does, Fake},
    world::{World, both},
};

use crate::{
    life::{DAY, MINUTE, intake, on},
    notices::{outside, send},
};

const HOUR: i64 = 60 * MINUTE;
const LI: &str = "li.test@example.cn";
const DISPATCHER: &str = "dispatcher.test@example.cn";

fn reader(world: &World, role: &str, unit: &str, mail: &str) -> StaffId {
    let account = Account {
        login: format!("{role}-{unit}"),
        name: format!("测试·{role}"),
        unit: unit.into(),
        role: role.into(),
        password: "a password".into(),
    };
    let id = users::put(&world.app, &account).unwrap();
    let mail = Mail::parse(mail).unwrap();
    notice::set_mail(&world.app, id, &StaffBox { mail, ..StaffBox::default() }).unwrap();
    id
}

/// A case that goes to a unit.
fn case_for(world: &World, unit: &str) {
    let mut said = intake();
    said.wish.hold = true;
    let number = case::register::by_resident(&world.app, &said).unwrap().number;
    let order = case::dispatch::Order {
        unit: unit.into(),
        assisting: Vec::new(),
        reason: "归它管".into(),
        designated: false,
    };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
}

/// The digests that arrived so far: to whom and what.
fn told(world: &World, letters: &Arc<Fake>) -> Vec<(String, String)> {
    while digest::work(&world.app).unwrap() > 0 {}
    send(world);
    let ours = |subject: &str| subject.contains("今天要看的") || subject.contains("what waits for you");
    letters.taken().into_iter().filter(|l| ours(&l.subject)).map(|l| (l.to, l.text)).collect()
}

fn to<'a>(told: &'a [(String, String)], mail: &str) -> Vec<&'a str> {
    told.iter().filter(|(to, _)| to == mail).map(|(_, text)| text.as_str()).collect()
}

#[test]
fn each_reader_gets_one_mail_a_working_day_with_the_numbers_of_their_own_lists() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let id = reader(world, "handler", "urban", LI);
        reader(world, "dispatcher", "hotline", DISPATCHER);
        reader(world, "administrator", "hotline", "admin.test@example.cn");
        reader(world, "handler", "gas", "gas.test@example.cn");
        // The Sunday before is worked, for the holiday of New Year.
        world.clock.set(MONDAY_NINE.plus_ms(-DAY));
        assert!(told(world, &letters).is_empty(), "with nothing to say nothing is said");
        case_for(world, "urban");
        case_for(world, "urban");
        let mut held = intake();
        held.wish.hold = true;
        case::register::by_resident(&world.app, &held).unwrap();
        world.clock.set(MONDAY_NINE.plus_ms(-51 * MINUTE));
        assert!(told(world, &letters).is_empty(), "not before its hour");
        world.clock.pass_ms(MINUTE);
        let mails = told(world, &letters);
        assert_eq!(mails.len(), 2, "{mails:?}");
        let li = to(&mails, LI)[0];
        let lists = "https://12345.example.cn/desk/cases";
        for line in
            ["新收，还没办结：2 件", "等着答复：2 件", "待签收：2 件", &format!("{lists}?stage=dispatched\n")]
        {
            assert!(li.contains(line), "{line} in {li}");
        }
        let centre = to(&mails, DISPATCHER)[0];
        assert!(
            centre.contains(&format!("新收，还没办结：3 件\n{lists}?from=2026-01-04&to=2026-01-04")),
            "{centre}"
        );
        assert!(centre.contains(&format!("待派单：1 件\n{lists}?stage=received")), "{centre}");
        for secret in ["13900006021", "王女士", "纺织路", "路灯"] {
            assert!(!li.contains(secret) && !centre.contains(secret), "{secret}");
        }
        let link = letters.last_to(LI).unwrap().html;
        assert!(link.contains(&format!("<a href=\"{lists}?stage=dispatched\">")), "{link}");
        // Each number is what the list counts for that member.
        let who = Member::of(world.city(), id, "测试·li", "urban", "handler");
        let ctx = world.app.ctx(who.clone(), Lang::Zh);
        let piles = digest::piles(world.city(), &who, world.app.now());
        for pile in piles {
            let n = list::count(&ctx, &pile.query).unwrap();
            let line = format!("{}：{n} 件\n{lists}?{}\n", pile.name.0, pile.asks);
            assert_eq!(li.contains(&line), n > 0, "{line} in {li}");
        }
        world.clock.pass_ms(24 * HOUR);
        assert_eq!(told(world, &letters).len(), 4, "and again on Tuesday");
        world.clock.set(MONDAY_NINE.plus_ms(5 * DAY));
        assert_eq!(told(world, &letters).len(), 4, "nobody works on Saturday");
        let ledger = notice::ledger(
            &world.ctx("supervisor", "hotline"),
            &NoticeQuery { kind: Some(NoticeKind::Digest), ..NoticeQuery::default() },
        );
        let entries = ledger.unwrap().entries;
        assert!(entries.len() == 4 && entries.iter().all(|entry| entry.state == NoticeState::Sent));
    });
}

#[test]
fn two_servers_and_a_restart_make_one_mail() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        for unit in ["urban", "power", "water", "gas"] {
            reader(world, "handler", unit, &format!("{unit}.test@example.cn"));
            case_for(world, unit);
        }
        let start = Barrier::new(3);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    start.wait();
                    digest::work(&world.app).unwrap()
                });
            }
        });
        assert_eq!(told(world, &letters).len(), 4);
    });
}

#[test]
fn after_a_downtime_one_late_mail_comes_and_none_of_a_day_that_is_over() {
    both(|world| {
        let dead = std::iter::repeat_n(Does::Fails("connection refused"), 2);
        let (_, letters) = outside(world, [], dead);
        let id = reader(world, "handler", "urban", LI);
        // Only the digest is to be mailed here.
        let own = StaffBox {
            news: Some(duban_domain::notice::StaffNews::Neither),
            ..notice::mail_of(&world.app, id).unwrap()
        };
        notice::set_mail(&world.app, id, &own).unwrap();
        case_for(world, "urban");
        assert!(told(world, &letters).is_empty(), "Monday's finds no server");
        world.clock.set(MONDAY_NINE.plus_ms(DAY));
        assert!(told(world, &letters).is_empty(), "nor does Tuesday's");
        // Nothing runs until Thursday at night, and then on Friday.
        world.clock.set(MONDAY_NINE.plus_ms(3 * DAY + 14 * HOUR));
        assert!(told(world, &letters).is_empty(), "the night is quiet");
        world.clock.set(MONDAY_NINE.plus_ms(4 * DAY + 10 * HOUR));
        assert_eq!(to(&told(world, &letters), LI).len(), 1, "one for all the days");
        let query = NoticeQuery { kind: Some(NoticeKind::Digest), ..NoticeQuery::default() };
        let entries = notice::ledger(&world.ctx("supervisor", "hotline"), &query).unwrap().entries;
        let states: Vec<NoticeState> = entries.iter().map(|entry| entry.state).collect();
        assert_eq!(states, [NoticeState::Sent, NoticeState::Cancelled, NoticeState::Cancelled]);
        assert!(entries[1].reason.contains("那一天已经过去"), "{}", entries[1].reason);
    });
}

#[test]
fn the_city_says_what_holds_and_everybody_may_say_otherwise() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let ids = ["urban", "power", "water"].map(|unit| {
            case_for(world, unit);
            reader(world, "handler", unit, &format!("{unit}.test@example.cn"))
        });
        let wish = |world: &World, nth: usize, wish| {
            let unit = ["urban", "power", "water"][nth];
            let who = Member::of(world.city(), ids[nth], "测试·li", unit, "handler");
            digest::set_own(&world.app.ctx(who, Lang::Zh), wish).unwrap();
        };
        wish(world, 1, Some(DigestWish::Off));
        wish(world, 2, Some(DigestWish::English));
        let mails = told(world, &letters);
        assert_eq!(mails.len(), 2, "{mails:?}");
        assert!(to(&mails, "urban.test@example.cn")[0].contains("待签收：1 件"));
        let english = to(&mails, "water.test@example.cn")[0];
        assert!(english.contains("To sign for: 1\nhttps://") && !english.contains('件'), "{english}");
        let stranger = world.ctx("supervisor", "hotline");
        assert!(digest::set_own(&stranger, Some(DigestWish::Off)).is_err(), "nobody said where to mail them");
        // From now on nobody gets it who does not ask for it.
        let change = |world: &World, from: &'static str, to: &'static str| {
            pack::change(&world.ctx("administrator", "hotline"), "test", None, |files| {
                let text = files.get_mut("notices.toml").unwrap();
                *text = text.replace(from, to);
                Ok(())
            })
            .unwrap();
        };
        change(world, "digest = \"zh\"", "digest = \"off\"");
        world.app = world.app.at_hand();
        world.clock.pass_ms(DAY);
        let mails = told(world, &letters);
        assert_eq!((mails.len(), to(&mails, "water.test@example.cn").len()), (3, 2));
        // A city may want to hear on quiet days too.
        reader(world, "handler", "gas", "gas.test@example.cn");
        change(world, "digest_empty = false", "digest_empty = true");
        change(world, "digest = \"off\"", "digest = \"zh\"");
        world.app = world.app.at_hand();
        world.clock.pass_ms(DAY);
        let mails = told(world, &letters);
        assert!(to(&mails, "gas.test@example.cn")[0].contains("今天没有等着您的工单"), "{mails:?}");
        assert!(to(&mails, "power.test@example.cn").is_empty());
    });
}

/// Whatever the clock does (nights, holidays, days without a server), nobody gets two of one day, none comes
/// at night or on a day off, and whoever looks after the hour of a working day finds it sent.
#[test]
fn jumps_of_the_clock_make_no_mail_twice_and_lose_none() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        reader(world, "dispatcher", "hotline", DISPATCHER);
        let mut held = intake();
        held.wish.hold = true;
        case::register::by_resident(&world.app, &held).unwrap();
        let zone = world.city().zone.clone();
        let (mut seed, mut came) = (0x2026_0105_u64, BTreeMap::new());
        for _ in 0..60 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let far = i64::try_from(seed >> 40).unwrap_or(0) % (3 * DAY / MINUTE);
            let before = told(world, &letters).len();
            world.clock.pass_ms(MINUTE + far / (1 + i64::from(far % 3 == 0) * 20) * MINUTE);
            let now = world.app.now();
            let after = told(world, &letters).len();
            let local = now.timestamp().to_zoned(zone.clone());
            let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
            let owed = world.city().calendar.works(local.date()) && (490..1_290).contains(&minute);
            let fresh = after - before;
            assert!(fresh <= usize::from(owed), "{local}: {fresh}");
            *came.entry(local.date()).or_insert(0) += fresh;
            assert_eq!(came[&local.date()], usize::from(owed || came[&local.date()] == 1), "{local}");
        }
        assert!(came.values().sum::<usize>() > 10, "{came:?}");
    });
}
