//! Cases: listed by the filters of the worklist, read, handed in; and their files.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use duban_app::{
    CaseQuery, CaseRow, Cursor,
    case::{list, register},
    service::{self, Seen},
};
use duban_domain::{
    CaseId, Refusal,
    case::{Phase, Waits, Wish},
    city::City,
    object::id_of,
    person::{Mail, Person, Phone},
    place::Point,
    question::Detail,
    request::{Channel, Kind, Place, Privacy, Urgency},
};

use super::{
    etag, json,
    model::{
        At, Attachment, CaseList, CaseShort, CaseWhole, Created, Happened, Key, NewCase, Object, Spot, Voice,
    },
    no,
    sent::Sent,
    with,
};
use crate::{
    desk::{filter::Filter, words::number},
    frame::{Desk, PageResult, WebError},
};

/// How many on one page, unless another number is asked for; and the most.
const PAGE: i64 = 50;
pub(super) const PAGE_MAX: i64 = 200;
/// The filters of the worklist that this API has, and what else an address may say.
pub(super) const FILTERS: [&str; 22] = [
    "q", "stage", "label", "waits", "handler", "cause", "due", "figure", "unit", "owner", "division",
    "category", "urgency", "kind", "channel", "from", "to", "sort", "after", "limit", "tasks", "lang",
];

/// `GET /api/v1/cases`
pub(crate) async fn list(desk: Desk) -> PageResult {
    let (filter, limit) = asked(desk.visit.uri.query().unwrap_or(""))?;
    let found = desk.run(move |ctx| list::page(ctx, &CaseQuery { limit, ..filter.asked(ctx) })).await?;
    let next = found.next.map(|Cursor { key, id }| format!("{key}.{}", id.0));
    json(StatusCode::OK, &CaseList { cases: found.rows.iter().map(short).collect(), next })
}

/// The filters of an address. Unlike a page, a program is told when it says something that nobody knows.
fn asked(query: &str) -> Result<(Filter, i64), WebError> {
    let mut limit = PAGE;
    for (name, value) in
        form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty())
    {
        let fits = match &*name {
            "limit" => {
                limit = value.parse().unwrap_or(0);
                (1..=PAGE_MAX).contains(&limit)
            }
            "stage" => matches!(&*value, "open" | "all") || Phase::from_key(&value).is_some(),
            "urgency" => Urgency::from_key(&value).is_some(),
            "kind" => Kind::from_key(&value).is_some(),
            "channel" => Channel::from_key(&value).is_some(),
            "waits" => Waits::from_key(&value).is_some(),
            "from" | "to" => value.parse::<jiff::civil::Date>().is_ok(),
            "sort" => matches!(&*value, "new" | "due"),
            "after" => cursor(&value).is_some(),
            known => FILTERS.contains(&known),
        };
        if !fits {
            return Err(no(
                StatusCode::BAD_REQUEST,
                "bad-parameter",
                FILTERS.into_iter().find(|known| *known == name),
                format!("参数 {name}={value} 不认识。请看 /api/v1/docs。"),
                format!("The parameter {name}={value} is not known. See /api/v1/docs."),
            ));
        }
    }
    Ok((Filter::of(query).without_person(), limit))
}

fn cursor(text: &str) -> Option<Cursor> {
    let (key, id) = text.split_once('.')?;
    Some(Cursor { key: key.parse().ok()?, id: CaseId(id.parse().ok()?) })
}

fn short(row: &CaseRow) -> CaseShort {
    CaseShort {
        number: row.number.digits().to_owned(),
        version: row.version,
        title: row.title.clone(),
        kind: Key(row.kind),
        urgency: Key(row.urgency),
        category: row.category.clone(),
        phase: Key(row.phase),
        label: row.label.clone(),
        unit: row.owner.clone(),
        division: row.division.clone(),
        place: row.place_words.clone(),
        point: row.point.map(|point| Spot { lng: point.lng(), lat: point.lat() }),
        channel: Key(row.channel),
        voices: row.voices,
        opened_at: At(row.opened_at),
        due_at: At(row.finish_due),
        closed_at: row.closed_at.map(At),
    }
}

/// `GET /api/v1/cases/{number}`
pub(crate) async fn one(desk: Desk, Path(on): Path<String>, headers: HeaderMap) -> PageResult {
    let number = number(&on)?;
    let seen = desk.run(move |ctx| service::see(ctx, &number)).await?;
    let tag = etag(seen.case.version);
    if Sent::has(&headers, &tag) {
        return Ok(with(StatusCode::NOT_MODIFIED.into_response(), header::ETAG, &tag));
    }
    Ok(with(json(StatusCode::OK, &whole(&desk.site.app.city, &seen))?, header::ETAG, &tag))
}

fn whole(city: &City, seen: &Seen) -> CaseWhole {
    let request = |request: &duban_domain::request::Request| Voice {
        number: request.number.digits().to_owned(),
        text: request.text.clone(),
        objects: request.details.iter().flat_map(|detail| objects(city, detail)).collect(),
        channel: Key(request.channel),
        privacy: Key(request.privacy),
        received_at: At(request.received_at),
    };
    let happened = |event: &duban_domain::case::Event| Happened {
        what: event.what.key().to_owned(),
        at: At(event.at),
        by: Key(event.by.kind),
        name: event.by.name.clone(),
        unit: event.by.unit.clone(),
    };
    CaseWhole {
        case: CaseShort { version: seen.case.version, ..short(&seen.row) },
        round: seen.case.round.into(),
        assisting: seen.case.assisting.clone(),
        contact_due_at: seen.row.contact_due.map(At),
        outcome: seen.row.outcome.map(Key),
        requests: seen.requests.iter().map(request).collect(),
        history: seen.history.iter().flatten().map(happened).collect(),
        attachments: seen.media.iter().map(attachment).collect(),
    }
}

/// The objects that an answer names; one of another question names none.
fn objects(city: &City, detail: &Detail) -> Vec<Object> {
    let layer = city.question(&detail.question).and_then(|question| question.layer.as_ref());
    let Some(layer) = layer else { return Vec::new() };
    let one = |answer: &String| {
        let id = id_of(answer);
        let name = answer.strip_prefix(id).unwrap_or_default().trim_start();
        Object { layer: layer.clone(), id: id.to_owned(), name: name.to_owned() }
    };
    detail.values.iter().map(one).collect()
}

fn attachment(row: &duban_app::MediaRow) -> Attachment {
    Attachment { id: row.id.0.to_string(), name: row.name.clone(), mime: row.mime.clone(), size: row.size }
}

/// `POST /api/v1/cases`
pub(crate) async fn create(desk: Desk, sent: Sent) -> PageResult {
    let (key, new) = (sent.needed_key()?, sent.read::<NewCase>()?);
    let body = sent.body.clone();
    let done = desk
        .run(move |ctx| {
            let mut intake = intake(ctx, new)?;
            intake.source_key = Some(service::sent_under(ctx, &key, &body)?);
            register::by_staff(ctx, &intake)
        })
        .await?;
    let number = done.number.digits().to_owned();
    let href = format!("/api/v1/cases/{number}");
    let response = json(StatusCode::CREATED, &Created { number, href: href.clone() })?;
    Ok(with(response, header::LOCATION, &href))
}

/// What a document says, as any other door would have it.
fn intake(ctx: &duban_app::Ctx, new: NewCase) -> Result<register::Intake, duban_app::AppError> {
    let city = ctx.city();
    if let Some(key) = new.category.as_deref().filter(|key| city.live_category(key).is_none()) {
        return Err(Refusal::UnknownCategory(key.to_owned()).into());
    }
    if let Some(code) = new.division.as_deref().filter(|code| city.division(code).is_none()) {
        return Err(Refusal::UnknownDivision(code.to_owned()).into());
    }
    let point = match new.point {
        Some(Spot { lng, lat }) => {
            let inside = Point::from_degrees(lng, lat).filter(|_| city.bounds.holds(lng, lat));
            Some(inside.ok_or(Refusal::NeedsPlace)?)
        }
        None => None,
    };
    let phone = Phone::parse(new.phone.as_deref().unwrap_or(""))?;
    let mail = Mail::parse(new.mail.as_deref().unwrap_or(""))?;
    let reachable = phone.is_some() || mail.is_some();
    let kind = new.kind.map(|kind| kind.0);
    Ok(register::Intake {
        channel: new.channel.map_or(Channel::Platform, |channel| channel.0),
        kind,
        title: new.title.unwrap_or_default(),
        text: new.text,
        place: Place { words: new.place.unwrap_or_default(), division: new.division, point },
        privacy: new.privacy.map_or(if reachable { Privacy::Contact } else { Privacy::Anonymous }, |p| p.0),
        person: Person { name: new.name.unwrap_or_default(), phone, mail, ..Person::default() },
        media: Vec::new(),
        source_key: None,
        wish: Wish { category: new.category, kind, ..Wish::default() },
    })
}
