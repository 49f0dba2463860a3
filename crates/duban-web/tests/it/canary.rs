//! Side doors: a canary in a hidden case must not appear on any surface for any role outside its
//! reach. Every readable route is a surface; one that is not named here fails the test.

use duban_domain::request::Privacy;
use duban_testkit::world::World;
use duban_web::routes::table;

use crate::visitors::{NAME, NOTE, PHONE, STAFF, Stage, TEXT, TITLE};

/// The addresses to look at for one readable route: with the hidden number, with words, with filters.
fn addresses(path: &str, number: &str) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    let of_case = |tail: &str| Some(vec![format!("/desk/cases/{number}{tail}")]);
    match path {
        "/"
        | "/report"
        | "/privacy"
        | "/health"
        | "/style"
        | "/desk"
        | "/desk/login"
        | "/desk/intake"
        | "/open311/discovery.json"
        | "/open311/discovery.xml" => one(path),
        "/track" => Some(vec![format!("/track?number={number}")]),
        "/track/{number}" => Some(vec![format!("/track/{number}"), format!("/track/{number}?new=1")]),
        "/track/{number}/media/{id}" => Some(vec![format!("/track/{number}/media/1")]),
        "/desk/cases" => Some(
            [
                "",
                "?q=%E9%87%91%E4%B8%9D%E9%9B%80",
                "?stage=dispatched",
                "?stage=open",
                "?unit=power",
                "?division=430203001",
                "?due=overdue",
                "?sort=new",
            ]
            .iter()
            .map(|query| format!("/desk/cases{query}"))
            .chain([format!("/desk/cases?q={number}")])
            .collect(),
        ),
        "/desk/cases/{number}" => of_case(""),
        "/desk/cases/{number}/media/{id}" => of_case("/media/1"),
        "/desk/figures" => {
            Some(vec!["/desk/figures".to_owned(), "/desk/figures?from=2026-01-01&to=2026-01-31".to_owned()])
        }
        "/events" => one("/events"),
        "/open311/v2/{*rest}" => Some(
            ["services.json", "services.xml", "requests.json", "requests.xml", "requests.json?status=open"]
                .iter()
                .map(|rest| format!("/open311/v2/{rest}"))
                .chain([
                    format!("/open311/v2/requests/{number}.json"),
                    format!("/open311/v2/requests/{number}.xml"),
                    format!("/open311/v2/tokens/{number}.json"),
                ])
                .collect(),
        ),
        "/assets/{*name}" => one("/assets/css/base.css"),
        _ => None,
    }
}

/// Which canaries a visitor may meet at all.
fn allowed(who: &str) -> &'static [&'static str] {
    match who {
        // The unit in charge, and everybody at the hotline who may see cases.
        "handler" | "operator" | "dispatcher" | "reviewer" | "caller" | "supervisor" | "leader" => {
            &[TEXT, TITLE, NOTE]
        }
        _ => &[],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_outside_ones_reach_never_appears_on_any_surface() {
    for privacy in [Privacy::Contact, Privacy::Confidential] {
        let world = World::sqlite();
        let stage = Stage::set(&world, privacy);
        let number = stage.hidden.number.digits().to_owned();
        let mut met = 0;
        for route in table().iter().filter(|route| route.method == "GET") {
            let addresses = addresses(route.path, &number);
            let addresses = addresses
                .unwrap_or_else(|| panic!("{} is a new surface: name its addresses here", route.path));
            for address in addresses {
                for who in std::iter::once("nobody").chain(STAFF.map(|(login, ..)| login)) {
                    let (_, body) = stage.call(who, "GET", &address, "").await;
                    for canary in [TEXT, TITLE, NAME, PHONE, NOTE] {
                        let seen = body.contains(canary);
                        assert!(!seen || allowed(who).contains(&canary), "{who} met {canary} at {address}");
                        met += usize::from(seen);
                    }
                }
            }
        }
        assert!(met > 10, "those within reach do see the case, or this test proves nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_on_a_hidden_case_answers_as_if_there_were_none() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let number = stage.hidden.number.digits();
    for route in
        table().iter().filter(|route| route.method == "POST" && route.path.starts_with("/desk/cases/"))
    {
        let hidden = stage
            .call(
                "stranger",
                "POST",
                &route.path.replace("{number}", number),
                "text=x&note=x&reason=x&public=x&outcome=solved",
            )
            .await;
        let (status, body) = hidden;
        assert!(matches!(status.as_u16(), 403 | 404 | 422), "{}: {status}", route.path);
        for canary in [TEXT, TITLE, NAME, PHONE, NOTE] {
            assert!(!body.contains(canary), "{} showed {canary}", route.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_news_of_a_hidden_case_reach_only_those_within_reach() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let number = stage.hidden.number.digits();
    let write = async {
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        stage.call("supervisor", "POST", &format!("/desk/cases/{number}/note"), "text=note").await
    };
    let (inside, outside, (status, _)) =
        tokio::join!(stage.listen("handler"), stage.listen("stranger"), write);
    assert_eq!(status.as_u16(), 303);
    assert!(inside.contains(number), "the unit in charge hears of it: {inside}");
    assert!(!outside.contains(number) && !outside.contains("noted"), "a stranger heard: {outside}");
}
