//! Learned suggestions: what closed cases teach and what they do not, when a new model takes over, going back, other
//! servers, and what people chose instead.

use std::sync::Arc;

use duban_app::{
    App, AppError,
    administration::{
        pack::Saved,
        replace::{self, Wanted},
    },
    case::{self, enter::For, register},
    triage::{self, Asked, Came, Taken},
};
use duban_domain::{
    Lang, Refusal,
    case::{Classification, Wish},
    city::edit::Replacing,
    request::Privacy,
    triage::Aim,
};
use duban_testkit::{
    clock::Seeded,
    lessons::{self, DARK, ENOUGH, LEAST, NOISE},
    world::{World, both},
};

use crate::life::on;

/// Nobody says this by chance.
const CANARY: &str = "鼯鼠";

fn learn(world: &World, aim: Aim) -> Came {
    triage::learn(&world.ctx("administrator", "hotline"), aim, false, &mut |_, _| true).unwrap()
}

fn taken(came: Came) -> (i64, Taken) {
    match came {
        Came::Made { version, taken, .. } => (version, taken),
        other => panic!("{other:?}"),
    }
}

fn asked(text: &str) -> Asked<'_> {
    Asked { text, ..Asked::default() }
}

/// Six people say the canary in a way that must not be learned from.
fn hidden(world: &World, first: usize, change: impl Fn(&mut register::Intake)) {
    for n in 0..6 {
        let mut intake = lessons::intake(first + n * 2);
        intake.text.push_str(CANARY);
        change(&mut intake);
        let ctx = world.ctx("operator", "hotline");
        register::by_staff(&ctx, &intake).unwrap();
    }
}

#[test]
fn closed_cases_teach_a_category_and_what_is_hidden_or_unread_teaches_nothing() {
    both(|world| {
        lessons::close(world, 0..LEAST - 2);
        // Confidential ones; words of one person however often; cases that are open; cases nobody of the house read.
        hidden(world, 1_000, |one| one.privacy = Privacy::Confidential);
        let few = learn(world, Aim::Category);
        assert!(matches!(few, Came::TooFew { cases, least: LEAST } if cases == LEAST - 2), "{few:?}");
        lessons::close(world, LEAST - 2..ENOUGH);
        hidden(world, 2_000, |one| one.person = lessons::intake(77).person);
        hidden(world, 3_000, |one| one.wish = Wish { direct: None, ..one.wish.clone() });
        for n in 0..6 {
            let mut alone = lessons::intake(4_000 + n * 2);
            alone.text.push_str(CANARY);
            register::by_resident(&world.app, &alone).unwrap();
        }
        assert_eq!(
            triage::advise(&world.app, Aim::Category, &asked("半夜还在打桩")),
            None,
            "nothing learned yet"
        );
        world.clock.pass_ms(60_000);
        let (version, first) = taken(learn(world, Aim::Category));
        assert_eq!((version, first), (1, Taken::First));
        let advice = triage::advise(&world.app, Aim::Category, &asked("又在半夜打桩，搅拌机轰轰响")).unwrap();
        assert!(advice.sure && advice.guesses[0].label == NOISE, "{advice:?}");
        assert!(
            advice.guesses[0].because.iter().any(|word| "搅拌机轰轰响".contains(word.as_str())),
            "{advice:?}"
        );
        let unknown = triage::advise(&world.app, Aim::Category, &asked(CANARY)).unwrap();
        assert!(unknown.guesses.is_empty() && !unknown.sure, "{unknown:?}");
        let both_words = format!("半夜还在打桩{CANARY}");
        let shown = triage::advise(&world.app, Aim::Category, &asked(&both_words)).unwrap();
        let words: String = shown
            .guesses
            .iter()
            .flat_map(|guess| guess.because.concat().chars().collect::<Vec<_>>())
            .collect();
        assert!(!words.contains(CANARY), "{words}");
        let standing = &triage::overview(&world.ctx("administrator", "hotline")).unwrap()[0];
        let report = standing.in_force().unwrap().report.clone().unwrap();
        assert!(report.first > report.commonest && report.cases == ENOUGH + 6, "{report:?}");
        assert!(
            matches!(learn(world, Aim::Unit), Came::TooFew { cases: 0, .. }),
            "the centre's own answers name no unit"
        );
    });
}

#[test]
fn a_new_model_takes_over_where_it_is_no_worse_and_one_goes_back_by_a_word() {
    both(|world| {
        lessons::close(world, 0..ENOUGH);
        assert_eq!(taken(learn(world, Aim::Category)), (1, Taken::First));
        assert_eq!(taken(learn(world, Aim::Category)), (2, Taken::TooFresh(0)), "kept, and stays aside");
        // Tonight nothing is new, so nothing is learned; tomorrow there is.
        assert_eq!(night(world), 0);
        lessons::close(world, 200..234);
        assert_eq!(night(world), 1);
        let mine = world.ctx("administrator", "hotline");
        let standing = triage::overview(&mine).unwrap().remove(0);
        let third = &standing.versions[0];
        assert!(third.row.in_force && third.row.version == 3, "{:?}", third.row);
        assert!(matches!(third.taken, Some(Taken::NoWorse(new, old, 34)) if new >= old), "{:?}", third.taken);
        assert_eq!(night(world), 0, "once a night");

        let other = App::new(
            world.app.city.clone(),
            world.app.store.clone(),
            world.app.keys.clone(),
            world.clock.clone(),
            Arc::new(Seeded::new(2)),
            false,
        );
        let says = |app: &App| triage::advise(app, Aim::Category, &asked("搅拌机轰轰响")).map(|a| a.version);
        assert_eq!(says(&other), None);
        assert!(triage::follow(&other).unwrap() && !triage::follow(&other).unwrap());
        assert_eq!(says(&other), Some(3));
        assert_eq!(triage::roll_back(&mine, Aim::Category).unwrap(), 2);
        assert_eq!((says(&world.app), says(&other)), (Some(2), Some(3)));
        assert!(triage::follow(&other).unwrap());
        assert_eq!(says(&other), Some(2), "every server goes back");
        assert_eq!(triage::roll_back(&mine, Aim::Category).unwrap(), 1);
        let no = triage::roll_back(&mine, Aim::Category).unwrap_err();
        assert!(matches!(no, AppError::Refused(Refusal::NoChange)));
        triage::put_in_force(&mine, Aim::Category, 3).unwrap();
        let nobody = triage::put_in_force(&world.ctx("supervisor", "hotline"), Aim::Category, 1).unwrap_err();
        assert!(matches!(nobody, AppError::Refused(Refusal::MayNot(_))));
    });
}

/// Whether the new is as good is asked on cases that neither had seen, and kept in words that can be read back.
#[test]
fn worse_stays_aside() {
    for (new, old, of, over) in
        [(28, 29, 30, false), (29, 29, 30, true), (30, 29, 30, true), (29, 0, 29, false)]
    {
        let taken = Taken::by(new, old, of);
        assert_eq!((taken.is_over(), Taken::read(&taken.kept())), (over, Some(taken)));
    }
    assert_eq!(Taken::read("worse 1"), None);
}

/// The hour of the next night comes.
fn night(world: &World) -> usize {
    let now = world.app.now();
    let zone = &world.app.city.zone;
    let today = duban_domain::Stamp::start_of(now.date(zone), zone);
    let hour = i64::from(world.app.city.settings.triage.hour) * 3_600_000;
    let next = today.plus_ms(hour);
    world.clock.set(if next > now { next } else { next.plus_ms(86_400_000) });
    let made = triage::work(&world.app.at_hand(), &|| true).unwrap();
    assert_eq!(triage::work(&world.app.at_hand(), &|| true).unwrap(), 0, "another server comes too late");
    made
}

#[test]
fn what_was_chosen_is_counted_and_what_is_of_the_past_leads_to_what_took_its_place() {
    both(|world| {
        lessons::close(world, 0..ENOUGH);
        taken(learn(world, Aim::Category));
        // The suggested one; another one; and one that is corrected afterwards.
        let ctx = world.ctx("operator", "hotline");
        register::by_staff(&ctx, &lessons::intake(500)).unwrap();
        let mut other = lessons::intake(502);
        other.wish.category = Some("environment.noise.square".to_owned());
        register::by_staff(&ctx, &other).unwrap();
        let mut open = lessons::intake(505);
        open.wish = Wish { category: None, direct: None, hold: true, ..open.wish };
        let open = register::by_staff(&ctx, &open).unwrap();
        let before = crate::life::case(world, &open.number);
        let to = Classification {
            category: Some("environment.noise.square".to_owned()),
            kind: before.kind,
            urgency: before.urgency,
            reason: "测试改分类".to_owned(),
        };
        case::classify::classify(&world.ctx("dispatcher", "hotline"), &on(&open.number), &to).unwrap();
        let mine = world.ctx("administrator", "hotline");
        let standing = triage::overview(&mine).unwrap().remove(0);
        assert_eq!(standing.chosen, [1, 0, 2, 0]);
        let corrected: Vec<(&str, i64)> =
            standing.corrections.iter().map(|(was, _, n)| (was.as_str(), *n)).collect();
        assert_eq!(corrected, [(NOISE, 1), (DARK, 1)]);

        let wanted = Wanted::By("environment.noise.industry".into());
        let plan = replace::plan(&mine, Replacing::Category, NOISE, &wanted).unwrap();
        let saved = replace::go(&mine, Replacing::Category, NOISE, &wanted, plan.version, "测试").unwrap();
        assert!(matches!(saved, Saved::Done(..)), "{saved:?}");
        let advice = triage::advise(&world.app.at_hand(), Aim::Category, &asked("搅拌机轰轰响")).unwrap();
        assert_eq!(
            advice.guesses[0].label, "environment.noise.industry",
            "no model names what is of the past"
        );
        lessons::set(world, "triage", "percent", "99");
        let silent = triage::advise(&world.app, Aim::Category, &asked("老人出门最难受")).unwrap();
        assert!(!silent.sure, "{silent:?}");
    });
}

/// What two units found and mended themselves: the words, the place and the category name the unit.
#[test]
fn a_unit_is_learned_from_what_units_answered() {
    both(|world| {
        lessons::set(world, "review", "required", "false");
        lessons::set(world, "triage", "cases_min", "20");
        for n in 0..ENOUGH {
            world.clock.pass_ms(60_000);
            let unit = if n % 2 == 0 { "ecology" } else { "urban" };
            let handler = world.app.ctx(world.member("handler", unit), Lang::Zh);
            let mut own = lessons::intake(n);
            own.wish = Wish::default();
            let done = case::enter::enter(&handler, &own, &For::Own, "").unwrap();
            case::answer::answer(&handler, &on(&done.number), &crate::life::answering()).unwrap();
        }
        world.clock.pass_ms(60_000);
        let (_, first) = taken(learn(world, Aim::Unit));
        assert_eq!(first, Taken::First);
        let advice = triage::advise(&world.app, Aim::Unit, &asked("灯杆被撞歪了，路灯一盏都不亮")).unwrap();
        assert!(advice.sure && advice.guesses[0].label == "urban", "{advice:?}");
        // A dispatcher names another.
        let mut held = lessons::intake(701);
        held.wish = Wish { hold: true, ..Wish::default() };
        let number = register::by_staff(&world.ctx("operator", "hotline"), &held).unwrap().number;
        let order = case::dispatch::Order {
            unit: "urban.green".into(),
            assisting: Vec::new(),
            reason: "树挡住了灯".into(),
            designated: false,
        };
        case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
        let standing = triage::overview(&world.ctx("administrator", "hotline")).unwrap().remove(1);
        assert_eq!(standing.corrections, [("urban".to_owned(), "urban.green".to_owned(), 1)]);
    });
}
