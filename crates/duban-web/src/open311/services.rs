//! Discovery and services: the categories of the city pack, as Open311 knows them.
//!
//! Every category below the first level can be asked for; the first level is the group. The pack
//! defines no attributes, so `metadata` is false everywhere.

use duban_domain::{
    Lang,
    city::{Category, City},
};

use super::{Answer, Problem, render::Node};

/// When what this API offers last changed.
const CHANGESET: &str = "2026-01-05T00:00:00+08:00";

pub(super) fn discovery(city: &City, address: &str, demo: bool) -> Node {
    let formats = vec![Node::text("application/json"), Node::text("text/xml")];
    let endpoint = Node::object(
        "endpoint",
        vec![
            ("specification", Node::text("http://wiki.open311.org/GeoReport_v2")),
            ("url", Node::text(format!("{address}/open311/v2"))),
            ("changeset", Node::text(CHANGESET)),
            ("type", Node::text(if demo { "test" } else { "production" })),
            ("formats", Node::List("formats", formats)),
        ],
    );
    let contact =
        format!("{0} {1} ({2} {1}): call {1}. 请打 {1}。", city.name.en, city.hotline, city.name.zh);
    let keys = "Ask the hotline for an api_key: it names the system that holds it. 向热线申请 api_key，一个系统一把。";
    Node::object(
        "discovery",
        vec![
            ("changeset", Node::text(CHANGESET)),
            ("contact", Node::text(contact)),
            ("key_service", Node::text(keys)),
            ("endpoints", Node::List("endpoints", vec![endpoint])),
        ],
    )
}

pub(super) fn list(city: &City, lang: Lang) -> Node {
    let offered = city.categories.iter().filter(|category| category.level > 1);
    Node::List("services", offered.map(|category| service(city, category, lang)).collect())
}

/// The attributes that a service asks for: none.
pub(super) fn definition(city: &City, code: &str) -> Answer {
    let category = offered(city, code)?;
    Ok(Node::object(
        "service_definition",
        vec![
            ("service_code", Node::text(&category.key)),
            ("attributes", Node::List("attributes", Vec::new())),
        ],
    ))
}

/// The category behind a service code.
pub(super) fn offered<'a>(city: &'a City, code: &str) -> Result<&'a Category, Problem> {
    city.category(code).filter(|category| category.level > 1).ok_or_else(|| {
        Problem::missing(format!("service_code not found: {code}. 没有这个服务代码，请看 services.json。"))
    })
}

fn service(city: &City, category: &Category, lang: Lang) -> Node {
    let group = category.key.split('.').next().and_then(|key| city.category(key)).map(|c| c.name.get(lang));
    Node::object(
        "service",
        vec![
            ("service_code", Node::text(&category.key)),
            ("service_name", Node::text(category.name.get(lang))),
            ("description", Node::text(city.category_path(&category.key, lang))),
            ("metadata", Node::Bool(false)),
            ("type", Node::text("realtime")),
            ("keywords", Node::text(keywords(city, &category.key))),
            ("group", Node::or_null(group)),
        ],
    )
}

/// Words that point to a category, so that a client can offer it while somebody writes.
fn keywords(city: &City, key: &str) -> String {
    const WORDS_MAX: usize = 12;
    let rows = city.category_words.iter().filter(|row| row.category == key);
    let words: Vec<&str> =
        rows.flat_map(|row| row.words.any.iter().map(String::as_str)).take(WORDS_MAX).collect();
    words.join(",")
}
