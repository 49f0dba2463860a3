//! The rules of the published JSON Schemas of GeoReport v2, in our own words, against what is sent.

use duban_domain::Lang;
use serde_json::Value;

use super::{
    super::{
        render::{Node, json},
        requests, services,
    },
    documents::seen,
};
use crate::resident::tests::city;

/// What a field must be.
#[derive(Clone, Copy)]
enum Is {
    Text,
    TextOrNull,
    NumberOrNull,
    Bool,
    WholeOrNull,
    /// An instant with its zone.
    When,
    WhenOrNull,
    OneOf(&'static [&'static str]),
    List,
}

fn fits(value: &Value, is: Is) -> bool {
    let when = |value: &Value| {
        value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok() && text.contains('T'))
    };
    match is {
        Is::Text => value.is_string(),
        Is::TextOrNull => value.is_string() || value.is_null(),
        Is::NumberOrNull => value.is_number() || value.is_null(),
        Is::Bool => value.is_boolean(),
        Is::WholeOrNull => value.is_i64() || value.is_null(),
        Is::When => when(value),
        Is::WhenOrNull => value.is_null() || when(value),
        Is::OneOf(all) => value.as_str().is_some_and(|text| all.contains(&text)),
        Is::List => value.is_array(),
    }
}

/// Every field is as it must be, the required ones are there, and there is no other.
fn checked(value: &Value, required: &[(&str, Is)], optional: &[(&str, Is)]) {
    let object = value.as_object().unwrap_or_else(|| panic!("an object: {value}"));
    for (name, _) in required {
        assert!(object.contains_key(*name), "{name} is missing: {value}");
    }
    for (name, value) in object {
        let rule = required.iter().chain(optional).find(|(known, _)| known == name);
        let (_, is) = rule.unwrap_or_else(|| panic!("{name} is not in the specification"));
        assert!(fits(value, *is), "{name}: {value}");
    }
}

fn value(node: &Node) -> Value {
    serde_json::from_str(&json(node)).unwrap()
}

#[test]
fn every_service_fits() {
    for lang in [Lang::Zh, Lang::En] {
        let services = value(&services::list(&city(), lang));
        for service in services.as_array().unwrap() {
            checked(
                service,
                &[
                    ("service_code", Is::Text),
                    ("service_name", Is::Text),
                    ("metadata", Is::Bool),
                    ("type", Is::OneOf(&["realtime", "batch", "blackbox"])),
                ],
                &[("description", Is::TextOrNull), ("keywords", Is::TextOrNull), ("group", Is::TextOrNull)],
            );
        }
    }
}

#[test]
fn every_definition_fits_and_has_attributes_where_the_service_says_so() {
    const DATATYPES: &[&str] = &["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"];
    let city = city();
    let services = value(&services::list(&city, Lang::En));
    for service in services.as_array().unwrap() {
        let code = service["service_code"].as_str().unwrap();
        let definition = value(&services::definition(&city, code, Lang::En).unwrap());
        checked(&definition, &[("service_code", Is::Text), ("attributes", Is::List)], &[]);
        let attributes = definition["attributes"].as_array().unwrap();
        assert_eq!(service["metadata"].as_bool(), Some(!attributes.is_empty()), "{code}");
        for (attribute, order) in attributes.iter().zip(1..) {
            checked(
                attribute,
                &[
                    ("variable", Is::Bool),
                    ("code", Is::Text),
                    ("datatype", Is::OneOf(DATATYPES)),
                    ("required", Is::Bool),
                ],
                &[
                    ("datatype_description", Is::TextOrNull),
                    ("order", Is::WholeOrNull),
                    ("description", Is::TextOrNull),
                    ("values", Is::List),
                ],
            );
            assert_eq!(attribute["order"].as_i64(), Some(order), "orders are positive and differ");
            for choice in attribute["values"].as_array().into_iter().flatten() {
                checked(choice, &[("key", Is::Text), ("name", Is::Text)], &[]);
            }
        }
    }
}

#[test]
fn a_request_fits_also_when_next_to_nothing_is_known_of_it() {
    let mut bare = seen();
    (bare.case.row.category, bare.case.row.division, bare.point) = (None, None, None);
    bare.case.answer = None;
    for seen in [seen(), bare] {
        let request = value(&requests::request(&city(), &seen, Lang::Zh, false));
        checked(
            &request,
            &[
                ("service_request_id", Is::Text),
                ("status", Is::OneOf(&["open", "closed"])),
                ("service_code", Is::Text),
                ("requested_datetime", Is::When),
            ],
            &[
                ("status_notes", Is::TextOrNull),
                ("service_name", Is::TextOrNull),
                ("description", Is::TextOrNull),
                ("agency_responsible", Is::TextOrNull),
                ("service_notice", Is::TextOrNull),
                ("updated_datetime", Is::WhenOrNull),
                ("expected_datetime", Is::WhenOrNull),
                ("address", Is::TextOrNull),
                ("address_id", Is::TextOrNull),
                ("zipcode", Is::TextOrNull),
                ("lat", Is::NumberOrNull),
                ("long", Is::NumberOrNull),
                ("media_url", Is::TextOrNull),
            ],
        );
        assert!(request["description"].as_str().unwrap().chars().count() <= 4_000);
    }
}
