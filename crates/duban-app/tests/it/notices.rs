//! Who is told what: owed with the event, sent apart from it, every attempt in the ledger.

use std::sync::Arc;

use duban_app::{
    AppError, NoticeQuery,
    case::{self, register::Intake},
    notice::{self, Entry, Gateways, StaffBox},
    staff::users::{self, Account},
};
use duban_domain::{
    Lang, Refusal,
    notice::{News, NoticeChannel, NoticeKind, NoticeState, StaffNews},
    person::{Mail, Person, Phone},
    request::{Privacy, Urgency},
};
use duban_testkit::{
    clock::MONDAY_NINE,
    gateway::{Does, Fake, gateways},
    world::{World, both},
};

use crate::life::{DAY, MINUTE, case as case_of, intake, on, reached, to_callback};

const PHONE: &str = "13900006021";
pub(crate) const MAIL: &str = "wang.test@example.cn";

fn mail(address: &str) -> Option<Mail> {
    Mail::parse(address).unwrap()
}

/// Somebody who left a telephone and a mail address.
pub(crate) fn said() -> Intake {
    Intake { person: Person { mail: mail(MAIL), ..intake().person }, ..intake() }
}

/// Gives a world two ways out.
pub(crate) fn outside(
    world: &mut World,
    sms: impl IntoIterator<Item = Does>,
    mail: impl IntoIterator<Item = Does>,
) -> (Arc<Fake>, Arc<Fake>) {
    let (sms, mail) = (Fake::that(sms), Fake::that(mail));
    world.app = world.app.clone().with_gateways(gateways(&sms, &mail));
    world.app.reached_at("https://12345.example.cn/");
    (sms, mail)
}

pub(crate) fn send(world: &World) {
    for channel in [NoticeChannel::Sms, NoticeChannel::Mail] {
        while notice::work(&world.app, channel).unwrap() > 0 {}
    }
}

fn ledger(world: &World, role: &str, unit: &str) -> Vec<Entry> {
    let query = NoticeQuery { limit: 200, ..NoticeQuery::default() };
    notice::ledger(&world.ctx(role, unit), &query).unwrap().entries
}

/// The ledger as text: channel, kind, state and reason, oldest first, without what staff see on the page.
pub(crate) fn lines(world: &World) -> String {
    let mut list = ledger(world, "supervisor", "hotline");
    list.retain(|entry| entry.channel != NoticeChannel::Page);
    list.reverse();
    let line = |e: &Entry| {
        format!("{} {} {} {}", e.kind.key(), e.channel.key(), e.state.key(), e.reason).trim().to_owned()
    };
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_resident_is_told_by_every_way_they_left_and_the_links_are_theirs() {
    both(|world| {
        let (sms, letters) = outside(world, [], []);
        let registered = case::register::by_resident(&world.app, &said()).unwrap();
        assert_eq!(
            lines(world),
            "receipt sms queued\nreceipt mail queued",
            "owed with the request, sent apart from it"
        );
        send(world);
        to_callback(world, &registered);
        send(world);
        let (text, letter) = (sms.last_to(PHONE).unwrap(), letters.last_to(MAIL).unwrap());
        assert!(
            text.text.contains(&registered.number.grouped()) && !text.text.contains("王女士"),
            "{}",
            text.text
        );
        assert!(letter.text.contains("灯头已经换好"), "the answer is in the mail: {}", letter.text);
        let link = format!("https://12345.example.cn/go/{}/", registered.number);
        let key = letter.text.split(&link).nth(1).unwrap().split('?').next().unwrap();
        assert!(notice::opens(&world.app, &registered.number, key));
        for entry in ledger(world, "supervisor", "hotline") {
            let said = entry.said.unwrap();
            assert!(!said.text.contains(key), "no colleague reads the key of somebody's page: {}", said.text);
        }
        let other = case::register::by_resident(&world.app, &said()).unwrap();
        assert!(!notice::opens(&world.app, &other.number, key), "a link opens its own request only");
        world.clock.pass_ms(190 * DAY);
        assert!(!notice::opens(&world.app, &registered.number, key), "and not for ever");
    });
}

#[test]
fn whoever_is_anonymous_or_wants_nothing_is_told_nothing() {
    both(|world| {
        let (sms, letters) = outside(world, [], []);
        let anonymous = Intake { privacy: Privacy::Anonymous, ..said() };
        let silent = Intake { person: Person { news: Some(News::None), ..said().person }, ..said() };
        for said in [anonymous, silent] {
            let registered = case::register::by_resident(&world.app, &said).unwrap();
            to_callback(world, &registered);
            case::callback::call(&world.ctx("caller", "hotline"), &on(&registered.number), &reached(true))
                .unwrap();
        }
        send(world);
        assert_eq!((sms.taken().len(), letters.taken().len()), (0, 0));
        assert_eq!(lines(world), "");
    });
}

#[test]
fn the_way_that_somebody_chose_is_the_way_they_are_told_and_in_their_language() {
    both(|world| {
        let (sms, letters) = outside(world, [], []);
        for (news, want) in [(News::Sms, (1, 0)), (News::Mail, (1, 1)), (News::Both, (2, 2))] {
            let person = Person { news: Some(news), lang: Lang::En, ..said().person };
            case::register::by_resident(&world.app, &Intake { person, ..said() }).unwrap();
            send(world);
            assert_eq!((sms.taken().len(), letters.taken().len()), want);
        }
        assert!(letters.taken()[0].text.starts_with("Hello"), "{}", letters.taken()[0].text);
        let landline = Person { phone: Phone::parse("0731-28835396").unwrap(), mail: None, ..said().person };
        case::register::by_resident(&world.app, &Intake { person: landline, ..said() }).unwrap();
        send(world);
        assert_eq!(sms.taken().len(), 2, "a landline takes no short messages");
    });
}

#[test]
fn one_that_fails_stands_in_nobodys_way_and_is_sent_again_by_hand() {
    both(|world| {
        let no = format!("550 5.1.1 <{MAIL}> user unknown");
        let (sms, letters) = outside(
            world,
            [Does::Fails("connection refused")],
            [Does::Takes, Does::Refuses(Box::leak(no.into_boxed_str()))],
        );
        for who in ["a.test@example.cn", MAIL, "c.test@example.cn"] {
            let person = Person { mail: mail(who), phone: None, ..said().person };
            case::register::by_resident(&world.app, &Intake { person, ..said() }).unwrap();
        }
        case::register::by_resident(&world.app, &intake()).unwrap();
        send(world);
        let to: Vec<_> = letters.taken().into_iter().map(|letter| letter.to).collect();
        assert_eq!(to, ["a.test@example.cn", "c.test@example.cn"]);
        assert_eq!(
            lines(world),
            "receipt mail sent\nreceipt mail failed 550 5.1.1 <…> user unknown\nreceipt mail sent\nreceipt sms queued connection refused",
            "the ledger says why, and not to whom"
        );
        let failed = ledger(world, "supervisor", "hotline")
            .into_iter()
            .find(|e| e.state == NoticeState::Failed)
            .unwrap();
        assert_eq!(failed.to, "w***@example.cn");
        notice::resend(&world.ctx("supervisor", "hotline"), failed.id).unwrap();
        send(world);
        assert!(letters.last_to(MAIL).is_some());
        let (entry, log) = notice::one(&world.ctx("supervisor", "hotline"), failed.id).unwrap();
        assert_eq!(entry.state, NoticeState::Sent);
        let log: Vec<_> = log.iter().map(|line| line.state.key()).collect();
        assert_eq!(log, ["queued", "failed", "queued", "sent"]);
        assert!(sms.taken().is_empty(), "not before its time");
        world.clock.pass_ms(2 * MINUTE);
        send(world);
        assert_eq!(sms.taken().len(), 1, "what failed for now is tried again");
    });
}

#[test]
fn what_fails_again_and_again_is_given_up_and_said_so() {
    both(|world| {
        let (sms, _) = outside(world, std::iter::repeat_n(Does::Fails("no route"), 6), []);
        case::register::by_resident(&world.app, &intake()).unwrap();
        for _ in 0..9 {
            send(world);
            world.clock.pass_ms(DAY / 4);
        }
        assert_eq!(lines(world), "receipt sms failed no route");
        assert!(sms.taken().is_empty());
    });
}

#[test]
fn a_lost_reply_repeats_the_message_under_the_same_key() {
    both(|world| {
        let (sms, _) = outside(world, [Does::Loses], []);
        case::register::by_resident(&world.app, &intake()).unwrap();
        send(world);
        world.clock.pass_ms(2 * MINUTE);
        send(world);
        let taken = sms.taken();
        assert!(taken.len() == 2 && taken[0].key == taken[1].key, "the other side can tell a repeat");
    });
}

#[test]
fn without_a_gateway_it_waits_and_says_so_and_goes_out_once_there_is_one() {
    both(|world| {
        case::register::by_resident(&world.app, &intake()).unwrap();
        assert!(lines(world).starts_with("receipt sms held 还没有设置这个渠道的网关"), "{}", lines(world));
        world.clock.pass_ms(2 * DAY);
        case::register::by_resident(&world.app, &intake()).unwrap();
        let (sms, _) = outside(world, [], []);
        assert_eq!(notice::release(&world.app).unwrap(), 1, "an old receipt would only puzzle");
        send(world);
        assert_eq!(sms.taken().len(), 1);
    });
}

#[test]
fn at_night_only_what_cannot_wait() {
    both(|world| {
        let (sms, letters) = outside(world, [], []);
        handler(world, "li", "li.test@example.cn", None);
        world.clock.set(MONDAY_NINE.plus_ms(14 * 3_600_000)); // 23:00
        let mut held = said();
        held.wish.hold = true;
        let registered = case::register::by_resident(&world.app, &held).unwrap();
        send(world);
        assert_eq!((sms.taken().len(), letters.taken().len()), (1, 1), "a receipt comes at once");
        dispatch(world, &registered.number);
        send(world);
        assert_eq!(letters.taken().len(), 1, "progress and the unit's mail wait for the morning");
        let mut urgent = held.clone();
        urgent.wish.urgency = Some(Urgency::Critical);
        let urgent = case::register::by_resident(&world.app, &urgent).unwrap();
        dispatch(world, &urgent.number);
        send(world);
        assert!(letters.last_to("li.test@example.cn").is_some(), "the unit must know of danger at night");
        world.clock.pass_ms(9 * 3_600_000);
        send(world);
        assert_eq!(letters.taken().len(), 6);
    });
}

fn dispatch(world: &World, number: &duban_domain::Number) {
    let order = case::dispatch::Order {
        unit: "urban".into(),
        assisting: Vec::new(),
        reason: "归它管".into(),
        designated: false,
    };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(number), &order).unwrap();
}

fn handler(world: &World, login: &str, address: &str, news: Option<StaffNews>) -> duban_domain::StaffId {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: "urban".into(),
        role: "handler".into(),
        password: "a password".into(),
    };
    let id = users::put(&world.app, &account).unwrap();
    notice::set_mail(&world.app, id, &StaffBox { mail: mail(address), news, digest: None }).unwrap();
    id
}

#[test]
fn every_setting_of_the_administrator_times_both_events() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let id = handler(world, "li", "li.test@example.cn", None);
        let admin = world.ctx("administrator", "hotline");
        let mut held = intake();
        held.wish.hold = true;
        let mut table = String::new();
        for rule in StaffNews::ALL {
            notice::set_city_rule(&admin, *rule).unwrap();
            let before = letters.taken().len();
            let registered = case::register::by_resident(&world.app, &held).unwrap();
            dispatch(world, &registered.number);
            send(world);
            let unit = letters.taken().len() - before;
            let case = case_of(world, &registered.number);
            let person = notice::Notice {
                kind: NoticeKind::Designated,
                to: notice::To::Staff(id),
                case: Some(&case),
                values: Default::default(),
            };
            world.app.store.write(|tx| notice::owe(&world.app, tx, &person, world.app.now())).unwrap();
            send(world);
            table +=
                &format!("{} unit {unit} person {}\n", rule.key(), letters.taken().len() - before - unit);
        }
        assert_eq!(
            table,
            "unit unit 1 person 0\nperson unit 0 person 1\nboth unit 1 person 1\nnone unit 0 person 0\n"
        );
        let link = &letters.taken()[0].text;
        assert!(link.contains("https://12345.example.cn/desk/cases/"), "{link}");
        assert!(notice::set_city_rule(&world.ctx("handler", "urban"), StaffNews::Unit).is_err());
    });
}

#[test]
fn a_dead_mail_server_takes_nothing_from_the_page() {
    both(|world| {
        let dead = std::iter::repeat_n(Does::Fails("connection refused"), 20);
        let _ = outside(world, [], dead);
        handler(world, "li", "li.test@example.cn", None);
        let registered = case::register::by_resident(&world.app, &intake()).unwrap();
        to_callback(world, &registered);
        send(world);
        let unit = case_of(world, &registered.number).unit().unwrap().to_owned();
        let list = ledger(world, "handler", &unit);
        let page: Vec<_> = list.iter().filter(|e| e.channel == NoticeChannel::Page).collect();
        assert!(page.iter().any(|e| e.kind == NoticeKind::Assigned && e.state == NoticeState::Sent));
    });
}

#[test]
fn the_ledger_shows_each_what_they_may_see() {
    both(|world| {
        let _ = outside(world, [], []);
        let hidden = Intake { privacy: Privacy::Confidential, ..said() };
        let registered = case::register::by_resident(&world.app, &hidden).unwrap();
        to_callback(world, &registered);
        let unit = case_of(world, &registered.number).unit().unwrap().to_owned();
        let mine = ledger(world, "handler", &unit);
        assert!(mine.iter().any(|e| e.to == "身份保密") && !mine.iter().any(|e| e.to.contains("6021")));
        assert!(ledger(world, "supervisor", "hotline").iter().any(|e| e.to == "139 **** 6021"));
        assert!(ledger(world, "handler", "gas").is_empty(), "what is outside one's reach is not there");
        let keeper = ledger(world, "administrator", "hotline");
        assert!(!keeper.is_empty() && keeper.iter().all(|e| e.said.is_none() && e.number.is_none()));
        let id = mine[0].id;
        for wrong in [
            notice::one(&world.ctx("handler", "gas"), id).err(),
            notice::resend(&world.ctx("handler", "gas"), id).err(),
        ] {
            assert!(matches!(wrong, Some(AppError::Refused(Refusal::NotFound))));
        }
        let row = world.app.store.read(|tx| tx.notice(id)).unwrap().unwrap();
        for sealed in [&row.address, &row.body] {
            let text = String::from_utf8_lossy(sealed);
            assert!(!text.contains("6021") && !text.contains(MAIL) && !text.contains("路灯"));
        }
    });
}

#[test]
fn one_address_is_not_flooded() {
    both(|world| {
        let (sms, _) = outside(world, [], []);
        for _ in 0..45 {
            case::register::by_resident(&world.app, &intake()).unwrap();
        }
        send(world);
        assert_eq!(sms.taken().len(), 40);
        assert!(lines(world).contains("receipt sms held 一天内"));
    });
}

#[test]
fn a_city_without_ways_out_or_texts_works_all_the_same() {
    both(|world| {
        let mut city = (*world.app.city).clone();
        city.notices.texts.clear();
        world.app.city = Arc::new(city);
        world.app = world.app.clone().with_gateways(Gateways::default());
        let registered = case::register::by_resident(&world.app, &said()).unwrap();
        to_callback(world, &registered);
        assert!(ledger(world, "supervisor", "hotline").is_empty());
    });
}

#[test]
fn a_text_written_in_the_browser_holds_for_the_next_notice_and_its_changes_stay() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let editor = world.ctx("editor", "hotline");
        let (before, none) = notice::text(&editor, NoticeKind::Receipt).unwrap();
        assert!(before.own.is_none() && none.is_empty());
        let mut text = before.now.unwrap();
        text.mail.as_mut().unwrap().zh = "老乡：{number} 收到了。<b>{title}</b>".into();
        notice::put_text(&editor, NoticeKind::Receipt, &text, 0).unwrap();
        notice::put_text(&editor, NoticeKind::Receipt, &text, 0).unwrap();
        let registered = case::register::by_resident(&world.app, &said()).unwrap();
        send(world);
        let letter = letters.last_to(MAIL).unwrap();
        assert!(
            letter.text.starts_with(&format!("老乡：{}", registered.number.grouped())),
            "{}",
            letter.text
        );
        assert!(letter.html.contains("&lt;b&gt;") && letter.html.starts_with("<p>老乡："), "{}", letter.html);
        notice::restore_text(&editor, NoticeKind::Receipt, 1).unwrap();
        case::register::by_resident(&world.app, &said()).unwrap();
        send(world);
        assert!(letters.last_to(MAIL).unwrap().text.starts_with("您好"));
        let (now, changes) = notice::text(&editor, NoticeKind::Receipt).unwrap();
        assert!(now.own.is_none());
        let line = |c: &notice::Change| (c.by.clone(), c.before.is_some(), c.after.is_some());
        let changes: Vec<_> = changes.iter().map(line).collect();
        assert_eq!(changes, [("测试·editor".into(), true, false), ("测试·editor".into(), false, true)]);
    });
}

#[test]
fn the_texts_of_the_city_are_changed_by_the_hotline_only_and_never_with_a_fault() {
    let world = World::sqlite();
    let pack = world.city().notices.texts[&NoticeKind::Question].clone();
    for (role, unit) in [("editor", "urban"), ("handler", "hotline"), ("administrator", "hotline")] {
        let ctx = world.ctx(role, unit);
        assert!(notice::put_text(&ctx, NoticeKind::Question, &pack, 0).is_err(), "{role} of {unit}");
        assert!(notice::texts(&ctx).is_err());
    }
    let wrong = |change: fn(&mut duban_domain::notice::NoticeText)| {
        let mut text = pack.clone();
        change(&mut text);
        assert!(notice::put_text(&world.ctx("editor", "hotline"), NoticeKind::Question, &text, 0).is_err());
        let faults = notice::faults(NoticeKind::Question, &text);
        faults.iter().map(|f| format!("{} {}", f.field, f.words.en)).collect::<Vec<_>>().join("\n")
    };
    let usable = "These can be used here: {city}, {hotline}, {home}, {number}, {title}, {place}, {kind}, {stage}, {unit}, {due}, {link}, {question}.";
    assert_eq!(
        wrong(|t| t.mail.as_mut().unwrap().zh = "{cod}".into()),
        format!("mail there is no variable {{cod}}. {usable}")
    );
    assert_eq!(
        wrong(|t| t.sms.as_mut().unwrap().en = "Hello".into()),
        format!("sms_en without {{question}} this notice is of no use. {usable}")
    );
    assert!(wrong(|t| t.subject.en.clear()).starts_with("subject_en Both languages are needed"));
    assert!(wrong(|t| (t.mail, t.sms) = (None, None)).starts_with("mail Write the mail"));
    assert!(
        wrong(|t| t.sms.as_mut().unwrap().zh = format!("{{question}}{{link}}{}", "长".repeat(300)))
            .contains("at most 300")
    );
    for kind in NoticeKind::ALL {
        let text = &world.city().notices.texts[kind];
        assert_eq!(notice::faults(*kind, text), [], "{}", kind.key());
        for lang in [Lang::Zh, Lang::En] {
            let said = notice::preview(&world.app, *kind, text, NoticeChannel::Mail, lang).unwrap();
            assert!(!said.text.contains('{') && !said.html.contains("<三盏>"), "{}", said.html);
        }
    }
}

#[test]
fn what_is_given_to_somebody_in_person_and_what_is_nearly_due_is_told() {
    both(|world| {
        let (_, letters) = outside(world, [], []);
        let id = handler(world, "li", "li.test@example.cn", None);
        let mut held = intake();
        held.wish.hold = true;
        let registered = case::register::by_resident(&world.app, &held).unwrap();
        dispatch(world, &registered.number);
        let handler = world.ctx("handler", "urban");
        case::sign::sign(&handler, &on(&registered.number)).unwrap();
        case::assign::assign(&handler, &on(&registered.number), Some(id), "您熟悉那里").unwrap();
        send(world);
        let subjects = || letters.taken().into_iter().map(|l| l.subject).collect::<Vec<_>>();
        assert!(subjects().iter().any(|s| s.starts_with("指派给您")), "{:?}", subjects());
        let due = case_of(world, &registered.number).finish.due;
        let soon = i64::from(world.city().settings.soon_minutes) * MINUTE;
        world.clock.set(due.plus_ms(-soon - MINUTE));
        let work = |world: &World| while duban_app::jobs::work(&world.app).unwrap() > 0 {};
        work(world);
        assert!(!subjects().iter().any(|s| s.starts_with("即将到期")), "not yet");
        world.clock.set(due.plus_ms(-soon));
        work(world);
        send(world);
        let told = subjects().iter().filter(|s| s.starts_with("即将到期")).count();
        assert_eq!(told, 1, "{:?}", subjects());
        work(world);
        send(world);
        assert_eq!(subjects().iter().filter(|s| s.starts_with("即将到期")).count(), 1, "once");
    });
}
