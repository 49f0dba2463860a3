//! A clock that is moved by hand, and randomness from a seed: what happens in a test happens again.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use duban_app::{Clock, Entropy};
use duban_domain::Stamp;

/// Monday 2026-01-05, 09:00 in Zhuzhou.
pub const MONDAY_NINE: Stamp = Stamp(1_767_574_800_000);

/// A clock that is moved by hand.
pub struct Hands(AtomicI64);

impl Hands {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn at(stamp: Stamp) -> Self {
        Self(AtomicI64::new(stamp.0))
    }

    /// Moves it on.
    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    /// Sets it.
    pub fn set(&self, stamp: Stamp) {
        self.0.store(stamp.0, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Stamp {
        Stamp(self.0.load(Ordering::Relaxed))
    }
}

/// Bytes that look random and are the same for the same seed.
pub struct Seeded(AtomicU64);

impl Seeded {
    /// Begins at a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut z = self
                .0
                .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
                .wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}
