//! Forms and requests of other systems that were broken on purpose: whatever is posted, the site answers, and never with a
//! fault of its own.
//!
//! Forms are found as a person finds them, on the pages; so a new form is tried without anybody writing it down here.

use std::collections::BTreeSet;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use duban_app::partner;
use duban_domain::request::Privacy;
use duban_testkit::{
    fuzz::{Target, outcome, shape},
    world::World,
};
use duban_web::{Options, Site, router, routes::table};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::visitors::{STAFF, Stage};

/// A site is used for so many requests, and then a fresh one.
const REQUESTS: u32 = 3_000;
/// Most bytes of an answer that are read.
const ANSWER_MAX: usize = 8 << 20;

/// Words that readers of forms know.
fn words() -> Vec<&'static [u8]> {
    vec![
        b"&",
        b"=",
        b"%00",
        b"%ff%fe",
        b"+",
        b"%E8%B7%AF%E7%81%AF",
        b"%F0%9F%90%A6",
        b"%0D%0A",
        b"..%2F",
        b"&lang=en",
        b"&version=",
        b"-1",
        b"2026-13-45",
        b"2026-02-30T25:61",
        b"&page=999999999999",
        b"&from=0000-00-00",
        b"&lat=91&long=181",
        b"&lat=NaN",
        b"--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\r\n",
        b"\r\n--cut--\r\n",
        b"%3Cscript%3E",
        b"&ids=",
        b"&ids=1",
        b"&number=",
        b"&q=%22",
        b"&q=*",
        b"[]",
        b"{\"a\":",
        b"null",
    ]
}

/// What came back: whether it was a fault of ours, and how far it got.
struct Answer {
    status: StatusCode,
    kind: String,
    led: String,
    text: String,
}

/// Sends `PATH?QUERY`, or with a body in the following lines; nothing when no program could send that.
async fn send(site: &Router, cookie: Option<&str>, input: &[u8]) -> Option<Answer> {
    let (path, body) = match input.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&input[..at], Some(&input[at + 1..])),
        None => (input, None),
    };
    let path = std::str::from_utf8(path).ok().filter(|path| path.starts_with('/'))?;
    let kind = match body {
        Some(body) if body.starts_with(b"--cut") => "multipart/form-data; boundary=cut",
        Some(body) if body.starts_with(b"{") => "application/json",
        _ => "application/x-www-form-urlencoded",
    };
    let mut request = Request::builder().method(if body.is_some() { "POST" } else { "GET" }).uri(path);
    request = request.header(header::HOST, "test").header(header::CONTENT_TYPE, kind);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::from(body.unwrap_or_default().to_vec())).ok()?;
    let (head, body) = site.clone().oneshot(request).await.expect("a site answers").into_parts();
    let told = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let kind = told(header::CONTENT_TYPE);
    // A live stream never ends.
    let bytes = if kind.starts_with("text/event-stream") {
        Vec::new()
    } else {
        to_bytes(body, ANSWER_MAX).await.expect("an answer comes to its end").to_vec()
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Some(Answer { status: head.status, kind, led: told(header::LOCATION), text })
}

/// Whether every element is closed.
fn is_xml(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[test]
fn whatever_another_system_sends_is_answered_in_the_form_it_asked_for() {
    let threads = Runtime::new().unwrap();
    let mut world = World::sqlite();
    let mut site = router(Site::new(world.app.clone(), Options::default()));
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let lamp = "service_code=utilities.lighting.dark&description=%E6%B5%8B%E8%AF%95&lat=27.832&long=113.137&email=a%40example.cn";
    let seeds = [
        format!("/open311/v2/requests.json\napi_key={key}&{lamp}&attribute[asset]=1"),
        format!("/open311/v2/requests.xml\napi_key={key}&{lamp}&media_url=https%3A%2F%2Fexample.cn%2Fa.png&address_string=%E8%B7%AF"),
        format!("/open311/v2/servicerequestupdates.xml\napi_key={key}&update_id=1&service_request_id=202601050001&status=closed&updated_datetime=2026-01-05T09%3A00%3A00%2B08%3A00&description=x"),
        format!("/open311/v2/requests.xml\n--cut\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n{key}\r\n--cut--\r\n"),
        "/open311/v2/requests.xml?start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00Z&status=open,closed&page=1&page_size=5".to_owned(),
        "/open311/v2/requests/202601050001.xml?extensions=true".to_owned(),
        "/open311/v2/services/utilities.lighting.dark.xml?locale=en".to_owned(),
        "/open311/v2/servicerequestupdates.xml?start_date=2026-01-01&service_request_id=1".to_owned(),
        "/open311/v2/tokens/1.xml".to_owned(),
        "/open311/discovery.xml".to_owned(),
    ];
    let mut sent = 0;
    Target { name: "open311", seeds: seeds.map(String::into_bytes).to_vec(), words: words(), tries: 150 }
        .run(|input| {
            sent += 1;
            if sent % REQUESTS == 0 {
                world = World::sqlite();
                site = router(Site::new(world.app.clone(), Options::default()));
            }
            let Some(answer) = threads.block_on(send(&site, None, input)) else { return 0 };
            assert!(!answer.status.is_server_error(), "{}: {}", answer.status, answer.text);
            match answer.kind.split(';').next() {
                Some("text/xml" | "application/xml") => {
                    assert!(is_xml(&answer.text), "not well formed: {}", answer.text)
                }
                Some("application/json") => {
                    assert!(
                        serde_json::from_str::<serde_json::Value>(&answer.text).is_ok(),
                        "no JSON: {}",
                        answer.text
                    );
                }
                _ => {}
            }
            outcome(&(answer.status.as_u16(), answer.kind, shape(&answer.text)))
        });
}

#[test]
fn whatever_is_sent_with_a_form_is_answered() {
    let threads = Runtime::new().unwrap();
    let all = std::env::var_os("DUBAN_FUZZ_SECONDS").is_some();
    let (mut world, mut sent) = (World::sqlite(), 0);
    let mut stage = Stage::set(&world, Privacy::Contact);
    let seeds = forms(&threads, &stage, all);
    assert!(seeds.len() > 20, "only {} forms were found", seeds.len());
    Target { name: "forms", seeds, words: words(), tries: 150 }.run(|input| {
        sent += 1;
        if sent % REQUESTS == 0 {
            world = World::sqlite();
            stage = Stage::set(&world, Privacy::Contact);
        }
        // The first sign says who; whoever signs out is nobody from then on, which tests nothing.
        let Some((who, rest)) = input.split_first().filter(|(_, rest)| !rest.starts_with(b"/desk/logout"))
        else {
            return 0;
        };
        let cookie =
            visitors().nth(usize::from(who.wrapping_sub(b'A'))).and_then(|who| stage.cookies.get(who));
        let Some(answer) = threads.block_on(send(&stage.router, cookie.map(String::as_str), rest)) else {
            return 0;
        };
        let path = String::from_utf8_lossy(
            rest.split(|byte| matches!(byte, b'\n' | b'?')).next().unwrap_or_default(),
        );
        assert!(!answer.status.is_server_error(), "{path}: {}: {}", answer.status, shape(&answer.text));
        let said =
            answer.text.split("role=\"alert\"").nth(1).map(|rest| rest.chars().take(120).collect::<String>());
        outcome(&(answer.status.as_u16(), shape(&path), shape(&answer.led), said.map(|said| shape(&said))))
    });
}

fn visitors() -> impl Iterator<Item = &'static str> {
    STAFF.map(|(login, ..)| login).into_iter().chain([crate::visitors::NEIGHBOUR])
}

/// The forms of the pages, as they would be sent unchanged, with the sign of who sees them. Where there is no time, of the
/// pages of one case only.
fn forms(threads: &Runtime, stage: &Stage, all: bool) -> Vec<Vec<u8>> {
    let case = format!("/desk/cases/{}", stage.hidden.number.digits());
    let mut pages: Vec<String> = vec!["/report".into(), "/track".into(), "/desk/intake".into(), case];
    if all {
        let gets = table().into_iter().filter(|route| route.method == "GET");
        pages.extend(gets.map(|route| stage.address(route.path)));
    }
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for page in pages {
        for (n, who) in visitors().enumerate() {
            let sign = char::from(b'A' + u8::try_from(n).unwrap_or(0));
            let cookie = stage.cookies.get(who).map(String::as_str);
            let Some(answer) = threads.block_on(send(&stage.router, cookie, page.as_bytes())) else {
                continue;
            };
            for form in answer.text.split("<form").skip(1) {
                let form = form.split("</form>").next().unwrap_or_default();
                let Some(to) = attribute(form, "action") else { continue };
                let body = fields(form).join("&");
                let posts = form.contains("method=\"post\"");
                let input = if posts { format!("{sign}{to}\n{body}") } else { format!("{sign}{to}?{body}") };
                if seen.insert((to, fields(form).len())) {
                    found.push(input.into_bytes());
                }
            }
        }
    }
    found
}

/// `name=value` of each field of a form; what one writes or chooses oneself gets a word.
fn fields(form: &str) -> Vec<String> {
    let encoded = |text: &str| {
        form_urlencoded(&text.replace("&amp;", "&").replace("&quot;", "\"").replace("&#39;", "'"))
    };
    ["<input", "<select", "<textarea", "<button"]
        .iter()
        .flat_map(|tag| form.split(tag).skip(1).map(move |rest| (*tag, rest)))
        .filter_map(|(tag, rest)| {
            let head = rest.split('>').next()?;
            let value = match tag {
                "<select" => {
                    attribute(rest.split("<option").nth(2).or_else(|| rest.split("<option").nth(1))?, "value")
                }
                "<textarea" => Some("测试".to_owned()),
                _ => attribute(head, "value").or_else(|| Some("1".to_owned())),
            };
            Some(format!("{}={}", encoded(&attribute(head, "name")?), encoded(&value.unwrap_or_default())))
        })
        .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
    rest.split('"').next().map(str::to_owned)
}

fn form_urlencoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
