//! 统一登录: the city's own sign-on, by OpenID Connect: the authorization code with PKCE. The provider says who somebody
//! is, and nothing more: what they may do stands in the account here that names them, and each page asks it anew.
//!
//! Deliberately not here: accounts made by signing on, roles out of claims, and ending the provider's own session.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use duban_domain::{
    Refusal, StaffId, Stamp,
    city::SignOn,
    policy::{Entry, Guard},
    text::shorten,
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Attempt, Entrance, guess::Counts, login, provider::Provider, record};
use crate::{App, AppError, keys, remote::Call, wiring::Result};

/// Where the provider sends a browser back to.
pub const BACK: &str = "/desk/sign-on/back";
/// What is sealed for the way there and back.
const PLACE: &str = "sign_on.way";
/// How long the way there and back may take, in milliseconds.
const WAY_MS: i64 = 600_000;
/// How far two clocks may be apart, in seconds.
const APART_S: i64 = 60;
/// How much of what a provider says the log keeps, in characters.
const WHY_MAX: usize = 100;
/// Longest name that an account is known by there.
const NAME_MAX: usize = 200;

/// The way to the provider (登录去程).
#[derive(Clone, Debug)]
pub struct Begun {
    /// The address there.
    pub to: String,
    /// What the browser keeps until it is back; sealed.
    pub kept: String,
}

/// What a browser brings back (登录回程).
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// What we gave along.
    pub state: String,
    /// What the provider gives a token for.
    pub code: String,
    /// Who it says it is, when it does.
    pub iss: String,
    /// Why it lets nobody in, in the words of the protocol.
    pub error: String,
}

/// What is sealed for the way.
struct Way {
    state: String,
    nonce: String,
    verifier: String,
    at: Stamp,
    to: String,
}

/// Begins: where the browser goes, and what it keeps. `to` is where its member wants to be in the end.
pub fn begin(app: &App, to: &str) -> Result<Begun> {
    let rules = rules(app)?;
    let provider = app.provider.said(app, rules)?;
    let random = || URL_SAFE_NO_PAD.encode(app.entropy.token());
    let way = Way { state: random(), nonce: random(), verifier: random(), at: app.now(), to: to.to_owned() };
    let scope =
        std::iter::once("openid").chain(rules.scopes.iter().map(String::as_str).filter(|s| *s != "openid"));
    let asked = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &rules.client)
        .append_pair("redirect_uri", &format!("{}{BACK}", app.base()))
        .append_pair("scope", &scope.collect::<Vec<_>>().join(" "))
        .append_pair("state", &way.state)
        .append_pair("nonce", &way.nonce)
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&way.verifier)))
        .append_pair("code_challenge_method", "S256")
        .finish();
    let mark = if provider.authorize.contains('?') { '&' } else { '?' };
    Ok(Begun { to: format!("{}{mark}{asked}", provider.authorize), kept: way.seal(app)? })
}

/// Ends: who it is, and where they want to be. The code is given away once; what comes back is believed only when it
/// is signed, meant for us, asked for by this browser and new.
pub fn finish(app: &App, kept: &str, back: &Back, attempt: &Attempt) -> Result<(Entrance, String)> {
    let rules = rules(app)?;
    let way =
        Way::open(app, kept).filter(|way| way.at.plus_ms(WAY_MS) > app.now() && way.state == back.state);
    let (Some(way), false) = (way, back.code.is_empty()) else {
        return forged(&match back.error.as_str() {
            "" => "not asked for by this browser".to_owned(),
            error => format!("it says {:?}", shorten(error, WHY_MAX)),
        });
    };
    if !back.iss.is_empty() && back.iss != rules.issuer {
        return forged("another provider answered");
    }
    let provider = app.provider.said(app, rules)?;
    let said = exchange(app, rules, &provider, back, &way)?;
    let Some(claims) = app.provider.claims(app, rules, &provider, &said)? else {
        return forged("not signed by the provider");
    };
    if let Some(why) = wrong(rules, &claims, &way.nonce, app.now()) {
        return forged(why);
    }
    let name = named(rules, &claims).ok_or_else(|| {
        tracing::warn!(
            claim = rules.claim,
            "the sign-on said nobody's name, or one that it has not made sure of"
        );
        refused(Guard::SignOnNobody)
    })?;
    Ok((admit(app, &name, attempt)?, way.to))
}

/// Lets in whoever the account is of that has this name. Nobody learns here whether an account was switched off.
fn admit(app: &App, name: &str, attempt: &Attempt) -> Result<Entrance> {
    let entered = app.store.write(|tx| {
        let staff = tx.staff_by_sign_on(name)?.map(|id| tx.staff(id)).transpose()?.flatten();
        let Some(staff) = staff.filter(|staff| staff.active) else {
            // Whoever tries again and again does not fill the record.
            tracing::warn!(name, "no account is known by this name of the sign-on");
            if !Counts::of_nobody(app).wrong(tx, app.now())? {
                record::note(app, tx, StaffId(0), Entry::NoAccount, attempt)?;
            }
            return Ok(None);
        };
        if app.city.access.sign_on.as_ref().is_some_and(|rules| rules.second_done) {
            return Ok(Some(Entrance::In(login::admit(app, tx, staff.id, attempt, Entry::SignedOn)?)));
        }
        login::first_half(app, tx, &staff, attempt, Entry::SignedOn).map(Some)
    })?;
    entered.ok_or_else(|| refused(Guard::SignOnNobody))
}

fn rules(app: &App) -> Result<&SignOn> {
    app.city.access.sign_on.as_ref().ok_or_else(|| Refusal::NotFound.into())
}

fn refused(guard: Guard) -> AppError {
    Refusal::from(guard).into()
}

/// What exactly was wrong is for whoever runs the server: to the one outside it is all the same.
fn forged<T>(why: &str) -> Result<T> {
    tracing::warn!(why, "an answer of the sign-on was refused");
    Err(refused(Guard::SignOnForged))
}

pub(super) fn silent<T>(why: &str) -> Result<T> {
    tracing::warn!(why, "the sign-on gave no answer that can be read");
    Err(refused(Guard::SignOnSilent))
}

/// The token for the code. Our secret goes in the form (`client_secret_post`).
fn exchange(app: &App, rules: &SignOn, provider: &Provider, back: &Back, way: &Way) -> Result<String> {
    let mut form = vec![
        ("grant_type".to_owned(), "authorization_code".to_owned()),
        ("code".to_owned(), back.code.clone()),
        ("redirect_uri".to_owned(), format!("{}{BACK}", app.base())),
        ("client_id".to_owned(), rules.client.clone()),
        ("code_verifier".to_owned(), way.verifier.clone()),
    ];
    if let Some(name) = &rules.secret_env {
        let Some(secret) = app.wire.secret(name) else {
            return silent("the variable of our secret is empty");
        };
        form.push(("client_secret".to_owned(), secret));
    }
    let said = call(app, rules, &provider.token, Some(form))?;
    match said.get("id_token").and_then(Value::as_str) {
        Some(token) => Ok(token.to_owned()),
        None => silent("it gave no id_token"),
    }
}

/// One question to the provider, and its answer as JSON.
pub(super) fn call(
    app: &App,
    rules: &SignOn,
    url: &str,
    form: Option<Vec<(String, String)>>,
) -> Result<Value> {
    let call = Call { url: url.to_owned(), form, idempotency: None, private: rules.private };
    match app.wire.call(&call) {
        Ok(reply) if reply.status == 200 => match serde_json::from_str(&reply.body) {
            Ok(said) => Ok(said),
            Err(_) => silent("what it said is no JSON"),
        },
        // A code that is unknown, used or too old is answered with 400.
        Ok(reply) if reply.status == 400 && call.form.is_some() => {
            let said: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            let why = said.get("error").and_then(Value::as_str).unwrap_or("nothing of why");
            forged(&format!("it does not take the code and says {:?}", shorten(why, WHY_MAX)))
        }
        Ok(reply) => silent(&format!("it answered {}", reply.status)),
        Err(lost) => silent(&lost.to_string()),
    }
}

/// What is wrong with claims that are signed: for somebody else, for another question, or too old.
fn wrong(rules: &SignOn, claims: &Map<String, Value>, nonce: &str, now: Stamp) -> Option<&'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let second = |name: &str| claims.get(name).and_then(Value::as_f64);
    let now = now.0 as f64 / 1_000.0;
    let ours = match claims.get("aud") {
        Some(Value::String(one)) => *one == rules.client,
        Some(Value::Array(many)) => {
            let among = many.iter().any(|one| one.as_str() == Some(rules.client.as_str()));
            among && (many.len() == 1 || text("azp").is_some())
        }
        _ => false,
    };
    let apart = APART_S as f64;
    if text("iss") != Some(rules.issuer.as_str()) {
        Some("another issuer")
    } else if !ours || text("azp").is_some_and(|azp| azp != rules.client) {
        Some("meant for another program")
    } else if text("nonce") != Some(nonce) {
        Some("an answer to another question")
    } else if second("exp").is_none_or(|exp| exp + apart < now)
        || second("nbf").is_some_and(|nbf| nbf - apart > now)
    {
        Some("too old, or from the future")
    } else {
        None
    }
}

/// The name that an account has there. A mail address counts only when the provider says that it is theirs.
fn named(rules: &SignOn, claims: &Map<String, Value>) -> Option<String> {
    let unproved = rules.claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true));
    let name = claims.get(&rules.claim)?.as_str()?.trim();
    (!unproved && !name.is_empty() && name.chars().count() <= NAME_MAX).then(|| name.to_owned())
}

impl Way {
    fn seal(&self, app: &App) -> Result<String> {
        let text = format!("{} {} {} {} {}", self.state, self.nonce, self.verifier, self.at.0, self.to);
        Ok(keys::hex(&app.keys.seal(PLACE, &text, &*app.entropy)?))
    }

    fn open(app: &App, kept: &str) -> Option<Self> {
        let text = app.keys.open(PLACE, &keys::unhex(kept)?).ok()?;
        let mut parts = text.splitn(5, ' ').map(str::to_owned);
        let [state, nonce, verifier] = [parts.next()?, parts.next()?, parts.next()?];
        Some(Self { state, nonce, verifier, at: Stamp(parts.next()?.parse().ok()?), to: parts.next()? })
    }
}
