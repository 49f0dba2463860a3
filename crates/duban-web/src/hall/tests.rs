//! The hall over HTTP: everybody's look, the counter, the reviewer, the cashier; in both languages.

use axum::http::StatusCode;
use duban_app::hall;
use duban_testkit::world::World;

use crate::{
    desk::tests::{look, sign_in},
    resident::journey::Browser,
};

const SERVICE: &str = "/services/bicycle-deposit";
const CARDS: &str = "card,name,id,deposit,balance,how,print
02184471,测试·路女士,11010519491231002X,200,13.50,personal,other
90000001,测试·白女士,,100,0,online,
";

fn world() -> World {
    let world = World::sqlite();
    hall::import(&world.app, "bicycle-deposit", CARDS.as_bytes()).unwrap();
    world
}

/// Agrees to what the page shows, and where that leads.
async fn agrees(reviewer: &mut Browser, one: &str) -> String {
    let seen = look(reviewer, one).await.hidden("version").to_owned();
    let agreed = [("do", "approve"), ("version", &*seen)];
    reviewer.post(&format!("{one}/review"), &agreed, None).await.to().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_finds_out_which_one_one_is_by_questions_or_by_the_number_of_the_card() {
    let world = world();
    let mut own = Browser::on(&world);
    assert!(own.get("/services").await.text.contains(SERVICE));
    let first = own.get(SERVICE).await.text;
    assert!(first.contains("卡是怎么办的") && first.contains("没有截止日期") && !first.contains("卡还在吗"));
    let second = own.get(&format!("{SERVICE}?how=personal")).await.text;
    assert!(second.contains("印着“自行车卡”") && second.contains("自己在窗口办的"), "{second}");
    let done = own.get(&format!("{SERVICE}?how=personal&print=bike&card=lost")).await.text;
    for said in ["个人窗口办的卡", "先跑一趟", "押金回单", "10.00", "已经公布", "E 区 37 号", "没有截止日期"]
    {
        assert!(done.contains(said), "{said}: {done}");
    }
    let english = Browser::on(&world).get(&format!("{SERVICE}?how=online&lang=en")).await.text;
    assert!(english.contains("Signed up on the phone") && english.contains("No need to come"), "{english}");
    let wrong = own.post(SERVICE, &[("card", "12345")], None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("登记里没有这个卡号"));
    let found = own.post(SERVICE, &[("card", "9000 0001")], None).await;
    assert_eq!(found.to(), format!("{SERVICE}?how=online"), "no number stands in an address");
    let known = own.post(SERVICE, &[("card", "02184471")], None).await;
    assert_eq!(known.to(), format!("{SERVICE}?how=personal&print=other"));
    assert_eq!(own.get("/services/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(own.get("/services/receipt/H20260105-0001/00").await.status, StatusCode::NOT_FOUND);
}

/// What a clerk types, with an identity number that is wrong in its last sign.
fn taken() -> Vec<(&'static str, &'static str)> {
    vec![
        ("service", "bicycle-deposit"),
        ("number", "0218 4471"),
        ("q-card", "lost"),
        ("paper", "id"),
        ("paper", "bank"),
        ("f-name", "测试·路女士"),
        ("f-id", "110105194912310020"),
        ("f-account", "6228480402564890019"),
        ("f-account-name", "测试·路女士"),
        ("shown", "20350"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_a_reviewer_and_a_cashier_do_their_part_and_no_other() {
    let world = world();
    let mut clerk = sign_in(&world, "cle", "hotline", "clerk").await;
    let mut form = taken();
    let mut looked = form.clone();
    looked.push(("do", "look"));
    let page = clerk.post("/desk/hall/new", &looked, None).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("贰佰零叁元伍角整") && page.text.contains("有的老卡就是这样"),
        "an old card warns"
    );
    assert!(!page.text.contains("name=\"signed\" value=\"1\" checked"), "never ticked");
    form.push(("do", "submit"));
    let unsigned = clerk.post("/desk/hall/new", &form, None).await;
    assert_eq!(unsigned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unsigned.text.contains("最后一位和前面的对不上") && unsigned.text.contains("6228480402564890019")
    );
    form.extend([("f-id", "11010519491231002X"), ("signed", "1")]);
    let taken = clerk.post("/desk/hall/new", &form, None).await;
    assert_eq!(taken.to(), "/desk/hall/applications/H20260105-0001", "{}", taken.text);
    assert_eq!(clerk.post("/desk/hall/new", &form, None).await.to(), taken.to(), "twice is once");
    let one = taken.to().to_owned();
    let shown = look(&mut clerk, &one).await.text;
    assert!(shown.contains("6228 **** **** 0019") && !shown.contains("6228480402564890019"));
    assert_eq!(
        clerk.post(&format!("{one}/review"), &[("do", "approve")], None).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(clerk.get("/desk/hall/books").await.status, StatusCode::FORBIDDEN);
    let receipt = clerk.post(&format!("{one}/receipt"), &[], None).await;
    assert_eq!(receipt.headers["content-type"], "application/pdf");

    let mut reviewer = sign_in(&world, "rev", "hotline", "hall-reviewer").await;
    assert!(look(&mut reviewer, "/desk/hall").await.text.contains("H20260105-0001"));
    assert_eq!(agrees(&mut reviewer, &one).await, one);

    let mut cashier = sign_in(&world, "cas", "hotline", "cashier").await;
    let batch =
        cashier.post("/desk/hall/payouts", &[("service", "bicycle-deposit")], None).await.to().to_owned();
    let order = cashier.get(&format!("{batch}/order.xml")).await;
    assert!(order.text.contains("<EndToEndId>H20260105-0001-1</EndToEndId>"), "{}", order.text);
    let odd = cashier.post(&format!("{batch}/answer"), &[("answer", "业务编号,状态\nX,成功\n")], None).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(odd.text.contains("没有 X") && odd.text.contains("X,成功"));
    let said = "业务编号,状态\nH20260105-0001-1,成功\n";
    let read = cashier.post(&format!("{batch}/answer"), &[("answer", said)], None).await;
    assert!(look(&mut cashier, read.to()).await.text.contains("付出 1 笔"));
    assert!(look(&mut cashier, "/desk/hall/books").await.text.contains("三方一致"));
    let early = cashier.post("/desk/hall/books", &[("day", "2026-01-05"), ("statement", "1")], None).await;
    assert!(early.text.contains("余额不一样"));
    let closed =
        cashier.post("/desk/hall/books", &[("day", "2026-01-05"), ("statement", "110.00")], None).await;
    assert_eq!(closed.to(), "/desk/hall/books", "{}", closed.text);
    let mut stranger = sign_in(&world, "gas", "gas", "handler").await;
    for path in ["/desk/hall", one.as_str()] {
        assert_eq!(stranger.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}
