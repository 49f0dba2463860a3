//! The rules of Duban (督办), and nothing else.
//!
//! Pure: no I/O, no async, no clock, no randomness. Whoever calls a rule passes the instant and the
//! city; whoever stores or shows a result does so elsewhere. A decision is a function from a state,
//! a command and an instant to events or to a named refusal.

pub mod calendar;
pub mod call;
pub mod case;
pub mod checklist;
pub mod city;
pub mod confirmation;
pub mod deadline;
pub mod disclosure;
pub mod dispatch;
pub mod erasure;
pub mod gazetteer;
pub mod id;
pub mod knowledge;
pub mod lang;
pub mod ledger;
pub mod letter;
pub mod notice;
pub mod number;
pub mod object;
pub mod person;
pub mod phrase;
pub mod place;
pub mod policy;
pub mod proof;
pub mod quality;
pub mod question;
pub mod refusal;
pub mod request;
pub mod retention;
pub mod same;
pub mod sensitive;
pub mod service;
pub mod stamp;
pub mod text;
pub mod triage;
pub mod watch;
pub mod webhook;
pub mod wording;

pub use id::*;
pub use lang::Lang;
pub use number::Number;
pub use refusal::Refusal;
pub use stamp::Stamp;
