//! What other systems are told of: what staff decided, once it may leave the house.

use std::collections::HashMap;

use duban_domain::{
    CaseId, EventId, Number, Stamp,
    case::{Ending, Event, What, accepted},
    id,
    policy::Reach,
};
use duban_store::{NewsQuery, NewsRow, ReadTx};

use super::Caller;
use crate::{App, wiring::Result};

/// The kinds of events that become an update.
const KINDS: &[&str] = &["dispatched", "signed", "approved", "reopened", "closed"];

/// One update of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// Its id; stable.
    pub id: String,
    /// The request.
    pub number: Number,
    /// When it was recorded.
    pub at: Stamp,
    /// What it says.
    pub said: Said,
}

/// What an update says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// It went to a unit, by its key.
    Dispatched(String),
    /// The unit took it.
    Signed,
    /// The answer that the centre accepted.
    Answered(String),
    /// The person said that it is not solved: a new round.
    Reopened,
    /// It was closed, with the answer when it was given in the same moment.
    Closed(Ending, Option<String>),
}

/// Updates that were recorded in a window, oldest first.
pub fn news(
    app: &App,
    caller: Option<&Caller>,
    window: (Stamp, Stamp),
    skip: usize,
    take: usize,
) -> Result<Vec<News>> {
    let Some(query) = query(app, caller, window, skip, take) else { return Ok(Vec::new()) };
    app.store.read(|tx| {
        let (mut known, mut found) = (HashMap::new(), Vec::new());
        for row in tx.news(&query)? {
            let events = match known.get(&row.case) {
                Some(events) => events,
                None => known.entry(row.case).or_insert(history(tx, row.case)?),
            };
            let Some(said) = said(events, row.id) else { continue };
            let numbers = numbers(tx, caller, &row)?;
            for (number, at) in numbers.into_iter().zip(0..) {
                // One case may deal with several requests of the same system: each is told.
                let id = if at == 0 { row.id.0.to_string() } else { format!("{}-{at}", row.id.0) };
                found.push(News { id, number, at: id::minted_at(row.id.0), said: said.clone() });
            }
        }
        Ok(found)
    })
}

fn query(
    app: &App,
    caller: Option<&Caller>,
    window: (Stamp, Stamp),
    skip: usize,
    take: usize,
) -> Option<NewsQuery> {
    let of = |reach, public_only, partner| NewsQuery {
        kinds: KINDS,
        window,
        reach,
        public_only,
        partner,
        skip: i64::try_from(skip).unwrap_or(i64::MAX),
        limit: i64::try_from(take).unwrap_or(i64::MAX),
    };
    match caller {
        Some(Caller { unit: Some(unit), .. }) => {
            let units = app.city.unit_and_below(unit).into_iter().map(str::to_owned).collect();
            Some(of(Reach::Units(units), false, None))
        }
        Some(Caller { name, unit: None }) => Some(of(Reach::All, false, Some(name.clone()))),
        None if app.city.settings.public_listing => Some(of(Reach::All, true, None)),
        None => None,
    }
}

/// A history with the ids of its events.
type History = Vec<(EventId, Option<Event>)>;

fn history(tx: &mut ReadTx<'_>, case: CaseId) -> Result<History> {
    Ok(tx.events(case)?.into_iter().map(|stored| (stored.id, stored.event)).collect())
}

/// What one event of a history says; nothing when its text was erased.
fn said(history: &History, id: EventId) -> Option<Said> {
    let at = history.iter().position(|(own, _)| *own == id)?;
    let event = history[at].1.as_ref()?;
    match &event.what {
        What::Dispatched { unit, .. } => Some(Said::Dispatched(unit.clone())),
        What::Signed => Some(Said::Signed),
        What::Approved { .. } => answer(history, at).map(Said::Answered),
        What::Reopened { .. } => Some(Said::Reopened),
        What::Closed { ending } => Some(Said::Closed(*ending, answer(history, at))),
        _ => None,
    }
}

/// The answer that an event accepted: one that it made an accepted one and that was not one before.
fn answer(history: &History, at: usize) -> Option<String> {
    let events = |to: usize| history[..to].iter().filter_map(|(_, event)| event.clone()).collect::<Vec<_>>();
    let (before, now) = (events(at), events(at + 1));
    let fresh = accepted(&now).into_iter().find(|i| !accepted(&before).contains(i))?;
    match &now[fresh].what {
        What::Answered { public, .. } => Some(public.clone()),
        _ => None,
    }
}

/// The numbers under which the caller knows the case.
fn numbers(tx: &mut ReadTx<'_>, caller: Option<&Caller>, row: &NewsRow) -> Result<Vec<Number>> {
    let own = match caller {
        Some(Caller { name, unit: None }) => tx.partner_numbers(row.case, name)?,
        _ => Vec::new(),
    };
    Ok(if own.is_empty() { vec![row.number.clone()] } else { own })
}
