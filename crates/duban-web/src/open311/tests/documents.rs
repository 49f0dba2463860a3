//! Documents side by side with what they were made from; XML is read back.

use duban_app::partner::read::{Seen, Told};
use duban_domain::{
    Lang, Stamp,
    place::Point,
    question::Detail,
    request::{Place, Privacy},
};
use expect_test::expect;

use super::{
    super::{
        address, handin, params,
        render::{Format, Node, json, xml},
        requests, services,
    },
    read_back,
};
use crate::{
    frame::Fields,
    resident::tests::{city, public},
};

/// A request as the public sees it.
pub(super) fn seen() -> Seen {
    let case = public(&city());
    let details = vec![Detail { question: "lamp_extent".into(), values: vec!["street".into()] }];
    Seen {
        number: case.row.number.clone(),
        point: Point::from_degrees(113.138, 27.832),
        words: String::new(),
        case,
        details,
        told: None,
    }
}

#[test]
fn a_request_in_both_writings_says_nothing_that_somebody_wrote() {
    let city = city();
    let node = Node::List("service_requests", vec![requests::request(&city, &seen(), Lang::Zh, true)]);
    for text in [json(&node), xml(&node)] {
        assert!(!text.contains("不该出现"), "{text}");
    }
    let value: serde_json::Value = serde_json::from_str(&json(&node)).unwrap();
    let request = &value[0];
    assert_eq!(request["status"], "open");
    assert_eq!((request["lat"].as_f64(), request["long"].as_f64()), (Some(27.832), Some(113.138)));
    assert!(request["requested_datetime"].as_str().unwrap().ends_with("+08:00"));
    assert_eq!(request["attributes"][0]["value"], "整条街");
    let texts = read_back(&xml(&node));
    assert!(
        texts.contains(&("status_notes".into(), "断枝<取下>，换了新线 & 加了套管。".into())),
        "{texts:?}"
    );
    assert!(xml(&node).contains("<zipcode/><lat>27.832</lat>"), "what is empty is an empty element");
}

#[test]
fn the_unit_that_has_a_case_reads_its_words_and_its_place_and_others_what_was_let_through() {
    let city = city();
    let told = Told {
        text: "灯杆倒了".into(),
        place: Place { words: "测试路 8 号".into(), ..Place::default() },
    };
    let node = requests::request(&city, &Seen { told: Some(told), ..seen() }, Lang::Zh, false);
    let value: serde_json::Value = serde_json::from_str(&json(&node)).unwrap();
    assert_eq!(
        (value["description"].as_str(), value["address"].as_str()),
        (Some("灯杆倒了"), Some("测试路 8 号"))
    );
}

#[test]
fn discovery_and_errors() {
    let city = city();
    let changed = Stamp::from("2026-01-05T01:00:00Z".parse::<jiff::Timestamp>().unwrap());
    expect![[r#"{"changeset":"2026-01-05T09:00:00+08:00","contact":"Zhuzhou 12345 (株洲市 12345): call 12345. 请打 12345。","key_service":"Ask the hotline for an api_key: it names the system that holds it. 向热线申请 api_key，一个系统一把。","endpoints":[{"specification":"http://wiki.open311.org/GeoReport_v2","url":"https://x.cn/open311/v2","changeset":"2026-01-05T09:00:00+08:00","type":"production","formats":["application/json","text/xml"]}]}"#]]
        .assert_eq(&json(&services::document(&city, "https://x.cn", changed, false)));
    let error = Node::List(
        "errors",
        vec![Node::object(
            "error",
            vec![("code", Node::Int(403)), ("description", Node::text("a < b & \u{1} c"))],
        )],
    );
    expect![[r#"<?xml version="1.0" encoding="utf-8"?><errors><error><code>403</code><description>a &lt; b &amp;  c</description></error></errors>"#]].assert_eq(&xml(&error));
    expect![[r#"[{"code":403,"description":"a < b & \u0001 c"}]"#]].assert_eq(&json(&error));
    read_back(&xml(&services::document(&city, "https://x.cn", changed, true)));
}

#[test]
fn services_are_the_categories_below_the_first_level_and_one_for_the_rest() {
    let city = city();
    let Node::List(_, items) = services::list(&city, Lang::En) else { panic!("a list") };
    assert_eq!(items.len(), city.categories.iter().filter(|c| c.level > 1).count() + 1);
    let definition = services::definition(&city, "utilities.lighting.dark", Lang::En).unwrap();
    expect![[r#"{"service_code":"utilities.lighting.dark","attributes":[{"variable":true,"code":"lamp_number","datatype":"string","required":false,"datatype_description":"The plate is usually at the height of a person.","order":1,"description":"What number is on the lamp post?"},{"variable":true,"code":"lamp_extent","datatype":"singlevaluelist","required":false,"datatype_description":null,"order":2,"description":"How many lamps are dark?","values":[{"key":"one","name":"One"},{"key":"some","name":"A few"},{"key":"street","name":"The whole street"}]},{"variable":true,"code":"which_lamps","datatype":"string","required":false,"datatype_description":"The lamp posts on record nearby. They are the squares on the map; a tap chooses one too.","order":3,"description":"Which lamps?"}]}"#]]
        .assert_eq(&json(&definition));
    expect![[r#"<?xml version="1.0" encoding="utf-8"?><service_definition><service_code>safety.police.fraud</service_code><attributes><attribute><variable>false</variable><code>fraud_notice</code><datatype>text</datatype><required>false</required><datatype_description/><order>1</order><description>If money is being transferred right now, call 110 or 96110 first to stop the payment.</description></attribute></attributes></service_definition>"#]]
        .assert_eq(&xml(&services::definition(&city, "safety.police.fraud", Lang::En).unwrap()));
    assert!(services::definition(&city, "no.such", Lang::En).is_err());
    assert_eq!(
        address("services/roads.signals.light.xml"),
        Some((Format::Xml, vec!["services", "roads.signals.light"]))
    );
    assert_eq!(address("services"), None);
}

#[test]
fn what_a_client_posts_becomes_an_intake() {
    let city = city();
    let of = |rest: &str| {
        handin::intake(&city, &Fields::of_query(&format!("service_code=utilities.lighting.dark&{rest}")))
    };
    let intake = of("description=a&lat=27.83&long=113.13&first_name=测试&last_name=王&phone=13900006021&media_url=https://x.cn/a.jpg").unwrap();
    assert_eq!((intake.person.name.as_str(), intake.privacy), ("王测试", Privacy::Contact));
    assert!(intake.text.ends_with("https://x.cn/a.jpg") && intake.place.point.is_some());
    assert_eq!(intake.wish.category.as_deref(), Some("utilities.lighting.dark"));
    let silent = of("address_string=b&attribute[lamp_number]=L-7&attribute[lamp_extent][]=one").unwrap();
    assert!(silent.text.starts_with("市政公用 › 路灯照明 › 路灯不亮"), "{}", silent.text);
    assert_eq!(silent.wish.answers.unwrap().len(), 2);
    for wrong in [
        "description=a",
        "description=a&lat=113.13&long=27.83",
        "description=a&address_id=1",
        "description=a&address_string=b&media_url=file:///etc/passwd",
        "description=a&address_string=b&attribute[lamp_extent]=many",
        "description=a&address_string=b&phone=x",
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
    assert_eq!((plain.queries.len(), plain.skip, plain.take), (1, 0, 1_000));
    let (from, to) = plain.queries[0].opened.unwrap();
    assert_eq!((to, to.0 - from.0), (now.plus_ms(1), 90 * 86_400_000));
    assert_eq!(of("page=3&page_size=50&status=closed").unwrap().skip, 100);
    assert!(of("status=").unwrap().queries[0].phases.is_empty(), "an empty parameter is none");
    assert_eq!(of("service_code=no.such").unwrap().queries.len(), 0);
    // An address that was not encoded: the plus arrives as a space.
    assert!(of("start_date=2026-01-01T00:00:00 08:00").is_ok());
    let touched = of("updated_after=2026-01-05T00:00:00Z").unwrap();
    assert_eq!((touched.queries[0].opened, touched.queries[0].touched.unwrap().1), (None, now.plus_ms(1)));
    let near = of("lat=27.83&long=113.13&radius=500").unwrap();
    assert_eq!(near.near.unwrap().1, 500.0);
    for wrong in [
        "status=done",
        "start_date=yesterday",
        "start_date=2026-01-05",
        "page=x",
        "page=9999",
        "lat=27.83",
        "lat=27.83&long=113.13&radius=-1",
        "updated_after=2026-02-01T00:00:00Z&updated_before=2026-01-01T00:00:00Z",
        "start_date=2025-01-01T00:00:00Z&end_date=2026-01-01T00:00:00Z",
    ] {
        assert!(of(wrong).is_err(), "{wrong}");
    }
}
