//! A colleague looks again: agrees, and the money is set aside; or sends it back with a reason. And the end before
//! anything was paid.

use duban_domain::{
    Refusal,
    ledger::TransferKind,
    policy::{Action, allow, verb},
    service::application::{Stage, Step},
    text,
};

use super::{claimed, end, may_enter, reserve, step};
use crate::{Ctx, wiring::Result};

/// Agrees to what was `seen`, its version. The money of its card is set aside in the same moment.
pub fn approve(ctx: &Ctx, number: &str, seen: i64) -> Result<()> {
    allow::<verb::HallReview>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let mut row = claimed(tx, number)?;
        // Sent back and mended meanwhile, it may name another account: nobody agrees to what they have not seen.
        if row.version != seen {
            return Err(Refusal::Stale.into());
        }
        row.reviewer = Some((ctx.who.id, ctx.who.name.clone()));
        step(ctx, tx, &mut row, Step::Approve, "")?;
        reserve(&ctx.app, tx, &row)
    })
}

/// Sends it back, and says what for.
pub fn send_back(ctx: &Ctx, number: &str, words: &str) -> Result<()> {
    allow::<verb::HallReview>(&ctx.who)?;
    let words = text::required("words", words, text::LINE_MAX)?;
    ctx.app.store.write(|tx| {
        let mut row = claimed(tx, number)?;
        step(ctx, tx, &mut row, Step::SendBack, &words)
    })
}

/// Ends it on the person's word, before it was paid; what was set aside is free again.
pub fn withdraw(ctx: &Ctx, number: &str, words: &str) -> Result<()> {
    may_enter(&ctx.who)?;
    if !ctx.who.can(Action::Hall) {
        return Err(Refusal::MayNot(Action::Hall).into());
    }
    let words = text::required("words", words, text::LINE_MAX)?;
    ctx.app.store.write(|tx| {
        let mut row = claimed(tx, number)?;
        let reserved = row.stage == Stage::Payable;
        step(ctx, tx, &mut row, Step::Withdraw, &words)?;
        if reserved { end(&ctx.app, tx, &row, TransferKind::Void) } else { Ok(()) }
    })
}
