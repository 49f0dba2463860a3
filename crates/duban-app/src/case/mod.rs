//! What is done with cases (工单). One verb a file; every one ends in `step` or in `register`.

pub mod after;
pub mod answer;
pub mod assign;
pub mod assisting;
pub mod attach;
pub mod batch;
pub mod callback;
pub mod check;
pub mod classify;
pub mod contact;
pub mod correct;
pub mod dispatch;
pub mod enter;
pub mod extension;
pub mod findable;
pub mod join;
pub mod label;
pub mod list;
pub mod moderate;
pub mod note;
pub mod part;
pub mod publish;
pub mod question;
mod record;
pub mod register;
pub mod returning;
pub mod review;
pub mod same;
pub mod seek;
mod seen;
pub mod show;
pub mod sign;
pub mod task;
pub mod withdraw;

use duban_domain::{
    Number, Refusal, Stamp,
    case::{Actor, Case, Ground, What},
    policy::{Action, Permitted, Verb, permit},
};
use duban_store::{ReadTx, WriteTx};

pub(crate) use findable::reindex;
pub(crate) use record::{Opening, asks_until, record, row_extra};

use crate::{Ctx, keys, wiring::Result};

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
    mut decide: impl FnMut(&Permitted<'_, V>, &Ground<'_>) -> std::result::Result<Vec<What>, Refusal>,
) -> Result<Case> {
    step_with(ctx, on, |_, permitted, ground| Ok(decide(permitted, ground)?))
}

/// As [`step`], for verbs that store something beside the events, such as proofs.
fn step_with<V: Verb>(
    ctx: &Ctx,
    on: &On,
    mut decide: impl FnMut(&mut WriteTx<'_>, &Permitted<'_, V>, &Ground<'_>) -> Result<Vec<What>>,
) -> Result<Case> {
    ctx.app.store.write(|tx| {
        let case = load(tx, &on.number)?;
        let permitted = permit::<V>(&ctx.who, &case)?;
        let form = ctx.form.as_deref().map(|form| form_key(form, &case, permitted.actor(), V::ACTION));
        if is_done(tx, form.as_deref())? {
            return Ok(case);
        }
        if on.seen.is_some_and(|seen| seen != case.version) {
            return Err(Refusal::Stale.into());
        }
        let now = moment(tx, &case, ctx.now)?;
        let happened = decide(tx, &permitted, &ctx.app.ground(now))?;
        done(tx, form.as_deref(), now)?;
        record(&ctx.app, tx, &case, permitted.actor(), now, happened)
    })
}

/// The instant at which something happens to a case that is being changed: when it was asked for, but
/// not before what happened last. Whoever waited for their turn may have asked earlier, and a clock
/// may be set back; within a history, time does not go back.
pub(crate) fn moment(tx: &mut ReadTx<'_>, case: &Case, asked: Stamp) -> Result<Stamp> {
    Ok(tx.last_event_at(case.id)?.map_or(asked, |last| last.max(asked)))
}

/// What tells one form from every other: what was sent, for which case, by whom, to do what.
pub(crate) fn form_key(form: &[u8], case: &Case, by: &Actor, action: Action) -> Vec<u8> {
    let rest = format!("\n{} {} {} {}", case.id.0, by.kind.code(), by.id, action.code());
    keys::hash(&[form, rest.as_bytes()].concat())
}

/// Whether this form was taken in before: a double click, or a page that was sent again.
pub(crate) fn is_done(tx: &mut WriteTx<'_>, form: Option<&[u8]>) -> Result<bool> {
    form.map_or(Ok(false), |key| Ok(tx.form_is_done(key)?))
}

/// Remembers the form that this transaction takes in.
pub(crate) fn done(tx: &mut WriteTx<'_>, form: Option<&[u8]>, now: Stamp) -> Result<()> {
    form.map_or(Ok(()), |key| Ok(tx.form_done(key, now)?))
}

/// The case behind a number, locked for this transaction.
pub(crate) fn load(tx: &mut WriteTx<'_>, number: &Number) -> Result<Case> {
    let found = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
    Ok(tx.case_for_update(found.id)?.ok_or(Refusal::NotFound)?)
}
