//! What residents do with their own requests: follow, speak, add.
//!
//! A resident is known by the number of the request and the last four digits of the telephone they
//! left; whoever left none gets a code of four digits with the receipt, to the same use.

pub mod access;
pub mod public;
pub mod speak;
pub mod track;

pub use access::{Known, known, unlock};
