//! What is done with cases (工单). One verb a file; every one ends in `step` or in `register`.

pub mod answer;
pub mod assign;
pub mod assisting;
pub mod callback;
pub mod classify;
pub mod contact;
pub mod dispatch;
pub mod extension;
pub mod list;
pub mod note;
mod record;
pub mod register;
pub mod returning;
pub mod review;
pub mod show;
pub mod sign;

use duban_domain::{
    Number, Refusal,
    case::{Case, Ground, What},
    policy::{Permitted, Verb, permit},
};
use duban_store::WriteTx;

pub(crate) use record::{asks_until, open_recorded, record, search_text};

use crate::{Ctx, wiring::Result};

/// Which case, and which version of it the person was looking at.
#[derive(Clone, Debug)]
pub struct On {
    /// The number of the case or of one of its requests.
    pub number: Number,
    /// The version that the form was made for; none skips the check.
    pub seen: Option<i64>,
}

/// One step of a case: load within reach → permit → decide → record, in one transaction.
fn step<V: Verb>(
    ctx: &Ctx,
    on: &On,
    decide: impl FnOnce(&Permitted<'_, V>, &Ground<'_>) -> std::result::Result<Vec<What>, Refusal>,
) -> Result<Case> {
    step_with(ctx, on, |_, permitted, ground| Ok(decide(permitted, ground)?))
}

/// As [`step`], for verbs that store something beside the events, such as proofs.
fn step_with<V: Verb>(
    ctx: &Ctx,
    on: &On,
    decide: impl FnOnce(&mut WriteTx<'_>, &Permitted<'_, V>, &Ground<'_>) -> Result<Vec<What>>,
) -> Result<Case> {
    ctx.app.store.write(|tx| {
        let case = load(tx, &on.number)?;
        let permitted = permit::<V>(&ctx.who, &case)?;
        if on.seen.is_some_and(|seen| seen != case.version) {
            return Err(Refusal::Stale.into());
        }
        let happened = decide(tx, &permitted, &ctx.ground())?;
        record(&ctx.app, tx, &case, permitted.actor(), ctx.now, happened)
    })
}

/// The case behind a number, locked for this transaction.
pub(crate) fn load(tx: &mut WriteTx<'_>, number: &Number) -> Result<Case> {
    let found = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
    Ok(tx.case_for_update(found.id)?.ok_or(Refusal::NotFound)?)
}
