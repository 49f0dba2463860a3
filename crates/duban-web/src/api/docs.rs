//! The document of the API: for programs as OpenAPI, for people as a page that is made from the same, without any script.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use duban_domain::{Lang, Refusal, policy::Guard};
use serde_json::Value;

use super::{
    json,
    model::schemas,
    spec::{Operation, document, operations, scope},
};
use crate::frame::{PageResult, Shell, Site, Visit, html};

#[derive(Template)]
#[template(path = "api/docs.html")]
struct DocsPage {
    s: Shell,
    base: String,
    operations: Vec<OperationShown>,
    models: Vec<ModelShown>,
    problems: Vec<(String, String)>,
}

struct OperationShown {
    id: &'static str,
    method: &'static str,
    path: &'static str,
    words: &'static str,
    scope: &'static str,
    params: Vec<(String, bool, String)>,
    body: String,
    answers: Vec<(String, String)>,
}

struct ModelShown {
    name: String,
    words: String,
    fields: Vec<FieldShown>,
}

struct FieldShown {
    name: String,
    kind: String,
    needed: bool,
    words: String,
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn openapi(State(site): State<Site>, visit: Visit, headers: HeaderMap) -> PageResult {
    json(StatusCode::OK, &document(&site.address(&headers), visit.lang))
}

/// `GET /api/v1/docs`
pub(crate) async fn page(State(site): State<Site>, visit: Visit, headers: HeaderMap) -> PageResult {
    let (base, lang) = (site.address(&headers), visit.lang);
    let whole = document(&base, lang);
    let operations = operations().iter().map(|operation| shown(&whole, operation, lang)).collect();
    let (models, problems) = (models(), problems(lang));
    Ok(html(&DocsPage { s: visit.shell(&site), base, operations, models, problems }))
}

fn shown(whole: &Value, operation: &Operation, lang: Lang) -> OperationShown {
    let it = &whole["paths"][operation.path][operation.method.to_lowercase()];
    OperationShown {
        id: operation.name,
        method: operation.method,
        path: operation.path,
        words: lang.t(operation.words.0, operation.words.1),
        scope: scope(operation).map_or("", duban_domain::policy::Action::key),
        params: each(&it["parameters"]).map(param).collect(),
        body: model_of(&it["requestBody"]["content"]),
        answers: entries(&it["responses"]).map(|(status, one)| (status.clone(), answer(one))).collect(),
    }
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn param(it: &Value) -> (String, bool, String) {
    (text(&it["name"]), it["required"] == Value::Bool(true), text(&it["description"]))
}

fn answer(it: &Value) -> String {
    let model = model_of(&it["content"]);
    let words = text(&it["description"]);
    if model.is_empty() { words } else { format!("{words} {model}") }
}

/// What a content is: the name of its model, or its type.
fn model_of(content: &Value) -> String {
    entries(content)
        .map(|(kind, it)| match it["schema"]["$ref"].as_str() {
            Some(to) => to.rsplit('/').next().unwrap_or_default().to_owned(),
            None => kind.clone(),
        })
        .collect()
}

fn models() -> Vec<ModelShown> {
    let model = |(name, it): (String, Value)| {
        let needed: Vec<String> = each(&it["required"]).map(text).collect();
        let field = |(name, field): (&String, &Value)| FieldShown {
            needed: needed.contains(name),
            kind: kind(field),
            words: text(&field["description"]),
            name: name.clone(),
        };
        ModelShown {
            name,
            words: text(&it["description"]),
            fields: entries(&it["properties"]).map(field).collect(),
        }
    };
    schemas().into_iter().map(model).collect()
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(to) = schema["$ref"].as_str() {
        return to.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(first) = each(&schema["anyOf"]).next() {
        return format!("{} | null", kind(first));
    }
    match (schema["type"].as_str().unwrap_or_default(), &schema["enum"]) {
        ("array", _) => format!("[{}]", kind(&schema["items"])),
        (_, keys @ Value::Array(_)) => each(keys).map(text).collect::<Vec<_>>().join(" | "),
        ("string", _) if schema["format"] == "date-time" => "date-time".to_owned(),
        (other, _) => other.to_owned(),
    }
}

/// The problems that administration and this API name, with what they say.
fn problems(lang: Lang) -> Vec<(String, String)> {
    let some = [
        Refusal::NotFound,
        Refusal::Stale,
        Refusal::NoChange,
        Refusal::NeedsProof,
        Refusal::NeedsContact,
        Refusal::NeedsPlace,
        Refusal::BadPhone,
        Refusal::from(Guard::KeyReused),
    ];
    some.iter().map(|refusal| (refusal.key().to_owned(), refusal.sentence(lang))).collect()
}
