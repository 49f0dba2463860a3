//! What is new, for whoever watches: the events after a mark, within their reach.
//!
//! Read from the database, not passed along in memory: so an import that runs beside the server,
//! and a second server on the same PostgreSQL, are seen as well.

use duban_domain::{EventId, policy::Member};
use duban_store::LiveEvent;

use crate::{App, wiring::Result};

/// How many events one look returns.
const LOOK_MAX: i64 = 200;

/// The mark to begin watching from.
pub fn mark(app: &App) -> Result<EventId> {
    app.store.read(|tx| Ok(tx.newest_event()?))
}

/// What happened after a mark that this member may know of, and the mark to go on from.
pub fn since(app: &App, who: &Member, mark: EventId) -> Result<(Vec<LiveEvent>, EventId)> {
    app.store.read(|tx| {
        let events = tx.events_after(mark, LOOK_MAX, &who.reach)?;
        let next = events.last().map_or(mark, |event| event.id);
        Ok((events, next))
    })
}
