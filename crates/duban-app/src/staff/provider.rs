//! What the provider of the sign-on says about itself: its addresses, and the keys that it signs with. Kept for some minutes,
//! so that opening the first address of the sign-on again and again asks it nothing.
//!
//! Keys and addresses change without telling anybody: so both are asked for again after a while, and the keys at once when
//! nothing that we know signed a token. Whom it names is [`super::sign_on`]'s.

use std::sync::{Arc, Mutex, PoisonError};

use duban_domain::{Stamp, city::SignOn};
use serde_json::{Map, Value};

use super::{
    sign_on::{call, silent},
    token,
};
use crate::{App, wiring::Result};

/// How long what it said holds, in milliseconds.
const HOLDS_MS: i64 = 600_000;
/// How long it is not asked again after it gave no answer, in milliseconds.
const SILENT_MS: i64 = 3_000;
/// How soon it is asked for its keys again when none that we know fits, in milliseconds.
const KEYS_AGAIN_MS: i64 = 60_000;

/// What a provider publishes about itself.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) authorize: String,
    pub(super) token: String,
    keys: String,
}

/// What is known of it, shared by all who come in.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// Of which provider all of this is, and whether it lies inside.
    of: (String, bool),
    said: Option<(Arc<Provider>, Stamp)>,
    keys: Option<(Arc<Value>, Stamp)>,
    /// When it gave no answer.
    silent: Option<Stamp>,
}

/// Whether something of that instant is younger than so many milliseconds. A clock that was set back makes all things old.
fn younger(at: Stamp, than_ms: i64, now: Stamp) -> bool {
    at <= now && now < at.plus_ms(than_ms)
}

impl Known {
    /// Its addresses. Whoever comes while it is being asked waits for that answer and does not ask too.
    pub(super) fn said(&self, app: &App, rules: &SignOn) -> Result<Arc<Provider>> {
        let known = |held: &Held| held.said.clone().filter(|(_, at)| younger(*at, HOLDS_MS, app.now()));
        let asked = self.known_or_asked(app, rules, known, |held| {
            let said = (Arc::new(discover(app, rules)?), app.now());
            held.said = Some(said.clone());
            Ok(said)
        });
        Ok(asked?.0)
    }

    /// What a token claims; none when no key of the provider signed it.
    pub(super) fn claims(
        &self,
        app: &App,
        rules: &SignOn,
        provider: &Provider,
        said: &str,
    ) -> Result<Option<Map<String, Value>>> {
        let (keys, at) = self.keys(app, rules, provider, HOLDS_MS)?;
        match token::claims(said, &keys) {
            None if !younger(at, KEYS_AGAIN_MS, app.now()) => {
                Ok(token::claims(said, &self.keys(app, rules, provider, KEYS_AGAIN_MS)?.0))
            }
            found => Ok(found),
        }
    }

    fn keys(
        &self,
        app: &App,
        rules: &SignOn,
        provider: &Provider,
        than_ms: i64,
    ) -> Result<(Arc<Value>, Stamp)> {
        let known = |held: &Held| held.keys.clone().filter(|(_, at)| younger(*at, than_ms, app.now()));
        self.known_or_asked(app, rules, known, |held| {
            let keys = (Arc::new(call(app, rules, &provider.keys, None)?), app.now());
            held.keys = Some(keys.clone());
            Ok(keys)
        })
    }

    /// What is known of this very provider, or else what it says now; one at a time asks, and not one that was silent a
    /// moment ago.
    fn known_or_asked<T>(
        &self,
        app: &App,
        rules: &SignOn,
        known: impl FnOnce(&Held) -> Option<T>,
        ask: impl FnOnce(&mut Held) -> Result<T>,
    ) -> Result<T> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = (rules.issuer.clone(), rules.private);
        if held.of != of {
            *held = Held { of, ..Held::default() };
        }
        if let Some(known) = known(&held) {
            return Ok(known);
        }
        if held.silent.is_some_and(|at| younger(at, SILENT_MS, app.now())) {
            return silent("it gave no answer a moment ago");
        }
        let asked = ask(&mut held);
        held.silent = asked.is_err().then(|| app.now());
        asked
    }
}

fn discover(app: &App, rules: &SignOn) -> Result<Provider> {
    let base = rules.issuer.trim_end_matches('/');
    let said = call(app, rules, &format!("{base}/.well-known/openid-configuration"), None)?;
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("issuer") != rules.issuer {
        return silent("it calls itself otherwise than access.toml does");
    }
    let fits = |url: &str| url.starts_with("https://") || (rules.private && url.starts_with("http://"));
    let [authorize, token, keys] = ["authorization_endpoint", "token_endpoint", "jwks_uri"].map(text);
    if ![authorize, token, keys].into_iter().all(fits) {
        return silent("it names no address, or one that is not encrypted");
    }
    Ok(Provider { authorize: authorize.to_owned(), token: token.to_owned(), keys: keys.to_owned() })
}
