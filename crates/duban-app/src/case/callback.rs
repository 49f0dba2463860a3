//! 回访 by telephone. The person's own word on their page is in [`crate::resident`].

use duban_domain::{
    Number, Refusal,
    case::{self, Case, Heard, Satisfaction, Unreached},
    policy::verb,
};

use super::{On, step, step_with};
use crate::{Ctx, wiring::Result};

/// What came of one call.
#[derive(Clone, Debug)]
pub enum Call {
    /// The person was not reached.
    NoReply(Unreached),
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
        /// Keys of the survey's answers that they chose.
        answers: Vec<String>,
    },
}

/// Records one callback.
pub fn call(ctx: &Ctx, on: &On, call: &Call) -> Result<Case> {
    match call {
        Call::NoReply(how) => {
            step::<verb::Callback>(ctx, on, |permitted, ground| case::no_reply(permitted, *how, ground))
        }
        Call::Reached { request, solved, satisfaction, words, answers } => {
            step_with::<verb::Callback>(ctx, on, |tx, permitted, ground| {
                let request = match request {
                    Some(number) => tx.request_by_number(number)?.ok_or(Refusal::NotFound)?.id,
                    None => *permitted.case().requests.first().ok_or(Refusal::NotItsRequest)?,
                };
                let said = Heard {
                    request,
                    solved: *solved,
                    satisfaction: *satisfaction,
                    words: words.clone(),
                    answers: answers.clone(),
                };
                Ok(case::hear(permitted, &said, ground)?)
            })
        }
    }
}
