//! 协办: units join a case and leave it.

use duban_domain::{
    case::{Case, handling},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Another unit helps from now on.
pub fn join(ctx: &Ctx, on: &On, unit: &str, words: &str) -> Result<Case> {
    step::<verb::Dispatch>(ctx, on, |permitted, ground| handling::join(permitted, unit, words, ground))
}

/// A unit no longer helps.
pub fn leave(ctx: &Ctx, on: &On, unit: &str, words: &str) -> Result<Case> {
    step::<verb::Dispatch>(ctx, on, |permitted, _| handling::leave(permitted, unit, words))
}
