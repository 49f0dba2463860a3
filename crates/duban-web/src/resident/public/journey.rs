//! The public pages over HTTP: what everybody sees, joins and takes back.

use axum::http::StatusCode;
use duban_app::{notice, watch};
use duban_domain::notice::NoticeChannel;
use duban_testkit::{
    gateway::{Fake, gateways},
    world::World,
};

use crate::resident::journey::Browser;

const TEXT: &str = "测试路口的路灯不亮，请打13900006021找我";

async fn hand_in(browser: &mut Browser, nonce: &str, share: &str) -> String {
    let form = [
        ("form", nonce),
        ("text", TEXT),
        ("privacy", "anonymous"),
        ("share", share),
        ("masked", "1"),
        ("division", "430203001"),
        ("lng", "113.137654"),
        ("lat", "27.832456"),
    ];
    let done = browser.post("/report", &form, None).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    done.to().trim_end_matches("?new=1").trim_start_matches("/track/").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_in_is_public_at_once_and_the_map_and_the_list_agree() {
    let world = World::sqlite();
    let (mut own, mut other) = (Browser::on(&world), Browser::on(&world));
    let number = hand_in(&mut own, "a", "facts").await;
    let href = format!("/requests/{number}");
    let list = other.get("/requests").await;
    let map = other.get("/map?at=113.137,27.832&z=17").await;
    for page in [&list, &map] {
        assert!(page.text.contains(&href), "{}", page.text);
        assert!(!page.text.contains("13900006021") && !page.text.contains("找我"));
    }
    assert!(map.text.contains("这一带有 1 件"), "{}", map.text);
    assert!(
        other.get("/map?at=113.137,27.832&z=11").await.text.contains("这一带有 1 件"),
        "counted from afar too"
    );
    assert!(own.get("/requests").await.text.contains("class=\"own\""), "one's own is marked");
    assert!(!list.text.contains("class=\"own\""));
    let mine = own.get("/requests").await.text;
    let mine = mine.split("id=\"own\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(mine.contains(&format!("/track/{number}")) && mine.contains("正在办"), "{mine}");
    assert!(!list.text.contains("id=\"own\""), "others have a list of their own, or none");
    let matter = other.get(&href).await;
    assert!(matter.status == StatusCode::OK && matter.text.contains("/voices"), "{}", matter.text);
    let tile = other.get("/tiles/public/17/106730/55000.json").await;
    assert_eq!(tile.status, StatusCode::OK);
    assert_eq!(other.get("/tiles/public/17/106730/55000.mvt").await.status, StatusCode::OK);
    assert_eq!(other.get("/tiles/secret/17/106730/55000.mvt").await.status, StatusCode::NOT_FOUND);
    for feed in ["/requests/feed.atom".to_owned(), format!("{href}/feed.atom")] {
        let feed = other.get(&feed).await;
        assert!(feed.text.starts_with("<?xml") && feed.text.contains("<entry>"), "{}", feed.text);
    }
    let near = other.get("/requests/feed.atom?at=113.137,27.832&metres=900").await;
    assert!(near.text.contains(&number));
    let far = other.get("/requests/feed.atom?at=113.5,27.2&metres=900").await;
    assert!(!far.text.contains(&number));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_takes_it_off_the_public_page_and_takes_it_back() {
    let world = World::sqlite();
    let (mut own, mut other) = (Browser::on(&world), Browser::on(&world));
    let number = hand_in(&mut own, "b", "words").await;
    let href = format!("/requests/{number}");
    let page = own.get(&format!("/track/{number}")).await;
    assert!(page.text.contains("请打＊＊＊找我"), "the person sees what others will: {}", page.text);
    let taken = own.post(&format!("/track/{number}/publicity"), &[("share", "nothing")], None).await;
    assert_eq!(taken.to(), format!("/track/{number}?done=shared"));
    assert_eq!(other.get(&href).await.status, StatusCode::NOT_FOUND);
    let foreign = other.post(&format!("/track/{number}/withdrawal"), &[("reason", "x")], None).await;
    assert_eq!(foreign.to(), format!("/track/{number}"), "a stranger is asked for the code");
    let why = own.post(&format!("/track/{number}/withdrawal"), &[], None).await;
    assert_eq!(why.to(), format!("/track/{number}?need=reason#withdraw"));
    let back = own.post(&format!("/track/{number}/withdrawal"), &[("reason", "自己修好了")], None).await;
    let page = own.get(back.to()).await;
    assert!(page.text.contains("您撤回了") && page.text.contains("自己修好了"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_person_joins_and_neither_sees_the_other() {
    let world = World::sqlite();
    let (mut own, mut other) = (Browser::on(&world), Browser::on(&world));
    let number = hand_in(&mut own, "c", "facts").await;
    let to = format!("/requests/{number}/voices");
    assert!(other.get(&to).await.text.contains("name=\"privacy\""));
    let refused = other.post(&to, &[("form", "v"), ("text", "我这边也黑")], None).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("我这边也黑"));
    let form = [("form", "v"), ("text", "我这边也黑"), ("privacy", "anonymous")];
    let (joined, again) = (other.post(&to, &form, None).await, other.post(&to, &form, None).await);
    assert!(joined.status == StatusCode::SEE_OTHER && joined.to() == again.to());
    assert!(!joined.to().contains(&number), "a number of their own");
    let page = other.get(joined.to()).await;
    assert!(page.text.contains("我这边也黑") && !page.text.contains("13900006021"), "{}", page.text);
    assert!(!own.get(&format!("/track/{number}")).await.text.contains("我这边也黑"));
    assert!(other.get(&format!("/requests/{number}")).await.text.contains("2 人遇到"));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_mailed_what_is_new_and_ends_it_by_one_click() {
    let mut world = World::sqlite();
    let mail = Fake::that([]);
    world.app = world.app.clone().with_gateways(gateways(&Fake::that([]), &mail));
    world.app.reached_at("https://12345.example.cn");
    let send = |world: &World| while notice::work(&world.app, NoticeChannel::Mail).unwrap() > 0 {};
    let link = |words: &str| {
        let text = mail.last_to("reader.test@example.cn").unwrap().text;
        let from = text.split("https://12345.example.cn").find(|part| part.starts_with(words)).unwrap();
        from.split_whitespace().next().unwrap().to_owned()
    };
    let (mut own, mut reader) = (Browser::on(&world), Browser::on(&world));
    let nowhere = [("where", "map"), ("place", "公园"), ("pace", "soon"), ("mail", "reader.test")];
    let refused = reader.post("/alerts", &nowhere, None).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("href=\"#place\"") && refused.text.contains("href=\"#mail\""),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("value=\"reader.test\"") && refused.text.contains("value=\"公园\""));
    let everything = [("where", "all"), ("mail", "reader.test@example.cn")];
    assert!(reader.post("/alerts", &everything, None).await.text.contains("href=\"#top\""));
    let form = [
        ("where", "map"),
        ("place", "神农公园"),
        ("metres", "5000"),
        ("pace", "soon"),
        ("mail", "reader.test@example.cn"),
    ];
    assert_eq!(reader.post("/alerts", &form, None).await.to(), "/alerts?sent=1");
    send(&world);
    let confirm = link("/alerts/confirm/");
    let page = reader.get(&confirm).await;
    assert!(
        page.text.contains("神农公园周围 5000 米") && page.text.contains("r***@example.cn"),
        "{}",
        page.text
    );
    assert_eq!(reader.get(&confirm.replace("/confirm/", "/mine/")).await.status, StatusCode::NOT_FOUND);
    let mine = reader.post(&confirm, &[], None).await.to().to_owned();
    assert!(reader.get(&mine).await.text.contains("神农公园周围 5000 米"));
    world.clock.pass_ms(1);
    let number = hand_in(&mut own, "w", "facts").await;
    world.clock.pass_ms(120_000);
    while watch::work(&world.app).unwrap() > 0 {}
    send(&world);
    assert_eq!(link("/requests/"), format!("/requests/{number}"));
    let ends = link("/alerts/mine/");
    let letter = mail.last_to("reader.test@example.cn").unwrap();
    assert_eq!(letter.unsubscribe.as_deref(), Some(format!("https://12345.example.cn{ends}").as_str()));
    assert!(reader.get(&ends).await.text.contains("神农公园"), "whoever looks at the link ends nothing");
    // As RFC 8058 has it: no cookies, no page before.
    let click = Browser::on(&world).post(&ends, &[("List-Unsubscribe", "One-Click")], None).await;
    assert_eq!(click.status, StatusCode::OK, "a mail program follows no redirect");
    assert!(!reader.get(&ends).await.text.contains("神农公园"));
}
