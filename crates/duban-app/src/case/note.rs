//! 批注, 看诉求人.

use duban_domain::{
    Number, Refusal,
    case::{self, Case},
    person::Person,
    policy::{Reach, verb},
    request::Privacy,
};

use super::{On, step, step_with};
use crate::{Ctx, person, wiring::Result};

/// Leaves an internal note.
pub fn note(ctx: &Ctx, on: &On, text: &str) -> Result<Case> {
    step::<verb::Note>(ctx, on, |permitted, _| case::note(permitted, text))
}

/// Reveals who is behind a request; the reason stays in the history. A confidential person is
/// revealed to the hotline only: for anybody else there is nothing to find.
pub fn reveal(ctx: &Ctx, on: &On, request: &Number, reason: &str) -> Result<Person> {
    let mut shown = None;
    // Whoever looks twice has looked twice: each time the answer holds the person, and each leaves a trace.
    step_with::<verb::Reveal>(&ctx.by_form(None), on, |tx, permitted, _| {
        let request = tx.request_by_number(request)?.ok_or(Refusal::NotFound)?;
        if request.privacy == Privacy::Confidential && ctx.who.reach != Reach::All {
            return Err(Refusal::NotFound.into());
        }
        let events = case::reveal(permitted, request.id, reason)?;
        shown = Some(person::of(&ctx.app, tx, &request)?.unwrap_or_default());
        Ok(events)
    })?;
    Ok(shown.unwrap_or_default())
}
