//! 公开: writes what everybody may see of a case, in the same transaction as what happened to it.
//!
//! The only place that fills the public table. What is not put into the row here, no public page,
//! map, feed or other system can show.

use duban_domain::{
    CaseId, Stamp,
    case::{Case, Event, Showing, public_words},
    place::Point,
    request::{Privacy, Request},
    text::title_of,
};
use duban_store::{PublicRow, ReadTx, WriteTx};

use super::row_extra;
use crate::{App, AppError, wiring::Result};

/// How many cases are written anew in one transaction.
const BATCH: i64 = 200;
/// The setting that holds the digest of the pack by which the public table was written.
const WRITTEN_BY: &str = "public.pack";

/// What the first request says of the place and of the person's wish to be known.
struct Voice {
    division: Option<String>,
    point: Option<Point>,
    privacy: Privacy,
}

/// Of a new case.
pub(crate) fn begin(
    app: &App,
    tx: &mut WriteTx<'_>,
    case: &Case,
    request: &Request,
    events: &[Event],
) -> Result<()> {
    let voice = Voice {
        division: request.place.division.clone(),
        point: request.place.point,
        privacy: request.privacy,
    };
    let at = events.last().map_or(case.opened_at, |event| event.at);
    match app.city.showing(case, voice.privacy) {
        Showing::Nothing => Ok(()),
        showing => {
            Ok(tx.begin_public(&row(app, case, &voice, at, &words(showing, || Ok(events.to_vec()))?))?)
        }
    }
}

/// Of a case to which something happened.
pub(crate) fn renew(app: &App, tx: &mut WriteTx<'_>, case: &Case, at: Stamp) -> Result<()> {
    let stored = tx.case_row(case.id)?.ok_or(AppError::Broken("a case is missing from the lists"))?;
    let voice = Voice { division: stored.division, point: stored.point, privacy: stored.privacy };
    let showing = app.city.showing(case, voice.privacy);
    if showing == Showing::Nothing {
        return Ok(tx.put_public(case.id, None)?);
    }
    let words = words(showing, || history(tx, case.id))?;
    Ok(tx.put_public(case.id, Some(&row(app, case, &voice, at, &words)))?)
}

/// Whether the public table was written by another pack than the one that holds: its places may be
/// too exact then, or its kinds of matters not meant for everybody any more.
pub fn is_outdated(app: &App) -> Result<bool> {
    app.store.read(|tx| Ok(tx.setting(WRITTEN_BY)?.as_deref() != Some(app.city.public_digest().as_str())))
}

/// Writes everything anew by the pack that holds, a few hundred cases at a time.
pub fn rewrite(app: &App) -> Result<i64> {
    let (mut after, mut count) = (CaseId(i64::MIN), 0);
    loop {
        let batch = app.store.read(|tx| Ok::<_, AppError>(tx.cases_after(after, BATCH)?))?;
        let Some(last) = batch.last().map(|case| case.id) else { break };
        app.store.write(|tx| {
            for case in &batch {
                // As it is now: somebody may have worked on it since it was read.
                let Some(case) = tx.case_for_update(case.id)? else { continue };
                let shown = tx.public_row(case.id)?.map(|row| row.changed_at);
                let at = shown.or(case.answered_at).unwrap_or(case.round_at);
                renew(app, tx, &case, at)?;
            }
            Ok::<_, AppError>(())
        })?;
        count += i64::try_from(batch.len()).unwrap_or(0);
        after = last;
    }
    app.store.write(|tx| Ok::<_, AppError>(tx.put_setting(WRITTEN_BY, &app.city.public_digest())?))?;
    Ok(count)
}

fn words(showing: Showing, events: impl FnOnce() -> Result<Vec<Event>>) -> Result<String> {
    match showing {
        Showing::Words => Ok(public_words(&events()?)),
        Showing::Nothing | Showing::Facts => Ok(String::new()),
    }
}

pub(crate) fn history(tx: &mut ReadTx<'_>, case: CaseId) -> Result<Vec<Event>> {
    Ok(tx.events(case)?.into_iter().filter_map(|stored| stored.event).collect())
}

fn row(app: &App, case: &Case, voice: &Voice, at: Stamp, words: &str) -> PublicRow {
    let closed_at = match &case.stage {
        duban_domain::case::Stage::Closed { at, .. } => Some(*at),
        _ => None,
    };
    PublicRow {
        case: case.id,
        number: case.number.clone(),
        category: case.category.clone(),
        division: voice.division.clone(),
        owner: row_extra(app, case).owner,
        phase: case.phase(),
        opened_at: case.opened_at,
        changed_at: at,
        finish_due: case.finish.due,
        answered_at: case.answered_at,
        closed_at,
        point: voice.point.map(|point| point.coarse(app.city.settings.public_metres)),
        title: if words.is_empty() { String::new() } else { title_of(words) },
        words: words.to_owned(),
        voices: i64::try_from(case.speaking().count()).unwrap_or(i64::MAX),
    }
}
