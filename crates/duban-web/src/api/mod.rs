//! The API v1: JSON over the same permits as the pages. Whoever calls shows a service key (`Authorization: Bearer`), or
//! is a member of staff whose browser is signed in. No rule here, and nobody's name or number: what a model has is in
//! [`model`], which address does what in [`spec`], and the document is made from both.

pub(crate) mod cases;
pub(crate) mod city;
pub(crate) mod docs;
pub(crate) mod model;
mod sent;
pub(crate) mod spec;
pub(crate) mod steps;
#[cfg(test)]
mod tests;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_domain::Lang;
use serde::Serialize;

use self::model::Problem;
use crate::frame::{
    PageResult, Site, Visit, WebError,
    error::{Note, logged},
};

/// Below this, answers are documents and errors too.
pub(crate) const ROOT: &str = "/api/v1/";

/// Whether an address belongs to this API.
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with(ROOT)
}

/// A document.
fn json(status: StatusCode, it: &impl Serialize) -> PageResult {
    let body = serde_json::to_vec(it)
        .map_err(|_| WebError::App(duban_app::AppError::Broken("writing a document of the API")))?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// With one more header; what no header may hold is left out.
fn with(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The ETag of a version.
fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// An error as RFC 9457 has it. The reference stands in the log too.
pub(crate) fn problem(note: &Note, visit: &Visit, site: &Site) -> Response {
    let reference = logged(note, visit.uri.path(), site);
    // A version that is no longer the newest is a condition that failed, as HTTP says it.
    let status = if note.key == "stale" { StatusCode::PRECONDITION_FAILED } else { note.status };
    let it = Problem {
        r#type: format!("/api/v1/docs#{}", note.key),
        title: note.key.replace('-', " "),
        status: status.as_u16().into(),
        detail: note.sentence(visit.lang).to_owned(),
        instance: reference,
        field: note.field.map(str::to_owned),
    };
    let body = serde_json::to_vec(&it).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response = with(response, header::WWW_AUTHENTICATE, "Bearer realm=\"duban\"");
    }
    response
}

/// A "no" that only this API says.
fn no(
    status: StatusCode,
    key: &'static str,
    field: Option<&'static str>,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> WebError {
    WebError::Said(Box::new(Note { status, key, field, zh: zh.into(), en: en.into(), cause: None }))
}

/// What has to be signed in or shown.
pub(crate) fn who_is_it() -> WebError {
    no(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        None,
        "请用请求头 Authorization: Bearer 带上服务密钥；密钥可能已收回或到期。",
        "Show a service key in the header Authorization: Bearer; it may have been ended, or be over.",
    )
}

/// The language of names in an answer.
fn lang(visit: &Visit) -> Lang {
    visit.lang
}
