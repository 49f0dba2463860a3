//! Webhooks that stop, by hand or by themselves, and secrets that change.

use duban_app::{
    AppError, NoticeQuery,
    administration::{OF_HOOK, record},
    notice,
    staff::users::{self, Account},
    webhook::{self, Wanted, log},
};
use duban_domain::{
    Refusal, WebhookId,
    notice::{NoticeChannel, NoticeKind},
    policy::{Guard, Reach},
    webhook::{DeliveryState, WebhookState, secret_bytes, sign},
};
use duban_testkit::{
    receiver::{Answers, header},
    world::{World, both},
};

use crate::{
    life::DAY,
    webhooks::{URL, dispatched, keeper, made, outside, owed, refused, send, taken_in, told, wanted},
};

fn state(world: &World, id: WebhookId) -> WebhookState {
    webhook::one(&keeper(world), id).unwrap().row.state
}

fn account(world: &World, login: &str, role: &str) {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: "hotline".into(),
        role: role.into(),
        password: "测试密码一二三四五六".into(),
    };
    users::put(&world.app, &account).unwrap();
}

/// Who was told on their page that a webhook stopped, and in which words.
fn alarmed(world: &World) -> Vec<String> {
    let query = NoticeQuery {
        reach: Reach::All,
        all: true,
        kind: Some(NoticeKind::Webhook),
        channel: Some(NoticeChannel::Page),
        limit: 50,
        ..NoticeQuery::default()
    };
    let ledger = notice::ledger(&world.ctx("supervisor", "hotline"), &query).unwrap();
    ledger.entries.into_iter().map(|entry| format!("{} {}", entry.to, entry.said.unwrap().text)).collect()
}

/// The record of changes of webhooks, oldest first: how, before and after.
fn changes(world: &World) -> Vec<(String, String, String)> {
    let (mut rows, _) = record::page(&world.ctx("auditor", "hotline"), Some(OF_HOOK), None).unwrap();
    rows.reverse();
    rows.into_iter().map(|row| (row.by_name, row.before, row.after)).collect()
}

#[test]
fn a_receiver_that_answers_410_is_told_no_more_and_its_keepers_are_told() {
    both(|world| {
        let receiver = outside(world);
        account(world, "guard", "security");
        account(world, "clerk", "operator");
        let (hook, _) = made(world, URL);
        receiver.will(URL, [Answers::With(410, "gone")]);
        let number = taken_in(world);
        send(world);
        assert_eq!(state(world, hook), WebhookState::Gone);
        assert_eq!(owed(world, &number)[0].state, DeliveryState::Failed);
        dispatched(world, &number, "power");
        assert_eq!(owed(world, &number).len(), 1, "it is owed nothing any more");
        let told_to = alarmed(world);
        assert_eq!(told_to.len(), 1, "those who keep the keys, and nobody else: {told_to:?}");
        assert!(told_to[0].contains("410") && told_to[0].contains(&format!("/desk/webhooks/{}", hook.0)));
        let (by, before, after) = changes(world).pop().unwrap();
        assert!(by == "duban" && before.contains("state = on") && after.contains("state = gone"));
        // Somebody mends it: what was given up goes out by hand.
        webhook::switch(&keeper(world), hook, true).unwrap();
        assert_eq!(log::resend_since(&keeper(world), hook, world.app.now().plus_ms(-DAY)).unwrap(), 1);
        assert_eq!((send(world), state(world, hook)), (1, WebhookState::On));
    });
}

#[test]
fn a_webhook_that_fails_for_days_is_switched_off_and_another_goes_on() {
    both(|world| {
        let receiver = outside(world);
        account(world, "guard", "security");
        let (dead, _) = made(world, URL);
        let (well, _) = made(world, "https://well.example.cn/");
        receiver.will(URL, [Answers::Absent; 400]);
        for day in 0..7 {
            assert_eq!(state(world, dead) == WebhookState::On, day <= 5, "on day {day}");
            taken_in(world);
            for _ in 0..8 {
                send(world);
                world.clock.pass_ms(DAY / 8);
            }
        }
        assert_eq!((state(world, dead), state(world, well)), (WebhookState::Failing, WebhookState::On));
        assert_eq!(receiver.got_at("https://well.example.cn/").len(), 7);
        assert_eq!(alarmed(world).len(), 1);
        let (page, _) = log::page(&keeper(world), dead, None).unwrap();
        let first = page.last().unwrap();
        assert_eq!(
            (first.row.state, first.attempts.len()),
            (DeliveryState::Failed, 10),
            "ten attempts, then no more"
        );
        // One that was away for a shorter while goes on, and the days are counted anew.
        webhook::switch(&keeper(world), dead, true).unwrap();
        assert!(webhook::one(&keeper(world), dead).unwrap().row.failing_since.is_none());
    });
}

#[test]
fn one_success_begins_the_count_of_days_anew() {
    both(|world| {
        let receiver = outside(world);
        let (hook, _) = made(world, URL);
        for _ in 0..4 {
            receiver.will(URL, [Answers::Absent, Answers::With(200, "ok")]);
            taken_in(world);
            send(world);
            world.clock.pass_ms(2 * DAY);
            send(world);
        }
        assert_eq!(state(world, hook), WebhookState::On);
        assert!(webhook::one(&keeper(world), hook).unwrap().row.answered_at.is_some());
    });
}

#[test]
fn after_it_was_given_up_the_later_ones_of_its_case_go_on() {
    both(|world| {
        let receiver = outside(world);
        made(world, URL);
        receiver.will(URL, [Answers::With(400, "I do not like this one"); 10]);
        let number = taken_in(world);
        dispatched(world, &number, "power");
        for _ in 0..40 {
            send(world);
            world.clock.pass_ms(DAY / 8);
        }
        let states: Vec<DeliveryState> = owed(world, &number).iter().map(|row| row.state).collect();
        assert_eq!(states, [DeliveryState::Failed, DeliveryState::Delivered]);
        assert_eq!(told(&receiver.got())[9..], ["opened 1", "dispatched 2"]);
    });
}

#[test]
fn what_happens_while_it_is_off_is_not_told_and_what_waited_goes_out_afterwards() {
    both(|world| {
        let receiver = outside(world);
        let (hook, _) = made(world, URL);
        let number = taken_in(world);
        webhook::switch(&keeper(world), hook, false).unwrap();
        assert_eq!(refused(webhook::switch(&keeper(world), hook, false)), Refusal::NoChange);
        dispatched(world, &number, "power");
        assert_eq!(send(world), 0);
        webhook::switch(&keeper(world), hook, true).unwrap();
        send(world);
        assert_eq!(told(&receiver.got()), ["opened 1"]);
        webhook::switch(&keeper(world), hook, false).unwrap();
        let since = world.app.now().plus_ms(-DAY);
        assert_eq!(refused(log::resend_since(&keeper(world), hook, since)), Refusal::Guard(Guard::HookOff));
    });
}

#[test]
fn both_secrets_sign_for_the_hours_that_were_given_and_no_longer() {
    both(|world| {
        let receiver = outside(world);
        let (hook, first) = made(world, URL);
        let seen = |world: &World| webhook::one(&keeper(world), hook).unwrap().row.secret_at.0;
        let before = seen(world);
        let second = webhook::rotate(&keeper(world), hook, before, 24).unwrap();
        assert!(second.starts_with("whsec_") && second != first);
        let twice = webhook::rotate(&keeper(world), hook, before, 24);
        assert_eq!(refused(twice), Refusal::Stale, "a second click does not end the secret that is in use");
        let signers = |world: &World, secrets: &[&String]| {
            webhook::test(&keeper(world), hook).unwrap();
            send(world);
            let push = receiver.got().pop().unwrap();
            let (id, at_s) =
                (header(&push, "webhook-id"), header(&push, "webhook-timestamp").parse().unwrap());
            let right: Vec<String> = secrets
                .iter()
                .map(|secret| sign(&secret_bytes(secret).unwrap(), id, at_s, &push.body))
                .collect();
            assert_eq!(header(&push, "webhook-signature"), right.join(" "));
        };
        signers(world, &[&second, &first]);
        world.clock.pass_ms(DAY - 1);
        signers(world, &[&second, &first]);
        world.clock.pass_ms(2);
        signers(world, &[&second]);
        let third = webhook::rotate(&keeper(world), hook, seen(world), 0).unwrap();
        signers(world, &[&third]);
        let all = format!("{:?}", changes(world));
        for secret in [&first, &second, &third] {
            assert!(
                !all.contains(secret.trim_start_matches("whsec_")),
                "a secret is in the record of changes"
            );
        }
    });
}

#[test]
fn every_change_is_recorded_with_before_and_after_and_without_what_an_address_hides() {
    both(|world| {
        let (hook, _) = made(world, "https://hooks.example.cn/in?token=geheim");
        let to =
            Wanted { name: "测试平台".into(), ..wanted("https://new.example.cn/", Some("power"), &[]) };
        webhook::change(&keeper(world), hook, &to).unwrap();
        assert_eq!(refused(webhook::change(&keeper(world), hook, &to)), Refusal::NoChange);
        let seen = webhook::one(&keeper(world), hook).unwrap().row.secret_at.0;
        webhook::rotate(&keeper(world), hook, seen, 1).unwrap();
        webhook::switch(&keeper(world), hook, false).unwrap();
        let all = changes(world);
        assert_eq!(all.len(), 4);
        assert!(all[0].1.is_empty() && all[0].2.contains("url = https://hooks.example.cn/in?…"));
        assert!(all[1].1.contains("unit = *") && all[1].2.contains("unit = power"));
        assert!(all[2].1.contains("old secret until = \n") || all[2].1.ends_with("old secret until = "));
        assert!(all[2].2.contains("old secret until = 20"));
        assert!(all[3].1.contains("state = on") && all[3].2.contains("state = off"));
        assert!(!format!("{all:?}").contains("geheim"));
        let sealed = world.app.store.read(|tx| Ok::<_, AppError>(tx.webhook(hook)?)).unwrap().unwrap().secret;
        assert!(!sealed.windows(6).any(|part| part == b"whsec_"), "at rest it is sealed");
    });
}
