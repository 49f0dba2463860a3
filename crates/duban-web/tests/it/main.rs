//! The whole site, called without a network. One program for all of these tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod canary;
mod routes;
mod seek;
mod twice;
mod visitors;
