//! 签收: a unit accepts the case. Its clock has been running since the dispatch.

use super::{Phase, What};
use crate::{
    Refusal,
    policy::{Action, Permitted, verb},
};

/// Signs for a case.
pub fn sign(on: &Permitted<'_, verb::Sign>) -> Result<Vec<What>, Refusal> {
    match on.case().phase() {
        Phase::Dispatched => Ok(vec![What::Signed]),
        phase => Err(Refusal::WrongPhase { tried: Action::Sign, phase }),
    }
}
