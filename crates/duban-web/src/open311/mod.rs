//! Open311 GeoReport v2, in JSON and XML: discovery, services, requests, tokens; and mySociety's updates.
//!
//! What is public about a request is its category, roughly its place, and its state; never its words
//! or its person. See `docs/api/open311.md`. No rule here: a request that comes in by this door is
//! registered like any other.

mod handin;
mod params;
mod render;
mod requests;
mod services;
#[cfg(test)]
mod tests;
mod updates;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    AppError,
    partner::{self, Caller},
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
    /// A status of the specification, with a sentence for each thing that is wrong.
    Said(StatusCode, Vec<String>),
    /// Anything else; it becomes a document at the outermost layer.
    Web(WebError),
}

impl Problem {
    fn bad(words: impl Into<String>) -> Self {
        Self::Said(StatusCode::BAD_REQUEST, vec![words.into()])
    }

    fn forbidden(words: impl Into<String>) -> Self {
        Self::Said(StatusCode::FORBIDDEN, vec![words.into()])
    }

    fn missing(words: impl Into<String>) -> Self {
        Self::Said(StatusCode::NOT_FOUND, vec![words.into()])
    }

    /// What several checks found, in one answer; what was not found weighs more than what is wrong.
    fn all(problems: Vec<Self>) -> Self {
        let (mut status, mut words) = (StatusCode::BAD_REQUEST, Vec::new());
        for problem in problems {
            match problem {
                Self::Said(own, said) => {
                    if own == StatusCode::NOT_FOUND {
                        status = own;
                    }
                    words.extend(said);
                }
                Self::Web(error) => return Self::Web(error),
            }
        }
        Self::Said(status, words)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self::Web(error.into())
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
    open(refused(Format::of(path).unwrap_or_default(), status, &[sentence]))
}

/// `GET /open311/discovery.json`
pub(crate) async fn discovery_json(State(site): State<Site>, headers: HeaderMap) -> PageResult {
    said(Format::Json, StatusCode::OK, services::discovery(&site, &headers).await)
}

/// `GET /open311/discovery.xml`
pub(crate) async fn discovery_xml(State(site): State<Site>, headers: HeaderMap) -> PageResult {
    said(Format::Xml, StatusCode::OK, services::discovery(&site, &headers).await)
}

/// `OPTIONS /open311/v2/…`: a browser asks before it sends what a page of another site wants.
pub(crate) async fn options() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, idempotency-key"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    open((StatusCode::NO_CONTENT, headers).into_response())
}

/// `GET /open311/v2/…`
pub(crate) async fn get(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(rest): Path<String>,
) -> PageResult {
    let Some((format, parts)) = address(&rest) else { return Ok(without_format()) };
    let call = Call { site: &site, visit: &visit, headers: &headers };
    let fields = Fields::of_query(visit.uri.query().unwrap_or(""));
    let answer = match jurisdiction(&site.app.city, &fields) {
        Err(problem) => Err(problem),
        Ok(()) => read(&call, &parts, &fields).await,
    };
    said(format, StatusCode::OK, answer)
}

/// `POST /open311/v2/requests.{json,xml}`
pub(crate) async fn post(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(rest): Path<String>,
    fields: Fields,
) -> PageResult {
    let Some((format, parts)) = address(&rest) else { return Ok(without_format()) };
    let call = Call { site: &site, visit: &visit, headers: &headers };
    let answer = match jurisdiction(&site.app.city, &fields) {
        Err(problem) => Err(problem),
        Ok(()) => write(&call, &parts, fields).await,
    };
    said(format, StatusCode::CREATED, answer)
}

/// What a call brings besides its fields.
#[derive(Clone, Copy)]
struct Call<'a> {
    site: &'a Site,
    visit: &'a Visit,
    headers: &'a HeaderMap,
}

impl Call<'_> {
    /// The system whose key was shown, in the fields or in the address; none when there is no key.
    async fn caller(&self, fields: &Fields) -> Result<Option<Caller>, Problem> {
        let query = Fields::of_query(self.visit.uri.query().unwrap_or(""));
        let Some(key) = fields.opt("api_key").or_else(|| query.opt("api_key")) else { return Ok(None) };
        let key = key.to_owned();
        let caller = self.site.run(move |app| partner::caller(app, &key)).await?;
        caller.map(Some).ok_or_else(no_key)
    }

    /// As [`Call::caller`], where nothing goes without a key.
    async fn known(&self, fields: &Fields) -> Result<Caller, Problem> {
        self.caller(fields).await?.ok_or_else(no_key)
    }
}

fn no_key() -> Problem {
    Problem::forbidden(
        "api_key is missing or not valid: ask the hotline for one. 缺少 api_key，或者它无效，请向热线申请。",
    )
}

fn without_format() -> Response {
    open(refused(Format::Json, StatusCode::NOT_FOUND, &[NO_FORMAT.to_owned()]))
}

const NO_FORMAT: &str =
    "There is nothing here: an address ends in .json or .xml. 这里没有东西：地址以 .json 或 .xml 结尾。";

async fn read(call: &Call<'_>, parts: &[&str], fields: &Fields) -> Answer {
    let (city, lang) = (&call.site.app.city, call.visit.lang);
    match parts {
        ["discovery"] => services::discovery(call.site, call.headers).await,
        ["services"] => Ok(services::list(city, lang)),
        ["services", code] => services::definition(city, code, lang),
        ["requests"] => requests::list(call, fields).await,
        ["requests", number] => requests::one(call, fields, number).await,
        ["servicerequestupdates"] => updates::list(call, fields).await,
        ["tokens", token] => requests::token(call, fields, token).await,
        _ => Err(Problem::missing(
            "There is nothing here; see discovery.json. 这里没有东西，请看 discovery.json。",
        )),
    }
}

async fn write(call: &Call<'_>, parts: &[&str], fields: Fields) -> Answer {
    match parts {
        ["requests"] => handin::create(call, fields).await,
        ["servicerequestupdates"] => updates::create(call, &fields).await,
        ["discovery" | "services" | "tokens", ..] | ["requests", _] => Err(Problem::Said(
            StatusCode::METHOD_NOT_ALLOWED,
            vec!["This is only read, with GET. 这里只能用 GET 读取。".to_owned()],
        )),
        _ => Err(Problem::missing(
            "Post to requests.json or servicerequestupdates.json, or .xml. 请交到 requests.json 或 servicerequestupdates.json（或 .xml）。",
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
        Ok(node) => Ok(open(format.respond(status, &node))),
        Err(Problem::Said(status, words)) => Ok(open(refused(format, status, &words))),
        Err(Problem::Web(error)) => Err(error),
    }
}

fn refused(format: Format, status: StatusCode, words: &[String]) -> Response {
    let error = |words: &String| {
        Node::object(
            "error",
            vec![("code", Node::Int(status.as_u16().into())), ("description", Node::text(words))],
        )
    };
    format.respond(status, &Node::List("errors", words.iter().map(error).collect())).into_response()
}

/// Pages of other sites may read every answer: what is not public needs a key, and no cookie counts.
fn open(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
