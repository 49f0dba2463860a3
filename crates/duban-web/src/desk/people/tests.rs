//! Erasing a person over HTTP, from their own page to the ledger; and what holds it back.

use axum::http::StatusCode;
use duban_app::jobs;
use duban_domain::Number;
use duban_testkit::world::World;

use crate::{
    desk::tests::{look, sign_in},
    resident::journey::Browser,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_asks_on_their_page_and_the_officer_looks_and_decides() {
    let world = World::sqlite();
    let mut own = Browser::on(&world);
    let form = [
        ("form", "n"),
        ("text", "测试路口的路灯不亮，打13900006021找测试·王女士"),
        ("privacy", "contact"),
        ("name", "测试·王女士"),
        ("phone", "13900006021"),
    ];
    let handed = own.post("/report", &form, None).await;
    let number = handed.to().trim_start_matches("/track/").trim_end_matches("?new=1").to_owned();
    let page = format!("/track/{number}");
    let asked = own.post(&format!("{page}/erasure"), &[("what", "all")], None).await;
    assert_eq!(asked.to(), format!("{page}?done=erasure"));
    assert!(own.get(asked.to()).await.text.contains("有专人看"));

    let mut officer = sign_in(&world, "pri", "hotline", "privacy").await;
    let ledger = look(&mut officer, "/desk/erasures").await;
    let id = ledger.text.split("/desk/erasures/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let one = format!("/desk/erasures/{id}");
    let shown = look(&mut officer, &one).await.text;
    assert!(shown.contains("王女士") && shown.contains("＊＊＊") && shown.contains("现在删不了"), "{shown}");
    let early = officer.post(&one, &[("do", "agree"), ("check", "called-back")], None).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("还在办"), "{}", early.text);

    own.post(&format!("{page}/withdrawal"), &[("reason", "自己修好了")], None).await;
    let held = officer
        .post("/desk/retention", &[("do", "hold"), ("number", &number), ("words", "诉讼")], None)
        .await;
    assert_eq!(held.to(), "/desk/retention?saved=1");
    let check = [("do", "agree"), ("check", "papers")];
    assert!(officer.post(&one, &check, None).await.text.contains("法定留存"));
    assert!(look(&mut officer, "/desk/retention").await.text.contains("诉讼"));
    officer.post("/desk/retention", &[("do", "release"), ("number", &number)], None).await;
    let unknown = officer.post(&one, &[("do", "agree"), ("words", "电话里说的")], None).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.text.contains("还没有核对是不是本人") && unknown.text.contains("电话里说的"));
    let agreed = officer.post(&one, &[("do", "agree"), ("check", "called-back")], None).await;
    assert_eq!(agreed.to(), one);
    while jobs::work(&world.app).unwrap() > 0 {}
    let over = look(&mut officer, &one).await.text;
    assert!(
        over.contains("已删")
            && over.contains("回拨留下的号码核对")
            && over.contains("1 / 1")
            && !over.contains("王女士"),
        "{over}"
    );
    let gone = own.get(&page).await.text;
    assert!(!gone.contains("王女士") && !gone.contains("测试路口"), "the pass opens nothing any more");

    let mut stranger = sign_in(&world, "gas", "gas", "handler").await;
    assert_eq!(stranger.get("/desk/erasures").await.status, StatusCode::FORBIDDEN);
    assert_eq!(stranger.get(&one).await.status, StatusCode::FORBIDDEN);
    assert_eq!(stranger.get("/desk/retention").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_wrongly_keeps_what_was_typed() {
    let world = World::sqlite();
    let mut operator = sign_in(&world, "op", "hotline", "operator").await;
    let number = Number::make(jiff::civil::date(2026, 1, 5), 9, false);
    let number = number.digits();
    let form = [
        ("number", number),
        ("ground", "heirs"),
        ("check", "kinship"),
        ("what", "one"),
        ("words", "家属来电"),
    ];
    let wrong = operator.post("/desk/erasures", &form, None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("没有这个编号") && wrong.text.contains("家属来电"), "{}", wrong.text);
    for chosen in ["value=\"heirs\" selected", "value=\"kinship\" selected"] {
        assert!(wrong.text.contains(chosen), "{}", wrong.text);
    }
    let unchecked = [("number", number), ("ground", "asked")];
    assert!(operator.post("/desk/erasures", &unchecked, None).await.text.contains("还没有核对"));
    let none = operator.post("/desk/erasures", &[("number", number)], None).await;
    assert!(none.text.contains("请选一个事由"), "{}", none.text);
}
