//! Cookies: read from the request, written with the attributes that each needs.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

/// The session of a member of staff.
pub(crate) const SESSION: &str = "duban_session";
/// The passes of a resident: `number:token`, separated by dots.
pub(crate) const PASSES: &str = "duban_passes";
/// The language a person chose.
pub(crate) const LANG: &str = "duban_lang";
/// `elder` when a person chose large type.
pub(crate) const MODE: &str = "duban_mode";

/// A member of staff who gave the password, until the code is there.
pub(crate) const HALFWAY: &str = "duban_halfway";
/// The way to the city's own sign-on, sealed, until it comes back.
pub(crate) const SIGN_ON: &str = "duban_sign_on";
/// The tokens by which accounts know this browser, with dots between them.
const DEVICES: &str = "duban_devices";

/// What shows that a number or an address was confirmed in this browser.
pub(crate) const MINE: &str = "duban_mine";
/// Whom a code was sent to, sealed, until it is typed.
pub(crate) const ASKED: &str = "duban_asked";

/// The list that a member of staff came from.
pub(crate) const LIST: &str = "duban_list";

/// How many passes a browser keeps.
const PASSES_MAX: usize = 12;
/// How many accounts of staff know a browser: those who share a desk.
const DEVICES_MAX: usize = 8;
/// A year in seconds.
const YEAR_S: u64 = 31_536_000;

/// The value of a cookie.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(
        |pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        },
    )
}

/// The tokens that a browser holds for requests.
pub(crate) fn passes(headers: &HeaderMap) -> Vec<String> {
    read(headers, PASSES)
        .unwrap_or_default()
        .split('.')
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The passes with one more; the oldest give way.
pub(crate) fn with_pass(headers: &HeaderMap, token: &str, secure: bool) -> HeaderValue {
    let mut all = passes(headers);
    all.retain(|t| t != token);
    all.push(token.to_owned());
    let from = all.len().saturating_sub(PASSES_MAX);
    set(PASSES, &all[from..].join("."), YEAR_S / 4, secure, true)
}

/// A cookie for the session of a member of staff; it ends with the session on the server.
pub(crate) fn session(token: &str, secure: bool) -> HeaderValue {
    set(SESSION, token, YEAR_S / 52, secure, true)
}

/// Takes a session cookie away.
pub(crate) fn no_session(secure: bool) -> HeaderValue {
    set(SESSION, "", 0, secure, true)
}

/// The tokens by which accounts know this browser.
pub(crate) fn devices(headers: &HeaderMap) -> Vec<String> {
    let all = read(headers, DEVICES).unwrap_or_default().split('.').filter(|t| !t.is_empty());
    all.take(DEVICES_MAX).map(str::to_owned).collect()
}

/// The tokens with one more; the oldest give way.
pub(crate) fn with_device(known: &[String], token: &str, secure: bool) -> HeaderValue {
    let mut all: Vec<&str> = known.iter().map(String::as_str).filter(|t| *t != token).collect();
    all.push(token);
    let from = all.len().saturating_sub(DEVICES_MAX);
    set(DEVICES, &all[from..].join("."), YEAR_S, secure, true)
}

/// A cookie for a password that was right; ten minutes.
pub(crate) fn halfway(token: &str, secure: bool) -> HeaderValue {
    set(HALFWAY, token, 600, secure, true)
}

/// Takes it away.
pub(crate) fn no_halfway(secure: bool) -> HeaderValue {
    set(HALFWAY, "", 0, secure, true)
}

/// A cookie for the way to the city's own sign-on; ten minutes.
pub(crate) fn sign_on(kept: &str, secure: bool) -> HeaderValue {
    set(SIGN_ON, kept, 600, secure, true)
}

/// Takes it away.
pub(crate) fn no_sign_on(secure: bool) -> HeaderValue {
    set(SIGN_ON, "", 0, secure, true)
}

/// The list that somebody is working through, for a day.
pub(crate) fn list(query: &str, secure: bool) -> HeaderValue {
    set(LIST, query, YEAR_S / 365, secure, true)
}

/// Keeps something short-lived about a confirmed number, hidden from scripts; it ends on the server too.
pub(crate) fn brief(name: &str, value: &str, minutes: u32, secure: bool) -> HeaderValue {
    set(name, value, u64::from(minutes) * 60, secure, true)
}

/// A preference that holds for a year.
pub(crate) fn preference(name: &str, value: &str, secure: bool) -> HeaderValue {
    set(name, value, YEAR_S, secure, false)
}

fn set(name: &str, value: &str, max_age_s: u64, secure: bool, hidden: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let hidden = if hidden { "; HttpOnly" } else { "" };
    // A browser sends back what it likes: what no header may hold is not written again.
    let value: String = value.chars().filter(char::is_ascii_graphic).collect();
    let text = format!("{name}={value}; Path=/; Max-Age={max_age_s}; SameSite=Lax{hidden}{secure}");
    HeaderValue::from_str(&text).expect("names and hexadecimal values are plain ASCII")
}
