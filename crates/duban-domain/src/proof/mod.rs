//! What can be proved about the past (历史存证): every event and every request is a leaf of one tree of digests whose
//! root is signed. Whoever holds a signed root finds any later change of what lies under it.
//!
//! The tree is that of RFC 6962 (Certificate Transparency), its signed root a checkpoint and its tiles those of C2SP
//! (`tlog-checkpoint`, `signed-note`, `tlog-tiles`, `tlog-proof`), so that tools of others can read them. Only digests
//! are in it, each of a text with a random salt: when the text and its salt are erased, nothing can be guessed from what
//! remains, and every proof stays whole. Signing, keeping and asking for the time are not here.

pub mod leaf;
pub mod note;
pub mod receipt;
pub mod tile;
pub mod tree;

#[cfg(test)]
mod tests;

pub use leaf::Salt;
pub use note::Checkpoint;
pub use receipt::Receipt;
pub use tree::{Algorithm, Hash};
