//! Other systems: what they hand in, read, report and are told, on both databases.

use std::collections::BTreeSet;

use duban_app::{
    App, AppError, CaseQuery,
    case::{
        self,
        register::{Intake, Origin},
    },
    jobs,
    partner::{
        Caller,
        news::{self, Said},
        read::{self, Wanted},
        report,
    },
    service,
};
use duban_domain::{
    Number, Refusal, Stamp,
    case::{Phase, Report, ReportState, What, Wish},
    person::Person,
    request::{Channel, Privacy},
};
use duban_testkit::world::{World, both};

use crate::life::{self, DAY, MINUTE, intake, on, reached, to_callback};

fn caller(name: &str, unit: Option<&str>) -> Caller {
    Caller { name: name.into(), unit: unit.map(str::to_owned) }
}

/// Handed in by the county, and dispatched to a unit by hand.
fn handed_in(world: &World, unit: &str) -> Number {
    let said = Intake {
        channel: Channel::Open311,
        privacy: Privacy::Anonymous,
        person: Person::default(),
        wish: Wish { hold: true, ..Wish::default() },
        ..intake()
    };
    let registered = case::register::by_partner(&world.app, &Origin::of("county"), &said).unwrap();
    let order = case::dispatch::Order {
        unit: unit.into(),
        assisting: Vec::new(),
        reason: "归它管".into(),
        designated: false,
    };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&registered.number), &order).unwrap();
    registered.number
}

fn said(update: &str, state: ReportState, told_at: Stamp) -> Report {
    Report {
        source: String::new(),
        update: update.into(),
        told_at,
        state,
        text: format!("测试进展 {update}"),
        links: Vec::new(),
    }
}

fn reports(app: &App, number: &Number) -> Vec<(String, bool)> {
    let events = app
        .store
        .read(|tx| {
            let case = tx.case_by_number(number)?.unwrap();
            Ok::<_, AppError>(tx.events(case.id)?)
        })
        .unwrap();
    let of = |what: What| match what {
        What::Reported { update, counted, .. } => Some((update, counted)),
        _ => None,
    };
    events.into_iter().filter_map(|stored| of(stored.event?.what)).collect()
}

#[test]
fn a_specialist_system_reports_late_twice_and_out_of_order_and_the_desk_shows_the_right_state() {
    both(|world| {
        let number = handed_in(world, "power");
        let power = caller("power desk", Some("power"));
        let start = world.app.now();
        world.clock.pass_ms(5 * 60 * MINUTE);
        let at = |minutes: i64| start.plus_ms(minutes * MINUTE);
        let tell = |report: &Report| report::report(&world.app, &power, &number, report).unwrap();
        // Closed there at 90 minutes, and told first; what happened before comes afterwards, and twice.
        assert!(!tell(&said("c", ReportState::Closed, at(90))));
        assert!(!tell(&said("a", ReportState::Working, at(10))));
        assert!(tell(&said("c", ReportState::Closed, at(90))), "it is known already");
        assert!(!tell(&said("b", ReportState::Open, at(40))));
        assert!(tell(&said("a", ReportState::Working, at(10))));
        let now = life::case(world, &number);
        assert_eq!((now.phase(), now.reported_at), (Phase::InReview, Some(at(90))));
        assert_eq!(
            reports(&world.app, &number),
            [("c".into(), true), ("a".into(), false), ("b".into(), false)]
        );
        // Opened there again after that: the answer is taken back; fixed: answered again.
        tell(&said("d", ReportState::Reopened, at(120)));
        assert_eq!(life::case(world, &number).phase(), Phase::InHand);
        tell(&said("e", ReportState::Fixed, at(150)));
        assert_eq!(life::case(world, &number).phase(), Phase::InReview);
    });
}

#[test]
fn a_system_reports_on_its_own_cases_only() {
    both(|world| {
        let number = handed_in(world, "power");
        let now = world.app.now();
        for (name, unit) in [("gas desk", Some("gas")), ("another county", None)] {
            let refused = report::report(
                &world.app,
                &caller(name, unit),
                &number,
                &said("x", ReportState::Closed, now),
            );
            assert!(matches!(refused, Err(AppError::Refused(Refusal::NotFound))), "{name}");
        }
        assert_eq!(reports(&world.app, &number), []);
        // The one that handed it in speaks for its person, and closes nothing that is in hand.
        report::report(&world.app, &caller("county", None), &number, &said("y", ReportState::Closed, now))
            .unwrap();
        assert_eq!(life::case(world, &number).phase(), Phase::Dispatched);
    });
}

#[test]
fn the_person_s_word_comes_through_the_system_that_handed_the_request_in() {
    both(|world| {
        let said_in = Intake { privacy: Privacy::Anonymous, person: Person::default(), ..intake() };
        let county = caller("county", None);
        for (state, phase, round) in
            [(ReportState::Reopened, Phase::InHand, 2), (ReportState::Closed, Phase::Closed, 1)]
        {
            let registered = case::register::by_partner(&world.app, &Origin::of("county"), &said_in).unwrap();
            to_callback(world, &registered);
            let word = said(&format!("{}{round}", registered.number), state, world.app.now());
            report::report(&world.app, &county, &registered.number, &word).unwrap();
            let after = life::case(world, &registered.number);
            assert_eq!((after.phase(), i32::from(after.round)), (phase, round));
        }
    });
}

#[test]
fn updates_are_told_once_each_in_whatever_windows_they_are_fetched() {
    both(|world| {
        let start = world.app.now();
        let said_in = Intake { privacy: Privacy::Anonymous, person: Person::default(), ..intake() };
        let registered = case::register::by_partner(&world.app, &Origin::of("county"), &said_in).unwrap();
        to_callback(world, &registered);
        let hotline = world.ctx("caller", "hotline");
        world.clock.pass_ms(MINUTE);
        case::callback::call(&hotline, &on(&registered.number), &reached(false)).unwrap();
        to_callback(world, &registered);
        world.clock.pass_ms(MINUTE);
        case::callback::call(&hotline, &on(&registered.number), &reached(true)).unwrap();
        world.clock.pass_ms(MINUTE);

        let county = caller("county", None);
        let all = news::news(&world.app, Some(&county), (start, world.app.now()), 0, 1_000).unwrap();
        let kinds: Vec<&str> = all
            .iter()
            .map(|news| match &news.said {
                Said::Dispatched(_) => "dispatched",
                Said::Signed => "signed",
                Said::Answered(text) => {
                    assert!(text.contains("灯头"));
                    "answered"
                }
                Said::Reopened => "reopened",
                Said::Closed(_, None) => "closed",
                Said::Closed(..) => "closed with an answer",
            })
            .collect();
        assert_eq!(kinds, ["dispatched", "signed", "answered", "reopened", "answered", "closed"]);
        assert!(all.iter().all(|news| news.number == registered.number));
        // In steps of seven minutes nothing is missed and nothing repeated.
        let (mut ids, mut from) = (Vec::new(), start);
        while from < world.app.now() {
            let to = from.plus_ms(7 * MINUTE);
            ids.extend(
                news::news(&world.app, Some(&county), (from, to), 0, 1_000)
                    .unwrap()
                    .into_iter()
                    .map(|n| n.id),
            );
            from = to;
        }
        assert_eq!(ids, all.iter().map(|n| n.id.clone()).collect::<Vec<_>>());
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        // In pages, too.
        let page =
            |skip| news::news(&world.app, Some(&county), (start, world.app.now()), skip, 4).unwrap().len();
        assert_eq!((page(0), page(4), page(8)), (4, 2, 0));
        // Another system is told of what is public; one that handed nothing in has nothing of its own.
        assert!(!news::news(&world.app, None, (start, world.app.now()), 0, 1_000).unwrap().is_empty());
        let other = caller("another", None);
        assert!(news::news(&world.app, Some(&other), (start, world.app.now()), 0, 10).unwrap().is_empty());
    });
}

#[test]
fn what_changed_lately_is_found_and_nothing_twice() {
    both(|world| {
        let numbers: Vec<Number> = (0..5)
            .map(|_| {
                world.clock.pass_ms(MINUTE);
                handed_in(world, "power")
            })
            .collect();
        world.clock.pass_ms(2 * DAY);
        let mark = world.app.now();
        case::sign::sign(&world.ctx("handler", "power"), &on(&numbers[1])).unwrap();
        world.clock.pass_ms(MINUTE);
        // A note is nobody's business: it changes nothing that others see.
        case::note::note(&world.ctx("handler", "power"), &on(&numbers[3]), "内部").unwrap();
        world.clock.pass_ms(MINUTE);
        let of = |from: Stamp, to: Stamp| {
            let query = CaseQuery { touched: Some((from, to)), ..CaseQuery::default() };
            let wanted = Wanted { queries: vec![query], take: 1_000, ..Wanted::default() };
            read::page(&world.app, None, &wanted).unwrap().into_iter().map(|s| s.number).collect::<Vec<_>>()
        };
        assert_eq!(of(mark, world.app.now()), [numbers[1].clone()]);
        assert_eq!(of(mark.plus_ms(-3 * DAY), mark).len(), 4);
        assert_eq!(of(mark.plus_ms(-3 * DAY), world.app.now()).len(), 5);
        // Pages of two hold what one page of all does.
        let page = |skip, take| {
            let wanted = Wanted { queries: vec![CaseQuery::default()], skip, take, ..Wanted::default() };
            read::page(&world.app, None, &wanted).unwrap().into_iter().map(|s| s.number).collect::<Vec<_>>()
        };
        assert_eq!([page(0, 2), page(2, 2), page(4, 2)].concat(), page(0, 10));
        let own = Wanted {
            queries: vec![CaseQuery { partner: Some("county".into()), ..CaseQuery::default() }],
            take: 10,
            ..Wanted::default()
        };
        assert_eq!(read::page(&world.app, None, &own).unwrap().len(), 5);
    });
}

#[test]
fn a_key_of_a_sender_is_free_again_some_days_after_it_was_used() {
    both(|world| {
        let send = |body: &[u8]| service::sent_under(&world.ctx("operator", "hotline"), "3f0c6b1e", body);
        let work = || while jobs::work(&world.app).unwrap() > 0 {};
        let name = send(b"a lamp").unwrap();
        world.clock.pass_ms(3 * DAY - MINUTE);
        work();
        assert_eq!(send(b"a lamp").unwrap(), name);
        assert!(send(b"a pipe").is_err(), "it still counts for the lamp");
        world.clock.pass_ms(DAY + MINUTE);
        work();
        send(b"a pipe").unwrap();
        assert!(send(b"a lamp").is_err());
    });
}
