//! Dispatch (派单): which unit a matter should go to, of what category and how urgent, and why.
//!
//! Only proposes. The rules are the city's catalogue, read in order, and the first that fits is used
//! (hit policy FIRST); a member of staff decides, and a learned model may speak only below the rules.

mod engine;
mod matcher;
mod propose;
mod rule;
mod shadow;

pub(crate) use engine::Engine;
pub use propose::{Matter, Proposal, propose};
pub use rule::{CategoryWords, KindWords, Rule, Target, UrgencyWords, WordTest};
pub(crate) use shadow::shadowed;

/// The rule that is named when only the place is known (属地兜底).
pub const FALLBACK_DIVISION: &str = "fallback-division";
/// The rule that is named when nothing is known: the centre keeps it.
pub const FALLBACK_CENTRE: &str = "fallback-centre";

#[cfg(test)]
mod tests;
