//! What a leaf (叶子) says: one recorded thing as bytes that anybody can write down again.

use super::tree::{Algorithm, Hash};

/// What is digested together with a text, so that the text cannot be guessed from its digest (盐).
pub type Salt = [u8; 16];

/// An event as a leaf. What it says is in it only as the digest of its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLeaf<'a> {
    /// Its id.
    pub id: i64,
    /// The id of its case.
    pub case: i64,
    /// Its place in the history of the case.
    pub seq: i64,
    /// What happened, in one word.
    pub kind: &'a str,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who: kind, id, name and unit.
    pub by: (i64, i64, &'a str, Option<&'a str>),
    /// The digest of the payload.
    pub digest: &'a [u8],
}

impl EventLeaf<'_> {
    /// The bytes of the leaf. Names stand as JSON, so that no line can be forged by a name.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let (kind, id, name, unit) = self.by;
        let who = serde_json::json!([kind, id, name, unit]);
        format!(
            "duban/event/v1\n{}\n{}\n{}\n{}\n{}\n{who}\n{}\n",
            self.id,
            self.case,
            self.seq,
            self.kind,
            self.at,
            hex(self.digest)
        )
        .into_bytes()
    }
}

/// A request as a leaf. Its words are in it only as a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLeaf<'a> {
    /// Its public number.
    pub number: &'a str,
    /// When it was taken in, in milliseconds since 1970.
    pub received_at: i64,
    /// The digest of its words, [`words`].
    pub digest: &'a [u8],
}

impl RequestLeaf<'_> {
    /// The bytes of the leaf.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        format!("duban/request/v1\n{}\n{}\n{}\n", self.number, self.received_at, hex(self.digest))
            .into_bytes()
    }
}

/// The digest of what somebody said: title, text and place in words, as a JSON list after the salt.
#[must_use]
pub fn words(by: Algorithm, salt: &[u8], title: &str, text: &str, place: &str) -> Hash {
    by.digest(&[salt, serde_json::json!([title, text, place]).to_string().as_bytes()])
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hex`] wrote.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}
