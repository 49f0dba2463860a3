//! 贴标签.

use duban_domain::{case, policy::verb};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Puts one of the city's labels on a case, or takes it off.
pub fn label(ctx: &Ctx, on: &On, to: Option<&str>) -> Result<case::Case> {
    step::<verb::Label>(ctx, on, |permitted, ground| case::label(permitted, to, ground))
}
