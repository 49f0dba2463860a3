//! Discovery and services: the categories of the city pack, as Open311 knows them, and what each of
//! them asks.
//!
//! Every category below the first level can be asked for; the first level is the group. One more
//! service stands for what nobody classified: the hotline does it then.

use axum::http::HeaderMap;
use duban_app::setup;
use duban_domain::{
    Lang, Stamp,
    city::{Category, City},
    question::{AnswerKind, Choice, Question},
    stamp::to_w3c,
};

use super::{Answer, Problem, render::Node};
use crate::frame::Site;

/// The service of what is not classified yet.
pub(super) const UNCLASSIFIED: &str = "unclassified";

pub(super) async fn discovery(site: &Site, headers: &HeaderMap) -> Answer {
    let changed = site.run(|app| setup::city_changed_at(&app.store).map_err(Into::into)).await?;
    let address = site.address(headers);
    Ok(document(&site.app.city, &address, changed.unwrap_or(Stamp(0)), site.app.demo))
}

pub(super) fn document(city: &City, address: &str, changed: Stamp, demo: bool) -> Node {
    let changeset = || Node::text(to_w3c(changed, &city.zone));
    let formats = vec![Node::text("application/json"), Node::text("text/xml")];
    let endpoint = Node::object(
        "endpoint",
        vec![
            ("specification", Node::text("http://wiki.open311.org/GeoReport_v2")),
            ("url", Node::text(format!("{address}/open311/v2"))),
            ("changeset", changeset()),
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
            ("changeset", changeset()),
            ("contact", Node::text(contact)),
            ("key_service", Node::text(keys)),
            ("endpoints", Node::List("endpoints", vec![endpoint])),
        ],
    )
}

pub(super) fn list(city: &City, lang: Lang) -> Node {
    let offered = city.categories.iter().filter(|category| category.level > 1 && !category.retired);
    let mut services: Vec<Node> = offered.map(|category| service(city, category, lang)).collect();
    services.push(Node::object(
        "service",
        vec![
            ("service_code", Node::text(UNCLASSIFIED)),
            ("service_name", Node::text(unclassified(lang))),
            (
                "description",
                Node::text(lang.t(
                    "说不清属于哪一类的，由热线来分。",
                    "When the kind is not known: the hotline decides.",
                )),
            ),
            ("metadata", Node::Bool(false)),
            ("type", Node::text("realtime")),
            ("keywords", Node::text("")),
            ("group", Node::text(lang.t("其他", "Other"))),
        ],
    ));
    Node::List("services", services)
}

/// The name of what is not classified.
pub(super) fn unclassified(lang: Lang) -> &'static str {
    lang.t("其他（由热线分类）", "Other (classified by the hotline)")
}

/// The attributes that a service asks for.
pub(super) fn definition(city: &City, code: &str, lang: Lang) -> Answer {
    let category = offered(city, code)?.map_or("", |category| category.key.as_str());
    let attributes =
        city.questions_of(category).zip(1..).map(|(question, order)| attribute(question, order, lang));
    Ok(Node::object(
        "service_definition",
        vec![
            ("service_code", Node::text(code)),
            ("attributes", Node::List("attributes", attributes.collect())),
        ],
    ))
}

/// The category behind a service code; none for what is not classified.
pub(super) fn offered<'a>(city: &'a City, code: &str) -> Result<Option<&'a Category>, Problem> {
    if code == UNCLASSIFIED {
        return Ok(None);
    }
    city.category(code).filter(|category| category.level > 1).map(Some).ok_or_else(|| {
        Problem::missing(format!("service_code not found: {code}. 没有这个服务代码，请看 services.json。"))
    })
}

fn attribute(question: &Question, order: i64, lang: Lang) -> Node {
    let mut fields = vec![
        ("variable", Node::Bool(question.kind != AnswerKind::Notice)),
        ("code", Node::text(&question.key)),
        ("datatype", Node::text(datatype(question.kind))),
        ("required", Node::Bool(question.required)),
        ("datatype_description", Node::or_null(question.help.as_ref().map(|help| help.get(lang)))),
        ("order", Node::Int(order)),
        ("description", Node::text(question.ask.get(lang))),
    ];
    if !question.choices.is_empty() {
        let value = |choice: &Choice| {
            Node::object(
                "value",
                vec![("key", Node::text(&choice.key)), ("name", Node::text(choice.name.get(lang)))],
            )
        };
        fields.push(("values", Node::List("values", question.choices.iter().map(value).collect())));
    }
    Node::object("attribute", fields)
}

/// How Open311 calls a kind of answer.
fn datatype(kind: AnswerKind) -> &'static str {
    match kind {
        // Which there are is asked of nobody: a client that knows an id says it.
        AnswerKind::Line | AnswerKind::Objects => "string",
        AnswerKind::Number => "number",
        AnswerKind::When => "datetime",
        AnswerKind::Text | AnswerKind::Notice => "text",
        AnswerKind::One => "singlevaluelist",
        AnswerKind::Several => "multivaluelist",
    }
}

fn service(city: &City, category: &Category, lang: Lang) -> Node {
    let group = category.key.split('.').next().and_then(|key| city.category(key)).map(|c| c.name.get(lang));
    Node::object(
        "service",
        vec![
            ("service_code", Node::text(&category.key)),
            ("service_name", Node::text(category.name.get(lang))),
            ("description", Node::text(city.category_path(&category.key, lang))),
            ("metadata", Node::Bool(city.questions_of(&category.key).next().is_some())),
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
