//! Addresses that open one request: in a notice, for whoever got it.
//!
//! Made from the number by the key, so nothing is kept and nobody without the key can make one. An
//! address is good for three to six months; afterwards number and telephone tail still open the page.

use duban_domain::{Number, Stamp, stamp::DAY_MS};

use crate::{App, keys};

const LINK: &str = "request.link";
const REPLY: &str = "request.reply";
/// How long one key of addresses lasts.
const PERIOD_DAYS: i64 = 90;

/// The address of a request in a notice.
pub(crate) fn of(app: &App, number: &Number, now: Stamp) -> String {
    format!("{}/go/{}/{}", app.base(), number.digits(), sign(app, LINK, number, period(now)))
}

/// Whether the key of an address opens this number.
#[must_use]
pub fn opens(app: &App, number: &Number, key: &str) -> bool {
    let now = period(app.now());
    [now, now - 1].into_iter().any(|period| is_signed(app, LINK, number, period, key))
}

/// What stands in the reply address of a mail, so that an answer finds its request.
pub(crate) fn reply_key(app: &App, number: &Number) -> String {
    format!("{}.{}", number.digits(), sign(app, REPLY, number, 0))
}

/// The number in a reply address, if this installation made it.
pub(crate) fn replied(app: &App, key: &str) -> Option<Number> {
    let (digits, sign_of) = key.split_once('.')?;
    let number: Number = digits.parse().ok()?;
    is_signed(app, REPLY, &number, 0, sign_of).then_some(number)
}

fn sign(app: &App, place: &str, number: &Number, period: i64) -> String {
    short(&app.keys.sign(place, &format!("{}:{period}", number.digits())))
}

fn is_signed(app: &App, place: &str, number: &Number, period: i64, sign: &str) -> bool {
    app.keys.signs(place, &format!("{}:{period}", number.digits())).any(|(_, mark)| same(sign, &short(&mark)))
}

fn short(mark: &[u8]) -> String {
    keys::hex(&mark[..8])
}

fn period(now: Stamp) -> i64 {
    now.0 / (PERIOD_DAYS * DAY_MS)
}

/// Compares without telling by its time how much was right.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}
