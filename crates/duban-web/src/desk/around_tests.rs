//! Returns, extensions, persons and helpers over HTTP: the forms, the lists, and what is kept when two
//! people write at once.

use axum::http::StatusCode;
use duban_app::case::{self, On, dispatch::Order, register::Intake};
use duban_domain::{
    Number,
    case::Wish,
    person::{Person, Phone},
    request::{Channel, Place, Privacy},
};
use duban_testkit::world::World;

use super::tests::{look, sign_in, step, to};

/// A case that the power company has in hand.
fn in_hand(world: &World) -> Number {
    let intake = Intake {
        channel: Channel::Web,
        kind: None,
        title: "测试路灯".into(),
        text: "测试的路灯不亮".into(),
        place: Place { words: "测试路".into(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Contact,
        person: Person {
            name: "测试·王女士".into(),
            phone: Phone::parse("13900006021").unwrap(),
            ..Person::default()
        },
        media: Vec::new(),
        source_key: None,
        wish: Wish { hold: true, ..Wish::default() },
    };
    let number = case::register::by_resident(&world.app, &intake).unwrap().number;
    let on = On { number: number.clone(), seen: None };
    let order =
        Order { unit: "power".into(), assisting: Vec::new(), reason: "它的线".into(), designated: false };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order).unwrap();
    case::sign::sign(&world.ctx("handler", "power"), &on).unwrap();
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_returns_a_case_and_the_centre_decides() {
    let world = World::sqlite();
    let number = in_hand(&world).to_string();
    let page = format!("/desk/cases/{number}");
    let mut unit = sign_in(&world, "zhou", "power", "handler").await;
    let mut centre = sign_in(&world, "chen", "hotline", "dispatcher").await;
    assert!(look(&mut unit, &page).await.text.contains("id=\"ask-return\""));
    let empty = unit.post(&format!("{page}/return"), &[("words", "写了很多情况")], None).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("写了很多情况") && empty.text.contains("请选一项"), "{}", empty.text);
    step(&mut unit, &number, "return", &[("ground", "not-ours"), ("words", "这是路灯的线")]).await;
    let waiting = look(&mut unit, &page).await;
    assert!(waiting.text.contains("退单待裁定") && !waiting.text.contains("id=\"answer\""));
    let list = look(&mut centre, "/desk/cases?waits=return").await;
    assert!(list.text.contains(&number) && list.text.contains("退单待裁定"));
    let asked = look(&mut centre, &page).await;
    assert!(asked.text.contains("不是本单位职责") && asked.text.contains("这是路灯的线"));
    step(&mut centre, &number, "return-decision", &[("do", "uphold"), ("words", "说得对")]).await;
    let pool = look(&mut centre, "/desk/cases?stage=received").await;
    assert!(pool.text.contains(&number));
    let gone = unit.get(&page).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "it is no longer theirs to see");
    let form = [("unit", "urban"), ("reason", "路灯归它"), ("designated", "yes")];
    step(&mut centre, &number, "dispatch", &form).await;
    let sent = look(&mut centre, &page).await;
    assert!(sent.text.contains("指定承办") && sent.text.contains("同意退单"), "{}", sent.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_is_asked_decided_and_shown_in_the_reckoning() {
    let world = World::sqlite();
    let number = in_hand(&world).to_string();
    let page = format!("/desk/cases/{number}");
    let mut unit = sign_in(&world, "zhou", "power", "handler").await;
    let mut centre = sign_in(&world, "chen", "hotline", "dispatcher").await;
    let long = unit.post(&format!("{page}/extension"), &[("amount", "99"), ("words", "等配件")], None).await;
    assert!(long.status == StatusCode::UNPROCESSABLE_ENTITY && long.text.contains("等配件"), "{}", long.text);
    step(&mut unit, &number, "extension", &[("amount", "1"), ("words", "等配件")]).await;
    assert!(look(&mut centre, "/desk/cases?waits=extension").await.text.contains(&number));
    step(&mut centre, &number, "extension-decision", &[("do", "grant"), ("words", "配件后天到")]).await;
    let shown = look(&mut unit, &page).await;
    assert!(shown.text.contains("批准延期") && shown.text.contains("同意延期"), "{}", shown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_taken_in_person_and_taken_over() {
    let world = World::sqlite();
    let number = in_hand(&world).to_string();
    let page = format!("/desk/cases/{number}");
    let mut zhou = sign_in(&world, "zhou", "power", "handler").await;
    let mut li = sign_in(&world, "li", "power", "handler").await;
    let mine = "/desk/cases?handler=me";
    let id = |page: &str| {
        let (_, rest) = page.split_once("name=\"to\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let first = look(&mut zhou, &page).await;
    assert!(first.text.contains("我来办"));
    step(&mut zhou, &number, "handler", &[("to", &id(&first.text))]).await;
    assert!(look(&mut zhou, mine).await.text.contains(&number));
    assert!(!look(&mut li, mine).await.text.contains(&number));
    let theirs = look(&mut li, &page).await;
    assert!(theirs.text.contains("接过来我办") && theirs.text.contains("测试·zhou"));
    step(&mut li, &number, "handler", &[("to", &id(&theirs.text))]).await;
    assert!(look(&mut li, mine).await.text.contains(&number));
    assert!(!look(&mut zhou, mine).await.text.contains(&number));
    let past = look(&mut zhou, &page).await;
    assert!(past.text.contains("测试·zhou → 测试·li"), "{}", past.text);
}

/// Somebody else was quicker: every word is kept, and what changed is said beside it.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_second_keeps_every_word_and_reads_what_changed() {
    let world = World::sqlite();
    let number = in_hand(&world).to_string();
    let page = format!("/desk/cases/{number}");
    let mut unit = sign_in(&world, "zhou", "power", "handler").await;
    let mut centre = sign_in(&world, "chen", "hotline", "dispatcher").await;
    step(&mut centre, &number, "note", &[("text", "督办员刚到过现场")]).await;
    let typed = "写了很久的一段话，不能丢";
    for (path, field) in [("return", "words"), ("extension", "words"), ("handler", "words")] {
        let form = [("seen", "3"), (field, typed), ("ground", "not-ours"), ("amount", "1"), ("to", "none")];
        let stale = unit.post(&format!("{page}/{path}"), &form, None).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{path}");
        assert!(
            stale.text.contains("这期间有了这些变化") && stale.text.contains("督办员刚到过现场"),
            "{path}"
        );
        assert!(stale.text.contains(typed), "{path}: {}", stale.text);
    }
    let form = [("seen", "3"), ("unit", "gas"), ("words", typed)];
    let stale = centre.post(&format!("{page}/assisting"), &form, None).await;
    assert!(stale.status == StatusCode::CONFLICT && stale.text.contains(typed), "{}", stale.text);
    let joined = step(&mut centre, &number, "assisting", &[("unit", "gas"), ("words", "看管道")]).await;
    assert!(to(&joined).ends_with("done=join"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_goes_to_a_unit_and_to_somebody_outside_by_a_link() {
    let world = World::sqlite();
    let number = in_hand(&world).to_string();
    let page = format!("/desk/cases/{number}");
    let mut unit = sign_in(&world, "zhou", "power", "handler").await;
    let mut gas = sign_in(&world, "dong", "gas", "handler").await;
    let day = "2026-01-07";
    let bad = [("unit", "gas"), ("words", "写好的任务内容"), ("due", "2020-01-01")];
    let refused = unit.post(&format!("{page}/tasks"), &bad, None).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("写好的任务内容"));
    let form = [("unit", "gas"), ("words", "看地下管道"), ("due", day), ("required", "yes")];
    step(&mut unit, &number, "tasks", &form).await;
    let arrived = look(&mut gas, &page).await;
    assert!(arrived.text.contains("看地下管道") && arrived.text.contains("id=\"report-task\""));
    assert!(look(&mut gas, "/desk/cases").await.text.contains(&number));
    step(&mut gas, &number, "task-report", &[("task", "1"), ("words", "没有管道"), ("do", "done")]).await;
    let outside = [("party", "测试·某施工队"), ("words", "取下残枝"), ("due", day)];
    let given = unit.post(&format!("{page}/tasks"), &outside, None).await;
    assert_eq!(given.status, StatusCode::OK, "shown at once, never by an address: {}", given.text);
    let (_, rest) = given.text.split_once("/task/").unwrap();
    let token: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    assert!(!look(&mut unit, &page).await.text.contains(&token), "and only once");

    let mut party = crate::resident::journey::Browser::on(&world);
    let task = look(&mut party, &format!("/task/{token}")).await;
    assert!(task.text.contains("取下残枝") && !task.text.contains("测试的路灯不亮"), "{}", task.text);
    let empty = party.post(&format!("/task/{token}"), &[("do", "done")], None).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = party.post(&format!("/task/{token}"), &[("do", "done"), ("words", "都取下来了")], None).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let again = party.post(&format!("/task/{token}"), &[("do", "done"), ("words", "再点一次")], None).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "a second press is answered kindly");
    let after = look(&mut unit, &page).await;
    assert!(after.text.contains("都取下来了") && !after.text.contains("再点一次"), "{}", after.text);
    let other = party.get(&page).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER, "the desk asks to sign in");
    assert_eq!(party.get("/task/00").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_is_asked_corrected_and_shown_a_file_over_http() {
    let world = World::sqlite();
    let number = in_hand(&world).to_string();
    let page = format!("/desk/cases/{number}");
    let mut unit = sign_in(&world, "zhou", "power", "handler").await;
    let mut operator = sign_in(&world, "li", "hotline", "operator").await;
    step(&mut unit, &number, "question", &[("request", &number), ("words", "是哪一盏灯？")]).await;
    step(&mut unit, &number, "cause", &[("cause", "worn")]).await;
    assert!(look(&mut unit, "/desk/cases?cause=worn").await.text.contains(&number));
    assert!(look(&mut unit, &page).await.text.contains("设施老化损坏"));
    let mut person = crate::resident::journey::Browser::on(&world);
    person.post(&format!("/track/{number}/access"), &[("tail", "6021")], None).await;
    let asked = look(&mut person, &format!("/track/{number}")).await;
    assert!(asked.text.contains("是哪一盏灯？"), "{}", asked.text);
    person.post(&format!("/track/{number}/material"), &[("text", "东头第三盏")], None).await;
    assert!(look(&mut unit, "/desk/cases?waits=told").await.text.contains(&number));
    let bad = [("request", number.as_str()), ("phone", "12"), ("words", "记错了")];
    let refused = operator.post(&format!("{page}/contact-details"), &bad, None).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("记错了"));
    let good = [("request", number.as_str()), ("phone", "13900007788"), ("words", "记错了")];
    step(&mut operator, &number, "contact-details", &good).await;
    let after = look(&mut operator, &page).await;
    assert!(after.text.contains("更正了联系方式") && !after.text.contains("13900007788"), "{}", after.text);
}
