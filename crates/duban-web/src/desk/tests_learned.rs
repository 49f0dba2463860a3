//! Learned suggestions on the pages: while an operator types, on the dispatcher's case page without script, and on the page
//! of the administrator who goes back.

use axum::http::StatusCode;
use duban_app::triage;
use duban_domain::triage::Aim;
use duban_testkit::{
    lessons::{self, ENOUGH},
    world::World,
};

use super::tests::{look, sign_in, to};

/// The catalogue has a word of it, and so has the past.
const DARK: &str = "路灯一盏都不亮，灯杆被撞歪了";
const NOISE: &str = "搅拌机轰轰响，半夜还在打桩";

fn taught() -> World {
    let mut world = World::sqlite();
    lessons::close(&mut world, 0..ENOUGH);
    for _ in 0..2 {
        triage::learn(&world.ctx("administrator", "hotline"), Aim::Category, true, &mut |_, _| true).unwrap();
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_closed_cases_teach_stands_beside_the_text_below_the_catalogue() {
    let world = taught();
    let mut operator = sign_in(&world, "operator", "hotline", "operator").await;
    let said = operator.post("/desk/intake/assist", &[("text", DARK)], None).await.text;
    let (rules, learned) = said.split_once("data-learned").expect("both stand there");
    assert!(rules.contains("按词的分量"), "the catalogue first: {rules}");
    assert!(
        learned.contains("路灯不亮")
            && learned.contains("data-key=\"alt+8\"")
            && learned.contains(" %</span>"),
        "{learned}"
    );
    assert!(
        learned.contains("{&#34;category&#34;:&#34;utilities.lighting.dark&#34;}"),
        "one key chooses it: {learned}"
    );
    assert!(learned.contains("<mark class=\"hit\">"), "the words that decided: {learned}");
    let english = operator.post("/desk/intake/assist?lang=en", &[("text", "ψψ ωω")], None).await.text;
    assert!(
        !english.contains("alt+8") && (english.contains("does not know") || english.contains("不知道")),
        "{english}"
    );
    let nothing = operator.post("/desk/intake/assist", &[("text", "")], None).await.text;
    assert!(!nothing.contains("data-learned"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_without_script_sees_the_same_and_an_administrator_goes_back() {
    let world = taught();
    let mut operator = sign_in(&world, "operator", "hotline", "operator").await;
    let form = [("form", "1"), ("text", NOISE), ("phone", "13900006021"), ("do", "hold")];
    let kept = operator.post("/desk/intake", &form, None).await;
    let number: String = to(&kept).chars().filter(char::is_ascii_digit).collect();
    let mut dispatcher = sign_in(&world, "dispatcher", "hotline", "dispatcher").await;
    let page = look(&mut dispatcher, &format!("/desk/cases/{number}")).await.text;
    assert!(page.contains("以前的工单这样分") && page.contains("施工噪声"), "{page}");

    let mut admin = sign_in(&world, "admin", "hotline", "administrator").await;
    let page = look(&mut admin, "/desk/city/learning").await.text;
    assert!(page.contains("宏平均 F1") && page.contains("退回这一版"), "{page}");
    let back = [("form", "2"), ("aim", "category"), ("version", "1")];
    assert_eq!(to(&admin.post("/desk/city/learning", &back, None).await), "/desk/city/learning?saved=1");
    let page = look(&mut admin, "/desk/city/learning").await.text;
    assert!(page.contains("用这一版") && !page.contains("退回这一版"), "{page}");
    let odd = [("form", "3"), ("aim", "weather"), ("version", "1")];
    assert_eq!(admin.post("/desk/city/learning", &odd, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(dispatcher.get("/desk/city/learning").await.status, StatusCode::FORBIDDEN);
    let changes = look(&mut sign_in(&world, "audit", "hotline", "auditor").await, "/desk/changes").await.text;
    assert!(changes.contains("分流模型"), "who went back is recorded");
}
