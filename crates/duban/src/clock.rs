//! The real clock and the real source of randomness. Nothing else in Duban asks for either.
#![expect(clippy::disallowed_methods, reason = "the one place that knows the time and randomness")]

use std::sync::atomic::{AtomicI64, Ordering};

use duban_app::{Clock, Entropy};
use duban_domain::Stamp;

/// The machine's clock.
pub(crate) struct Machine;

impl Clock for Machine {
    fn now(&self) -> Stamp {
        jiff::Timestamp::now().into()
    }
}

/// The operating system's randomness.
pub(crate) struct System;

impl Entropy for System {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A clock that is moved by hand, to tell the demonstration's past.
pub(crate) struct Told(AtomicI64);

impl Told {
    pub(crate) fn new(at: Stamp) -> Self {
        Self(AtomicI64::new(at.0))
    }

    pub(crate) fn set(&self, at: Stamp) {
        self.0.store(at.0, Ordering::Relaxed);
    }
}

impl Clock for Told {
    fn now(&self) -> Stamp {
        Stamp(self.0.load(Ordering::Relaxed))
    }
}
