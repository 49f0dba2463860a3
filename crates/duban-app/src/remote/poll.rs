//! Asking another server for news: its updates, and the state of every open case that it has from us.
//!
//! Updates are fetched from a little before the last time that an answer came, so that a lost answer
//! loses nothing; each counts once, by its id. A server without updates is followed by its states alone.

use std::cmp::Reverse;

use duban_domain::{
    CaseId, Refusal, Stamp,
    case::{self, Actor, Phase, Report, ReportState},
    city::Remote,
    policy::{by_system, by_unit_system},
    stamp::{DAY_MS, w3c},
    text::{self, TEXT_MAX},
};
use duban_store::{Job, Link};

use super::{
    Next,
    protocol::{Failed, Record, Server, instant},
    server,
};
use crate::{App, AppError, case::record, wiring::Result};

/// How far back updates are fetched again, in milliseconds: clocks differ, and writing takes time.
const OVERLAP_MS: i64 = 900_000;
/// The widest window of updates, in milliseconds.
const WINDOW_MS: i64 = 89 * DAY_MS;
/// Cases that are asked for at once.
const BATCH: i64 = 50;

pub(super) fn poll(app: &App, job: &Job) -> Result<Next> {
    let Some(remote) = app.city.remote(&job.payload) else { return Ok(Next::Done) };
    let now = app.now();
    let server = server(app, remote);
    let open = app.store.read(|tx| Ok::<_, AppError>(tx.open_links(&remote.key, CaseId(0), 1)?))?;
    if !open.is_empty() {
        let asked = match news(app, &server, now)? {
            Ok(()) => states(app, &server, now)?,
            failed => failed,
        };
        // It is asked again at its usual time: sooner would not help, and later would tell late.
        if let Err(failed) = asked {
            tracing::warn!(remote = remote.key, %failed, "another server was not asked for news");
        }
    }
    Ok(Next::At(now.plus_ms(i64::from(remote.poll_minutes) * 60_000)))
}

/// Fetches updates and applies them, oldest first.
fn news(app: &App, server: &Server<'_>, now: Stamp) -> Result<std::result::Result<(), Failed>> {
    let mark = format!("remote.{}.news", server.remote.key);
    let last = app.store.read(|tx| Ok::<_, AppError>(tx.setting(&mark)?))?;
    let last = last.and_then(|at| at.parse().ok()).map_or(now.plus_ms(-WINDOW_MS), Stamp);
    let from = last.plus_ms(-OVERLAP_MS).max(now.plus_ms(-WINDOW_MS));
    let (start, end) = (instant(from), instant(now.plus_ms(OVERLAP_MS)));
    let found = match server.get("servicerequestupdates", &[("start_date", &start), ("end_date", &end)]) {
        Ok(found) => found,
        // This server has no updates; its states are asked for all the same.
        Err(Failed::Refused(..)) => return Ok(Ok(())),
        Err(failed) => return Ok(Err(failed)),
    };
    let mut found: Vec<(Option<Stamp>, Record)> = found
        .into_iter()
        .map(|record| (record.get("updated_datetime").and_then(|at| w3c(at)), record))
        .collect();
    found.sort_by_key(|(at, _)| *at);
    for (at, record) in &found {
        applied(app, server.remote, at.unwrap_or(now), record, now)?;
    }
    app.store.write(|tx| Ok::<_, AppError>(tx.put_setting(&mark, &now.0.to_string())?))?;
    Ok(Ok(()))
}

/// Applies one update, if it is about a case of ours and new.
fn applied(app: &App, remote: &Remote, told_at: Stamp, record: &Record, now: Stamp) -> Result<()> {
    let field = |name: &str| record.get(name).map_or("", String::as_str);
    let (id, number) = (field("update_id"), field("service_request_id"));
    if id.is_empty() || id.chars().count() > case::ID_MAX {
        return Ok(());
    }
    let link = app.store.read(|tx| Ok::<_, AppError>(tx.link_by_number(&remote.key, number)?))?;
    let Some(link) = link else { return Ok(()) };
    // A server like ours says apart that the answer was accepted, while the person is still asked.
    let state = match field("external_status_code") {
        "answered" => ReportState::Closed,
        "reopened" => ReportState::Reopened,
        _ => ReportState::parse(field("status")).unwrap_or(ReportState::Open),
    };
    let links = Some(field("media_url")).filter(|url| url.starts_with("http")).map(str::to_owned);
    let said = Report {
        source: remote.name.zh.clone(),
        update: id.to_owned(),
        told_at,
        state,
        text: text::shorten(field("description"), TEXT_MAX),
        links: links.into_iter().collect(),
    };
    take_in(app, remote, &link, &said, now)
}

/// Records a report on the case, once; the unit answers through its system as it would by hand.
fn take_in(app: &App, remote: &Remote, link: &Link, said: &Report, now: Stamp) -> Result<()> {
    app.store.write(|tx| {
        let case = tx.case_for_update(link.case)?.ok_or(Refusal::NotFound)?;
        if !tx.put_update(&format!("remote:{}", remote.key), &said.update, case.id, now)? {
            return Ok(());
        }
        let ground = app.ground(now);
        let unit = [remote.unit.clone()];
        let (by, happened) = match by_unit_system(&remote.name.zh, &unit, &case) {
            Ok(on) => (on.actor().clone(), case::report(&on, said, &ground)?),
            // It was moved to another unit since: what is told is kept, and moves nothing.
            Err(_) => (Actor::system(), case::report_late(&by_system(&case), said, &ground)?),
        };
        record(app, tx, &case, &by, now, happened).map(|_| ())
    })
}

/// Asks for the state of every open case that is there.
fn states(app: &App, server: &Server<'_>, now: Stamp) -> Result<std::result::Result<(), Failed>> {
    let key = &server.remote.key;
    let mut after = CaseId(0);
    loop {
        let links = app.store.read(|tx| Ok::<_, AppError>(tx.open_links(key, after, BATCH)?))?;
        let Some(last) = links.last() else { return Ok(Ok(())) };
        after = last.case;
        let numbers: Vec<&str> = links.iter().filter_map(|link| link.number.as_deref()).collect();
        let mut found = match server.get("requests", &[("service_request_id", &numbers.join(","))]) {
            Ok(found) => found,
            Err(failed) => return Ok(Err(failed)),
        };
        found.sort_by_key(|record| Reverse(record.get("updated_datetime").and_then(|at| w3c(at))));
        for link in &links {
            let own = |record: &&Record| record.get("service_request_id") == link.number.as_ref();
            if let Some(record) = found.iter().find(own) {
                state(app, server.remote, link, record, now)?;
            }
        }
    }
}

/// A state that changed over there since it was last asked becomes a report.
fn state(app: &App, remote: &Remote, link: &Link, record: &Record, now: Stamp) -> Result<()> {
    let field = |name: &str| record.get(name).map_or("", String::as_str);
    let state = ReportState::parse(field("status")).unwrap_or(ReportState::Open);
    let status = if state.is_done() { "closed" } else { "open" };
    let before = link.status.as_deref().unwrap_or("open");
    // Where its updates have said so already, there is nothing left to move.
    let phase = app.store.read(|tx| Ok::<_, AppError>(tx.case(link.case)?))?.map(|case| case.phase());
    let moves = match phase {
        Some(Phase::Dispatched | Phase::InHand) => state.is_done(),
        Some(Phase::InReview) => !state.is_done(),
        _ => false,
    };
    if status != before && moves {
        let told_at = w3c(field("updated_datetime")).unwrap_or(now);
        let said = Report {
            source: remote.name.zh.clone(),
            update: format!("state:{}:{status}:{}", link.reference, told_at.0),
            told_at,
            state: if state.is_done() { state } else { ReportState::Reopened },
            text: text::shorten(field("status_notes"), TEXT_MAX),
            links: Vec::new(),
        };
        take_in(app, remote, link, &said, now)?;
    }
    let asked = Link {
        status: Some(status.to_owned()),
        asked_at: Some(now),
        error: link.error.clone(),
        ..link.clone()
    };
    app.store.write(|tx| {
        // It may have been handed in anew meanwhile.
        let now = tx.link(link.case, &link.remote)?;
        if now.is_some_and(|now| now.number == link.number) {
            tx.put_link(&asked)?;
        }
        Ok(())
    })
}
