//! 延期: the unit asks for more time, the centre decides.

use duban_domain::{
    case::{Case, handling},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Asks for more time, in the measure of the deadline.
pub fn ask(ctx: &Ctx, on: &On, amount: u32, words: &str) -> Result<Case> {
    step::<verb::Extend>(ctx, on, |permitted, at| handling::extend(permitted, amount, words, at))
}

/// Grants or refuses it; the words of a granted one are what the person reads.
pub fn judge(ctx: &Ctx, on: &On, granted: bool, words: &str) -> Result<Case> {
    step::<verb::Decide>(ctx, on, |permitted, at| handling::judge_extension(permitted, granted, words, at))
}
