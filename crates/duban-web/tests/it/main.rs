//! The whole site, called without a network. One program for all of these tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod administration;
mod canary;
mod canary_administrators;
mod canary_hall;
mod fuzz;
mod routes;
mod seek;
mod surfaces;
mod twice;
mod visitors;
