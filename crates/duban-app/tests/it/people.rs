//! People's data: sealed in the tables, shown to whom it concerns, revealed with a reason.

use duban_app::{
    AppError,
    case::{self, register::Intake},
    resident::{self, speak::Evaluation},
};
use duban_domain::{
    Number, Refusal,
    case::{What, Wish},
    place::Point,
    request::{Place, Privacy},
};
use duban_testkit::world::both;

use crate::life::{DAY, case, intake, on, to_callback};

#[test]
fn a_resident_is_known_by_number_and_phone_tail() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        assert!(matches!(
            resident::unlock(&world.app, &registered.number, "0000"),
            Err(AppError::Credentials)
        ));
        let (_, pass) = resident::unlock(&world.app, &registered.number, "6021").unwrap();
        assert!(resident::known(&world.app, &registered.number, &[]).unwrap().is_none());
        assert!(
            resident::known(&world.app, &registered.number, std::slice::from_ref(&pass)).unwrap().is_some()
        );
        let other = case::register::by_resident(&world.app, &intake()).unwrap();
        assert!(resident::known(&world.app, &other.number, &[pass]).unwrap().is_none());
    });
}

/// The number of an anonymous request used to open its page, and other systems list the numbers.
#[test]
fn a_number_alone_opens_nothing_and_whoever_left_no_phone_has_a_code() {
    both(|world| {
        let said = Intake { privacy: Privacy::Anonymous, ..intake() };
        let registered = case::register::by_resident(&world.app, &said).unwrap();
        assert!(resident::known(&world.app, &registered.number, &[]).unwrap().is_none());
        let pass = resident::access::pass(&world.app, registered.request, world.app.clock.now()).unwrap();
        let who = resident::known(&world.app, &registered.number, &[pass]).unwrap().unwrap();
        let code = resident::track::track(&world.app, &who).unwrap().code.unwrap();
        assert!(resident::unlock(&world.app, &registered.number, &code).is_ok());
        let wrong = if code == "0000" { "0001" } else { "0000" };
        assert!(matches!(
            resident::unlock(&world.app, &registered.number, wrong),
            Err(AppError::Credentials)
        ));
    });
}

#[test]
fn the_persons_own_word_closes_or_reopens_and_counts_once() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        to_callback(world, &registered);
        let (who, _) = resident::unlock(&world.app, &registered.number, "6021").unwrap();
        let said =
            Evaluation {
                solved: false, satisfaction: None, words: "还是不亮".into(), answers: Vec::new()
            };
        let after = resident::speak::evaluate(&world.app, &who, &registered.number, &said, None).unwrap();
        assert_eq!(after.round, 2);
        assert!(resident::speak::evaluate(&world.app, &who, &registered.number, &said, None).is_err());
    });
}

#[test]
fn nobody_speaks_about_anothers_request() {
    both(|world| {
        let mine = case::register::by_resident(&world.app, &intake()).unwrap();
        let theirs = case::register::by_resident(&world.app, &intake()).unwrap();
        let (who, _) = resident::unlock(&world.app, &mine.number, "6021").unwrap();
        let refused = resident::speak::add(&world.app, &who, &theirs.number, "冒充", &[], None).unwrap_err();
        assert!(matches!(refused, AppError::Refused(Refusal::NotFound)));
    });
}

#[test]
fn what_stays_inside_is_not_on_the_residents_page_and_an_unreviewed_answer_is_not_either() {
    both(|world| {
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        case::note::note(&world.ctx("supervisor", "hotline"), &on(&registered.number), "内部-金丝雀")
            .unwrap();
        to_callback(world, &registered);
        let (who, _) = resident::unlock(&world.app, &registered.number, "6021").unwrap();
        let track = resident::track::track(&world.app, &who).unwrap();
        let shown = format!("{:?}", track.said);
        assert!(!shown.contains("金丝雀") && shown.contains("灯头已经换好"));
        case::callback::call(
            &world.ctx("caller", "hotline"),
            &on(&registered.number),
            &crate::life::reached(false),
        )
        .unwrap();
        let unit = case(world, &registered.number).unit().unwrap().to_owned();
        let mut second = crate::life::answering();
        second.public = "第二次的答复还没有审核".into();
        second.no_contact = "打不通".into();
        case::answer::answer(&world.ctx("handler", &unit), &on(&registered.number), &second).unwrap();
        let shown = format!("{:?}", resident::track::track(&world.app, &who).unwrap().said);
        assert!(!shown.contains("第二次的答复") && shown.contains("灯头已经换好"));
    });
}

#[test]
fn a_confidential_person_is_hidden_from_the_unit_and_revealing_leaves_a_reason() {
    both(|world| {
        let registered =
            case::register::by_resident(&world.app, &Intake { privacy: Privacy::Confidential, ..intake() })
                .unwrap();
        let number = &registered.number;
        let unit = case(world, number).unit().map(str::to_owned);
        if let Some(unit) = unit {
            let shown = case::show::show(&world.ctx("handler", &unit), number).unwrap();
            assert!(!shown.voices[0].person.can_reveal && !shown.voices[0].person.name.contains('测'));
            let refused =
                case::note::reveal(&world.ctx("handler", &unit), &on(number), number, "想知道").unwrap_err();
            assert!(matches!(refused, AppError::Refused(Refusal::NotFound)));
        }
        let person =
            case::note::reveal(&world.ctx("caller", "hotline"), &on(number), number, "回访核对").unwrap();
        assert_eq!(person.phone.unwrap().digits(), "13900006021");
        let history = case::show::show(&world.ctx("supervisor", "hotline"), number).unwrap().history;
        assert!(
            history
                .iter()
                .flatten()
                .any(|e| matches!(&e.what, What::Revealed { reason, .. } if reason == "回访核对"))
        );
    });
}

#[test]
fn telephone_numbers_and_names_do_not_stand_in_the_tables() {
    let world = duban_testkit::world::World::sqlite();
    case::register::by_resident(&world.app, &intake()).unwrap();
    let duban_store::Target::Sqlite(file) = &world.target else { panic!("this world is embedded") };
    for file in [file.clone(), file.with_extension("db-wal")] {
        let bytes = std::fs::read(file).unwrap_or_default();
        for needle in ["13900006021".as_bytes(), "王女士".as_bytes()] {
            assert!(!bytes.windows(needle.len()).any(|w| w == needle));
        }
    }
}

#[test]
fn neighbours_of_one_category_are_shown_as_perhaps_the_same_and_many_as_a_group() {
    both(|world| {
        let said = |n: u32, lng: f64| {
            let place = Place { point: Point::from_degrees(lng, 27.83), ..intake().place };
            let wish = Wish { hold: true, category: Some("utilities.aerial.tree".into()), ..Wish::default() };
            let source_key = Some(format!("form:{n}"));
            let intake = Intake { place, wish, source_key, ..intake() };
            case::register::by_resident(&world.app, &intake).unwrap().number
        };
        let show = |number: &Number| case::show::show(&world.ctx("supervisor", "hotline"), number).unwrap();
        let first = said(0, 113.13);
        assert!(show(&first).alike.is_empty() && show(&first).group.is_none());
        said(90, 113.14);
        for n in 1..4 {
            said(n, 113.1305);
        }
        let seen = show(&first);
        assert_eq!((seen.alike.len(), seen.group), (3, None), "a kilometre away is another matter");
        said(4, 113.1301);
        assert_eq!(show(&first).group, Some(5), "five people within three days");
        world.clock.pass_ms(40 * DAY);
        said(5, 113.13);
        assert_eq!(show(&first).alike.len(), 4, "weeks later it is another matter");
    });
}
