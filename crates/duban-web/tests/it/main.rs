//! The whole site, called without a network. One program for all of these tests.

mod canary;
mod routes;
mod visitors;
