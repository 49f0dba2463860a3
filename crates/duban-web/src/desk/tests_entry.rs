//! Work that is entered directly, and several cases that are looked at before they are changed.

use axum::http::StatusCode;
use duban_app::case::{self, On};
use duban_domain::{Number, case::Phase, request::Channel};
use duban_testkit::world::World;

use super::tests::{look, put, sign_in, step, to};
use crate::resident::journey::Browser;

/// The number that an address ends with.
fn number_in(address: &str) -> Number {
    let digits: String =
        address.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number in {address}"))
}

async fn lists(browser: &mut Browser, list: &str, number: &Number) -> bool {
    look(browser, list).await.text.contains(&format!("data-open href=\"/desk/cases/{number}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_handler_enters_lies_with_its_person_or_unit_at_once() {
    let world = World::sqlite();
    put(&world, "zhou", "power", "handler");
    let mut wu = sign_in(&world, "wu", "power", "handler").await;
    let mut zhou = sign_in(&world, "zhou", "power", "handler").await;
    let mut gas = sign_in(&world, "dong", "gas", "handler").await;
    let form = look(&mut wu, "/desk/entry").await;
    assert!(form.text.contains("测试·zhou") && !form.text.contains("测试·dong"), "colleagues only");
    let id = form.text.split("测试·zhou").next().unwrap().rsplit("value=\"").next().unwrap();
    let id = id.split('"').next().unwrap().to_owned();
    let list = look(&mut wu, "/desk/cases").await.text;
    assert!(list.contains("href=\"/desk/entry\""), "the worklist leads there");

    let nothing = wu.post("/desk/entry", &[("text", ""), ("to", "unit")], None).await;
    assert!(
        nothing.status == StatusCode::UNPROCESSABLE_ENTITY
            && nothing.text.matches("class=\"error\"").count() == 2,
        "{}",
        nothing.text
    );
    let why = [("form", "0"), ("text", "测试的井盖缺角"), ("to", "unit"), ("unit", "gas")];
    let asked = wu.post("/desk/entry", &why, None).await;
    assert!(asked.status == StatusCode::UNPROCESSABLE_ENTITY && asked.text.contains("测试的井盖缺角"));

    let own = [("form", "1"), ("text", "测试巡线发现的鸟窝"), ("to", "own"), ("urgency", "urgent")];
    let (once, twice) = (wu.post("/desk/entry", &own, None).await, wu.post("/desk/entry", &own, None).await);
    assert_eq!(to(&once), to(&twice), "sent twice counts once");
    let own = number_in(to(&once));
    let theirs = [("form", "2"), ("text", "测试的箱门没关"), ("to", "colleague"), ("colleague", id.as_str())];
    let theirs = number_in(to(&wu.post("/desk/entry", &theirs, None).await));
    let other = [why.as_slice(), &[("form", "3"), ("reason", "气井归它")]].concat();
    let entered = wu.post("/desk/entry", &other, None).await;
    let there = number_in(to(&entered));
    let told = look(&mut wu, to(&entered)).await;
    assert!(told.text.contains(&there.grouped()) && told.text.contains("燃气"), "{}", told.text);

    assert!(lists(&mut wu, "/desk/cases?handler=me", &own).await, "in the list of whoever entered it");
    assert!(!lists(&mut wu, "/desk/cases?handler=me", &theirs).await);
    assert!(lists(&mut zhou, "/desk/cases?handler=me", &theirs).await, "in the colleague's");
    assert!(lists(&mut gas, "/desk/cases", &there).await, "in the other unit's");
    assert!(!lists(&mut gas, "/desk/cases", &own).await && !lists(&mut wu, "/desk/cases", &there).await);
    let gone = wu.get(&format!("/desk/cases/{there}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let refused = sign_in(&world, "chen", "hotline", "leader").await.get("/desk/entry").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "only whose role has the action");
    it_is_closed_without_a_callback(&world, &own, &mut wu).await;
}

async fn it_is_closed_without_a_callback(world: &World, number: &Number, wu: &mut Browser) {
    let shown = case::show::show(&world.ctx("supervisor", "hotline"), number).unwrap();
    assert_eq!(shown.case.phase(), Phase::InHand, "whoever enters it for themselves has signed");
    assert_eq!(shown.voices[0].request.channel, Channel::Own);
    assert!(shown.case.contact.is_none(), "nobody waits to be contacted");
    let page = look(wu, &format!("/desk/cases/{number}")).await.text;
    assert!(!page.contains("name=\"no_contact\"") && !page.contains("id=\"contact\""), "{page}");
    let said = [("outcome", "solved"), ("public", "清掉了"), ("proof_words", "巡线单 7")];
    step(wu, number.digits(), "answer", &said).await;
    let mut reviewer = sign_in(world, "shen", "hotline", "reviewer").await;
    let done = step(&mut reviewer, number.digits(), "review", &[("do", "approve")]).await;
    let told = look(&mut reviewer, to(&done)).await.text;
    assert!(told.contains("自办事项不用回访") && !told.contains("接下来回访"), "{told}");
    let page = look(&mut reviewer, &format!("/desk/cases/{number}")).await.text;
    assert!(page.contains("自办事项办结"), "{page}");
    let shown = case::show::show(&world.ctx("supervisor", "hotline"), number).unwrap();
    assert_eq!(shown.case.phase(), Phase::Closed);
}

/// A preview changes nothing; what changed since is skipped, and said.
#[tokio::test(flavor = "multi_thread")]
async fn several_cases_change_as_the_preview_said_or_not_at_all() {
    let world = World::sqlite();
    let mut wu = sign_in(&world, "wu", "power", "handler").await;
    let mut numbers = Vec::new();
    for n in ["1", "2", "3"] {
        let form = [("form", n), ("text", "测试的事"), ("to", "unit"), ("unit", "power")];
        numbers.push(number_in(to(&wu.post("/desk/entry", &form, None).await)));
    }
    let on = |n: usize| On { number: numbers[n].clone(), seen: None };
    case::sign::sign(&world.ctx("handler", "power"), &on(0)).unwrap();
    let ticked: Vec<(&str, &str)> = numbers.iter().map(|n| ("case", n.digits())).collect();
    let asked = [ticked.as_slice(), &[("do", "sign"), ("back", "/desk/cases")]].concat();
    let told = wu.post("/desk/batches", &asked, None).await.text;
    assert!(told.contains("确认后会改 2 件，跳过 1 件"), "{told}");
    let (will, skip) = told.split_once("会跳过的").unwrap();
    assert!(skip.contains(numbers[0].digits()) && skip.contains("class=\"meta\""), "with the reason: {skip}");
    assert!(will.contains(numbers[1].digits()) && will.contains(numbers[2].digits()));
    let phase =
        |n: usize| case::show::show(&world.ctx("supervisor", "hotline"), &numbers[n]).unwrap().case.phase();
    assert_eq!((phase(1), phase(2)), (Phase::Dispatched, Phase::Dispatched), "nothing is written yet");
    // Somebody works on one of them between the look and the word.
    case::note::note(&world.ctx("handler", "power"), &on(1), "我先看看").unwrap();
    let sure: Vec<(String, String)> = told
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .filter_map(|field| {
            let (name, rest) = field.split_once("\" value=\"")?;
            Some((name.to_owned(), rest.split('"').next()?.to_owned()))
        })
        .collect();
    let sure: Vec<(&str, &str)> = sure.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let done = wu.post("/desk/batches", &sure, None).await.text;
    assert!(done.contains("签收了 1 件；跳过 1 件"), "{done}");
    assert_eq!((phase(1), phase(2)), (Phase::Dispatched, Phase::InHand));
    let twice = wu.post("/desk/batches", &sure, None).await.text;
    assert!(twice.contains("签收了 1 件"), "the same form twice counts once: {twice}");
    // Who loses a case by it is named.
    let power = world.ctx("handler", "power");
    let to = duban_app::staff::users::list(&world.app).unwrap();
    let wu = to.iter().find(|staff| staff.login == "wu").unwrap();
    case::assign::assign(&power, &on(2), Some(wu.id), "").unwrap();
    let mut chen = sign_in(&world, "chen", "hotline", "dispatcher").await;
    let asked =
        [("case", numbers[2].digits()), ("do", "dispatch"), ("unit", "gas"), ("unit_reason", "归它管")];
    let told = chen.post("/desk/batches", &asked, None).await.text;
    assert!(told.contains("测试·wu"), "{told}");
}
