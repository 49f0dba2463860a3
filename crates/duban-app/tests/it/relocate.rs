//! A unit that is closed and a category that is replaced: the open cases follow, whatever is in between.

use duban_app::{
    App, AppError, CaseQuery, Ctx,
    administration::{
        pack::{self, Saved},
        relocate::{self, Standing},
        replace::{self, Wanted},
    },
    case::{self, dispatch::Order, task::Reporting},
    jobs, resident,
    staff::users::{self, Account},
};
use duban_domain::{
    Lang, Number, Refusal, StaffId,
    case::{Move, Phase, What, Wish, handling::Giving},
    city::edit::{self, Replacing, Table},
    policy::{Action, Reach},
};
use duban_testkit::world::{World, both};

use crate::life::{MINUTE, answering, case, intake, on};

const POWER: &str = "power";
const HEIR: &str = "urban";

fn keeper(world: &World) -> Ctx {
    world.app.at_hand().ctx(world.member("administrator", "hotline"), Lang::Zh)
}

fn opened(world: &World, category: Option<&str>) -> Number {
    world.clock.pass_ms(MINUTE);
    let wish = Wish { hold: true, category: category.map(str::to_owned), ..Wish::default() };
    case::register::by_resident(&world.app, &case::register::Intake { wish, ..intake() }).unwrap().number
}

fn sent(world: &World, unit: &str, assisting: &[&str]) -> Number {
    let number = opened(world, None);
    let order = Order {
        unit: unit.into(),
        assisting: assisting.iter().map(|unit| (*unit).to_owned()).collect(),
        reason: "归它管".into(),
        designated: false,
    };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
    number
}

fn signed(world: &World, unit: &str) -> Number {
    let number = sent(world, unit, &[]);
    world.clock.pass_ms(MINUTE);
    case::sign::sign(&world.ctx("handler", unit), &on(&number)).unwrap();
    number
}

fn closed(world: &World) -> Number {
    let wish = Wish { direct: Some("当场说清楚了".into()), ..Wish::default() };
    let said = case::register::Intake { wish, ..intake() };
    let number = case::register::by_staff(&world.ctx("operator", "hotline"), &said).unwrap().number;
    assert_eq!(case(world, &number).phase(), Phase::Closed);
    number
}

fn account(world: &World, login: &str, unit: &str) -> StaffId {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: unit.into(),
        role: "handler".into(),
        password: "测试密码一二三四五六".into(),
    };
    users::put(&world.app, &account).unwrap()
}

fn done(saved: Saved) {
    assert!(matches!(saved, Saved::Done(..)), "{saved:?}");
}

fn close_power(world: &World) {
    let (ctx, wanted) = (keeper(world), Wanted::By(HEIR.into()));
    let plan = replace::plan(&ctx, Replacing::Unit, POWER, &wanted).unwrap();
    assert!(plan.faults.is_empty(), "{:?}", plan.faults);
    done(replace::go(&ctx, Replacing::Unit, POWER, &wanted, plan.version, "机构改革").unwrap());
    world.clock.pass_ms(MINUTE);
}

fn work(world: &World) {
    let app = world.app.at_hand();
    for _ in 0..40 {
        while jobs::work(&app).unwrap() > 0 {}
        world.clock.pass_ms(6_000);
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// One case of each sort that a unit can have to do with.
struct Made {
    unsigned: Number,
    in_hand: Number,
    own: Number,
    answered: Number,
    helped: Number,
    tasked: Number,
    elsewhere: Number,
    goes: StaffId,
}

fn made(world: &World) -> Made {
    let unsigned = sent(world, POWER, &[]);
    let in_hand = signed(world, POWER);
    let helped = sent(world, "gas", &[POWER, HEIR]);
    let own = signed(world, POWER);
    let answered = signed(world, POWER);
    let (stays, goes) = (account(world, "stays", POWER), account(world, "goes", POWER));
    let unit = || world.ctx("handler", POWER);
    case::assign::assign(&unit(), &on(&in_hand), Some(goes), "").unwrap();
    case::assign::assign(&unit(), &on(&own), Some(stays), "").unwrap();
    case::returning::ask(&unit(), &on(&own), "not-ours", "不归我们").unwrap();
    let task = Giving {
        unit: Some(POWER.into()),
        party: String::new(),
        words: "断电".into(),
        due: world.app.now().plus_ms(MINUTE * 900),
        required: true,
    };
    let tasked = signed(world, "water");
    case::task::give(&world.ctx("handler", "water"), &on(&tasked), &task).unwrap();
    let said = case::answer::Answering { no_contact: "打不通".into(), ..answering() };
    case::answer::answer(&unit(), &on(&answered), &said).unwrap();
    let elsewhere = signed(world, "gas");
    // One of the two goes along to the new unit.
    account(world, "goes", HEIR);
    Made { unsigned, in_hand, own, answered, helped, tasked, elsewhere, goes }
}

#[test]
fn the_open_cases_of_a_closed_unit_go_to_its_successor_with_everything_around_them() {
    both(|world| {
        let made = made(world);
        let before = case(world, &made.unsigned);
        let ctx = keeper(world);
        let preview = relocate::preview(&ctx, Replacing::Unit, POWER).unwrap();
        assert_eq!(preview.phases, [(Phase::Dispatched, 2), (Phase::InHand, 3), (Phase::InReview, 1)]);
        assert!(preview.named.is_empty(), "whoever sees no cases is told numbers only");
        let early = relocate::start(&ctx, Replacing::Unit, POWER, HEIR, "机构改革");
        assert_eq!(refused(early), Refusal::UnknownUnit(POWER.into()), "it is not closed");
        let by = world.ctx("supervisor", "hotline");
        assert!(matches!(refused(relocate::preview(&by, Replacing::Unit, POWER)), Refusal::MayNot(_)));
        close_power(world);
        work(world);

        let of = |number: &Number| case(world, number);
        for number in [&made.unsigned, &made.in_hand, &made.own, &made.answered] {
            assert_eq!(of(number).unit(), Some(HEIR));
        }
        let after = of(&made.unsigned);
        assert_eq!(after.phase(), Phase::Dispatched);
        assert_eq!(after.finish, before.finish, "the person’s clock runs on");
        assert!(after.next_due() > before.next_due(), "the new unit has its whole time to sign");
        assert_eq!(of(&made.in_hand).handling.handler, Some(made.goes), "who went along keeps it");
        assert_eq!(of(&made.own).handling.handler, None, "who did not is not of the unit any more");
        assert!(of(&made.own).is_returning());
        assert_eq!(of(&made.answered).phase(), Phase::InReview);
        assert_eq!(of(&made.helped).assisting, [HEIR], "nobody helps twice");
        assert_eq!(of(&made.tasked).handling.tasks[0].unit.as_deref(), Some(HEIR));
        assert_eq!(of(&made.elsewhere).unit(), Some("gas"));
        told_and_through(world, &made);
        world.app = world.app.at_hand();
        assert!(world.city().unit(POWER).unwrap().closed);
    });
}

/// The history says it, the new unit does what it was given, and the order is through.
fn told_and_through(world: &World, made: &Made) {
    let shown = case::show::show(&world.ctx("handler", HEIR), &made.unsigned).unwrap();
    let told = shown.history.iter().flatten().any(|event| {
        matches!(&event.what, What::Moved(Move::TakenOver { from, words, by, .. })
            if from == POWER && words == "机构改革" && by == "测试·administrator")
    });
    assert!(told, "the history says where it was, why it went, and who ordered it");
    let report = Reporting { task: 1, done: true, words: "断了电".into(), files: Vec::new() };
    let heir = world.app.at_hand().ctx(world.member("handler", HEIR), Lang::Zh);
    case::task::report(&heir, &on(&made.tasked), &report).unwrap();
    let (orders, waiting) = relocate::overview(&keeper(world)).unwrap();
    assert!(waiting.is_empty());
    let (order, standing) = &orders[0];
    assert_eq!((orders.len(), order.total, order.moved, *standing), (1, 6, 6, Standing::Done));
    assert!(order.ended_at.is_some());
}

#[test]
fn what_is_closed_stays_under_the_old_name_and_is_found_there() {
    both(|world| {
        let number = signed(world, POWER);
        let unit = world.ctx("handler", POWER);
        let mut said = answering();
        said.no_contact = "打不通".into();
        case::answer::answer(&unit, &on(&number), &said).unwrap();
        let reviewer = world.ctx("reviewer", "hotline");
        case::review::review(&reviewer, &on(&number), &duban_domain::case::Verdict::Approve).unwrap();
        case::callback::call(&world.ctx("caller", "hotline"), &on(&number), &crate::life::reached(true))
            .unwrap();
        assert_eq!(case(world, &number).phase(), Phase::Closed);
        let open = signed(world, POWER);
        close_power(world);
        work(world);
        assert_eq!((case(world, &number).unit(), case(world, &open).unit()), (Some(POWER), Some(HEIR)));
        let of = |unit: &str| CaseQuery { owner: Some(unit.to_owned()), ..CaseQuery::default() };
        let centre = world.app.at_hand().ctx(world.member("supervisor", "hotline"), Lang::Zh);
        assert_eq!(case::list::count(&centre, &of(POWER)).unwrap(), 1);
        assert_eq!(case::list::count(&centre, &of(HEIR)).unwrap(), 1);
        world.app = world.app.at_hand();
    });
}

#[test]
fn an_order_is_stopped_and_gone_on_with_and_two_servers_do_each_case_once() {
    both(|world| {
        let numbers: Vec<Number> = (0..45).map(|_| sent(world, POWER, &[])).collect();
        close_power(world);
        let ctx = keeper(world);
        let again = relocate::start(&ctx, Replacing::Unit, POWER, HEIR, "机构改革");
        assert!(matches!(refused(again), Refusal::Guard(_)), "one at a time");
        let app = world.app.at_hand();
        let late = |city| {
            App::new(city, app.store.clone(), app.keys.clone(), app.clock.clone(), app.entropy.clone(), false)
        };
        // A server that still has the old city does nothing, and harms nothing.
        jobs::work(&late(world.app.city.clone())).unwrap();
        let row = |at: usize| relocate::overview(&ctx).unwrap().0[at].0.clone();
        assert_eq!(row(0).moved, 0);
        world.clock.pass_ms(3_000);
        jobs::work(&app).unwrap();
        assert_eq!(row(0).moved, 20);
        relocate::pause(&ctx, row(0).id, true).unwrap();
        assert_eq!(refused(relocate::pause(&ctx, row(0).id, true)), Refusal::NoChange);
        work(world);
        assert_eq!((row(0).moved, row(0).paused), (20, true));
        relocate::pause(&ctx, row(0).id, false).unwrap();
        let other = late(app.city.clone());
        for _ in 0..6 {
            std::thread::scope(|scope| {
                for server in [&app, &other] {
                    scope.spawn(move || while jobs::work(server).unwrap() > 0 {});
                }
            });
            world.clock.pass_ms(6_000);
        }
        assert_eq!((row(0).moved, row(0).total), (45, 45));
        assert!(row(0).ended_at.is_some());
        for number in &numbers {
            let shown = case::show::show(&world.ctx("supervisor", "hotline"), number).unwrap();
            let moves = shown.history.iter().flatten().filter(|event| event.what.key() == "taken-over");
            assert_eq!(moves.count(), 1);
        }
        world.app = app;
    });
}

#[test]
fn a_category_moves_with_what_is_below_it_and_everything_follows() {
    both(|world| {
        let dark = opened(world, Some("utilities.lighting.dark"));
        let due = case(world, &dark).finish;
        let ctx = keeper(world);
        let wanted = Wanted::Below("housing".into());
        let plan = replace::plan(&ctx, Replacing::Category, "utilities.lighting", &wanted).unwrap();
        assert!(plan.faults.is_empty(), "{:?}", plan.faults);
        let pair = plan.pairs.iter().find(|(old, ..)| old == "utilities.lighting.dark").unwrap();
        assert_eq!((pair.1.as_str(), pair.2.total()), ("housing.lighting.dark", 1));
        let stale =
            replace::go(&ctx, Replacing::Category, "utilities.lighting", &wanted, plan.version - 1, "改");
        assert_eq!(refused(stale), Refusal::Stale);
        let saved = replace::go(&ctx, Replacing::Category, "utilities.lighting", &wanted, plan.version, "改");
        done(saved.unwrap());
        world.clock.pass_ms(MINUTE);
        work(world);
        let after = case(world, &dark);
        assert_eq!(after.category.as_deref(), Some("housing.lighting.dark"));
        assert_eq!(after.finish, due);
        let city = world.app.at_hand().city;
        assert!(city.category("utilities.lighting.dark").unwrap().retired);
        assert_eq!(city.category_path("housing.lighting.dark", Lang::Zh).split(" › ").count(), 3);
        assert!(city.questions_of("housing.lighting.dark").any(|q| q.key == "lamp_extent"));
        assert!(city.checklists.iter().any(|list| list.is_for("housing.lighting.dark")));
        let found =
            CaseQuery { category_prefix: Some("housing.lighting.dark".into()), ..CaseQuery::default() };
        let centre = world.app.at_hand().ctx(world.member("supervisor", "hotline"), Lang::Zh);
        assert_eq!(case::list::count(&centre, &found).unwrap(), 1);

        // Into another one: what is below goes the same way.
        let ctx = keeper(world);
        let wanted = Wanted::By("utilities.power.outage".into());
        let plan = replace::plan(&ctx, Replacing::Category, "housing.lighting", &wanted).unwrap();
        assert!(plan.pairs.iter().all(|(_, to, _)| to == "utilities.power.outage"));
        done(
            replace::go(&ctx, Replacing::Category, "housing.lighting", &wanted, plan.version, "并").unwrap(),
        );
        world.clock.pass_ms(MINUTE);
        work(world);
        assert_eq!(case(world, &dark).category.as_deref(), Some("utilities.power.outage"));
        world.app = world.app.at_hand();
    });
}

#[test]
fn a_closed_case_keeps_its_category() {
    both(|world| {
        let number = closed(world);
        let category = case(world, &number).category.clone();
        let Some(from) = category.clone() else { panic!("the words of the test tell a category") };
        let ctx = keeper(world);
        let wanted = Wanted::By("utilities.gas.leak".into());
        let plan = replace::plan(&ctx, Replacing::Category, &from, &wanted).unwrap();
        assert_eq!(plan.pairs[0].2.total(), 0);
        done(replace::go(&ctx, Replacing::Category, &from, &wanted, plan.version, "并").unwrap());
        work(world);
        assert_eq!(case(world, &number).category, category);
        world.app = world.app.at_hand();
    });
}

#[test]
fn a_move_to_a_unit_that_was_closed_itself_could_neither_go_on_nor_be_ordered_anew() {
    both(|world| {
        let numbers: Vec<Number> = (0..25).map(|_| sent(world, POWER, &[])).collect();
        close_power(world);
        let on_the_way = || relocate::overview(&keeper(world)).unwrap();
        jobs::work(&world.app.at_hand()).unwrap();
        assert_eq!(on_the_way().0[0].0.moved, 20);
        let wanted = Wanted::By("gas".into());
        let ctx = keeper(world);
        let plan = replace::plan(&ctx, Replacing::Unit, HEIR, &wanted).unwrap();
        done(replace::go(&ctx, Replacing::Unit, HEIR, &wanted, plan.version, "又并了").unwrap());
        let again = relocate::start(&keeper(world), Replacing::Unit, POWER, "gas", "改");
        assert!(matches!(refused(again), Refusal::Guard(_)), "it goes on by itself");

        // Stopped, because it was to go elsewhere: ordered anew, and the old order is over.
        let first = on_the_way().0.into_iter().find(|(one, _)| one.from == POWER).unwrap().0.id;
        relocate::pause(&keeper(world), first, true).unwrap();
        assert!(on_the_way().1.iter().any(|one| one.from == POWER && one.count == 5));
        relocate::start(&keeper(world), Replacing::Unit, POWER, "water", "改").unwrap();
        let late = relocate::pause(&keeper(world), first, false);
        assert_eq!(refused(late), Refusal::NoChange);
        let wanted = Wanted::By("gas".into());
        let ctx = keeper(world);
        let plan = replace::plan(&ctx, Replacing::Unit, "water", &wanted).unwrap();
        done(replace::go(&ctx, Replacing::Unit, "water", &wanted, plan.version, "又并了").unwrap());
        world.clock.pass_ms(MINUTE);
        work(world);
        assert!(numbers.iter().all(|number| case(world, number).unit() == Some("gas")));
        let (orders, waiting) = on_the_way();
        assert!(waiting.is_empty() && orders.iter().all(|(one, _)| one.ended_at.is_some()), "{orders:?}");
        let newest = &orders[0].0;
        assert_eq!((newest.to.as_str(), newest.moved), ("gas", 5), "it says where they went");
        world.app = world.app.at_hand();
    });
}

#[test]
fn an_order_that_leads_nowhere_says_so_and_one_without_a_case_left_is_done() {
    both(|world| {
        let numbers = [sent(world, POWER, &[]), sent(world, POWER, &[])];
        close_power(world);
        let (ctx, wanted) = (keeper(world), Wanted::By("gas".into()));
        let plan = replace::plan(&ctx, Replacing::Unit, HEIR, &wanted).unwrap();
        done(replace::go(&ctx, Replacing::Unit, HEIR, &wanted, plan.version, "又并了").unwrap());
        let dead_end = pack::change(&keeper(world), "test", None, |files| {
            let mut unit = edit::entry(files, Table::Units, HEIR).unwrap().values;
            unit.insert("successor".into(), String::new());
            edit::put(files, Table::Units, Some(HEIR), &unit).unwrap();
            Ok(())
        });
        done(dead_end.unwrap());
        let power = || {
            let (orders, waiting) = relocate::overview(&keeper(world)).unwrap();
            let (order, standing) = orders.into_iter().find(|(one, _)| one.from == POWER).unwrap();
            (
                order,
                standing,
                waiting.iter().filter(|one| one.from == POWER).map(|one| one.count).sum::<i64>(),
            )
        };
        world.clock.pass_ms(MINUTE);
        work(world);
        let (order, standing, waiting) = power();
        assert_eq!((order.moved, standing, waiting), (0, Standing::Stuck, 2), "another can be ordered");
        for number in &numbers {
            let who = crate::public::person(world, number);
            resident::speak::withdraw(&world.app, &who, number, "不用了", None).unwrap();
        }
        let (order, standing, waiting) = power();
        assert_eq!((order.ended_at, standing, waiting), (None, Standing::Done, 0), "nothing is under way");
        world.clock.pass_ms(2 * 60 * MINUTE);
        work(world);
        assert!(power().0.ended_at.is_some());
        world.app = world.app.at_hand();
    });
}

#[test]
fn a_role_that_sees_no_cases_read_their_titles_in_the_look_before_a_move() {
    both(|world| {
        let number = sent(world, POWER, &[]);
        let mut ctx = keeper(world);
        ctx.who.reach = Reach::All;
        let look = |ctx: &Ctx| relocate::preview(ctx, Replacing::Unit, POWER).unwrap();
        assert_eq!((look(&ctx).total(), look(&ctx).named.len()), (1, 0));
        ctx.who.actions.push(Action::View);
        assert_eq!(look(&ctx).named[0].0, number.to_string());
    });
}
