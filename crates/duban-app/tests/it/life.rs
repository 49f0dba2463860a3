//! One case from the voice to the callback.

use std::sync::Barrier;

use duban_app::{
    AppError, DEMO_PASSWORD,
    case::{
        self, On,
        answer::Answering,
        callback::Call,
        register::{Intake, Registered},
    },
    figures, jobs, resident,
    staff::{self, users::Account},
};
use duban_domain::{
    Number, Refusal,
    case::{Case, Outcome, Phase, Satisfaction, Verdict, Way, Wish},
    person::{Person, Phone},
    request::{Channel, Place, Privacy},
};
use duban_store::{CaseQuery, Figure, Findable, Order};
use duban_testkit::world::{World, both};
use jiff::civil::date;

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 86_400_000;

/// Whoever waits for their turn asked earlier, and clocks are set back; the check at the end of every
/// test looks at the histories too.
#[test]
fn time_does_not_go_back_within_a_history() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        let late = world.ctx("dispatcher", "hotline");
        world.clock.pass_ms(10 * MINUTE);
        case::note::note(&world.ctx("operator", "hotline"), &on(&registered.number), "后问先到").unwrap();
        case::note::note(&late, &on(&registered.number), "先问后到").unwrap();
        world.clock.pass_ms(-DAY);
        let (who, _) = resident::unlock(&world.app, &registered.number, "6021").unwrap();
        resident::speak::add(&world.app, &who, &registered.number, "钟拨回去了", &[], None).unwrap();
        let events = world
            .app
            .store
            .read(|tx| tx.case_by_number(&registered.number)?.map_or(Ok(vec![]), |case| tx.events(case.id)));
        let at: Vec<i64> = events.unwrap().iter().rev().take(3).map(|e| e.at.0).collect();
        assert_eq!(at, [at[0]; 3]);
        world.clock.pass_ms(DAY);
    });
}

/// Two servers on one database take the same form in at the same moment: it is one request, and one
/// person is kept, which the check at the end looks at.
#[test]
fn a_form_that_comes_twice_at_once_is_one_request() {
    both(|world| {
        for n in 0..20 {
            let form = Intake { source_key: Some(format!("form:{n}")), ..intake() };
            let (app, form, together) = (&world.app, &form, Barrier::new(2));
            let done: Vec<Registered> = std::thread::scope(|scope| {
                let hand = || {
                    together.wait();
                    case::register::by_resident(app, form).unwrap()
                };
                let hands = [scope.spawn(hand), scope.spawn(hand)];
                hands.map(|hand| hand.join().unwrap()).into()
            });
            assert_eq!(done[0].number, done[1].number);
            assert_eq!(done.iter().filter(|done| done.again).count(), 1);
        }
    });
}

/// Somebody says that a street lamp is dark.
pub(crate) fn intake() -> Intake {
    Intake {
        channel: Channel::Web,
        kind: None,
        title: String::new(),
        text: "纺织路的路灯一盏都不亮，晚上看不见台阶。".into(),
        place: Place { words: "纺织路".into(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Contact,
        person: Person {
            name: "测试·王女士".into(),
            phone: Phone::parse("13900006021").unwrap(),
            ..Person::default()
        },
        media: Vec::new(),
        source_key: None,
        wish: Wish::default(),
    }
}

pub(crate) fn on(number: &Number) -> On {
    On { number: number.clone(), seen: None }
}

pub(crate) fn answering() -> Answering {
    Answering {
        outcome: Outcome::Solved,
        public: "灯头已经换好，当晚亮了。".into(),
        internal: String::new(),
        proof: Vec::new(),
        proof_words: "维修单 测试-1".into(),
        no_contact: String::new(),
    }
}

pub(crate) fn reached(solved: bool) -> Call {
    Call::Reached {
        request: None,
        solved,
        satisfaction: Some(Satisfaction::Mostly),
        words: String::new(),
        answers: Vec::new(),
    }
}

pub(crate) fn case(world: &World, number: &Number) -> Case {
    world.app.store.read(|tx| tx.case_by_number(number)).unwrap().unwrap()
}

/// Registers and walks a case up to the callback; its unit is whatever the catalogue says.
pub(crate) fn to_callback(world: &World, registered: &Registered) {
    let number = &registered.number;
    if case(world, number).phase() == Phase::Received {
        let order = case::dispatch::Order {
            unit: "urban".into(),
            assisting: Vec::new(),
            reason: "路灯归它管".into(),
            designated: false,
        };
        case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(number), &order).unwrap();
    }
    let unit = case(world, number).unit().unwrap().to_owned();
    if case(world, number).phase() == Phase::Dispatched {
        world.clock.pass_ms(20 * MINUTE);
        case::sign::sign(&world.ctx("handler", &unit), &on(number)).unwrap();
    }
    world.clock.pass_ms(20 * MINUTE);
    case::contact::contact(&world.ctx("handler", &unit), &on(number), Way::Phone, "约好下午到场").unwrap();
    world.clock.pass_ms(60 * MINUTE);
    case::answer::answer(&world.ctx("handler", &unit), &on(number), &answering()).unwrap();
    world.clock.pass_ms(20 * MINUTE);
    case::review::review(&world.ctx("reviewer", "hotline"), &on(number), &Verdict::Approve).unwrap();
}

#[test]
fn a_case_from_the_voice_to_the_callback() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        to_callback(world, &registered);
        let after =
            case::callback::call(&world.ctx("caller", "hotline"), &on(&registered.number), &reached(true))
                .unwrap();
        assert_eq!((after.phase(), after.round), (Phase::Closed, 1));
        assert!(after.answered_at.unwrap() <= after.finish.due);
    });
}

#[test]
fn not_solved_begins_a_new_round_and_solved_then_closes_it() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        to_callback(world, &registered);
        let again =
            case::callback::call(&world.ctx("caller", "hotline"), &on(&registered.number), &reached(false))
                .unwrap();
        assert_eq!((again.phase(), again.round), (Phase::InHand, 2));
        to_callback(world, &registered);
        let after =
            case::callback::call(&world.ctx("caller", "hotline"), &on(&registered.number), &reached(true))
                .unwrap();
        assert_eq!((after.phase(), after.round), (Phase::Closed, 2));
    });
}

#[test]
fn a_form_sent_twice_counts_once() {
    both(|world| {
        let once = Intake { source_key: Some("form:1234".into()), ..intake() };
        let first = case::register::by_resident(&world.app, &once).unwrap();
        let second = case::register::by_resident(&world.app, &once).unwrap();
        assert_eq!((first.number, first.again, second.again), (second.number.clone(), false, true));
        let query = CaseQuery::default();
        assert_eq!(case::list::count(&world.ctx("dispatcher", "hotline"), &query).unwrap(), 1);
    });
}

/// Two ids of one millisecond used to meet now and then, and somebody's request failed for nothing.
#[test]
fn a_thousand_requests_of_the_same_millisecond_all_come_in() {
    let world = World::sqlite();
    let ids: std::collections::BTreeSet<i64> = (0..100_000).map(|_| world.app.event_id().0).collect();
    assert_eq!(ids.len(), 100_000);
    for _ in 0..1_000 {
        case::register::by_resident(&world.app, &intake()).unwrap();
    }
}

#[test]
fn whoever_looked_at_an_old_page_is_told_and_nothing_is_overwritten() {
    both(|world| {
        let registered = case::register::by_resident(
            &world.app,
            &Intake { wish: Wish { hold: true, ..Wish::default() }, ..intake() },
        )
        .unwrap();
        let seen = case(world, &registered.number).version;
        case::note::note(&world.ctx("supervisor", "hotline"), &on(&registered.number), "先记一笔").unwrap();
        let stale = On { number: registered.number.clone(), seen: Some(seen) };
        let refused = case::note::note(&world.ctx("leader", "hotline"), &stale, "又一笔").unwrap_err();
        assert!(matches!(refused, AppError::Refused(Refusal::Stale)));
    });
}

#[test]
fn a_deadline_that_passes_is_recorded_once_and_the_page_stops_asking_in_time() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        world.clock.pass_ms(40 * DAY);
        while jobs::work(&world.app).unwrap() > 0 {}
        assert!(case(world, &registered.number).missed);
        to_callback(world, &registered);
        world.clock.pass_ms(30 * DAY);
        while jobs::work(&world.app).unwrap() > 0 {}
        assert_eq!(case(world, &registered.number).phase(), Phase::Closed);
        assert_eq!(world.app.store.read(|tx| tx.job_count()).unwrap(), 0);
    });
}

#[test]
fn what_was_written_is_found_in_the_same_second_and_only_within_reach() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        let words = |words: &str| CaseQuery { words: Some(words.into()), ..CaseQuery::default() };
        let found = |role: &str, unit: &str, text: &str| {
            case::list::list(&world.ctx(role, unit), &words(text)).unwrap().page.rows.len()
        };
        assert_eq!(found("dispatcher", "hotline", "路灯"), 1);
        assert_eq!(found("dispatcher", "hotline", "看不见台阶"), 1);
        assert_eq!(found("dispatcher", "hotline", "自来水"), 0);
        let unit = case(world, &registered.number).unit().map_or_else(|| "hotline".to_owned(), str::to_owned);
        assert_eq!(found("handler", "gas", "路灯"), usize::from(unit == "gas"));
    });
}

/// A database of an earlier version is searched with filters at its next start; the check at the end of the test asks
/// for every mark.
#[test]
fn what_was_indexed_in_an_older_form_is_found_by_filters_after_a_start() {
    both(|world| {
        let number = case::register::by_resident(&world.app, &intake()).unwrap().number;
        let id = case(world, &number).id;
        world.app.store.write(|tx| tx.index_case(id, &Findable::of("路灯"))).unwrap();
        let open = CaseQuery {
            words: Some("路灯".into()),
            category_prefix: case(world, &number).category,
            ..CaseQuery::default()
        };
        let found = || case::list::list(&world.ctx("dispatcher", "hotline"), &open).unwrap().page.rows.len();
        assert_eq!(found(), 0);
        let mut told = 0;
        case::findable::bring_up(&world.app, |done| told = done).unwrap();
        assert_eq!((found(), told), (1, 1));
        case::findable::bring_up(&world.app, |_| panic!("once is enough")).unwrap();
    });
}

#[test]
fn the_figures_open_exactly_the_cases_they_count() {
    both(|world| {
        for days in 0..6 {
            let registered = case::register::by_resident(&world.app, &intake()).unwrap();
            if days % 2 == 0 {
                to_callback(world, &registered);
                case::callback::call(
                    &world.ctx("caller", "hotline"),
                    &on(&registered.number),
                    &reached(days != 4),
                )
                .unwrap();
            }
            world.clock.pass_ms(3 * DAY);
        }
        let ctx = world.ctx("leader", "hotline");
        let (from, to) = (date(2026, 1, 1), date(2026, 3, 1));
        let report = figures::report(&ctx, from, to).unwrap();
        let zone = &world.city().zone;
        let range = (
            duban_domain::Stamp::start_of(from, zone),
            duban_domain::Stamp::start_of(to.tomorrow().unwrap(), zone),
        );
        for figure in [
            Figure::In,
            Figure::Closed,
            Figure::OnTime,
            Figure::Late,
            Figure::Solved,
            Figure::Unsolved,
            Figure::Rated,
            Figure::ContactOk,
            Figure::ContactLate,
        ] {
            let query = CaseQuery {
                figure: Some((figure, range.0, range.1)),
                order: Order::Newest,
                limit: 50,
                ..CaseQuery::default()
            };
            let listed = case::list::list(&ctx, &query).unwrap();
            assert_eq!(report.all.get(figure), listed.count, "{figure:?}");
            assert_eq!(report.all.get(figure), i64::try_from(listed.page.rows.len()).unwrap(), "{figure:?}");
        }
        assert_eq!(report.all.get(Figure::In), 6);
    });
}

#[test]
fn signing_in_needs_the_password_and_ends_with_the_session() {
    both(|world| {
        let account = Account {
            login: "li".into(),
            name: "测试·李".into(),
            unit: "power".into(),
            role: "handler".into(),
            password: DEMO_PASSWORD.into(),
        };
        staff::users::judge(world.city(), &account).unwrap();
        staff::users::put(&world.app, &account).unwrap();
        assert!(matches!(staff::sign_in(&world.app, "li", "wrong"), Err(AppError::Credentials)));
        assert!(matches!(staff::sign_in(&world.app, "nobody", DEMO_PASSWORD), Err(AppError::Credentials)));
        let token = staff::sign_in(&world.app, "li", DEMO_PASSWORD).unwrap();
        assert_eq!(staff::member_of(&world.app, &token, true).unwrap().unwrap().unit, "power");
        staff::sign_out(&world.app, &token).unwrap();
        assert_eq!(staff::member_of(&world.app, &token, true).unwrap(), None);
        let token = staff::sign_in(&world.app, "li", DEMO_PASSWORD).unwrap();
        world.clock.pass_ms(DAY);
        assert_eq!(staff::member_of(&world.app, &token, true).unwrap(), None);
    });
}
