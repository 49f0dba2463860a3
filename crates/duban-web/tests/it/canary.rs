//! Side doors: a canary in a hidden case must not appear on any surface for any role outside its
//! reach. Every readable route is a surface; one that is not named here fails the test.

use duban_domain::request::Privacy;
use duban_testkit::world::World;
use duban_web::routes::table;

use crate::visitors::{NAME, NEIGHBOUR, NOTE, PHONE, STAFF, Stage, TEXT, TITLE};

/// The addresses to look at for one readable route: with the hidden number, with words, with filters.
fn addresses(path: &str, number: &str) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    let of_case = |tail: &str| Some(vec![format!("/desk/cases/{number}{tail}")]);
    match path {
        "/"
        | "/report"
        | "/privacy"
        | "/stats"
        | "/desk/reports"
        | "/board/desk"
        | "/desk/phrases"
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
                "?stage=all&view=map",
            ]
            .iter()
            .map(|query| format!("/desk/cases{query}"))
            .chain([format!("/desk/cases?q={number}")])
            .collect(),
        ),
        "/desk/cases/{number}" => of_case(""),
        "/desk/cases/{number}/sheet.pdf" => of_case("/sheet.pdf"),
        "/desk/cases/{number}/media/{id}" => of_case("/media/1"),
        "/desk/reports/{id}" => one("/desk/reports/1"),
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
        path => of_figures(path),
    }
}

/// Numbers by every side, and what is published of them.
fn of_figures(path: &str) -> Option<Vec<String>> {
    match path {
        "/desk/figures" => {
            let sides = ["unit", "category", "district", "channel", "kind", "urgency"];
            let by = sides.map(|by| format!("/desk/figures?from=2026-01-01&to=2026-01-31&by={by}"));
            Some(by.into_iter().chain(["/desk/figures".to_owned()]).collect())
        }
        "/data/{file}" => Some(
            ["counts.csv", "counts.json", "cases.csv", "cases.json"]
                .iter()
                .flat_map(|file| ["2025-12", "2026-01"].map(|month| format!("/data/{month}-{file}")))
                .collect(),
        ),
        "/desk/export" => Some(vec![
            "/desk/export".to_owned(),
            "/desk/export?stage=all&q=%E9%87%91%E4%B8%9D%E9%9B%80".to_owned(),
        ]),
        _ => None,
    }
}

/// What is sent to one writable route: words that it refuses or answers with a page, and changes
/// nothing that the next visitor would miss. The telephone is written with spaces, so that what is
/// only echoed is not taken for what is told.
fn forms(path: &str, number: &str) -> Option<Vec<(String, String)>> {
    let at = |path: &str, form: &str| Some(vec![(path.replace("{number}", number), form.to_owned())]);
    match path {
        "/report" => at(path, "carry=1&text=x"),
        "/track/{number}/access" => at(path, "tail=12"),
        "/track/{number}/evaluation" => at(path, "solved=yes"),
        "/track/{number}/material" => at(path, "text=x"),
        "/desk/login" => at(path, &format!("login={}&password=x", "x".repeat(101))),
        // Ends the session of whoever calls it, and shows nothing.
        "/desk/logout" => Some(Vec::new()),
        "/desk/batches" => Some(
            ["sign", "note", "urgency&urgency=urgent", "dispatch&unit=nowhere", ""]
                .map(|step| (path.to_owned(), format!("case={number}&do={step}")))
                .into(),
        ),
        "/desk/phrases" => at(path, "step=answer&title=&body=x"),
        "/desk/phrases/{id}/removal" => at("/desk/phrases/1/removal", ""),
        "/desk/views" => at(path, "name=x&query=q%3Dx"),
        "/desk/views/{id}/removal" => at("/desk/views/1/removal", ""),
        "/desk/reports" => at(path, "kind=week"),
        "/desk/reports/{id}/proof" => at("/desk/reports/1/proof", ""),
        "/desk/exports" => Some(
            ["csv", "csv-excel", "xlsx", "parquet"]
                .iter()
                .flat_map(|format| {
                    ["", "&filter=stage%3Dall", "&filter=q%3D%25E9%2587%2591%25E4%25B8%259D%25E9%259B%2580"]
                        .map(|filter| (path.to_owned(), format!("format={format}{filter}")))
                })
                .collect(),
        ),
        "/desk/intake" => at(path, "do=check&text=x&phone=139+1234+4321"),
        "/desk/intake/assist" => at(path, "text=x&phone=139+1234+4321"),
        "/open311/v2/{*rest}" => at("/open311/v2/requests.json", "api_key=no&description=x"),
        // A step on a page that is no longer the newest is refused, with the page again.
        step if step.starts_with("/desk/cases/{number}/") => {
            at(path, "seen=99&text=x&note=x&reason=x&public=x&outcome=solved&unit=gas&way=phone")
        }
        _ => None,
    }
}

/// Everybody who may call.
fn visitors() -> impl Iterator<Item = &'static str> {
    ["nobody", NEIGHBOUR].into_iter().chain(STAFF.map(|(login, ..)| login))
}

/// Which canaries a visitor may meet at all.
fn allowed(who: &str) -> &'static [&'static str] {
    match who {
        // The unit in charge and the one that assists, and everybody at the hotline who may see cases.
        "handler" | "assistant" | "operator" | "dispatcher" | "reviewer" | "caller" | "supervisor"
        | "leader" => &[TEXT, TITLE, NOTE],
        _ => &[],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_outside_ones_reach_never_appears_on_any_surface() {
    for privacy in [Privacy::Contact, Privacy::Confidential, Privacy::Anonymous] {
        let world = World::sqlite();
        let stage = Stage::set(&world, privacy);
        let number = stage.hidden.number.digits().to_owned();
        let mut met = 0;
        for route in table().iter().filter(|route| route.method == "GET") {
            let addresses = addresses(route.path, &number);
            let addresses = addresses
                .unwrap_or_else(|| panic!("{} is a new surface: name its addresses here", route.path));
            for address in addresses {
                for who in visitors() {
                    met += seen(&stage, who, "GET", &address, "").await;
                }
            }
        }
        assert!(met > 10, "those within reach do see the case, or this test proves nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_brings_a_canary_back() {
    for privacy in [Privacy::Contact, Privacy::Confidential, Privacy::Anonymous] {
        let world = World::sqlite();
        let stage = Stage::set(&world, privacy);
        let number = stage.hidden.number.digits().to_owned();
        for route in table().iter().filter(|route| route.method == "POST") {
            let forms = forms(route.path, &number);
            let forms =
                forms.unwrap_or_else(|| panic!("{} is a new surface: name its form here", route.path));
            for (address, form) in forms {
                for who in visitors() {
                    seen(&stage, who, "POST", &address, &form).await;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_a_hidden_case_is_served_by_no_other_door() {
    for privacy in [Privacy::Contact, Privacy::Confidential, Privacy::Anonymous] {
        let world = World::sqlite();
        let stage = Stage::set(&world, privacy);
        let (hidden, other, photo) = (stage.hidden.number.digits(), stage.other.number.digits(), stage.photo);
        for (desk, track) in [("", ""), ("?thumb", "?size=thumb")] {
            for who in visitors() {
                let own =
                    stage.call(who, "GET", &format!("/desk/cases/{hidden}/media/{photo}{desk}"), "").await;
                assert_eq!(own.0.is_success(), !allowed(who).is_empty(), "{who}: {}", own.0);
                for door in [
                    format!("/desk/cases/{other}/media/{photo}{desk}"),
                    format!("/track/{other}/media/{photo}{track}"),
                    format!("/track/{hidden}/media/{photo}{track}"),
                ] {
                    let (status, body) = stage.call(who, "GET", &door, "").await;
                    assert!(!status.is_success() && !body.contains("JFIF"), "{who} at {door}: {status}");
                }
            }
        }
    }
}

/// How many canaries a visitor met at one address; one that is not theirs to see fails the test.
async fn seen(stage: &Stage, who: &str, method: &str, address: &str, form: &str) -> usize {
    let (_, body) = stage.call(who, method, address, form).await;
    let met = [TEXT, TITLE, NAME, PHONE, NOTE].into_iter().filter(|canary| body.contains(canary));
    met.inspect(|canary| {
        assert!(allowed(who).contains(canary), "{who} met {canary} at {method} {address}");
    })
    .count()
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
