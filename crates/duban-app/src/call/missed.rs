//! Missed calls: who is called back next, and what came of it.

use duban_domain::{
    CallId, Refusal,
    call::{CallState, TryBack},
    person::Phone,
    policy::{allow, verb},
    text,
};
use duban_store::{CallNote, CallRow, WriteTx};

use super::{Shown, desk::note, phone, shown};
use crate::{AppError, Ctx, wiring::Result};

/// Missed calls that are shown at once.
const SHOWN_MAX: i64 = 100;
/// A number was shown to somebody who calls back.
const LOOKED: &str = "shown";

/// A missed call that is owed a callback.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The call.
    pub call: Shown,
    /// How often the same telephone called in vain and still waits, this call included.
    pub times: usize,
    /// What was done about it so far.
    pub notes: Vec<CallNote>,
}

/// Who is owed a callback, longest waiting first; a telephone that called more than once stands once.
pub fn missed(ctx: &Ctx) -> Result<Vec<Owed>> {
    allow::<verb::Register>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let rows = tx.missed_calls(SHOWN_MAX)?;
        let mut owed: Vec<Owed> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let same = |other: &CallRow| row.phone_hash.is_some() && other.phone_hash == row.phone_hash;
            if rows[..at].iter().any(same) {
                continue;
            }
            let times = rows[at..].iter().filter(|other| same(other)).count().max(1);
            owed.push(Owed { call: shown(&ctx.app, row)?, times, notes: tx.call_notes(row.id)? });
        }
        Ok(owed)
    })
}

/// The whole number of a missed call, for the one who calls back. Who looked is kept.
pub fn number(ctx: &Ctx, id: CallId) -> Result<Option<Phone>> {
    allow::<verb::Register>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let row = open(tx, id)?;
        let phone = phone(&ctx.app, &row)?;
        tx.note_call(&note(ctx, id, LOOKED, String::new()))?;
        Ok(phone)
    })
}

/// What came of calling back. The last attempt that the city asks for settles it, however it went.
pub fn attempt(ctx: &Ctx, id: CallId, how: TryBack, words: &str) -> Result<Shown> {
    allow::<verb::Register>(&ctx.who)?;
    let words = text::optional("words", words, text::LINE_MAX)?;
    if how == TryBack::Dropped && words.is_empty() {
        return Err(Refusal::NeedsText("words").into());
    }
    ctx.app.store.write(|tx| {
        let mut row = open(tx, id)?;
        row.tries += 1;
        row.tried_at = Some(ctx.now);
        let last = row.tries >= i64::from(ctx.city().desk.calls.missed_attempts);
        if how != TryBack::NoAnswer || last {
            (row.settled_at, row.settled) = (Some(ctx.now), Some(how));
            if let Some(hash) = row.phone_hash.as_deref() {
                tx.settle_missed_of(hash, ctx.now)?;
            }
        }
        tx.update_call(&row)?;
        tx.note_call(&note(ctx, id, how.key(), words.clone()))?;
        shown(&ctx.app, &row)
    })
}

/// A missed call that is not settled, locked.
fn open(tx: &mut WriteTx<'_>, id: CallId) -> Result<CallRow> {
    let row = tx.call_for_update(id)?.ok_or(Refusal::NotFound)?;
    if row.state != CallState::Missed {
        return Err(Refusal::NotFound.into());
    }
    if row.settled_at.is_some() {
        return Err(AppError::from(Refusal::CallTaken));
    }
    Ok(row)
}
