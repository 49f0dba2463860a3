//! The documents of Open311 as they are sent, side by side; XML is read back.

use duban_app::partner;
use duban_domain::{Lang, Stamp, request::Privacy};
use duban_testkit::world::World;
use expect_test::expect;
use quick_xml::{Reader, events::Event};

use super::{
    address, params,
    render::{Format, Node, json, xml},
    requests, services,
};
use crate::{
    frame::Fields,
    resident::{
        journey::Browser,
        tests::{city, public},
    },
};

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

#[test]
fn a_request_in_both_writings_says_nothing_that_somebody_wrote() {
    let city = city();
    let node = Node::List(
        "service_requests",
        vec![requests::request(&city, &public(&city), "260105004179", Lang::Zh)],
    );
    for text in [json(&node), xml(&node)] {
        assert!(!text.contains("不该出现"), "{text}");
    }
    let value: serde_json::Value = serde_json::from_str(&json(&node)).unwrap();
    let request = &value[0];
    assert_eq!(request["status"], "open");
    assert_eq!((request["lat"].as_f64(), request["long"].as_f64()), (Some(27.832), Some(113.138)));
    assert!(request["requested_datetime"].as_str().unwrap().ends_with("+08:00"));
    let texts = read_back(&xml(&node));
    assert!(
        texts.contains(&("status_notes".into(), "断枝<取下>，换了新线 & 加了套管。".into())),
        "{texts:?}"
    );
}

#[test]
fn discovery_and_errors() {
    let city = city();
    expect![[r#"{"changeset":"2026-01-05T00:00:00+08:00","contact":"Zhuzhou 12345 (株洲市 12345): call 12345. 请打 12345。","key_service":"Ask the hotline for an api_key: it names the system that holds it. 向热线申请 api_key，一个系统一把。","endpoints":[{"specification":"http://wiki.open311.org/GeoReport_v2","url":"https://x.cn/open311/v2","changeset":"2026-01-05T00:00:00+08:00","type":"production","formats":["application/json","text/xml"]}]}"#]]
        .assert_eq(&json(&services::discovery(&city, "https://x.cn", false)));
    let error = Node::List(
        "errors",
        vec![Node::object(
            "error",
            vec![("code", Node::Int(403)), ("description", Node::text("a < b & \u{1} c"))],
        )],
    );
    expect![[r#"<?xml version="1.0" encoding="utf-8"?><errors><error><code>403</code><description>a &lt; b &amp;  c</description></error></errors>"#]].assert_eq(&xml(&error));
    expect![[r#"[{"code":403,"description":"a < b & \u0001 c"}]"#]].assert_eq(&json(&error));
    read_back(&xml(&services::discovery(&city, "https://x.cn", true)));
}

#[test]
fn services_are_the_categories_below_the_first_level() {
    let city = city();
    let Node::List(_, items) = services::list(&city, Lang::En) else { panic!("a list") };
    assert_eq!(items.len(), city.categories.iter().filter(|c| c.level > 1).count());
    let code = &city.categories.iter().find(|c| c.level == 3).unwrap().key;
    let definition = services::definition(&city, code).unwrap();
    assert_eq!(json(&definition), format!("{{\"service_code\":\"{code}\",\"attributes\":[]}}"));
    assert!(services::definition(&city, "no.such").is_err());
    assert_eq!(
        address(&format!("services/{code}.xml")),
        Some((Format::Xml, vec!["services", code.as_str()]))
    );
    assert_eq!(address("services"), None);
}

#[test]
fn what_a_client_posts_becomes_an_intake() {
    let city = city();
    let code = &city.categories.iter().find(|c| c.level == 3).unwrap().key;
    let of = |rest: &str| requests::intake(&city, &Fields::of_query(&format!("service_code={code}&{rest}")));
    let intake = of("description=a&lat=27.83&long=113.13&first_name=测试&last_name=王&phone=13900006021&media_url=https://x.cn/a.jpg").unwrap();
    assert_eq!((intake.person.name.as_str(), intake.privacy), ("王测试", Privacy::Contact));
    assert!(intake.text.ends_with("https://x.cn/a.jpg") && intake.place.point.is_some());
    assert_eq!(intake.wish.category.as_ref(), Some(code));
    for wrong in [
        "lat=27.83&long=113.13",
        "description=a",
        "description=a&lat=113.13&long=27.83",
        "description=a&address_id=1",
        "description=a&address_string=b&media_url=file:///etc/passwd",
    ] {
        assert!(of(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_list_is_bounded_in_time_and_in_number() {
    let city = city();
    let now = Stamp::from("2026-01-05T07:04:00Z".parse::<jiff::Timestamp>().unwrap());
    let of = |query: &str| params::wanted(&city, &Fields::of_query(query), now);
    let plain = of("").unwrap();
    assert_eq!((plain.queries.len(), plain.skip, plain.take, plain.queries[0].limit), (1, 0, 1_000, 1_000));
    let (from, to) = plain.queries[0].opened.unwrap();
    assert_eq!((to, to.0 - from.0), (now.plus_ms(1), 90 * 86_400_000));
    assert_eq!(of("page=3&page_size=50&status=closed").unwrap().skip, 100);
    for wrong in [
        "status=done",
        "start_date=yesterday",
        "page=x",
        "page=99",
        "service_code=no",
        "start_date=2025-01-01T00:00:00Z&end_date=2026-01-01T00:00:00Z",
    ] {
        assert!(of(wrong).is_err(), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_system_hands_in_and_reads() {
    let world = World::sqlite();
    let (mut client, city) = (Browser::on(&world), world.city());
    let key = partner::add_key(&world.app, "county").unwrap();
    let code = city.categories.iter().find(|c| c.level == 3).unwrap().key.clone();
    let post = async |client: &mut Browser, to: &str, key: &str| {
        let form = [
            ("api_key", key),
            ("service_code", &code),
            ("description", "测试·不该出现"),
            ("lat", "27.832"),
            ("long", "113.137"),
        ];
        client.post(to, &form, Some(("idempotency-key", "7f1c"))).await
    };
    let refused = post(&mut client, "/open311/v2/requests.xml", "dk_no").await;
    assert_eq!(refused.status.as_u16(), 403);
    assert_eq!(read_back(&refused.text)[0], ("code".into(), "403".into()));
    let (once, twice) = (
        post(&mut client, "/open311/v2/requests.json", &key).await,
        post(&mut client, "/open311/v2/requests.json", &key).await,
    );
    assert_eq!((once.status.as_u16(), &once.text), (201, &twice.text));
    let made: serde_json::Value = serde_json::from_str(&once.text).unwrap();
    let id = made[0]["service_request_id"].as_str().unwrap();
    for to in [
        "requests.json".to_owned(),
        format!("requests/{id}.json"),
        format!("requests.json?service_request_id={id}"),
        format!("requests.json?service_code={code}&status=open"),
    ] {
        let found = client.get(&format!("/open311/v2/{to}")).await;
        assert!(found.text.contains(id) && !found.text.contains("不该出现"), "{to}: {}", found.text);
        assert_eq!(found.headers["access-control-allow-origin"], "*");
    }
    assert_eq!(client.get("/open311/v2/requests.json?status=closed").await.text, "[]");
    for (to, status) in [
        ("requests/260105000000.json", 404),
        ("requests.json?jurisdiction_id=elsewhere", 404),
        ("requests.xml?status=x", 400),
        ("nothing", 404),
        ("services/no.xml", 404),
    ] {
        assert_eq!(client.get(&format!("/open311/v2/{to}")).await.status.as_u16(), status, "{to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reports_without_a_telephone_is_told_the_code_that_opens_the_page() {
    let world = World::sqlite();
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county").unwrap();
    let code = world.city().categories.iter().find(|c| c.level == 3).unwrap().key.clone();
    let place = ("address_string", "测试路");
    let form = [("api_key", key.as_str()), ("service_code", &code), ("description", "灯不亮"), place];
    let made = client.post("/open311/v2/requests.json", &form, None).await;
    let made: serde_json::Value = serde_json::from_str(&made.text).unwrap();
    let (id, notice) = (made[0]["service_request_id"].as_str().unwrap(), &made[0]["service_notice"]);
    let told = notice.as_str().unwrap().split("查询码 ").nth(1).unwrap();
    let page = format!("/track/{id}");
    let opened = client.post(&format!("{page}/access"), &[("tail", &told[..4])], None).await;
    assert_eq!(opened.to(), page);
    let with_phone = [form.as_slice(), &[("phone", "13900006021")]].concat();
    let made = client.post("/open311/v2/requests.json", &with_phone, None).await;
    assert!(made.text.contains("电话后四位") && !made.text.contains("查询码"), "{}", made.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_that_lists_nothing_in_public_lists_nothing_here() {
    let mut world = World::sqlite();
    let mut city = world.city().clone();
    city.settings.public_listing = false;
    world.app.city = std::sync::Arc::new(city);
    let mut client = Browser::on(&world);
    let key = partner::add_key(&world.app, "county").unwrap();
    let code = world.city().categories.iter().find(|c| c.level == 3).unwrap().key.clone();
    let form = [
        ("api_key", key.as_str()),
        ("service_code", &code),
        ("description", "灯不亮"),
        ("address_string", "测试路"),
    ];
    let made = client.post("/open311/v2/requests.json", &form, None).await;
    let made: serde_json::Value = serde_json::from_str(&made.text).unwrap();
    let id = made[0]["service_request_id"].as_str().unwrap();
    for list in ["requests.json", "requests.json?status=open"] {
        assert_eq!(client.get(&format!("/open311/v2/{list}")).await.text, "[]");
    }
    assert!(
        client.get(&format!("/open311/v2/requests/{id}.json")).await.text.contains(id),
        "a number opens what it names"
    );
    assert!(!client.get("/").await.text.contains("class=\"st "), "nor does the first page");
}
