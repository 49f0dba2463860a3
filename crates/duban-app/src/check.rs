//! The invariants of the whole: what must hold in any database of Duban, at any time.

use duban_domain::{
    CaseId,
    case::{Case, Event, Phase, Showing},
};
use duban_store::{Facets, ReadTx};

use crate::{App, wiring::Result};

/// Cases looked at in one transaction.
const BATCH: i64 = 500;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Cases looked at.
    pub cases: i64,
    /// Events looked at.
    pub events: i64,
    /// What does not hold, in a sentence each.
    pub faults: Vec<String>,
}

/// Looks at every case: its history explains its state, it has an owner and, while open, a
/// deadline that explains itself; digests fit; counters are the sum of the rows; nobody is kept whom
/// no request names.
pub fn check(app: &App) -> Result<Found> {
    let mut found = Found { faults: app.store.read(|tx| tx.damage())?, ..Found::default() };
    let mut after = CaseId(0);
    loop {
        let last = app.store.read(|tx| {
            let cases = tx.cases_after(after, BATCH)?;
            for case in &cases {
                look(app, tx, case, &mut found)?;
            }
            Ok::<_, crate::AppError>(cases.last().map(|case| case.id))
        })?;
        let Some(last) = last else { break };
        after = last;
    }
    app.store.read(|tx| {
        found.faults.extend(tx.wrong_tallies(&app.city.zone)?);
        found.faults.extend(tx.wrong_squares()?);
        found.faults.extend(tx.ledger_again()?);
        if !tx.ledger_trial()?.balances() {
            found.faults.push("the books of the hall do not balance".to_owned());
        }
        let nobody = tx.people_without_request()?;
        found.faults.extend((nobody > 0).then(|| format!("{nobody} people are kept whom no request names")));
        Ok::<_, crate::AppError>(())
    })?;
    Ok(found)
}

fn look(app: &App, tx: &mut ReadTx<'_>, case: &Case, found: &mut Found) -> Result<()> {
    let mut fault = |what: &str| found.faults.push(format!("case {}: {what}", case.number));
    let stored = tx.events(case.id)?;
    found.cases += 1;
    if !tx.is_found_by(case.id, &Facets::of_state(case))? {
        fault("the search does not know it by its unit, category, kind, urgency and whether it is open");
    }
    found.events += i64::try_from(stored.len()).unwrap_or(0);
    let erased = stored.iter().any(|e| e.event.is_none());
    if !stored.iter().zip(1..).all(|(e, seq)| e.seq == seq) {
        fault("its events have a gap");
    }
    if !stored.is_sorted_by_key(|e| e.at) {
        fault("its history goes back in time");
    }
    if !tx.altered_events(case.id)?.is_empty() {
        fault("an event was changed after it was recorded");
    }
    let history: Vec<Event> = stored.into_iter().filter_map(|e| e.event).collect();
    if !erased && Case::from_history(case.id, &history).as_ref() != Some(case) {
        fault("its history does not explain its state");
    }
    let row = tx.case_row(case.id)?;
    let Some(row) = row else {
        fault("it is missing from the lists");
        return Ok(());
    };
    if row.owner.is_empty() {
        fault("it has no owner");
    }
    if case.is_open() && row.next_due.is_none() {
        fault("it is open without a deadline");
    }
    if row.phase != case.phase() || row.version != case.version || row.finish_due != case.finish.due {
        fault("the list shows another state");
    }
    let shown = tx.public_row(case.id)?;
    let showing = app.city.showing(case, row.privacy);
    if shown.is_some() != (showing != Showing::Nothing) {
        fault("the public page shows what it should not, or hides what it may show");
    }
    if shown.is_some_and(|p| p.phase != row.phase || p.words.is_empty() == (showing == Showing::Words)) {
        fault("the public page shows another state");
    }
    if (row.phase == Phase::Closed) != row.closed_at.is_some() {
        fault("the list does not know when it was closed");
    }
    if duban_domain::deadline::explain(&app.city, &case.finish, duban_domain::Lang::Zh).is_empty() {
        fault("its deadline cannot explain itself");
    }
    Ok(())
}
