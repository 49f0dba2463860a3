//! Webhooks: owed with the event, sent apart from it, once and in order, and only of what lies within reach.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use duban_app::{
    AppError, Ctx, DeliveryRow,
    case::{self, register::Intake},
    jobs,
    remote::Push,
    webhook::{self, Wanted, log},
};
use duban_domain::{
    Number, Refusal, WebhookId,
    case::{Case, Wish},
    policy::{Action, Guard},
    webhook::{DeliveryState, WebhookKind, secret_bytes, sign},
};
use duban_testkit::{
    receiver::{Answers, Receiver, Way, header},
    world::{World, both},
};
use serde_json::Value;

use crate::life::{DAY, MINUTE, case as case_of, intake, on, to_callback};

pub(crate) const URL: &str = "https://hooks.example.cn/duban";

/// Gives a world a way to receivers.
pub(crate) fn outside(world: &mut World) -> Arc<Receiver> {
    let receiver = Arc::new(Receiver::default());
    world.app.wire = Arc::new(Way(receiver.clone()));
    world.app.reached_at("https://12345.example.cn/");
    receiver
}

pub(crate) fn keeper(world: &World) -> Ctx {
    world.ctx("security", "hotline")
}

pub(crate) fn wanted(url: &str, unit: Option<&str>, kinds: &[WebhookKind]) -> Wanted {
    let (url, unit) = (url.to_owned(), unit.map(str::to_owned));
    Wanted { name: format!("测试系统 {unit:?}"), url, kinds: kinds.to_vec(), unit }
}

/// A webhook of everything, with its secret.
pub(crate) fn made(world: &World, url: &str) -> (WebhookId, String) {
    webhook::make(&keeper(world), &wanted(url, None, &[])).unwrap()
}

/// A case that waits for somebody to dispatch it: one event.
pub(crate) fn taken_in(world: &World) -> Number {
    let said = Intake { wish: Wish { hold: true, ..Wish::default() }, ..intake() };
    case::register::by_resident(&world.app, &said).unwrap().number
}

pub(crate) fn dispatched(world: &World, number: &Number, unit: &str) {
    try_dispatch(world, number, unit).unwrap();
}

fn try_dispatch(world: &World, number: &Number, unit: &str) -> Result<Case, AppError> {
    let order = case::dispatch::Order {
        unit: unit.into(),
        assisting: Vec::new(),
        reason: "归它管".into(),
        designated: false,
    };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(number), &order)
}

/// Sends what is due now; how many attempts were made.
pub(crate) fn send(world: &World) -> usize {
    let mut made = 0;
    loop {
        match webhook::work(&world.app).unwrap() {
            0 => return made,
            n => made += n,
        }
    }
}

pub(crate) fn body(push: &Push) -> Value {
    serde_json::from_str(&push.body).unwrap()
}

/// What arrived, as `kind version`.
pub(crate) fn told(pushes: &[Push]) -> Vec<String> {
    let one = |push: &Push| {
        let data = &body(push)["data"];
        format!("{} {}", data["kind"].as_str().unwrap_or("test"), data["version"])
    };
    pushes.iter().map(one).collect()
}

pub(crate) fn refused<T: std::fmt::Debug>(came: Result<T, AppError>) -> Refusal {
    match came {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("this is no refusal: {other:?}"),
    }
}

pub(crate) fn owed(world: &World, number: &Number) -> Vec<DeliveryRow> {
    let id = case_of(world, number).id;
    world.app.store.read(|tx| Ok::<_, AppError>(tx.deliveries_of(id)?)).unwrap()
}

#[test]
fn each_webhook_hears_of_the_events_it_wants_within_its_reach_signed_and_thin() {
    both(|world| {
        let receiver = outside(world);
        let [all, power, gas] = ["all", "power", "gas"].map(|name| format!("https://{name}.example.cn/in"));
        let (_, secret) = made(world, &all);
        let kinds = [WebhookKind::Dispatched, WebhookKind::Closed];
        webhook::make(&keeper(world), &wanted(&power, Some("power"), &kinds)).unwrap();
        webhook::make(&keeper(world), &wanted(&gas, Some("gas"), &[])).unwrap();
        let number = taken_in(world);
        dispatched(world, &number, "power");
        case::sign::sign(&world.ctx("handler", "power"), &on(&number)).unwrap();
        send(world);
        assert_eq!(told(&receiver.got_at(&all)), ["opened 1", "dispatched 2", "signed 3"]);
        assert_eq!(told(&receiver.got_at(&power)), ["dispatched 2"], "its cases, and the kinds it wants");
        assert!(receiver.got_at(&gas).is_empty(), "a stranger hears nothing");
        let got = receiver.got_at(&all);
        let ids: BTreeSet<&str> = got.iter().map(|push| header(push, "webhook-id")).collect();
        assert_eq!(ids.len(), got.len());
        for push in &got {
            let (id, at_s) = (header(push, "webhook-id"), header(push, "webhook-timestamp"));
            let right = sign(&secret_bytes(&secret).unwrap(), id, at_s.parse().unwrap(), &push.body);
            assert_eq!(header(push, "webhook-signature"), right);
            let body = body(push);
            let keys =
                |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
            assert_eq!(keys(&body), "data timestamp type");
            assert_eq!(keys(&body["data"]), "href kind number phase version");
            for never in ["路灯", "王女士", "13900006021", "纺织路", "测试·"] {
                assert!(!push.body.contains(never), "{never} is in {}", push.body);
            }
        }
        let last = body(&got[2]);
        assert_eq!((&last["type"], &last["data"]["phase"]), (&"case.signed".into(), &"in-hand".into()));
        let href = format!("https://12345.example.cn/api/v1/cases/{number}");
        assert_eq!(last["data"]["href"], href.as_str());
        assert_eq!(case_of(world, &number).version, 3, "the version is what the API has as its ETag");
    });
}

#[test]
fn what_is_owed_is_written_with_the_event_and_a_refused_step_owes_nothing() {
    both(|world| {
        let receiver = outside(world);
        made(world, URL);
        let number = taken_in(world);
        to_callback(world, &case::register::by_resident(&world.app, &intake()).unwrap());
        assert!(receiver.got().is_empty(), "nothing is sent while something is recorded");
        let before = owed(world, &number).len();
        refused(try_dispatch(world, &number, "nowhere"));
        assert_eq!(owed(world, &number).len(), before);
        dispatched(world, &number, "power");
        let versions: Vec<i64> = owed(world, &number).iter().map(|row| row.version).collect();
        let all: Vec<i64> = (1..=case_of(world, &number).version).collect();
        assert_eq!(versions, all, "one for each event, none twice");
        send(world);
        assert!(owed(world, &number).iter().all(|row| row.state == DeliveryState::Delivered));
    });
}

#[test]
fn a_fall_between_sending_and_writing_down_sends_again_under_the_same_id() {
    both(|world| {
        let receiver = outside(world);
        made(world, URL);
        receiver.will(URL, [Answers::WeFall]);
        let number = taken_in(world);
        let fell = std::panic::catch_unwind(AssertUnwindSafe(|| webhook::work(&world.app)));
        assert!(fell.is_err());
        assert_eq!(send(world), 0, "another server does not know yet that the first one fell");
        world.clock.pass_ms(3 * MINUTE);
        assert_eq!(send(world), 1);
        let got = receiver.got();
        assert_eq!(got.len(), 2);
        assert_eq!(header(&got[0], "webhook-id"), header(&got[1], "webhook-id"));
        assert_eq!(got[0].body, got[1].body);
        assert_eq!(owed(world, &number)[0].state, DeliveryState::Delivered);
    });
}

#[test]
fn a_lost_answer_repeats_the_delivery_under_the_same_id() {
    both(|world| {
        let receiver = outside(world);
        made(world, URL);
        receiver.will(URL, [Answers::Loses, Answers::With(503, "later")]);
        taken_in(world);
        assert_eq!(send(world), 1);
        world.clock.pass_ms(4_000);
        assert_eq!(send(world), 0, "not before five seconds");
        world.clock.pass_ms(2_000);
        assert_eq!(send(world), 1);
        world.clock.pass_ms(4 * MINUTE);
        assert_eq!(send(world), 0, "and then not before five minutes");
        world.clock.pass_ms(2 * MINUTE);
        assert_eq!((send(world), send(world)), (1, 0));
        let ids: BTreeSet<String> =
            receiver.got().iter().map(|push| header(push, "webhook-id").to_owned()).collect();
        assert_eq!((ids.len(), receiver.got().len()), (1, 3));
    });
}

#[test]
fn several_servers_send_each_delivery_once_and_each_case_in_order() {
    both(|world| {
        let receiver = outside(world);
        for name in ["a", "b", "c"] {
            made(world, &format!("https://{name}.example.cn/"));
        }
        let numbers: Vec<Number> = (0..8).map(|_| taken_in(world)).collect();
        for number in &numbers {
            dispatched(world, number, "power");
            case::sign::sign(&world.ctx("handler", "power"), &on(number)).unwrap();
        }
        let app = &world.app;
        std::thread::scope(|scope| {
            for _ in 0..4 {
                // One that finds everything held looks again a little later, as a server does.
                scope.spawn(|| {
                    for _ in 0..60 {
                        while webhook::work(app).unwrap() > 0 {}
                        std::thread::yield_now();
                    }
                });
            }
        });
        send(world);
        let got = receiver.got();
        let ids: BTreeSet<&str> = got.iter().map(|push| header(push, "webhook-id")).collect();
        assert_eq!((got.len(), ids.len()), (3 * 3 * numbers.len(), got.len()), "each once");
        let mut last: BTreeMap<(String, String), i64> = BTreeMap::new();
        for push in &got {
            let data = body(push)["data"].clone();
            let key = (push.url.clone(), data["number"].to_string());
            let version = data["version"].as_i64().unwrap();
            assert!(last.insert(key, version).is_none_or(|before| before < version), "out of order");
        }
    });
}

#[test]
fn while_one_waits_the_later_ones_of_its_case_wait_behind_it_and_other_cases_go_on() {
    both(|world| {
        let receiver = outside(world);
        made(world, URL);
        receiver.will(URL, [Answers::Absent]);
        let first = taken_in(world);
        assert_eq!(send(world), 1);
        dispatched(world, &first, "power");
        let second = taken_in(world);
        send(world);
        let numbers = |pushes: &[Push]| -> Vec<String> {
            pushes.iter().map(|push| body(push)["data"]["number"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(numbers(&receiver.got()), [second.digits()]);
        world.clock.pass_ms(6_000);
        send(world);
        assert_eq!(numbers(&receiver.got()), [second.digits(), first.digits(), first.digits()]);
        assert_eq!(told(&receiver.got()[1..]), ["opened 1", "dispatched 2"]);
    });
}

#[test]
fn what_left_the_reach_of_a_webhook_is_not_sent_any_more() {
    both(|world| {
        let receiver = outside(world);
        let (hook, _) = webhook::make(&keeper(world), &wanted(URL, Some("power"), &[])).unwrap();
        receiver.will(URL, [Answers::With(500, "busy")]);
        let number = taken_in(world);
        dispatched(world, &number, "power");
        assert_eq!(send(world), 1);
        dispatched(world, &number, "gas");
        world.clock.pass_ms(DAY);
        assert_eq!(send(world), 0);
        assert_eq!(receiver.got().len(), 1);
        let (page, _) = log::page(&keeper(world), hook, None).unwrap();
        let states: Vec<DeliveryState> = page.iter().map(|one| one.row.state).collect();
        assert_eq!(states, [DeliveryState::Dropped], "and that it went to another unit is not told");
        // A webhook that is narrowed hears no more of what it was owed before.
        let (wide, _) = made(world, "https://wide.example.cn/");
        let number = taken_in(world);
        webhook::change(&keeper(world), wide, &wanted("https://wide.example.cn/", Some("gas"), &[])).unwrap();
        send(world);
        assert!(receiver.got_at("https://wide.example.cn/").is_empty(), "{number}");
    });
}

#[test]
fn the_log_says_what_came_back_and_not_of_which_case_to_whoever_may_not_know_it() {
    both(|world| {
        let receiver = outside(world);
        let (hook, _) = made(world, URL);
        let number = taken_in(world);
        let echo: &'static str =
            Box::leak(format!("no\u{7} such case: {number} {}", "长".repeat(900)).into_boxed_str());
        receiver.will(URL, [Answers::With(404, echo)]);
        send(world);
        let (page, more) = log::page(&keeper(world), hook, None).unwrap();
        assert_eq!((page.len(), more), (1, false));
        assert!(page[0].number.is_none(), "the security administrator sees no case");
        let words = &page[0].attempts[0].words;
        assert!(words.starts_with("no  such case: … 长") && words.chars().count() <= 300, "{words}");
        assert_eq!(page[0].attempts[0].status, Some(404));
    });
}

#[test]
fn one_and_everything_since_a_day_is_sent_again_by_hand_under_the_same_id() {
    both(|world| {
        let receiver = outside(world);
        let (hook, _) = made(world, URL);
        receiver.will(URL, [Answers::Absent; 3]);
        for _ in 0..3 {
            taken_in(world);
        }
        assert_eq!(send(world), 3);
        let (page, _) = log::page(&keeper(world), hook, None).unwrap();
        log::resend(&keeper(world), hook, page[0].row.id).unwrap();
        assert_eq!((send(world), receiver.got().len()), (1, 1), "the other two wait for their time");
        assert_eq!(log::resend_since(&keeper(world), hook, world.app.now().plus_ms(-DAY)).unwrap(), 2);
        assert_eq!((send(world), receiver.got().len()), (2, 3));
        // What arrived can be sent again too; its log says who did it, and its id stays.
        log::resend(&keeper(world), hook, page[0].row.id).unwrap();
        send(world);
        let got = receiver.got();
        assert_eq!(header(&got[0], "webhook-id"), header(&got[3], "webhook-id"));
        let (page, _) = log::page(&keeper(world), hook, None).unwrap();
        assert!(page[0].attempts.iter().any(|attempt| attempt.words == "↻ 测试·security"));
        assert_eq!(log::resend_since(&keeper(world), hook, world.app.now().plus_ms(-DAY)).unwrap(), 0);
        let (other, _) = made(world, "https://other.example.cn/");
        assert_eq!(refused(log::resend(&keeper(world), other, page[0].row.id)), Refusal::NotFound);
    });
}

#[test]
fn a_try_is_a_document_without_a_case() {
    both(|world| {
        let receiver = outside(world);
        let (hook, secret) = made(world, URL);
        webhook::test(&keeper(world), hook).unwrap();
        send(world);
        let got = receiver.got();
        assert_eq!(
            (body(&got[0])["type"].clone(), body(&got[0])["data"].clone()),
            ("test".into(), serde_json::json!({}))
        );
        let at_s = header(&got[0], "webhook-timestamp").parse().unwrap();
        let right = sign(&secret_bytes(&secret).unwrap(), header(&got[0], "webhook-id"), at_s, &got[0].body);
        assert_eq!(header(&got[0], "webhook-signature"), right);
        webhook::switch(&keeper(world), hook, false).unwrap();
        assert_eq!(refused(webhook::test(&keeper(world), hook)), Refusal::Guard(Guard::HookOff));
    });
}

#[test]
fn deliveries_are_forgotten_after_the_days_of_the_city() {
    both(|world| {
        let receiver = outside(world);
        let (hook, _) = made(world, URL);
        taken_in(world);
        send(world);
        assert_eq!(receiver.got().len(), 1);
        world.clock.pass_ms(29 * DAY);
        while jobs::work(&world.app).unwrap() > 0 {}
        let kinds = || {
            let (page, _) = log::page(&keeper(world), hook, None).unwrap();
            page.into_iter().map(|one| one.row.kind).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(kinds(), "missed opened", "the deadline passed meanwhile");
        world.clock.pass_ms(3 * DAY);
        while jobs::work(&world.app).unwrap() > 0 {}
        assert_eq!(kinds(), "missed", "what is younger stays");
    });
}

#[test]
fn only_who_keeps_the_keys_keeps_webhooks_and_only_public_addresses_are_taken() {
    both(|world| {
        let ctx = keeper(world);
        let make = |url: &str| webhook::make(&ctx, &wanted(url, None, &[]));
        for url in
            ["http://hooks.example.cn/", "https://localhost/", "https://10.0.0.1/", "https://duban/", ""]
        {
            assert_eq!(refused(make(url)), Refusal::Guard(Guard::HookAddress), "{url}");
        }
        let nameless = Wanted { name: " ".into(), ..wanted(URL, None, &[]) };
        assert_eq!(refused(webhook::make(&ctx, &nameless)), Refusal::NeedsText("name"));
        let lost = webhook::make(&ctx, &wanted(URL, Some("nowhere"), &[]));
        assert_eq!(refused(lost), Refusal::UnknownUnit("nowhere".into()));
        let (hook, _) = make(URL).unwrap();
        for role in ["administrator", "auditor", "supervisor", "handler"] {
            let ctx = world.ctx(role, "hotline");
            let no = Refusal::MayNot(Action::Accounts);
            assert_eq!(refused(webhook::list(&ctx)), no);
            assert_eq!(refused(webhook::make(&ctx, &wanted(URL, None, &[]))), no);
            assert_eq!(refused(webhook::change(&ctx, hook, &wanted(URL, None, &[]))), no);
            assert_eq!(refused(webhook::rotate(&ctx, hook, 0, 0)), no);
            assert_eq!(refused(webhook::switch(&ctx, hook, false)), no);
            assert_eq!(refused(webhook::test(&ctx, hook)), no);
            assert_eq!(refused(log::page(&ctx, hook, None)), no);
            assert_eq!(refused(log::resend_since(&ctx, hook, world.app.now())), no);
        }
        let ours = world.app.clone().with_inside(vec!["bus.intra".into()]);
        let ctx = ours.ctx(ctx.who.clone(), ctx.lang);
        assert!(webhook::make(&ctx, &wanted("http://bus.intra:8080/in", None, &[])).is_ok());
    });
}
