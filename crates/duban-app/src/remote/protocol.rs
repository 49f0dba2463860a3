//! GeoReport v2 as a client speaks it: addresses, forms, and what comes back, in JSON or XML.

use std::collections::BTreeMap;

use duban_domain::{Stamp, city::Remote, stamp::to_w3c};
use jiff::tz::TimeZone;
use quick_xml::{Reader, events::Event};
use serde_json::Value;

use super::wire::{Call, Lost, Reply, Wire};

/// One object of an answer: its plain fields as texts.
pub(super) type Record = BTreeMap<String, String>;

/// Why a call did not bring what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failed {
    /// No answer, or the server broke while answering: it may have done it.
    #[error("{0}")]
    Doubt(String),
    /// The server says no: it has not done it.
    #[error("refused with {0}: {1}")]
    Refused(u16, String),
}

/// A server with its key, ready to be called.
pub(super) struct Server<'a> {
    pub(super) remote: &'a Remote,
    pub(super) wire: &'a dyn Wire,
}

impl Server<'_> {
    /// Reads a list.
    pub(super) fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<Record>, Failed> {
        let mut pairs = self.own();
        pairs.extend(query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        let query: Vec<String> =
            pairs.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect();
        let url = format!("{}/{path}.json?{}", self.remote.endpoint, query.join("&"));
        self.answered(&Call { url, form: None, idempotency: None, private: self.remote.private })
    }

    /// Posts a form.
    pub(super) fn post(
        &self,
        path: &str,
        form: Vec<(String, String)>,
        idempotency: &str,
    ) -> Result<Vec<Record>, Failed> {
        let mut whole = self.own();
        whole.extend(form);
        self.answered(&Call {
            url: format!("{}/{path}.json", self.remote.endpoint),
            form: Some(whole),
            idempotency: Some(idempotency.to_owned()),
            private: self.remote.private,
        })
    }

    /// Our key and what the server calls our jurisdiction.
    fn own(&self) -> Vec<(String, String)> {
        let key = self.remote.key_env.as_deref().and_then(|name| self.wire.secret(name));
        let jurisdiction = self.remote.jurisdiction.clone();
        let pair = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
        [pair("api_key", key), pair("jurisdiction_id", jurisdiction)].into_iter().flatten().collect()
    }

    fn answered(&self, call: &Call) -> Result<Vec<Record>, Failed> {
        let Reply { status, body } = self.wire.call(call).map_err(|Lost(why)| Failed::Doubt(why))?;
        match status {
            200..=299 => records(&body).ok_or_else(|| Failed::Doubt("the answer cannot be read".to_owned())),
            // Too slow, too many: it is asked again later, and so is a server that broke.
            408 | 429 | 500.. => Err(Failed::Doubt(format!("status {status}"))),
            _ => Err(Failed::Refused(status, reasons(&body))),
        }
    }
}

/// An instant as servers want it.
pub(super) fn instant(at: Stamp) -> String {
    to_w3c(at, &TimeZone::UTC)
}

/// What a server says is wrong, shortened.
fn reasons(body: &str) -> String {
    let said: Vec<String> = records(body)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|mut record| record.remove("description"))
        .collect();
    let said = if said.is_empty() { body.trim().to_owned() } else { said.join("; ") };
    said.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// The objects of a list, in JSON or XML, whichever came.
pub(super) fn records(body: &str) -> Option<Vec<Record>> {
    let body = body.trim_start_matches('\u{feff}').trim();
    if body.starts_with('<') { from_xml(body) } else { from_json(body) }
}

fn from_json(body: &str) -> Option<Vec<Record>> {
    let list = match serde_json::from_str(body).ok()? {
        Value::Array(list) => list,
        // Some servers leave the wrapper in: `{"service_requests": [...]}`.
        Value::Object(map) => map.into_iter().find_map(|(_, value)| match value {
            Value::Array(list) => Some(list),
            _ => None,
        })?,
        _ => return None,
    };
    let plain = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let record = |value: Value| match value {
        Value::Object(map) => {
            Some(map.into_iter().filter_map(|(name, value)| Some((name, plain(value)?))).collect())
        }
        _ => None,
    };
    Some(list.into_iter().filter_map(record).collect())
}

/// `<list><object><field>text</field>…`: the fields of the second level; what is nested deeper is left out.
fn from_xml(body: &str) -> Option<Vec<Record>> {
    let mut reader = Reader::from_str(body);
    let (mut open, mut found, mut record, mut text) = (Vec::new(), Vec::new(), Record::new(), String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(start.name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(name) => text.push_str(match &*name {
                "lt" => "<",
                "gt" => ">",
                "amp" => "&",
                "quot" => "\"",
                "apos" => "'",
                _ => "",
            }),
            Event::End(_) => {
                let name = open.pop()?;
                match open.len() {
                    2 => _ = record.insert(name, text.trim().to_owned()),
                    1 => found.push(std::mem::take(&mut record)),
                    _ => {}
                }
                text.clear();
            }
            Event::Eof => return open.is_empty().then_some(found),
            _ => {}
        }
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use duban_testkit::fuzz::{Target, outcome};

    use super::*;

    #[test]
    fn an_answer_however_broken_is_records_or_none() {
        const JSON: &[u8] =
            br#"[{"service_request_id":638344,"status":"closed","lat":37.7,"extra":{"a":[1]}}]"#;
        const XML: &[u8] = b"<?xml version=\"1.0\"?><service_requests><request><status>closed &lt;</status><status_notes/></request></service_requests>";
        Target {
            name: "answers",
            seeds: vec![JSON.to_vec(), XML.to_vec()],
            words: vec![
                b"<a>",
                b"</a>",
                b"<![CDATA[",
                b"]]>",
                b"<!--",
                b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
                b"&b;",
                b"&#x110000;",
                b"[[[[[[[[",
                b"{\"a\":",
                b"\\ud800",
                b"\xef\xbb\xbf",
            ],
            tries: 600,
        }
        .run(|bytes| {
            let body = String::from_utf8_lossy(bytes);
            let shown = reasons(&body);
            assert!(shown.chars().count() <= 300 && !shown.contains('\n'));
            outcome(&records(&body).map(|found| (found.len(), found.first().map(BTreeMap::len))))
        });
    }

    #[test]
    fn both_writings_and_common_wrappings_give_the_same_records() {
        let json = r#"[{"service_request_id":638344,"status":"closed","status_notes":null,"lat":37.7,"extra":{"a":1}}]"#;
        let wrapped = format!(r#"{{"service_requests":{json}}}"#);
        let xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service_requests>\n  <request>\n    <service_request_id>638344</service_request_id><status>closed</status><status_notes/><lat>37.7</lat>\n  </request>\n</service_requests>";
        for body in [json, &wrapped, xml] {
            let found = records(body).unwrap_or_else(|| panic!("{body}"));
            assert_eq!(found.len(), 1, "{body}");
            assert_eq!(found[0]["service_request_id"], "638344");
            assert_eq!((found[0]["status"].as_str(), found[0]["lat"].as_str()), ("closed", "37.7"));
            assert!(found[0].get("status_notes").is_none_or(String::is_empty));
        }
        assert_eq!(records("<a><b><c>x &lt; y &amp; z</c></b></a>").unwrap()[0]["c"], "x < y & z");
        for broken in ["", "null", "<a><b>", "{\"a\":1}", "<html"] {
            assert!(records(broken).is_none_or(|list| list.is_empty()), "{broken}");
        }
    }

    #[test]
    fn what_goes_into_an_address_is_encoded() {
        assert_eq!(encoded("2026-01-05T09:00:00+08:00 甲"), "2026-01-05T09%3A00%3A00%2B08%3A00%20%E7%94%B2");
    }
}
