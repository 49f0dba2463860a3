//! 请诉求人补充: a question that stands on the person's page until it is answered.

use duban_domain::{
    Number, Refusal,
    case::{Case, handling},
    policy::verb,
};

use super::{On, step_with};
use crate::{Ctx, wiring::Result};

/// Asks the person of a request for more; none named means the first.
pub fn ask(ctx: &Ctx, on: &On, request: Option<&Number>, words: &str) -> Result<Case> {
    step_with::<verb::Ask>(ctx, on, |tx, permitted, _| {
        let request = match request {
            Some(number) => tx.request_by_number(number)?.ok_or(Refusal::NotFound)?.id,
            None => *permitted.case().requests.first().ok_or(Refusal::NotItsRequest)?,
        };
        Ok(handling::ask(permitted, request, words)?)
    })
}
