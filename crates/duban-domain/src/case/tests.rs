//! The life of a case: every stage × verb as a table a clerk can read, and generated histories.

use std::{fmt::Write as _, sync::LazyLock};

use expect_test::expect_file;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{
    Lang, Refusal, StaffId,
    city::tests::zhuzhou,
    lang::Words,
    policy::{self, Member, Permitted, Reach, verb},
    question::{AnswerFault, Misanswer},
    request::{Channel, Place, Privacy, Request},
};

pub(super) static CITY: LazyLock<City> = LazyLock::new(zhuzhou);
pub(super) const START: Stamp = Stamp(1_767_571_200_000);
pub(super) const HOUR: i64 = 3_600_000;

pub(super) fn ground(city: &City, now: Stamp) -> Ground<'_> {
    Ground { city, now }
}

/// Somebody who may do everything, with an id of their own.
pub(super) fn anybody(id: i64) -> Member {
    let (name, unit, role) = ("测试".into(), "power".into(), "all".into());
    let actions = policy::Action::ALL.to_vec();
    Member { kind: ActorKind::Staff, id: StaffId(id), name, unit, role, actions, reach: Reach::All }
}

fn request() -> Request {
    Request {
        id: RequestId(7),
        case: CaseId(5),
        number: Number::make(date(2026, 1, 5), 1, false),
        kind: Kind::Help,
        channel: Channel::Phone,
        title: "路灯不亮".into(),
        text: "整条街的路灯不亮。".into(),
        place: Place { words: "纺织路".into(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Contact,
        person: None,
        received_at: START,
        details: Vec::new(),
        source_key: None,
    }
}

/// The steps that a test or a generated history can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    Dispatch,
    Sign,
    Contact,
    Answer,
    Approve,
    SendBack,
    Solved,
    NotSolved,
    NoReply,
    Classify,
    Label,
    Note,
    Overdue,
    Expire,
    Join,
    Withdraw,
    Share,
    Moderate,
    Around(handling::tests::Try),
}

static TRIES: LazyLock<Vec<Try>> = LazyLock::new(|| {
    let mut all = vec![
        Try::Dispatch,
        Try::Sign,
        Try::Contact,
        Try::Answer,
        Try::Approve,
        Try::SendBack,
        Try::Solved,
        Try::NotSolved,
        Try::NoReply,
        Try::Classify,
        Try::Label,
        Try::Note,
        Try::Overdue,
        Try::Expire,
        Try::Join,
        Try::Withdraw,
        Try::Share,
        Try::Moderate,
    ];
    all.extend(handling::tests::ALL.map(Try::Around));
    all
});

fn attempt(case: &Case, what: Try, who: &Member, ground: &Ground<'_>) -> Result<Vec<What>, Refusal> {
    fn may<'a, V: policy::Verb>(who: &Member, case: &'a Case) -> Result<Permitted<'a, V>, Refusal> {
        policy::permit::<V>(who, case)
    }
    let heard = |solved| Heard {
        request: case.requests[0],
        solved,
        satisfaction: Some(Satisfaction::Mostly),
        words: "嗯".into(),
        answers: Vec::new(),
    };
    match what {
        Try::Dispatch => {
            let unit = if case.unit() == Some("power") { "urban" } else { "power" };
            let order = Dispatching {
                unit: unit.into(),
                assisting: vec!["police".into()],
                reason: "它的线".into(),
                followed: None,
                designated: false,
            };
            dispatch(&may::<verb::Dispatch>(who, case)?, &order, ground)
        }
        Try::Sign => sign(&may::<verb::Sign>(who, case)?),
        Try::Contact => contact(&may::<verb::Contact>(who, case)?, Way::Phone, "通了话"),
        Try::Answer => answer(&may::<verb::Answer>(who, case)?, &mended("维修单", "打不通"), ground),
        Try::Approve => review(&may::<verb::Review>(who, case)?, &Verdict::Approve, ground),
        Try::SendBack => {
            review(&may::<verb::Review>(who, case)?, &Verdict::SendBack("少照片".into()), ground)
        }
        Try::Solved => hear(&may::<verb::Callback>(who, case)?, &heard(true), ground),
        Try::NotSolved => hear(&may::<verb::Callback>(who, case)?, &heard(false), ground),
        Try::NoReply => no_reply(&may::<verb::Callback>(who, case)?, Unreached::NoAnswer, ground),
        Try::Classify => {
            let urgency = if case.urgency == Urgency::Urgent { Urgency::Normal } else { Urgency::Urgent };
            let to = Classification {
                category: case.category.clone(),
                kind: case.kind,
                urgency,
                reason: "更急".into(),
            };
            classify(&may::<verb::Classify>(who, case)?, &to, ground)
        }
        Try::Label => {
            let mut under = ground.city.labels.iter().filter(|label| label.phase == case.phase());
            let to =
                under.find(|label| case.label.as_ref() != Some(&label.key)).map(|label| label.key.as_str());
            label(&may::<verb::Label>(who, case)?, to, ground)
        }
        Try::Note => note(&may::<verb::Note>(who, case)?, "记一笔"),
        Try::Overdue => overdue(&policy::by_system(case), ground),
        Try::Expire => expire(&policy::by_system(case), ground),
        Try::Join | Try::Withdraw | Try::Share | Try::Moderate => voice(case, what, who),
        Try::Around(what) => handling::tests::attempt(case, what, who, ground),
    }
}

/// Who speaks for it, and what others may see.
fn voice(case: &Case, what: Try, who: &Member) -> Result<Vec<What>, Refusal> {
    match what {
        Try::Join => {
            let nth = i64::try_from(case.requests.len()).unwrap();
            join(case, &Number::make(date(2026, 1, 6), 2, false), RequestId(100 + nth))
        }
        Try::Withdraw => {
            let last = *case.requests.last().unwrap();
            withdraw(&policy::permit::<verb::Withdraw>(who, case)?, last, "不用办了")
        }
        Try::Share => {
            let words = "路灯不亮，请打13900006021";
            share(&policy::permit::<verb::Share>(who, case)?, case.requests[0], Consent::Words, words)
        }
        _ => moderate(&policy::permit::<verb::Moderate>(who, case)?, Ruling::Shown, "路灯不亮", "看过了"),
    }
}

/// An answer that claims a result.
fn mended(proof: &str, no_contact: &str) -> Answer {
    Answer {
        outcome: Outcome::Solved,
        public: "修好了".into(),
        internal: String::new(),
        proof: Vec::new(),
        proof_words: proof.into(),
        no_contact: no_contact.into(),
    }
}

fn opened(city: &City) -> (Case, Vec<Event>) {
    let events: Vec<Event> = open(&request(), &Wish { hold: true, ..Wish::default() }, &ground(city, START))
        .events
        .into_iter()
        .map(|what| Event { at: START, by: Actor::system(), what })
        .collect();
    (Case::from_history(CaseId(5), &events).unwrap(), events)
}

fn play(city: &City, steps: &[(Try, i64, i64)]) -> (Case, Vec<Event>) {
    let (mut case, mut events) = opened(city);
    let mut now = START;
    for (what, who, wait) in steps {
        now = now.plus_ms(*wait);
        let member = anybody(*who);
        if let Ok(happened) = attempt(&case, *what, &member, &ground(city, now)) {
            for what in happened {
                let event = Event { at: now, by: member.actor(), what };
                case.apply(&event);
                events.push(event);
            }
        }
    }
    (case, events)
}

/// A case in each phase.
pub(super) fn in_phase(city: &City, phase: Phase) -> Case {
    let way: &[Try] = match phase {
        Phase::Received => &[],
        Phase::Dispatched => &[Try::Dispatch],
        Phase::InHand => &[Try::Dispatch, Try::Sign],
        Phase::InReview => &[Try::Dispatch, Try::Sign, Try::Answer],
        Phase::Callback => &[Try::Dispatch, Try::Sign, Try::Answer, Try::Approve],
        Phase::Closed => &[Try::Dispatch, Try::Sign, Try::Answer, Try::Approve, Try::Solved],
    };
    let steps: Vec<_> = way.iter().zip(1..).map(|(what, who)| (*what, who, HOUR)).collect();
    let (case, _) = play(city, &steps);
    assert_eq!(case.phase(), phase);
    case
}

#[test]
fn every_stage_meets_every_step() {
    let city = &*CITY;
    let mut table = String::from("阶段 × 步骤：做得到的写出记下什么，做不到的写出为什么。\n\n");
    for phase in Phase::ALL {
        let case = in_phase(city, *phase);
        writeln!(table, "{} ({})", phase.word(Lang::Zh), phase.key()).unwrap();
        for what in TRIES.iter().copied() {
            let late = Stamp(case.finish.due.0.max(START.0) + 40 * 24 * HOUR);
            // The steps around a case are asked for in time, or they would all be too late.
            let soon = Stamp(START.0 + 6 * HOUR);
            let now = if matches!(what, Try::Around(_)) { soon } else { late };
            let came = match attempt(&case, what, &anybody(90), &ground(city, now)) {
                Ok(happened) => happened.iter().map(What::key).collect::<Vec<_>>().join(" + "),
                Err(refusal) => format!("refused: {refusal}"),
            };
            let name = format!("{what:?}");
            let name = name.trim_start_matches("Around(").trim_end_matches(')');
            writeln!(table, "  {name:<16} {came}").unwrap();
        }
        table.push('\n');
    }
    expect_file!["../../snapshots/stage-by-step.txt"].assert_eq(&table);
}

#[test]
fn every_refusal_has_a_sentence_that_helps_in_both_languages() {
    let all = [
        Refusal::NotFound,
        Refusal::MayNot(policy::Action::Answer),
        Refusal::LeadOnly(policy::Action::Answer),
        Refusal::WrongPhase { tried: policy::Action::Answer, phase: Phase::Closed },
        Refusal::Stale,
        Refusal::UnknownUnit("x".into()),
        Refusal::UnknownCategory("x".into()),
        Refusal::UnknownLabel { key: "x".into(), phase: Phase::InHand },
        Refusal::UnknownDivision("x".into()),
        Refusal::SameUnit,
        Refusal::NeedsText("text"),
        Refusal::TooLong { field: "text", max: 9 },
        Refusal::NeedsProof,
        Refusal::NeedsContact,
        Refusal::OwnAnswer,
        Refusal::AlreadyHeard,
        Refusal::TooSoon,
        Refusal::NotItsRequest,
        Refusal::NoChange,
        Refusal::NeedsPlace,
        Refusal::BadPhone,
        Refusal::BadMail,
        Refusal::NeedsPhone,
        Refusal::Misanswered(vec![Misanswer {
            question: "shop".into(),
            ask: Words { zh: "商家叫什么".into(), en: "Which business".into() },
            fault: AnswerFault::Missing,
        }]),
        Refusal::CallTaken,
        Refusal::NothingToJudge,
    ];
    let obstacles = Obstacle::samples().into_iter().map(Refusal::from).chain([Refusal::NeedsCode]);
    let guards = policy::Guard::samples().into_iter().map(Refusal::from).chain([Refusal::TooLate]);
    let flaws = crate::knowledge::Flaw::ALL.map(Refusal::Knowledge);
    let mut table = String::new();
    for refusal in all.into_iter().chain(obstacles).chain(guards).chain(flaws).chain(Refusal::of_the_hall()) {
        let (zh, en) = (refusal.sentence(Lang::Zh), refusal.sentence(Lang::En));
        writeln!(table, "{}\n  {zh}\n  {en}", refusal.key()).unwrap();
    }
    expect_file!["../../snapshots/refusals.txt"].assert_eq(&table);
}

#[test]
fn the_unit_cannot_claim_a_result_without_proof_or_stay_silent() {
    let city = &*CITY;
    let case = in_phase(city, Phase::InHand);
    let who = anybody(3);
    let say = |proof: &str, why: &str| {
        let said = mended(proof, why);
        answer(&policy::permit::<verb::Answer>(&who, &case).unwrap(), &said, &ground(city, START)).map(|_| ())
    };
    assert_eq!(say("", "打不通"), Err(Refusal::NeedsProof));
    assert_eq!(say("维修单", ""), Err(Refusal::NeedsContact));
    assert_eq!(say("维修单", "打不通"), Ok(()));
}

#[test]
fn a_city_without_review_publishes_an_answer_at_once_and_says_so() {
    let mut city = CITY.clone();
    city.settings.review_required = false;
    let (case, events) = play(
        &city,
        &[(Try::Dispatch, 1, HOUR), (Try::Sign, 2, HOUR), (Try::Answer, 2, HOUR), (Try::Solved, 4, HOUR)],
    );
    assert_eq!(case.phase(), Phase::Closed);
    let approved = events.iter().find(|event| event.what.key() == "approved").unwrap();
    assert!(matches!(approved.what, What::Approved { unreviewed: true, .. }));
    assert_eq!(accepted(&events).len(), 1, "the person reads it");
}

#[test]
fn a_label_stands_under_its_phase_and_falls_off_with_it() {
    let city = &*CITY;
    let mut case = in_phase(city, Phase::InHand);
    let who = anybody(3);
    let at = ground(city, START);
    let may = |case: &Case, key| {
        label(&policy::permit::<verb::Label>(&who, case).unwrap(), key, &at).map_err(|refusal| refusal.key())
    };
    assert_eq!(may(&case, Some("needs-place")), Err("unknown-label"), "that one is for cases to dispatch");
    assert_eq!(may(&case, Some("nowhere")), Err("unknown-label"));
    assert_eq!(may(&case, None), Err("no-change"));
    let event = |what| Event { at: START, by: who.actor(), what };
    let what = may(&case, Some("on-site")).unwrap().remove(0);
    case.apply(&event(what));
    assert_eq!(case.label.as_deref(), Some("on-site"));
    let answered = attempt(&case, Try::Answer, &who, &at).unwrap().remove(0);
    case.apply(&event(answered));
    assert_eq!(case.label, None, "another phase has other labels");
}

#[test]
fn nobody_reviews_their_own_answer() {
    let city = &*CITY;
    let case = in_phase(city, Phase::InReview);
    let Stage::InReview { by, .. } = case.stage else { panic!("in review") };
    assert_eq!(attempt(&case, Try::Approve, &anybody(by), &ground(city, START)), Err(Refusal::OwnAnswer));
}

#[test]
fn a_hidden_case_is_not_found_rather_than_forbidden() {
    let city = &*CITY;
    let case = in_phase(city, Phase::InHand);
    let stranger = Member { reach: Reach::Units(vec!["gas".into()]), actions: Vec::new(), ..anybody(1) };
    assert_eq!(attempt(&case, Try::Answer, &stranger, &ground(city, START)), Err(Refusal::NotFound));
    let helper = Member { reach: Reach::Units(vec!["police".into()]), ..anybody(1) };
    assert!(attempt(&case, Try::Note, &helper, &ground(city, START)).is_ok());
    let meddling = attempt(&case, Try::Answer, &helper, &ground(city, START));
    assert_eq!(meddling, Err(Refusal::LeadOnly(policy::Action::Answer)));
}

/// Three presses within a minute used to close a case for good and take it out of the solved rate.
#[test]
fn nobody_answered_cannot_be_had_in_a_minute() {
    let city = &*CITY;
    let mut case = in_phase(city, Phase::Callback);
    // Nine in the morning of the next day; the periods of the pack are morning, afternoon and evening.
    let mut now = START.plus_ms(25 * HOUR);
    let mut call = |case: &mut Case, wait_ms: i64| {
        now = now.plus_ms(wait_ms);
        let came = attempt(case, Try::NoReply, &anybody(9), &ground(city, now));
        for what in came.clone().unwrap_or_default() {
            case.apply(&Event { at: now, by: Actor::system(), what });
        }
        came.map(|events| events.len())
    };
    assert_eq!(call(&mut case, 0), Ok(1));
    assert_eq!(call(&mut case, 60_000), Err(Refusal::TooSoon));
    assert_eq!(call(&mut case, 2 * HOUR), Err(Refusal::TooSoon), "still the same morning");
    assert_eq!(call(&mut case, 3 * HOUR), Ok(1));
    assert_eq!(call(&mut case, 4 * HOUR), Ok(1), "three calls, but all on one day");
    assert_eq!(call(&mut case, 15 * HOUR), Ok(2));
    assert!(matches!(case.stage, Stage::Closed { ending: Ending::NotReached, .. }));
}

#[test]
fn the_next_call_is_due_at_another_hour() {
    let city = &*CITY;
    let at = |hour: i64| START.plus_ms(hour * HOUR - 8 * HOUR);
    let due = |tries: &[i64], now: i64| {
        let tries: Vec<_> = tries.iter().map(|hour| at(*hour)).collect();
        (next_try(&tries, at(now), city).0 - at(0).0) as f64 / HOUR as f64
    };
    assert_eq!(due(&[], 10), 10.0, "in the morning: now");
    assert_eq!(due(&[], 13), 14.0, "at noon: in the afternoon");
    assert_eq!(due(&[10], 10), 14.0, "not twice in one morning");
    assert_eq!(due(&[10, 14], 15), 32.5, "the last of three lies on the second day");
    assert_eq!(
        due(&[10, 14, 18], 19),
        32.5,
        "every period of the day was tried: tomorrow at half past eight"
    );
    assert_eq!(due(&[], 21), 32.5, "at night: tomorrow");
}

/// What the survey's answers of the pack lead to (2.33, 3.38).
#[test]
fn the_reason_decides_whether_it_is_done_again_judged_or_left() {
    let city = &*CITY;
    let before = in_phase(city, Phase::Callback);
    let now = START.plus_ms(30 * HOUR);
    let say = |case: &Case, solved: bool, answers: &[&str]| {
        let said = Heard {
            request: case.requests[0],
            solved,
            satisfaction: None,
            words: String::new(),
            answers: answers.iter().map(|key| (*key).to_owned()).collect(),
        };
        let permitted = policy::permit::<verb::Callback>(&anybody(9), case).unwrap();
        hear(&permitted, &said, &ground(city, now)).unwrap()
    };
    let after = |case: &Case, events: Vec<What>| {
        let mut case = case.clone();
        events.into_iter().for_each(|what| case.apply(&Event { at: now, by: Actor::system(), what }));
        case
    };
    let alerts =
        |events: &[What]| events.iter().any(|what| matches!(what, What::Surveyed { alert: true, .. }));
    let redo = say(&before, false, &["nothing-done", "not-explained"]);
    assert!(alerts(&redo));
    assert_eq!(after(&before, redo).phase(), Phase::InHand, "the strongest reason decides");
    let left = say(&before, false, &["other-wish"]);
    assert!(!alerts(&left));
    assert!(matches!(after(&before, left).stage, Stage::Closed { ending: Ending::Upheld, .. }));
    let judged = say(&before, false, &["not-explained"]);
    assert!(!alerts(&judged));
    let waiting = after(&before, judged);
    assert!(matches!(waiting.stage, Stage::Callback { judge: true, .. }));
    let late = Ground { city, now: now.plus_ms(900 * HOUR) };
    assert_eq!(expire(&policy::by_system(&waiting), &late), Err(Refusal::NoChange), "no clock judges");
    let decide = |case: &Case, redo: bool, reason: &str| {
        let permitted = policy::permit::<verb::Review>(&anybody(9), case).unwrap();
        judge(&permitted, &Judgement { redo, reason: reason.into() }, &ground(city, now))
    };
    assert_eq!(decide(&waiting, true, " "), Err(Refusal::NeedsText("reason")));
    assert_eq!(after(&waiting, decide(&waiting, true, "要补讲清楚").unwrap()).round, 2);
    let kept = after(&waiting, decide(&waiting, false, "已经讲清楚").unwrap());
    assert!(matches!(kept.stage, Stage::Closed { ending: Ending::Upheld, .. }));
    assert_eq!(decide(&before, true, "x"), Err(Refusal::NothingToJudge));
    let slow = say(&before, true, &["slow", "nothing-done"]);
    assert!(alerts(&slow), "and what is not offered to the contented is not taken");
    assert!(matches!(after(&before, slow).stage, Stage::Closed { ending: Ending::Confirmed, .. }));
}

#[test]
fn a_new_round_keeps_the_unit_and_starts_new_clocks() {
    let city = &*CITY;
    let before = in_phase(city, Phase::Callback);
    let later = START.plus_ms(30 * HOUR);
    let mut after = before.clone();
    for what in attempt(&before, Try::NotSolved, &anybody(9), &ground(city, later)).unwrap() {
        after.apply(&Event { at: later, by: Actor::system(), what });
    }
    assert_eq!((after.round, after.unit(), after.phase()), (2, before.unit(), Phase::InHand));
    assert!(after.finish.due > before.finish.due && after.is_running() && after.contacted_at.is_none());
}

proptest! {
    /// Whatever is tried by whomever and whenever: the state is what its events explain, an open
    /// case has an owner's next deadline, versions count events, time does not run backwards.
    #[test]
    fn any_history_keeps_the_invariants(steps in prop::collection::vec((prop::sample::select(TRIES.to_vec()), 1i64..5, 0i64..60 * HOUR), 0..40)) {
        let city = &*CITY;
        let (case, events) = play(city, &steps);
        prop_assert!(Case::from_history(CaseId(5), &events) == Some(case.clone()));
        prop_assert_eq!(case.version, i64::try_from(events.len()).unwrap());
        prop_assert_eq!(case.is_open(), case.next_due().is_some());
        prop_assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let taken_back = matches!(case.stage, Stage::Closed { ending: Ending::Withdrawn, .. });
        let answered = matches!(case.phase(), Phase::InReview | Phase::Callback | Phase::Closed);
        prop_assert!(case.answered_at.is_some() == answered || taken_back);
        prop_assert!(!taken_back || case.speaking().next().is_none());
        prop_assert!(case.withdrawn.iter().all(|r| case.requests.contains(r)));
        prop_assert!(case.phase() == Phase::Received || taken_back || case.unit().is_some_and(|u| !u.is_empty()));
        let rounds = events.iter().filter(|e| matches!(e.what, What::Reopened { .. })).count();
        prop_assert_eq!(usize::from(case.round), rounds + 1);
    }
}

#[test]
fn what_the_operator_corrects_is_recorded_beside_the_proposal() {
    let opened = |wish: Wish| {
        let opening = open(&request(), &wish, &ground(&CITY, START));
        match opening.events.into_iter().next() {
            Some(What::Opened { category, proposed, .. }) => (category, proposed),
            other => panic!("{other:?}"),
        }
    };
    let (free, nothing) = opened(Wish { by_hand: true, ..Wish::default() });
    assert_eq!(
        (free.as_deref().map(|key| key.starts_with("utilities.lighting")), nothing),
        (Some(true), None)
    );
    let same = Wish { category: free.clone(), by_hand: true, ..Wish::default() };
    assert_eq!(opened(same), (free.clone(), None), "what agrees is no correction");
    let other = Wish { category: Some("housing.lift.trapped".into()), by_hand: true, ..Wish::default() };
    let kept = Proposed { category: free, urgency: Urgency::Normal };
    assert_eq!(opened(other.clone()), (other.category.clone(), Some(kept)));
    assert_eq!(opened(Wish { by_hand: false, ..other }).1, None, "another system saw no proposal");
    let handed = HandOver { to: "119".into(), said: "地址说清了".into() };
    let events = open(
        &request(),
        &Wish { direct: Some("已转".into()), handed: Some(handed), ..Wish::default() },
        &ground(&CITY, START),
    )
    .events;
    let keys: Vec<_> = events.iter().map(What::key).collect();
    assert_eq!(keys, ["opened", "handed-over", "answered", "closed"]);
}
