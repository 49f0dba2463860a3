//! What cities ask of a desk in their lists of demands, where no other file of tests is about it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use duban_app::case::{self, On, dispatch::Order, register::Intake};
use duban_domain::{
    Number,
    case::{What, Wish},
    person::Person,
    place::Point,
    request::{Channel, Place, Privacy, Urgency},
};
use duban_testkit::world::World;

use super::tests::{look, sign_in, step, to};

/// A case that the power company has.
fn of_power(world: &World) -> Number {
    with(world, "power", None, None)
}

/// A case that a unit has, somewhere, of an urgency.
fn with(world: &World, unit: &str, point: Option<Point>, urgency: Option<Urgency>) -> Number {
    let intake = Intake {
        channel: Channel::Web,
        kind: None,
        title: "测试路灯".into(),
        text: "测试的路灯不亮".into(),
        place: Place { words: "测试路".into(), division: Some("430203001".into()), point },
        privacy: Privacy::Anonymous,
        person: Person::default(),
        media: Vec::new(),
        source_key: None,
        wish: Wish { hold: true, urgency, ..Wish::default() },
    };
    let number = case::register::by_resident(&world.app, &intake).unwrap().number;
    let order =
        Order { unit: unit.into(), assisting: Vec::new(), reason: "归它管".into(), designated: false };
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

/// The cases that a piece of a page leads to, each once.
fn leads_to(text: &str, mark: &str) -> BTreeSet<String> {
    let links = text.split(mark).skip(1);
    links.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_map_of_a_list_holds_the_cases_of_the_list_after_each_change_of_its_filters() {
    let world = World::sqlite();
    for n in 0..6 {
        let point = Point::from_degrees(113.10 + f64::from(n) * 0.01, 27.83);
        let urgency = if n % 2 == 0 { Urgency::Urgent } else { Urgency::Normal };
        with(&world, if n < 4 { "power" } else { "gas" }, point, Some(urgency));
    }
    let placeless = with(&world, "power", None, Some(Urgency::Normal));
    let mut centre = sign_in(&world, "chen", "hotline", "dispatcher").await;
    let none = look(&mut centre, "/desk/cases?stage=closed&view=map").await.text;
    assert!(!none.contains("class=\"list-map\""), "where nothing is listed there is no map of it");
    let none = look(&mut centre, "/desk/cases?stage=closed&view=map").await.text;
    assert!(!none.contains("class=\"list-map\"") && !none.contains("data-open"), "no case, no map");
    for (filter, cases) in [
        ("stage=all", 7),
        ("unit=power", 5),
        ("unit=power&urgency=urgent", 2),
        ("unit=gas", 2),
        ("urgency=normal", 4),
    ] {
        let page = look(&mut centre, &format!("/desk/cases?{filter}&view=map")).await.text;
        let (_, map) = page.split_once("class=\"list-map\"").unwrap();
        let (map, list) = map.split_once("</section>").unwrap();
        let mut listed = leads_to(list, "<a data-open href=\"");
        assert_eq!(listed.len(), cases, "{filter}");
        let without = listed.remove(&format!("/desk/cases/{placeless}"));
        assert_eq!(map.contains("1 件没有位置"), without, "{filter}: what cannot be on the map is said");
        assert_eq!(
            leads_to(map, "href=\"")
                .into_iter()
                .filter(|to| to.starts_with("/desk/cases/"))
                .collect::<BTreeSet<_>>(),
            listed,
            "{filter}"
        );
    }
}
