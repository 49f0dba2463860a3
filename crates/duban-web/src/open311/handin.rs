//! `POST requests`: what another system hands in becomes an intake like any other.

use axum::http::HeaderMap;
use duban_app::{
    AppError,
    case::register::{self, Intake, Origin},
    person,
};
use duban_domain::{
    Lang, Number, Refusal,
    case::Wish,
    city::City,
    person::{Mail, Person, Phone},
    place::{Point, judge},
    question::{self, Given},
    request::{Channel, Place, Privacy},
    text,
};

use super::{Answer, Call, Problem, render::Node, services};
use crate::frame::{Fields, WebError, error::upload_words};

/// Longest address of a picture that is kept.
const URL_MAX: usize = 2_000;
/// Most addresses of pictures that are kept.
const URLS_MAX: usize = 6;
/// Longest key against sending twice, and longest reference.
const REFERENCE_MAX: usize = 200;

/// `POST requests`
pub(super) async fn create(call: &Call<'_>, fields: Fields) -> Answer {
    let caller = call.known(&fields).await?;
    let mut intake = intake(&call.site.app.city, &fields)?;
    let reference = reference(&fields)?;
    let key = idempotency(call.headers)?.map(|key| format!("open311:{}:{key}", caller.name));
    // A system that calls its request by a name of its own hands it in once for each service.
    let own =
        || reference.as_ref().map(|r| format!("open311:{}:{}:{r}", caller.name, fields.get("service_code")));
    intake.source_key = key.or_else(own);
    let phone = intake.person.phone.is_some();
    let origin = Origin { partner: caller.name, reference };
    let done = call
        .site
        .run(move |app| {
            intake.media = fields.every_media(&app.city.settings)?;
            register::by_partner(app, &origin, &intake)
        })
        .await
        .map_err(plain)?;
    let notice = notice(call, &done.number, phone);
    Ok(Node::List(
        "service_requests",
        vec![Node::object(
            "request",
            vec![
                ("service_request_id", Node::text(done.number.digits())),
                ("service_notice", Node::text(&notice)),
                ("account_id", Node::Null),
            ],
        )],
    ))
}

/// How the person follows it: with the telephone that they left, or with the code that takes its place.
fn notice(call: &Call<'_>, number: &Number, phone: bool) -> String {
    if phone {
        let words = call.visit.lang.t(
            "请记下编号，用它和电话后四位查进度。",
            "Keep the number; with it and the last four digits of the telephone the person follows it.",
        );
        return words.to_owned();
    }
    let code = person::code(&call.site.app, number);
    match call.visit.lang {
        Lang::Zh => format!("请记下编号，还有查询码 {code}：没有留电话，用这两样查进度。"),
        Lang::En => format!(
            "Keep the number and the code {code}: no telephone was left, so these two open the page of the matter."
        ),
    }
}

/// What the rules refuse is told in the words of this API.
fn plain(error: WebError) -> Problem {
    match error {
        WebError::App(AppError::Refused(Refusal::Misanswered(wrong))) => {
            Problem::all(wrong.iter().map(misanswered).collect())
        }
        WebError::App(AppError::Refused(refusal)) => {
            Problem::bad(format!("{} {}", refusal.sentence(Lang::En), refusal.sentence(Lang::Zh)))
        }
        WebError::App(AppError::Upload(fault)) => {
            let (zh, en) = upload_words(fault);
            Problem::bad(format!("{en} {zh}"))
        }
        other => other.into(),
    }
}

fn misanswered(wrong: &question::Misanswer) -> Problem {
    Problem::bad(format!(
        "attribute[{}]: {} {}",
        wrong.question,
        wrong.sentence(Lang::En),
        wrong.sentence(Lang::Zh)
    ))
}

/// What a client sent, as any other door would hand it in; everything that is wrong with it, at once.
pub(super) fn intake(city: &City, fields: &Fields) -> Result<Intake, Problem> {
    let mut wrong = Vec::new();
    let mut note = |problem: Problem| wrong.push(problem);
    let category = service(city, fields).map_err(&mut note).unwrap_or_default();
    let place = place(city, fields).map_err(&mut note).unwrap_or_default();
    let text = description(city, category.as_deref(), fields).map_err(&mut note).unwrap_or_default();
    let phone = Phone::parse(fields.get("phone"))
        .map_err(|_| Problem::bad("phone does not look like a telephone number. phone 不像电话号码。"))
        .map_err(&mut note)
        .unwrap_or_default();
    let mail = Mail::parse(fields.get("email"))
        .map_err(|_| Problem::bad("email does not look like a mail address. email 不像邮箱地址。"))
        .map_err(&mut note)
        .unwrap_or_default();
    let known = phone.is_some() || mail.is_some();
    let answers = answers(fields);
    if let Err(misanswers) = question::read(city, category.as_deref(), &answers) {
        misanswers.iter().map(misanswered).for_each(note);
    }
    if !wrong.is_empty() {
        return Err(Problem::all(wrong));
    }
    // A service that is no category asks nothing.
    let answers = category.as_ref().map(|_| answers);
    Ok(Intake {
        channel: Channel::Open311,
        kind: None,
        title: String::new(),
        text,
        place,
        privacy: if known { Privacy::Contact } else { Privacy::Anonymous },
        person: Person {
            name: name(fields.get("first_name"), fields.get("last_name")),
            phone,
            mail,
            ..Person::default()
        },
        media: Vec::new(),
        source_key: None,
        wish: Wish { category, answers, ..Wish::default() },
    })
}

fn service(city: &City, fields: &Fields) -> Result<Option<String>, Problem> {
    let code = fields.opt("service_code").ok_or_else(|| {
        Problem::bad("service_code is missing; see services.json. 缺少 service_code，请看 services.json。")
    })?;
    Ok(services::offered(city, code)?.map(|category| category.key.clone()))
}

/// `attribute[CODE]=value`, and `attribute[CODE][]=value` for several.
fn answers(fields: &Fields) -> Given {
    let mut given: Given = Vec::new();
    for (name, value) in fields.pairs() {
        let Some(code) = name.strip_prefix("attribute[").and_then(|rest| rest.split_once(']')) else {
            continue;
        };
        if matches!(code.1, "" | "[]") {
            given.push((code.0.to_owned(), vec![value.to_owned()]));
        }
    }
    given
}

/// Where a new request is: by point, by words, or by the code of a division.
pub(super) fn place(city: &City, fields: &Fields) -> Result<Place, Problem> {
    let words =
        text::optional("address_string", fields.get("address_string"), text::LINE_MAX).map_err(|_| {
            Problem::bad("address_string may have 200 characters. address_string 最多 200 个字。")
        })?;
    let division = fields.opt("address_id").map(|code| {
        let known = city.division(code).map(|d| d.code.clone());
        known.ok_or_else(|| Problem::bad(format!("address_id is the code of a division, and {code} is none. address_id 是区划代码，没有 {code}。")))
    });
    let place = Place { words, division: division.transpose()?, point: point(city, fields)? };
    if place == Place::default() {
        return Err(Problem::bad(
            "A place is needed: lat and long, address_string or address_id. 要有地点：lat 和 long，或 address_string，或 address_id。",
        ));
    }
    Ok(place)
}

fn point(city: &City, fields: &Fields) -> Result<Option<Point>, Problem> {
    if fields.opt("lat").is_none() && fields.opt("long").is_none() {
        return Ok(None);
    }
    let degrees = |name| fields.get(name).parse::<f64>().unwrap_or(f64::NAN);
    judge(degrees("long"), degrees("lat"), &city.bounds).map(Some).map_err(|odd| {
        Problem::bad(format!("lat and long cannot be used: {}. {}。", odd.word(Lang::En), odd.word(Lang::Zh)))
    })
}

/// The words, and the addresses of pictures as lines of their own. They are never fetched: a server
/// that fetches what strangers name can be made to look inside its own network.
fn description(city: &City, category: Option<&str>, fields: &Fields) -> Result<String, Problem> {
    let long = || Problem::bad("description may have 20000 characters. description 最多 20000 个字。");
    let kind = || {
        category.map_or(services::unclassified(Lang::Zh).to_owned(), |key| city.category_path(key, Lang::Zh))
    };
    // The specification lets a client say nothing but what kind of matter it is.
    let mut words =
        fields.opt("description").map_or_else(|| format!("{}（没有写说明）", kind()), str::to_owned);
    let urls: Vec<&str> = fields.all("media_url").chain(fields.all("media_url[]")).take(URLS_MAX).collect();
    for (at, url) in urls.iter().enumerate() {
        if !is_address(url) {
            return Err(Problem::bad(
                "media_url must be a http or https address. media_url 要是 http 或 https 地址。",
            ));
        }
        words.push_str(if at == 0 { "\n\n" } else { "\n" });
        words.push_str("照片链接 media_url：");
        words.push_str(url);
    }
    text::required("description", &words, text::TEXT_MAX).map_err(|_| long())
}

/// Whether a text can be kept as the address of a picture.
pub(super) fn is_address(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= URL_MAX
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// The family name comes first in Chinese and last in English.
pub(super) fn name(first: &str, last: &str) -> String {
    let han = |name: &str| name.chars().next().is_some_and(|c| c >= '\u{2e80}');
    if han(first) || han(last) {
        format!("{last}{first}")
    } else {
        format!("{first} {last}").trim().to_owned()
    }
}

/// How the client calls this request.
pub(super) fn reference(fields: &Fields) -> Result<Option<String>, Problem> {
    let Some(typed) = fields.opt("service_request_id_ext") else { return Ok(None) };
    let fits = typed.chars().count() <= REFERENCE_MAX && !typed.contains(char::is_control);
    fits.then(|| Some(typed.to_owned())).ok_or_else(|| {
        Problem::bad("service_request_id_ext may have 200 characters. service_request_id_ext 最多 200 个字。")
    })
}

fn idempotency(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= REFERENCE_MAX);
    key.map(Some).ok_or_else(|| {
        Problem::bad(
            "Idempotency-Key must be 1 to 200 plain characters. Idempotency-Key 要是 1 到 200 个普通字符。",
        )
    })
}
