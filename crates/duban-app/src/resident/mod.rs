//! What residents do with their own requests: follow, speak, add.
//!
//! A resident is known by the number of the request and the last four digits of the telephone they
//! left; whoever left none gets a code of four digits with the receipt, to the same use. Whoever shows by a code that a
//! number or an address is theirs sees everything that was left with it.

pub mod access;
pub mod code;
pub mod confirm;
pub mod copy;
pub mod mine;
pub mod public;
pub mod speak;
pub mod track;

pub use access::{Holds, Known, known, unlock};
