//! Writing down what happened: events, rows, search text, counters and owed jobs, in one transaction.

use duban_domain::{
    EventId, Refusal, Stamp,
    case::{Actor, Case, Event, Satisfaction, Stage, What},
    request::Request,
};
use duban_store::{Facets, Findable, RowExtra, WriteTx};

use super::{
    findable::{findable, reindex},
    publish,
};
use crate::{App, callbacks, jobs, notice, proof, remote, webhook, wiring::Result};

/// Records what a decision returned, and returns the case as it is now.
pub(crate) fn record(
    app: &App,
    tx: &mut WriteTx<'_>,
    before: &Case,
    by: &Actor,
    now: Stamp,
    happened: Vec<What>,
) -> Result<Case> {
    if happened.is_empty() {
        return Err(Refusal::NoChange.into());
    }
    let mut after = before.clone();
    let events: Vec<(EventId, Event)> =
        happened.into_iter().map(|what| (app.event_id(), Event { at: now, by: by.clone(), what })).collect();
    for (_, event) in &events {
        after.apply(event);
    }
    tx.update_case(before, &after, &row_extra(app, &after))?;
    let by = proof::hash(app, tx)?;
    tx.append_events(after.id, before.version + 1, &events, by, || app.salt())?;
    if Facets::of_state(before) != Facets::of_state(&after) {
        reindex(tx, &after)?;
    }
    publish::renew(app, tx, &after, now)?;
    jobs::owe(app, tx, Some(before), &after)?;
    remote::owe(app, tx, &after, &events)?;
    let events: Vec<Event> = events.into_iter().map(|(_, event)| event).collect();
    callbacks::keep(app, tx, Some(before), &after, &events)?;
    webhook::owe(app, tx, Some(before), &after, &events)?;
    let happened: Vec<What> = events.into_iter().map(|event| event.what).collect();
    notice::owe_for(app, tx, &after, &happened, now)?;
    Ok(after)
}

/// A new case, reckoned before anything is written.
pub(crate) struct Opening {
    case: Case,
    events: Vec<Event>,
    findable: Findable,
}

impl Opening {
    /// What a request and its first events come to.
    pub(crate) fn of(request: &Request, events: Vec<Event>) -> Result<Self> {
        let case = Case::from_history(request.case, &events)
            .ok_or(crate::AppError::Broken("a case must begin with its opening"))?;
        Ok(Self { findable: findable(&case, request, &[]), case, events })
    }

    /// Records it. The request itself is already stored.
    pub(crate) fn record(&self, app: &App, tx: &mut WriteTx<'_>, request: &Request) -> Result<()> {
        let case = &self.case;
        // Their ids are minted here and not before: live readers follow them in the order of commits.
        let events: Vec<(EventId, Event)> =
            self.events.iter().map(|event| (app.event_id(), event.clone())).collect();
        tx.insert_case(case, request, &row_extra(app, case))?;
        publish::begin(app, tx, case, request, &self.events)?;
        let by = proof::hash(app, tx)?;
        tx.append_events(case.id, 1, &events, by, || app.salt())?;
        tx.index_case(case.id, &self.findable)?;
        jobs::owe(app, tx, None, case)?;
        remote::owe(app, tx, case, &events)?;
        callbacks::keep(app, tx, None, case, &[])
    }

    /// The case as it begins.
    pub(crate) fn case(&self) -> &Case {
        &self.case
    }

    /// As [`Opening::owe`], of a request whose person was told long ago that it was received.
    pub(crate) fn owe_after(&self, app: &App, tx: &mut WriteTx<'_>, now: Stamp) -> Result<()> {
        webhook::owe(app, tx, None, &self.case, &self.events)?;
        let happened: Vec<What> = self.events.iter().skip(1).map(|event| event.what.clone()).collect();
        notice::owe_for(app, tx, &self.case, &happened, now)
    }

    /// Owes the notices of it, and what other systems are told; what an import brings was told long ago.
    pub(crate) fn owe(&self, app: &App, tx: &mut WriteTx<'_>) -> Result<()> {
        webhook::owe(app, tx, None, &self.case, &self.events)?;
        let happened: Vec<What> = self.events.iter().map(|event| event.what.clone()).collect();
        notice::owe_for(
            app,
            tx,
            &self.case,
            &happened,
            self.events.first().map_or(self.case.round_at, |e| e.at),
        )
    }
}

/// What lists need besides the case: its owner, the city's zone, what a verdict is worth.
pub(crate) fn row_extra(app: &App, case: &Case) -> RowExtra {
    let owner = case.unit().filter(|unit| !unit.is_empty()).unwrap_or(&app.city.centre().key);
    let score = case.verdict.as_ref().and_then(|judged| judged.satisfaction).map(|s| worth(app, s));
    RowExtra { owner: owner.to_owned(), score, zone: app.city.zone.clone() }
}

fn worth(app: &App, satisfaction: Satisfaction) -> i64 {
    i64::from(app.city.settings.permille(satisfaction)) / 10
}

/// Until when a case in callback keeps asking.
pub(crate) fn asks_until(case: &Case) -> Option<Stamp> {
    match &case.stage {
        Stage::Callback { until, .. } => Some(*until),
        _ => None,
    }
}
