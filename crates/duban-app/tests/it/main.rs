//! Use cases against real databases, both of them, every time. One program for all of these tests.

mod crash;
mod histories;
mod life;
mod people;
