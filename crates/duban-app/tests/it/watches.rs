//! Mail about an area: who is mailed what, when, and how it ends.

use std::sync::Arc;

use duban_app::{
    App, AppError, NoticeQuery,
    case::{self, register::Registered},
    notice,
    resident::speak,
    watch::{self, Confirmed, Wanted},
};
use duban_domain::{
    Lang, Refusal,
    case::{Consent, Ruling},
    notice::{NoticeKind, NoticeState},
    person::Mail,
    place::Point,
    request::Place,
    watch::{Area, Pace},
};
use duban_testkit::{
    clock::MONDAY_NINE,
    gateway::{Does, Fake},
    world::{World, both},
};

use crate::{
    life::{DAY, MINUTE, on},
    notices::{outside, send},
    public::{person, rule, said},
};

const HOUR: i64 = 60 * MINUTE;
const READER: &str = "reader.test@example.cn";

fn around(metres: u32) -> Area {
    Area { around: Some((Point::from_degrees(113.137, 27.832).unwrap(), metres)), ..Area::default() }
}

fn wanted(mail: &str, area: Area, pace: Pace) -> Wanted {
    Wanted { mail: Mail::parse(mail).unwrap().unwrap(), area, pace, lang: Lang::Zh }
}

/// The part of an address in the newest mail to somebody that follows these words.
fn key(letters: &Arc<Fake>, to: &str, after: &str) -> String {
    let text = letters.last_to(to).unwrap().text;
    let key = text.split(after).nth(1).unwrap_or_else(|| panic!("{after} in {text}"));
    key.split_whitespace().next().unwrap().to_owned()
}

/// Asks for an area and confirms it; the key of the page of the address.
fn watching(world: &World, letters: &Arc<Fake>, mail: &str, area: Area, pace: Pace) -> String {
    watch::ask(&world.app, &wanted(mail, area, pace)).unwrap();
    send(world);
    let came = watch::confirm(&world.app, &key(letters, mail, "/alerts/confirm/")).unwrap();
    // What comes afterwards is news.
    world.clock.pass_ms(1);
    match came {
        Confirmed::Done(mine) => mine,
        Confirmed::TooMany(_) => panic!("too many"),
    }
}

fn told(world: &World, letters: &Arc<Fake>) -> Vec<String> {
    while watch::work(&world.app).unwrap() > 0 {}
    send(world);
    letters
        .taken()
        .into_iter()
        .filter(|letter| letter.unsubscribe.is_some())
        .map(|letter| letter.text)
        .collect()
}

fn take_in(world: &World) -> Registered {
    case::register::by_resident(&world.app, &said(Some(Consent::Facts))).unwrap()
}

#[test]
fn nothing_is_mailed_before_the_owner_of_the_mailbox_says_so_and_then_only_what_is_public() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        watch::ask(&world.app, &wanted(READER, around(500), Pace::Soon)).unwrap();
        send(world);
        let before = take_in(world);
        world.clock.pass_ms(2 * MINUTE);
        assert!(told(world, &letters).is_empty(), "nobody has confirmed");
        let token = key(&letters, READER, "/alerts/confirm/");
        assert!(!watch::asked(&world.app, &token).unwrap().done, "to look at the page confirms nothing");
        assert!(matches!(watch::confirm(&world.app, &token).unwrap(), Confirmed::Done(_)));
        assert!(matches!(watch::confirm(&world.app, &token).unwrap(), Confirmed::Done(_)), "twice is once");
        world.clock.pass_ms(1);
        let after = take_in(world);
        let gone = take_in(world);
        let far = duban_app::case::register::Intake {
            place: Place { point: Point::from_degrees(113.2, 27.9), ..Place::default() },
            ..said(Some(Consent::Facts))
        };
        let far = case::register::by_resident(&world.app, &far).unwrap();
        let hidden = case::register::by_resident(&world.app, &said(Some(Consent::Nothing))).unwrap();
        let ruled = take_in(world);
        speak::withdraw(&world.app, &person(world, &gone.number), &gone.number, "写错了", None).unwrap();
        rule(world, &ruled.number, Ruling::Hidden, "").unwrap();
        assert!(told(world, &letters).is_empty(), "what has just come is looked at in the next round");
        world.clock.pass_ms(2 * MINUTE);
        let told_now = told(world, &letters);
        let [mail] = told_now.as_slice() else { panic!("{told_now:?}") };
        assert!(mail.contains(&format!("/requests/{}", after.number.digits())), "{mail}");
        for not in [&before, &gone, &ruled, &far, &hidden] {
            assert!(!mail.contains(not.number.digits()), "{mail}");
        }
        for secret in ["门口的路灯", "13900006021", "王女士", "纺织路88号"] {
            assert!(!mail.contains(secret), "{mail}");
        }
        case::note::note(&world.ctx("operator", "hotline"), &on(&after.number), "记一笔").unwrap();
        world.clock.pass_ms(2 * HOUR);
        assert_eq!(
            told(world, &letters).len(),
            1,
            "what was told is not told again when something happens to it"
        );
        let letter = letters.last_to(READER).unwrap();
        let link = letter.unsubscribe.unwrap();
        assert!(letter.text.contains(&link) && letter.html.contains(&format!("href=\"{link}\"")));
        let ctx = world.ctx("supervisor", "hotline");
        let query = NoticeQuery { kind: Some(NoticeKind::Area), ..NoticeQuery::default() };
        let ledger = notice::ledger(&ctx, &query).unwrap().entries;
        assert_eq!(
            (ledger[0].state, ledger[0].said.clone()),
            (NoticeState::Sent, None),
            "no colleague reads it"
        );
    });
}

#[test]
fn the_day_is_one_mail_at_its_hour_and_the_night_is_one_mail_in_the_morning() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let district = Area { division: Some("430203".into()), ..Area::default() };
        watching(world, &letters, "daily.test@example.cn", district.clone(), Pace::Daily);
        watching(world, &letters, READER, district, Pace::Soon);
        let to =
            |mail: &str| letters.taken().iter().filter(|l| l.to == mail && l.unsubscribe.is_some()).count();
        let both_told = |world: &World| {
            told(world, &letters);
            (to("daily.test@example.cn"), to(READER))
        };
        for hour in 1..=3 {
            take_in(world);
            world.clock.set(MONDAY_NINE.plus_ms(hour * HOUR + 2 * MINUTE));
            let want = usize::try_from(hour).unwrap();
            assert_eq!(both_told(world), (0, want), "as it comes, each hour");
        }
        world.clock.set(MONDAY_NINE.plus_ms(9 * HOUR));
        assert_eq!(both_told(world), (1, 3), "at six");
        let daily = letters.last_to("daily.test@example.cn").unwrap();
        assert!(daily.subject.contains("3 件"), "{}", daily.subject);
        for hour in [13, 14, 20] {
            world.clock.set(MONDAY_NINE.plus_ms(hour * HOUR));
            take_in(world);
            world.clock.pass_ms(2 * MINUTE);
            assert_eq!(both_told(world), (1, 3), "nobody is disturbed at hour {hour}");
        }
        world.clock.set(MONDAY_NINE.plus_ms(23 * HOUR));
        assert_eq!(both_told(world), (1, 4));
        assert!(letters.last_to(READER).unwrap().subject.contains("3 件"), "one mail in the morning");
        world.clock.set(MONDAY_NINE.plus_ms(33 * HOUR));
        assert_eq!(both_told(world), (2, 4), "a day later at six");
        world.clock.set(MONDAY_NINE.plus_ms(57 * HOUR));
        assert_eq!(both_told(world), (2, 4), "where nothing is new, nothing is mailed");
    });
}

#[test]
fn two_areas_of_one_address_make_one_mail_and_then_a_pause() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let street = Area { division: Some("430203001".into()), ..Area::default() };
        watching(world, &letters, READER, around(500), Pace::Soon);
        let mine = watching(world, &letters, READER, street.clone(), Pace::Soon);
        watching(world, &letters, READER, street, Pace::Soon);
        let watches = watch::mine(&world.app, &mine).unwrap().watches;
        assert_eq!(watches.len(), 2, "the same area once more is the same");
        let first = take_in(world);
        world.clock.pass_ms(2 * MINUTE);
        let mails = told(world, &letters);
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].matches(first.number.digits()).count(), 1, "{}", mails[0]);
        take_in(world);
        world.clock.pass_ms(30 * MINUTE);
        assert_eq!(told(world, &letters).len(), 1, "not twice within the hour");
        world.clock.pass_ms(30 * MINUTE);
        assert_eq!(told(world, &letters).len(), 2);
        watch::set_pace(&world.app, &mine, watches[0].0, Pace::Daily).unwrap();
        watch::end(&world.app, &mine, watches[1].0).unwrap();
        let left = watch::mine(&world.app, &mine).unwrap().watches;
        assert_eq!(
            left.iter().map(|(id, _, pace)| (*id, *pace)).collect::<Vec<_>>(),
            [(watches[0].0, Pace::Daily)]
        );
    });
}

#[test]
fn a_form_never_tells_whether_an_address_is_known_and_cannot_flood_it() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let mine = watching(world, &letters, READER, around(300), Pace::Soon);
        let to = || letters.taken().iter().filter(|letter| letter.to == READER).count();
        for metres in [300, 300, 500, 1_000, 2_000, 5_000] {
            watch::ask(&world.app, &wanted(READER, around(metres), Pace::Soon)).unwrap();
            send(world);
        }
        assert_eq!(to(), 3, "three a day, whoever fills in the form, and a form sent twice counts once");
        world.clock.pass_ms(DAY + MINUTE);
        let named = Area { place: "快来买 http://example.net".into(), ..around(2_000) };
        watch::ask(&world.app, &wanted(READER, named, Pace::Soon)).unwrap();
        send(world);
        let text = letters.last_to(READER).unwrap().text;
        assert!(
            to() == 4 && !text.contains("example.net"),
            "no stranger writes words into this mail: {text}"
        );
        assert_eq!(
            watch::mine(&world.app, &mine).unwrap().watches.len(),
            1,
            "nothing holds that nobody confirmed"
        );
    });
}

#[test]
fn one_click_ends_everything_and_no_other_key_does() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let mine = watching(world, &letters, READER, around(500), Pace::Soon);
        let other = watching(world, &letters, "other.test@example.cn", around(500), Pace::Soon);
        let id = watch::mine(&world.app, &mine).unwrap().watches[0].0;
        let refused = |came: Result<(), AppError>| {
            assert!(matches!(came, Err(AppError::Refused(Refusal::NotFound))), "{came:?}");
        };
        let (named, _) = mine.split_once('-').unwrap();
        let sign = other.split_once('-').unwrap().1;
        refused(watch::end_all(&world.app, &format!("{named}-{sign}")));
        refused(watch::end(&world.app, &other, id));
        refused(watch::end_all(&world.app, "0-0"));
        let token = key(&letters, READER, "/alerts/confirm/");
        let later = token.replacen(token.split('-').nth(1).unwrap(), "7fffffffffff", 1);
        assert!(watch::confirm(&world.app, &later).is_err(), "nobody makes a link last longer");
        watch::end_all(&world.app, &mine).unwrap();
        watch::end_all(&world.app, &mine).unwrap();
        assert!(watch::mine(&world.app, &mine).unwrap().watches.is_empty());
        assert!(watch::confirm(&world.app, &token).is_err(), "an old link begins nothing anew");
        take_in(world);
        world.clock.pass_ms(2 * MINUTE);
        told(world, &letters);
        let area = |to: &str| letters.taken().iter().any(|l| l.to == to && l.unsubscribe.is_some());
        assert!(!area(READER) && area("other.test@example.cn"));
    });
}

#[test]
fn an_address_that_never_confirmed_is_erased_with_the_mail_that_asked_it() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        watch::ask(&world.app, &wanted(READER, around(500), Pace::Soon)).unwrap();
        send(world);
        watch::ask(&world.app, &wanted("late.test@example.cn", around(500), Pace::Soon)).unwrap();
        let token = key(&letters, READER, "/alerts/confirm/");
        let ctx = world.ctx("supervisor", "hotline");
        let query = NoticeQuery { kind: Some(NoticeKind::Confirm), ..NoticeQuery::default() };
        let to = || -> Vec<(String, NoticeState)> {
            let entries = notice::ledger(&ctx, &query).unwrap().entries;
            entries.into_iter().map(|entry| (entry.to, entry.state)).collect()
        };
        let kept =
            [("l***@example.cn".into(), NoticeState::Queued), ("r***@example.cn".into(), NoticeState::Sent)];
        assert_eq!(to(), kept);
        world.clock.pass_ms(3 * DAY - HOUR);
        while watch::work(&world.app).unwrap() > 0 {}
        assert_eq!(to(), kept, "not before its time");
        world.clock.pass_ms(2 * HOUR);
        while watch::work(&world.app).unwrap() > 0 {}
        assert_eq!(to(), [(String::new(), NoticeState::Cancelled), (String::new(), NoticeState::Sent)]);
        let first = notice::ledger(&ctx, &query).unwrap().entries[0].id;
        assert!(notice::resend(&ctx, first).is_err(), "there is no address any more");
        assert!(watch::confirm(&world.app, &token).is_err());
        send(world);
        assert!(letters.last_to("late.test@example.cn").is_none());
    });
}

#[test]
fn whoever_changes_the_pace_while_mails_are_put_together_is_not_told_twice() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let mine = watching(world, &letters, READER, around(500), Pace::Soon);
        let id = watch::mine(&world.app, &mine).unwrap().watches[0].0;
        take_in(world);
        world.clock.pass_ms(2 * MINUTE);
        let now = world.app.now();
        let (begun, wait_begun) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let store = &world.app.store;
            // As the round does, on another server.
            scope.spawn(move || {
                store.write(|tx| {
                    for mut row in tx.due_watches(now, now, 9)? {
                        row.seen_at = now;
                        tx.put_watch(&row)?;
                    }
                    begun.send(()).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(500));
                    Ok::<_, AppError>(())
                })
            });
            wait_begun.recv().unwrap();
            watch::set_pace(&world.app, &mine, id, Pace::Daily).unwrap();
        });
        world.clock.set(MONDAY_NINE.plus_ms(10 * HOUR));
        assert!(told(world, &letters).is_empty(), "that matter is in the first mail");
    });
}

#[test]
fn whoever_confirms_two_at_once_gets_no_more_than_the_city_allows() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let mut mine = String::new();
        for metres in [300, 500, 1_000, 2_000] {
            mine = watching(world, &letters, READER, around(metres), Pace::Soon);
            world.clock.pass_ms(DAY);
        }
        let tokens = [5_000, 3_000].map(|metres| {
            watch::ask(&world.app, &wanted(READER, around(metres), Pace::Soon)).unwrap();
            send(world);
            key(&letters, READER, "/alerts/confirm/")
        });
        let start = std::sync::Barrier::new(tokens.len());
        std::thread::scope(|scope| {
            for token in &tokens {
                scope.spawn(|| {
                    start.wait();
                    watch::confirm(&world.app, token).unwrap()
                });
            }
        });
        assert_eq!(watch::mine(&world.app, &mine).unwrap().watches.len(), 5);
    });
}

#[test]
fn a_mailbox_that_is_not_there_is_mailed_no_more_and_a_full_one_is() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let other = "other.test@example.cn";
        watching(world, &letters, READER, around(500), Pace::Soon);
        watching(world, &letters, other, around(500), Pace::Soon);
        let told_to =
            |to: &str| letters.taken().iter().filter(|l| l.to == to && l.unsubscribe.is_some()).count();
        let news = |world: &World| {
            take_in(world);
            world.clock.pass_ms(2 * HOUR);
            told(world, &letters);
            (told_to(READER), told_to(other))
        };
        let reports = std::cell::Cell::new(0);
        let report = |action: &str, status: &str| {
            reports.set(reports.get() + 1);
            let key = letters.last_to(READER).unwrap().key;
            let text = crate::letters::REPORT.replace("ACTION", action).replace("5.2.2", status);
            let text = text.replace("b1@", &format!("w{}@", reports.get())).replace("KEY", &key);
            duban_app::letter::take_in(&world.app, text.replace('\n', "\r\n").as_bytes()).unwrap();
        };
        assert_eq!(news(world), (1, 1));
        for (action, status) in
            [("failed", "5.2.2"), ("failed", "4.4.7"), ("delayed", "5.1.1"), ("failed", "5.7.1")]
        {
            report(action, status);
        }
        assert_eq!(news(world), (2, 2), "a mailbox that is full today is not tomorrow");
        report("failed", "5.1.1");
        assert_eq!(news(world), (2, 3), "there is no such mailbox: only the other one is mailed");
        let ctx = world.ctx("supervisor", "hotline");
        let query = NoticeQuery { kind: Some(NoticeKind::Area), ..NoticeQuery::default() };
        let entries = notice::ledger(&ctx, &query).unwrap().entries;
        let ended: Vec<_> = entries.iter().filter(|entry| entry.reason.contains("没有这个邮箱")).collect();
        let [ended] = ended.as_slice() else { panic!("{entries:?}") };
        let log = notice::one(&ctx, ended.id).unwrap().1;
        let words: Vec<_> = log.iter().map(|line| line.words.as_str()).collect();
        assert!(
            words.iter().any(|w| w.contains("5.1.1")) && words.iter().any(|w| w.contains("已经停了")),
            "{words:?}"
        );
        // Whoever asks again may: the mailbox may be there again.
        watching(world, &letters, READER, around(500), Pace::Soon);
        assert_eq!(news(world), (3, 4));
    });
}

#[test]
fn a_server_that_knows_no_such_mailbox_ends_the_watch_at_once() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let mine = watching(world, &letters, READER, around(500), Pace::Soon);
        for (says, left) in [("554 5.7.1 not liked", 1), ("550 5.1.1 no such user", 0)] {
            let (_, letters) = outside(world, [], [Does::Refuses(says)]);
            take_in(world);
            world.clock.pass_ms(2 * HOUR);
            told(world, &letters);
            assert_eq!(watch::mine(&world.app, &mine).unwrap().watches.len(), left, "{says}");
        }
    });
}

/// Two servers put mails together while people change how often they are mailed, from both ends.
fn all_at_once(app: &App, mine: &[String]) {
    let start = std::sync::Barrier::new(4);
    let start = &start;
    std::thread::scope(|scope| {
        let servers = [(); 2].map(|()| {
            scope.spawn(move || {
                start.wait();
                while watch::work(app)? > 0 {}
                Ok::<_, AppError>(())
            })
        });
        let people = [false, true].map(|back| {
            let mut order: Vec<&String> = mine.iter().collect();
            if back {
                order.reverse();
            }
            scope.spawn(move || {
                start.wait();
                for token in order {
                    for (id, ..) in watch::mine(app, token)?.watches {
                        watch::set_pace(app, token, id, if back { Pace::Daily } else { Pace::Soon })?;
                    }
                }
                Ok::<_, AppError>(())
            })
        });
        for hand in servers.into_iter().chain(people) {
            hand.join().unwrap().unwrap();
        }
    });
}

/// Two servers put mails together at once, while people confirm, change and end what they watch: nobody waits for
/// somebody who waits for them, and each matter is told once.
#[test]
fn two_servers_that_put_mails_together_at_once_stand_in_nobodys_way() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let addresses: Vec<String> = (0..12).map(|nth| format!("r{nth}.test@example.cn")).collect();
        let mine: Vec<String> = addresses
            .iter()
            .map(|mail| {
                watching(world, &letters, mail, around(500), Pace::Soon);
                // Elsewhere: what lies in two areas of different paces is news of both.
                let far = Area {
                    around: Some((Point::from_degrees(113.2, 27.9).unwrap(), 300)),
                    ..Area::default()
                };
                watching(world, &letters, mail, far, Pace::Soon)
            })
            .collect();
        let rounds = 6;
        for _ in 0..rounds {
            take_in(world);
            world.clock.pass_ms(2 * HOUR);
            all_at_once(&world.app, &mine);
            for token in &mine {
                for (id, ..) in watch::mine(&world.app, token).unwrap().watches {
                    watch::set_pace(&world.app, token, id, Pace::Soon).unwrap();
                }
            }
        }
        told(world, &letters);
        for mail in &addresses {
            let texts: Vec<String> = letters
                .taken()
                .into_iter()
                .filter(|letter| letter.to == *mail && letter.unsubscribe.is_some())
                .map(|letter| letter.text)
                .collect();
            let told: usize = texts.iter().map(|text| text.matches("/requests/").count()).sum();
            assert!(told <= rounds, "{mail} was told {told} of {rounds}: {texts:?}");
        }
    });
}
