//! Terms of keeping: what had its term goes at night, a few rows at a time; figures and proofs stay.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use duban_app::{
    App, AppError,
    case::{
        self,
        register::{Intake, Registered},
    },
    figures, jobs, retention,
};
use duban_domain::{
    Number, Refusal, RequestId, StaffId,
    policy::Entry,
    retention::{Record, RetentionRules, Term},
};
use duban_store::{Figures, SignInLine, Store};
use duban_testkit::{
    clock::{MONDAY_NINE, Seeded},
    world::{World, both},
};

use crate::{
    canary::{NAME, canary, left, work},
    life::{DAY, intake, on, reached, to_callback},
    notices::{outside, send},
};

const YEAR: i64 = 366 * DAY;

/// Names go after a year, cases after three; sign-ins and the rest after two.
fn terms(world: &mut World) {
    let term = Term { anonymise_months: Some(12), destroy_months: Some(36), ..Term::default() };
    let record = |what: &Record| (*what, 24);
    let records = Record::ALL.iter().filter(|what| **what != Record::Sessions).map(record).collect();
    let mut city = (*world.app.city).clone();
    city.retention = RetentionRules { hour: 2, terms: vec![term], records };
    world.app.city = Arc::new(city);
}

fn closed(world: &World, registered: &Registered) {
    to_callback(world, registered);
    let caller = world.ctx("caller", "hotline");
    case::callback::call(&caller, &on(&registered.number), &reached(true)).unwrap();
}

fn sums(world: &World) -> Figures {
    let zone = &world.city().zone;
    let from = MONDAY_NINE.date(zone).first_of_month();
    figures::totals(&world.ctx("leader", "hotline"), from, from.last_of_month()).unwrap()
}

/// Lets a whole night pass, some time later.
fn night(world: &World, later: i64) {
    retention::begin(&world.app).unwrap();
    world.clock.pass_ms(later - DAY);
    // A night that is very late waits for the next one.
    work(world);
    world.clock.pass_ms(DAY);
    work(world);
}

fn row(world: &World, number: &Number) -> bool {
    world.app.store.read(|tx| tx.case_by_number(number)).unwrap().is_some()
}

#[test]
fn a_case_names_nobody_after_its_term_and_is_gone_after_the_next_and_what_it_counted_stays() {
    both(|world| {
        terms(world);
        outside(world, [], []);
        let gone = case::register::by_resident(&world.app, &canary()).unwrap();
        let held = case::register::by_resident(&world.app, &intake()).unwrap();
        closed(world, &gone);
        closed(world, &held);
        send(world);
        let privacy = world.ctx("privacy", "hotline");
        retention::hold(&privacy, &held.number, "诉讼中").unwrap();
        let counted = sums(world);
        night(world, 300 * DAY);
        assert!(left(world).iter().any(|found| found.starts_with("name")), "not before its term");

        let soon = retention::overview(&world.ctx("privacy", "hotline")).unwrap();
        assert_eq!((soon.terms[0].1.anonymise, soon.holds.len()), (0, 1));
        assert!(soon.coming.is_empty(), "nothing goes within a month: {:?}", soon.coming);
        world.clock.pass_ms(40 * DAY);
        let soon = retention::overview(&world.ctx("privacy", "hotline")).unwrap();
        let listed: Vec<_> =
            soon.coming.iter().map(|row| (row.number.clone(), row.tonight, row.held)).collect();
        assert_eq!(listed, [(gone.number.clone(), false, false), (held.number.clone(), false, true)]);
        assert_eq!((soon.terms[0].1.anonymise, soon.terms[0].2.anonymise, soon.terms[0].2.held), (0, 1, 1));
        night(world, 30 * DAY);
        assert_eq!(left(world), [""; 0]);
        assert!(row(world, &gone.number));
        let shown = case::show::show(&world.ctx("dispatcher", "hotline"), &held.number).unwrap();
        assert!(shown.voices[0].person.name.starts_with('测'), "what is held back stays as it is");
        assert_eq!(sums(world), counted);

        night(world, 2 * YEAR);
        assert!(!row(world, &gone.number) && row(world, &held.number));
        assert_eq!(sums(world), counted, "what was published about a day does not change");
        let over = retention::overview(&world.ctx("privacy", "hotline")).unwrap();
        assert_eq!((over.destroyed.1, over.destroyed.0[0].number.as_str()), (1, gone.number.digits()));
        assert_eq!(over.destroyed.0[0].digest.len(), 32);
        assert!(retention::destroyed(&world.app, &gone.number).unwrap().is_some());
        let show = case::show::show(&world.ctx("dispatcher", "hotline"), &gone.number);
        assert!(matches!(show, Err(AppError::Refused(Refusal::NotFound))));
        assert!(!tamper_holds(world, NAME));
    });
}

fn tamper_holds(world: &World, text: &str) -> bool {
    !duban_store::tamper::holding(&world.target, &[("x".to_owned(), text.as_bytes().to_vec())]).is_empty()
}

#[test]
fn sign_ins_go_after_their_term_and_no_day_before() {
    both(|world| {
        terms(world);
        let note = |at| {
            let line = SignInLine {
                id: world.app.change_id(),
                at,
                staff: StaffId(1),
                what: Entry::In.code(),
                place: String::new(),
                agent: String::new(),
            };
            world.app.store.write(|tx| tx.note_sign_in(&line)).unwrap();
        };
        note(world.app.now());
        world.clock.pass_ms(YEAR);
        note(world.app.now());
        night(world, YEAR + 3 * DAY);
        let lines = world.app.store.read(|tx| tx.sign_ins(None, None, 10)).unwrap();
        assert_eq!(lines.len(), 1);
    });
}

#[test]
fn a_night_that_is_broken_off_goes_on_where_it_was() {
    both(|world| {
        terms(world);
        let all: Vec<Registered> =
            (0..7).map(|_| case::register::by_resident(&world.app, &intake()).unwrap()).collect();
        for registered in &all {
            closed(world, registered);
        }
        world.clock.pass_ms(4 * YEAR);
        work(world);
        retention::begin(&world.app).unwrap();
        world.clock.pass_ms(DAY);
        // Killed after some transactions: what is gone is gone, what is left is whole.
        for _ in 0..2 {
            jobs::work(&world.app).unwrap();
        }
        let there = |world: &World| all.iter().filter(|one| row(world, &one.number)).count();
        let left = there(world);
        assert!((1..7).contains(&left), "{left}");
        let store = Store::open(&world.target).unwrap();
        let again = App::new(
            world.app.city.clone(),
            store,
            world.app.keys.clone(),
            world.clock.clone(),
            Arc::new(Seeded::new(5)),
            false,
        );
        world.clock.pass_ms(120_000);
        while jobs::work(&again).unwrap() > 0 {}
        drop(again);
        assert_eq!(there(world), 0);
    });
}

/// Whoever hands something in while a night is at work waits no longer than for a few rows.
#[test]
fn nobody_who_writes_waits_for_a_night() {
    both(|world| {
        terms(world);
        for _ in 0..60 {
            let registered = case::register::by_resident(&world.app, &intake()).unwrap();
            closed(world, &registered);
        }
        while jobs::work(&world.app).unwrap() > 0 {}
        let quiet = creates(world);
        world.clock.pass_ms(4 * YEAR);
        retention::begin(&world.app).unwrap();
        world.clock.pass_ms(DAY);
        let stop = AtomicBool::new(false);
        let beside = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut done = 1;
                while done > 0 && !stop.load(Ordering::Relaxed) {
                    done = jobs::work(&world.app).unwrap();
                }
            });
            let beside = creates(world);
            stop.store(true, Ordering::Relaxed);
            beside
        });
        println!("a create takes {quiet} µs alone and {beside} µs beside a night");
        // Wide, because machines that test are busy: what it must not be is the length of a night.
        assert!(beside < quiet.max(1_000) * 15, "{quiet} µs alone, {beside} µs beside a night");
        while jobs::work(&world.app).unwrap() > 0 {}
    });
}

/// The time that half of 40 creates take at most, in microseconds: the slowest say more of the machine than of us.
#[expect(clippy::disallowed_methods, reason = "a test that measures how long somebody waits")]
fn creates(world: &World) -> u128 {
    let mut took: Vec<u128> = (0..40)
        .map(|_| {
            let begun = std::time::Instant::now();
            case::register::by_resident(&world.app, &intake()).unwrap();
            begun.elapsed().as_micros()
        })
        .collect();
    took.sort_unstable();
    took[20]
}

/// A machine that comes up with its clock in another century destroys nothing at once; and when the clock is right again,
/// the nights go on.
#[test]
fn a_clock_that_is_far_ahead_destroys_nothing_before_somebody_could_notice() {
    both(|world| {
        terms(world);
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        closed(world, &registered);
        retention::begin(&world.app).unwrap();
        world.clock.pass_ms(73 * YEAR);
        work(world);
        assert!(row(world, &registered.number));
        world.clock.pass_ms(-73 * YEAR);
        retention::begin(&world.app).unwrap();
        let owed = world.app.store.read(|tx| tx.owed_at("retention")).unwrap().unwrap();
        assert!(owed <= world.app.now().plus_ms(DAY), "the next night is tonight again");
    });
}

/// What belongs to a case that is held back stays with it: what was told of it too.
#[test]
fn a_notice_of_a_case_that_is_held_back_outlives_its_term() {
    both(|world| {
        terms(world);
        outside(world, [], []);
        let said = || Intake { source_key: None, media: Vec::new(), ..canary() };
        let [gone, held] = [0, 1].map(|_| case::register::by_resident(&world.app, &said()).unwrap());
        for one in [&gone, &held] {
            closed(world, one);
        }
        send(world);
        retention::hold(&world.ctx("privacy", "hotline"), &held.number, "诉讼中").unwrap();
        let told = |one: &Registered| {
            let found = |tx: &mut duban_store::ReadTx<'_>| {
                let case = tx.case_by_number(&one.number)?.expect("it is there").id;
                tx.notices_holding(case, one.request, &[])
            };
            world.app.store.read(found).unwrap().len()
        };
        let before = told(&held);
        assert!(before > 0 && told(&gone) > 0);
        night(world, 25 * 31 * DAY);
        assert_eq!((told(&gone), told(&held)), (0, before));
    });
}

/// A case that was destroyed keeps its number: nobody gets it again, and whoever asks learns when it went.
#[test]
fn the_number_of_a_destroyed_case_is_nobodys_again() {
    both(|world| {
        terms(world);
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        closed(world, &registered);
        night(world, 4 * YEAR);
        let request = world.app.store.read(|tx| tx.request_by_number(&registered.number)).unwrap().unwrap();
        assert_eq!((request.text.as_str(), request.person, request.id), ("", None, registered.request));
        assert_ne!(registered.request, RequestId(0));
    });
}
