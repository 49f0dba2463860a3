//! 采纳与更正: what somebody chose where a model had suggested something, counted by day and unit. Who it was stands in
//! the history of the case; here it is nobody.

use duban_domain::{Stamp, stamp::day_number, triage::Aim};
use duban_store::{ChoiceRow, WriteTx};

use super::{Asked, advise};
use crate::{App, wiring::Result};

/// Notes what somebody chose for a matter; nothing where no model advises.
pub(crate) fn note(
    app: &App,
    tx: &mut WriteTx<'_>,
    unit: &str,
    aim: Aim,
    asked: &Asked<'_>,
    chosen: &str,
    now: Stamp,
) -> Result<()> {
    let Some(advice) = advise(app, aim, asked) else { return Ok(()) };
    let place = advice.guesses.iter().position(|guess| guess.label == chosen).filter(|_| advice.sure);
    let first = advice.guesses.first().filter(|_| advice.sure);
    tx.note_choice(&ChoiceRow {
        day: day_number(now.date(&app.city.zone)),
        aim,
        version: advice.version,
        unit: unit.to_owned(),
        suggested: first.map(|guess| guess.label.clone()).unwrap_or_default(),
        chosen: chosen.to_owned(),
        rank: place.map_or(0, |at| at as i64 + 1),
    })?;
    Ok(())
}
