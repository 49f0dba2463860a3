//! `GET requests`: shown to everybody as far as they are public, and to a system with a key as far as
//! the key reaches.

use duban_app::partner::read::{self, Seen};
use duban_domain::{Lang, Number, city::City, place::Point, question::Detail, stamp::to_w3c, text};

use super::{
    Answer, Call, Problem, handin, params,
    render::Node,
    services::{UNCLASSIFIED, unclassified},
};
use crate::{frame::Fields, resident::place_name};

/// Longest description that the specification allows.
const DESCRIPTION_MAX: usize = 4_000;

/// `GET requests`
pub(super) async fn list(call: &Call<'_>, fields: &Fields) -> Answer {
    if let Some(ids) = fields.opt("service_request_id") {
        return by_ids(call, fields, ids).await;
    }
    let caller = call.caller(fields).await?;
    if let (Some(reference), Some(caller)) = (handin::reference(fields)?, caller.clone()) {
        let numbers = call.site.run(move |app| read::by_reference(app, &caller, &reference)).await?;
        let ids: Vec<&str> = numbers.iter().map(Number::digits).collect();
        let found = by_ids(call, fields, &ids.join(",")).await?;
        return Ok(named(found, fields.get("service_request_id_ext")));
    }
    let wanted = params::wanted(&call.site.app.city, fields, call.site.app.now())?;
    let page = call.site.run(move |app| read::page(app, caller.as_ref(), &wanted)).await?;
    Ok(shown(call, fields, &page))
}

/// `GET requests/{service_request_id}`
pub(super) async fn one(call: &Call<'_>, fields: &Fields, id: &str) -> Answer {
    let found = by_ids(call, fields, id).await?;
    match &found {
        Node::List(_, items) if items.is_empty() => {
            Err(Problem::missing(format!("service_request_id not found: {id}. 没有这个编号，或者它不公开。")))
        }
        _ => Ok(found),
    }
}

/// `GET tokens/{token}`: a number is given at once, so a token is the number itself.
pub(super) async fn token(call: &Call<'_>, fields: &Fields, token: &str) -> Answer {
    let found = by_ids(call, fields, token).await?;
    let (Ok(number), Node::List(_, items)) = (token.parse::<Number>(), &found) else {
        return Err(Problem::missing(format!("token not found: {token}. 没有这个令牌。")));
    };
    if items.is_empty() {
        return Err(Problem::missing(format!("token not found: {token}. 没有这个令牌。")));
    }
    Ok(Node::List(
        "service_requests",
        vec![Node::object(
            "request",
            vec![("service_request_id", Node::text(number.digits())), ("token", Node::text(number.digits()))],
        )],
    ))
}

/// Requests with the reference by which they were found.
fn named(found: Node, reference: &str) -> Node {
    let with = |node| match node {
        Node::Object(name, mut fields) => {
            fields.push(("service_request_id_ext", Node::text(reference)));
            Node::Object(name, fields)
        }
        other => other,
    };
    match found {
        Node::List(name, items) => Node::List(name, items.into_iter().map(with).collect()),
        other => other,
    }
}

async fn by_ids(call: &Call<'_>, fields: &Fields, ids: &str) -> Answer {
    let caller = call.caller(fields).await?;
    let mut numbers: Vec<Number> = Vec::new();
    for number in ids.split(',').filter_map(|id| id.trim().parse().ok()).take(params::REQUESTS_MAX) {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    let found = call.site.run(move |app| read::by_numbers(app, caller.as_ref(), &numbers)).await?;
    Ok(shown(call, fields, &found))
}

fn shown(call: &Call<'_>, fields: &Fields, found: &[Seen]) -> Node {
    let more = fields.get("extensions") == "true";
    let (city, lang) = (&call.site.app.city, call.visit.lang);
    Node::List("service_requests", found.iter().map(|seen| request(city, seen, lang, more)).collect())
}

/// A request as its caller sees it. Its person is never in here; its words only for the unit that has it.
pub(super) fn request(city: &City, seen: &Seen, lang: Lang, more: bool) -> Node {
    let row = &seen.case.row;
    let at = |stamp| Node::text(to_w3c(stamp, &city.zone));
    let category = row.category.as_deref();
    let name = category.and_then(|key| city.category(key)).map(|c| c.name.get(lang));
    let place = row.division.as_deref().map(|code| place_name(city, code, lang));
    // Six decimals are a tenth of a metre.
    let degrees = |of: fn(Point) -> f64| {
        seen.point.map_or(Node::Null, |point| Node::Degrees((of(point) * 1e6).round() / 1e6))
    };
    let kind = category.map(|key| city.category_path(key, lang));
    let told = seen.told.as_ref();
    let words = told.map(|told| told.text.as_str()).or(Some(seen.words.as_str()));
    let words = words.filter(|words| !words.is_empty());
    let description = words.map(|words| text::shorten(words, DESCRIPTION_MAX)).or(kind);
    let address = told.map(|told| told.place.words.clone()).filter(|words| !words.is_empty()).or(place);
    let mut fields = vec![
        ("service_request_id", Node::text(seen.number.digits())),
        ("status", Node::text(if row.closed_at.is_some() { "closed" } else { "open" })),
        ("status_notes", Node::or_null(seen.case.answer.as_deref())),
        ("service_name", Node::text(name.unwrap_or(unclassified(lang)))),
        ("service_code", Node::text(category.unwrap_or(UNCLASSIFIED))),
        ("description", Node::text(description.unwrap_or_else(|| unclassified(lang).to_owned()))),
        ("agency_responsible", Node::or_null(city.unit(&row.owner).map(|unit| unit.name.get(lang)))),
        ("service_notice", Node::Null),
        ("requested_datetime", at(row.opened_at)),
        ("updated_datetime", at(seen.case.updated_at)),
        ("expected_datetime", at(row.finish_due)),
        ("address", Node::or_null(address)),
        ("address_id", Node::or_null(row.division.as_deref())),
        ("zipcode", Node::Null),
        ("lat", degrees(Point::lat)),
        ("long", degrees(Point::lng)),
        ("media_url", Node::Null),
    ];
    if more {
        let attributes = seen.details.iter().map(|detail| attribute(city, detail, lang)).collect();
        fields.push(("attributes", Node::List("attributes", attributes)));
    }
    Node::object("request", fields)
}

/// An answer to a question, as the extension of several cities writes it.
fn attribute(city: &City, detail: &Detail, lang: Lang) -> Node {
    let question = city.question(&detail.question);
    let words = question.map_or_else(|| detail.values.join(", "), |q| q.words(&detail.values, lang));
    Node::object(
        "attribute",
        vec![
            ("code", Node::text(&detail.question)),
            ("label", Node::or_null(question.map(|q| q.ask.get(lang)))),
            ("value", Node::text(words)),
        ],
    )
}
