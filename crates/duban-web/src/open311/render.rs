//! One document, two writings: JSON and XML as GeoReport v2 has them.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

/// The writing that an address asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    #[default]
    Json,
    Xml,
}

/// A piece of a document. Objects keep the order of their fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    Degrees(f64),
    Text(String),
    /// The name is the XML element; JSON has none.
    Object(&'static str, Vec<(&'static str, Node)>),
    /// The name is the XML element around the items.
    List(&'static str, Vec<Node>),
}

impl Format {
    /// By the end of an address.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            _ => None,
        }
    }

    /// The document as an answer.
    pub(super) fn respond(self, status: StatusCode, node: &Node) -> Response {
        let (mime, text) = match self {
            Self::Json => ("application/json; charset=utf-8", json(node)),
            Self::Xml => ("text/xml; charset=utf-8", xml(node)),
        };
        (status, [(header::CONTENT_TYPE, HeaderValue::from_static(mime))], text).into_response()
    }
}

impl Node {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn or_null(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    pub(super) fn object(name: &'static str, fields: Vec<(&'static str, Self)>) -> Self {
        Self::Object(name, fields)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(yes) => to.serialize_bool(*yes),
            Self::Int(n) => to.serialize_i64(*n),
            Self::Degrees(n) => to.serialize_f64(*n),
            Self::Text(text) => to.serialize_str(text),
            Self::Object(_, fields) => {
                let mut map = to.serialize_map(Some(fields.len()))?;
                for (name, node) in fields {
                    map.serialize_entry(name, node)?;
                }
                map.end()
            }
            Self::List(_, items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                for node in items {
                    list.serialize_element(node)?;
                }
                list.end()
            }
        }
    }
}

pub(super) fn json(node: &Node) -> String {
    serde_json::to_string(node).expect("text, numbers, lists and objects are always JSON")
}

pub(super) fn xml(node: &Node) -> String {
    let mut writer = Writer::new(Vec::new());
    write(&mut writer, node).expect("a vector takes every byte");
    String::from_utf8(writer.into_inner()).expect("elements and texts are UTF-8")
}

fn write(writer: &mut Writer<Vec<u8>>, node: &Node) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let name = match node {
        Node::Object(name, _) | Node::List(name, _) => name,
        Node::Null | Node::Bool(_) | Node::Int(_) | Node::Degrees(_) | Node::Text(_) => "value",
    };
    element(writer, name, node)
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, node: &Node) -> std::io::Result<()> {
    let text = match node {
        Node::Null => String::new(),
        Node::Bool(yes) => yes.to_string(),
        Node::Int(n) => n.to_string(),
        Node::Degrees(n) => n.to_string(),
        Node::Text(text) => text.chars().filter(|c| is_xml(*c)).collect(),
        Node::Object(..) | Node::List(..) => return nested(writer, name, node),
    };
    if text.is_empty() {
        return writer.write_event(Event::Empty(BytesStart::new(name)));
    }
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    writer.write_event(Event::Text(BytesText::new(&text)))?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

fn nested(writer: &mut Writer<Vec<u8>>, name: &str, node: &Node) -> std::io::Result<()> {
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    match node {
        Node::Object(_, fields) => fields.iter().try_for_each(|(name, node)| element(writer, name, node))?,
        Node::List(_, items) => items.iter().try_for_each(|item| element(writer, item_name(item), item))?,
        Node::Null | Node::Bool(_) | Node::Int(_) | Node::Degrees(_) | Node::Text(_) => {}
    }
    writer.write_event(Event::End(BytesEnd::new(name)))
}

/// The element of an item: an object says its own name; the only plain items are formats.
fn item_name(item: &Node) -> &'static str {
    match item {
        Node::Object(name, _) | Node::List(name, _) => name,
        Node::Null | Node::Bool(_) | Node::Int(_) | Node::Degrees(_) | Node::Text(_) => "format",
    }
}

/// Characters that XML 1.0 can hold at all, escaped or not.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
