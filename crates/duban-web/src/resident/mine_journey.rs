//! Codes over HTTP: what a browser sends, and that no answer tells whether a number is known.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use duban_app::notice;
use duban_domain::notice::NoticeChannel;
use duban_testkit::{
    gateway::{Fake, gateways},
    world::World,
};

use super::journey::Browser;

const PHONE: &str = "13900006021";

fn world() -> (World, Arc<Fake>) {
    let mut world = World::sqlite();
    let sms = Fake::that([]);
    world.app = world.app.clone().with_gateways(gateways(&sms, &Fake::that([])));
    (world, sms)
}

fn code(world: &World, sms: &Arc<Fake>) -> String {
    while notice::work(&world.app, NoticeChannel::Sms).unwrap() > 0 {}
    let text = sms.last_to(PHONE).unwrap().text;
    text.chars().skip_while(|c| *c != '码').filter(char::is_ascii_digit).take(6).collect()
}

/// Hands something in; the page of the matter.
async fn said(browser: &mut Browser, nonce: &str) -> String {
    let form = [("form", nonce), ("text", "测试路口的灯不亮"), ("privacy", "contact"), ("phone", PHONE)];
    browser.post("/report", &form, None).await.to().trim_end_matches("?new=1").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_confirmed_on_the_receipt_and_its_digits_stand_on_no_page() {
    let (world, sms) = world();
    let mut browser = Browser::on(&world);
    let page = said(&mut browser, "a").await;
    let receipt = browser.get(&format!("{page}?new=1")).await.text;
    assert!(receipt.contains("发验证码") && !receipt.contains("6021"), "{receipt}");
    let to = browser.post(&format!("{page}/code"), &[("means", "phone")], None).await.to().to_owned();
    assert_eq!(to, format!("{page}?done=code-sent#contact"));
    let again = browser.post(&format!("{page}/code"), &[("means", "phone")], None).await.to().to_owned();
    assert_eq!(again, format!("{page}?done=code-wait#contact"));
    let digits = code(&world, &sms);
    let confirmation = format!("{page}/confirmation");
    for (typed, told) in [("12", "验证码是六位数字"), ("００００００", "不是这个码")] {
        let wrong = browser.post(&confirmation, &[("means", "phone"), ("code", typed)], None).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains(told),
            "{}",
            wrong.text
        );
    }
    let mut stranger = Browser::on(&world);
    let form = [("means", "phone"), ("code", digits.as_str())];
    assert_eq!(
        stranger.post(&confirmation, &form, None).await.to(),
        page,
        "without a pass there is only the door"
    );
    let right = browser.post(&confirmation, &form, None).await;
    assert_eq!(right.to(), format!("{page}?done=confirmed#contact"));
    let seen = browser.get(&page).await.text;
    assert!(seen.contains("已确认，") && !seen.contains(&digits) && !seen.contains("6021"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_ones_own_requests_for_a_while_and_leaving_closes_them() {
    let (world, sms) = world();
    let page = said(&mut Browser::on(&world), "a").await;
    let mut browser = Browser::on(&world);
    assert!(!browser.get(&page).await.text.contains("测试路口的灯不亮"));
    for (typed, told) in [("", "请写手机号"), ("0731-2883 5396", "座机收不到短信"), ("12", "不像一个电话")]
    {
        let wrong = browser.post("/mine", &[("contact", typed)], None).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains(told),
            "{}",
            wrong.text
        );
    }
    let asked = browser.post("/mine", &[("contact", "139 0000 6021")], None).await;
    assert_eq!(asked.to(), "/mine?done=sent");
    let cookie = asked.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && !cookie.contains("6021"), "{cookie}");
    let digits = code(&world, &sms);
    let other = if digits == "000000" { "000001" } else { "000000" };
    let wrong = browser.post("/mine/code", &[("code", other)], None).await;
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("这个码不对"),
        "{}",
        wrong.text
    );
    let entered = browser.post("/mine/code", &[("code", &digits)], None).await;
    let cookie = entered.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(
        entered.to() == "/mine" && cookie.contains("HttpOnly") && cookie.contains("Max-Age=3600"),
        "{cookie}"
    );
    let mine = browser.get("/mine").await.text;
    assert!(mine.contains("测试路口的灯不亮") && mine.contains(&page) && !mine.contains("6021"), "{mine}");
    assert!(browser.get(&page).await.text.contains("测试路口的灯不亮"), "its page opens without the tail");
    assert!(browser.get("/requests").await.text.contains(&page), "and it is in the list of own ones");
    assert!(mine.contains("href=\"/mine/copy\""), "{mine}");
    let copy = browser.get("/mine/copy").await;
    assert_eq!(copy.headers[header::CONTENT_TYPE], "application/zip");
    assert!(copy.headers[header::CACHE_CONTROL] == "no-store" && copy.text.contains("data.json"));
    assert_eq!(browser.post("/mine/leave", &[("which", "here")], None).await.to(), "/mine?done=left");
    assert!(!browser.get("/mine").await.text.contains("测试路口的灯不亮"));
    assert!(!browser.get(&page).await.text.contains("测试路口的灯不亮"));
    assert_eq!(browser.get("/mine/copy").await.to(), "/mine", "whoever left takes nothing along");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_tells_whether_a_number_is_known() {
    let (world, _) = world();
    said(&mut Browser::on(&world), "a").await;
    let mut answers = Vec::new();
    for digits in [PHONE, "13900007788"] {
        let mut browser = Browser::on(&world);
        let asked = browser.post("/mine", &[("contact", digits)], None).await;
        let shown = browser.get(asked.to()).await.text.replace(&digits[7..], "TAIL");
        let twice = browser.post("/mine", &[("contact", digits)], None).await;
        let tried = browser.post("/mine/code", &[("code", "12345６")], None).await;
        let told = tried.text.replace(&digits[7..], "TAIL");
        answers.push((asked.to().to_owned(), twice.to().to_owned(), tried.status, shown, told));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_slowed_down() {
    let (world, _) = world();
    let mut browser = Browser::on(&world);
    browser.post("/mine", &[("contact", PHONE)], None).await;
    let mut slow = false;
    for _ in 0..12 {
        let tried = browser.post("/mine/code", &[("code", "123456")], None).await;
        slow |= tried.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slow);
}
