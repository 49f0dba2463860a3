//! Coming in: sessions that are seen and ended, guesses that bar the guesser and not the colleague, second factors, and
//! accounts that nobody takes over unseen. On both databases.

use duban_app::{
    AppError, Ctx, DEMO_PASSWORD,
    administration::{
        accounts::{self, Wanted},
        pack::{self, Saved},
        record as changes,
    },
    keys,
    staff::{
        self, Attempt, Entered, Entrance, own, record, second,
        users::{self, Account},
    },
};
use duban_domain::{
    Lang, Refusal, StaffId,
    notice::NoticeKind,
    policy::{Entry, Guard},
};
use duban_testkit::world::{World, both};

const MINUTE: i64 = 60_000;

fn account(world: &World, login: &str, role: &str) -> StaffId {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: "hotline".into(),
        role: role.into(),
        password: DEMO_PASSWORD.into(),
    };
    users::put(&world.app, &account).unwrap()
}

fn at(login: &str, password: &str, from: &str) -> Attempt {
    Attempt {
        login: login.into(),
        password: password.into(),
        from: from.into(),
        place: format!("{from} shortened"),
        agent: "Firefox on Linux".into(),
        devices: Vec::new(),
    }
}

fn entered(world: &World, attempt: &Attempt) -> Entered {
    match staff::enter(&world.app.at_hand(), attempt).unwrap() {
        Entrance::In(entered) => entered,
        Entrance::Halfway { .. } => panic!("nobody asked for a second factor"),
    }
}

fn come(world: &World, login: &str) -> Entered {
    entered(world, &at(login, DEMO_PASSWORD, "192.0.2.1"))
}

fn member(world: &World, token: &str) -> Option<Ctx> {
    let app = world.app.at_hand();
    staff::member_of(&app, token, true).unwrap().map(|who| app.ctx(who, Lang::Zh))
}

fn ctx(world: &World, login: &str) -> Ctx {
    member(world, &come(world, login).token).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// The security administrator writes the city's rules of access.
fn rules(world: &World, text: &str) {
    let text = text.to_owned();
    let saved = pack::change(&ctx(world, "sec"), "file", None, |files| {
        files.insert("access.toml".into(), text.clone());
        Ok(())
    });
    assert!(matches!(saved, Ok(Saved::Done(..))), "{saved:?}");
}

#[test]
fn sessions_are_seen_and_ended_and_what_changes_an_account_ends_them() {
    both(|world| {
        let id = account(world, "li", "operator");
        account(world, "sec", "security");
        let (here, there) = (come(world, "li"), entered(world, &at("li", DEMO_PASSWORD, "198.51.100.7")));
        let li = member(world, &here.token).unwrap();
        let open = own::sessions(&li, &here.token).unwrap();
        assert_eq!(open.len(), 2);
        let other = open.iter().find(|one| !one.here).unwrap();
        assert_eq!(
            (other.place.as_str(), other.agent.as_str()),
            ("198.51.100.7 shortened", "Firefox on Linux")
        );
        own::end(&li, &here.token, &other.handle).unwrap();
        assert_eq!(refused(own::end(&li, &here.token, &other.handle)), Refusal::NotFound);
        assert!(member(world, &there.token).is_none(), "it ended at once");
        let (second, third) = (come(world, "li"), come(world, "li"));
        assert_eq!(own::end_others(&li, &second.token).unwrap(), 2);
        assert!(member(world, &second.token).is_some() && member(world, &third.token).is_none());

        let li = member(world, &second.token).unwrap();
        let wrong = own::change_password(&li, &second.token, "not the password", "own words 2026");
        assert_eq!(refused(wrong), Refusal::Guard(Guard::WrongPassword));
        let elsewhere = come(world, "li");
        own::change_password(&li, &second.token, DEMO_PASSWORD, "own words 2026").unwrap();
        assert!(member(world, &elsewhere.token).is_none() && member(world, &second.token).is_some());

        let sec = ctx(world, "sec");
        accounts::end_sessions(&sec, id).unwrap();
        assert!(member(world, &second.token).is_none(), "the administrator ended it");
        let fresh = entered(world, &at("li", "own words 2026", "192.0.2.1"));
        assert!(fresh.news, "and the owner is told");
        let role = |role: &str| Wanted {
            login: "li".into(),
            name: "测试·li".into(),
            unit: "hotline".into(),
            role: role.into(),
            active: true,
        };
        accounts::change(&sec, id, &role("caller")).unwrap();
        assert!(member(world, &fresh.token).is_none(), "another role begins with another session");
    });
}

#[test]
fn idle_and_whole_length_of_a_session_are_the_citys_to_set() {
    both(|world| {
        account(world, "li", "operator");
        account(world, "sec", "security");
        let token = come(world, "li").token;
        rules(world, "idle_minutes = 30\nlife_hours = 1\n");
        world.clock.pass_ms(29 * MINUTE);
        assert!(member(world, &token).is_some());
        world.clock.pass_ms(29 * MINUTE);
        assert!(member(world, &token).is_some(), "it was used meanwhile");
        world.clock.pass_ms(3 * MINUTE);
        assert!(member(world, &token).is_none(), "an hour is over");
        let token = come(world, "li").token;
        world.clock.pass_ms(30 * MINUTE);
        assert!(member(world, &token).is_none(), "nobody was there for half an hour");
        let wrong = pack::change(&ctx(world, "sec"), "file", None, |files| {
            files.insert("access.toml".into(), "idle_minutes = 0\nsecond_factor = [\"nobody\"]\n".into());
            Ok(())
        });
        assert!(matches!(wrong, Ok(Saved::Faulty(faults)) if faults.len() == 2));
    });
}

#[test]
fn whoever_guesses_is_barred_and_the_colleague_is_not() {
    both(|world| {
        account(world, "li", "operator");
        account(world, "aud", "auditor");
        let known = come(world, "li").device;
        let guess = |from: &str| staff::enter(&world.app, &at("li", "wrong password", from));
        for _ in 0..5 {
            assert!(matches!(guess("203.0.113.9"), Err(AppError::Credentials)));
        }
        assert_eq!(refused(guess("203.0.113.9")), Refusal::Guard(Guard::Barred { minutes: 15 }));
        let right = at("li", DEMO_PASSWORD, "203.0.113.9");
        let barred = staff::enter(&world.app, &right);
        assert!(
            matches!(refused(barred), Refusal::Guard(Guard::Barred { .. })),
            "the right one is not looked at either"
        );
        entered(world, &at("li", DEMO_PASSWORD, "198.51.100.7"));
        let known = Attempt { devices: vec!["00".into(), known], ..right.clone() };
        entered(world, &known);

        // From many places at once the account as a whole is full, but not for a browser that it knows.
        for place in 0..5 {
            for _ in 0..5 {
                assert!(matches!(guess(&format!("203.0.113.{place}")), Err(AppError::Credentials)));
            }
        }
        assert!(matches!(refused(guess("203.0.113.77")), Refusal::Guard(Guard::Barred { .. })));
        entered(world, &known);
        let forged = Attempt { devices: vec!["0".repeat(64)], ..right.clone() };
        assert!(staff::enter(&world.app, &forged).is_err());
        for _ in 0..5 {
            let wrong = Attempt { password: "wrong password".into(), ..known.clone() };
            assert!(matches!(staff::enter(&world.app, &wrong), Err(AppError::Credentials)));
        }
        assert!(staff::enter(&world.app, &known).is_err(), "a known browser has its own count");
        world.clock.pass_ms(15 * MINUTE);
        entered(world, &right);

        let aud = ctx(world, "aud");
        let (lines, _) = record::page(&aud, Some("li"), None).unwrap();
        let count = |what| lines.iter().filter(|line| line.what == what).count();
        assert_eq!((count(Entry::WrongPassword), count(Entry::In)), (35, 5));
        assert!(count(Entry::Barred) >= 6 && lines.iter().all(|line| line.login == "li"));
        assert!(staff::enter(&world.app, &at("my secret password", "x", "192.0.2.9")).is_err());
        let (lines, _) = record::page(&aud, None, None).unwrap();
        assert_eq!(
            (lines[0].what, lines[0].login.as_str()),
            (Entry::Nobody, ""),
            "what was typed is not kept"
        );
        assert!(record::page(&ctx(world, "li"), None, None).is_err(), "it is for the auditor");
    });
}

#[test]
fn logins_that_nobody_has_are_barred_and_do_not_fill_the_record() {
    both(|world| {
        account(world, "aud", "auditor");
        let guess = |login: &str, from: &str| staff::enter(&world.app, &at(login, "x", from));
        for i in 0..40 {
            let made_up = guess(&format!("made-up-{i}"), &format!("203.0.113.{i}"));
            assert!(matches!(made_up, Err(AppError::Credentials)));
        }
        let aud = ctx(world, "aud");
        let kept = || {
            let lines = record::page(&aud, None, None).unwrap().0;
            lines.iter().filter(|line| line.what == Entry::Nobody).count()
        };
        assert_eq!(kept(), 19, "the auditor sees that somebody guesses, not every guess");
        for _ in 0..5 {
            assert!(matches!(guess("nobody", "192.0.2.9"), Err(AppError::Credentials)));
        }
        assert_eq!(refused(guess("nobody", "192.0.2.9")), Refusal::Guard(Guard::Barred { minutes: 15 }));
        assert_eq!(kept(), 19);
        world.clock.pass_ms(15 * MINUTE);
        assert!(matches!(guess("nobody", "192.0.2.9"), Err(AppError::Credentials)));
        assert_eq!(kept(), 20, "the next window is written down again");
    });
}

/// A telephone: the six digits of a secret, reckoned apart from the program's own way.
fn app_shows(secret: &str, now_ms: i64) -> String {
    let bits: String = secret
        .chars()
        .filter(|c| *c != ' ')
        .map(|c| format!("{:05b}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap()))
        .collect();
    let key: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap())
        .collect();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = ring::hmac::sign(&key, &u64::try_from(now_ms / 30_000).unwrap().to_be_bytes());
    let hex = keys::hex(tag.as_ref());
    let from = usize::from_str_radix(&hex[39..], 16).unwrap() * 2;
    let number = u32::from_str_radix(&hex[from..from + 8], 16).unwrap() % 0x8000_0000;
    format!("{:06}", number % 1_000_000)
}

fn halfway(world: &World, login: &str) -> (String, bool) {
    match staff::enter(&world.app.at_hand(), &at(login, DEMO_PASSWORD, "192.0.2.1")).unwrap() {
        Entrance::Halfway { token, enrol, .. } => (token, enrol),
        Entrance::In(_) => panic!("the password alone opened it"),
    }
}

#[test]
fn a_second_factor_is_set_up_asked_for_and_good_once() {
    both(|world| {
        let app = &world.app;
        account(world, "li", "operator");
        let (session, elsewhere) = (come(world, "li").token, come(world, "li").token);
        let li = member(world, &session).unwrap();
        let begin = || second::begin(&li, &session, DEMO_PASSWORD);
        let offer = begin().unwrap();
        assert_eq!(begin().unwrap(), offer, "a page loaded again shows the same");
        assert_eq!(refused(second::confirm(&li, &session, "000000")), Refusal::Guard(Guard::WrongCode));
        let code = app_shows(&offer.secret, app.now().0);
        let codes = second::confirm(&li, &session, &code).unwrap();
        assert_eq!(codes.len(), 10);
        assert!(member(world, &elsewhere).is_none() && member(world, &session).is_some());
        assert_eq!(refused(begin()), Refusal::Guard(Guard::SecondThere));

        let door = at("li", "", "192.0.2.1");
        let (token, enrol) = halfway(world, "li");
        assert!(!enrol && member(world, &token).is_none(), "halfway opens nothing");
        assert_eq!(refused(second::begin_halfway(app, &token)), Refusal::Guard(Guard::SecondThere));
        assert_eq!(
            refused(second::enter(app, &token, &door, &code)),
            Refusal::Guard(Guard::WrongCode),
            "it was used"
        );
        world.clock.pass_ms(30_000);
        let code = app_shows(&offer.secret, world.app.now().0);
        let entered = second::enter(app, &token, &door, &code).unwrap();
        assert!(member(world, &entered.token).is_some() && entered.token != token);
        assert_eq!(refused(second::enter(app, &token, &door, &code)), Refusal::NotFound, "halfway is over");
        let (again, _) = halfway(world, "li");
        assert!(second::enter(app, &again, &door, &code).is_err(), "nor does another session take it");
        second::enter(app, &again, &door, &codes[3].to_lowercase()).unwrap();
        let (again, _) = halfway(world, "li");
        assert!(second::enter(app, &again, &door, &codes[3]).is_err(), "a recovery code is good once");
        assert_eq!(second::own(&li).unwrap().codes_left, 9);
        for _ in 0..4 {
            assert!(second::enter(app, &again, &door, "123456").is_err());
        }
        world.clock.pass_ms(30_000);
        let code = app_shows(&offer.secret, world.app.now().0);
        assert!(matches!(
            refused(second::enter(app, &again, &door, &code)),
            Refusal::Guard(Guard::Barred { .. })
        ));
        world.clock.pass_ms(15 * MINUTE);
        let (again, _) = halfway(world, "li");
        world.clock.pass_ms(11 * MINUTE);
        assert_eq!(
            refused(second::enter(app, &again, &door, &code)),
            Refusal::NotFound,
            "it waited too long"
        );
        let code = app_shows(&offer.secret, world.app.now().0);
        let new = second::renew_codes(&li, &session, DEMO_PASSWORD, &code).unwrap();
        assert!(!new.contains(&codes[0]));
        second::off(&li, &session, DEMO_PASSWORD, &new[0]).unwrap();
        assert!(member(world, &come(world, "li").token).is_some(), "the password is enough again");
    });
}

#[test]
fn a_role_that_needs_a_second_factor_sets_it_up_at_the_door() {
    both(|world| {
        account(world, "li", "operator");
        account(world, "sec", "security");
        rules(world, "second_factor = [\"operator\"]\n");
        let app = &world.app.at_hand();
        let (token, enrol) = halfway(world, "li");
        assert!(enrol);
        let offer = second::begin_halfway(app, &token).unwrap();
        let door = at("li", "", "192.0.2.1");
        assert!(second::enter(app, &token, &door, "123456").is_err());
        let code = app_shows(&offer.secret, app.now().0);
        let (entered, codes) = second::confirm_halfway(app, &token, &door, &code).unwrap();
        assert_eq!(codes.len(), 10);
        let li = member(world, &entered.token).unwrap();
        let off = second::off(&li, &entered.token, DEMO_PASSWORD, &codes[0]);
        assert_eq!(refused(off), Refusal::Guard(Guard::SecondStays));
        assert!(second::own(&li).unwrap().required);
    });
}

#[test]
fn a_code_of_a_secret_that_nobody_enrolled_opens_no_session_and_each_who_asks_is_offered_another() {
    both(|world| {
        account(world, "li", "operator");
        account(world, "sec", "security");
        rules(world, "second_factor = [\"operator\"]\n");
        let (app, door) = (&world.app.at_hand(), at("li", "", "192.0.2.1"));
        let (stranger, _) = halfway(world, "li");
        let seen = second::begin_halfway(app, &stranger).unwrap().secret;
        let code = app_shows(&seen, app.now().0);
        let past = second::enter(app, &stranger, &door, &code);
        assert_eq!(refused(past), Refusal::Guard(Guard::WrongCode), "it was never enrolled");
        assert!(second::must_enrol(app, &stranger).unwrap());

        let (owner, _) = halfway(world, "li");
        let own = second::begin_halfway(app, &owner).unwrap().secret;
        assert_ne!(own, seen);
        assert_eq!(second::begin_halfway(app, &owner).unwrap().secret, own, "the page loaded again");
        let (seen, own) = (app_shows(&seen, app.now().0), app_shows(&own, app.now().0));
        for (token, code) in [(&owner, &seen), (&stranger, &seen), (&stranger, &own)] {
            let other = second::confirm_halfway(app, token, &door, code);
            assert_eq!(refused(other.map(|_| ())), Refusal::Guard(Guard::WrongCode));
        }
        let (entered, _) = second::confirm_halfway(app, &owner, &door, &own).unwrap();
        let li = member(world, &entered.token).unwrap();
        assert!(second::own(&li).unwrap().since.is_some());
    });
}

#[test]
fn an_administrator_takes_no_account_over_unseen() {
    both(|world| {
        let id = account(world, "li", "operator");
        let sec_id = account(world, "sec", "security");
        account(world, "aud", "auditor");
        let session = come(world, "li").token;
        let li = member(world, &session).unwrap();
        let offer = second::begin(&li, &session, DEMO_PASSWORD).unwrap();
        second::confirm(&li, &session, &app_shows(&offer.secret, world.app.now().0)).unwrap();

        let sec = ctx(world, "sec");
        let link = accounts::link(&sec, id).unwrap();
        accounts::set_password(&world.app, &link, "taken over 2026", &at("", "", "203.0.113.9")).unwrap();
        assert!(member(world, &session).is_none(), "the owner is out, and notices");
        let taken = staff::enter(&world.app, &at("li", "taken over 2026", "203.0.113.9")).unwrap();
        assert!(matches!(taken, Entrance::Halfway { enrol: false, .. }), "the telephone is still asked for");
        assert_eq!(refused(accounts::reset_second_factor(&sec, sec_id)), Refusal::Guard(Guard::OwnPower));
        accounts::reset_second_factor(&sec, id).unwrap();
        assert_eq!(refused(accounts::reset_second_factor(&sec, id)), Refusal::NoChange);
        let back = entered(world, &at("li", "taken over 2026", "203.0.113.9"));
        assert!(back.news, "whoever comes in is shown what was done");

        let (rows, _) = changes::page(&ctx(world, "aud"), Some("account"), None).unwrap();
        let notes: Vec<&str> =
            rows.iter().filter(|row| row.subject == "li").map(|row| row.note.as_str()).collect();
        assert_eq!(notes, ["second-factor-reset", "password-set", "password-link", ""]);
        let query = duban_app::NoticeQuery {
            reach: duban_domain::policy::Reach::All,
            all: true,
            kind: Some(NoticeKind::Account),
            limit: 50,
            ..Default::default()
        };
        let told = duban_app::notice::ledger(&world.ctx("supervisor", "hotline"), &query).unwrap().entries;
        assert_eq!(told.len(), 3, "a link, a password, a reset: each told");
        let own = record::own(&member(world, &back.token).unwrap()).unwrap();
        for what in [Entry::Linked, Entry::Link, Entry::Reset] {
            assert!(own.iter().any(|line| line.what == what));
        }
    });
}
