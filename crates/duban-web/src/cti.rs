//! What a telephone system tells: `POST /cti/KEY`, the generic form that many systems can send, as a
//! form or as JSON. Telling the same again, or late, does no harm.
//!
//! The key stands in the address, because that is all most systems let one set; so nothing here may
//! write the address to the log, and the answer is always a document, never a page.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    AppError,
    call::{self, Told},
    partner,
};
use duban_domain::{
    Lang, Stamp,
    call::{Direction, Signal},
};
use serde_json::{Value, json};

use crate::frame::{Fields, Site, WebError, error::logged};

/// The address as the log may know it.
const LOGGED: &str = "/cti/…";

/// One event.
pub(crate) async fn hear(
    State(site): State<Site>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match heard(&site, key, &headers, &body).await {
        Ok(answer) => answer,
        Err(error) => failed(&site, &error),
    }
}

async fn heard(site: &Site, key: String, headers: &HeaderMap, body: &Bytes) -> Result<Response, WebError> {
    let Some(caller) = site.run(move |app| partner::telephone(app, &key)).await? else {
        return Ok(no(
            StatusCode::FORBIDDEN,
            "this key is not known here: make one with `duban key add --telephone`",
        ));
    };
    let told = match parse(headers, body) {
        Ok(told) => told,
        Err(wrong) => return Ok(no(StatusCode::UNPROCESSABLE_ENTITY, wrong)),
    };
    let id = site.run(move |app| call::hear(app, &caller.name, &told)).await?;
    site.rings.nudge();
    Ok(Json(json!({"call": id.0.to_string()})).into_response())
}

fn no(status: StatusCode, sentence: &str) -> Response {
    (status, Json(json!({"error": sentence}))).into_response()
}

fn failed(site: &Site, error: &WebError) -> Response {
    if let WebError::App(AppError::Refused(refusal)) = error {
        return no(StatusCode::UNPROCESSABLE_ENTITY, &refusal.sentence(Lang::En));
    }
    let note = error.note();
    let reference = logged(&note, LOGGED, site);
    (note.status, Json(json!({"error": note.sentence(Lang::En), "reference": reference}))).into_response()
}

fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Told, &'static str> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let text = std::str::from_utf8(body).map_err(|_| "the body must be UTF-8")?;
    let fields = if kind.contains("json") { of_json(text)? } else { Fields::of_query(text) };
    told(&fields)
}

/// A flat object; a list, as some systems send for `user`, counts as its members with commas between.
fn of_json(text: &str) -> Result<Fields, &'static str> {
    let wrong = "the body must be a JSON object";
    let Ok(Value::Object(map)) = serde_json::from_str(text) else { return Err(wrong) };
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &map {
        let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for one in list {
            query.append_pair(name, &word(one));
        }
    }
    Ok(Fields::of_query(&query.finish()))
}

fn told(fields: &Fields) -> Result<Told, &'static str> {
    let signal = Signal::from_key(fields.get("event")).ok_or("event must be newCall, answer or hangup")?;
    let call = fields.opt("callId").or_else(|| fields.opt("call_id")).ok_or("callId is missing")?;
    let direction = match fields.get("direction") {
        "" => None,
        word => Some(Direction::from_key(word).ok_or("direction must be in or out")?),
    };
    let lines: Vec<&str> = fields.all("user").chain(fields.all("user[]")).collect();
    let at = match fields.get("at") {
        "" => None,
        text => {
            Some(instant(text).ok_or("at must be like 2026-01-04T15:04:05+08:00, or seconds since 1970")?)
        }
    };
    let line = fields.opt("answeringNumber").filter(|_| lines.is_empty()).map(str::to_owned);
    Ok(Told {
        call: call.to_owned(),
        signal,
        direction,
        from: fields.get("from").to_owned(),
        to: fields.get("to").to_owned(),
        line: line.unwrap_or_else(|| lines.join(",")),
        at,
        cause: fields.get("cause").to_owned(),
        recording: fields.get("recording").to_owned(),
    })
}

fn instant(text: &str) -> Option<Stamp> {
    let of_seconds = text.parse::<i64>().ok().and_then(|s| s.checked_mul(1_000)).map(Stamp);
    of_seconds.or_else(|| text.parse::<jiff::Timestamp>().ok().map(Stamp::from))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn parsed(kind: &'static str, body: &str) -> Result<Told, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        parse(&headers, &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn a_form_and_a_document_say_the_same() {
        let form = "event=newCall&from=13900006021&to=12345&direction=in&callId=7&user[]=8001&user[]=8002";
        let document = r#"{"event":"newCall","from":13900006021,"to":"12345","direction":"in","callId":7,"user":["8001","8002"]}"#;
        let said = |told: Told| (told.call, told.signal, told.direction, told.from, told.to, told.line);
        let of_form = said(parsed("application/x-www-form-urlencoded", form).unwrap());
        assert_eq!(of_form, said(parsed("application/json", document).unwrap()));
        assert_eq!(of_form.5, "8001,8002");
    }

    #[test]
    fn what_is_missing_is_named() {
        let form = |body| parsed("application/x-www-form-urlencoded", body).map(|told| told.at).unwrap_err();
        assert_eq!(form("event=ring&callId=1"), "event must be newCall, answer or hangup");
        assert_eq!(form("event=answer"), "callId is missing");
        assert_eq!(form("event=answer&callId=1&direction=up"), "direction must be in or out");
        assert!(form("event=answer&callId=1&at=noon").starts_with("at must be"));
        assert_eq!(
            parsed("application/json", "[]").map(|told| told.at).unwrap_err(),
            "the body must be a JSON object"
        );
        let at = parsed("application/x-www-form-urlencoded", "event=answer&callId=1&at=2026-01-04T07:04:00Z");
        assert_eq!(at.unwrap().at, Some(Stamp(1_767_510_240_000)));
    }
}
