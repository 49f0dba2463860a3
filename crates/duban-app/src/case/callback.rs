//! 回访 by telephone. The person's own word on their page is in [`crate::resident`].

use duban_domain::{
    Number, Refusal,
    case::{self, Case, Heard, Satisfaction},
    policy::verb,
};

use super::{On, step, step_with};
use crate::{Ctx, wiring::Result};

/// What came of one call.
#[derive(Clone, Debug)]
pub enum Call {
    /// Nobody answered.
    NoReply,
    /// The person spoke.
    Reached {
        /// The request whose person it is; none means the only one.
        request: Option<Number>,
        /// Solved or not.
        solved: bool,
        /// How satisfied, when they said.
        satisfaction: Option<Satisfaction>,
        /// In their own words.
        words: String,
    },
}

/// Records one callback.
pub fn call(ctx: &Ctx, on: &On, call: &Call) -> Result<Case> {
    match call {
        Call::NoReply => step::<verb::Callback>(ctx, on, case::no_reply),
        Call::Reached { request, solved, satisfaction, words } => {
            step_with::<verb::Callback>(ctx, on, |tx, permitted, ground| {
                let request = match request {
                    Some(number) => tx.request_by_number(number)?.ok_or(Refusal::NotFound)?.id,
                    None => *permitted.case().requests.first().ok_or(Refusal::NotItsRequest)?,
                };
                let said =
                    Heard { request, solved: *solved, satisfaction: *satisfaction, words: words.clone() };
                Ok(case::hear(permitted, &said, ground)?)
            })
        }
    }
}
