//! Calls: told in any order, taken by one, missed and called back, counted as they are listed.

use duban_app::{
    AppError, CallFigure,
    call::{self, Asked, Told},
    case::{self, register::Intake},
};
use duban_domain::{
    CallId, Refusal, Stamp,
    call::{CallState, Direction, Signal, TryBack},
    case::{Phase, Wish},
    person::Person,
    request::Channel,
};
use duban_testkit::world::{World, both};

use crate::life::{DAY, intake};

const SECOND: i64 = 1_000;

pub(crate) fn told(call: &str, signal: Signal) -> Told {
    Told {
        call: call.into(),
        signal,
        direction: Some(Direction::In),
        from: "13900006021".into(),
        to: "12345".into(),
        line: String::new(),
        at: None,
        cause: String::new(),
        recording: String::new(),
    }
}

/// One call as the system tells it, with seconds between.
fn rings(world: &World, call: &str, wait: i64) -> CallId {
    let id = call::hear(&world.app, "t", &told(call, Signal::NewCall)).unwrap();
    world.clock.pass_ms(wait * SECOND);
    id
}

fn hangs_up(world: &World, call: &str) {
    call::hear(&world.app, "t", &told(call, Signal::Hangup)).unwrap();
}

#[test]
fn a_call_is_taken_recognised_filed_hung_up_and_written_up() {
    both(|world| {
        case::register::by_resident(&world.app, &intake()).unwrap();
        let ctx = world.ctx("operator", "hotline");
        call::sit(&ctx, "8007", false).unwrap();
        let id = rings(world, "a", 8);
        let board = call::board(&ctx).unwrap();
        assert_eq!(board.ringing.iter().map(|c| c.masked.as_str()).collect::<Vec<_>>(), ["139 **** 6021"]);
        let ctx = world.ctx("operator", "hotline");
        call::answer(&ctx, id).unwrap();
        let caller = call::caller(&ctx, id).unwrap();
        assert_eq!((caller.call.state, caller.earlier.len()), (CallState::Talking, 1));

        // The number is the call's: the operator never typed it.
        let said = Intake {
            channel: Channel::Phone,
            person: Person { name: "测试·王女士".into(), ..Person::default() },
            wish: Wish { direct: Some("告诉了办理地点".into()), ..Wish::default() },
            ..intake()
        };
        let done = case::register::on_call(&ctx, &said, id).unwrap();
        world.clock.pass_ms(60 * SECOND);
        hangs_up(world, "a");
        assert_eq!(call::board(&ctx).unwrap().mine.unwrap().state, CallState::WrapUp);
        world.clock.pass_ms(30 * SECOND);
        let after = call::done(&world.ctx("operator", "hotline"), id).unwrap();
        assert_eq!(
            (after.state, after.number.clone(), after.direct),
            (CallState::Over, Some(done.number.clone()), true)
        );
        let times = after.times;
        let now = world.app.now();
        assert_eq!((times.wait_ms(now), times.talk_ms(now), times.wrap_ms(now)), (8_000, 60_000, 30_000));
        let found = call::caller(&ctx, rings(world, "b", 0)).unwrap().earlier;
        assert_eq!(found.len(), 2, "the request of the call is known by its number");
        assert_eq!(found[0].phase, Phase::Closed);
    });
}

#[test]
fn what_is_told_twice_late_or_in_another_order_makes_the_same_call() {
    both(|world| {
        let start = world.app.now();
        world.clock.pass_ms(120 * SECOND);
        let at = |seconds: i64| Some(start.plus_ms(seconds * SECOND));
        let story = [(Signal::NewCall, 0), (Signal::Answer, 9), (Signal::Hangup, 80)];
        let mut seen = Vec::new();
        for (n, order) in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]].iter().enumerate() {
            for i in order.iter().chain(order) {
                let (signal, seconds) = story[*i];
                let one = Told { at: at(seconds), ..told(&format!("c{n}"), signal) };
                call::hear(&world.app, "t", &one).unwrap();
            }
        }
        let ctx = world.ctx("supervisor", "hotline");
        for shown in call::list(&ctx, &today(world)).unwrap().calls {
            seen.push((shown.state, shown.times));
        }
        assert_eq!(seen.len(), 4);
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
        assert_eq!(seen[0].0, CallState::Over);
        let nameless = call::hear(&world.app, "t", &told("", Signal::NewCall)).unwrap_err();
        assert!(matches!(nameless, AppError::Refused(Refusal::NeedsText("callId"))));
    });
}

fn today(world: &World) -> Asked {
    let day = world.app.now().date(&world.city().zone);
    Asked { from: day, to: day, agent: None, figure: None, before: None }
}

#[test]
fn a_call_is_one_operators_and_rings_where_it_rings() {
    both(|world| {
        let (first, second) = (world.ctx("operator", "hotline"), world.ctx("dispatcher", "hotline"));
        call::sit(&first, "8001", false).unwrap();
        call::sit(&second, "8002", false).unwrap();
        let rings_at = |ctx| call::board(ctx).unwrap().ringing.len();
        let at_first = Told { line: "8001".into(), ..told("a", Signal::NewCall) };
        let id = call::hear(&world.app, "t", &at_first).unwrap();
        assert_eq!((rings_at(&first), rings_at(&second)), (1, 0), "it rings at one line");
        call::answer(&first, id).unwrap();
        assert!(matches!(call::answer(&second, id), Err(AppError::Refused(Refusal::CallTaken))));
        rings(world, "b", 3);
        assert_eq!((rings_at(&first), rings_at(&second)), (0, 1), "who talks is not free");
        call::sit(&second, "8002", true).unwrap();
        assert_eq!(rings_at(&second), 0, "who is away is not rung");
        // The telephone system says who answered.
        let answered = Told { line: "8002".into(), ..told("b", Signal::Answer) };
        call::hear(&world.app, "t", &answered).unwrap();
        assert_eq!(call::board(&second).unwrap().mine.unwrap().state, CallState::Talking);
        assert!(matches!(
            call::board(&world.ctx("handler", "power")),
            Err(AppError::Refused(Refusal::MayNot(_)))
        ));
    });
}

#[test]
fn missed_calls_are_worked_through_and_whoever_gets_through_is_off_the_list() {
    both(|world| {
        let ctx = world.ctx("operator", "hotline");
        for name in ["a", "b"] {
            rings(world, name, 20);
            hangs_up(world, name);
        }
        let owed = call::missed(&ctx).unwrap();
        assert_eq!((owed.len(), owed[0].times), (1, 2), "one telephone stands once");
        let id = owed[0].call.id;
        assert_eq!(call::number(&ctx, id).unwrap().unwrap().digits(), "13900006021");
        call::attempt(&ctx, id, TryBack::NoAnswer, "").unwrap();
        let owed = call::missed(&ctx).unwrap();
        assert_eq!(owed[0].notes.iter().map(|n| n.kind.as_str()).collect::<Vec<_>>(), ["shown", "no-answer"]);
        let nothing = call::attempt(&ctx, id, TryBack::Dropped, " ").unwrap_err();
        assert!(matches!(nothing, AppError::Refused(Refusal::NeedsText("words"))));
        for _ in 0..2 {
            call::attempt(&ctx, id, TryBack::NoAnswer, "").unwrap();
        }
        assert!(call::missed(&ctx).unwrap().is_empty(), "the city asks for three attempts");
        assert!(matches!(
            call::attempt(&ctx, id, TryBack::NoAnswer, "").unwrap_err(),
            AppError::Refused(Refusal::CallTaken)
        ));

        rings(world, "c", 20);
        hangs_up(world, "c");
        assert_eq!(call::missed(&ctx).unwrap().len(), 1);
        let id = rings(world, "d", 2);
        call::answer(&ctx, id).unwrap();
        assert!(call::missed(&ctx).unwrap().is_empty(), "the same telephone got through");
    });
}

#[test]
fn the_figures_of_a_shift_open_exactly_the_calls_they_count() {
    both(|world| {
        for n in 0..24_i64 {
            let name = format!("n{n}");
            let id = rings(world, &name, n);
            if n % 3 != 0 {
                let ctx = world.ctx(if n % 2 == 0 { "operator" } else { "dispatcher" }, "hotline");
                call::answer(&ctx, id).unwrap();
                world.clock.pass_ms(40 * SECOND);
            }
            hangs_up(world, &name);
            if n % 3 == 1 {
                world.clock.pass_ms(10 * SECOND);
                let ctx = world.ctx(if n % 2 == 0 { "operator" } else { "dispatcher" }, "hotline");
                call::done(&ctx, id).unwrap();
            }
        }
        let lead = world.ctx("supervisor", "hotline");
        let all = call::list(&lead, &today(world)).unwrap();
        for figure in CallFigure::ALL {
            let one = call::list(&lead, &Asked { figure: Some(figure), ..today(world) }).unwrap();
            assert_eq!(all.all.get(figure), i64::try_from(one.calls.len()).unwrap(), "{figure:?}");
        }
        assert_eq!(all.all.get(CallFigure::Offered), 24);
        assert_eq!(all.all.get(CallFigure::Connected), 16);
        assert_eq!((all.all.get(CallFigure::Abandoned), all.all.get(CallFigure::Brief)), (6, 2));
        assert_eq!(all.all.get(CallFigure::Within), 10);
        assert_eq!((all.all.get(CallFigure::Ended), all.all.talk_ms), (16, 16 * 40 * SECOND));
        assert_eq!(all.lines.iter().map(|line| line.sums.get(CallFigure::Offered)).sum::<i64>(), 24);
        let own = call::list(&world.ctx("operator", "hotline"), &today(world)).unwrap();
        assert_eq!(own.all.get(CallFigure::Connected), 8, "an operator sees their own");
        assert!(own.lines.is_empty());
        assert!(call::list(&world.ctx("handler", "power"), &today(world)).is_err());
    });
}

#[test]
fn a_told_instant_is_believed_only_when_it_can_be_true() {
    let world = World::sqlite();
    let now = world.app.now();
    for (n, odd) in [Stamp(0), now.plus_ms(3 * DAY)].into_iter().enumerate() {
        let one = Told { at: Some(odd), ..told(&format!("odd{n}"), Signal::NewCall) };
        call::hear(&world.app, "t", &one).unwrap();
    }
    for shown in call::list(&world.ctx("supervisor", "hotline"), &today(&world)).unwrap().calls {
        assert_eq!(shown.times.rang_at, now);
    }
}
