//! 撤回 and 公开: what a person decides about their own matter, on its page; and what they said already.

use axum::extract::{Path, State};
use duban_app::{
    AppError, erasure,
    resident::{
        speak,
        track::{Line, Said, Track},
    },
};
use duban_domain::{
    Lang, Number, Refusal, Stamp,
    case::{Consent, Showing},
    city::City,
    erasure::ErasureGround,
    request::Privacy,
};

use super::{contact::Contacts, track, view::Typed};
use crate::{
    frame::{Fields, PageResult, Shell, Site, Visit, WebError, see_other},
    questions::{self, Asking},
};

/// The same words within this time were sent twice by accident.
const TWICE_MS: i64 = 10 * 60_000;

/// What the person decides about their own matter.
pub(super) struct Own {
    pub(super) can_share: bool,
    pub(super) waiting: bool,
    pub(super) consent: &'static str,
    pub(super) showing: &'static str,
    pub(super) what: String,
    pub(super) public_words: String,
    pub(super) need_reason: bool,
    pub(super) contact: Contacts,
}

impl Own {
    pub(super) fn of(city: &City, track: &Track, query: &Fields, s: &Shell) -> Self {
        Self {
            can_share: can_share(city, track),
            waiting: track.publicity.consent == Consent::Words && track.showing == Showing::Facts,
            consent: track.publicity.consent.key(),
            showing: track.showing.key(),
            what: what(city, track, s.lang),
            public_words: track.public_words.clone(),
            need_reason: query.get("need") == "reason",
            contact: Contacts::of(s, track),
        }
    }
}

/// Whether this person decides what others see: whoever spoke first, and not in confidence.
fn can_share(city: &City, track: &Track) -> bool {
    city.settings.public_listing && !track.joined && track.request.privacy != Privacy::Confidential
}

/// The kind of matter as the public page calls it.
fn what(city: &City, track: &Track, lang: Lang) -> String {
    let name = track.category.as_deref().map(|key| city.public_name(key, lang));
    name.unwrap_or(lang.t("还在看是哪一类事", "Being looked at")).to_owned()
}

/// `POST /track/{number}/withdrawal`
pub(crate) async fn withdraw(
    State(site): State<Site>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let Some(known) = track::open(&site, &visit, &number).await? else {
        return Ok(see_other(&format!("/track/{number}")));
    };
    let of = number.clone();
    let done = site
        .run(move |app| speak::withdraw(app, &known, &of, fields.get("reason"), fields.once().as_deref()))
        .await;
    told(done.map(|_| ()), &number, "withdrawn")
}

/// `POST /track/{number}/erasure`: asks; somebody of the city decides.
pub(crate) async fn erase(
    State(site): State<Site>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let Some(known) = track::open(&site, &visit, &number).await? else {
        return Ok(see_other(&format!("/track/{number}")));
    };
    let whole = fields.get("what") != "one";
    let (of, ground) = (number.clone(), ErasureGround::Asked);
    let asking =
        erasure::Asking { number: of, whole, ground, check: None, words: fields.get("words").to_owned() };
    let done = site.run(move |app| erasure::ask_own(app, &known, &asking)).await;
    told(done.map(|_| ()), &number, "erasure")
}

/// `POST /track/{number}/publicity`
pub(crate) async fn share(
    State(site): State<Site>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let Some(known) = track::open(&site, &visit, &number).await? else {
        return Ok(see_other(&format!("/track/{number}")));
    };
    let consent = Consent::from_key(fields.get("share")).ok_or(Refusal::NoChange)?;
    let of = number.clone();
    let done = site.run(move |app| speak::share(app, &known, &of, consent, fields.once().as_deref())).await;
    told(done.map(|_| ()), &number, "shared")
}

/// Back to the page, which says what came of it. Nobody typed anything that could be lost but a
/// reason, and that is missing or far too long when it is refused.
fn told(done: Result<(), WebError>, number: &Number, what: &str) -> PageResult {
    match done {
        Ok(()) => Ok(see_other(&format!("/track/{number}?done={what}"))),
        Err(WebError::App(AppError::Refused(Refusal::NeedsText(_) | Refusal::TooLong { .. }))) => {
            Ok(see_other(&format!("/track/{number}?need=reason#withdraw")))
        }
        Err(WebError::App(AppError::Refused(Refusal::NoChange | Refusal::WrongPhase { .. }))) => {
            Ok(see_other(&format!("/track/{number}?done=again")))
        }
        Err(error) => Err(error),
    }
}

/// Whether the person added these very words a moment ago.
pub(super) fn already_said(track: &Track, text: &str, now: Stamp) -> bool {
    let text = text.replace("\r\n", "\n");
    let same = |said: &Said| {
        matches!(&said.what, Line::Told(told) if *told == text.trim()) && now.0 - said.at.0 < TWICE_MS
    };
    !text.trim().is_empty() && track.said.iter().any(same)
}

/// What was answered to the questions of the category, or what is still asked.
pub(super) struct Beside {
    pub(super) details: Vec<(String, String)>,
    pub(super) asking: Asking,
    /// The questions are open on the page.
    pub(super) now: bool,
}

impl Beside {
    /// Only whoever spoke first is asked, and only who was not asked when they did.
    pub(super) fn of(city: &City, track: &Track, typed: &Typed, fresh: bool, lang: Lang) -> Self {
        let still = track.may_add && !track.joined && track.request.details.is_empty();
        let category = track.category.as_deref().filter(|_| still);
        let judged = category.is_some_and(|key| key == typed.asked);
        let asking = Asking::of(city, category, &typed.given, judged, lang);
        Self {
            details: questions::details(city, &track.request.details, lang),
            asking: Some(asking).filter(Asking::asks).unwrap_or_default(),
            now: fresh || !typed.asked.is_empty(),
        }
    }
}

/// What the page says after a form.
pub(super) fn notice(done: &str, track: &Track, lang: Lang) -> Option<String> {
    let words = match done {
        "heard" if track.verdict.is_some_and(|(solved, _)| !solved) => lang
            .t("记下了：没解决。已经退回去重新办。", "Noted: not solved. It has gone back to be done again."),
        "heard" => lang.t("记下了，谢谢您。", "Noted. Thank you."),
        "answered" => lang.t("记下了，去办的单位看得到。", "Noted; whoever deals with it can read it."),
        "added" => lang.t("补充上去了，去办的单位看得到。", "Added; whoever deals with it can read it."),
        "withdrawn" => lang.t("撤回了。", "Taken back."),
        "code-sent" => lang
            .t("验证码发出去了，收到后填在下面。", "A code is on its way. Type it below when it is there."),
        "code-wait" => lang.t(
            "刚发过验证码，请稍等；什么时候能再要，写在下面。",
            "A code went out a moment ago. When you can ask for another stands below.",
        ),
        "confirmed" => lang.t("确认好了。", "Confirmed."),
        "erasure" => lang.t(
            "收到您删除资料的请求，有专人看。还在办的事，要等办结或撤回以后才删；删了以后，这一页就打不开了。",
            "Your request to erase your data was taken down, and somebody looks at it. What is still open is erased once it is closed or taken back; afterwards this page no longer opens.",
        ),
        "shared" => lang.t("改好了，马上就是这样。", "Changed, from now on."),
        "again" => lang
            .t("这个您刚才已经说过，记着呢，不用再说一遍。", "You have said so already; it is noted once."),
        _ => return None,
    };
    Some(words.to_owned())
}
