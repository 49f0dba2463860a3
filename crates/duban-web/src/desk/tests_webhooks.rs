//! Webhooks over HTTP: made, tried, sent again, given a new secret and switched off by the one who keeps the keys, who
//! learns nothing of the cases by it.

use std::sync::Arc;

use axum::http::StatusCode;
use duban_app::{case::register, webhook};
use duban_testkit::{
    receiver::{Answers, Receiver, Way},
    world::World,
};

use super::tests::{look, sign_in, voice};
use crate::resident::journey::Reply;

const URL: &str = "https://hooks.example.cn/in?token=1";

fn outside(world: &mut World) -> Arc<Receiver> {
    let receiver = Arc::new(Receiver::default());
    world.app.wire = Arc::new(Way(receiver.clone()));
    receiver
}

fn send(world: &World) {
    while webhook::work(&world.app).unwrap() > 0 {}
}

/// What is shown once.
fn secret(page: &Reply) -> String {
    let from = page.text.split("data-secret>").nth(1).expect("the secret is shown");
    from.split('<').next().unwrap().to_owned()
}

/// The page of the only webhook.
fn page_of(list: &Reply) -> String {
    let id = list.text.split("href=\"/desk/webhooks/").nth(1).unwrap().split('"').next().unwrap();
    format!("/desk/webhooks/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_made_tried_and_given_a_new_secret_on_its_pages() {
    let mut world = World::sqlite();
    let receiver = outside(&mut world);
    let mut guard = sign_in(&world, "guard", "hotline", "security").await;
    assert!(look(&mut guard, "/desk/accounts").await.text.contains("/desk/webhooks"), "it is in the menu");
    let form = [("form", "n"), ("name", "测试·区县平台"), ("unit", "power"), ("kinds", "dispatched")];
    let inside = [&form[..], &[("url", "https://127.0.0.1/in")]].concat();
    let wrong = guard.post("/desk/webhooks", &inside, None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["测试·区县平台", "https://127.0.0.1/in", "webhooks.inside", "value=\"dispatched\" checked"]
    {
        assert!(wrong.text.contains(kept), "{kept} has to come back: {}", wrong.text);
    }
    let made = guard.post("/desk/webhooks", &[&form[..], &[("url", URL)]].concat(), None).await;
    assert_eq!(made.status, StatusCode::OK);
    let first = secret(&made);
    assert!(first.starts_with("whsec_"));
    let list = look(&mut guard, "/desk/webhooks").await;
    assert!(list.text.contains("测试·区县平台") && !list.text.contains("whsec_"), "shown once");
    let page = page_of(&list);
    let to = guard.post(&format!("{page}/tests"), &[("form", "n")], None).await;
    assert_eq!(to.to(), format!("{page}?done=tested"));
    receiver.will(URL, [Answers::With(500, "<b>broken</b>")]);
    send(&world);
    let log = look(&mut guard, &page).await;
    assert!(log.text.contains(">500<") && !log.text.contains("<b>broken"), "what came back is escaped");
    let again = guard.post(&format!("{page}/resends"), &[("form", "n"), ("since", "2026-01-05")], None).await;
    assert_eq!(again.to(), format!("{page}?done=again"));
    send(&world);
    assert!(look(&mut guard, &page).await.text.contains(">200<"));
    let seen = log.hidden("seen").to_owned();
    let rotate = [("form", "n"), ("seen", seen.as_str()), ("hours", "2")];
    let rotated = guard.post(&format!("{page}/secret"), &rotate, None).await;
    assert_ne!(secret(&rotated), first);
    let twice = guard.post(&format!("{page}/secret"), &rotate, None).await;
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && !twice.text.contains("whsec_"));
    let off = guard.post(&format!("{page}/state"), &[("do", "off")], None).await;
    assert_eq!(off.to(), format!("{page}?done=off"));
    let no = guard.post(&format!("{page}/tests"), &[], None).await;
    assert!(no.status == StatusCode::UNPROCESSABLE_ENTITY && no.text.contains("请先启用"));
    let changed = guard.post(&page, &[("name", "新名字"), ("url", URL)], None).await;
    assert_eq!(changed.to(), format!("{page}?done=changed"));
    assert!(look(&mut guard, &page).await.text.contains("新名字"));

    let mut auditor = sign_in(&world, "audit", "hotline", "auditor").await;
    let record = look(&mut auditor, "/desk/changes?kind=webhook").await;
    let one =
        record.text.split("href=\"/desk/changes/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let change = look(&mut auditor, &format!("/desk/changes/{one}")).await;
    assert!(
        change.text.contains("新名字") && !change.text.contains("token=1") && !change.text.contains("whsec_")
    );
    for (login, role) in [("admin", "administrator"), ("chief", "supervisor"), ("hand", "handler")] {
        let mut other = sign_in(&world, login, "hotline", role).await;
        for path in ["/desk/webhooks", page.as_str()] {
            assert_eq!(other.get(path).await.status, StatusCode::FORBIDDEN, "{login} at {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_webhooks_learns_nothing_of_the_cases_by_them() {
    let mut world = World::sqlite();
    let receiver = outside(&mut world);
    let mut guard = sign_in(&world, "guard", "hotline", "security").await;
    let form = [("name", "测试·平台"), ("url", URL)];
    guard.post("/desk/webhooks", &form, None).await;
    let number = register::by_resident(&world.app, &voice()).unwrap().number;
    let echo: &'static str = Box::leak(format!("kept {number}").into_boxed_str());
    receiver.will(URL, [Answers::With(202, echo)]);
    send(&world);
    assert!(receiver.got()[0].body.contains(number.digits()), "the receiver is told the number");
    let page = page_of(&look(&mut guard, "/desk/webhooks").await);
    let log = look(&mut guard, &page).await.text;
    assert!(log.contains(">202<") && log.contains("kept …") && log.contains("<strong>受理</strong>"));
    for never in [number.digits(), &number.grouped(), "电线断了", "测试路灯"] {
        assert!(!log.contains(never), "{never} is on the page of somebody who sees no case");
        assert!(never == number.digits() || !receiver.got()[0].body.contains(never));
    }
}
