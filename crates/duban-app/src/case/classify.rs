//! 改分类.

use duban_domain::{
    case::{self, Classification},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Gives a case another category, kind or urgency.
pub fn classify(ctx: &Ctx, on: &On, to: &Classification) -> Result<case::Case> {
    step::<verb::Classify>(ctx, on, |permitted, ground| case::classify(permitted, to, ground))
}
