//! Open311 GeoReport v2, in JSON and XML: discovery, services, requests, tokens.
//!
//! What is public about a request is its category, roughly its place, and its state; never its words
//! or its person. See `docs/api/open311.md`. No rule here: a request that comes in by this door is
//! registered like any other.

mod params;
mod render;
mod requests;
mod services;
#[cfg(test)]
mod tests;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_domain::{Lang, city::City};

use self::render::{Format, Node};
use crate::frame::{
    Fields, PageResult, Site, Visit, WebError,
    error::{Note, logged},
};

/// Below this, answers are documents and errors too.
const ROOT: &str = "/open311/";

/// What an answer of this API is, or why there is none.
type Answer = Result<Node, Problem>;

/// Why a call was not answered: an error of the specification, or one of ours.
#[derive(Debug)]
enum Problem {
    /// A status of the specification with a sentence.
    Said(StatusCode, String),
    /// Anything else; it becomes a document at the outermost layer.
    Web(WebError),
}

impl Problem {
    fn bad(words: impl Into<String>) -> Self {
        Self::Said(StatusCode::BAD_REQUEST, words.into())
    }

    fn forbidden(words: impl Into<String>) -> Self {
        Self::Said(StatusCode::FORBIDDEN, words.into())
    }

    fn missing(words: impl Into<String>) -> Self {
        Self::Said(StatusCode::NOT_FOUND, words.into())
    }
}

impl From<WebError> for Problem {
    fn from(error: WebError) -> Self {
        Self::Web(error)
    }
}

/// Whether an address belongs to this API.
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with(ROOT)
}

/// An error note as a document, in the format that the address asks for.
pub(crate) fn error(note: &Note, path: &str, site: &Site) -> Response {
    let reference = logged(note, path, site);
    let status = match note.status {
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => StatusCode::BAD_REQUEST,
        other => other,
    };
    let sentence = format!("{} {} ({reference})", note.sentence(Lang::En), note.sentence(Lang::Zh));
    refused(Format::of(path).unwrap_or_default(), status, &sentence)
}

/// `GET /open311/discovery.json`
pub(crate) async fn discovery_json(State(site): State<Site>, headers: HeaderMap) -> Response {
    open(Format::Json.respond(
        StatusCode::OK,
        &services::discovery(&site.app.city, &site.address(&headers), site.app.demo),
    ))
}

/// `GET /open311/discovery.xml`
pub(crate) async fn discovery_xml(State(site): State<Site>, headers: HeaderMap) -> Response {
    open(Format::Xml.respond(
        StatusCode::OK,
        &services::discovery(&site.app.city, &site.address(&headers), site.app.demo),
    ))
}

/// `GET /open311/v2/…`
pub(crate) async fn get(State(site): State<Site>, visit: Visit, Path(rest): Path<String>) -> PageResult {
    let Some((format, parts)) = address(&rest) else {
        return Ok(open(refused(Format::Json, StatusCode::NOT_FOUND, NO_FORMAT)));
    };
    let fields = Fields::of_query(visit.uri.query().unwrap_or(""));
    let answer = match jurisdiction(&site.app.city, &fields) {
        Err(problem) => Err(problem),
        Ok(()) => read(&site, visit.lang, &parts, &fields).await,
    };
    said(format, StatusCode::OK, answer).map(open)
}

/// `POST /open311/v2/requests.{json,xml}`
pub(crate) async fn post(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(rest): Path<String>,
    fields: Fields,
) -> PageResult {
    let Some((format, parts)) = address(&rest) else {
        return Ok(refused(Format::Json, StatusCode::NOT_FOUND, NO_FORMAT));
    };
    let answer = match (jurisdiction(&site.app.city, &fields), parts.as_slice()) {
        (Err(problem), _) => Err(problem),
        (Ok(()), ["requests"]) => requests::create(&site, &visit, &headers, fields).await,
        (Ok(()), _) => Err(Problem::missing(
            "Requests are posted to requests.json or requests.xml. 请交到 requests.json 或 requests.xml。",
        )),
    };
    said(format, StatusCode::CREATED, answer)
}

const NO_FORMAT: &str =
    "There is nothing here: an address ends in .json or .xml. 这里没有东西：地址以 .json 或 .xml 结尾。";

async fn read(site: &Site, lang: Lang, parts: &[&str], fields: &Fields) -> Answer {
    match parts {
        ["services"] => Ok(services::list(&site.app.city, lang)),
        ["services", code] => services::definition(&site.app.city, code),
        ["requests"] => requests::list(site, lang, fields).await,
        ["requests", number] => requests::one(site, lang, number).await,
        ["tokens", token] => requests::token(token),
        _ => Err(Problem::missing(
            "There is nothing here; see discovery.json. 这里没有东西，请看 discovery.json。",
        )),
    }
}

/// The format and the parts of an address; the category keys in it have dots of their own.
fn address(rest: &str) -> Option<(Format, Vec<&str>)> {
    let format = Format::of(rest)?;
    let (path, _) = rest.rsplit_once('.')?;
    Some((format, path.split('/').filter(|part| !part.is_empty()).collect()))
}

/// One installation is one jurisdiction: its key may be left out, but not be another's.
fn jurisdiction(city: &City, fields: &Fields) -> Result<(), Problem> {
    match fields.opt("jurisdiction_id") {
        Some(id) if id != city.key => Err(Problem::missing(format!(
            "jurisdiction_id not found: this server is for {0}. 没有这个辖区；本服务器的辖区是 {0}。",
            city.key
        ))),
        _ => Ok(()),
    }
}

fn said(format: Format, status: StatusCode, answer: Answer) -> PageResult {
    match answer {
        Ok(node) => Ok(format.respond(status, &node)),
        Err(Problem::Said(status, words)) => Ok(refused(format, status, &words)),
        Err(Problem::Web(error)) => Err(error),
    }
}

fn refused(format: Format, status: StatusCode, words: &str) -> Response {
    let error = Node::object(
        "error",
        vec![("code", Node::Int(status.as_u16().into())), ("description", Node::text(words))],
    );
    format.respond(status, &Node::List("errors", vec![error])).into_response()
}

/// What everybody may read, pages of other sites may read too.
fn open(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
