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
