//! 签收.

use duban_domain::{case, policy::verb};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Signs for a case that was dispatched to one's unit.
pub fn sign(ctx: &Ctx, on: &On) -> Result<case::Case> {
    step::<verb::Sign>(ctx, on, |permitted, _| case::sign(permitted))
}
