//! What everybody may see, and who decides it; joining and taking back.

use duban_app::{
    AppError, PublicQuery,
    case::{
        self,
        moderate::Moderation,
        publish,
        register::{Intake, Registered},
    },
    resident::{
        self, Known, public,
        public::{Fact, PublicMatter},
        speak, track,
    },
};
use duban_domain::{
    Number, Refusal,
    case::{Case, Consent, Ending, Phase, Ruling, Showing, Stage, Wish},
    person::Person,
    place::Point,
    request::{Place, Privacy},
};
use duban_testkit::world::{World, both};

use crate::life::{case, intake, on, reached, to_callback};

const WORDS: &str = "纺织路88号门口的路灯不亮，请打13900006021找王女士。";
const SHOWN: &str = "纺织路＊＊号门口的路灯不亮，请打＊＊＊找＊女士。";

pub(crate) fn said(consent: Option<Consent>) -> Intake {
    Intake {
        text: WORDS.into(),
        place: Place {
            words: "纺织路88号".into(),
            division: Some("430203001".into()),
            point: Point::from_degrees(113.137_654, 27.832_456),
        },
        wish: Wish { share: consent, ..Wish::default() },
        ..intake()
    }
}

fn take_in(world: &World, said: &Intake) -> Registered {
    case::register::by_resident(&world.app, said).unwrap()
}

pub(crate) fn person(world: &World, number: &Number) -> Known {
    resident::unlock(&world.app, number, "6021").unwrap().0
}

fn seen(world: &World, number: &Number) -> Option<PublicMatter> {
    match public::matter(&world.app, number) {
        Ok(matter) => Some(matter),
        Err(AppError::Refused(Refusal::NotFound)) => None,
        Err(error) => panic!("{error}"),
    }
}

fn listed(world: &World) -> usize {
    public::list(&world.app, &PublicQuery { limit: 100, ..PublicQuery::default() }).unwrap().len()
}

pub(crate) fn rule(world: &World, number: &Number, ruling: Ruling, words: &str) -> Result<Case, AppError> {
    let said = Moderation { ruling, words: words.into(), reason: "核对过".into() };
    case::moderate::moderate(&world.ctx("dispatcher", "hotline"), &on(number), &said)
}

#[test]
fn the_facts_are_public_at_once_and_nothing_else() {
    both(|world| {
        let registered = take_in(world, &said(None));
        let matter = seen(world, &registered.number).expect("it is there as soon as it is taken in");
        let everything = format!("{matter:?}");
        for secret in ["路灯不亮", "13900006021", "王女士", "纺织路88号", "1131376540"] {
            assert!(!everything.contains(secret), "{secret}: {everything}");
        }
        assert_eq!(matter.said.last().map(|(_, fact)| fact.clone()), Some(Fact::Told));
        let exact = Point::from_degrees(113.137_654, 27.832_456).unwrap();
        let away = matter.row.point.unwrap().metres_to(exact);
        assert!((1.0..72.0).contains(&away), "the place is coarse: {away}");
        let confidential = take_in(world, &Intake { privacy: Privacy::Confidential, ..said(None) });
        assert!(seen(world, &confidential.number).is_none());
        let kept_off = Intake {
            wish: Wish { category: Some("labour.wage.arrears".into()), ..Wish::default() },
            ..said(None)
        };
        let wage = take_in(world, &kept_off);
        assert!(seen(world, &wage.number).is_none(), "the pack keeps this kind off the page");
        assert_eq!(listed(world), 1);
    });
}

#[test]
fn words_wait_for_the_desk_and_the_person_takes_them_back() {
    both(|world| {
        let number = take_in(world, &said(Some(Consent::Words))).number;
        let words = |world: &World| seen(world, &number).map(|m| m.row.words);
        assert_eq!(words(world).as_deref(), Some(""), "the facts at once, the words when somebody read them");
        let who = person(world, &number);
        let page = track::track(&world.app, &who).unwrap();
        assert_eq!((page.public_words.as_str(), page.showing), (SHOWN, Showing::Facts));
        let may_not = Moderation { ruling: Ruling::Shown, words: SHOWN.into(), reason: "x".into() };
        let handler = case::moderate::moderate(&world.ctx("handler", "urban"), &on(&number), &may_not);
        assert!(handler.is_err(), "not everybody moderates");
        rule(world, &number, Ruling::Shown, SHOWN).unwrap();
        assert_eq!(words(world).as_deref(), Some(SHOWN));
        rule(world, &number, Ruling::Hidden, "").unwrap();
        assert_eq!(words(world), None);
        speak::share(&world.app, &who, &number, Consent::Words, None).unwrap();
        assert_eq!(words(world), None, "what the desk hid is not shown by choosing again");
        rule(world, &number, Ruling::Shown, "路灯不亮").unwrap();
        assert_eq!(words(world).as_deref(), Some("路灯不亮"), "the desk's wording");
        speak::share(&world.app, &who, &number, Consent::Nothing, None).unwrap();
        assert_eq!((words(world), listed(world)), (None, 0));
        let shown = rule(world, &number, Ruling::Shown, "路灯不亮");
        assert!(matches!(shown, Err(AppError::Refused(Refusal::NoChange))), "taken back is taken back");
    });
}

#[test]
fn whoever_met_it_too_has_a_number_of_their_own_and_a_say() {
    both(|world| {
        let first = take_in(world, &said(None));
        let mine = Intake {
            privacy: Privacy::Anonymous,
            person: Person::default(),
            text: "我也遇到了".into(),
            source_key: Some("form:too".into()),
            ..said(None)
        };
        let joined = case::register::joining(&world.app, &mine, &first.number, None).unwrap();
        let again = case::register::joining(&world.app, &mine, &first.number, None).unwrap();
        assert!(again.again && again.number == joined.number, "the same form counts once");
        assert_ne!(joined.number, first.number);
        let after = case(world, &first.number);
        assert_eq!(after.requests, [first.request, joined.request]);
        assert_eq!(seen(world, &first.number).unwrap().row.voices, 2);
        assert!(seen(world, &joined.number).is_none(), "their number leads nobody anywhere");
        let code = duban_app::person::code(&world.app, &joined.number);
        let (who, _) = resident::unlock(&world.app, &joined.number, &code).unwrap();
        let page = track::track(&world.app, &who).unwrap();
        assert!(page.joined && !format!("{:?}", page.said).contains("13900006021"), "not the other's words");
        to_callback(world, &first);
        let caller = world.ctx("caller", "hotline");
        let mut call = reached(true);
        if let case::callback::Call::Reached { request, .. } = &mut call {
            *request = Some(first.number.clone());
        }
        let open = case::callback::call(&caller, &on(&first.number), &call).unwrap();
        assert_eq!(open.phase(), Phase::Callback, "the second person is asked as well");
        let done = speak::withdraw(&world.app, &who, &joined.number, "修好了", None).unwrap();
        assert!(matches!(done.stage, Stage::Closed { ending: Ending::Confirmed, .. }), "{:?}", done.stage);
    });
}

#[test]
fn what_the_only_person_takes_back_ends_and_counts_in_no_rate() {
    both(|world| {
        let number = take_in(world, &said(None)).number;
        let who = person(world, &number);
        let done = speak::withdraw(&world.app, &who, &number, "自己修好了", Some(b"w1")).unwrap();
        assert!(matches!(done.stage, Stage::Closed { ending: Ending::Withdrawn, .. }));
        assert!(done.answered_at.is_none(), "nobody answered it, so no rate of answers counts it");
        let page = track::track(&world.app, &who).unwrap();
        assert!(page.withdrawn && !page.may_add);
        let again = speak::withdraw(&world.app, &who, &number, "自己修好了", Some(b"w1")).unwrap();
        assert_eq!(again.version, done.version, "a double click counts once");
        let twice = speak::withdraw(&world.app, &who, &number, "自己修好了", None);
        assert!(matches!(twice, Err(AppError::Refused(Refusal::WrongPhase { .. }))));
        let closed = case::register::joining(&world.app, &said(None), &number, None);
        assert!(
            matches!(closed, Err(AppError::Refused(Refusal::WrongPhase { .. }))),
            "nobody joins what is over"
        );
    });
}

#[test]
fn the_map_counts_from_afar_and_shows_places_from_near() {
    both(|world| {
        for east in 0..5 {
            let mut one = said(None);
            one.place.point = Point::from_degrees(113.137_654 + f64::from(east) * 0.002, 27.832_456);
            take_in(world, &one);
        }
        let at = |z: u8| {
            let side = f64::from(1_u32 << z);
            let lat = 27.832_456_f64.to_radians();
            let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * side;
            (z, ((113.137_654 + 180.0) / 360.0 * side) as u32, y as u32)
        };
        let far = public::tile(&world.app, at(10), None).unwrap();
        assert!(far.spots.is_empty());
        assert_eq!(far.squares.iter().map(|(_, open, done)| open + done).sum::<i64>(), 5);
        let near = public::tile(&world.app, at(16), None).unwrap();
        assert!(near.squares.is_empty() && !near.spots.is_empty());
        let here = Point::from_degrees(113.137_654, 27.832_456).unwrap();
        assert_eq!(public::near(&world.app, here, 2_000, None).unwrap().len(), 5);
        assert!(public::near(&world.app, here, 2_000, Some("labour")).unwrap().is_empty());
        assert!(publish::rewrite(&world.app).unwrap() == 5 && !publish::is_outdated(&world.app).unwrap());
        assert_eq!(listed(world), 5, "written anew, the page says the same");
    });
}
