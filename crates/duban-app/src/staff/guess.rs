//! Wrong guesses (试错): counted in the database, so that every server knows of them, by a keyed hash of what was
//! guessed at and from where.
//!
//! Nobody can keep a colleague out for ever: whoever guesses fills the count of their own place. The count of an
//! account as a whole, for guesses from many places, does not concern a browser in which the account was used
//! before; it shows a device token, and is counted by that.

use duban_domain::{Refusal, StaffId, Stamp, city::AccessRules, policy::Guard};
use duban_store::{ReadTx, WriteTx};

use crate::{
    App, Entropy,
    keys::{self, Keyring},
    wiring::Result,
};

/// From many places together, as a multiple of what one place has.
const ACCOUNT_TIMES: i64 = 6;
/// From one place at many accounts together: an office has one address.
const PLACE_TIMES: i64 = 20;
/// At logins that nobody has, from everywhere together: so many less one are written down in one window. The record is
/// never cleared, and whoever calls can make up logins for ever.
const NOBODY_TIMES: i64 = 4;
const MINUTE_MS: i64 = 60_000;
/// Bytes of a device token, and of the mark that shows that we made it.
const DEVICE: usize = 16;
/// What the mark is made for.
const DEVICE_OF: &str = "device";

/// The counts that a try falls under, each with how many wrong ones it bears.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    keys: Vec<(Vec<u8>, i64)>,
    window_ms: i64,
}

impl Counts {
    /// A password for an account, from a browser that it knows.
    pub(super) fn of_device(app: &App, staff: StaffId, device: &str) -> Self {
        let key = app.keys.find("guess.device", &format!("{} {device}", staff.0));
        Self::of(&app.city.access, vec![(key, 1)])
    }

    /// A password for a login, from some place.
    pub(super) fn of_place(app: &App, login: &str, from: &str) -> Self {
        let hash = |place: &str, text: &str| app.keys.find(place, text);
        let mut keys = vec![
            (hash("guess.pair", &format!("{login}\0{from}")), 1),
            (hash("guess.account", login), ACCOUNT_TIMES),
        ];
        if !from.is_empty() {
            keys.push((hash("guess.place", from), PLACE_TIMES));
        }
        Self::of(&app.city.access, keys)
    }

    /// Any login that nobody has, from anywhere.
    pub(super) fn of_nobody(app: &App) -> Self {
        Self::of(&app.city.access, vec![(app.keys.find("guess.nobody", ""), NOBODY_TIMES)])
    }

    /// A code, after the right password; or the present password, by whoever is signed in.
    pub(super) fn of_account(app: &App, what: &str, staff: StaffId) -> Self {
        let key = app.keys.find("guess.own", &format!("{what} {}", staff.0));
        Self::of(&app.city.access, vec![(key, 1)])
    }

    fn of(rules: &AccessRules, keys: Vec<(Vec<u8>, i64)>) -> Self {
        let most = i64::from(rules.wrong_max);
        let keys = keys.into_iter().map(|(key, times)| (key, times * most)).collect();
        Self { keys, window_ms: i64::from(rules.wrong_minutes) * MINUTE_MS }
    }

    /// Says no while one of the counts is full.
    pub(super) fn admit(&self, tx: &mut ReadTx<'_>, now: Stamp) -> Result<()> {
        for (key, most) in &self.keys {
            let Some((since, wrong)) = tx.wrong_guesses(key, now.plus_ms(-self.window_ms))? else { continue };
            if wrong >= *most {
                let left_ms = since.plus_ms(self.window_ms).0 - now.0;
                let minutes = (left_ms + MINUTE_MS - 1) / MINUTE_MS;
                return Err(Refusal::from(Guard::Barred { minutes: minutes.max(1) }).into());
            }
        }
        Ok(())
    }

    /// Counts a wrong one; whether it was the last that was looked at.
    pub(super) fn wrong(&self, tx: &mut WriteTx<'_>, now: Stamp) -> Result<bool> {
        let mut full = false;
        for (key, most) in &self.keys {
            full |= tx.guessed_wrong(key, now, now.plus_ms(-self.window_ms))? >= *most;
        }
        Ok(full)
    }

    /// Whoever knew it in the end begins anew at their own place. The counts that others share stay: else whoever
    /// has one account could guess at all the others for ever.
    pub(super) fn right(&self, tx: &mut WriteTx<'_>) -> Result<()> {
        match self.keys.first() {
            Some((key, _)) => Ok(tx.forget_guesses(key)?),
            None => Ok(()),
        }
    }
}

/// A token for a browser in which an account was used: random bytes, and a mark over them and the account.
pub(super) fn device(ring: &Keyring, staff: StaffId, entropy: &dyn Entropy) -> String {
    let mut random = [0; DEVICE];
    entropy.fill(&mut random);
    let random = keys::hex(&random);
    format!("{random}{}", short(&ring.sign(DEVICE_OF, &of(staff, &random))))
}

/// The token among those of a browser that was made for this account.
pub(super) fn known<'a>(ring: &Keyring, staff: StaffId, devices: &'a [String]) -> Option<&'a str> {
    let ours = |token: &&String| {
        token.is_ascii()
            && token.split_at_checked(2 * DEVICE).is_some_and(|(random, rest)| {
                ring.signs(DEVICE_OF, &of(staff, random)).any(|(_, mark)| rest == short(&mark))
            })
    };
    devices.iter().find(ours).map(String::as_str)
}

fn of(staff: StaffId, random: &str) -> String {
    format!("{} {random}", staff.0)
}

fn short(mark: &[u8]) -> String {
    keys::hex(&mark[..DEVICE])
}
