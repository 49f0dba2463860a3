//! 重启, 记原因.

use duban_domain::{
    case::{Case, handling},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Opens a closed case again, as a new round.
pub fn restart(ctx: &Ctx, on: &On, words: &str) -> Result<Case> {
    step::<verb::Reopen>(ctx, on, |permitted, ground| handling::restart(permitted, words, ground))
}

/// Records why it happened; none: no longer known.
pub fn set_cause(ctx: &Ctx, on: &On, cause: Option<&str>) -> Result<Case> {
    step::<verb::Cause>(ctx, on, |permitted, ground| handling::set_cause(permitted, cause, ground))
}
