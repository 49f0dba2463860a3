//! 退单: the unit objects, the centre decides.

use duban_domain::{
    case::{Case, handling},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// The unit says that a case is not its matter, with a reason of the pack's list and in words.
pub fn ask(ctx: &Ctx, on: &On, ground: &str, words: &str) -> Result<Case> {
    step::<verb::Return>(ctx, on, |permitted, at| handling::ask_return(permitted, ground, words, at))
}

/// The centre upholds a return (the case is its own again) or rejects it.
pub fn judge(ctx: &Ctx, on: &On, upheld: bool, words: &str) -> Result<Case> {
    step::<verb::Decide>(ctx, on, |permitted, at| handling::judge_return(permitted, upheld, words, at))
}
