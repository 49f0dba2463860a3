//! What tests share: databases of their own. Never shipped, and no production crate uses it.

pub mod postgres;
