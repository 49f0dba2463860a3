//! The same matter: found by place, time and wording; joined and taken out again without loss.

use duban_app::{
    AppError, Ctx,
    case::{
        self,
        register::{self, Intake, Registered},
        same::{self, Said},
        show,
    },
    notice, resident,
};
use duban_domain::{
    Lang, Refusal,
    case::{Ending, Phase, Stage, What, Wish},
    knowledge::Source,
    notice::NoticeKind,
    person::{Person, Phone},
    place::Point,
    policy::{Action, Reach},
    request::{Place, Privacy},
};
use duban_testkit::world::{World, both};

use crate::life::{MINUTE, case, intake, on, reached, to_callback};

const NOISE: &str = "小区后面的搅拌站，半夜噪音特别大，睡不着";

fn at(lng: f64) -> Place {
    Place { words: "测试搅拌站".into(), division: None, point: Point::from_degrees(lng, 27.83) }
}

fn told(text: &str, lng: f64, privacy: Privacy, phone: &str) -> Intake {
    Intake {
        text: text.into(),
        place: at(lng),
        privacy,
        person: Person { phone: Phone::parse(phone).unwrap(), ..intake().person },
        wish: Wish { hold: true, ..Wish::default() },
        ..intake()
    }
}

fn take_in(world: &World, said: &Intake) -> Registered {
    register::by_resident(&world.app, said).unwrap()
}

fn candidates(ctx: &Ctx, text: &str, lng: f64) -> Vec<(String, String)> {
    let said = Said { text: text.into(), place: at(lng), category: None };
    let zone = &ctx.city().zone;
    let why =
        |one: &same::Candidate| one.like.sentence(one.row.opened_at.date(zone), ctx.now.date(zone), Lang::Zh);
    let found = same::candidates(ctx, &said, 3).unwrap();
    found.iter().map(|one| (one.row.number.to_string(), why(one))).collect()
}

#[test]
fn what_is_near_recent_and_in_the_same_words_is_offered_within_reach_and_says_why() {
    both(|world| {
        let known = take_in(world, &told(NOISE, 113.130, Privacy::Contact, "13900006021"));
        take_in(world, &told("路灯一盏都不亮", 113.1301, Privacy::Contact, "13900006022"));
        let secret = take_in(
            world,
            &told("搅拌站噪音，我是里面的测试工人", 113.1309, Privacy::Confidential, "13900006023"),
        );
        world.clock.pass_ms(24 * 60 * MINUTE);
        let operator = world.ctx("operator", "hotline");
        let found = candidates(&operator, "搅拌站晚上有噪音", 113.130_813);
        let why = "80 米，昨天，同样的词：搅拌站 噪音".to_owned();
        assert_eq!(
            found,
            [(known.number.to_string(), why)],
            "and nothing in the words of who asked for confidence"
        );
        assert!(candidates(&operator, "搅拌站晚上有噪音", 113.20).is_empty(), "seven kilometres away");
        // By its place and kind such a case is found, without its words.
        let kind = case(world, &secret.number).category;
        let said = Said { text: "有粉尘".into(), place: at(113.1309), category: kind.clone() };
        if kind.is_some() {
            let near = same::candidates(&operator, &said, 3).unwrap();
            let hidden = near.iter().find(|one| one.row.number == secret.number).unwrap();
            assert!(hidden.hidden && hidden.like.words.is_empty());
        }
        // Somebody with a smaller reach finds nothing that lies outside of it.
        let mut who = world.member("operator", "gas");
        who.reach = Reach::Units(vec!["gas".into()]);
        assert!(candidates(&world.app.ctx(who, Lang::Zh), "搅拌站晚上有噪音", 113.130_813).is_empty());
        let mut who = world.member("operator", "hotline");
        who.actions.retain(|action| *action != Action::View);
        assert!(candidates(&world.app.ctx(who, Lang::Zh), "搅拌站晚上有噪音", 113.130_813).is_empty());
        world.clock.pass_ms(40 * 24 * 60 * MINUTE);
        assert!(candidates(&world.ctx("operator", "hotline"), "搅拌站晚上有噪音", 113.130_813).is_empty());
    });
}

#[test]
fn a_caller_who_is_joined_keeps_number_notices_and_callback_and_goes_again_without_loss() {
    both(|world| {
        let first = take_in(world, &told(NOISE, 113.130, Privacy::Contact, "13900006021"));
        let operator = world.ctx("operator", "hotline");
        world.clock.pass_ms(MINUTE);
        let second = Intake {
            source_key: Some("form:second".into()),
            ..told("搅拌站噪音", 113.1301, Privacy::Confidential, "13900007777")
        };
        let joined = case::join::by_staff(&operator, &second, &first.number, None).unwrap();
        let twice = case::join::by_staff(&operator, &second, &first.number, None).unwrap();
        assert!(twice.again && twice.number == joined.number, "the same form counts once");
        assert_eq!(case(world, &first.number).requests, [first.request, joined.request]);
        // Each of them sees their own words and nobody else's.
        let (who, _) = resident::unlock(&world.app, &joined.number, "7777").unwrap();
        let page = format!("{:?}", resident::track::track(&world.app, &who).unwrap().said);
        assert!(page.contains("搅拌站噪音") && !page.contains("睡不着"), "{page}");
        resident::speak::add(&world.app, &who, &joined.number, "今晚又响了", &[], None).unwrap();
        // A supervisor finds that it is another matter.
        world.clock.pass_ms(MINUTE);
        let supervisor = world.ctx("supervisor", "hotline");
        let refused = |result: Result<_, AppError>| match result {
            Err(AppError::Refused(refusal)) => refusal,
            other => panic!("{:?}", other.map(|case: duban_domain::case::Case| case.number)),
        };
        let part = |ctx: &Ctx, of| case::part::part(ctx, &on(&first.number), of, "是另一家搅拌站");
        assert!(matches!(refused(part(&operator, &joined.number)), Refusal::MayNot(Action::Dispatch)));
        assert_eq!(refused(part(&supervisor, &first.number)), Refusal::NotItsRequest, "it opened the case");
        let left = part(&supervisor, &joined.number).unwrap();
        assert_eq!(left.requests, [first.request]);
        let own = case(world, &joined.number);
        assert_eq!((own.requests.as_slice(), &own.number), ([joined.request].as_slice(), &joined.number));
        let shown = show::show(&supervisor, &joined.number).unwrap();
        assert_eq!(own.opened_at, shown.voices[0].request.received_at, "deadlines run from when it was said");
        assert_eq!(shown.voices[0].request.privacy, Privacy::Confidential);
        let added = shown
            .history
            .iter()
            .flatten()
            .any(|e| matches!(&e.what, What::Supplemented { text, .. } if text == "今晚又响了"));
        assert!(added, "what they added goes along");
        let receipt = |entry: &notice::Entry| entry.kind == NoticeKind::Receipt;
        assert_eq!(
            shown.told.iter().filter(|one| receipt(one)).count(),
            1,
            "their receipt goes along, and stays one"
        );
        let (who, _) = resident::unlock(&world.app, &joined.number, "7777").unwrap();
        assert!(!resident::track::track(&world.app, &who).unwrap().joined);
        assert_eq!(show::show(&supervisor, &first.number).unwrap().voices.len(), 1);
        let found = |number| show::show(&supervisor, number).unwrap().case.id;
        assert_ne!(found(&first.number), found(&joined.number));
        to_callback(world, &first);
        let done = case::callback::call(&world.ctx("caller", "hotline"), &on(&first.number), &reached(true))
            .unwrap();
        assert!(matches!(done.stage, Stage::Closed { ending: Ending::Confirmed, .. }), "one person to ask");
        assert!(case(world, &joined.number).is_open());
    });
}

#[test]
fn somebody_with_nothing_new_is_told_what_came_of_it() {
    both(|world| {
        let first = take_in(world, &told(NOISE, 113.130, Privacy::Contact, "13900006021"));
        let operator = world.ctx("operator", "hotline");
        let again = |source| Intake {
            wish: Wish {
                direct: Some("已经换了隔音板".into()), source: Some(source), ..Wish::default()
            },
            ..told("搅拌站噪音", 113.1301, Privacy::Contact, "13900007777")
        };
        let source = Source::Case { number: first.number.clone() };
        let early = register::by_staff(&operator, &again(source.clone()));
        assert!(matches!(early, Err(AppError::Refused(Refusal::NotFound))), "nothing came of it yet");
        to_callback(world, &first);
        let found = same::candidates(
            &operator,
            &Said { text: "搅拌站噪音".into(), place: at(113.1301), category: None },
            3,
        );
        assert_eq!(found.unwrap()[0].result.as_deref(), Some("灯头已经换好，当晚亮了。"));
        let told = register::by_staff(&operator, &again(source.clone())).unwrap();
        let closed = case(world, &told.number);
        assert_eq!((closed.phase(), case(world, &first.number).phase()), (Phase::Closed, Phase::Callback));
        let shown = show::show(&operator, &told.number).unwrap();
        let said = shown.history.iter().flatten().find_map(|event| match &event.what {
            What::Answered { source, .. } => source.clone(),
            _ => None,
        });
        assert_eq!(said, Some(source));
    });
}

#[test]
fn five_people_within_three_days_are_a_matter_of_many_and_five_in_a_month_are_not() {
    both(|world| {
        let first = take_in(world, &told(NOISE, 113.130, Privacy::Contact, "13900006021"));
        let join = |n: u32| {
            let said = Intake {
                source_key: Some(format!("form:{n}")),
                ..told("搅拌站噪音", 113.1301, Privacy::Anonymous, "13900007777")
            };
            case::join::by_staff(&world.ctx("operator", "hotline"), &said, &first.number, None).unwrap();
        };
        let group = || show::show(&world.ctx("operator", "hotline"), &first.number).unwrap().group;
        for n in 0..3 {
            join(n);
            world.clock.pass_ms(2 * 24 * 60 * MINUTE);
        }
        join(3);
        assert_eq!(group(), None, "five people in six days");
        for n in 4..7 {
            join(n);
        }
        assert_eq!(group(), Some(5), "four today, and one two days ago");
    });
}

#[test]
fn a_resident_is_shown_what_is_public_near_and_alike_and_learns_nothing_of_what_is_not() {
    both(|world| {
        let known = take_in(world, &Intake { place: at(113.130), ..intake() });
        let category = case(world, &known.number).category;
        assert!(category.is_some(), "the rules know a street lamp");
        let shown = |said: &str, lng: f64, of: Option<&str>| {
            let point = Point::from_degrees(lng, 27.83).unwrap();
            let rows = resident::public::alike(&world.app, said, point, of, 3).unwrap();
            rows.into_iter().map(|row| row.number).collect::<Vec<_>>()
        };
        assert_eq!(shown("灯坏了好几天", 113.1302, category.as_deref()), std::slice::from_ref(&known.number));
        assert!(shown("灯坏了好几天", 113.15, category.as_deref()).is_empty(), "two kilometres away");
        let words = "纺织路的路灯一盏都不亮，晚上看不见台阶";
        assert!(shown(words, 113.1302, None).is_empty(), "its words are not public, so they find nothing");
    });
}
