//! What is new, for whoever watches.
//!
//! Read from the database, not passed along in memory: so an import that runs beside the server,
//! and a second server on the same PostgreSQL, are seen as well. One [`Watch`] serves a whole
//! process; each reader then asks [`News::is_for`] whether it lies within their reach.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use duban_domain::{CaseId, EventId, id, policy::Reach};
use duban_store::{LiveEvent, ReadTx};

use crate::{App, wiring::Result};

/// How many events one look returns.
const LOOK_MAX: i64 = 2_000;
/// Events are minted before they are committed: so far back a look may still find some, in milliseconds.
const BACK_MS: i64 = 3_000;

/// The newest event there is; also the cheapest question to a database.
pub fn mark(app: &App) -> Result<EventId> {
    app.store.read(|tx| Ok(tx.newest_event()?))
}

/// Something that happened, with the units that may know of it.
#[derive(Clone, Debug)]
pub struct News {
    /// What and where. No text and no person.
    pub event: LiveEvent,
    units: Vec<String>,
}

impl News {
    /// Whether it lies within somebody's reach.
    #[must_use]
    pub fn is_for(&self, reach: &Reach) -> bool {
        match reach {
            Reach::All => true,
            Reach::Nothing => false,
            Reach::Units(units) => units.iter().any(|unit| self.units.contains(unit)),
        }
    }
}

/// Looks for news again and again, and tells each once.
#[derive(Debug)]
pub struct Watch {
    mark: EventId,
    seen: BTreeSet<EventId>,
}

impl Watch {
    /// Begins now: what has happened already is no news.
    pub fn begin(app: &App) -> Result<Self> {
        let mut watch = Self { mark: mark(app)?, seen: BTreeSet::new() };
        watch.look(app)?;
        Ok(watch)
    }

    /// What is new since the last look.
    pub fn look(&mut self, app: &App) -> Result<Vec<News>> {
        let from = EventId(id::mint(id::minted_at(self.mark.0).plus_ms(-BACK_MS), 0));
        let (news, newest) = app.store.read(|tx| {
            let events = tx.events_after(from, LOOK_MAX, &Reach::All)?;
            // More than one look holds: the rest of an import is not told one by one.
            let full = i64::try_from(events.len()).unwrap_or(0) >= LOOK_MAX;
            let newest =
                if full { tx.newest_event()? } else { events.last().map_or(self.mark, |event| event.id) };
            let fresh = events.into_iter().filter(|event| !self.seen.contains(&event.id)).collect();
            Ok::<_, crate::AppError>((with_units(tx, fresh)?, newest))
        })?;
        self.mark = self.mark.max(newest);
        self.seen.extend(news.iter().map(|n| n.event.id));
        let from = EventId(id::mint(id::minted_at(self.mark.0).plus_ms(-BACK_MS), 0));
        self.seen = self.seen.split_off(&from);
        Ok(news)
    }
}

fn with_units(tx: &mut ReadTx<'_>, events: Vec<LiveEvent>) -> Result<Vec<News>> {
    let mut known: BTreeMap<CaseId, Vec<String>> = BTreeMap::new();
    let mut news = Vec::with_capacity(events.len());
    for event in events {
        let units = match known.entry(event.case) {
            Entry::Occupied(there) => there.get().clone(),
            Entry::Vacant(place) => {
                let case = tx.case(event.case)?;
                let units = case
                    .map(|case| case.unit().map(str::to_owned).into_iter().chain(case.assisting).collect());
                place.insert(units.unwrap_or_default()).clone()
            }
        };
        news.push(News { event, units });
    }
    Ok(news)
}
