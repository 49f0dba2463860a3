//! Slows down whoever guesses passwords or telephone tails. By what is guessed at, not by address:
//! addresses are shared by whole offices and changed at will by whoever means harm.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Guesses at one account or number: a burst, then one every so often.
const BURST: u32 = 10;
/// Guesses a minute after the burst.
const PER_MINUTE: u32 = 5;
/// Keys that are remembered before idle ones are dropped.
const KEYS_MAX: usize = 50_000;

/// Counts guesses by key.
pub(crate) struct Throttle {
    limiter: DefaultKeyedRateLimiter<String>,
}

impl Throttle {
    pub(crate) fn new() -> Self {
        let per_minute = NonZeroU32::new(PER_MINUTE).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN);
        Self { limiter: RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst)) }
    }

    /// Whether another guess at this key may be looked at now.
    pub(crate) fn admits(&self, key: &str) -> bool {
        if self.limiter.len() > KEYS_MAX {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&key.to_owned()).is_ok()
    }
}
