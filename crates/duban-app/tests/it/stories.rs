//! What cities ask for in their lists of demands, where no other file of tests is about it.

use std::sync::Arc;

use duban_app::{
    AppError, ByHand, CaseQuery, DEMO_PASSWORD, Order,
    case::{self, dispatch::Order as Sending, enter::For, register::Intake},
    notice,
    partner::{
        self, Caller,
        read::{self, Wanted},
    },
    staff::{
        self,
        users::{self, Account},
    },
};
use duban_domain::{
    Number, Refusal,
    case::{Classification, Verdict, Way, What, Wish},
    city::City,
    notice::NoticeChannel,
    policy::Action,
    request::{Kind, Urgency},
};
use duban_testkit::{
    gateway::{Fake, gateways},
    world::{World, both, zhuzhou},
};
use jiff::civil::date;

use crate::life::{DAY, MINUTE, answering, case as case_of, intake, on, reached};

/// A matter that lies with a unit.
fn with_unit(world: &World, text: &str, unit: &str) -> Number {
    let held = Intake { text: text.into(), wish: Wish { hold: true, ..Wish::default() }, ..intake() };
    let number = case::register::by_resident(&world.app, &held).unwrap().number;
    let order =
        Sending { unit: unit.into(), assisting: Vec::new(), reason: "归它管".into(), designated: false };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
    number
}

fn numbers(world: &World, role: &str, unit: &str, query: &CaseQuery) -> Vec<Number> {
    let query = CaseQuery { limit: 200, ..query.clone() };
    let listed = case::list::list(&world.ctx(role, unit), &query).unwrap();
    listed.page.rows.into_iter().map(|row| row.number).collect()
}

#[test]
fn the_centre_sees_the_sum_of_all_units_and_a_unit_only_its_own() {
    both(|world| {
        for (unit, cases) in [("power", 3), ("gas", 2), ("urban", 4)] {
            for n in 0..cases {
                with_unit(world, &format!("{unit}的第{n}件测试事"), unit);
            }
        }
        let held = Intake { wish: Wish { hold: true, ..Wish::default() }, ..intake() };
        case::register::by_resident(&world.app, &held).unwrap();
        let all = numbers(world, "supervisor", "hotline", &CaseQuery::default());
        let owned = |unit: &str| {
            let query = CaseQuery { owner: Some(unit.to_owned()), ..CaseQuery::default() };
            numbers(world, "supervisor", "hotline", &query)
        };
        let mut sum: Vec<Number> = world.city().units.iter().flat_map(|unit| owned(&unit.key)).collect();
        assert_eq!((all.len(), sum.len()), (10, 10), "each lies with one unit");
        sum.sort_by_key(|number| number.digits().to_owned());
        sum.dedup();
        assert_eq!(sum.len(), 10);
        let search = CaseQuery { words: Some("测试事".into()), ..CaseQuery::default() };
        for unit in ["power", "gas", "urban"] {
            let (mut own, mut theirs) = (owned(unit), numbers(world, "handler", unit, &CaseQuery::default()));
            let mut found = numbers(world, "handler", unit, &search);
            for list in [&mut own, &mut theirs, &mut found] {
                list.sort_by_key(|number| number.digits().to_owned());
            }
            assert_eq!((&theirs, &found), (&own, &own), "list and search of {unit}");
            let system = Caller { name: "测试系统".into(), unit: Some(unit.into()) };
            let wanted = Wanted { queries: vec![CaseQuery::default()], take: 100, ..Wanted::default() };
            let told = read::page(&world.app, Some(&system), &wanted).unwrap();
            let mut told: Vec<_> =
                told.into_iter().filter(|seen| seen.told.is_some()).map(|seen| seen.number).collect();
            told.sort_by_key(|number| number.digits().to_owned());
            assert_eq!(told, own, "the system of {unit} reads the words of its own cases only");
        }
    });
}

/// Acknowledged and listed are one transaction; no job, no delay and no other server is between them.
#[test]
fn a_matter_is_in_the_list_of_its_unit_as_soon_as_it_is_acknowledged() {
    both(|world| {
        let said = Intake { text: "从昨晚开始家里停电，邻居也是。".into(), ..intake() };
        let before = world.app.now();
        let number = case::register::by_resident(&world.app, &said).unwrap().number;
        assert_eq!(numbers(world, "handler", "power", &CaseQuery::default()), [number]);
        assert_eq!(world.app.now(), before, "no time went by and nothing else ran");
    });
}

#[test]
fn another_urgency_moves_a_case_in_every_list_and_stays_in_its_history() {
    both(|world| {
        let first = with_unit(world, "第一件测试事", "power");
        world.clock.pass_ms(MINUTE);
        let second = with_unit(world, "第二件测试事", "power");
        let by_due = CaseQuery {
            order: Order::Due,
            phases: vec![case_of(world, &first).phase()],
            ..CaseQuery::default()
        };
        let of = |urgency| CaseQuery { urgency: Some(urgency), ..CaseQuery::default() };
        let before = case_of(world, &second);
        let to = Classification {
            category: before.category.clone(),
            kind: before.kind,
            urgency: Urgency::Urgent,
            reason: "有老人在家".into(),
        };
        let mut handler = world.ctx("handler", "power");
        let refused = case::classify::classify(&handler, &on(&second), &to).unwrap_err();
        assert!(matches!(refused, AppError::Refused(Refusal::MayNot(Action::Classify))));
        assert_eq!(numbers(world, "handler", "power", &of(Urgency::Urgent)), []);
        handler.who.actions.push(Action::Classify);
        case::classify::classify(&handler, &on(&second), &to).unwrap();

        assert_eq!(numbers(world, "handler", "power", &of(Urgency::Urgent)), std::slice::from_ref(&second));
        assert_eq!(numbers(world, "handler", "power", &of(before.urgency)), std::slice::from_ref(&first));
        assert!(case_of(world, &second).finish.due < before.finish.due, "the deadline follows");
        let shown = case::show::show(&world.ctx("handler", "power"), &second).unwrap();
        assert_eq!(shown.row.urgency, Urgency::Urgent);
        let changed = shown.history.iter().flatten().any(|event| {
            event.by.name == handler.who.name
                && matches!(&event.what, What::Classified { urgency: Urgency::Urgent, reason, .. } if reason == "有老人在家")
        });
        assert!(changed, "who, what and why: {:?}", shown.history);
        // Signed for, what is due next is the answer: the later one of the two now comes first.
        for number in [&first, &second] {
            case::sign::sign(&world.ctx("handler", "power"), &on(number)).unwrap();
        }
        let signed = CaseQuery { phases: vec![case_of(world, &first).phase()], ..by_due };
        assert_eq!(numbers(world, "handler", "power", &signed), [second, first]);
    });
}

#[test]
fn whoever_is_switched_off_is_out_at_once() {
    both(|world| {
        let account = Account {
            login: "li".into(),
            name: "测试·李".into(),
            unit: "power".into(),
            role: "handler".into(),
            password: DEMO_PASSWORD.into(),
        };
        users::put(&world.app, &account).unwrap();
        let open = staff::sign_in(&world.app, "li", DEMO_PASSWORD).unwrap();
        let key = partner::add_key(&world.app, "测试系统", Some("power")).unwrap();
        assert!(staff::member_of(&world.app, &open, true).unwrap().is_some());
        assert!(partner::caller(&world.app, &key).unwrap().is_some());

        assert!(users::disable(&world.app, "li").unwrap());
        assert_eq!(staff::member_of(&world.app, &open, true).unwrap(), None, "the open session");
        assert!(matches!(staff::sign_in(&world.app, "li", DEMO_PASSWORD), Err(AppError::Credentials)));
        let id = partner::keys(&world.app).unwrap()[0].id;
        assert!(partner::revoke_key(&world.app, id).unwrap());
        assert!(partner::caller(&world.app, &key).unwrap().is_none(), "the key of a system");

        users::put(&world.app, &account).unwrap();
        assert_eq!(staff::member_of(&world.app, &open, true).unwrap(), None, "an old session stays ended");
        assert!(staff::sign_in(&world.app, "li", DEMO_PASSWORD).is_ok());
    });
}

/// The city says three working days; the week of the National Day has only holidays.
#[test]
fn a_term_that_the_city_sets_skips_holidays_and_stands_in_receipt_and_list() {
    both(|world| {
        let mut files = zhuzhou();
        let text = files.get_mut("deadlines.toml").unwrap();
        let (start, usual) = text.split_once("key = \"normal\"").unwrap();
        let usual = usual.replacen("finish = \"5 working days\"", "finish = \"3 working days\"", 1);
        *text = format!("{start}key = \"normal\"{usual}");
        world.app.city = Arc::new(City::load(&files).unwrap());
        let (sms, letters) = (Fake::that([]), Fake::that([]));
        world.app = world.app.clone().with_gateways(gateways(&sms, &letters));
        let zone = world.city().zone.clone();
        let now = world.app.now().date(&zone);
        let wednesday = date(2026, 9, 30);
        world.clock.pass_ms(i64::from((wednesday - now).get_days()) * DAY);

        let wish = Wish { urgency: Some(Urgency::Normal), kind: Some(Kind::Help), ..Wish::default() };
        let number = case::register::by_resident(&world.app, &Intake { wish, ..intake() }).unwrap().number;
        let due = case_of(world, &number).finish.due;
        assert_eq!(due.date(&zone), date(2026, 10, 10), "1 to 7 October are holidays, the 10th is worked");
        let listed = case::list::list(
            &world.ctx("dispatcher", "hotline"),
            &CaseQuery { limit: 1, ..CaseQuery::default() },
        );
        assert_eq!(listed.unwrap().page.rows[0].finish_due, due);
        while notice::work(&world.app, NoticeChannel::Sms).unwrap() > 0 {}
        let receipt = sms.last_to("13900006021").unwrap().text;
        assert!(receipt.contains("10月10日"), "{receipt}");
    });
}

/// No step asks for office hours; the callback's page alone proposes hours in which people are awake.
#[test]
fn a_case_is_handled_and_closed_at_every_hour_of_a_sunday() {
    both(|world| {
        let zone = world.city().zone.clone();
        let sunday = duban_domain::Stamp::start_of(date(2026, 1, 11), &zone);
        for hour in 0..24 {
            world.clock.pass_ms(sunday.plus_ms(hour * 60 * MINUTE).0 - world.app.now().0);
            let number = with_unit(world, &format!("{hour}点的测试事"), "power");
            let by = world.ctx("handler", "power");
            case::sign::sign(&by, &on(&number)).unwrap();
            case::contact::contact(&by, &on(&number), Way::Phone, "马上到").unwrap();
            case::answer::answer(&by, &on(&number), &answering()).unwrap();
            case::review::review(&world.ctx("reviewer", "hotline"), &on(&number), &Verdict::Approve).unwrap();
            let caller = world.ctx("caller", "hotline");
            let after = case::callback::call(&caller, &on(&number), &reached(true)).unwrap();
            assert!(!after.is_open(), "{hour}");
        }
    });
}

/// Whom the dispatch of a case was to be for, as its history has it.
fn named_in(world: &World, number: &Number) -> String {
    let shown = case::show::show(&world.ctx("supervisor", "hotline"), number).unwrap();
    let because = shown.history.iter().flatten().find_map(|event| match &event.what {
        What::Dispatched { because, .. } => Some(because.clone()),
        _ => None,
    });
    because.unwrap().into_iter().find(|one| one.starts_with("handler=")).unwrap_or_default()
}

/// The table of the catalogue: units, and persons of a unit. A person gets it when their account is in
/// use and of that unit; else the unit has it, and the history says why.
#[test]
fn a_rule_sends_to_a_unit_or_to_a_person_of_it() {
    let mut files = zhuzhou();
    let rule = |key: &str, word: &str, unit: &str, handler: &str| {
        let named = if handler.is_empty() { String::new() } else { format!("handler = \"{handler}\"\n") };
        format!(
            "[[rule]]\nkey = \"{key}\"\nany = [\"{word}\"]\nunit = \"{unit}\"\n{named}reason = \"测\"\nreason_en = \"test\"\n\n"
        )
    };
    let table = [
        rule("unit", "甲事", "power", ""),
        rule("person", "乙事", "power", "zhou"),
        rule("off", "丙事", "power", "gone"),
        rule("nobody", "丁事", "power", "never"),
        rule("elsewhere", "戊事", "gas", "zhou"),
        rule("may-not", "己事", "power", "looker"),
    ];
    files.insert("catalogue.toml".to_owned(), table.concat());
    let city = Arc::new(City::load(&files).unwrap());
    both(|world| {
        let account = |login: &str, role: &str| Account {
            login: login.into(),
            name: format!("测试·{login}"),
            unit: "power".into(),
            role: role.into(),
            password: DEMO_PASSWORD.into(),
        };
        let zhou = users::put(&world.app, &account("zhou", "handler")).unwrap();
        users::put(&world.app, &account("gone", "handler")).unwrap();
        users::disable(&world.app, "gone").unwrap();
        users::put(&world.app, &account("looker", "editor")).unwrap();
        world.app.city = Arc::clone(&city);
        for (word, unit, person, why) in [
            ("甲事", "power", None, ""),
            ("乙事", "power", Some(zhou), "handler=zhou"),
            ("丙事", "power", None, "handler=gone=off"),
            ("丁事", "power", None, "handler=never=off"),
            ("戊事", "gas", None, "handler=zhou=elsewhere"),
            ("己事", "power", None, "handler=looker=may-not"),
        ] {
            let said = Intake { text: format!("测试的{word}"), ..intake() };
            let held = Intake { wish: Wish { hold: true, ..Wish::default() }, ..said.clone() };
            // By the catalogue at once, and by a dispatcher who follows it.
            let at_once = case::register::by_resident(&world.app, &said).unwrap().number;
            let by_hand = case::register::by_resident(&world.app, &held).unwrap().number;
            let order = Sending {
                unit: unit.into(),
                assisting: Vec::new(),
                reason: String::new(),
                designated: false,
            };
            case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&by_hand), &order).unwrap();
            for number in [at_once, by_hand] {
                let case = case_of(world, &number);
                assert_eq!((case.unit(), case.handling.handler), (Some(unit), person), "{word}");
                assert_eq!(named_in(world, &number), why, "{word}");
            }
        }
        world.app.city = Arc::new(City::load(&zhuzhou()).unwrap());
    });
}

/// Work that is entered for oneself, a colleague and another unit is in the right list at once, on both
/// databases, and a colleague of elsewhere or a unit that there is not is refused.
#[test]
fn what_is_entered_directly_is_in_the_right_list_at_once() {
    both(|world| {
        let account = |login: &str, unit: &str| Account {
            login: login.into(),
            name: format!("测试·{login}"),
            unit: unit.into(),
            role: "handler".into(),
            password: DEMO_PASSWORD.into(),
        };
        let zhou = users::put(&world.app, &account("zhou", "power")).unwrap();
        let stranger = users::put(&world.app, &account("dong", "gas")).unwrap();
        let ctx = world.ctx("handler", "power");
        let enter = |to: &For, why: &str| case::enter::enter(&ctx, &intake(), to, why);
        let own = enter(&For::Own, "").unwrap().number;
        let theirs = enter(&For::Colleague(zhou), "").unwrap().number;
        let other = enter(&For::Unit("gas".into()), "归它管").unwrap().number;
        assert!(
            enter(&For::Colleague(stranger), "").is_err() && enter(&For::Unit("gas".into()), "").is_err()
        );
        assert!(enter(&For::Unit("nowhere".into()), "归它管").is_err());
        let by = |staff| CaseQuery { handler: Some(ByHand::Of(staff)), ..CaseQuery::default() };
        assert_eq!(numbers(world, "handler", "power", &by(ctx.who.id)), std::slice::from_ref(&own));
        assert_eq!(numbers(world, "handler", "power", &by(zhou)), [theirs]);
        assert_eq!(numbers(world, "handler", "gas", &CaseQuery::default()), [other]);
        let case = case_of(world, &own);
        assert!(case.contact.is_none() && case.entered && case.finish.due > world.app.now());
        let operator = case::enter::enter(&world.ctx("operator", "hotline"), &intake(), &For::Own, "");
        assert!(matches!(operator, Err(AppError::Refused(Refusal::MayNot(Action::Enter)))));
    });
}
