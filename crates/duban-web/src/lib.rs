//! HTTP for Duban: the route table with its access, pages, forms, Open311 and live events.
//!
//! A handler parses, calls a use case and renders; it holds no rule and no SQL. Status codes are
//! known here and nowhere else.

mod api;
pub mod cti;
mod desk;
mod frame;
mod hall;
#[cfg(test)]
mod objects_tests;
pub mod open311;
mod party;
mod questions;
#[cfg(test)]
mod questions_tests;
pub mod resident;
pub mod routes;

pub use frame::{
    client::Proxies,
    site::{Options, Site},
};
pub use routes::router;
