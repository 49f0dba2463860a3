//! What a call brings: a document, and the headers that say how it is meant.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;

use super::no;
use crate::frame::{Live, WebError, fields::TEXT_BYTES_MAX};

/// Longest key of a sender's own.
const KEY_MAX: usize = 255;

/// A body with its headers.
pub(crate) struct Sent {
    pub(super) body: Bytes,
    headers: HeaderMap,
    /// A document with files is in memory as a whole, so only so many are at once.
    _place: Option<OwnedSemaphorePermit>,
}

impl FromRequest<Live> for Sent {
    type Rejection = WebError;

    async fn from_request(request: Request, live: &Live) -> Result<Self, WebError> {
        let headers = request.headers().clone();
        let told =
            headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        // A length that is not told may be any; documents without files have no reason to keep it back.
        let small = told.is_some_and(|bytes: usize| bytes <= TEXT_BYTES_MAX);
        let none = small || (told.is_none() && !request.headers().contains_key(header::TRANSFER_ENCODING));
        let place = match none {
            true => None,
            false => Some(live.at_hand().place_for_files().await.ok_or(WebError::Slow)?),
        };
        let body = Bytes::from_request(request, live).await.map_err(|_| WebError::TooLarge)?;
        Ok(Self { body, headers, _place: place })
    }
}

impl Sent {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim).filter(|v| !v.is_empty())
    }

    /// The document.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, WebError> {
        let kind = self.header(header::CONTENT_TYPE.as_str()).unwrap_or("");
        if !kind.starts_with("application/json") {
            return Err(no(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                None,
                "请用 Content-Type: application/json。",
                "Send it as Content-Type: application/json.",
            ));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            let status = match error.classify() {
                serde_json::error::Category::Data => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::BAD_REQUEST,
            };
            no(
                status,
                "bad-document",
                None,
                format!("内容读不懂：{error}"),
                format!("It cannot be read: {error}"),
            )
        })
    }

    /// The sender's own key, under which the same thing counts once.
    pub(super) fn key(&self) -> Result<Option<String>, WebError> {
        let Some(text) = self.header("idempotency-key") else { return Ok(None) };
        let key = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        if key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(no(
                StatusCode::BAD_REQUEST,
                "bad-idempotency-key",
                Some("Idempotency-Key"),
                "Idempotency-Key 用 1 到 255 个可见字符，例如一个 UUID。",
                "An Idempotency-Key has 1 to 255 visible characters, such as a UUID.",
            ));
        }
        Ok(Some(key.to_owned()))
    }

    /// The same, where it has to be there.
    pub(super) fn needed_key(&self) -> Result<String, WebError> {
        self.key()?.ok_or_else(|| {
            no(
                StatusCode::BAD_REQUEST,
                "needs-idempotency-key",
                Some("Idempotency-Key"),
                "请带上 Idempotency-Key：断线重发时，同一个键只算一次。",
                "Send an Idempotency-Key: what is sent again after a broken line then counts once.",
            )
        })
    }

    /// The version that the sender looked at; none for `*`.
    pub(super) fn version(&self) -> Result<Option<i64>, WebError> {
        let bad = |zh: &str, en: &str| {
            no(StatusCode::PRECONDITION_REQUIRED, "needs-if-match", Some("If-Match"), zh, en)
        };
        match self.header(header::IF_MATCH.as_str()) {
            None => Err(bad(
                "请带上 If-Match：工单的 ETag，或 *（不管别人改了什么）。",
                "Send If-Match with the ETag of the case, or * to go ahead whatever others changed.",
            )),
            Some("*") => Ok(None),
            Some(tag) => tag.trim_matches('"').parse().map(Some).map_err(|_| {
                bad(
                    "If-Match 是工单的 ETag，例如 \"7\"。",
                    "If-Match is the ETag of the case, such as \"7\".",
                )
            }),
        }
    }

    /// Whether the one who asks has this version already.
    pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
        let said = headers.get_all(header::IF_NONE_MATCH);
        said.iter()
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(','))
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    }
}
