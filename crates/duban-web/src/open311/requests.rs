//! Requests: taken in from other systems, and shown to everybody as far as they are public.

use axum::http::HeaderMap;
use duban_app::{
    App, AppError,
    case::register::{self, Intake, Registered},
    partner::{self, PublicCase},
};
use duban_domain::{
    Lang, Number, Stamp,
    case::Wish,
    city::City,
    person::{Person, Phone},
    request::{Channel, Privacy},
    text,
};

use super::{Answer, Problem, params, render::Node, services};
use crate::{
    frame::{Fields, Site, Visit},
    resident::place_name,
};

/// Longest address of a picture that is kept.
const URL_MAX: usize = 2_000;
/// Longest key against sending twice.
const IDEMPOTENCY_MAX: usize = 200;
/// A point is public to about a hundred metres: enough for a street, not for a door.
const DEGREES: f64 = 1_000.0;

/// `POST requests`
pub(super) async fn create(site: &Site, visit: &Visit, headers: &HeaderMap, fields: Fields) -> Answer {
    let query = Fields::of_query(visit.uri.query().unwrap_or(""));
    let key = fields.opt("api_key").or_else(|| query.opt("api_key")).ok_or_else(no_key)?.to_owned();
    let once = idempotency(headers)?.map(str::to_owned);
    let done = site.run(move |app| hand_in(app, &key, once.as_deref(), &fields)).await??;
    Ok(receipt(&done.number, visit.lang))
}

/// All of it on one thread: whose key it is, what was said, and taking it in.
fn hand_in(
    app: &App,
    key: &str,
    once: Option<&str>,
    fields: &Fields,
) -> Result<Result<Registered, Problem>, AppError> {
    let Some(holder) = partner::holder(app, key)? else { return Ok(Err(no_key())) };
    let mut intake = match intake(&app.city, fields) {
        Ok(intake) => intake,
        Err(problem) => return Ok(Err(problem)),
    };
    intake.source_key = once.map(|once| format!("open311:{holder}:{once}"));
    register::by_partner(app, &holder, &intake).map(Ok)
}

fn receipt(number: &Number, lang: Lang) -> Node {
    let notice = lang.t(
        "请记下编号；留了电话的，用编号和电话后四位查进度。",
        "Keep the number; with it and the last four digits of the telephone the person follows it.",
    );
    Node::List(
        "service_requests",
        vec![Node::object(
            "request",
            vec![
                ("service_request_id", Node::text(number.digits())),
                ("service_notice", Node::text(notice)),
                ("account_id", Node::Null),
            ],
        )],
    )
}

/// `GET requests`
pub(super) async fn list(site: &Site, lang: Lang, fields: &Fields) -> Answer {
    if let Some(ids) = fields.opt("service_request_id") {
        return by_ids(site, lang, ids).await;
    }
    let wanted = params::wanted(&site.app.city, fields, site.app.now())?;
    // A city that lists nothing in public lists nothing here either; a number opens what it names.
    if !site.app.city.settings.public_listing {
        return Ok(Node::List("service_requests", Vec::new()));
    }
    let page =
        site.run(move |app| partner::public_page(app, &wanted.queries, wanted.skip, wanted.take)).await?;
    let shown = page.iter().map(|case| request(&site.app.city, case, case.row.number.digits(), lang));
    Ok(Node::List("service_requests", shown.collect()))
}

/// `GET requests/{service_request_id}`
pub(super) async fn one(site: &Site, lang: Lang, id: &str) -> Answer {
    let found = by_ids(site, lang, id).await?;
    match &found {
        Node::List(_, items) if items.is_empty() => {
            Err(Problem::missing(format!("service_request_id not found: {id}. 没有这个编号，或者它不公开。")))
        }
        _ => Ok(found),
    }
}

/// `GET tokens/{token}`: a number is given at once, so a token is the number itself.
pub(super) fn token(token: &str) -> Answer {
    let number: Number =
        token.parse().map_err(|_| Problem::missing(format!("token not found: {token}. 没有这个令牌。")))?;
    Ok(Node::List(
        "service_requests",
        vec![Node::object(
            "request",
            vec![("service_request_id", Node::text(number.digits())), ("token", Node::text(number.digits()))],
        )],
    ))
}

async fn by_ids(site: &Site, lang: Lang, ids: &str) -> Answer {
    let numbers: Vec<Number> =
        ids.split(',').filter_map(|id| id.trim().parse().ok()).take(params::REQUESTS_MAX).collect();
    let found = site.run(move |app| partner::public_by_number(app, &numbers)).await?;
    let shown = found.into_iter().map(|(number, case)| request(&site.app.city, &case, number.digits(), lang));
    Ok(Node::List("service_requests", shown.collect()))
}

/// A request as the public sees it. Its words and its person are not in here.
pub(super) fn request(city: &City, case: &PublicCase, number: &str, lang: Lang) -> Node {
    let row = &case.row;
    let at = |stamp: Stamp| {
        Node::text(stamp.timestamp().to_zoned(city.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    };
    let category = row.category.as_deref();
    let name = category.and_then(|key| city.category(key)).map(|c| c.name.get(lang));
    let place = row.division.as_deref().map(|code| place_name(city, code, lang));
    let degrees = |of: fn(duban_domain::place::Point) -> f64| {
        row.point.map_or(Node::Null, |point| Node::Degrees((of(point) * DEGREES).round() / DEGREES))
    };
    Node::object(
        "request",
        vec![
            ("service_request_id", Node::text(number)),
            ("status", Node::text(if row.closed_at.is_some() { "closed" } else { "open" })),
            ("status_notes", Node::or_null(case.answer.as_deref())),
            ("service_name", Node::or_null(name)),
            ("service_code", Node::or_null(category)),
            ("description", Node::or_null(category.map(|key| city.category_path(key, lang)))),
            ("agency_responsible", Node::or_null(city.unit(&row.owner).map(|unit| unit.name.get(lang)))),
            ("service_notice", Node::Null),
            ("requested_datetime", at(row.opened_at)),
            ("updated_datetime", at(case.updated_at)),
            ("expected_datetime", at(row.finish_due)),
            ("address", Node::or_null(place)),
            ("address_id", Node::or_null(row.division.as_deref())),
            ("zipcode", Node::Null),
            ("lat", degrees(duban_domain::place::Point::lat)),
            ("long", degrees(duban_domain::place::Point::lng)),
            ("media_url", Node::Null),
        ],
    )
}

/// What a client sent, as any other door would hand it in.
pub(super) fn intake(city: &City, fields: &Fields) -> Result<Intake, Problem> {
    let code = fields.opt("service_code").ok_or_else(|| {
        Problem::bad("service_code is missing; see services.json. 缺少 service_code，请看 services.json。")
    })?;
    let category = services::offered(city, code)?;
    let text = description(fields)?;
    let phone = Phone::parse(fields.get("phone"))
        .map_err(|_| Problem::bad("phone does not look like a telephone number. phone 不像电话号码。"))?;
    Ok(Intake {
        channel: Channel::Open311,
        kind: None,
        title: String::new(),
        text,
        place: params::place(city, fields)?,
        privacy: if phone.is_some() { Privacy::Contact } else { Privacy::Anonymous },
        person: Person { name: name(fields.get("first_name"), fields.get("last_name")), phone },
        media: Vec::new(),
        source_key: None,
        wish: Wish { category: Some(category.key.clone()), ..Wish::default() },
    })
}

/// The words, and the address of a picture as a line of its own. It is never fetched: a server that
/// fetches what strangers name can be made to look inside its own network.
fn description(fields: &Fields) -> Result<String, Problem> {
    let missing = || Problem::bad("description is missing. 缺少 description：请写明是什么事。");
    let long = || Problem::bad("description may have 20000 characters. description 最多 20000 个字。");
    let words = fields.opt("description").ok_or_else(missing)?;
    let Some(url) = fields.opt("media_url") else {
        return text::required("description", words, text::TEXT_MAX).map_err(|_| long());
    };
    let fits = (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= URL_MAX
        && !url.contains(char::is_whitespace);
    if !fits {
        return Err(Problem::bad(
            "media_url must be a http or https address. media_url 要是 http 或 https 地址。",
        ));
    }
    text::required("description", &format!("{words}\n\n照片链接 media_url：{url}"), text::TEXT_MAX)
        .map_err(|_| long())
}

/// The family name comes first in Chinese and last in English.
fn name(first: &str, last: &str) -> String {
    let han = |name: &str| name.chars().next().is_some_and(|c| c >= '\u{2e80}');
    if han(first) || han(last) {
        format!("{last}{first}")
    } else {
        format!("{first} {last}").trim().to_owned()
    }
}

fn idempotency(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= IDEMPOTENCY_MAX);
    key.map(Some).ok_or_else(|| {
        Problem::bad(
            "Idempotency-Key must be 1 to 200 plain characters. Idempotency-Key 要是 1 到 200 个普通字符。",
        )
    })
}

fn no_key() -> Problem {
    Problem::forbidden(
        "api_key is missing or not valid: ask the hotline for one. 缺少 api_key，或者它无效，请向热线申请。",
    )
}
