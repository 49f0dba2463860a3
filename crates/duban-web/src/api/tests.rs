//! The API over HTTP, on both databases: a system hands in, the unit's system handles, a stranger finds nothing; and
//! every answer is what the document says it is.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use duban_app::{jobs, partner, service};
use duban_domain::{Lang, Stamp, policy::Action, stamp::DAY_MS};
use duban_testkit::world::{World, both};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::spec::{document, operations, routed};
use crate::{Options, Site, router};

/// Another system: a key, and the document that its answers are held against.
struct System {
    threads: Runtime,
    site: Router,
    key: String,
    document: Value,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    bytes: Vec<u8>,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
}

fn wanted(scopes: &[Action], unit: Option<&str>) -> service::Wanted {
    service::Wanted {
        name: format!("测试系统 {unit:?}"),
        scopes: scopes.to_vec(),
        unit: unit.map(str::to_owned),
        days: Some(30),
    }
}

impl System {
    fn with_key(world: &World, key: String) -> Self {
        let site = router(Site::new(world.app.clone(), Options::default()));
        let document = document("http://test", Lang::En);
        Self { threads: Runtime::new().unwrap(), site, key, document }
    }

    fn of(world: &World, scopes: &[Action], unit: Option<&str>) -> Self {
        let key = service::make(&world.ctx("security", "hotline"), &wanted(scopes, unit)).unwrap();
        Self::with_key(world, key)
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "test");
        if !self.key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.key));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let (head, body) = self.threads.block_on(self.site.clone().oneshot(request)).unwrap().into_parts();
        let bytes = self.threads.block_on(to_bytes(body, usize::MAX)).unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let answer = Answer { status: head.status, headers: head.headers, body, bytes };
        self.as_described(method, path, &answer);
        answer
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty())
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        self.send("POST", path, &[&json[..], headers].concat(), body.to_string())
    }

    /// An answer of ours is one that the document knows.
    fn as_described(&self, method: &str, path: &str, answer: &Answer) {
        let path = path.split('?').next().unwrap();
        let fits = |known: &str| {
            let (a, b): (Vec<&str>, Vec<&str>) = (known.split('/').collect(), path.split('/').collect());
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.starts_with('{') || a == b)
        };
        let Some(operation) = operations().into_iter().find(|o| o.method == method && fits(o.path)) else {
            return;
        };
        if answer.status == StatusCode::NOT_MODIFIED {
            return;
        }
        let responses = &self.document["paths"][operation.path][method.to_lowercase()]["responses"];
        let said = &responses[answer.status.as_str()];
        assert!(
            !said.is_null(),
            "{method} {path}: {} is not in the document: {}",
            answer.status,
            answer.body
        );
        let kind = answer.header(header::CONTENT_TYPE);
        let schema = &said["content"][kind]["schema"];
        if kind.ends_with("json") {
            assert!(!schema.is_null(), "{method} {path} {}: {kind} is not in the document", answer.status);
            if let Err(fault) = valid(&self.document, schema, &answer.body) {
                panic!("{method} {path} {}: {fault} in {}", answer.status, answer.body);
            }
        }
    }
}

/// What of JSON Schema the document uses.
fn valid(document: &Value, schema: &Value, it: &Value) -> Result<(), String> {
    if let Some(to) = schema["$ref"].as_str() {
        return valid(document, document.pointer(to.trim_start_matches('#')).unwrap(), it);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = any.iter().any(|one| valid(document, one, it).is_ok());
        return if fits { Ok(()) } else { Err(format!("{it} is none of {any:?}")) };
    }
    if let Some(keys) = schema["enum"].as_array().filter(|keys| !keys.contains(it)) {
        return Err(format!("{it} is none of {keys:?}"));
    }
    let kind = match it {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let wanted = schema["type"].as_str().unwrap_or(kind);
    if wanted != kind && !(wanted == "number" && kind == "integer") {
        return Err(format!("{it} is no {wanted}"));
    }
    for one in it.as_array().into_iter().flatten() {
        valid(document, &schema["items"], one)?;
    }
    let Some(object) = it.as_object().filter(|_| schema["properties"].is_object()) else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            return Err(format!("{name} is missing"));
        }
    }
    for (name, value) in object {
        let field = &schema["properties"][name];
        if field.is_null() {
            return Err(format!("{name} is not described"));
        }
        valid(document, field, value).map_err(|fault| format!("{name}: {fault}"))?;
    }
    Ok(())
}

#[test]
fn every_address_is_described_and_nothing_is_described_that_is_not_there() {
    let routed: Vec<_> = routed().iter().map(|(method, path, _)| (*method, *path)).collect();
    let described: Vec<_> = operations().iter().map(|o| (o.method, o.path)).collect();
    for one in &routed {
        assert!(described.contains(one), "{one:?} has no description in api/spec.rs");
    }
    for one in &described {
        assert!(routed.contains(one), "{one:?} is described and not in the route table");
    }
    let document = document("http://test", Lang::Zh);
    let text = document.to_string();
    for to in text.split("#/components/schemas/").skip(1) {
        let name = to.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is no model");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("schemas/{name}\"")), "the model {name} is used nowhere");
    }
}

const CENTRE: [Action; 5] =
    [Action::View, Action::Register, Action::Dispatch, Action::Classify, Action::Figures];
const UNIT: [Action; 6] =
    [Action::View, Action::Sign, Action::Contact, Action::Answer, Action::Note, Action::Label];

fn lamp() -> Value {
    json!({"text": "测试路口的路灯不亮，整条街都黑。", "place": "测试路口", "division": "430203001",
           "point": {"lng": 113.145, "lat": 27.831}, "name": "测试·路先生", "phone": "13900006021"})
}

fn handed_in(system: &System, key: &str) -> String {
    let done = system.post("/api/v1/cases", &[("idempotency-key", key)], &lamp());
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
    done.body["number"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_handed_in_twice_counts_once_and_something_else_under_the_same_key_is_refused() {
    both(|world| {
        let centre = System::of(world, &CENTRE, None);
        let none = centre.post("/api/v1/cases", &[], &lamp());
        assert_eq!(
            (none.status, none.body["field"].as_str()),
            (StatusCode::BAD_REQUEST, Some("Idempotency-Key"))
        );
        let key = [("idempotency-key", "\"3f0c6b1e\"")];
        let once = centre.post("/api/v1/cases", &key, &lamp());
        let twice = centre.post("/api/v1/cases", &[("idempotency-key", "3f0c6b1e")], &lamp());
        assert_eq!((once.status, &once.body), (twice.status, &twice.body));
        assert_eq!(once.header(header::LOCATION), once.body["href"]);
        let mut other = lamp();
        other["text"] = json!("测试路口的水管爆了。");
        let refused = centre.post("/api/v1/cases", &key, &other);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["type"], "/api/v1/docs#idempotency-key-reused");
        // Another system's keys are its own.
        let neighbour = System::of(world, &CENTRE, None);
        assert_ne!(handed_in(&neighbour, "3f0c6b1e"), once.body["number"]);
        for (wrong, status, word) in [
            (json!({"text": "x", "phone": "12"}), 422, "bad-phone"),
            (json!({"text": "x", "place": "y", "surprise": 1}), 422, "bad-document"),
            (json!({"text": "x", "place": "y", "category": "no.such"}), 422, "unknown-category"),
            (json!({"text": "x", "point": {"lng": 1.0, "lat": 1.0}}), 422, "needs-place"),
        ] {
            let answer = centre.post("/api/v1/cases", &[("idempotency-key", word)], &wrong);
            assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
            assert!(answer.body["type"].as_str().unwrap().ends_with(word), "{}", answer.body);
            assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
        }
        let broken = [("content-type", "application/json"), ("idempotency-key", "b")];
        assert_eq!(centre.send("POST", "/api/v1/cases", &broken, "{").status, StatusCode::BAD_REQUEST);
        let form = [("idempotency-key", "b")];
        assert_eq!(
            centre.send("POST", "/api/v1/cases", &form, "text=x").status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    });
}

#[test]
fn an_old_key_gives_its_own_case_again_and_never_that_of_something_else() {
    both(|world| {
        let centre = System::of(world, &CENTRE, None);
        let number = handed_in(&centre, "old-key");
        let wrong = centre.post(
            "/api/v1/cases",
            &[("idempotency-key", "spent")],
            &json!({"text": "x", "phone": "12"}),
        );
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.clock.pass_ms(9 * DAY_MS);
        while jobs::work(&world.app).unwrap() > 0 {}
        let mut other = lamp();
        other["text"] = json!("测试路口的水管爆了。");
        let key = [("idempotency-key", "old-key")];
        for again in 0..2 {
            assert_eq!(handed_in(&centre, "old-key"), number, "{again}");
            let refused = centre.post("/api/v1/cases", &key, &other);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
            assert_eq!(refused.body["type"], "/api/v1/docs#idempotency-key-reused");
        }
        assert_ne!(handed_in(&centre, "spent"), number, "what made no case is forgotten");
        // A database of before may have forgotten what was sent and kept the case.
        let forgotten = world.app.store.write(|tx| {
            let keys = tx.sent_until(Stamp(i64::MAX), 99)?;
            keys.iter().try_for_each(|key| tx.forget_sent(key))?;
            Ok::<_, duban_app::AppError>(keys.len())
        });
        assert!(forgotten.unwrap() > 0);
        for body in [lamp(), other, lamp()] {
            let refused = centre.post("/api/v1/cases", &key, &body);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        }
    });
}

#[test]
fn a_units_system_handles_a_case_on_the_version_it_saw_and_a_stranger_finds_none() {
    both(|world| {
        let centre = System::of(world, &CENTRE, None);
        let unit = System::of(world, &UNIT, Some("power"));
        let stranger = System::of(world, &[UNIT.as_slice(), &[Action::Figures]].concat(), Some("gas"));
        let number = handed_in(&centre, "a");
        let path = format!("/api/v1/cases/{number}");
        let whole = centre.get(&path);
        assert!(whole.body.to_string().contains("整条街都黑") && !whole.body.to_string().contains("6021"));
        assert!(!whole.body.to_string().contains("路先生"), "nobody's name is in it");
        let (tag, mut now) = (whole.header(header::ETAG).to_owned(), String::new());
        let order = json!({"unit": "power", "reason": "线路归供电公司"});
        let step = |system: &System, what: &str, tag: &str, body: &Value| {
            system.post(&format!("{path}/{what}"), &[("if-match", tag)], body)
        };
        let hasty = centre.post(&format!("{path}/dispatch"), &[], &order);
        assert_eq!(hasty.status, StatusCode::PRECONDITION_REQUIRED);
        if whole.body["case"]["unit"] != "power" {
            let done = step(&centre, "dispatch", &tag, &order);
            assert_eq!(done.status, StatusCode::OK, "{}", done.body);
            assert_eq!(step(&centre, "dispatch", &tag, &order).status, StatusCode::PRECONDITION_FAILED);
            done.header(header::ETAG).clone_into(&mut now);
        }
        assert_eq!(stranger.get(&path).status, StatusCode::NOT_FOUND);
        assert_eq!(step(&stranger, "signature", "*", &json!({})).status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.get("/api/v1/cases?stage=all").body["cases"], json!([]));
        let sign = step(&centre, "signature", "*", &json!({}));
        assert_eq!(sign.status, StatusCode::FORBIDDEN, "not its scope");
        let file = handled(&unit, &path, &now);
        assert_eq!(stranger.get(&file).status, StatusCode::NOT_FOUND);
    });
}

/// The unit's way: signed once, contacted, a note, a photo, an answer with its proof. Returns where the photo is.
fn handled(unit: &System, path: &str, now: &str) -> String {
    let step = |what: &str, tag: &str, body: &Value| {
        unit.post(&format!("{path}/{what}"), &[("if-match", tag)], body)
    };
    let seen = unit.get(path);
    assert!(now.is_empty() || seen.header(header::ETAG) == now);
    let same = unit.send("GET", path, &[("if-none-match", seen.header(header::ETAG))], Body::empty());
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    let once = [("if-match", seen.header(header::ETAG)), ("idempotency-key", "sign")];
    let signed = unit.send("POST", &format!("{path}/signature"), &once, Body::empty());
    let again = unit.send("POST", &format!("{path}/signature"), &once, Body::empty());
    assert_eq!(
        (signed.status, &signed.body),
        (StatusCode::OK, &again.body),
        "sent again counts once: {}",
        again.body
    );
    assert_eq!(step("signature", "*", &json!({})).status, StatusCode::CONFLICT);
    let way = json!({"way": "phone", "note": "约好下午去"});
    assert_eq!(step("contact", signed.header(header::ETAG), &way).status, StatusCode::OK);
    assert_eq!(step("note", "*", &json!({"text": "带梯子"})).status, StatusCode::OK);
    assert_eq!(step("label", "*", &json!({"label": "no-such"})).status, StatusCode::UNPROCESSABLE_ENTITY);
    let file = attach(unit, path);
    let unproved = json!({"outcome": "solved", "public": "换了灯。"});
    let said = step("answer", "*", &unproved);
    assert!(
        said.status == StatusCode::UNPROCESSABLE_ENTITY && said.body["field"] == "proof",
        "{}",
        said.body
    );
    let proved = |content: String| json!({"outcome": "solved", "public": "换了灯。", "proofs": [{"name": "后.png", "content": content}]});
    let odd = step("answer", "*", &proved("no base64".into()));
    assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.body["field"] == "proofs", "{}", odd.body);
    let answer = proved(BASE64.encode(picture()));
    let once = [("if-match", "*"), ("idempotency-key", "answer")];
    for _ in 0..2 {
        let done = unit.post(&format!("{path}/answer"), &once, &answer);
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    }
    let files = unit.get(path).body["attachments"].as_array().unwrap().clone();
    assert_eq!(files.len(), 2, "the photo from before and the proof, once: {files:?}");
    assert!(files.iter().any(|file| file["name"] == "后.png" && file["mime"] == "image/jpeg"), "{files:?}");
    let history = unit.get(path).body["history"].to_string();
    assert!(history.contains("answered") && history.contains("partner"), "{history}");
    file
}

/// A small picture.
fn picture() -> Vec<u8> {
    let mut picture = std::io::Cursor::new(Vec::new());
    let dots = image::RgbImage::from_fn(31, 17, |x, y| image::Rgb([(x * 8) as u8, (y * 15) as u8, 77]));
    image::DynamicImage::ImageRgb8(dots).write_to(&mut picture, image::ImageFormat::Png).unwrap();
    picture.into_inner()
}

/// Adds a photo; returns where it is.
fn attach(unit: &System, path: &str) -> String {
    let head = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    let body = [head.as_bytes(), &picture(), b"\r\n--cut--\r\n"].concat();
    let kind = [("content-type", "multipart/form-data; boundary=cut")];
    let done = unit.send("POST", &format!("{path}/attachments"), &kind, body);
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let id = unit.get(path).body["attachments"][0]["id"].as_str().unwrap().to_owned();
    let at = format!("{path}/attachments/{id}");
    let file = unit.get(&at);
    assert!(file.status == StatusCode::OK && file.header(header::CONTENT_TYPE).starts_with("image/"));
    assert!(!file.bytes.is_empty());
    at
}

#[test]
fn lists_are_read_page_by_page_and_what_nobody_knows_is_refused() {
    both(|world| {
        let centre = System::of(world, &CENTRE, None);
        let later = |key: &&str| {
            world.clock.pass_ms(1_000);
            handed_in(&centre, key)
        };
        let mut all: Vec<String> = ["a", "b", "c"].iter().map(later).collect();
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let page = centre.get(&format!("/api/v1/cases?limit=2&sort=new&after={next}"));
            let cases = page.body["cases"].as_array().unwrap().clone();
            found.extend(cases.iter().map(|case| case["number"].as_str().unwrap().to_owned()));
            match page.body["next"].as_str() {
                Some(after) => after.clone_into(&mut next),
                None => break,
            }
        }
        all.reverse();
        assert_eq!(found, all);
        assert_eq!(centre.get("/api/v1/cases?urgency=urgent").body["cases"], json!([]));
        for wrong in
            ["limit=0", "limit=201", "stage=nowhere", "after=x", "surprise=1", "from=yesterday", "who=x"]
        {
            let answer = centre.get(&format!("/api/v1/cases?{wrong}"));
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        assert_eq!(centre.get("/api/v1/figures").body["figures"][0]["value"], 3);
        assert_eq!(
            centre.get("/api/v1/figures?from=2026-02-01&to=2026-01-01").status,
            StatusCode::BAD_REQUEST
        );
        let units = centre.get("/api/v1/units?lang=en").body;
        assert!(units["units"].as_array().unwrap().len() > 20);
        assert!(centre.get("/api/v1/categories").body["categories"].as_array().unwrap().len() > 50);
        assert_eq!(centre.get("/api/v1/openapi.json").body["openapi"], "3.1.0");
        let page = centre.get("/api/v1/docs");
        assert!(String::from_utf8_lossy(&page.bytes).contains("POST /api/v1/cases"));
        assert_eq!(centre.get("/api/v1/nothing").header(header::CONTENT_TYPE), "application/problem+json");
    });
}

#[test]
fn a_key_opens_its_own_door_within_its_scope_and_until_it_ends() {
    both(|world| {
        let security = world.ctx("security", "hotline");
        let viewer = System::of(world, &[Action::View], Some("power"));
        let mut nobody = System::with_key(world, String::new());
        let refused = nobody.get("/api/v1/cases");
        assert_eq!(
            (refused.status, refused.header(header::WWW_AUTHENTICATE)),
            (StatusCode::UNAUTHORIZED, "Bearer realm=\"duban\"")
        );
        assert_eq!(viewer.get("/api/v1/cases").status, StatusCode::OK);
        assert_eq!(viewer.get("/api/v1/figures").status, StatusCode::FORBIDDEN);
        // A page is not for a key, a key of Open311 is none here, and this one none there or at the telephone's door.
        assert_eq!(viewer.get("/desk/cases").status, StatusCode::SEE_OTHER);
        nobody.key = partner::add_key(&world.app, "open311", Some("power")).unwrap();
        assert_eq!(nobody.get("/api/v1/cases").status, StatusCode::UNAUTHORIZED);
        let asked = format!("/open311/v2/requests.json?api_key={}", viewer.key);
        let listed = viewer.get(&asked);
        assert!(listed.status != StatusCode::OK || listed.body == json!([]), "{}", listed.body);
        let heard = viewer.send("POST", &format!("/cti/{}", viewer.key), &[], "event=newCall&callId=1");
        assert!(!heard.status.is_success(), "{}", heard.status);

        let kept = service::keys(&security).unwrap();
        let own = kept.iter().find(|key| key.scopes == "view").unwrap();
        assert!(own.used_at.is_some() && !own.hash.is_empty());
        service::end(&security, own.id).unwrap();
        assert_eq!(viewer.get("/api/v1/cases").status, StatusCode::UNAUTHORIZED);
        assert!(service::end(&security, own.id).is_err(), "it ended already");
        let late = System::of(world, &[Action::View], None);
        world.clock.pass_ms(30 * DAY_MS);
        assert_eq!(late.get("/api/v1/cases").status, StatusCode::UNAUTHORIZED);
        for scopes in [&[][..], &[Action::Accounts], &[Action::View, Action::Reveal]] {
            assert!(service::make(&security, &wanted(scopes, None)).is_err(), "{scopes:?}");
        }
        assert!(
            service::make(&world.ctx("administrator", "hotline"), &wanted(&[Action::View], None)).is_err()
        );
    });
}
