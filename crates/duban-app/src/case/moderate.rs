//! 管公开: the desk shows, hides or rewords what the public page says.

use duban_domain::{
    case::{self, Case, Ruling},
    policy::verb,
};

use super::{On, step};
use crate::{Ctx, wiring::Result};

/// What the desk says to it, with its wording and its reason.
#[derive(Clone, Debug)]
pub struct Moderation {
    /// Shown or hidden.
    pub ruling: Ruling,
    /// The wording that everybody will read.
    pub words: String,
    /// Why; the person reads it too.
    pub reason: String,
}

/// Shows, hides or rewords.
pub fn moderate(ctx: &Ctx, on: &On, said: &Moderation) -> Result<Case> {
    step::<verb::Moderate>(ctx, on, |permitted, _| {
        case::moderate(permitted, said.ruling, &said.words, &said.reason)
    })
}
