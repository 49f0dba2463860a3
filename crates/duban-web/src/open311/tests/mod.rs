//! The documents of Open311 as they are sent, and whole conversations over HTTP.

mod conversations;
mod documents;
mod exchange;
mod schemas;

use quick_xml::{Reader, events::Event};

/// The texts of an XML document, in order, with their elements: fails when it is not well formed.
fn read_back(text: &str) -> Vec<(String, String)> {
    let (mut reader, mut open, mut found) = (Reader::from_str(text), Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push((start.name().as_ref().to_owned(), String::new())),
            Event::Text(part) => open.last_mut().unwrap().1.push_str(&part),
            Event::GeneralRef(name) => open.last_mut().unwrap().1.push_str(match &*name {
                "lt" => "<",
                "gt" => ">",
                "amp" => "&",
                _ => "?",
            }),
            Event::End(_) => found.extend(open.pop()),
            Event::Eof => return found,
            _ => {}
        }
    }
}
