//! Reading what a client sent: places, instants, pages. Every mistake is named in both languages.

use std::collections::BTreeSet;

use duban_app::{CaseQuery, Order};
use duban_domain::{
    Stamp,
    case::Phase,
    city::City,
    place::{Point, judge},
    request::Place,
    stamp::DAY_MS,
    text,
};

use super::{Problem, services};
use crate::frame::Fields;

/// Services that one call may ask for: each is a list of its own.
const CODES_MAX: usize = 20;
/// How far back a list goes when nobody says, and how much it may span.
const WINDOW_MS: i64 = 90 * DAY_MS;
/// Most requests in one answer.
pub(super) const REQUESTS_MAX: usize = 1_000;

/// Which requests a client asks for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// By service; several are asked one after the other.
    pub(super) queries: Vec<CaseQuery>,
    /// Rows to leave out first.
    pub(super) skip: usize,
    /// Rows to give.
    pub(super) take: usize,
}

/// The window, the services, the states and the page of a list.
pub(super) fn wanted(city: &City, fields: &Fields, now: Stamp) -> Result<Wanted, Problem> {
    let opened = window(fields, now)?;
    let phases = phases(fields)?;
    let (page, size) = (count(fields, "page", 1)?, count(fields, "page_size", REQUESTS_MAX)?);
    let (page, size) = (page.max(1), size.clamp(1, REQUESTS_MAX));
    let skip = (page - 1).saturating_mul(size);
    if skip >= REQUESTS_MAX {
        return Err(Problem::bad(
            "A list has 1000 requests at most: narrow start_date and end_date. 一次最多列 1000 条，请缩小 start_date 和 end_date。",
        ));
    }
    let one = |category: Option<String>| CaseQuery {
        category_prefix: category,
        opened: Some(opened),
        phases: phases.clone(),
        order: Order::Newest,
        limit: (skip + size).min(REQUESTS_MAX).try_into().unwrap_or(i64::MAX),
        ..CaseQuery::default()
    };
    let codes: BTreeSet<&str> =
        fields.get("service_code").split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    if codes.len() > CODES_MAX {
        return Err(Problem::bad("service_code may name 20 services at most. service_code 最多 20 个。"));
    }
    let codes: Vec<&str> = codes.into_iter().collect();
    let queries = match codes.as_slice() {
        [] => vec![one(None)],
        codes => codes
            .iter()
            .map(|code| services::offered(city, code).map(|c| one(Some(c.key.clone()))))
            .collect::<Result<_, _>>()?,
    };
    Ok(Wanted { queries, skip, take: size })
}

fn window(fields: &Fields, now: Stamp) -> Result<(Stamp, Stamp), Problem> {
    let (from, to) = (instant(fields, "start_date")?, instant(fields, "end_date")?);
    // The end is excluded, and what came in this very instant belongs to the list.
    let to_or_now = to.unwrap_or_else(|| from.map_or(now.plus_ms(1), |from| from.plus_ms(WINDOW_MS)));
    let from = from.unwrap_or_else(|| to_or_now.plus_ms(-WINDOW_MS));
    if from >= to_or_now {
        return Err(Problem::bad("start_date must be before end_date. start_date 要早于 end_date。"));
    }
    if to_or_now.0 - from.0 > WINDOW_MS {
        return Err(Problem::bad(
            "start_date and end_date may be 90 days apart at most. start_date 和 end_date 最多相隔 90 天。",
        ));
    }
    Ok((from, to_or_now))
}

fn instant(fields: &Fields, name: &str) -> Result<Option<Stamp>, Problem> {
    let Some(typed) = fields.opt(name) else { return Ok(None) };
    let at: Result<jiff::Timestamp, _> = typed.parse();
    at.map(|at| Some(at.into())).map_err(|_| {
        Problem::bad(format!(
            "{name} must be like 2026-01-05T00:00:00+08:00. {name} 要写成 2026-01-05T00:00:00+08:00 的样子。"
        ))
    })
}

fn phases(fields: &Fields) -> Result<Vec<Phase>, Problem> {
    let (mut open, mut closed) = (false, false);
    for status in fields.get("status").split(',').map(str::trim).filter(|s| !s.is_empty()) {
        match status {
            "open" => open = true,
            "closed" => closed = true,
            other => {
                return Err(Problem::bad(format!(
                    "status is open or closed, not {other}. status 只能是 open 或 closed。"
                )));
            }
        }
    }
    let asked = |phase: &Phase| if *phase == Phase::Closed { closed } else { open };
    Ok(Phase::ALL.iter().copied().filter(asked).collect())
}

fn count(fields: &Fields, name: &str, otherwise: usize) -> Result<usize, Problem> {
    let Some(typed) = fields.opt(name) else { return Ok(otherwise) };
    typed.parse().map_err(|_| Problem::bad(format!("{name} must be a whole number. {name} 要写整数。")))
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
        Problem::bad(format!(
            "lat and long cannot be used: {}. {}。",
            odd.word(duban_domain::Lang::En),
            odd.word(duban_domain::Lang::Zh)
        ))
    })
}
