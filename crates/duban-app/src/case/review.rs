//! 审核.

use duban_domain::{
    case::{self, Judgement, Verdict},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Accepts a unit's answer or sends it back.
pub fn review(ctx: &Ctx, on: &On, verdict: &Verdict) -> Result<case::Case> {
    step::<verb::Review>(ctx, on, |permitted, ground| case::review(permitted, verdict, ground))
}

/// Decides what is done about what a dissatisfied person said.
pub fn judge(ctx: &Ctx, on: &On, said: &Judgement) -> Result<case::Case> {
    step::<verb::Review>(ctx, on, |permitted, ground| case::judge(permitted, said, ground))
}
