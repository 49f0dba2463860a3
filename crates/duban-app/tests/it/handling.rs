//! Returns, extensions, helpers and persons, through the use cases on both databases.

use duban_app::{
    AppError, ByHand, CaseQuery,
    case::{self, dispatch::Order},
    resident::{self, track},
    staff::users::{self, Account},
};
use duban_domain::{
    Number, Refusal, StaffId,
    case::{Obstacle, Phase, Waits, Wish},
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
