//! What tests share: databases of their own, a clock that is moved by hand, randomness from a seed,
//! and a city with its staff. Never shipped, and no production crate uses it.

pub mod clock;
pub mod disk;
pub mod film;
pub mod fuzz;
pub mod gateway;
pub mod lessons;
pub mod line;
pub mod notebook;
pub mod postgres;
pub mod receiver;
pub mod sink;
pub mod world;
