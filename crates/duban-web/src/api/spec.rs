//! Which address of the API does what, in words, and the OpenAPI 3.1 document that is made from the route table, from
//! these words and from the models. A route without words, or words without a route, fails a test.

use std::sync::OnceLock;

use duban_domain::{Lang, policy::Action};
use serde_json::{Map, Value, json};

use super::{
    ROOT,
    cases::{FILTERS, PAGE_MAX},
    model::{
        Answer, CaseList, CaseWhole, CategoryList, Classify, Contact, Created, Dispatch, FigureList, Label,
        NewCase, NewsShort, Note, Stepped, Typed, UnitList, schemas,
    },
};
use crate::routes::{Access, table};

/// Makes a schema.
type Schema = fn() -> Value;

/// What one address does.
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// Its name for programs that are made from the document.
    pub(crate) name: &'static str,
    /// What it does, Chinese and English.
    pub(crate) words: (&'static str, &'static str),
    /// Parameters of the address: name, schema, what it says.
    params: fn() -> Vec<(&'static str, Value, &'static str)>,
    /// What is sent: its type and its schema.
    body: Option<(&'static str, Schema)>,
    /// What comes back when it went well: status, type, schema.
    answer: (u16, &'static str, Schema),
    /// Whether a key of the sender's own has to be there, or may.
    key: Option<bool>,
    /// Whether it is a step on a version.
    versioned: bool,
}

const JSON: &str = "application/json";
const NONE: fn() -> Vec<(&'static str, Value, &'static str)> = Vec::new;

const fn get(
    path: &'static str,
    name: &'static str,
    words: (&'static str, &'static str),
    schema: Schema,
) -> Operation {
    let answer = (200, JSON, schema);
    Operation {
        method: "GET",
        path,
        name,
        words,
        params: NONE,
        body: None,
        answer,
        key: None,
        versioned: false,
    }
}

const fn step(
    path: &'static str,
    name: &'static str,
    words: (&'static str, &'static str),
    body: Option<Schema>,
) -> Operation {
    let body = match body {
        Some(schema) => Some((JSON, schema)),
        None => None,
    };
    let answer: (u16, &'static str, Schema) = (200, JSON, Stepped::schema);
    Operation {
        method: "POST",
        path,
        name,
        words,
        params: NONE,
        body,
        answer,
        key: Some(false),
        versioned: true,
    }
}

/// Every address.
pub(crate) fn operations() -> Vec<Operation> {
    let mut all = of_cases();
    all.extend(steps());
    all.extend(of_files());
    all.extend(of_the_city());
    all.extend(about());
    all
}

fn of_cases() -> Vec<Operation> {
    let list =
        ("工单列表，条件和工单页一样，游标翻页", "Cases, by the filters of the worklist, page by page");
    let read = (
        "一件工单：原话、经过、附件；带 ETag",
        "A case: what was said, what happened, its files; with an ETag",
    );
    let create = ("登记一件诉求", "Hand in a request");
    vec![
        Operation { params: filters, ..get("/api/v1/cases", "listCases", list, CaseList::schema) },
        Operation {
            method: "POST",
            body: Some((JSON, NewCase::schema)),
            answer: (201, JSON, Created::schema),
            key: Some(true),
            ..get("/api/v1/cases", "createCase", create, Created::schema)
        },
        get("/api/v1/cases/{number}", "readCase", read, CaseWhole::schema),
    ]
}

fn steps() -> Vec<Operation> {
    let classify = ("改分类、类型、紧急程度", "Give it another category, kind or urgency");
    let label = ("贴标签，或取下", "Put a label on it, or take it off");
    let contact = ("记一次联系", "Record that the person was contacted");
    vec![
        step(
            "/api/v1/cases/{number}/dispatch",
            "dispatchCase",
            ("派单", "Dispatch it to a unit"),
            Some(Dispatch::schema),
        ),
        step("/api/v1/cases/{number}/signature", "signCase", ("签收", "Sign for it"), None),
        step("/api/v1/cases/{number}/contact", "recordContact", contact, Some(Contact::schema)),
        step("/api/v1/cases/{number}/answer", "answerCase", ("答复", "Answer it"), Some(Answer::schema)),
        step("/api/v1/cases/{number}/classification", "classifyCase", classify, Some(Classify::schema)),
        step("/api/v1/cases/{number}/label", "labelCase", label, Some(Label::schema)),
        step("/api/v1/cases/{number}/note", "noteCase", ("写批注", "Leave a note"), Some(Note::schema)),
    ]
}

fn of_files() -> Vec<Operation> {
    let add = ("附照片或文件", "Add photos or documents");
    vec![
        Operation {
            body: Some(("multipart/form-data", upload)),
            versioned: false,
            key: None,
            ..step("/api/v1/cases/{number}/attachments", "attachFiles", add, None)
        },
        Operation {
            answer: (200, "*/*", anything),
            ..get(
                "/api/v1/cases/{number}/attachments/{id}",
                "readAttachment",
                ("一个附件的内容", "One file"),
                anything,
            )
        },
    ]
}

fn of_the_city() -> Vec<Operation> {
    let figures = ("一段时间的数据，限于够得着的单位", "The figures of a period, within reach");
    let news =
        ("实时动态（SSE），每条的 data 是一个 NewsShort", "Live news (SSE); the data of each is a NewsShort");
    vec![
        get("/api/v1/units", "listUnits", ("单位", "The units"), UnitList::schema),
        get("/api/v1/categories", "listCategories", ("分类", "The categories"), CategoryList::schema),
        Operation { params: period, ..get("/api/v1/figures", "readFigures", figures, FigureList::schema) },
        Operation {
            answer: (200, "text/event-stream", NewsShort::schema),
            params: only,
            ..get("/api/v1/events", "listen", news, NewsShort::schema)
        },
    ]
}

fn about() -> Vec<Operation> {
    let programs = ("这份文档，给程序读", "This document, for programs");
    let people = ("这份文档，给人读", "This document, for people");
    vec![
        get("/api/v1/openapi.json", "readDocument", programs, || json!({"type": "object"})),
        Operation {
            answer: (200, "text/html", anything),
            ..get("/api/v1/docs", "readPage", people, anything)
        },
    ]
}

/// Bytes of any kind.
fn anything() -> Value {
    json!({})
}

fn filters() -> Vec<(&'static str, Value, &'static str)> {
    FILTERS
        .into_iter()
        .map(|name| match name {
            "limit" => (
                name,
                json!({"type": "integer", "minimum": 1, "maximum": PAGE_MAX}),
                "How many; 50 unless said.",
            ),
            "after" => (name, json!({"type": "string"}), "`next` of the page before."),
            "stage" => (
                name,
                json!({"type": "string"}),
                "A phase, `open` or `all`; `open` unless something else is looked for.",
            ),
            "q" => (name, json!({"type": "string"}), "Words of the text, the place or the title."),
            "from" | "to" => (name, day(), "A day, as the city counts days."),
            "sort" => (
                name,
                json!({"type": "string", "enum": ["due", "new"]}),
                "By what is due, or the newest first.",
            ),
            "lang" => (
                name,
                json!({"type": "string", "enum": ["zh", "en"]}),
                "The language of names and sentences.",
            ),
            _ => (name, json!({"type": "string"}), "As the worklist has it."),
        })
        .collect()
}

fn period() -> Vec<(&'static str, Value, &'static str)> {
    vec![("from", day(), "The first day."), ("to", day(), "The last day; today unless said.")]
}

/// A day; an empty parameter is one that was left out, as a form sends it.
fn day() -> Value {
    json!({"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"})
}

fn only() -> Vec<(&'static str, Value, &'static str)> {
    vec![("number", json!({"type": "string"}), "News of this case only.")]
}

fn upload() -> Value {
    json!({
        "type": "object",
        "properties": {
            "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
            "words": {"type": "string"}
        },
        "required": ["file"]
    })
}

/// The addresses of the route table that belong to this API, with what they ask for.
pub(crate) fn routed() -> &'static [Routed] {
    static ONCE: OnceLock<Vec<Routed>> = OnceLock::new();
    ONCE.get_or_init(read)
}

/// Method, address and what it asks for; none: nothing.
type Routed = (&'static str, &'static str, Option<Action>);

fn read() -> Vec<Routed> {
    let ours = table().into_iter().filter(|route| route.path.starts_with(ROOT));
    ours.map(|route| match route.access {
        Access::Api(action) => (route.method, route.path, Some(action)),
        Access::Public | Access::AnyStaff | Access::Staff(_) => (route.method, route.path, None),
    })
    .collect()
}

/// What an address needs; none: nothing.
pub(crate) fn scope(operation: &Operation) -> Option<Action> {
    routed().iter().find(|(method, path, _)| (*method, *path) == (operation.method, operation.path))?.2
}

/// The document.
pub(crate) fn document(base: &str, lang: Lang) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path.to_owned()).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = described(&operation, lang);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Duban API v1",
            "version": "1.0.0",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
            "description": lang.t(
                "权限和网页一样：密钥能做什么、够得着哪些工单，由密钥的范围和单位决定。里面没有任何诉求人的姓名和电话。",
                "The same permits as the pages: what a key may do and which cases it reaches is decided by its scopes and its unit. Nobody's name and no telephone number of a resident is in it."
            ),
        },
        "servers": [{"url": base}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A service key (ds_…)."}},
        },
    })
}

fn described(operation: &Operation, lang: Lang) -> Value {
    let mut it = json!({
        "operationId": operation.name,
        "summary": lang.t(operation.words.0, operation.words.1),
        "parameters": parameters(operation),
        "responses": responses(operation),
    });
    match scope(operation) {
        Some(action) => it["description"] = json!(format!("Scope: `{}`", action.key())),
        None => it["security"] = json!([]),
    }
    if let Some((kind, schema)) = operation.body {
        it["requestBody"] = json!({"required": true, "content": {kind: {"schema": schema()}}});
    }
    it
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<Value> = in_path
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    let query = (operation.params)().into_iter();
    all.extend(query.map(
        |(name, schema, words)| json!({"name": name, "in": "query", "schema": schema, "description": words}),
    ));
    let header = |name: &str, needed: bool, words: &str| json!({"name": name, "in": "header", "required": needed, "schema": {"type": "string", "minLength": 1}, "description": words});
    all.extend(operation.key.map(|needed| {
        header("Idempotency-Key", needed, "A key of the sender's own, such as a UUID: the same thing sent again counts once, something else is refused with 422.")
    }));
    all.extend(operation.versioned.then(|| header("If-Match", true, "The ETag of the case, or `*`.")));
    all
}

fn responses(operation: &Operation) -> Value {
    let (status, kind, schema) = operation.answer;
    let mut all = Map::new();
    all.insert(status.to_string(), json!({"description": "Done.", "content": {kind: {"schema": schema()}}}));
    let mut no = |status: u16, words: &str| {
        let content =
            json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        all.insert(status.to_string(), json!({"description": words, "content": content}));
    };
    if scope(operation).is_some() {
        no(401, "No key, or one that does not hold.");
        no(403, "The key does not have this scope, or the step is for somebody else.");
    }
    if operation.path.contains('{') {
        no(404, "There is none within reach.");
    }
    if !(operation.params)().is_empty() || operation.body.is_some() || operation.versioned {
        no(400, "It cannot be read.");
    }
    if operation.body.is_some() || operation.versioned {
        no(409, "The case is not where this step is possible.");
        no(413, "Too large.");
        no(415, "Not the type that is taken.");
        no(422, "Something of what was sent is wrong, or the Idempotency-Key was used for something else.");
    }
    if operation.versioned {
        no(412, "Somebody has changed the case since.");
        no(428, "If-Match is missing.");
    }
    Value::Object(all)
}
