//! What stands before every handler: the visit, the access of the route, the headers of the answer.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use duban_app::{service, staff};
use duban_domain::Refusal;

use super::{Visit, WebError, client, cookies, error, page::see_other, site::Site};
use crate::{api, desk::login, open311, routes::Access};

/// Everything may come from this site only; nothing inline; nobody frames us but WeChat's web view,
/// which does not frame.
const CSP: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Where an open tab only listens; that alone does not keep a session alive.
const LISTENING: [&str; 4] = ["/events", "/api/v1/events", "/desk/calls/live", "/desk/calls/bar"];

/// The outermost layer: reads the visit, turns error notes into pages, sets the headers.
pub(crate) async fn around(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let mut visit = Visit::of(request.headers(), request.uri());
    visit.from = client::caller(&site, &request);
    if is_foreign(request.method(), request.headers(), request.uri().path()) {
        return finish(error::page(&WebError::Foreign.note(), &visit, &site));
    }
    if let Some(key) = bearer(&request) {
        // Whoever shows a key is judged by the key alone.
        visit.session = None;
        visit.bearer = Some(key.clone());
        match site.run(move |app| service::member_of(app, &key)).await {
            Ok(member) => visit.member = member,
            Err(failed) => return finish(api::problem(&failed.note(), &visit, &site)),
        }
    }
    if let Some(token) = visit.session.clone() {
        let seen = !LISTENING.contains(&visit.uri.path());
        match site.run(move |app| staff::member_of(app, &token, seen)).await {
            Ok(member) => visit.member = member,
            Err(failed) => return finish(error::page(&failed.note(), &visit, &site)),
        }
    }
    request.extensions_mut().insert(visit.clone());
    let response = next.run(request).await;
    let response = match note_of(&response) {
        Some(note) => with_note(&note, &visit, &site, &response),
        None => response,
    };
    finish(remember(&visit, &site, response))
}

/// The service key that a call of the API shows. No other address takes one.
fn bearer(request: &Request) -> Option<String> {
    let said = request.headers().get(header::AUTHORIZATION).filter(|_| api::is_ours(request.uri().path()))?;
    said.to_str().ok()?.strip_prefix("Bearer ").map(|key| key.trim().to_owned())
}

/// The error that an answer carries. One that is neither a page nor a document was made by the
/// framework: it becomes ours.
fn note_of(response: &Response) -> Option<error::Note> {
    if let Some(note) = response.extensions().get::<error::Note>() {
        return Some(note.clone());
    }
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let bare = kind.is_none_or(|kind| kind.starts_with(b"text/plain"));
    let failed = response.status().is_client_error() || response.status().is_server_error();
    (failed && bare).then(|| error::of_status(response.status()))
}

/// An error as a page or, for other systems, as a document.
fn with_note(note: &error::Note, visit: &Visit, site: &Site, before: &Response) -> Response {
    let mut response = if open311::is_ours(visit.uri.path()) {
        open311::error(note, visit.uri.path(), site)
    } else if api::is_ours(visit.uri.path()) {
        api::problem(note, visit, site)
    } else {
        error::page(note, visit, site)
    };
    if let Some(allowed) = before.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    response
}

/// The access of one route.
pub(crate) async fn access(site: &Site, access: Access, request: Request, next: Next) -> Response {
    let visit = request.extensions().get::<Visit>();
    let member = visit.and_then(|v| v.member.as_ref());
    match access {
        Access::Public => next.run(request).await,
        Access::Staff(_) | Access::AnyStaff if member.is_none() => sign_in(site, request).await,
        Access::Api(_) if member.is_none() => api::who_is_it().into_response(),
        Access::Staff(action) | Access::Api(action) if member.is_some_and(|m| !m.can(action)) => {
            WebError::from(Refusal::MayNot(action)).into_response()
        }
        Access::Staff(_) | Access::AnyStaff | Access::Api(_) => next.run(request).await,
    }
}

async fn sign_in(site: &Site, request: Request) -> Response {
    if request.method() != Method::GET {
        return login::interrupted(site, request).await;
    }
    let to = request.uri().path_and_query().map_or("/desk", |p| p.as_str());
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    see_other(&format!("/desk/login?to={to}"))
}

/// A form that another site made this browser send. Browsers say so themselves; a client without a
/// browser says nothing and carries no cookie that could be abused.
fn is_foreign(method: &Method, headers: &HeaderMap, path: &str) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || open311::is_ours(path) {
        return false;
    }
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let host = text(header::HOST).unwrap_or("");
    origin.split_once("://").map(|(_, rest)| rest) != Some(host)
}

/// Keeps a language or a mode that the address asked for.
fn remember(visit: &Visit, site: &Site, mut response: Response) -> Response {
    for (name, value) in form_urlencoded::parse(visit.uri.query().unwrap_or("").as_bytes()) {
        let cookie = match (&*name, &*value) {
            ("lang", "zh" | "en") => cookies::LANG,
            ("mode", "elder" | "plain") => cookies::MODE,
            _ => continue,
        };
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookies::preference(cookie, &value, site.options.secure_cookies));
    }
    response
}

fn finish(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), "geolocation=(self), camera=(self), microphone=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page shows one person's matter: no shared cache may keep it.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::{
        body::Body,
        extract::ConnectInfo,
        http::{Request, StatusCode},
    };
    use duban_domain::Number;
    use duban_testkit::world::World;

    use super::*;
    use crate::{resident::journey::Browser, routes::table};

    /// Somewhere under a route's address: what stands in braces is filled in.
    fn somewhere(path: &str) -> String {
        path.split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    }

    /// What a browser says of a form, and whether it comes from elsewhere.
    const SAID: [(&[(&str, &str)], bool); 6] = [
        (&[("sec-fetch-site", "cross-site")], true),
        (&[("sec-fetch-site", "same-site")], true),
        (&[("origin", "https://evil.example"), ("host", "12345.example.cn")], true),
        (&[("origin", "null"), ("host", "12345.example.cn")], true),
        (&[("origin", "https://12345.example.cn"), ("host", "12345.example.cn")], false),
        (&[("sec-fetch-site", "same-origin")], false),
    ];

    #[tokio::test(flavor = "multi_thread")]
    async fn a_form_that_another_site_sends_reaches_no_handler() {
        let world = World::sqlite();
        let mut visitor = Browser::on(&world);
        let ours = |path: &str| !open311::is_ours(path);
        let posts = table().into_iter().filter(|route| route.method == "POST" && ours(route.path));
        for path in posts.map(|route| somewhere(route.path)) {
            for (heads, foreign) in SAID {
                let mut request = Request::post(&path);
                for (name, value) in heads {
                    request = request.header(*name, *value);
                }
                let reply = visitor.send(request.body(Body::empty()).unwrap()).await;
                let refused = reply.text.contains("不是从本站交来的");
                assert_eq!(refused, foreign, "{path} {heads:?}: {}", reply.status);
                assert!(!foreign || reply.status == StatusCode::FORBIDDEN, "{path}: {}", reply.status);
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_answer_forbids_what_is_inline_and_being_framed() {
        let world = World::sqlite();
        let mut visitor = Browser::on(&world);
        for path in
            ["/", "/report", "/desk/login", "/no-such-page", "/open311/v2/discovery.json", "/api/v1/nothing"]
        {
            let reply = visitor.get(path).await;
            let said =
                |name: &str| reply.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
            let policy = said("content-security-policy");
            assert!(
                policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
                "{path}"
            );
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(said("x-content-type-options"), "nosniff", "{path}");
        }
    }

    /// Tries a tail at one number from one address.
    async fn guess(visitor: &mut Browser, number: &str, from: &str) -> StatusCode {
        let mut request = Request::post(format!("/track/{number}/access"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("tail=0000"))
            .unwrap();
        let from: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(from));
        visitor.send(request).await.status
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn guesses_are_slowed_down_at_one_number_and_from_one_address() {
        let world = World::sqlite();
        let number = |n| Number::make(jiff::civil::date(2026, 1, 4), n, false).digits().to_owned();
        let (many, one) = (SocketAddr::from(([203, 0, 113, 9], 1)), number(1));
        let mut visitor = Browser::on(&world);
        let mut slow = 0;
        for n in 0..40 {
            // Each from somewhere else, so that only the number is what they share.
            let from = format!("198.51.100.{n}:1");
            slow += usize::from(guess(&mut visitor, &one, &from).await == StatusCode::TOO_MANY_REQUESTS);
        }
        assert!(slow >= 20, "of 40 guesses at one number {slow} were slowed down");
        let mut answers = Vec::new();
        for n in 2..40 {
            answers.push(guess(&mut visitor, &number(n), &many.to_string()).await);
        }
        assert_ne!(answers[0], StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answers.last(), Some(&StatusCode::TOO_MANY_REQUESTS), "one address over many numbers");
        assert_ne!(guess(&mut visitor, &number(99), "192.0.2.1:1").await, StatusCode::TOO_MANY_REQUESTS);
    }
}
