//! 勾清单.

use duban_domain::{
    case::{Case, handling},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// Records which items of the checklists are ticked now.
pub fn check_off(ctx: &Ctx, on: &On, ticked: &[String]) -> Result<Case> {
    step::<verb::Tick>(ctx, on, |permitted, ground| handling::check_off(permitted, ticked, ground))
}
