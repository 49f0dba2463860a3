//! Returns, extensions, helpers and persons: what may happen when, and that it explains itself.

use super::*;
use crate::{
    Lang, Refusal,
    case::{
        Answer, Dispatching, Event, Ground, Outcome, Phase, What, answer, dispatch, supplement,
        tests::{CITY, HOUR, START, anybody, ground, in_phase},
    },
    deadline::explain,
    policy::{self, Member, permit, verb},
};

/// The steps around a case that a test or a generated history can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::case) enum Try {
    AskReturn,
    UpholdReturn,
    RejectReturn,
    Join,
    Leave,
    Assign,
    AskExtension,
    GrantExtension,
    RefuseExtension,
    GiveTask,
    ReportTask,
    CallOff,
    Cause,
    Check,
    Ask,
    Restart,
}

pub(in crate::case) const ALL: [Try; 16] = [
    Try::AskReturn,
    Try::UpholdReturn,
    Try::RejectReturn,
    Try::Join,
    Try::Leave,
    Try::Assign,
    Try::AskExtension,
    Try::GrantExtension,
    Try::RefuseExtension,
    Try::GiveTask,
    Try::ReportTask,
    Try::CallOff,
    Try::Cause,
    Try::Check,
    Try::Ask,
    Try::Restart,
];

pub(in crate::case) fn attempt(
    case: &Case,
    what: Try,
    who: &Member,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    match what {
        Try::AskReturn => ask_return(&permit(who, case)?, "not-ours", "不是我们的", ground),
        Try::UpholdReturn => judge_return(&permit(who, case)?, true, "说得对", ground),
        Try::RejectReturn => judge_return(&permit(who, case)?, false, "就是你们的", ground),
        Try::Join => join(&permit(who, case)?, "gas", "看管道", ground),
        Try::Leave => leave(&permit(who, case)?, "gas", "看过了"),
        Try::Assign => {
            let to = Member { name: "测试·经办".into(), ..anybody(77 + case.version % 2) };
            assign(&permit(who, case)?, Some(&to), "", "")
        }
        Try::AskExtension => extend(&permit(who, case)?, 1, "等材料", ground),
        Try::GrantExtension => judge_extension(&permit(who, case)?, true, "可以", ground),
        Try::RefuseExtension => judge_extension(&permit(who, case)?, false, "不可以", ground),
        Try::GiveTask => give(&permit(who, case)?, &giving(ground), ground),
        Try::ReportTask => report(&policy::permit_task(who, case, 1)?, 1, true, "看过了", Vec::new()),
        Try::CallOff => call_off(&permit(who, case)?, 1, "不用了"),
        Try::Cause => set_cause(&permit(who, case)?, Some("worn"), ground),
        Try::Check => {
            let wanted = if case.ticked(NUMBER).is_some() { vec![] } else { vec![NUMBER.to_owned()] };
            check_off(&permit(who, case)?, &wanted, ground)
        }
        Try::Ask => ask(&permit(who, case)?, case.requests[0], "哪一盏灯？"),
        Try::Restart => restart(&permit(who, case)?, "又发现没修好", ground),
    }
}

/// An item of the shipped pack, of the category that the tests’ case has.
const NUMBER: &str = "lighting/number";

fn giving(ground: &Ground<'_>) -> Giving {
    Giving {
        unit: Some("gas".into()),
        party: String::new(),
        words: "看地下有没有管道".into(),
        due: ground.now.plus_ms(24 * HOUR),
        required: true,
    }
}

/// Does it, and gives the case as it is then.
fn then(case: &Case, who: i64, hours: i64, happened: Result<Vec<What>, Refusal>) -> Case {
    let mut after = case.clone();
    for what in happened.unwrap() {
        after.apply(&Event { at: START.plus_ms(hours * HOUR), by: anybody(who).actor(), what });
    }
    after
}

fn at(hours: i64) -> Ground<'static> {
    ground(&CITY, START.plus_ms(hours * HOUR))
}

fn tried(case: &Case, what: Try, who: i64, hours: i64) -> Case {
    then(case, who, hours, attempt(case, what, &anybody(who), &at(hours)))
}

#[test]
fn a_return_that_is_upheld_goes_back_to_the_centre_with_its_clock() {
    let case = in_phase(&CITY, Phase::InHand);
    let asked = tried(&case, Try::AskReturn, 3, 3);
    assert_eq!((asked.waits(), asked.is_paused()), (Waits::Return.code(), false));
    let own = attempt(&asked, Try::UpholdReturn, &anybody(3), &at(4));
    assert_eq!(own, Err(Obstacle::OwnPlea.into()));
    let back = tried(&asked, Try::UpholdReturn, 4, 4);
    assert_eq!((back.phase(), back.unit(), back.waits()), (Phase::Received, None, 0));
    assert_eq!(back.finish, case.finish, "the person's deadline does not move because units disagree");
}

#[test]
fn a_rejected_return_cannot_be_asked_again_without_new_facts() {
    let case = tried(&in_phase(&CITY, Phase::InHand), Try::AskReturn, 3, 3);
    let kept = tried(&case, Try::RejectReturn, 4, 4);
    assert_eq!((kept.phase(), kept.waits()), (Phase::InHand, 0));
    let again = |case: &Case| attempt(case, Try::AskReturn, &anybody(3), &at(5)).map(|_| ());
    assert_eq!(again(&kept), Err(Obstacle::ReturnedBefore.into()));
    let own = policy::own::<verb::Note>(kept.requests[0], &kept).unwrap();
    let told = supplement(&own, kept.requests[0], "其实是路灯杆上的线", Vec::new());
    assert_eq!(again(&then(&kept, 0, 5, told)), Ok(()));
}

#[test]
fn a_designated_unit_cannot_return_and_late_is_too_late() {
    let case = in_phase(&CITY, Phase::InHand);
    let who = anybody(9);
    let order = Dispatching {
        unit: "gas".into(),
        assisting: Vec::new(),
        reason: "会商定的".into(),
        followed: None,
        designated: true,
    };
    let sent = then(&case, 9, 3, dispatch(&permit(&who, &case).unwrap(), &order, &at(3)));
    let asked = attempt(&sent, Try::AskReturn, &anybody(3), &at(3));
    assert_eq!(asked, Err(Obstacle::Designated.into()));
    let late = attempt(&case, Try::AskReturn, &anybody(3), &at(24 * 9));
    assert!(matches!(late, Err(Refusal::Obstacle(Obstacle::WindowPassed(_)))), "{late:?}");
}

#[test]
fn the_clock_stands_still_during_a_review_where_the_city_says_so() {
    let mut city = CITY.clone();
    city.settings.returns.clock_stops = true;
    let case = in_phase(&city, Phase::InHand);
    let ground = |hours: i64| ground(&city, START.plus_ms(hours * HOUR));
    let asked = then(&case, 3, 3, attempt(&case, Try::AskReturn, &anybody(3), &ground(3)));
    assert!(asked.is_paused() && !asked.is_running());
    let kept = then(&asked, 4, 27, attempt(&asked, Try::RejectReturn, &anybody(4), &ground(27)));
    assert!(kept.finish.due > case.finish.due && kept.is_running());
    let said = explain(&city, &kept.finish, Lang::Zh).join("\n");
    assert!(said.contains("退单审核期间停计"), "{said}");
}

#[test]
fn a_unit_does_not_answer_while_its_return_is_looked_at() {
    let case = tried(&in_phase(&CITY, Phase::InHand), Try::AskReturn, 3, 3);
    let said = Answer {
        outcome: Outcome::Explained,
        public: "答复".into(),
        internal: String::new(),
        proof: Vec::new(),
        proof_words: String::new(),
        no_contact: "匿名".into(),
    };
    let who = anybody(3);
    assert_eq!(answer(&permit(&who, &case).unwrap(), &said, &at(3)), Err(Obstacle::Pending.into()));
}

#[test]
fn an_extension_is_asked_in_time_decided_by_another_and_explains_itself() {
    let case = in_phase(&CITY, Phase::InHand);
    let asked = tried(&case, Try::AskExtension, 3, 3);
    assert_eq!(asked.waits(), Waits::Extension.code());
    let longer = tried(&asked, Try::GrantExtension, 4, 4);
    assert!(longer.finish.due > case.finish.due && longer.waits() == 0);
    let said = explain(&CITY, &longer.finish, Lang::Zh).join("\n");
    assert!(said.contains("批准延期") && said.contains("原到期"), "{said}");
    let refused = tried(&asked, Try::RefuseExtension, 4, 4);
    assert_eq!((refused.finish.due, refused.waits()), (case.finish.due, 0));
    let long = extend(&permit(&anybody(3), &case).unwrap(), 99, "很久", &at(3));
    assert!(matches!(long, Err(Refusal::Obstacle(Obstacle::ExtensionTooLong(..)))));
    let late = attempt(&case, Try::AskExtension, &anybody(3), &at(24 * 40));
    assert_eq!(late, Err(Obstacle::TooLateToExtend.into()));
    let twice = tried(&tried(&longer, Try::AskExtension, 3, 5), Try::GrantExtension, 4, 6);
    let third = attempt(&twice, Try::AskExtension, &anybody(3), &at(7));
    assert_eq!(third, Err(Obstacle::ExtendedEnough(2).into()));
}

#[test]
fn a_person_of_the_unit_has_the_case_until_another_unit_has_it() {
    let case = in_phase(&CITY, Phase::InHand);
    let given = tried(&case, Try::Assign, 3, 3);
    assert!(given.handling.handler.is_some());
    let stranger = Member { reach: policy::Reach::Units(vec!["gas".into()]), ..anybody(50) };
    let wrong = assign(&permit(&anybody(3), &given).unwrap(), Some(&stranger), "", "");
    assert_eq!(wrong, Err(Obstacle::NotOfTheUnit.into()));
    let moved = attempt_dispatch(&given);
    assert_eq!(moved.handling.handler, None);
}

fn attempt_dispatch(case: &Case) -> Case {
    let order = Dispatching {
        unit: "gas".into(),
        assisting: Vec::new(),
        reason: "换一家".into(),
        followed: None,
        designated: false,
    };
    then(case, 9, 8, dispatch(&permit(&anybody(9), case).unwrap(), &order, &at(8)))
}

#[test]
fn a_helper_is_within_reach_from_the_moment_it_joins() {
    let case = in_phase(&CITY, Phase::InHand);
    let helper = Member { reach: policy::Reach::Units(vec!["gas".into()]), ..anybody(60) };
    assert!(permit::<verb::Note>(&helper, &case).is_err());
    let joined = tried(&case, Try::Join, 9, 3);
    assert!(permit::<verb::Note>(&helper, &joined).is_ok());
    assert!(permit::<verb::Answer>(&helper, &joined).is_err(), "only the lead speaks to the person");
    assert!(permit::<verb::Note>(&helper, &tried(&joined, Try::Leave, 9, 4)).is_err());
}

#[test]
fn a_case_is_not_answered_as_finished_while_a_required_task_is_open() {
    let case = tried(&in_phase(&CITY, Phase::InHand), Try::GiveTask, 9, 3);
    let say = |case: &Case, outcome| {
        let said = Answer {
            outcome,
            public: "答复".into(),
            internal: String::new(),
            proof: Vec::new(),
            proof_words: "维修单".into(),
            no_contact: "打不通".into(),
        };
        answer(&permit(&anybody(3), case).unwrap(), &said, &at(5)).map(|_| ())
    };
    assert_eq!(say(&case, Outcome::Solved), Err(Obstacle::OpenTasks(1).into()));
    assert_eq!(say(&case, Outcome::Explained), Err(Obstacle::OpenTasks(1).into()));
    assert_eq!(say(&case, Outcome::Unsolved), Ok(()));
    assert_eq!(say(&tried(&case, Try::ReportTask, 60, 4), Outcome::Solved), Ok(()));
    assert_eq!(say(&tried(&case, Try::CallOff, 9, 4), Outcome::Solved), Ok(()));
}

#[test]
fn a_unit_sees_the_case_of_its_task_and_reports_on_no_other() {
    let case = tried(&in_phase(&CITY, Phase::InHand), Try::GiveTask, 9, 3);
    let of = |unit: &str| Member { reach: policy::Reach::Units(vec![unit.into()]), ..anybody(60) };
    let may = |unit: &str| policy::permit_task(&of(unit), &case, 1).map(|_| ());
    assert_eq!(may("gas"), Ok(()));
    assert_eq!(may("water"), Err(Refusal::NotFound));
    let lead = case.unit().unwrap().to_owned();
    assert_eq!(may(&lead), Err(Refusal::LeadOnly(policy::Action::Work)), "not even the lead for it");
    let off = tried(&case, Try::CallOff, 9, 4);
    assert!(policy::permit::<verb::Note>(&of("gas"), &off).is_err(), "called off: nothing to see any more");
}

#[test]
fn a_person_who_was_asked_is_waited_for_and_their_answer_is_news_until_somebody_acts() {
    let case = tried(&in_phase(&CITY, Phase::InHand), Try::Ask, 3, 3);
    assert_eq!(case.waits(), Waits::Person.code());
    let again = attempt(&case, Try::Ask, &anybody(3), &at(4));
    assert_eq!(again, Err(Obstacle::AskedAlready.into()));
    let own = policy::own::<verb::Note>(case.requests[0], &case).unwrap();
    let said = supplement(&own, case.requests[0], "第三盏", Vec::new()).unwrap();
    let mut told = case.clone();
    for what in said {
        told.apply(&Event { at: START.plus_ms(5 * HOUR), by: own.actor().clone(), what });
    }
    assert_eq!(told.waits(), Waits::Told.code());
    assert_eq!(tried(&told, Try::Cause, 3, 6).waits(), 0);
}

#[test]
fn a_closed_case_is_opened_again_as_a_new_round() {
    let closed = in_phase(&CITY, Phase::Closed);
    let open = tried(&closed, Try::Restart, 9, 60);
    assert_eq!((open.phase(), open.round, open.unit()), (Phase::InHand, 2, closed.unit()));
}
