//! The checklist on the case page: shown, ticked, refused without, and on paper.

use axum::http::StatusCode;
use duban_app::case::{self, On, dispatch::Order, register::Intake};
use duban_domain::{Number, case::Wish};
use duban_testkit::world::World;

use super::tests::{look, sign_in, step, to, voice};

/// A missing cover that the unit for streets has in hand.
fn in_hand(world: &World) -> Number {
    let wish = Wish { hold: true, category: Some("utilities.drainage.cover".into()), ..Wish::default() };
    let intake = Intake { text: "测试的井盖缺了一块".into(), wish, ..voice() };
    let number = case::register::by_resident(&world.app, &intake).unwrap().number;
    let on = On { number: number.clone(), seen: None };
    let order =
        Order { unit: "urban".into(), assisting: Vec::new(), reason: "它管".into(), designated: false };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order).unwrap();
    case::sign::sign(&world.ctx("handler", "urban"), &on).unwrap();
    number
}

const ANSWER: [(&str, &str); 4] =
    [("outcome", "solved"), ("public", "换好了新井盖"), ("proof_words", "维修单 7"), ("no_contact", "匿名")];

#[tokio::test(flavor = "multi_thread")]
async fn a_checklist_is_ticked_on_the_page_and_stands_on_paper() {
    let world = World::sqlite();
    let number = in_hand(&world).to_string();
    let page = format!("/desk/cases/{number}");
    let mut unit = sign_in(&world, "zhou", "urban", "handler").await;
    let shown = look(&mut unit, &page).await.text;
    assert!(shown.contains("还有 2 项必做") && shown.contains("value=\"drain-cover/fence\">"), "{shown}");
    let refused = unit.post(&format!("{page}/answer"), &ANSWER, None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("到场先围挡、放警示；装好新井盖") && refused.text.contains("换好了新井盖"));

    // From a page that is no longer the newest: told, and what was ticked stays ticked.
    let old = [("seen", "1"), ("item", "drain-cover/owner")];
    let late = unit.post(&format!("{page}/checklist"), &old, None).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("value=\"drain-cover/owner\" checked"), "{}", late.text);
    let both = [("item", "drain-cover/fence"), ("item", "drain-cover/fitted")];
    let done = step(&mut unit, &number, "checklist", &both).await;
    assert!(look(&mut unit, to(&done)).await.text.contains("清单记下了"));
    let ticked = look(&mut unit, &page).await.text;
    assert!(
        ticked.contains("value=\"drain-cover/fence\" checked") && ticked.contains("清单已办：装好新井盖")
    );
    step(&mut unit, &number, "answer", &ANSWER).await;

    let mut reviewer = sign_in(&world, "qian", "hotline", "reviewer").await;
    let seen = look(&mut reviewer, &page).await.text;
    assert!(seen.contains("已办：") && seen.contains("没有办：") && !seen.contains("name=\"item\""));
    let paper = reviewer.get(&format!("{page}/sheet.pdf")).await;
    assert_eq!(paper.status, StatusCode::OK);
}
