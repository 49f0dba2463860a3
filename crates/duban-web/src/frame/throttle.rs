//! Slows down whoever guesses passwords or telephone tails. By what is guessed at, not by address:
//! addresses are shared by whole offices and changed at will by whoever means harm.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};

/// Guesses at one account or number: a burst, then one every so often.
const BURST: u32 = 10;
/// Guesses a minute after the burst.
const PER_MINUTE: u32 = 5;
/// Keys that are remembered before idle ones are dropped.
const KEYS_MAX: usize = 50_000;
/// Guesses between two looks at how many keys there are: a look walks over all of them.
const LOOK_EVERY: usize = 1_024;

/// Counts guesses by key. A key is kept as its hash: however long a guess is, it takes 32 bytes.
pub(crate) struct Throttle {
    limiter: DefaultKeyedRateLimiter<[u8; 32]>,
    guesses: AtomicUsize,
}

impl Throttle {
    pub(crate) fn new() -> Self {
        let per_minute = NonZeroU32::new(PER_MINUTE).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst));
        Self { limiter, guesses: AtomicUsize::new(0) }
    }

    /// Whether another guess at this key may be looked at now.
    pub(crate) fn admits(&self, key: &str) -> bool {
        let guesses = self.guesses.fetch_add(1, Ordering::Relaxed);
        if guesses.is_multiple_of(LOOK_EVERY) && self.limiter.len() > KEYS_MAX {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&Sha256::digest(key.as_bytes()).into()).is_ok()
    }
}
