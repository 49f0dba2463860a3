//! A number or an address is shown to be somebody's by a code, and what they left with it is theirs to see.

use std::sync::Arc;

use duban_app::{
    AppError,
    case::{self, register::Intake},
    notice,
    resident::{self, Holds, Known, confirm, mine, track},
};
use duban_domain::{
    Lang, Number, Refusal,
    city::City,
    confirmation::{Contact, Means, Verdict},
    notice::{NoticeKind, NoticeState},
    person::{Person, Phone},
    request::Privacy,
};
use duban_testkit::{
    gateway::{Does, Fake},
    world::{World, both},
};

use crate::{
    life::{DAY, MINUTE, intake, on},
    notices::{MAIL, lines, outside, said, send},
};

const PHONE: &str = "13900006021";
const OTHER: &str = "13900007788";

pub(crate) fn phone(digits: &str) -> Contact {
    Contact::Phone(Phone::parse(digits).unwrap().unwrap())
}

fn opened(world: &World, number: &Number) -> Known {
    resident::unlock(&world.app, number, "6021").unwrap().0
}

/// The digits of the newest code that reached an address.
pub(crate) fn code(world: &World, fake: &Arc<Fake>, to: &str) -> String {
    send(world);
    let text = fake.last_to(to).unwrap().text;
    let digits: String =
        text.chars().skip_while(|c| *c != '码').filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(digits.len(), 6, "{text}");
    digits
}

/// Another code than this one.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn ways(world: &World, who: &Known) -> Vec<(Means, bool)> {
    let ways = track::track(&world.app, who).unwrap().ways;
    ways.into_iter().map(|way| (way.means, way.confirmed_at.is_some())).collect()
}

fn history(world: &World, number: &Number) -> String {
    format!("{:?}", case::show::show(&world.ctx("operator", "hotline"), number).unwrap().history)
}

#[test]
fn what_was_left_is_confirmed_by_a_code_and_the_desk_sees_when_and_never_the_code() {
    both(|world| {
        let (sms, letters) = outside(world, [], []);
        let registered = case::register::by_resident(&world.app, &said()).unwrap();
        let number = &registered.number;
        let who = opened(world, number);
        assert_eq!(ways(world, &who), [(Means::Phone, false), (Means::Mail, false)]);
        assert!(confirm::send(&world.app, &who, Means::Phone, Lang::Zh).unwrap().is_ok());
        let digits = code(world, &sms, PHONE);
        let soon = confirm::send(&world.app, &who, Means::Phone, Lang::Zh).unwrap().unwrap_err();
        assert_eq!(soon, world.app.now().plus_ms(MINUTE), "not twice within a minute");
        let say = |typed: &str| confirm::confirm(&world.app, &who, number, Means::Phone, typed).unwrap();
        assert_eq!(say(wrong(&digits)), Verdict::Wrong);
        assert_eq!(say(&digits), Verdict::Right);
        assert_eq!(say(&digits), Verdict::Right, "the same form once more");
        assert!(
            confirm::confirm(&world.app, &who, number, Means::Mail, &digits)
                .is_ok_and(|v| v == Verdict::Over)
        );
        assert!(confirm::send(&world.app, &who, Means::Mail, Lang::Zh).unwrap().is_ok());
        let digits_by_mail = code(world, &letters, MAIL);
        let by_mail = confirm::confirm(&world.app, &who, number, Means::Mail, &digits_by_mail).unwrap();
        assert_eq!(
            (by_mail, ways(world, &who)),
            (Verdict::Right, vec![(Means::Phone, true), (Means::Mail, true)])
        );
        let desk = case::show::show(&world.ctx("operator", "hotline"), number).unwrap();
        let person = &desk.voices[0].person;
        assert_eq!(
            (person.phone_confirmed_at, person.mail_confirmed_at),
            (Some(world.app.now()), Some(world.app.now()))
        );
        let told = history(world, number);
        assert_eq!(told.matches("Confirmed").count(), 2, "{told}");
        assert!(!told.contains(&digits) && !told.contains("6021"), "{told}");
        let asked = confirm::send(&world.app, &who, Means::Phone, Lang::Zh);
        assert!(
            matches!(asked, Err(AppError::Refused(Refusal::NoChange))),
            "there is nothing left to confirm"
        );
    });
}

#[test]
fn a_code_ends_with_its_time_its_tries_and_its_use_and_belongs_to_one_request() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        let [first, second] =
            [(), ()].map(|()| case::register::by_resident(&world.app, &intake()).unwrap().number);
        let (one, two) = (opened(world, &first), opened(world, &second));
        let ask = |who: &Known| {
            world.clock.pass_ms(MINUTE);
            assert!(confirm::send(&world.app, who, Means::Phone, Lang::Zh).unwrap().is_ok());
            code(world, &sms, PHONE)
        };
        let say = |who: &Known, number: &Number, typed: &str| {
            confirm::confirm(&world.app, who, number, Means::Phone, typed).unwrap()
        };
        let late = ask(&one);
        assert_eq!(say(&two, &second, &late), Verdict::Over, "the code of another request");
        world.clock.pass_ms(10 * MINUTE);
        assert_eq!(say(&one, &first, &late), Verdict::Over);
        let tried = ask(&one);
        for n in 1..=5 {
            assert_eq!(say(&one, &first, wrong(&tried)), if n < 5 { Verdict::Wrong } else { Verdict::Over });
        }
        assert_eq!(say(&one, &first, &tried), Verdict::Over, "the right one comes too late");
        let (old, new) = (ask(&one), ask(&one));
        if old != new {
            assert_eq!(say(&one, &first, &old), Verdict::Wrong, "a new code takes the place of the old one");
        }
        assert_eq!(say(&one, &first, &new), Verdict::Right);
        let fifth = ask(&two);
        assert_eq!(say(&two, &second, &fifth), Verdict::Right);
        let third = case::register::by_resident(&world.app, &intake()).unwrap().number;
        world.clock.pass_ms(MINUTE);
        let until =
            confirm::send(&world.app, &opened(world, &third), Means::Phone, Lang::Zh).unwrap().unwrap_err();
        assert!(
            until > world.app.now().plus_ms(20 * 60 * MINUTE),
            "five a day for one number, whatever they are for"
        );
    });
}

#[test]
fn a_contact_that_is_corrected_is_unconfirmed_and_the_other_one_stays() {
    both(|world| {
        let (sms, letters) = outside(world, [], []);
        let number = case::register::by_resident(&world.app, &said()).unwrap().number;
        let who = opened(world, &number);
        for (means, fake, to) in [(Means::Phone, &sms, PHONE), (Means::Mail, &letters, MAIL)] {
            assert!(confirm::send(&world.app, &who, means, Lang::Zh).unwrap().is_ok());
            let digits = code(world, fake, to);
            assert_eq!(confirm::confirm(&world.app, &who, &number, means, &digits).unwrap(), Verdict::Right);
        }
        let right = |digits: &str| Person { phone: Phone::parse(digits).unwrap(), ..Person::default() };
        let ctx = world.ctx("operator", "hotline");
        case::correct::correct(&ctx, &on(&number), &number, &right(PHONE), "名字").unwrap();
        assert_eq!(ways(world, &who), [(Means::Phone, true), (Means::Mail, true)], "the same number");
        case::correct::correct(&ctx, &on(&number), &number, &right(OTHER), "记错了").unwrap();
        assert_eq!(ways(world, &who), [(Means::Phone, false), (Means::Mail, true)]);
        let seen = case::show::show(&ctx, &number).unwrap();
        assert_eq!(seen.voices[0].person.phone_confirmed_at, None);
    });
}

#[test]
fn whoever_cannot_get_a_code_is_not_offered_one_and_is_heard_all_the_same() {
    both(|world| {
        let number = case::register::by_resident(&world.app, &said()).unwrap().number;
        let who = opened(world, &number);
        assert!(ways(world, &who).is_empty(), "there is no gateway");
        let refused = confirm::send(&world.app, &who, Means::Phone, Lang::Zh);
        assert!(matches!(refused, Err(AppError::Refused(Refusal::NoChange))));
        outside(world, [], []);
        let wall = Person { phone: Phone::parse("0731 2883 5396").unwrap(), ..Person::default() };
        let wall =
            case::register::by_resident(&world.app, &Intake { person: wall, ..intake() }).unwrap().number;
        let (who, _) = resident::unlock(&world.app, &wall, "5396").unwrap();
        assert!(ways(world, &who).is_empty(), "a number in a wall takes no message");
        let silent = Intake { privacy: Privacy::Anonymous, ..said() };
        let silent = case::register::by_resident(&world.app, &silent).unwrap();
        let code = duban_app::person::code(&world.app, &silent.number);
        let (who, _) = resident::unlock(&world.app, &silent.number, &code).unwrap();
        assert!(ways(world, &who).is_empty(), "whoever is anonymous left nothing");
    });
}

/// Signs in by a code; what the browser keeps.
pub(crate) fn enter(world: &World, sms: &Arc<Fake>, digits: &str) -> String {
    world.clock.pass_ms(MINUTE);
    mine::ask(&world.app, &phone(digits), Lang::Zh).unwrap();
    let code = code(world, sms, digits);
    mine::enter(&world.app, &phone(digits), &code, "Firefox/1 Linux", "192.0.2.0").unwrap().unwrap()
}

#[test]
fn a_confirmed_number_shows_exactly_its_own_requests_and_opens_no_other() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        let of = |digits: &str, privacy| {
            world.clock.pass_ms(1);
            let person = Person { phone: Phone::parse(digits).unwrap(), ..Person::default() };
            let said = Intake { person, privacy, ..intake() };
            case::register::by_resident(&world.app, &said).unwrap().number
        };
        let own = [of(PHONE, Privacy::Contact), of(PHONE, Privacy::Confidential)];
        let others = [of(OTHER, Privacy::Contact), of(PHONE, Privacy::Anonymous)];
        let token = enter(world, &sms, PHONE);
        let who = mine::signed(&world.app, &token).unwrap().unwrap();
        let seen = mine::overview(&world.app, &who).unwrap();
        let numbers: Vec<_> = seen.requests.iter().rev().map(|own| own.number.clone()).collect();
        assert_eq!((numbers, seen.words.as_str()), (own.to_vec(), "139****"));
        let holds = Holds { passes: Vec::new(), signed: Some(token.clone()) };
        for number in &own {
            assert!(resident::access::held(&world.app, number, &holds).unwrap().is_some());
        }
        for number in &others {
            assert!(resident::access::held(&world.app, number, &holds).unwrap().is_none());
        }
        let held = resident::public::held(&world.app, &holds).unwrap();
        assert_eq!(held.len(), 2, "and they are marked as own in lists and on the map");
        // Corrected since: it was somebody else's number.
        let right = Person { phone: Phone::parse(OTHER).unwrap(), ..Person::default() };
        case::correct::correct(&world.ctx("operator", "hotline"), &on(&own[0]), &own[0], &right, "记错了")
            .unwrap();
        assert!(resident::access::held(&world.app, &own[0], &holds).unwrap().is_none());
        world.clock.pass_ms(60 * MINUTE);
        assert!(mine::signed(&world.app, &token).unwrap().is_none(), "it ends by itself");
        assert!(resident::access::held(&world.app, &own[1], &holds).unwrap().is_none());
    });
}

#[test]
fn one_sees_where_one_is_signed_in_and_ends_it() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        case::register::by_resident(&world.app, &intake()).unwrap();
        let tokens = [(), (), ()].map(|()| enter(world, &sms, PHONE));
        let live = || {
            tokens.iter().map(|token| mine::signed(&world.app, token).unwrap().is_some()).collect::<Vec<_>>()
        };
        let who = |n: usize| mine::signed(&world.app, &tokens[n]).unwrap().unwrap();
        let browsers = mine::overview(&world.app, &who(0)).unwrap().browsers;
        assert_eq!(
            browsers.iter().map(|one| one.here).collect::<Vec<_>>(),
            [false, false, true],
            "newest first"
        );
        mine::leave(&world.app, &who(0), &mine::Leaving::One(browsers[0].handle.clone())).unwrap();
        assert_eq!(live(), [true, true, false]);
        mine::leave(&world.app, &who(0), &mine::Leaving::Others).unwrap();
        assert_eq!(live(), [true, false, false]);
        mine::leave(&world.app, &who(0), &mine::Leaving::Here).unwrap();
        assert_eq!(live(), [false, false, false]);
    });
}

#[test]
fn whoever_asks_learns_nothing_of_a_number_and_floods_nobody() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        case::register::by_resident(&world.app, &intake()).unwrap();
        send(world);
        let before = sms.taken().len();
        for digits in [OTHER, PHONE] {
            mine::ask(&world.app, &phone(digits), Lang::Zh).unwrap();
            mine::ask(&world.app, &phone(digits), Lang::Zh).unwrap();
            let entered = mine::enter(&world.app, &phone(digits), "12345x", "", "").unwrap();
            assert_eq!(entered, None);
        }
        send(world);
        let told = sms.taken();
        assert_eq!(told[before..].iter().map(|m| m.to.as_str()).collect::<Vec<_>>(), [PHONE]);
        for _ in 0..10 {
            world.clock.pass_ms(2 * MINUTE);
            mine::ask(&world.app, &phone(PHONE), Lang::Zh).unwrap();
        }
        send(world);
        assert_eq!(sms.taken().len() - before, 5, "five a day, whoever asks");
        world.clock.pass_ms(DAY);
        mine::ask(&world.app, &phone(PHONE), Lang::Zh).unwrap();
        send(world);
        assert_eq!(sms.taken().len() - before, 6);
        let kept = mine::asked_for(&world.app, &phone(PHONE)).unwrap();
        assert!(!kept.contains(PHONE) && mine::asked(&world.app, &kept) == Some(phone(PHONE)));
        world.clock.pass_ms(10 * MINUTE);
        assert_eq!(mine::asked(&world.app, &kept), None);
        assert_eq!(mine::asked(&world.app, "00"), None);
    });
}

#[test]
fn a_code_leaves_the_ledger_with_its_number_when_it_holds_no_longer() {
    both(|world| {
        let (sms, _) = outside(world, [Does::Takes, Does::Takes, Does::Fails("busy")], []);
        case::register::by_resident(&world.app, &intake()).unwrap();
        send(world);
        for _ in 0..2 {
            mine::ask(&world.app, &phone(PHONE), Lang::Zh).unwrap();
            send(world);
            world.clock.pass_ms(MINUTE);
        }
        let text = sms.last_to(PHONE).unwrap().text;
        assert!(text.contains("验证码"), "{text}");
        let ctx = world.ctx("supervisor", "hotline");
        let query =
            duban_app::NoticeQuery { kind: Some(NoticeKind::Code), ..duban_app::NoticeQuery::default() };
        let shown = || {
            let entries = notice::ledger(&ctx, &query).unwrap().entries;
            entries.into_iter().map(|e| (e.state, e.to, e.said, e.may_resend)).collect::<Vec<_>>()
        };
        let masked = "139 **** 6021".to_owned();
        assert_eq!(
            shown(),
            [(NoticeState::Queued, masked.clone(), None, false), (NoticeState::Sent, masked, None, false),]
        );
        world.clock.pass_ms(9 * MINUTE);
        while resident::code::work(&world.app).unwrap() > 0 {}
        world.clock.pass_ms(MINUTE);
        while resident::code::work(&world.app).unwrap() > 0 {}
        assert_eq!(
            shown(),
            [
                (NoticeState::Cancelled, String::new(), None, false),
                (NoticeState::Sent, String::new(), None, false),
            ]
        );
        send(world);
        assert_eq!(sms.taken().len(), 2, "what ran out is not sent: {}", lines(world));
        let first = notice::ledger(&ctx, &query).unwrap().entries[0].id;
        assert!(notice::resend(&ctx, first).is_err());
        world.clock.pass_ms(2 * DAY);
        while resident::code::work(&world.app).unwrap() > 0 {}
        let left = world.app.store.read(|tx| tx.has_old_contacts(world.app.now(), world.app.now())).unwrap();
        assert!(!left, "no code and no session is kept for ever");
    });
}

#[test]
fn a_city_may_ask_for_a_confirmed_number_before_me_too_and_before_a_list() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        let first = case::register::by_resident(&world.app, &crate::public::said(None)).unwrap();
        let pass = resident::access::pass(&world.app, first.request, world.app.now()).unwrap();
        let holds = |signed: Option<&String>| Holds { passes: vec![pass.clone()], signed: signed.cloned() };
        assert_eq!(
            resident::public::held(&world.app, &holds(None)).unwrap().len(),
            1,
            "by default nothing is asked"
        );
        let mut files = duban_testkit::world::zhuzhou();
        let stricter = files["city.toml"].replace("required = []", "required = [\"me-too\", \"own\"]");
        files.insert("city.toml".into(), stricter);
        world.app.city = Arc::new(City::load(&files).unwrap());
        assert!(resident::public::held(&world.app, &holds(None)).unwrap().is_empty());
        let of = |digits: &str, privacy| {
            let person = Person { phone: Phone::parse(digits).unwrap(), ..Person::default() };
            Intake { person, privacy, ..intake() }
        };
        let join = |said: &Intake, who: Option<&mine::Signed>| {
            case::register::joining(&world.app, said, &first.number, who)
        };
        let refused = |came: Result<case::register::Registered, AppError>| {
            assert!(matches!(came, Err(AppError::Refused(Refusal::NeedsCode))), "{came:?}");
        };
        refused(join(&of(OTHER, Privacy::Contact), None));
        refused(join(&of(OTHER, Privacy::Anonymous), None));
        // Nobody knows this number yet, and still it gets a code: here whoever comes new is asked for one.
        let token = enter(world, &sms, OTHER);
        let who = mine::signed(&world.app, &token).unwrap().unwrap();
        refused(join(&of(PHONE, Privacy::Contact), Some(&who)));
        join(&of(OTHER, Privacy::Contact), Some(&who)).unwrap();
        assert_eq!(resident::public::held(&world.app, &holds(Some(&token))).unwrap().len(), 2);
    });
}
