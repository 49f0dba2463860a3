//! Side doors: a canary in a hidden case must not appear on any surface for any role outside its
//! reach. Every readable route is a surface; one that is not named here fails the test.

use duban_app::partner;
use duban_domain::{call::Signal, policy::Action, request::Privacy};
use duban_testkit::world::{World, both};
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
        | "/desk/judgements"
        | "/desk/quality"
        | "/desk/quality/mine"
        | "/desk/alerts"
        | "/desk/calls/live"
        | "/desk/calls/bar"
        | "/desk/calls/missed"
        | "/demo/outbox"
        | "/open311/discovery.json"
        | "/open311/discovery.xml"
        | "/manifest.webmanifest"
        | "/sw.js"
        | "/events" => one(path),
        "/track/{number}/receipt" => Some(vec![format!("/track/{number}/receipt")]),
        "/log/{file}" => Some(vec!["/log/checkpoint".to_owned(), "/log/key".to_owned()]),
        "/log/tile/{level}/{*place}" => {
            Some(vec!["/log/tile/0/000.p/1".to_owned(), "/log/tile/0/000".to_owned()])
        }
        "/track" => Some(vec![format!("/track?number={number}")]),
        "/track/{number}" => Some(vec![format!("/track/{number}"), format!("/track/{number}?new=1")]),
        told if is_one_way_in(told) => Some(of_notices(told, number)),
        "/task/{token}" => Some(vec!["/task/00".to_owned(), format!("/task/{number}")]),
        "/desk/cases" => Some(
            [
                "",
                "?q=%E9%87%91%E4%B8%9D%E9%9B%80",
                "?stage=dispatched",
                "?stage=open",
                "?unit=power",
                "?division=430203001",
                "?label=needs-place",
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
        "/desk/quality/{id}" => one("/desk/quality/1"),
        "/desk/callbacks" => Some(vec![
            "/desk/callbacks".to_owned(),
            "/desk/callbacks?from=2026-01-01&to=2026-12-31&ending=confirmed".to_owned(),
        ]),
        "/desk/calls" => Some(vec![
            "/desk/calls".to_owned(),
            "/desk/calls?from=2026-01-01&to=2026-01-31&figure=offered".to_owned(),
        ]),
        "/open311/v2/{*rest}" => Some(open311(number)),
        "/assets/{*name}" => one("/assets/css/base.css"),
        path => of_figures(path).or_else(|| everybodys(path, number)),
    }
}

/// The same for what everybody may see.
fn everybodys(path: &str, number: &str) -> Option<Vec<String>> {
    let one = |text: &str| Some(vec![text.to_owned()]);
    match path {
        "/requests" => Some(vec![path.to_owned(), "/requests?county=430203&top=roads&state=open".to_owned()]),
        "/requests/feed.atom" => Some(vec![
            path.to_owned(),
            "/requests/feed.atom?county=430203".to_owned(),
            "/requests/feed.atom?at=113.145,27.831&metres=900".to_owned(),
        ]),
        "/requests/{number}" | "/requests/{number}/feed.atom" | "/requests/{number}/voices" => {
            one(&path.replace("{number}", number))
        }
        "/verify" => one(path),
        "/track/{number}/receipt" => one(&path.replace("{number}", number)),
        "/log/{file}" => Some(vec!["/log/checkpoint".to_owned(), "/log/key".to_owned()]),
        "/log/tile/{level}/{*place}" => one("/log/tile/0/000.p/1"),
        "/map" => Some(vec![path.to_owned(), "/map?at=113.145,27.831&z=17".to_owned()]),
        // The tiles that the hidden place is in, far and near.
        "/tiles/{layer}/{z}/{x}/{y}" => Some(
            ["public/10/833/430", "public/17/106733/55002", "public/17/106733/55003"]
                .iter()
                .flat_map(|tile| [format!("/tiles/{tile}.json"), format!("/tiles/{tile}.mvt")])
                .collect(),
        ),
        _ => None,
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
        "/desk/entry" => Some(vec![path.to_owned()]),
        "/desk/export" => Some(vec![
            "/desk/export".to_owned(),
            "/desk/export?stage=all&q=%E9%87%91%E4%B8%9D%E9%9B%80".to_owned(),
        ]),
        _ => None,
    }
}

fn is_one_way_in(path: &str) -> bool {
    ["/desk/notices", "/go/", "/track/{number}/media/"].iter().any(|begin| path.starts_with(begin))
}

/// The ledger of notices, by several filters; one notice; the link of one, with a key that is
/// wrong; the photo behind it.
fn of_notices(path: &str, number: &str) -> Vec<String> {
    let queries = ["", "?state=held&channel=sms&kind=receipt", "?channel=page"];
    match path {
        "/desk/notices" => queries.iter().map(|query| format!("{path}{query}")).collect(),
        one => vec![
            one.replace("{id}", "1").replace("{number}", number).replace("{key}", "0123456789abcdef?rate"),
        ],
    }
}

/// The documents of Open311.
fn open311(number: &str) -> Vec<String> {
    ["services.json", "services.xml", "requests.json", "requests.xml", "requests.json?status=open"]
        .iter()
        .map(|rest| format!("/open311/v2/{rest}"))
        .chain([
            format!("/open311/v2/requests/{number}.json"),
            format!("/open311/v2/requests/{number}.xml"),
            format!("/open311/v2/tokens/{number}.json"),
            "/open311/v2/servicerequestupdates.json".to_owned(),
            "/open311/v2/servicerequestupdates.xml".to_owned(),
            format!("/open311/v2/requests.json?service_request_id={number}&extensions=true"),
        ])
        .collect()
}

/// What is sent to one writable route: words that it refuses or answers with a page, and changes
/// nothing that the next visitor would miss. The telephone is written with spaces, so that what is
/// only echoed is not taken for what is told.
fn forms(path: &str, number: &str) -> Option<Vec<(String, String)>> {
    let at = |path: &str, form: &str| Some(vec![(path.replace("{number}", number), form.to_owned())]);
    match path {
        "/report" | "/verify" => at(path, "carry=1&text=x"),
        "/task/{token}" => at("/task/00", "do=done&words=x"),
        "/track/{number}/access" => at(path, "tail=12"),
        "/track/{number}/evaluation" => at(path, "solved=yes"),
        "/track/{number}/material" | "/track/{number}/details" => at(path, "text=x"),
        "/track/{number}/withdrawal" | "/track/{number}/publicity" => at(path, "reason=x&share=words"),
        "/report/preview" | "/report/photo-place" | "/report/questions" | "/report/places" => {
            at(path, "text=x")
        }
        // Without saying how to be reached: refused, with the page again.
        "/requests/{number}/voices" => at(path, "text=x"),
        "/desk/login" => at(path, &format!("login={}&password=x", "x".repeat(101))),
        // Ends the session of whoever calls it, and shows nothing.
        "/desk/logout" => Some(Vec::new()),
        "/desk/notices/{id}/attempts" => Some(vec![("/desk/notices/1/attempts".to_owned(), String::new())]),
        "/desk/entry" => at(path, "text=x&to=unit&unit=nowhere&reason=x"),
        "/desk/batches" => Some(batches(path, number)),
        "/desk/phrases" => at(path, "step=answer&title=&body=x"),
        "/desk/phrases/{id}/removal" => at("/desk/phrases/1/removal", ""),
        "/desk/people" => at(path, "name=x&phone=12"),
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
        // What can be seen of a real call has a test of its own.
        "/cti/{key}" => Some(vec![("/cti/no-such-key".to_owned(), "event=newCall&callId=1".to_owned())]),
        "/desk/quality" => at(path, "seed=1&from=2026-01-01&to=2026-01-02"),
        step if step.starts_with("/desk/quality/{id}/") => {
            Some(vec![(path.replace("{id}", "1"), "words=x&do=stand".to_owned())])
        }
        "/desk/alerts/{id}/seen" => Some(vec![("/desk/alerts/1/seen".to_owned(), String::new())]),
        "/desk/calls/seat" => at(path, "line=8001"),
        "/desk/calls/simulate" => at(path, ""),
        step if step.starts_with("/desk/calls/{id}/") => {
            Some(vec![(path.replace("{id}", "1"), "how=no-answer&words=x".to_owned())])
        }
        // A step on a page that is no longer the newest is refused, with the page again.
        step if step.starts_with("/desk/cases/{number}/") => {
            at(path, "seen=99&text=x&note=x&reason=x&public=x&outcome=solved&unit=gas&way=phone")
        }
        _ => None,
    }
}

fn batches(path: &str, number: &str) -> Vec<(String, String)> {
    ["sign", "note&note=x", "note", "urgency&urgency=urgent", "dispatch&unit=nowhere", ""]
        .iter()
        .flat_map(|step| [format!("case={number}&do={step}"), format!("case={number}@1&sure=yes&do={step}")])
        .map(|form| (path.to_owned(), form))
        .collect()
}

/// Looks at a hidden case of each privacy, on both databases.
fn on_both(privacies: &[Privacy], look: impl AsyncFn(&World, &Stage)) {
    let threads = tokio::runtime::Runtime::new().unwrap();
    for privacy in privacies {
        both(|world| {
            let stage = Stage::set(world, *privacy);
            threads.block_on(look(world, &stage));
        });
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

#[test]
fn a_canary_outside_ones_reach_never_appears_on_any_surface() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |_, stage| {
        let number = stage.hidden.number.digits().to_owned();
        let mut met = 0;
        for route in table().iter().filter(|route| route.method == "GET") {
            let addresses = addresses(route.path, &number);
            let addresses = addresses
                .unwrap_or_else(|| panic!("{} is a new surface: name its addresses here", route.path));
            for address in addresses {
                for who in visitors() {
                    met += seen(stage, who, "GET", &address, "").await;
                }
            }
        }
        assert!(met > 10, "those within reach do see the case, or this test proves nothing");
    });
}

#[test]
fn nothing_that_is_sent_brings_a_canary_back() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |_, stage| {
        let number = stage.hidden.number.digits().to_owned();
        for route in table().iter().filter(|route| route.method == "POST") {
            let forms = forms(route.path, &number);
            let forms =
                forms.unwrap_or_else(|| panic!("{} is a new surface: name its form here", route.path));
            for (address, form) in forms {
                for who in visitors() {
                    seen(stage, who, "POST", &address, &form).await;
                }
            }
        }
    });
}

/// A figure is a surface too: a count or its list tells that a case is there.
#[test]
fn no_figure_cell_counts_a_case_outside_ones_reach() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |world, stage| {
        let hidden = stage.hidden.number.digits();
        let mut cells = 0;
        for (login, role, unit) in STAFF {
            let who = world.member(role, unit);
            if !who.can(Action::Figures) {
                continue;
            }
            let (_, page) = stage.call(login, "GET", "/desk/figures", "").await;
            let power = page.contains("owner=power");
            assert_eq!(
                power,
                !matches!(login, "assistant" | "stranger"),
                "{login}: a row of the unit in charge"
            );
            let mut received = 0;
            for (list, n) in figures_of(&page) {
                cells += 1;
                let (status, found) = stage.call(login, "GET", &list, "").await;
                let rows: Vec<&str> = found.split("data-open href=\"/desk/cases/").skip(1).collect();
                assert!(
                    status.is_success() && rows.len() == n,
                    "{login} at {list}: {n} and {} rows",
                    rows.len()
                );
                let told = rows.iter().any(|row| row.starts_with(hidden));
                assert!(!told || allowed(login).contains(&TITLE), "{login} met the hidden case at {list}");
                received += if list.contains("figure=in&") { n } else { 0 };
            }
            assert!(
                login != "stranger" || received > 0,
                "a stranger's own case is counted, or nothing is proved"
            );
        }
        assert!(cells > 40, "only {cells} cells were opened");
    });
}

/// Every number of a page of figures that opens a list: its address and the number.
fn figures_of(page: &str) -> Vec<(String, usize)> {
    let links = page.split("<a ").skip(1).filter(|link| link.contains("href=\"/desk/cases?figure="));
    let read = |link: &str| {
        let href =
            link.split("href=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&");
        let shown = link.split_once('>')?.1.split("</a>").next()?;
        let shown = shown.split("tile-v\">").last()?.split('<').next()?;
        let n = shown.rsplit(' ').next()?.replace(',', "").parse().ok()?;
        Some((href, n))
    };
    links.filter_map(read).collect()
}

#[test]
fn a_photo_of_a_hidden_case_is_served_by_no_other_door() {
    on_both(&[Privacy::Contact, Privacy::Confidential, Privacy::Anonymous], async |_, stage| {
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
    });
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

#[test]
fn a_step_on_a_hidden_case_answers_as_if_there_were_none() {
    on_both(&[Privacy::Contact], async |_, stage| {
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
    });
}

#[test]
fn live_news_of_a_hidden_case_reach_only_those_within_reach() {
    on_both(&[Privacy::Contact], async |_, stage| {
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
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn systems_meet_what_their_key_reaches_and_never_a_person() {
    for privacy in [Privacy::Contact, Privacy::Confidential, Privacy::Anonymous] {
        let world = World::sqlite();
        let stage = Stage::set(&world, privacy);
        let number = stage.hidden.number.digits();
        let mut met = 0;
        for (unit, may) in [(None, &[][..]), (Some("gas"), &[]), (Some("power"), &[TEXT])] {
            let key = partner::add_key(&world.app, &format!("system of {unit:?}"), unit).unwrap();
            for address in [
                "requests.json",
                "requests.xml",
                "requests.json?extensions=true",
                "servicerequestupdates.json",
                &format!("requests/{number}.json"),
                &format!("requests.json?service_request_id={number}"),
                &format!("tokens/{number}.json"),
            ] {
                let sign = if address.contains('?') { '&' } else { '?' };
                let address = format!("/open311/v2/{address}{sign}api_key={key}");
                let (_, body) = stage.call("nobody", "GET", &address, "").await;
                for canary in [TEXT, TITLE, NAME, PHONE, NOTE].into_iter().filter(|c| body.contains(*c)) {
                    assert!(may.contains(&canary), "{unit:?} met {canary} at {address}");
                    met += 1;
                }
                if privacy == Privacy::Confidential && may.is_empty() {
                    let told = address.contains(number) && body.contains("service_code");
                    assert!(!told, "a confidential case is not there: {address}");
                }
            }
            let form = format!(
                "api_key={key}&update_id=u&service_request_id={number}&status=CLOSED&updated_datetime=2026-01-05T00:00:00Z&description=x"
            );
            let (status, body) =
                stage.call("nobody", "POST", "/open311/v2/servicerequestupdates.json", &form).await;
            assert_eq!(status.as_u16(), if may.is_empty() { 404 } else { 201 }, "{unit:?}: {body}");
        }
        assert!(met > 0, "the unit's own system reads its words, or this test proves nothing");
    }
}

/// Whoever calls back needs the whole number; everybody else sees a mask at most, and units nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_number_behind_a_call_is_shown_to_whoever_calls_back_and_to_nobody_else() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let told = |signal| duban_app::call::Told {
        call: "a".into(),
        signal,
        direction: None,
        from: PHONE.into(),
        to: "12345".into(),
        line: String::new(),
        at: None,
        cause: String::new(),
        recording: String::new(),
    };
    let id = duban_app::call::hear(&world.app, "t", &told(Signal::NewCall)).unwrap().0;
    let masked = "139 **** 4321";
    let pages = ["/desk/calls", "/desk/calls/bar", "/desk/calls/live", "/desk/calls/missed"];
    let own = format!("/desk/intake?call={id}");
    for ended in [false, true] {
        if ended {
            duban_app::call::hear(&world.app, "t", &told(Signal::Hangup)).unwrap();
        }
        for who in visitors() {
            let mut seen = String::new();
            for page in pages.iter().copied().chain([own.as_str()]) {
                let (_, body) = stage.call(who, "GET", page, "").await;
                assert!(!body.contains(PHONE), "{who} met the number at {page}");
                seen.push_str(&body);
            }
            let theirs = matches!(who, "operator" | "dispatcher" | "supervisor" | "leader" | "reviewer");
            assert_eq!(seen.contains(masked), theirs, "{who}, {ended}");
            if ended {
                let (_, body) = stage.call(who, "POST", &format!("/desk/calls/{id}/number"), "").await;
                assert_eq!(body.contains(PHONE), matches!(who, "operator" | "dispatcher"), "{who}");
            }
        }
    }
}
