//! The ledger of notices over HTTP: what failed says why and is sent again; each sees what they may.

use axum::http::StatusCode;
use duban_app::{
    notice::{self, StaffBox},
    staff::users,
};
use duban_domain::{
    notice::{DigestWish, NoticeChannel},
    person::Mail,
};
use duban_testkit::{
    gateway::{Does, Fake, gateways},
    world::World,
};

use super::tests::{look, sign_in};
use crate::resident::journey::Browser;

fn send(world: &World) {
    for channel in [NoticeChannel::Sms, NoticeChannel::Mail] {
        while notice::work(&world.app, channel).unwrap() > 0 {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_mail_says_why_in_the_ledger_and_is_sent_again() {
    let mut world = World::sqlite();
    let letters = Fake::that([Does::Refuses("550 mailbox is full")]);
    world.app = world.app.clone().with_gateways(gateways(&Fake::that([]), &letters));
    world.app.reached_at("https://12345.example.cn");
    let form = [
        ("form", "n"),
        ("text", "测试路口的樟树，一根大枝压在电线上"),
        ("privacy", "contact"),
        ("mail", "wang.test@example.cn"),
    ];
    let handed = Browser::on(&world).post("/report", &form, None).await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "a mail address alone is enough");
    send(&world);

    let mut browser = sign_in(&world, "du", "hotline", "supervisor").await;
    let ledger = look(&mut browser, "/desk/notices?state=failed").await;
    assert!(ledger.text.contains("550 mailbox is full") && ledger.text.contains("w***@example.cn"));
    assert!(!ledger.text.contains("wang.test"), "the address is on no page");
    let id = ledger.text.split("/desk/notices/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = format!("/desk/notices/{id}");
    assert!(look(&mut browser, &page).await.text.contains("我们已经收到"), "the full text is there");
    let again = browser.post(&format!("{page}/attempts"), &[], None).await;
    assert_eq!(again.to(), format!("{page}?done"));
    send(&world);
    assert_eq!(letters.taken().len(), 1);
    assert!(look(&mut browser, &page).await.text.contains("250 taken"));
    let number = handed.to().trim_start_matches("/track/").trim_end_matches("?new=1");
    let case = look(&mut browser, &format!("/desk/cases/{number}")).await;
    assert!(
        case.text.contains("id=\"told\"") && case.text.contains("受理回执"),
        "the case says who was told"
    );
    assert!(case.text.contains(&format!("/go/{number}/…")), "and gives nobody the key");

    let mut keeper = sign_in(&world, "admin", "hotline", "administrator").await;
    let bare = look(&mut keeper, "/desk/notices").await;
    assert!(bare.text.contains("w***@example.cn") && !bare.text.contains("樟树"));
    let mut stranger = sign_in(&world, "gas", "gas", "handler").await;
    assert_eq!(stranger.get(&page).await.status, StatusCode::NOT_FOUND);
    let refused = stranger.post(&format!("{page}/attempts"), &[], None).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get("/demo/outbox").await.status, StatusCode::NOT_FOUND, "a real city has no outbox");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_the_ledger_says_so_and_a_wrong_address_comes_back() {
    let world = World::sqlite();
    let form = [("form", "n"), ("text", "路灯不亮"), ("privacy", "contact"), ("mail", "wang@nowhere")];
    let wrong = Browser::on(&world).post("/report", &form, None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("这不像一个邮箱地址") && wrong.text.contains("wang@nowhere"),
        "what was typed stays"
    );
    let none = [("form", "n"), ("text", "路灯不亮"), ("privacy", "contact")];
    assert_eq!(
        Browser::on(&world).post("/report", &none, None).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let mut browser = sign_in(&world, "du", "hotline", "supervisor").await;
    let ledger = look(&mut browser, "/desk/notices").await;
    assert!(ledger.text.contains("还没有设置网关：短信、邮件"), "{}", ledger.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_looked_at_mended_kept_and_given_back_in_the_browser() {
    let world = World::sqlite();
    let mut editor = sign_in(&world, "ed", "hotline", "editor").await;
    let list = look(&mut editor, "/desk/notice-texts").await;
    assert!(list.text.contains("/desk/notice-texts/receipt") && list.text.contains("受理回执"));
    let path = "/desk/notice-texts/receipt";
    let form = |mail: &'static str, act: &'static str, seen: &'static str| {
        [
            ("form", "n"),
            ("seen", seen),
            ("subject", "收到 {number}"),
            ("subject_en", "Received {number}"),
            ("mail", mail),
            ("mail_en", "We have it: {number}"),
            ("do", act),
        ]
    };
    let wrong = editor.post(path, &form("好 {numbr}", "keep", "0"), None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("没有变量 {numbr}") && wrong.text.contains("好 {numbr}"),
        "what was typed stays"
    );
    let shown = editor.post(path, &form("好 {number}，{title}", "look", "0"), None).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("好 2601 0500 0017"), "{}", shown.text);
    assert!(shown.text.contains("&lt;三盏&gt;") && !shown.text.contains("<三盏>"), "values stay values");
    assert!(look(&mut editor, path).await.text.contains("城市包里的文字"), "looking keeps nothing");
    let kept = editor.post(path, &form("好 {number}", "keep", "0"), None).await;
    assert_eq!(kept.to(), format!("{path}?done"));
    let page = look(&mut editor, path).await;
    assert!(page.text.contains("用回城市包的文字") && page.text.contains("好 {number}"));
    assert_eq!(page.hidden("seen"), "1");
    let late = editor.post(path, &form("我写的 {number}", "keep", "0"), None).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("我写的 {number}") && late.text.contains("别人改过这段文字"), "{}", late.text);
    assert_eq!(late.hidden("seen"), "1", "who has read what changed keeps it with the next click");
    editor.post(path, &form("好 {number}", "restore", "1"), None).await;
    let page = look(&mut editor, path).await;
    assert!(page.text.contains("您反映的") && !page.text.contains("用回城市包的文字"));
    assert_eq!(editor.get("/desk/notice-texts/nothing").await.status, StatusCode::NOT_FOUND);
    let mut other = sign_in(&world, "eg", "gas", "editor").await;
    assert_eq!(other.get(path).await.status, StatusCode::FORBIDDEN, "a unit's editor has the unit's texts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_sets_on_a_page_whom_cases_are_mailed_to() {
    let world = World::sqlite();
    let mut keeper = sign_in(&world, "admin", "hotline", "administrator").await;
    let page = look(&mut keeper, "/desk/staff-mail").await;
    assert!(page.text.contains("value=\"both\" checked"), "{}", page.text);
    let wrong = keeper.post("/desk/staff-mail", &[("form", "n"), ("news", "often")], None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = keeper.post("/desk/staff-mail", &[("form", "n"), ("news", "person")], None).await;
    assert_eq!(kept.to(), "/desk/staff-mail?done");
    assert!(look(&mut keeper, "/desk/staff-mail").await.text.contains("value=\"person\" checked"));
    assert_eq!(notice::city_rule(&world.app).unwrap().key(), "person", "it holds at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_says_on_their_own_page_whether_they_want_the_digest() {
    let world = World::sqlite();
    let mut li = sign_in(&world, "li", "urban", "handler").await;
    let bare = look(&mut li, "/desk/me").await;
    assert!(bare.text.contains("还没有登记您的邮箱") && bare.text.contains("08:10"), "{}", bare.text);
    let refused = li.post("/desk/me/digest", &[("digest", "off")], None).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "there is nothing to switch off");
    let id = users::list(&world.app).unwrap().into_iter().find(|staff| staff.login == "li").unwrap().id;
    let mail = Mail::parse("li.test@example.cn").unwrap();
    notice::set_mail(&world.app, id, &StaffBox { mail, ..StaffBox::default() }).unwrap();
    let usual = look(&mut li, "/desk/me").await;
    assert!(usual.text.contains("l***@example.cn") && !usual.text.contains("li.test"));
    assert!(usual.text.contains("name=\"digest\" value=\"\" checked"), "{}", usual.text);
    let kept = li.post("/desk/me/digest", &[("digest", "off")], None).await;
    assert_eq!(kept.to(), "/desk/me?done=digest#digest");
    assert!(look(&mut li, "/desk/me?done=digest").await.text.contains("value=\"off\" checked"));
    assert_eq!(li.post("/desk/me/digest", &[("digest", "often")], None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(notice::mail_of(&world.app, id).unwrap().digest, Some(DigestWish::Off));
    let mut admin = sign_in(&world, "admin", "hotline", "administrator").await;
    assert!(
        look(&mut admin, "/desk/me").await.text.contains("没有每日汇总"),
        "who sees no case has no digest"
    );
    let mut editor = sign_in(&world, "wen", "hotline", "editor").await;
    let form = [
        ("do", "look"),
        ("subject", "汇总"),
        ("subject_en", "Digest"),
        ("mail", "早：\n\n{list}"),
        ("mail_en", "Morning:\n\n{list}"),
    ];
    let look = editor.post("/desk/notice-texts/digest", &form, None).await;
    assert!(
        look.text.contains("今天到期：2 件") && look.text.contains("/desk/cases?due=today"),
        "{}",
        look.text
    );
}
