//! Reading what a client asked for: windows, services, places, pages. Every mistake is named in both
//! languages.

use std::collections::BTreeSet;

use duban_app::{CaseQuery, Order, partner::read::Wanted};
use duban_domain::{
    Stamp,
    case::Phase,
    city::City,
    place::Point,
    stamp::{DAY_MS, w3c},
};

use super::{Problem, services};
use crate::frame::Fields;

/// Services that one call may ask for: each is a list of its own.
const CODES_MAX: usize = 20;
/// How far back a list goes when nobody says, and how much it may span.
pub(super) const WINDOW_MS: i64 = 90 * DAY_MS;
/// Most requests in one answer.
pub(super) const REQUESTS_MAX: usize = 1_000;
/// How deep pages go.
const DEPTH_MAX: usize = 100_000;
/// The widest circle around a point, in metres.
const RADIUS_MAX: f64 = 50_000.0;
/// What the box around a circle is larger by, in metres: places are shown as coarsely as by five kilometres.
const MARGIN: f64 = 7_500.0;
/// Metres of one degree of latitude.
const DEGREE_METRES: f64 = 111_000.0;

/// The window, the services, the states, the circle and the page of a list.
pub(super) fn wanted(city: &City, fields: &Fields, now: Stamp) -> Result<Wanted, Problem> {
    let touched = touched(fields, now)?;
    let dated = fields.opt("start_date").is_some() || fields.opt("end_date").is_some();
    // Who asks for what changed lately wants old requests too.
    let opened = (touched.is_none() || dated).then(|| window(fields, now)).transpose()?;
    let phases = phases(fields)?;
    let (skip, take) = page(fields)?;
    let near = near(fields)?;
    let one = |category: Option<String>| CaseQuery {
        category_prefix: category,
        opened,
        touched,
        within_e7: near.map(around),
        phases: phases.clone(),
        order: Order::Newest,
        ..CaseQuery::default()
    };
    let codes: BTreeSet<&str> = fields
        .all("service_code")
        .flat_map(|codes| codes.split(','))
        .map(str::trim)
        .filter(|c| !c.is_empty())
        .collect();
    if codes.len() > CODES_MAX {
        return Err(Problem::bad("service_code may name 20 services at most. service_code 最多 20 个。"));
    }
    let queries = if codes.is_empty() {
        vec![one(None)]
    } else {
        // A service that there is not has no requests; asking for it is no mistake of the list.
        let known = codes.into_iter().filter_map(|code| services::offered(city, code).ok().flatten());
        known.map(|category| one(Some(category.key.clone()))).collect()
    };
    Ok(Wanted { queries, near, skip, take })
}

/// Rows to leave out and rows to give.
pub(super) fn page(fields: &Fields) -> Result<(usize, usize), Problem> {
    let (page, size) = (count(fields, "page", 1)?, count(fields, "page_size", REQUESTS_MAX)?);
    let (page, size) = (page.max(1), size.clamp(1, REQUESTS_MAX));
    let skip = (page - 1).saturating_mul(size);
    if skip > DEPTH_MAX {
        return Err(Problem::bad(
            "Pages end after 100000 rows: narrow start_date and end_date. 翻页最多到第 100000 条，请缩小 start_date 和 end_date。",
        ));
    }
    Ok((skip, size))
}

/// From `start_date` (included) to `end_date` (excluded), 90 days at most and by default.
pub(super) fn window(fields: &Fields, now: Stamp) -> Result<(Stamp, Stamp), Problem> {
    let (from, to) = (instant(fields, "start_date")?, instant(fields, "end_date")?);
    // The end is excluded, and what came in this very instant belongs to the list.
    let to_or_now = to.unwrap_or_else(|| from.map_or(now.plus_ms(1), |from| from.plus_ms(WINDOW_MS)));
    let from = from.unwrap_or_else(|| to_or_now.plus_ms(-WINDOW_MS));
    spanned("start_date", "end_date", from, to_or_now)?;
    Ok((from, to_or_now))
}

/// When something of which everybody may know last happened, if that was asked.
fn touched(fields: &Fields, now: Stamp) -> Result<Option<(Stamp, Stamp)>, Problem> {
    let (after, before) = (instant(fields, "updated_after")?, instant(fields, "updated_before")?);
    if after.is_none() && before.is_none() {
        return Ok(None);
    }
    let to = before.unwrap_or_else(|| now.plus_ms(1));
    let from = after.unwrap_or_else(|| to.plus_ms(-WINDOW_MS));
    spanned("updated_after", "updated_before", from, to)?;
    Ok(Some((from, to)))
}

fn spanned(first: &str, last: &str, from: Stamp, to: Stamp) -> Result<(), Problem> {
    if from >= to {
        return Err(Problem::bad(format!("{first} must be before {last}. {first} 要早于 {last}。")));
    }
    if to.0 - from.0 > WINDOW_MS {
        return Err(Problem::bad(format!(
            "{first} and {last} may be 90 days apart at most. {first} 和 {last} 最多相隔 90 天。"
        )));
    }
    Ok(())
}

pub(super) fn instant(fields: &Fields, name: &str) -> Result<Option<Stamp>, Problem> {
    let Some(typed) = fields.opt(name) else { return Ok(None) };
    w3c(typed).map(Some).ok_or_else(|| {
        Problem::bad(format!(
            "{name} must be like 2026-01-05T00:00:00+08:00, with its zone. {name} 要写成 2026-01-05T00:00:00+08:00 的样子，带时区。"
        ))
    })
}

fn phases(fields: &Fields) -> Result<Vec<Phase>, Problem> {
    let (mut open, mut closed) = (false, false);
    for status in fields.all("status").flat_map(|all| all.split(',')).map(str::trim).filter(|s| !s.is_empty())
    {
        match status.to_ascii_lowercase().as_str() {
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
    let all = open == closed;
    Ok(Phase::ALL.iter().copied().filter(|phase| !all && asked(phase)).collect())
}

fn count(fields: &Fields, name: &str, otherwise: usize) -> Result<usize, Problem> {
    let Some(typed) = fields.opt(name) else { return Ok(otherwise) };
    typed.parse().map_err(|_| Problem::bad(format!("{name} must be a whole number. {name} 要写整数。")))
}

/// A point and a distance in metres, when the list is asked for around one.
fn near(fields: &Fields) -> Result<Option<(Point, f64)>, Problem> {
    if fields.opt("lat").is_none() && fields.opt("long").is_none() {
        return Ok(None);
    }
    let degrees = |name| fields.get(name).parse::<f64>().unwrap_or(f64::NAN);
    let point = Point::from_degrees(degrees("long"), degrees("lat")).ok_or_else(|| {
        Problem::bad("lat and long are degrees, both of them. lat 和 long 都要写，单位是度。")
    })?;
    let radius = fields.opt("radius").map_or(Some(1_000.0), |typed| typed.parse().ok());
    let radius = radius
        .filter(|r: &f64| r.is_finite() && *r > 0.0)
        .ok_or_else(|| Problem::bad("radius is a number of metres. radius 是米数。"))?;
    Ok(Some((point, radius.min(RADIUS_MAX))))
}

/// A box that holds the circle, in degrees × 10⁷.
fn around((point, radius): (Point, f64)) -> [i64; 4] {
    let half = radius + MARGIN;
    let lat = half / DEGREE_METRES * 1e7;
    let lng = lat / point.lat().to_radians().cos().max(0.01);
    let (lat, lng) = (lat as i64, lng as i64);
    [point.lng_e7 - lng, point.lat_e7 - lat, point.lng_e7 + lng, point.lat_e7 + lat]
}
