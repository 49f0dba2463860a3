//! What cities ask of a desk in their lists of demands, where no other file of tests is about it.

use axum::http::StatusCode;
use duban_app::case::{self, On, dispatch::Order, register::Intake};
use duban_domain::{
    Number,
    case::{What, Wish},
    person::Person,
    request::{Channel, Place, Privacy},
};
use duban_testkit::world::World;

use super::tests::{look, sign_in, step, to};

/// A case that the power company has.
fn of_power(world: &World) -> Number {
    let intake = Intake {
        channel: Channel::Web,
        kind: None,
        title: "测试路灯".into(),
        text: "测试的路灯不亮".into(),
        place: Place { words: "测试路".into(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Anonymous,
        person: Person::default(),
        media: Vec::new(),
        source_key: None,
        wish: Wish { hold: true, ..Wish::default() },
    };
    let number = case::register::by_resident(&world.app, &intake).unwrap().number;
    let order =
        Order { unit: "power".into(), assisting: Vec::new(), reason: "它的线".into(), designated: false };
    let on = On { number: number.clone(), seen: None };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order).unwrap();
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_in_the_search_field_opens_its_case_whatever_else_is_filtered() {
    let world = World::sqlite();
    let number = of_power(&world);
    let page = format!("/desk/cases/{number}");
    let mut centre = sign_in(&world, "chen", "hotline", "dispatcher").await;
    let elsewhere = "/desk/cases?stage=closed&unit=gas&urgency=critical&from=2020-01-01&to=2020-01-02";
    assert!(!look(&mut centre, elsewhere).await.text.contains(number.digits()), "the filters leave it out");
    let typed = number.grouped().replace(' ', "+");
    for q in [number.to_string(), typed] {
        let found = centre.get(&format!("{elsewhere}&q={q}")).await;
        assert_eq!((found.status, to(&found)), (StatusCode::SEE_OTHER, page.as_str()), "{q}");
    }
    assert!(look(&mut centre, &page).await.text.contains("测试的路灯不亮"));
    let mut stranger = sign_in(&world, "dong", "gas", "handler").await;
    let found = stranger.get(&format!("/desk/cases?q={number}")).await;
    let gone = stranger.get(to(&found)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "it shows nothing that is not theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wrote_and_when_is_the_servers_word() {
    let world = World::sqlite();
    let number = of_power(&world);
    let mut zhou = sign_in(&world, "zhou", "power", "handler").await;
    world.clock.pass_ms(3_600_000);
    let forged = [
        ("text", "带了梯子"),
        ("at", "2001-01-01T00:00:00Z"),
        ("date", "2001-01-01"),
        ("by", "1"),
        ("author", "冒名"),
        ("name", "冒名"),
        ("unit", "gas"),
        ("staff", "9"),
    ];
    step(&mut zhou, number.digits(), "note", &forged).await;
    let shown = case::show::show(&world.ctx("supervisor", "hotline"), &number).unwrap();
    let noted = shown.history.iter().flatten().rfind(|event| matches!(event.what, What::Noted { .. }));
    let noted = noted.unwrap();
    assert_eq!((noted.at, noted.by.name.as_str()), (world.app.now(), "测试·zhou"));
    assert_eq!(noted.by.unit.as_deref(), Some("power"));
    let page = look(&mut zhou, &format!("/desk/cases/{number}")).await.text;
    assert!(page.contains("带了梯子") && !page.contains("冒名") && !page.contains("2001"), "{page}");
}
