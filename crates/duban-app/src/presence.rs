//! 在场, where several servers serve one city: who else has a case open, told by the database that all of
//! them share. A courtesy, never a lock; where one server is all there is, it knows its visitors itself.

use duban_domain::{Number, StaffId, Stamp};
use duban_store::PresenceRow;

use crate::{App, wiring::Result};

/// Whether other servers may serve the same city.
#[must_use]
pub fn is_shared(app: &App) -> bool {
    app.store.engine() == "PostgreSQL"
}

/// Notes that somebody has a case open until an instant, or has left, and gives the others who have: their
/// names, and whether they write.
pub fn note(
    app: &App,
    number: &Number,
    who: (StaffId, &str),
    writes: Option<bool>,
    (now, until): (Stamp, Stamp),
) -> Result<Vec<(String, bool)>> {
    let others = app.store.write(|tx| {
        tx.end_presence(number, who.0, now)?;
        if let Some(writes) = writes {
            let row = PresenceRow { staff: who.0, name: who.1.to_owned(), writes };
            tx.put_presence(number, &row, until)?;
        }
        tx.presence(number, now)
    })?;
    let others = others.into_iter().filter(|row| row.staff != who.0);
    Ok(others.map(|row| (row.name, row.writes)).collect())
}
