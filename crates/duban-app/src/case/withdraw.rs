//! 撤回, told to the hotline: the person does not want it dealt with any more.

use duban_domain::{
    Number, Refusal,
    case::{self, Case},
    policy::verb,
};

use super::{On, step_with};
use crate::{Ctx, wiring::Result};

/// Takes one person's request back, on their word.
pub fn withdraw(ctx: &Ctx, on: &On, request: &Number, reason: &str) -> Result<Case> {
    step_with::<verb::Withdraw>(ctx, on, |tx, permitted, _| {
        let request = tx.request_by_number(request)?.ok_or(Refusal::NotFound)?;
        Ok(case::withdraw(permitted, request.id, reason)?)
    })
}
