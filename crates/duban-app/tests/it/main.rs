//! Use cases against real databases, both of them, every time. One program for all of these tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod administration;
mod callbacks;
mod calls;
mod canary;
mod checklists;
mod comfort;
mod confirmations;
mod copies;
mod crash;
mod digests;
mod erasure;
mod exports;
mod faults;
mod fuzz;
mod gazetteer;
mod hall;
mod handling;
mod histories;
mod import;
mod knowledge;
mod letters;
mod life;
mod notices;
mod notices_apart;
mod objects;
mod partners;
mod people;
mod proof;
mod public;
mod relocate;
mod reports;
mod retention;
mod rotation;
mod same;
mod seek;
mod sign_in;
mod sign_on;
mod stories;
mod triage;
mod watches;
mod webhooks;
mod webhooks_stop;
