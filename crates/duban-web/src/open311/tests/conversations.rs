//! Whole conversations: what clients of the specification send, and what they get.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use duban_app::{
    App,
    case::{On, dispatch, review, show, sign},
    partner, proof,
};
use duban_domain::{Number, case::Verdict};
use duban_testkit::world::World;
use serde_json::Value;

use super::read_back;
use crate::resident::journey::{Browser, Reply};

const REQUESTS: &str = "/open311/v2/requests.json";

/// A dark lamp, with a key.
fn lamp<'a>(key: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("api_key", key),
        ("service_code", "utilities.lighting.dark"),
        ("description", "测试·不该出现"),
        ("lat", "27.832"),
        ("long", "113.137"),
    ];
    form.extend_from_slice(more);
    form
}

fn value(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).unwrap_or_else(|e| panic!("{e}: {}", reply.text))
}

fn id(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
    value(reply)[0]["service_request_id"].as_str().unwrap().to_owned()
}

/// How many requests a list has.
async fn count(client: &mut Browser, query: &str) -> usize {
    let reply = client.get(&format!("{REQUESTS}?{query}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text);
    value(&reply).as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_system_hands_in_and_reads() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let xml = client.post("/open311/v2/requests.xml", &lamp("dk_no", &[]), None).await;
    assert_eq!(xml.status, StatusCode::FORBIDDEN);
    assert_eq!(read_back(&xml.text)[0], ("code".into(), "403".into()));
    let same = Some(("idempotency-key", "7f1c"));
    let (once, twice) = (
        client.post(REQUESTS, &lamp(&key, &[]), same).await,
        client.post(REQUESTS, &lamp(&key, &[]), same).await,
    );
    assert_eq!((id(&once), &once.text), (id(&twice), &twice.text));
    let id = id(&once);
    for to in [
        "requests.json".to_owned(),
        format!("requests/{id}.json"),
        format!("requests.json?service_request_id={id}"),
        "requests.json?service_code=utilities.lighting&status=open".to_owned(),
        format!("tokens/{id}.json"),
    ] {
        let found = client.get(&format!("/open311/v2/{to}")).await;
        assert!(found.text.contains(&id) && !found.text.contains("不该出现"), "{to}: {}", found.text);
        assert_eq!(found.headers["access-control-allow-origin"], "*");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_cut_as_they_are_asked_for_and_errors_have_their_status() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county", None).unwrap();
    id(&client.post(REQUESTS, &lamp(&key, &[]), None).await);
    for (query, expected) in [
        ("status=closed", 0),
        ("status=open,closed", 1),
        ("service_code=no.such", 0),
        ("service_code=roads.signals,utilities.lighting.dark", 1),
        ("start_date=2025-12-01T00:00:00Z&end_date=2026-01-01T00:00:00Z", 0),
        ("updated_after=2026-01-05T00:00:00Z", 1),
        ("updated_before=2026-01-05T00:00:00Z", 0),
        ("lat=27.833&long=113.138&radius=400", 1),
        ("lat=27.93&long=113.138&radius=400", 0),
        ("page=2&page_size=1", 0),
        ("jurisdiction_id=zhuzhou", 1),
        ("jurisdiction_id=", 1),
    ] {
        assert_eq!(count(&mut client, query).await, expected, "{query}");
    }
    for (to, status) in [
        ("requests/260105000000.json", 404),
        ("requests/260105000.xml", 404),
        ("tokens/260105000000.json", 404),
        ("requests.json?jurisdiction_id=elsewhere", 404),
        ("requests.json?api_key=dk_no", 403),
        ("requests.xml?status=x", 400),
        ("requests.json?start_date=2026-01-05", 400),
        ("nothing", 404),
        ("nothing.xml", 404),
        ("services/no.xml", 404),
    ] {
        let reply = client.get(&format!("/open311/v2/{to}")).await;
        assert_eq!(reply.status.as_u16(), status, "{to}");
        assert_eq!(reply.headers["access-control-allow-origin"], "*", "errors are readable too: {to}");
        let code = if reply.text.starts_with('<') {
            read_back(&reply.text)[0].1.parse().unwrap()
        } else {
            value(&reply)[0]["code"].as_u64().unwrap()
        };
        assert_eq!(code, u64::from(status), "{to}: {}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_said_at_once_and_methods_are_told() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let form = [("api_key", key.as_str()), ("service_code", "market.goods.refund"), ("phone", "x")];
    let reply = client.post(REQUESTS, &form, None).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    let said: Vec<String> =
        value(&reply).as_array().unwrap().iter().map(|e| e["description"].to_string()).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    for (at, word) in ["place", "phone", "attribute[refund_shop]"].iter().enumerate() {
        assert!(said[at].contains(word), "{said:?}");
    }
    let put = Request::put(REQUESTS).body(Body::empty()).unwrap();
    let reply = client.send(put).await;
    assert_eq!((reply.status.as_u16(), value(&reply)[0]["code"].as_u64()), (405, Some(405)));
    let reply = client.post("/open311/v2/services.json", &[], None).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    let asks = Request::options(REQUESTS).header(header::ORIGIN, "https://app.example").body(Body::empty());
    let reply = client.send(asks.unwrap()).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert!(reply.headers["access-control-allow-methods"].to_str().unwrap().contains("POST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_and_files_come_along_and_the_desk_shows_them() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let answers = [
        ("attribute[lamp_number]", "L-0417"),
        ("attribute[lamp_extent]", "street"),
        ("attribute[other]", "x"),
    ];
    let lamp_id = id(&client.post(REQUESTS, &lamp(&key, &answers), None).await);
    let more = client.get(&format!("/open311/v2/requests/{lamp_id}.json?extensions=true&lang=en")).await;
    let shown = value(&more)[0]["attributes"].clone();
    assert_eq!(shown[0]["value"], "The whole street");
    assert!(!more.text.contains("L-0417"), "what somebody wrote is not public: {}", more.text);

    let number: Number = lamp_id.parse().unwrap();
    let page = show::show(&world.ctx("supervisor", "hotline"), &number).unwrap();
    let details = &page.voices[0].request.details;
    assert_eq!(details[0].values, ["L-0417"]);

    let picture = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(20, 10).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let mut body = Vec::new();
    for (name, text) in lamp(&key, &[("attribute[lamp_extent][]", "one")]) {
        body.extend(
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes(),
        );
    }
    body.extend(b"--b\r\ncontent-disposition: form-data; name=\"photo1\"; filename=\"a.png\"\r\n\r\n");
    body.extend(picture);
    body.extend(b"\r\n--b--\r\n");
    let request = Request::post(REQUESTS)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    let number: Number = id(&client.send(request).await).parse().unwrap();
    let page = show::show(&world.ctx("supervisor", "hotline"), &number).unwrap();
    assert_eq!((page.media.len(), page.voices[0].request.details.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_of_its_own_finds_and_is_taken_in_once() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let other = partner::add_key(&world.app, "another", None).unwrap();
    let own = [("service_request_id_ext", "FMS-77")];
    let first = id(&client.post(REQUESTS, &lamp(&key, &own), None).await);
    assert_eq!(id(&client.post(REQUESTS, &lamp(&key, &own), None).await), first);
    assert_ne!(id(&client.post(REQUESTS, &lamp(&other, &own), None).await), first);
    let found = client.get(&format!("{REQUESTS}?service_request_id_ext=FMS-77&api_key={key}")).await;
    let found = value(&found);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["service_request_id"].as_str(), Some(first.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_that_lists_nothing_shows_a_system_its_own() {
    let mut world = World::sqlite();
    let mut city = (*world.app.city).clone();
    city.settings.public_listing = false;
    let app = world.app.clone();
    world.app = App::new(Arc::new(city), app.store, app.keys, app.clock, app.entropy, false);
    proof::begin(&world.app, None).unwrap();
    let mut client = Browser::of(world.app.clone());
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let other = partner::add_key(&world.app, "another", None).unwrap();
    let own = id(&client.post(REQUESTS, &lamp(&key, &[]), None).await);
    assert_eq!(count(&mut client, "").await, 0);
    assert_eq!(count(&mut client, &format!("api_key={other}")).await, 0);
    assert_eq!(count(&mut client, &format!("api_key={key}")).await, 1);
    assert_eq!(
        count(&mut client, &format!("service_request_id={own}")).await,
        1,
        "a number opens what it names"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_of_a_unit_sees_the_cases_of_that_unit_only() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let power = partner::add_key(&world.app, "power desk", Some("power")).unwrap();
    assert!(partner::add_key(&world.app, "x", Some("no.such.unit")).is_err());
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let mut cases = Vec::new();
    for unit in ["power", "gas"] {
        let number: Number = id(&client.post(REQUESTS, &lamp(&key, &[]), None).await).parse().unwrap();
        let order = dispatch::Order {
            unit: unit.into(),
            assisting: Vec::new(),
            reason: "测试".into(),
            designated: false,
        };
        let on = On { number: number.clone(), seen: None };
        dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order).unwrap();
        sign::sign(&world.ctx("handler", unit), &on).unwrap();
        cases.push(number);
    }
    let seen = client.get(&format!("{REQUESTS}?api_key={power}")).await;
    assert_eq!(value(&seen).as_array().unwrap().len(), 1);
    assert!(
        seen.text.contains(cases[0].digits()) && seen.text.contains("不该出现"),
        "its unit reads the words"
    );
    let other = client.get(&format!("/open311/v2/requests/{}.json?api_key={power}", cases[1])).await;
    assert!(
        other.status == StatusCode::OK && !other.text.contains("不该出现"),
        "another unit's is public only"
    );
}

const UPDATES: &str = "/open311/v2/servicerequestupdates.json";

#[tokio::test(flavor = "multi_thread")]
async fn the_system_of_a_unit_reports_and_others_are_told_when_it_is_accepted() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let (key, power) = (
        partner::add_key(&world.app, "county", None).unwrap(),
        partner::add_key(&world.app, "power desk", Some("power")).unwrap(),
    );
    let lamp_id = id(&client.post(REQUESTS, &lamp(&key, &[]), None).await);
    let number: Number = lamp_id.parse().unwrap();
    let on = On { number: number.clone(), seen: None };
    let order = dispatch::Order {
        unit: "power".into(),
        assisting: Vec::new(),
        reason: "测试".into(),
        designated: false,
    };
    world.clock.pass_ms(60_000);
    dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order).unwrap();
    world.clock.pass_ms(3_600_000);
    let form = [
        ("api_key", power.as_str()),
        ("update_id", "w-1"),
        ("service_request_id", &lamp_id),
        ("status", "CLOSED"),
        ("updated_datetime", "2026-01-05T09:30:00+08:00"),
        ("description", "换了灯泡，当晚亮了"),
        ("public_anonymity_required", "FALSE"),
        ("media_url", "https://x.cn/a.jpg"),
    ];
    let (once, twice) = (client.post(UPDATES, &form, None).await, client.post(UPDATES, &form, None).await);
    assert_eq!((once.status, &once.text), (StatusCode::CREATED, &twice.text));
    assert_eq!(value(&once)[0]["update_id"], "w-1");
    let told = client.get(&format!("{UPDATES}?api_key={key}")).await;
    assert!(!told.text.contains("换了灯泡"), "not accepted yet: {}", told.text);

    world.clock.pass_ms(60_000);
    review::review(&world.ctx("reviewer", "hotline"), &on, &Verdict::Approve).unwrap();
    world.clock.pass_ms(60_000);
    let told = client.get(&format!("{UPDATES}?api_key={key}&start_date=2026-01-05T00:00:00Z")).await;
    let updates = value(&told);
    let last = updates.as_array().unwrap().last().unwrap();
    assert_eq!(
        (last["status"].as_str(), last["external_status_code"].as_str()),
        (Some("OPEN"), Some("answered"))
    );
    assert_eq!(last["description"], "换了灯泡，当晚亮了");
    assert_eq!(last["service_request_id"], lamp_id.as_str());
    let xml = client.get("/open311/v2/servicerequestupdates.xml").await;
    assert!(xml.text.contains("<service_request_updates><request_update><update_id>"), "{}", xml.text);
    assert!(read_back(&xml.text).contains(&("service_request_id".into(), lamp_id.clone())));

    // The person is asked, and answers through the system that handed the request in.
    let word = [
        ("api_key", key.as_str()),
        ("update_id_ext", "77"),
        ("service_request_id", &lamp_id),
        ("status", "FIXED"),
        ("updated_datetime", "2026-01-05T12:00:00+08:00"),
        ("description", "亮了，谢谢"),
    ];
    assert_eq!(client.post(UPDATES, &word, None).await.status, StatusCode::CREATED);
    let now = client.get(&format!("/open311/v2/requests/{lamp_id}.json")).await;
    assert_eq!(value(&now)[0]["status"], "closed");
    assert!(!now.text.contains("谢谢"), "what the person wrote is not public: {}", now.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_read_says_everything_that_is_wrong() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county", None).unwrap();
    let own = id(&client.post(REQUESTS, &lamp(&key, &[]), None).await);
    let other = partner::add_key(&world.app, "another", None).unwrap();
    let form = [("api_key", key.as_str()), ("status", "done"), ("media_url", "file:///etc")];
    let reply = client.post(UPDATES, &form, None).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(value(&reply).as_array().unwrap().len(), 5, "{}", reply.text);
    for (key, id, status) in
        [("dk_no", own.as_str(), 403), (&other, &own, 404), (&key, "260105000000", 404), (&key, &own, 201)]
    {
        let form = [
            ("api_key", key),
            ("update_id", "1"),
            ("service_request_id", id),
            ("status", "open"),
            ("updated_datetime", "2026-01-05T09:00:00Z"),
            ("description", "a"),
        ];
        assert_eq!(client.post(UPDATES, &form, None).await.status.as_u16(), status, "{id}");
    }
}
