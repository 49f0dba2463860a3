//! 记联系.

use duban_domain::{
    case::{self, Way},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Records that the caller was contacted.
pub fn contact(ctx: &Ctx, on: &On, way: Way, note: &str) -> Result<case::Case> {
    step::<verb::Contact>(ctx, on, |permitted, _| case::contact(permitted, way, note))
}
