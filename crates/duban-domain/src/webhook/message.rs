//! What is posted, and its signature (推送内容): thin, so that nobody learns more from it than that something happened.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use crate::{DeliveryId, Number, Stamp, case::Phase};

/// What a secret begins with, so that one that lies about is known for what it is.
pub const SECRET_BEGIN: &str = "whsec_";

/// The document. The order of its fields is the order in which they are posted.
#[derive(Serialize)]
struct Message<'a, D> {
    r#type: &'a str,
    timestamp: String,
    data: D,
}

/// What happened to which case. No words, and nobody.
#[derive(Serialize)]
struct Happened<'a> {
    kind: &'a str,
    number: &'a str,
    phase: &'a str,
    version: i64,
    href: String,
}

#[derive(Serialize)]
struct Nothing {}

/// The document of something that happened to a case: its kind as the live feed of the API names it, where the case stands
/// after it, its version by then, and where the API has the case. `base` is the address that people use.
#[must_use]
pub fn message(kind: &str, at: Stamp, number: &Number, phase: Phase, version: i64, base: &str) -> String {
    let number = number.digits();
    let data =
        Happened { kind, number, phase: phase.key(), version, href: format!("{base}/api/v1/cases/{number}") };
    // Names of Standard Webhooks have no hyphens.
    written(&format!("case.{}", kind.replace('-', "_")), at, data)
}

/// The document of a try.
#[must_use]
pub fn test_message(at: Stamp) -> String {
    written("test", at, Nothing {})
}

fn written(r#type: &str, at: Stamp, data: impl Serialize) -> String {
    let timestamp = at.timestamp().to_string();
    serde_json::to_string(&Message { r#type, timestamp, data }).expect("texts and numbers are always JSON")
}

/// What a delivery is called outside, the same for every attempt.
#[must_use]
pub fn id_text(id: DeliveryId) -> String {
    format!("msg_{}", id.0)
}

/// A secret as it is shown, once.
#[must_use]
pub fn secret_text(secret: &[u8]) -> String {
    format!("{SECRET_BEGIN}{}", BASE64.encode(secret))
}

/// The bytes of a secret that was shown.
#[must_use]
pub fn secret_bytes(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.strip_prefix(SECRET_BEGIN)?).ok()
}

/// The signature of an attempt: HMAC-SHA256 over `id.seconds.body`.
#[must_use]
pub fn sign(secret: &[u8], id: &str, at_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{at_s}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
}

/// The signatures by every secret that holds, as the header has them.
#[must_use]
pub fn signatures(secrets: &[Vec<u8>], id: &str, at_s: i64, body: &str) -> String {
    let all: Vec<String> = secrets.iter().map(|secret| sign(secret, id, at_s, body)).collect();
    all.join(" ")
}
