//! Checklists: what is ticked, by whom, what is refused without it, and a list that changes meanwhile.

use duban_app::{
    AppError,
    administration::pack,
    case::{self, dispatch::Order},
    partner::{Caller, report},
};
use duban_domain::{
    Lang, Number, Refusal,
    case::{Move, Obstacle, Outcome, Phase, Report, ReportState, Verdict, Way, What, Wish},
};
use duban_testkit::world::{World, both};

use crate::life::{MINUTE, answering, case, intake, on};

/// A missing cover, in hand of the unit for streets.
fn cover(world: &World) -> Number {
    let wish = Wish { hold: true, category: Some("utilities.drainage.cover".into()), ..Wish::default() };
    let said = case::register::Intake { wish, text: "测试路的井盖缺了一块".into(), ..intake() };
    let number = case::register::by_resident(&world.app, &said).unwrap().number;
    let order =
        Order { unit: "urban".into(), assisting: Vec::new(), reason: "它管".into(), designated: false };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
    world.clock.pass_ms(MINUTE);
    case::sign::sign(&world.ctx("handler", "urban"), &on(&number)).unwrap();
    number
}

fn tick(world: &World, unit: &str, number: &Number, items: &[&str]) -> Result<(), Refusal> {
    world.clock.pass_ms(MINUTE);
    let items: Vec<String> = items.iter().map(|item| format!("drain-cover/{item}")).collect();
    let ctx = world.app.at_hand().ctx(world.member("handler", unit), Lang::Zh);
    refusal(case::check::check_off(&ctx, &on(number), &items))
}

fn answer(world: &World, number: &Number, outcome: Outcome) -> Result<(), Refusal> {
    let ctx = world.app.at_hand().ctx(world.member("handler", "urban"), Lang::Zh);
    let said = case::answer::Answering {
        outcome,
        proof_words: "抢修单 7".into(),
        no_contact: "匿名".into(),
        ..answering()
    };
    refusal(case::answer::answer(&ctx, &on(number), &said))
}

fn refusal<T>(result: Result<T, AppError>) -> Result<(), Refusal> {
    match result {
        Ok(_) => Ok(()),
        Err(AppError::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_required_item_is_ticked_before_the_answer_and_each_tick_is_in_the_history() {
    both(|world| {
        let number = cover(world);
        let missing = answer(world, &number, Outcome::Solved).unwrap_err();
        assert_eq!(
            missing.sentence(Lang::Zh),
            "办理清单上必做的还没有勾：到场先围挡、放警示；装好新井盖，踩过不响。做好勾上，再答复；确实做不了的，答复“暂未解决”。"
        );
        assert_eq!(tick(world, "power", &number, &["fence"]), Err(Refusal::NotFound), "not their case");
        tick(world, "urban", &number, &["fence", "fitted"]).unwrap();
        assert_eq!(tick(world, "urban", &number, &["fence", "fitted"]), Err(Refusal::NoChange));
        tick(world, "urban", &number, &["fence", "owner"]).unwrap();
        let missing = answer(world, &number, Outcome::Explained).unwrap_err();
        assert!(missing.sentence(Lang::En).contains("not ticked: New cover fitted; it does not rattle. Do"));
        tick(world, "urban", &number, &["fence", "owner", "fitted"]).unwrap();
        answer(world, &number, Outcome::Solved).unwrap();
        assert!(matches!(tick(world, "urban", &number, &[]), Err(Refusal::WrongPhase { .. })));
        let shown = case::show::show(&world.ctx("reviewer", "hotline"), &number).unwrap();
        let said: Vec<String> = shown
            .history
            .iter()
            .flatten()
            .filter_map(|event| match &event.what {
                What::Moved(Move::Ticked { item, .. }) => Some(format!("+{item} {}", event.by.name)),
                What::Moved(Move::Unticked { item, .. }) => Some(format!("-{item} {}", event.by.name)),
                _ => None,
            })
            .collect();
        assert_eq!(
            said.join("\n"),
            "+drain-cover/fence 测试·handler\n+drain-cover/fitted 测试·handler\n\
             +drain-cover/owner 测试·handler\n-drain-cover/fitted 测试·handler\n\
             +drain-cover/fitted 测试·handler"
        );
        // A new round begins with an empty list; what was ticked stays in the history.
        case::review::review(&world.ctx("reviewer", "hotline"), &on(&number), &Verdict::Approve).unwrap();
        let call = crate::life::reached(false);
        case::callback::call(&world.ctx("caller", "hotline"), &on(&number), &call).unwrap();
        let again = case(world, &number);
        assert_eq!((again.phase(), again.round), (Phase::InHand, 2));
        assert!(again.handling.ticks.is_empty());
        assert!(answer(world, &number, Outcome::Solved).is_err());
        answer(world, &number, Outcome::Unsolved).unwrap();
    });
}

#[test]
fn an_item_that_leaves_the_list_takes_nothing_back_and_holds_nobody_up() {
    both(|world| {
        let number = cover(world);
        tick(world, "urban", &number, &["fence", "owner"]).unwrap();
        let keeper = world.ctx("administrator", "hotline");
        let without = |key: &str| {
            let cut = format!("[[checklist.item]]\nkey = \"{key}\"");
            pack::change(&keeper, "", None, |files| {
                let text = files.get_mut("checklists.toml").unwrap();
                let start = text.find(&cut).unwrap();
                let rest = &text[start + 3..];
                let end = rest.find("[[").map_or(text.len(), |at| start + 3 + at);
                text.replace_range(start..end, "");
                Ok(())
            })
            .unwrap();
        };
        without("owner");
        without("fitted");
        assert_eq!(
            tick(world, "urban", &number, &["fence", "fitted"]),
            Err(Obstacle::ListChanged.into()),
            "the form was made from the list before"
        );
        let kept: Vec<String> = case(world, &number).handling.ticks.into_iter().map(|t| t.name.zh).collect();
        assert_eq!(kept, ["到场先围挡、放警示", "查清井盖的产权单位"]);
        tick(world, "urban", &number, &[]).unwrap();
        let kept: Vec<String> = case(world, &number).handling.ticks.into_iter().map(|t| t.item).collect();
        assert_eq!(kept, ["drain-cover/owner"], "what left the list is not taken back by a form without it");
        assert!(answer(world, &number, Outcome::Solved).is_err());
        tick(world, "urban", &number, &["fence"]).unwrap();
        answer(world, &number, Outcome::Solved).unwrap();
        world.app = world.app.at_hand();
    });
}

#[test]
fn what_is_asked_at_the_contact_is_owed_once_there_was_one_and_systems_have_their_own_lists() {
    both(|world| {
        let wish = Wish { hold: true, category: Some("utilities.gas.leak".into()), ..Wish::default() };
        let said = case::register::Intake { wish, ..intake() };
        let number = case::register::by_resident(&world.app, &said).unwrap().number;
        let order =
            Order { unit: "urban".into(), assisting: Vec::new(), reason: "它管".into(), designated: false };
        case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
        world.clock.pass_ms(MINUTE);
        let unit = world.ctx("handler", "urban");
        case::sign::sign(&unit, &on(&number)).unwrap();
        let names = || -> Vec<String> {
            let case = case(world, &number);
            case.unchecked(world.city()).into_iter().map(|item| item.key.clone()).collect()
        };
        assert_eq!(names(), ["valve"]);
        case::contact::contact(&unit, &on(&number), Way::Phone, "人都在楼下").unwrap();
        assert_eq!(names(), ["safe", "valve"]);
        world.clock.pass_ms(MINUTE);
        let caller = Caller { name: "测试系统".into(), unit: Some("urban".into()) };
        let done = Report {
            source: String::new(),
            update: "7".into(),
            told_at: world.app.now(),
            state: ReportState::Fixed,
            text: "关了阀".into(),
            links: Vec::new(),
        };
        report::report(&world.app, &caller, &number, &done).unwrap();
        assert_ne!(case(world, &number).phase(), Phase::InHand, "another system does not tick our lists");
    });
}
