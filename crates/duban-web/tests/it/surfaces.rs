//! Where a canary is looked for: the addresses of each readable route, and what is sent to each writable
//! one. A route that is not named here fails the tests of [`crate::canary`].

use crate::canary_administrators as administrators;

/// The addresses to look at for one readable route: with the hidden number, with words, with filters.
pub(crate) fn addresses(path: &str, number: &str) -> Option<Vec<String>> {
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
        path => of_figures(path).or_else(|| of_letters(path, number)).or_else(|| everybodys(path, number)),
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
        "/answers" => Some(vec![
            path.to_owned(),
            format!("/answers?q={number}"),
            "/answers?q=%E9%87%91%E4%B8%9D%E9%9B%80".to_owned(),
            "/answers?kind=rumour".to_owned(),
        ]),
        "/answers/{id}" => one("/answers/1"),
        "/track/{number}/receipt" => one(&path.replace("{number}", number)),
        "/log/{file}" => Some(vec!["/log/checkpoint".to_owned(), "/log/key".to_owned()]),
        "/log/tile/{level}/{*place}" => one("/log/tile/0/000.p/1"),
        "/alerts" => Some(vec![
            path.to_owned(),
            "/alerts?top=roads&county=430203".to_owned(),
            "/alerts?sent=1".to_owned(),
        ]),
        "/mine/copy" => Some(vec![path.to_owned()]),
        "/mine" => Some(vec![path.to_owned(), format!("/mine?for={number}&done=late")]),
        "/alerts/confirm/{token}" | "/alerts/mine/{token}" => one(&path.replace("{token}", "0-0-0")),
        "/map" => Some(vec![path.to_owned(), "/map?at=113.145,27.831&z=17".to_owned()]),
        // The tiles that the hidden place is in, far and near.
        "/tiles/{layer}/{z}/{x}/{y}" => Some(
            ["public/10/833/430", "public/17/106733/55002", "public/17/106733/55003"]
                .iter()
                .flat_map(|tile| [format!("/tiles/{tile}.json"), format!("/tiles/{tile}.mvt")])
                .collect(),
        ),
        api if api.starts_with("/api/v1/") => Some(of_api(api, number)),
        _ => administrators::addresses(path),
    }
}

/// The API, as those call it who are signed in; keys have a test of their own.
fn of_api(path: &str, number: &str) -> Vec<String> {
    let one = path.replace("{number}", number).replace("{id}", "1");
    match path {
        "/api/v1/cases" => {
            ["", "?stage=all", "?q=%E9%87%91%E4%B8%9D%E9%9B%80", "?stage=all&unit=power", "?who=x"]
                .map(|query| format!("{path}{query}"))
                .to_vec()
        }
        "/api/v1/figures" => vec![one.clone(), format!("{one}?from=2026-01-01&to=2026-01-31")],
        _ => vec![one],
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

/// Mail that came, and how notices are worded and to whom they go.
fn of_letters(path: &str, number: &str) -> Option<Vec<String>> {
    match path {
        "/desk/knowledge" => {
            Some(vec![path.to_owned(), format!("{path}?list=retired"), format!("{path}?new=1")])
        }
        "/desk/knowledge/{id}" => Some(vec!["/desk/knowledge/1".to_owned()]),
        "/desk/notice-texts" | "/desk/staff-mail" | "/desk/letters" => Some(vec![path.to_owned()]),
        "/desk/notice-texts/{key}" => Some(vec!["/desk/notice-texts/receipt".to_owned()]),
        "/desk/cases/{number}/letters" => Some(vec![format!("/desk/cases/{number}/letters")]),
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
pub(crate) fn forms(path: &str, number: &str) -> Option<Vec<(String, String)>> {
    let at = |path: &str, form: &str| Some(vec![(path.replace("{number}", number), form.to_owned())]);
    match path {
        "/report" | "/verify" => at(path, "carry=1&text=x"),
        "/task/{token}" => at("/task/00", "do=done&words=x"),
        "/track/{number}/access" => at(path, "tail=12"),
        "/track/{number}/evaluation" => at(path, "solved=yes"),
        "/track/{number}/material" | "/track/{number}/details" => at(path, "text=x"),
        // Nobody who looks here has the telephone: the page asks for its tail, and sends nothing.
        "/track/{number}/code" | "/track/{number}/confirmation" => at(path, "means=phone&code=123456"),
        "/track/{number}/erasure" => at(path, "what=all"),
        "/track/{number}/withdrawal" | "/track/{number}/publicity" => at(path, "reason=x&share=words"),
        beside if beside.starts_with("/report/") => at(path, "text=x"),
        // Without saying how to be reached: refused, with the page again.
        "/requests/{number}/voices" => at(path, "text=x"),
        // Without an address: refused, with the page again.
        "/alerts" => at(path, "where=list&division=430203&pace=soon"),
        "/alerts/confirm/{token}" => at("/alerts/confirm/0-0-0", ""),
        "/alerts/mine/{token}" => at("/alerts/mine/0-0", "List-Unsubscribe=One-Click"),
        "/desk/notices/{id}/attempts" => Some(vec![("/desk/notices/1/attempts".to_owned(), String::new())]),
        "/desk/entry" => at(path, "text=x&to=unit&unit=nowhere&reason=x"),
        "/desk/people" => at(path, "name=x&phone=12"),
        "/desk/batches" => Some(batches(path, number)),
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
        path => of_the_door(path).or_else(|| of_texts(path)),
    }
}

/// The same for signing in, for one's own account, and for one's own requests.
fn of_the_door(path: &str) -> Option<Vec<(String, String)>> {
    let at = |form: &str| Some(vec![(path.to_owned(), form.to_owned())]);
    match path {
        // A number that is no number is refused; one that is known has a test of its own.
        "/mine" => at("contact=12"),
        "/mine/code" | "/mine/leave" => at("code=123456&which=here"),
        "/desk/login" => at(&format!("login={}&password=x", "x".repeat(101))),
        // Ends the session of whoever calls it, and shows nothing.
        "/desk/logout" => Some(Vec::new()),
        "/desk/login/code" | "/desk/login/enrolment" => at("code=1"),
        // Ends no session, changes no password: every form is refused.
        "/desk/me/password" | "/desk/me/second" => at("old=x&password=x&again=x&do=begin"),
        "/desk/me/sessions" => at("which=00"),
        "/desk/me/digest" => at("digest=often"),
        _ => None,
    }
}

/// The same for prepared texts and the wording of notices.
fn of_texts(path: &str) -> Option<Vec<(String, String)>> {
    let at = |path: &str, form: &str| Some(vec![(path.to_owned(), form.to_owned())]);
    match path {
        "/desk/phrases" => at(path, "step=answer&title=&body=x"),
        // A form is no document: refused, whatever is in it.
        api if api.starts_with("/api/v1/") => {
            Some(vec![(api.replace("{number}", "000000000000"), "{\"text\":\"x\"}".to_owned())])
        }
        "/answers/{id}" => at("/answers/1", "do=helped"),
        "/desk/knowledge" => at(path, "question=&answer=x&unit=hotline"),
        "/desk/knowledge/pack" => at(path, ""),
        "/desk/knowledge/{id}" => at("/desk/knowledge/1", "seen=0"),
        "/desk/phrases/{id}/removal" => at("/desk/phrases/1/removal", ""),
        "/desk/notice-texts/{key}" => at("/desk/notice-texts/receipt", "subject=x&do=look"),
        "/desk/staff-mail" => at(path, "news=often"),
        "/desk/letters/{id}/seen" => at("/desk/letters/1/seen", ""),
        _ => administrators::forms(path),
    }
}

fn batches(path: &str, number: &str) -> Vec<(String, String)> {
    ["sign", "note&note=x", "note", "urgency&urgency=urgent", "dispatch&unit=nowhere", ""]
        .iter()
        .flat_map(|step| [format!("case={number}&do={step}"), format!("case={number}@1&sure=yes&do={step}")])
        .map(|form| (path.to_owned(), form))
        .collect()
}
