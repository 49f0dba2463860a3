//! Signatures against published vectors, the schedule, and addresses that may not be named.

use proptest::prelude::*;

use super::*;
use crate::{DeliveryId, Number, case::Phase};

/// The example that the libraries of Standard Webhooks are tested with.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// 2026-01-05, 09:00 in Zhuzhou.
const NINE: Stamp = Stamp(1_767_574_800_000);

#[test]
fn the_published_example_of_standard_webhooks_is_signed_alike() {
    let secret = secret_bytes(SECRET).unwrap();
    assert_eq!(secret_text(&secret), SECRET);
    let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert!(secret_bytes("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none(), "a secret says what it is");
}

/// `docs/api/webhooks.md` shows these very texts: who verifies by its example verifies what is sent.
#[test]
fn the_example_in_the_documentation_is_what_is_sent() {
    let number = Number::make(jiff::civil::date(2026, 1, 5), 4_711, false);
    let body = message("handed-over", NINE, &number, Phase::Dispatched, 3, "https://12345.example.cn");
    let secret = secret_text(b"duban webhooks, an example only.");
    let id = id_text(DeliveryId(3_445_000_000_000_001));
    let signature = sign(&secret_bytes(&secret).unwrap(), &id, 1_767_574_801, &body);
    let page = include_str!("../../../../docs/api/webhooks.md");
    for text in [body.as_str(), &secret, &id, "1767574801", &signature] {
        assert!(page.contains(text), "docs/api/webhooks.md has to show {text}");
    }
    let read: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(read["type"], "case.handed_over", "no hyphens in a type");
    assert_eq!(read["data"]["kind"], "handed-over", "as the live feed says it");
}

#[test]
fn both_secrets_sign_while_the_old_one_holds() {
    let secrets = [vec![1; 32], vec![2; 32]];
    let both = signatures(&secrets, "msg_1", 5, "{}");
    let each: Vec<&str> = both.split(' ').collect();
    assert_eq!(each, [sign(&secrets[0], "msg_1", 5, "{}"), sign(&secrets[1], "msg_1", 5, "{}")]);
    assert_eq!(signatures(&secrets[..1], "msg_1", 5, "{}"), each[0]);
}

#[test]
fn attempts_are_made_over_three_days_with_growing_pauses_and_then_no_more() {
    let seconds: Vec<i64> = (1..=9).map(|failed| pause_ms(failed, 0).unwrap() / 1_000).collect();
    assert_eq!(seconds, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    for failed in 1..=9 {
        let (least, most) = (pause_ms(failed, 0).unwrap(), pause_ms(failed, u32::MAX).unwrap());
        assert!(most > least && most <= least + least / 10, "{failed}: {least} to {most}");
    }
    for failed in [10, 0, -1, i64::MIN, i64::MAX] {
        assert_eq!(pause_ms(failed, 7), None, "{failed}");
    }
}

#[test]
fn only_a_2xx_is_success_and_only_410_ends_it() {
    for (status, means) in [
        (Some(200), Heard::Taken),
        (Some(204), Heard::Taken),
        (Some(299), Heard::Taken),
        (Some(410), Heard::Gone),
        (Some(301), Heard::Failed),
        (Some(404), Heard::Failed),
        (Some(429), Heard::Failed),
        (Some(500), Heard::Failed),
        (Some(199), Heard::Failed),
        (None, Heard::Failed),
    ] {
        assert_eq!(heard(status), means, "{status:?}");
    }
}

#[test]
fn a_webhook_is_given_up_after_the_days_of_the_city_and_not_before() {
    let rule = WebhookRule { failing_days: 2, ..WebhookRule::DEFAULT };
    assert!(!rule.gives_up(NINE, NINE.plus_ms(2 * DAY_MS - 1)));
    assert!(rule.gives_up(NINE, NINE.plus_ms(2 * DAY_MS)));
}

#[test]
fn an_address_is_a_public_name_over_https() {
    for good in [
        "https://hooks.example.cn/duban",
        "https://hooks.example.cn:8443/a?token=1",
        "https://hooks.example.cn",
        "https://xn--fiqs8s.example.cn/",
    ] {
        assert_eq!(Address::parse(good, &[]).expect(good).text(), good);
    }
    let typed = Address::parse(" HTTPS://Hooks.Example.CN/A ", &[]).unwrap();
    assert_eq!((typed.text(), typed.host()), ("https://hooks.example.cn/A", "hooks.example.cn"));
    for bad in [
        "",
        "http://hooks.example.cn/",
        "ftp://hooks.example.cn/",
        "hooks.example.cn",
        "https://",
        "https:///x",
        "https://localhost/",
        "https://hooks.localhost/",
        "https://hooks/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0x1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://user@hooks.example.cn/",
        "https://user:secret@hooks.example.cn/",
        "https://hooks.example.cn\\@127.0.0.1/",
        "https://hooks.example.cn#@127.0.0.1/",
        "https://hooks.example.cn:0/",
        "https://hooks.example.cn:70000/",
        "https://hooks.example.cn:/",
        "https://hooks..example.cn/",
        "https://-hooks.example.cn/",
        "https://hooks.example.cn./",
        "https://市.example.cn/",
        "https://hooks.example.cn/a b",
        "https://hooks.example.cn/\n",
    ] {
        let read = Address::parse(bad, &[]);
        // A line break at the end is only what was pasted with it.
        assert!(read.is_none() || bad.ends_with('\n'), "{bad:?} was taken as {read:?}");
    }
    assert!(Address::parse(&format!("https://a.example.cn/{}", "x".repeat(URL_MAX)), &[]).is_none());
}

#[test]
fn a_server_of_our_own_network_is_named_by_the_installation_and_by_nobody_else() {
    let inside = ["bus.intra".to_owned(), "10.1.2.3".to_owned()];
    for good in ["http://bus.intra:8080/in", "https://bus.intra/in", "http://10.1.2.3/"] {
        assert!(Address::parse(good, &inside).is_some(), "{good}");
    }
    for bad in ["http://hooks.example.cn/", "https://10.1.2.4/", "http://bus.intra.evil.example.cn/"] {
        assert!(Address::parse(bad, &inside).is_none(), "{bad}");
    }
}

#[test]
fn what_stands_behind_a_question_mark_is_not_shown() {
    assert_eq!(Address::shown("https://a.example.cn/x?token=geheim"), "https://a.example.cn/x?…");
    assert_eq!(Address::shown("https://a.example.cn/x"), "https://a.example.cn/x");
}

/// The keys of events, as the code that names them has them.
#[test]
fn every_kind_of_event_can_be_chosen() {
    let named = [include_str!("../case/event.rs"), include_str!("../case/handling/moves.rs")];
    let key = |line: &str| {
        let (arm, rest) = line.trim().split_once("=> \"")?;
        arm.starts_with("Self::").then(|| rest.split('"').next().unwrap_or("").to_owned())
    };
    let keys: Vec<String> = named.iter().flat_map(|text| text.lines().filter_map(key)).collect();
    assert!(keys.len() >= 52, "the keys were not found: {keys:?}");
    for key in keys {
        assert!(WebhookKind::from_key(&key).is_some(), "{key} is a new kind: add it to webhook/kind.rs");
    }
}

proptest! {
    /// Whatever is typed: what is taken has one host, read the same from the text.
    #[test]
    fn what_is_taken_has_one_host(text in "(https?|HTTPS)://[a-zA-Z0-9.@:/?#\\\\_-]{1,40}") {
        if let Some(address) = Address::parse(&text, &[]) {
            let rest = address.text().strip_prefix("https://").unwrap();
            let authority = rest.split(['/', '?']).next().unwrap();
            prop_assert_eq!(authority.split(':').next().unwrap(), address.host());
            prop_assert!(!address.text().contains(['@', '\\', '#']));
        }
    }
}
