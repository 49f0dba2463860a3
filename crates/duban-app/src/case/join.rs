//! 并入: the hotline takes a caller's request into a case that is known already. The caller keeps a number, a person, notices
//! and a callback of their own.
//!
//! How a resident joins by themselves is in [`super::register`].

use duban_domain::{
    CallId, Number,
    case::join_for,
    policy::{permit, verb},
};

use super::{
    load, moment,
    register::{Entering, Intake, Registered, of_call},
};
use crate::{Ctx, wiring::Result};

/// Takes a request down and into a case within reach. On a call, its number stands in for one that was not typed.
pub fn by_staff(ctx: &Ctx, intake: &Intake, case: &Number, call: Option<CallId>) -> Result<Registered> {
    let intake = match call {
        Some(call) => of_call(ctx, intake, call)?,
        None => intake.clone(),
    };
    let entering = Entering::of(&ctx.app, &intake, ctx.now)?;
    ctx.app.store.write(|tx| {
        if let Some(known) = entering.known(tx)? {
            return Ok(known);
        }
        let joined = load(tx, case)?;
        let permitted = permit::<verb::Join>(&ctx.who, &joined)?;
        let now = moment(tx, &joined, ctx.now)?;
        let done = entering.put_into(&ctx.app, tx, &joined, now, |request| {
            Ok((permitted.actor().clone(), join_for(&permitted, &request.number, request.id)?))
        })?;
        if let Some(mut row) = call.map(|id| tx.call_for_update(id)).transpose()?.flatten() {
            row.number = Some(done.number.clone());
            tx.update_call(&row)?;
        }
        Ok(done)
    })
}
