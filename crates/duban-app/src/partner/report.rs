//! A report of another system comes in: each once, whatever is repeated; on a case that its key
//! reaches and no other.

use duban_domain::{
    Number, Refusal, RequestId,
    case::{self, Case, Report},
    policy::{by_submitter, by_unit_system},
};
use duban_store::WriteTx;

use super::Caller;
use crate::{
    App,
    case::{load, record},
    wiring::Result,
};

/// Takes a report in; whether it had been taken in before. The report's source is the caller.
pub fn report(app: &App, caller: &Caller, number: &Number, said: &Report) -> Result<bool> {
    let now = app.now();
    let said = Report { source: caller.name.clone(), ..said.clone() };
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let request = tx.request_by_number(number)?.ok_or(Refusal::NotFound)?;
        let speaks = speaks_for(app, tx, caller, &case, request.id)?;
        if !tx.put_update(&said.source, &said.update, case.id, now)? {
            return Ok(true);
        }
        let ground = app.ground(now);
        let (by, happened) = match speaks {
            As::Unit(units) => {
                let on = by_unit_system(&caller.name, &units, &case)?;
                (on.actor().clone(), case::report(&on, &said, &ground)?)
            }
            As::Submitter => {
                let on = by_submitter(&caller.name, request.id, &case)?;
                (on.actor().clone(), case::relay(&on, request.id, &said, &ground)?)
            }
        };
        record(app, tx, &case, &by, now, happened)?;
        Ok(false)
    })
}

/// As what a system speaks.
enum As {
    /// For the unit that has the case: one of these.
    Unit(Vec<String>),
    /// For the person whose request it handed in.
    Submitter,
}

/// What lies outside a key's reach is not found.
fn speaks_for(
    app: &App,
    tx: &mut WriteTx<'_>,
    caller: &Caller,
    case: &Case,
    request: RequestId,
) -> Result<As> {
    let units: Vec<String> =
        caller.unit.iter().flat_map(|unit| app.city.unit_and_below(unit)).map(str::to_owned).collect();
    if case.unit().is_some_and(|unit| units.iter().any(|u| u == unit)) {
        return Ok(As::Unit(units));
    }
    let own = tx.partner_of(request)?.is_some_and(|(partner, _)| partner == caller.name);
    if own { Ok(As::Submitter) } else { Err(Refusal::NotFound.into()) }
}
