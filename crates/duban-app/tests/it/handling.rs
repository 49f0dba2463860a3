//! Returns, extensions, helpers and persons, through the use cases on both databases.

use duban_app::{
    AppError, ByHand, CaseQuery,
    case::{self, dispatch::Order, task::Reporting},
    resident::{self, track},
    staff::users::{self, Account},
};
use duban_domain::{
    Number, Refusal, StaffId,
    case::{Obstacle, Phase, Waits, Wish, handling::Giving},
};
use duban_testkit::world::{World, both};

use crate::life::{MINUTE, case, intake, on};

/// A case that the power company has in hand.
fn in_hand(world: &World) -> Number {
    let held = case::register::Intake { wish: Wish { hold: true, ..Wish::default() }, ..intake() };
    let number = case::register::by_resident(&world.app, &held).unwrap().number;
    send(world, &number, "power", false);
    world.clock.pass_ms(20 * MINUTE);
    case::sign::sign(&world.ctx("handler", "power"), &on(&number)).unwrap();
    number
}

fn send(world: &World, number: &Number, unit: &str, designated: bool) {
    let order = Order { unit: unit.into(), assisting: Vec::new(), reason: "归它管".into(), designated };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(number), &order).unwrap();
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

fn count(world: &World, role: &str, unit: &str, query: CaseQuery) -> i64 {
    case::list::count(&world.ctx(role, unit), &query).unwrap()
}

fn waiting(what: Waits) -> CaseQuery {
    CaseQuery { waits: Some(what), ..CaseQuery::default() }
}

#[test]
fn a_return_waits_in_a_list_of_its_own_and_leaves_the_units_list_when_upheld() {
    both(|world| {
        let number = in_hand(world);
        let ours = || count(world, "handler", "power", CaseQuery::default());
        let returns = || count(world, "dispatcher", "hotline", waiting(Waits::Return));
        case::returning::ask(&world.ctx("handler", "power"), &on(&number), "not-ours", "是路灯的线").unwrap();
        assert_eq!((ours(), returns()), (1, 1));
        world.clock.pass_ms(MINUTE);
        let by = world.ctx("handler", "power");
        let refused = case::returning::judge(&by, &on(&number), true, "同意").unwrap_err();
        assert!(matches!(refused, AppError::Refused(Refusal::MayNot(_))), "a unit does not decide");
        case::returning::judge(&world.ctx("dispatcher", "hotline"), &on(&number), true, "确实不是").unwrap();
        assert_eq!((ours(), returns()), (0, 0));
        let returned = case(world, &number);
        assert_eq!(returned.phase(), Phase::Received);
        let pool = CaseQuery { phases: vec![Phase::Received], ..CaseQuery::default() };
        assert_eq!(count(world, "dispatcher", "hotline", pool), 1);
        let row = world.app.store.read(|tx| tx.case_row(returned.id)).unwrap().unwrap();
        assert_eq!(row.owner, world.city().centre().key, "a case always has an owner");
        send(world, &number, "urban", false);
        assert_eq!(count(world, "handler", "urban", CaseQuery::default()), 1);
    });
}

#[test]
fn only_who_decides_designates_and_a_designated_unit_keeps_it() {
    both(|world| {
        let number = in_hand(world);
        let order =
            Order { unit: "urban".into(), assisting: Vec::new(), reason: "定了".into(), designated: true };
        let mut clerk = world.ctx("dispatcher", "hotline");
        clerk.who.actions.retain(|action| *action != duban_domain::policy::Action::Decide);
        assert!(case::dispatch::dispatch(&clerk, &on(&number), &order).is_err());
        send(world, &number, "urban", true);
        let asked =
            case::returning::ask(&world.ctx("handler", "urban"), &on(&number), "not-ours", "不归我们");
        let refused = asked.unwrap_err();
        assert!(matches!(refused, AppError::Refused(Refusal::Obstacle(Obstacle::Designated))), "{refused:?}");
    });
}

#[test]
fn two_who_move_a_case_at_once_do_not_both_win() {
    both(|world| {
        let number = in_hand(world);
        let seen = case::On { number: number.clone(), seen: Some(case(world, &number).version) };
        send(world, &number, "urban", false);
        let order =
            Order { unit: "gas".into(), assisting: Vec::new(), reason: "归它".into(), designated: false };
        let slower = case::dispatch::dispatch(&world.ctx("supervisor", "hotline"), &seen, &order);
        assert!(matches!(slower.unwrap_err(), AppError::Refused(Refusal::Stale)));
        assert_eq!(case(world, &number).unit(), Some("urban"));
    });
}

#[test]
fn a_case_is_in_the_list_of_whoever_has_it_and_follows_the_person() {
    both(|world| {
        let number = in_hand(world);
        let (li, zhou, gas) =
            (account(world, "li", "power"), account(world, "zhou", "power"), account(world, "gu", "gas"));
        let of =
            |by| count(world, "handler", "power", CaseQuery { handler: Some(by), ..CaseQuery::default() });
        assert_eq!((of(ByHand::Of(li)), of(ByHand::Nobody)), (0, 1));
        let by = world.ctx("handler", "power");
        case::assign::assign(&by, &on(&number), Some(li), "").unwrap();
        assert_eq!((of(ByHand::Of(li)), of(ByHand::Of(zhou)), of(ByHand::Nobody)), (1, 0, 0));
        case::assign::assign(&by, &on(&number), Some(zhou), "她请假").unwrap();
        assert_eq!((of(ByHand::Of(li)), of(ByHand::Of(zhou))), (0, 1));
        let listed = case::list::list(&by, &CaseQuery::default()).unwrap();
        assert_eq!(listed.handlers.get(&zhou).map(String::as_str), Some("测试·zhou"));
        assert!(case::assign::assign(&by, &on(&number), Some(gas), "").is_err(), "not of this unit");
        users::disable(&world.app, "li").unwrap();
        let shown = case::show::show(&by, &number).unwrap();
        let offered: Vec<&str> = shown.colleagues.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(offered, ["测试·zhou"], "whoever was switched off is not offered");
        assert!(case::assign::assign(&by, &on(&number), Some(li), "").is_err());
    });
}

#[test]
fn a_helper_sees_the_case_while_it_helps() {
    both(|world| {
        let number = in_hand(world);
        let seen = || count(world, "handler", "gas", CaseQuery::default());
        let centre = world.ctx("dispatcher", "hotline");
        assert_eq!(seen(), 0);
        case::assisting::join(&centre, &on(&number), "gas", "看地下管道").unwrap();
        assert_eq!(seen(), 1);
        case::assisting::leave(&centre, &on(&number), "gas", "没有管道").unwrap();
        assert_eq!(seen(), 0);
    });
}

#[test]
fn a_granted_extension_moves_the_deadline_and_the_person_reads_why() {
    both(|world| {
        let number = in_hand(world);
        let before = case(world, &number).finish.due;
        case::extension::ask(&world.ctx("handler", "power"), &on(&number), 1, "内部：等进口配件").unwrap();
        assert_eq!(count(world, "dispatcher", "hotline", waiting(Waits::Extension)), 1);
        case::extension::judge(&world.ctx("dispatcher", "hotline"), &on(&number), true, "配件后天到货")
            .unwrap();
        let after = case(world, &number);
        assert!(after.finish.due > before);
        let (known, _) = resident::unlock(&world.app, &number, "6021").unwrap();
        let track = track::track(&world.app, &known).unwrap();
        let told = format!("{:?}", track.said);
        assert!(told.contains("配件后天到货") && !told.contains("进口配件"), "{told}");
        assert_eq!(track.due, Some(after.finish.due));
    });
}

fn giving(world: &World, unit: Option<&str>) -> Giving {
    Giving {
        unit: unit.map(str::to_owned),
        party: "测试·某施工队".into(),
        words: "把树上的残枝取下来".into(),
        due: world.app.now().plus_ms(600 * MINUTE),
        required: true,
    }
}

fn done(task: u16) -> Reporting {
    Reporting { task, done: true, words: "取下来了".into(), files: Vec::new() }
}

#[test]
fn three_tasks_arrive_at_three_units_and_the_case_waits_for_them() {
    both(|world| {
        let number = in_hand(world);
        let lead = world.ctx("handler", "power");
        for unit in ["gas", "urban", "water.company"] {
            case::task::give(&lead, &on(&number), &giving(world, Some(unit))).unwrap();
            assert_eq!(count(world, "handler", unit, CaseQuery::default()), 1, "{unit}");
        }
        let answered = case::answer::answer(&lead, &on(&number), &no_contact()).unwrap_err();
        assert!(matches!(answered, AppError::Refused(Refusal::Obstacle(Obstacle::OpenTasks(3)))));
        let other = case::task::report(&world.ctx("handler", "gas"), &on(&number), &done(2));
        assert!(matches!(other.unwrap_err(), AppError::Refused(Refusal::LeadOnly(_))), "not its own task");
        for (unit, task) in [("gas", 1), ("urban", 2), ("water.company", 3)] {
            case::task::report(&world.ctx("handler", unit), &on(&number), &done(task)).unwrap();
        }
        case::answer::answer(&lead, &on(&number), &no_contact()).unwrap();
        let (known, _) = resident::unlock(&world.app, &number, "6021").unwrap();
        let told = format!("{:?}", track::track(&world.app, &known).unwrap());
        assert!(!told.contains("残枝") && !told.contains("取下来了"), "tasks are internal: {told}");
    });
}

fn no_contact() -> case::answer::Answering {
    case::answer::Answering { no_contact: "打不通".into(), ..crate::life::answering() }
}

#[test]
fn what_changed_in_tasks_is_news_until_one_has_looked() {
    both(|world| {
        let number = in_hand(world);
        let centre = world.ctx("supervisor", "hotline");
        let news = || {
            let query = CaseQuery { task_news: Some(centre.who.id), ..CaseQuery::default() };
            case::list::count(&world.ctx("supervisor", "hotline"), &query).unwrap()
        };
        let look = || drop(case::show::show(&world.ctx("supervisor", "hotline"), &number).unwrap());
        assert_eq!(news(), 0);
        let lead = world.ctx("handler", "power");
        case::task::give(&lead, &on(&number), &giving(world, Some("gas"))).unwrap();
        assert_eq!(news(), 1);
        world.clock.pass_ms(MINUTE);
        look();
        assert_eq!(news(), 0);
        world.clock.pass_ms(MINUTE);
        case::task::report(&world.ctx("handler", "gas"), &on(&number), &done(1)).unwrap();
        assert_eq!(news(), 1, "it comes back with the next change");
        world.clock.pass_ms(MINUTE);
        look();
        assert_eq!(news(), 0);
    });
}

#[test]
fn somebody_outside_opens_their_task_and_nothing_else() {
    both(|world| {
        let number = in_hand(world);
        let lead = world.ctx("handler", "power");
        let (_, token) = case::task::give(&lead, &on(&number), &giving(world, None)).unwrap();
        let first = token.unwrap();
        let seen = case::task::for_party(&world.app, &first).unwrap();
        let told = format!("{seen:?}");
        assert!(told.contains("残枝") && !told.contains("看不见台阶") && !told.contains("王女士"), "{told}");
        let kept = world.app.store.read(|tx| tx.task_link(first.as_bytes())).unwrap();
        assert!(kept.is_none(), "only a hash is kept");
        let (_, second) = case::task::relink(&lead, &on(&number), 1).unwrap();
        let closed = |token: &str| case::task::for_party(&world.app, token).is_err();
        assert!(closed(&first) && !closed(&second), "a new link ends the old one");
        case::task::unlink(&lead, &on(&number), 1).unwrap();
        assert!(closed(&second), "taken back");
        let (_, third) = case::task::relink(&lead, &on(&number), 1).unwrap();
        case::task::report_by_party(&world.app, &third, true, "办完了，拍了照", &[]).unwrap();
        let again = case::task::report_by_party(&world.app, &third, true, "办完了，拍了照", &[]);
        assert!(again.is_err(), "once");
        let shown = case::show::show(&lead, &number).unwrap();
        let who = shown.history.iter().flatten().last().unwrap().by.name.clone();
        assert_eq!(who, "测试·某施工队");
        world.clock.pass_ms(40 * crate::life::DAY);
        assert!(closed(&third), "and one day it ends");
    });
}

#[test]
fn a_question_stands_on_the_persons_page_and_the_answer_is_news() {
    both(|world| {
        let number = in_hand(world);
        case::question::ask(&world.ctx("handler", "power"), &on(&number), None, "是哪一盏灯？").unwrap();
        let (known, _) = resident::unlock(&world.app, &number, "6021").unwrap();
        let page = || track::track(&world.app, &known).unwrap();
        assert_eq!(page().question.as_deref(), Some("是哪一盏灯？"));
        resident::speak::add(&world.app, &known, &number, "东头第三盏", &[], None).unwrap();
        assert_eq!(page().question, None);
        assert_eq!(count(world, "handler", "power", waiting(Waits::Told)), 1);
        case::note::note(&world.ctx("handler", "power"), &on(&number), "知道了").unwrap();
        assert_eq!(count(world, "handler", "power", waiting(Waits::Told)), 0);
    });
}

#[test]
fn of_two_photos_the_person_sees_the_one_that_was_shared() {
    both(|world| {
        let number = in_hand(world);
        let lead = world.ctx("handler", "power");
        let picture = |name: &str| duban_app::media::take(name, &png()).unwrap();
        case::attach::attach(&lead, &on(&number), &[picture("a.png"), picture("b.png")], "现场").unwrap();
        let (known, _) = resident::unlock(&world.app, &number, "6021").unwrap();
        let seen =
            || track::track(&world.app, &known).unwrap().proof.iter().map(|m| m.id).collect::<Vec<_>>();
        assert!(seen().is_empty(), "what staff add stays inside");
        let all = case::show::show(&lead, &number).unwrap().media;
        case::attach::share(&lead, &on(&number), all[1].id, true).unwrap();
        assert_eq!(seen(), [all[1].id]);
        assert!(duban_app::media::for_resident(&world.app, &known, all[0].id, false).is_err());
        assert!(duban_app::media::for_resident(&world.app, &known, all[1].id, false).is_ok());
        case::attach::share(&lead, &on(&number), all[1].id, false).unwrap();
        assert!(seen().is_empty());
    });
}

pub(crate) fn png() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(8, 8).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[test]
fn a_corrected_number_opens_the_page_and_the_wrong_one_no_longer() {
    both(|world| {
        let number = in_hand(world);
        let right = duban_domain::person::Person {
            name: String::new(),
            phone: duban_domain::person::Phone::parse("13900007788").unwrap(),
            ..Default::default()
        };
        let by = world.ctx("operator", "hotline");
        let unit = world.ctx("handler", "power");
        assert!(case::correct::correct(&unit, &on(&number), &number, &right, "记错了").is_err());
        case::correct::correct(&by, &on(&number), &number, &right, "记错了一位").unwrap();
        assert!(resident::unlock(&world.app, &number, "6021").is_err());
        assert!(resident::unlock(&world.app, &number, "7788").is_ok());
        let seen = case::note::reveal(&unit, &on(&number), &number, "约时间").unwrap();
        assert_eq!(seen.name, "测试·王女士", "the name stays");
        let told = format!("{:?}", case::show::show(&by, &number).unwrap().history);
        assert!(told.contains("Corrected") && told.contains("测试·operator"), "{told}");
        assert!(!told.contains("13900007788") && !told.contains("13900006021"), "no number in a history");
    });
}

#[test]
fn a_cause_is_found_again_and_a_closed_case_opens_again_with_its_past() {
    both(|world| {
        let number = in_hand(world);
        let lead = world.ctx("handler", "power");
        case::after::set_cause(&lead, &on(&number), Some("worn")).unwrap();
        let of = |cause: &str| {
            let query = CaseQuery { cause: Some(cause.into()), ..CaseQuery::default() };
            count(world, "dispatcher", "hotline", query)
        };
        assert_eq!((of("worn"), of("weather")), (1, 0));
        case::answer::answer(&lead, &on(&number), &no_contact()).unwrap();
        let approve = duban_domain::case::Verdict::Approve;
        case::review::review(&world.ctx("reviewer", "hotline"), &on(&number), &approve).unwrap();
        let call = crate::life::reached(true);
        case::callback::call(&world.ctx("caller", "hotline"), &on(&number), &call).unwrap();
        let open =
            case::after::restart(&world.ctx("supervisor", "hotline"), &on(&number), "确实没修好").unwrap();
        assert_eq!((open.phase(), open.round), (Phase::InHand, 2));
        let closings = case::show::show(&lead, &number).unwrap().history;
        let closings = closings.iter().flatten().filter(|e| e.what.key() == "closed").count();
        assert_eq!(closings, 1, "the first closing stays in the history");
    });
}
