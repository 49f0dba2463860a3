//! Slows down whoever guesses passwords or telephone tails: by what is guessed at, and for tails by
//! address too, for there are many numbers and only ten thousand tails. An address counts wrong tails
//! only: it is shared by whole offices, who mostly know theirs.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use duban_domain::Stamp;
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

/// Wrong tails from one address within an hour.
const WRONG_MAX: u32 = 20;
/// Mails to whatever mailbox that one address asks for within an hour.
const ASKED_MAX: u32 = 12;
/// After this long, in milliseconds, an address begins anew.
const HOUR_MS: i64 = 3_600_000;

/// Counts guesses by key. A key is kept as its hash: however long a guess is, it takes 32 bytes.
pub(crate) struct Throttle {
    limiter: DefaultKeyedRateLimiter<[u8; 32]>,
    guesses: AtomicUsize,
    /// Wrong tails by address.
    wrong: Hourly,
    /// Mails asked for by address.
    asked: Hourly,
}

/// Counts by address: since when, and how many.
#[derive(Default)]
struct Hourly(Mutex<HashMap<IpAddr, (Stamp, u32)>>);

impl Hourly {
    /// Whether an address has not reached so many within the hour.
    fn has_room(&self, from: Option<IpAddr>, now: Stamp, max: u32) -> bool {
        let Some(from) = from else { return true };
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&from).is_none_or(|(since, n)| *n < max || since.plus_ms(HOUR_MS) <= now)
    }

    fn count(&self, from: Option<IpAddr>, now: Stamp) {
        let Some(from) = from else { return };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEYS_MAX {
            counts.retain(|_, (since, _)| since.plus_ms(HOUR_MS) > now);
        }
        let entry = counts.entry(from).or_insert((now, 0));
        if entry.0.plus_ms(HOUR_MS) <= now {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

impl Throttle {
    pub(crate) fn new() -> Self {
        let per_minute = NonZeroU32::new(PER_MINUTE).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst));
        Self { limiter, guesses: AtomicUsize::new(0), wrong: Hourly::default(), asked: Hourly::default() }
    }

    /// Whether an address has not been wrong too often lately.
    pub(crate) fn trusts(&self, from: Option<IpAddr>, now: Stamp) -> bool {
        self.wrong.has_room(from, now, WRONG_MAX)
    }

    /// A tail from this address was wrong.
    pub(crate) fn was_wrong(&self, from: Option<IpAddr>, now: Stamp) {
        self.wrong.count(from, now);
    }

    /// Whether an address may have another mail sent to somebody; counts it.
    pub(crate) fn may_mail(&self, from: Option<IpAddr>, now: Stamp) -> bool {
        let room = self.asked.has_room(from, now, ASKED_MAX);
        if room {
            self.asked.count(from, now);
        }
        room
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
