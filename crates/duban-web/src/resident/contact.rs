//! 确认联系方式, on the page of a matter: a code goes to the telephone or the mailbox that was left with it, and is typed here.
//!
//! The digits of a telephone stand nowhere: its last four and the number of the matter open this page on any device.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use duban_app::resident::{
    confirm::{self, Way},
    track::Track,
};
use duban_domain::{
    Lang, Refusal, Stamp,
    confirmation::{self, Means, Verdict},
};

use super::{Fault, track};
use crate::frame::{Fields, PageResult, Shell, Site, Visit, WebError, When, see_other};

/// Until the next whole minute: pages show no seconds.
const MINUTE_MS: i64 = 60_000;

/// How the person of a matter is reached, and what is known to be theirs.
pub(super) struct Contacts {
    pub(super) ways: Vec<WayShown>,
    /// Whether one of them is confirmed.
    pub(super) some_done: bool,
}

/// One way.
pub(super) struct WayShown {
    pub(super) key: &'static str,
    pub(super) field: &'static str,
    pub(super) name: &'static str,
    pub(super) words: String,
    pub(super) done: Option<When>,
    pub(super) open: Option<When>,
    pub(super) next: Option<When>,
}

impl Contacts {
    pub(super) fn of(s: &Shell, track: &Track) -> Self {
        let whole = |at: Stamp| Stamp((at.0 + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS);
        let one = |way: &Way| WayShown {
            key: way.means.key(),
            field: field(way.means),
            name: match way.means {
                Means::Phone => s.t("手机", "Telephone"),
                Means::Mail => s.t("邮箱", "Mail"),
            },
            words: way.words.clone(),
            done: way.confirmed_at.map(|at| s.when(&at)),
            open: way.open_until.map(|at| s.when(&at)),
            next: way.next_at.map(|at| s.when(&whole(at))),
        };
        let some_done = track.ways.iter().any(|way| way.confirmed_at.is_some());
        Self { ways: track.ways.iter().map(one).collect(), some_done }
    }
}

fn field(means: Means) -> &'static str {
    match means {
        Means::Phone => "code-phone",
        Means::Mail => "code-mail",
    }
}

/// `POST /track/{number}/code`
pub(crate) async fn send(
    State(site): State<Site>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let own = match track::own(&site, &visit, &number).await? {
        Ok(own) => own,
        Err(ask) => return Ok(ask),
    };
    let means = Means::from_key(fields.get("means")).ok_or(Refusal::NotFound)?;
    if !site.throttle.may_mail(visit.from, site.app.now()) {
        return Err(WebError::Slow);
    }
    let (known, lang) = (own.known, visit.lang);
    let sent = site.run(move |app| confirm::send(app, &known, means, lang)).await?;
    let done = if sent.is_ok() { "code-sent" } else { "code-wait" };
    Ok(see_other(&format!("/track/{}?done={done}#contact", own.number)))
}

/// `POST /track/{number}/confirmation`
pub(crate) async fn confirm(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let own = match track::own(&site, &visit, &number).await? {
        Ok(own) => own,
        Err(ask) => return Ok(ask),
    };
    let means = Means::from_key(fields.get("means")).ok_or(Refusal::NotFound)?;
    match tried(&site, &visit, &own, means, fields.get("code")).await? {
        None => Ok(see_other(&format!("/track/{}?done=confirmed#contact", own.number))),
        Some(words) => {
            let faults = vec![Fault::new(field(means), words)];
            track::again(&site, &visit, &headers, &own.known, &fields, faults).await
        }
    }
}

/// What is wrong with what was typed, when it is wrong.
async fn tried(
    site: &Site,
    visit: &Visit,
    own: &track::Own,
    means: Means,
    code: &str,
) -> Result<Option<&'static str>, WebError> {
    may_try(site, visit, own.number.digits())?;
    let Some(typed) = confirmation::typed(code) else { return Ok(Some(six(visit.lang))) };
    let own = own.clone();
    let verdict = site.run(move |app| confirm::confirm(app, &own.known, &own.number, means, &typed)).await?;
    Ok(match verdict {
        Verdict::Right => None,
        Verdict::Wrong => {
            site.throttle.was_wrong(visit.from, site.app.now());
            let words = "不是这个码。请对着短信或邮件再看一遍。";
            Some(visit.lang.t(words, "That is not the code. Look at the message again."))
        }
        Verdict::Over => Some(visit.lang.t(
            "这个码不能用了：过了时间，用过了，或者错得太多。请再要一个。",
            "This code is no longer good: too late, used already, or wrong too often. Ask for another.",
        )),
    })
}

/// Whether another code may be tried: here, and from this address.
pub(super) fn may_try(site: &Site, visit: &Visit, about: &str) -> Result<(), WebError> {
    let trusted = site.throttle.trusts(visit.from, site.app.now());
    (trusted && site.throttle.admits(&format!("code:{about}"))).then_some(()).ok_or(WebError::Slow)
}

/// What is said of something that is no code at all; it counts as no try.
pub(super) fn six(lang: Lang) -> &'static str {
    lang.t("验证码是六位数字。", "The code has six digits.")
}
