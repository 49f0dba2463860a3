//! Callbacks: who is called next, three attempts at different hours, what the survey leads to, and who
//! is asked to look again. Quality: drawn, marked, appealed, decided.

use std::collections::BTreeMap;

use duban_app::{
    AppError,
    call::{self, Told},
    callbacks,
    case::{self, callback::Call, register::Registered},
    jobs, quality,
    resident::{
        access,
        speak::{self, Evaluation},
    },
};
use duban_domain::{
    Refusal,
    call::Signal,
    case::{Ending, Judgement, Phase, Stage, Unreached, What},
    quality::InspectionState,
};
use duban_testkit::world::{World, both};
use jiff::civil::date;

use crate::{
    calls::told,
    life::{DAY, MINUTE, case as state, intake, on, to_callback},
};

fn in_callback(world: &World) -> Registered {
    let registered = case::register::by_resident(&world.app, &intake()).unwrap();
    to_callback(world, &registered);
    registered
}

fn not_reached(world: &World, registered: &Registered, how: Unreached) -> Result<Phase, AppError> {
    let ctx = world.ctx("caller", "hotline");
    case::callback::call(&ctx, &on(&registered.number), &Call::NoReply(how)).map(|case| case.phase())
}

fn queue(world: &World) -> (usize, usize, Vec<(Ending, i64)>) {
    let ctx = world.ctx("caller", "hotline");
    let found = callbacks::queue(&ctx, date(2026, 1, 1), date(2026, 12, 31), None).unwrap();
    (found.now.len(), found.later.len(), found.endings)
}

fn count(world: &World, ending: Ending) -> i64 {
    queue(world).2.into_iter().find(|(one, _)| *one == ending).unwrap().1
}

#[test]
fn three_attempts_at_different_hours_then_closed_as_not_reached_and_counted_apart() {
    both(|world| {
        let registered = in_callback(world);
        assert_eq!((queue(world).0, queue(world).1), (1, 0), "to call now");
        assert_eq!(not_reached(world, &registered, Unreached::NoAnswer).unwrap(), Phase::Callback);
        assert_eq!((queue(world).0, queue(world).1), (0, 1), "later, at another hour");
        let soon = not_reached(world, &registered, Unreached::Busy).unwrap_err();
        assert!(matches!(soon, AppError::Refused(Refusal::TooSoon)));
        let mut attempts = 1;
        for _ in 0..40 {
            if state(world, &registered.number).phase() == Phase::Closed {
                break;
            }
            let due =
                callbacks::queue(&world.ctx("caller", "hotline"), date(2026, 1, 1), date(2026, 1, 2), None)
                    .unwrap();
            if let Some(later) = due.later.first() {
                world.clock.pass_ms(later.task.ready_at.0 - world.app.now().0);
            }
            not_reached(world, &registered, Unreached::NoAnswer).unwrap();
            attempts += 1;
        }
        assert_eq!(attempts, 3);
        let closed = state(world, &registered.number);
        assert!(matches!(closed.stage, Stage::Closed { ending: Ending::NotReached, .. }), "{closed:?}");
        assert_eq!((count(world, Ending::NotReached), count(world, Ending::Confirmed)), (1, 0));
        let listed = callbacks::queue(
            &world.ctx("caller", "hotline"),
            date(2026, 1, 1),
            date(2026, 12, 31),
            Some(Ending::NotReached),
        );
        assert_eq!(listed.unwrap().listed.len(), 1, "the number opens what it counts");
        assert_eq!((queue(world).0, queue(world).1), (0, 0));
        let no = callbacks::queue(&world.ctx("handler", "power"), date(2026, 1, 1), date(2026, 1, 2), None);
        assert!(matches!(no.map(|_| ()), Err(AppError::Refused(Refusal::MayNot(_)))));
    });
}

#[test]
fn nobody_is_to_be_called_at_night() {
    both(|world| {
        in_callback(world);
        assert_eq!((queue(world).0, queue(world).1), (1, 0), "in the morning");
        let zone = world.city().zone.clone();
        let tonight = duban_domain::Stamp::start_of(world.app.now().date(&zone).tomorrow().unwrap(), &zone);
        world.clock.pass_ms(tonight.0 + 5 * 60 * MINUTE - world.app.now().0);
        assert_eq!((queue(world).0, queue(world).1), (0, 1), "at five the next morning");
        world.clock.pass_ms(4 * 60 * MINUTE);
        assert_eq!((queue(world).0, queue(world).1), (1, 0), "at nine");
    });
}

#[test]
fn whoever_does_not_want_to_be_asked_is_not_asked_again() {
    let world = World::sqlite();
    let registered = in_callback(&world);
    assert_eq!(not_reached(&world, &registered, Unreached::Refused).unwrap(), Phase::Closed);
    assert_eq!(count(&world, Ending::Unrated), 1);
}

fn evaluates(world: &World, registered: &Registered, solved: bool, answer: &str) {
    let (who, _) = access::unlock(&world.app, &registered.number, "6021").unwrap();
    let said = Evaluation {
        solved,
        satisfaction: None,
        words: String::new(),
        answers: vec![answer.to_owned(), "no-such-answer".to_owned()],
    };
    speak::evaluate(&world.app, &who, &registered.number, &said, None).unwrap();
}

#[test]
fn a_reason_that_can_be_mended_is_judged_and_another_stays_closed() {
    both(|world| {
        let judge = |registered: &Registered, redo: bool| {
            let said = Judgement { redo, reason: "看过材料".into() };
            case::review::judge(&world.ctx("reviewer", "hotline"), &on(&registered.number), &said)
        };
        let (redo, keep, close) = (in_callback(world), in_callback(world), in_callback(world));
        assert!(matches!(judge(&redo, true), Err(AppError::Refused(Refusal::NothingToJudge))));
        evaluates(world, &redo, false, "came-back");
        evaluates(world, &keep, false, "not-explained");
        evaluates(world, &close, false, "other-wish");
        let waiting = callbacks::to_judge(&world.ctx("reviewer", "hotline")).unwrap();
        assert_eq!(waiting.len(), 2);
        assert_eq!(queue(world).0 + queue(world).1, 0, "nobody calls them meanwhile");
        world.clock.pass_ms(30 * DAY);
        while jobs::work(&world.app).unwrap() > 0 {}
        assert_eq!(state(world, &redo.number).phase(), Phase::Callback, "no clock decides");
        assert_eq!(judge(&redo, true).unwrap().round, 2);
        assert_eq!(judge(&keep, false).unwrap().phase(), Phase::Closed);
        assert_eq!(state(world, &close.number).phase(), Phase::Closed);
        assert_eq!(count(world, Ending::Upheld), 2);
        assert!(callbacks::to_judge(&world.ctx("reviewer", "hotline")).unwrap().is_empty());
    });
}

#[test]
fn only_a_marked_answer_alerts_and_only_the_unit_that_had_it() {
    both(|world| {
        let (marked, plain) = (in_callback(world), in_callback(world));
        let unit = state(world, &marked.number).unit().unwrap().to_owned();
        evaluates(world, &marked, true, "slow");
        evaluates(world, &plain, true, "fast");
        let seen = |unit: &str| callbacks::alerts(&world.ctx("handler", unit)).unwrap();
        let ours = seen(&unit);
        assert_eq!(ours.len(), 1);
        assert_eq!(
            (ours[0].0.number.clone(), ours[0].0.words.as_str()),
            (marked.number.clone(), "解决了，但等得太久")
        );
        let other = if unit == "gas" { "power" } else { "gas" };
        assert!(seen(other).is_empty());
        assert!(callbacks::see(&world.ctx("handler", other), ours[0].0.id).is_err());
        callbacks::see(&world.ctx("handler", &unit), ours[0].0.id).unwrap();
        assert!(seen(&unit).is_empty());
        // The words of that day stay, whatever the pack says later.
        let case = state(world, &marked.number).id;
        let events = world.app.store.read(|tx| tx.events(case)).unwrap();
        let kept = events.into_iter().filter_map(|e| e.event).find_map(|e| match e.what {
            What::Surveyed { chosen, .. } => Some(chosen),
            _ => None,
        });
        let kept = kept.unwrap();
        assert_eq!((kept.len(), kept[0].text.en.as_str()), (1, "Solved, but it took too long"));
    });
}

fn full(points: u32) -> BTreeMap<String, u32> {
    ["words", "record", "category", "dispatch", "temper"]
        .into_iter()
        .map(|key| (key.to_owned(), points))
        .chain([("secrecy".to_owned(), 1)])
        .collect()
}

#[test]
fn a_sample_is_drawn_marked_appealed_and_decided() {
    both(|world| {
        let day = world.app.now().date(&world.city().zone);
        for n in 0..14 {
            let name = format!("q{n}");
            let tells = |signal| call::hear(&world.app, "t", &Told { ..told(&name, signal) }).unwrap();
            let id = tells(Signal::NewCall);
            call::answer(&world.ctx("operator", "hotline"), id).unwrap();
            world.clock.pass_ms(MINUTE);
            tells(Signal::Hangup);
            call::done(&world.ctx("operator", "hotline"), id).unwrap();
        }
        let closed = in_callback(world);
        evaluates(world, &closed, true, "fast");
        let inspector = world.ctx("reviewer", "hotline");
        let to = world.app.now().date(&world.city().zone);
        assert_eq!(
            quality::draw(&inspector, day, to, 7).unwrap(),
            11,
            "ten of the operator, one of the unit"
        );
        assert_eq!(quality::draw(&inspector, day, to, 7).unwrap(), 0, "the same seed draws the same");
        assert!(quality::draw(&world.ctx("operator", "hotline"), day, to, 7).is_err());
        let found = quality::overview(&inspector, day, to, None, None).unwrap();
        let operator = world.ctx("operator", "hotline");
        assert!(quality::mine(&operator).unwrap().is_empty(), "nobody knows before it is inspected");
        let of_call = found.rows.iter().find(|row| row.agent.is_some()).unwrap().id;
        assert!(quality::show(&operator, of_call).is_err());
        assert!(quality::inspect(&inspector, of_call, &BTreeMap::new(), "").is_err(), "every item");
        quality::inspect(&inspector, of_call, &full(10), "开头没有报工号").unwrap();

        assert_eq!(quality::mine(&operator).unwrap().len(), 1);
        assert!(quality::appeal(&world.ctx("dispatcher", "hotline"), of_call, "不是我的").is_err());
        quality::appeal(&operator, of_call, "报了，录音里有").unwrap();
        let own = quality::decide(&inspector, of_call, None, "维持").unwrap_err();
        assert!(matches!(own, AppError::Refused(Refusal::OwnAnswer)));
        let second = world.ctx("supervisor", "hotline");
        let better: BTreeMap<_, _> = full(15);
        let after = quality::decide(&second, of_call, Some(&better), "听了录音，报了").unwrap();
        assert_eq!((after.body.score(), after.body.state()), (Some(75), InspectionState::Decided));

        let of_case = found.rows.iter().find(|row| row.agent.is_none()).unwrap();
        quality::inspect(&second, of_case.id, &full(15), "").unwrap();
        let unit = world.ctx("handler", &of_case.unit);
        assert_eq!(quality::mine(&unit).unwrap().len(), 1, "the unit concerned sees its own");
        assert!(
            quality::mine(&world.ctx("handler", "gas")).unwrap().len() <= usize::from(of_case.unit == "gas")
        );
        let sums = quality::overview(&inspector, day, to, None, None).unwrap().sums;
        let total = |of: fn(&duban_app::InspectionSums) -> i64| sums.iter().map(of).sum::<i64>();
        assert_eq!((total(|s| s.drawn), total(|s| s.marked), total(|s| s.points)), (11, 2, 150));
        assert_eq!((total(|s| s.passed), total(|s| s.appealed), total(|s| s.changed)), (0, 1, 1));
    });
}
