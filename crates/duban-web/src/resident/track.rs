//! 查进度: find a matter by its number, open its page, say whether it is solved, add something.
//!
//! A number that does not exist asks for the telephone tail like any other, so the page tells
//! nobody which numbers there are.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use duban_app::{
    App, AppError,
    resident::{
        Known, access,
        speak::{self, Evaluation},
        track::{Track, track},
    },
};
use duban_domain::{Lang, Number, Refusal, case::Satisfaction, number::NotANumber, text};

use super::{
    Fault, NumberShown,
    own::already_said,
    view::{TrackPage, Typed},
};
use crate::{
    frame::{
        Fields, PageResult, Shell, Site, Visit, WebError, cookies, error::upload_words, html,
        page::html_again, see_other,
    },
    questions,
};

#[derive(Template)]
#[template(path = "resident/lookup.html")]
pub(super) struct LookupPage {
    pub(super) s: Shell,
    pub(super) typed: String,
    pub(super) fault: Option<String>,
}

#[derive(Template)]
#[template(path = "resident/tail.html")]
pub(super) struct TailPage {
    pub(super) s: Shell,
    pub(super) number: NumberShown,
    pub(super) fault: Option<String>,
}

/// `GET /track?number=…`
pub(crate) async fn lookup(State(site): State<Site>, visit: Visit) -> PageResult {
    let typed = Fields::of_query(visit.uri.query().unwrap_or("")).get("number").to_owned();
    let fault = match typed.parse::<Number>() {
        Ok(number) => return Ok(see_other(&format!("/track/{number}"))),
        Err(_) if typed.is_empty() => None,
        Err(why) => Some(misread(why, &typed, visit.lang)),
    };
    Ok(html(&LookupPage { s: visit.shell(&site), typed, fault }))
}

/// `GET /track/{number}`
pub(crate) async fn page(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> PageResult {
    let Ok(number) = number.parse::<Number>() else {
        let typed: String = form_urlencoded::byte_serialize(number.as_bytes()).collect();
        return Ok(see_other(&format!("/track?number={typed}")));
    };
    match open(&site, &visit, &number).await? {
        Some(known) => Ok(html(&shown(&site, &visit, &headers, &known, Typed::default(), Vec::new()).await?)),
        None => Ok(html(&tail_page(&site, &visit, &number, None))),
    }
}

/// `GET /go/{number}/{key}`: from a notice to the page of the matter, which this browser may then open.
/// With `?rate` to where it is evaluated. A key that is wrong or too old leads to the page's own door.
pub(crate) async fn from_notice(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path((number, key)): Path<(String, String)>,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let of = number.clone();
    let pass = site.run(move |app| access::by_link(app, &of, &key)).await?;
    let to = format!("/track/{number}{}", if visit.uri.query() == Some("rate") { "#rate" } else { "" });
    Ok(pass.map_or_else(|| see_other(&to), |pass| let_in(&site, &headers, &to, &pass)))
}

/// `POST /track/{number}/access`
pub(crate) async fn unlock(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    guesses(&site, &visit, &number)?;
    let (of, tail) = (number.clone(), plain_digits(fields.get("tail")));
    match site.run(move |app| access::unlock(app, &of, &tail)).await {
        Ok((_, pass)) => Ok(opened(&site, &headers, &number, &pass)),
        Err(WebError::App(AppError::Credentials)) => {
            site.throttle.was_wrong(visit.from, site.app.now());
            Ok(html_again(&tail_page(&site, &visit, &number, Some(mismatch(visit.lang)))))
        }
        Err(error) => Err(error),
    }
}

/// Whether another tail may be tried: at this number, and from this address.
fn guesses(site: &Site, visit: &Visit, number: &Number) -> Result<(), WebError> {
    let may =
        site.throttle.trusts(visit.from, site.app.now()) && site.throttle.admits(&format!("track:{number}"));
    may.then_some(()).ok_or(WebError::Slow)
}

/// `POST /track/{number}/evaluation`
pub(crate) async fn evaluate(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let own = match own(&site, &visit, &number).await? {
        Ok(own) => own,
        Err(ask) => return Ok(ask),
    };
    let said = match evaluation(&fields, visit.lang) {
        Ok(said) => said,
        Err(faults) => return again(&site, &visit, &headers, &own.known, &fields, faults).await,
    };
    let (to, form) = (own.clone(), fields.once());
    match site.run(move |app| heard(app, &to, &said, form.as_deref())).await {
        Err(error) if is_late(&error) => late(&site, &visit, &headers, &own, &fields).await,
        done => told(done, &own.number, "heard"),
    }
}

/// `POST /track/{number}/material`
pub(crate) async fn add(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let own = match own(&site, &visit, &number).await? {
        Ok(own) => own,
        Err(ask) => return Ok(ask),
    };
    let (to, sent) = (own.clone(), fields.clone());
    let done = site.run(move |app| added(app, &to, &sent)).await;
    let faults = done.as_ref().err().map(|error| faults_of(error, &fields, visit.lang)).unwrap_or_default();
    if faults.is_empty() {
        return told(done, &own.number, "added");
    }
    again(&site, &visit, &headers, &own.known, &fields, faults).await
}

/// `POST /track/{number}/details`: answers to what the kind of matter asks, when the form did not ask it.
pub(crate) async fn answer(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path(number): Path<String>,
    fields: Fields,
) -> PageResult {
    let own = match own(&site, &visit, &number).await? {
        Ok(own) => own,
        Err(ask) => return Ok(ask),
    };
    let (to, sent) = (own.clone(), fields.clone());
    match site.run(move |app| answered(app, &to, &sent)).await {
        Err(WebError::App(AppError::Refused(refusal))) if is_asked(&refusal) => {
            let faults = misanswered(&refusal, visit.lang);
            again(&site, &visit, &headers, &own.known, &fields, faults).await
        }
        done => told(done, &own.number, "answered"),
    }
}

fn answered(app: &App, on: &Own, sent: &Fields) -> Result<(), AppError> {
    let given = questions::zoned(&app.city, &questions::given(sent));
    speak::answer(app, &on.known, &on.number, &given, sent.once().as_deref()).map(|_| ())
}

/// Whether the answers are what is wrong, or the time for them is over.
fn is_asked(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Misanswered(_) | Refusal::NeedsText(_) | Refusal::WrongPhase { .. })
}

fn misanswered(refusal: &Refusal, lang: Lang) -> Vec<Fault> {
    match refusal {
        Refusal::Misanswered(wrong) => {
            wrong.iter().map(|one| Fault::new("questions", one.sentence(lang))).collect()
        }
        Refusal::NeedsText(_) => vec![Fault::new(
            "questions",
            lang.t("还没有回答；答一个也行。", "Nothing is answered yet; one will do."),
        )],
        _ => vec![too_late("said", "", lang)],
    }
}

/// A number with the proof that this visit may see its request.
#[derive(Clone)]
pub(super) struct Own {
    pub(super) number: Number,
    pub(super) known: Known,
}

/// What both forms of the page begin with; whoever may not see it is led to the page that asks for the tail.
pub(super) async fn own(site: &Site, visit: &Visit, number: &str) -> Result<Result<Own, Response>, WebError> {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    Ok(match open(site, visit, &number).await? {
        Some(known) => Ok(Own { number, known }),
        None => Err(see_other(&format!("/track/{number}"))),
    })
}

/// The page again for a word that came after the matter had moved on.
async fn late(site: &Site, visit: &Visit, headers: &HeaderMap, own: &Own, fields: &Fields) -> PageResult {
    let faults = vec![too_late("words", fields.get("words"), visit.lang)];
    again(site, visit, headers, &own.known, fields, faults).await
}

/// Records the person's word. A second click comes too late for the first one's sake: that was heard.
fn heard(app: &App, on: &Own, said: &Evaluation, form: Option<&[u8]>) -> Result<(), AppError> {
    let same = |t: &Track| t.verdict.is_some_and(|(solved, _)| solved == said.solved);
    match speak::evaluate(app, &on.known, &on.number, said, form) {
        Err(AppError::Refused(Refusal::WrongPhase { .. })) if same(&track(app, &on.known)?) => {
            Err(Refusal::AlreadyHeard.into())
        }
        done => done.map(|_| ()),
    }
}

/// Records what the person adds; the same words sent twice count once, and so does the same form.
fn added(app: &App, on: &Own, sent: &Fields) -> Result<(), AppError> {
    let photos = sent.media("photo", &app.city.settings)?;
    if photos.is_empty() && already_said(&track(app, &on.known)?, sent.get("text"), app.now()) {
        return Err(Refusal::AlreadyHeard.into());
    }
    speak::add(app, &on.known, &on.number, sent.get("text"), &photos, sent.once().as_deref()).map(|_| ())
}

fn is_late(error: &WebError) -> bool {
    matches!(error, WebError::App(AppError::Refused(Refusal::WrongPhase { .. })))
}

/// What the form is shown again with; nothing when it is no matter of the form.
fn faults_of(error: &WebError, fields: &Fields, lang: Lang) -> Vec<Fault> {
    match error {
        error if is_late(error) => vec![too_late("add", fields.get("text"), lang)],
        WebError::App(error) => unreadable(error, lang).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The page again, with everything that was typed.
pub(super) async fn again(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    known: &Known,
    fields: &Fields,
    faults: Vec<Fault>,
) -> PageResult {
    Ok(html_again(&shown(site, visit, headers, known, Typed::of(fields), faults).await?))
}

/// The proof that this visit may see a number; none for a number that does not exist too.
pub(super) async fn open(site: &Site, visit: &Visit, number: &Number) -> Result<Option<Known>, WebError> {
    let (number, holds) = (number.clone(), visit.holds());
    let known = site.run(move |app| access::held(app, &number, &holds)).await;
    match known {
        Err(WebError::App(AppError::Refused(Refusal::NotFound))) => Ok(None),
        other => other,
    }
}

async fn shown(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    known: &Known,
    typed: Typed,
    faults: Vec<Fault>,
) -> Result<TrackPage, WebError> {
    let known = known.clone();
    let found = site.run(move |app| track(app, &known)).await?;
    let mut s = visit.shell(site);
    // A form that comes back was posted to an address that cannot be visited: links go to the page.
    if !faults.is_empty() {
        s.path = format!("/track/{}", found.request.number);
        s.query.clear();
    }
    let (lang, at, given) = (s.lang, found.request.place.point, typed.given.clone());
    let mut page = TrackPage::new(s, &site.app.city, &site.address(headers), &found, typed, faults);
    let asking = std::mem::take(&mut page.beside.asking);
    page.beside.asking = site.run(move |app| asking.around(app, at, &given, lang)).await?;
    Ok(page)
}

fn tail_page(site: &Site, visit: &Visit, number: &Number, fault: Option<String>) -> TailPage {
    let mut s = visit.shell(site);
    s.path = format!("/track/{number}");
    TailPage { number: NumberShown::new(number, s.lang), s, fault }
}

fn opened(site: &Site, headers: &HeaderMap, number: &Number, pass: &str) -> Response {
    let_in(site, headers, &format!("/track/{number}"), pass)
}

fn let_in(site: &Site, headers: &HeaderMap, to: &str, pass: &str) -> Response {
    let mut response = see_other(to);
    response.headers_mut().append(SET_COOKIE, cookies::with_pass(headers, pass, site.options.secure_cookies));
    response.into_response()
}

/// Back to the page with a notice; what was said already counts once and is answered kindly.
fn told(done: Result<(), WebError>, number: &Number, what: &str) -> PageResult {
    match done {
        Ok(()) => Ok(see_other(&format!("/track/{number}?done={what}"))),
        Err(WebError::App(AppError::Refused(Refusal::AlreadyHeard))) => {
            Ok(see_other(&format!("/track/{number}?done=again")))
        }
        Err(error) => Err(error),
    }
}

fn evaluation(fields: &Fields, lang: Lang) -> Result<Evaluation, Vec<Fault>> {
    let solved = match fields.get("solved") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let mut faults = Vec::new();
    if solved.is_none() {
        faults.push(Fault::new(
            "solved",
            lang.t("请选一个：解决了，还是没解决。", "Please choose: solved or not solved."),
        ));
    }
    let words = text::optional("words", fields.get("words"), text::TEXT_MAX).unwrap_or_else(|refusal| {
        faults.push(Fault::refused("words", &refusal, lang));
        String::new()
    });
    match solved.filter(|_| faults.is_empty()) {
        Some(solved) => Ok(Evaluation {
            solved,
            satisfaction: Satisfaction::from_key(fields.get("satisfaction")),
            words,
            answers: fields.all("answer").map(str::to_owned).collect(),
        }),
        None => Err(faults),
    }
}

/// What is wrong with an addition, when it is the addition that is wrong.
fn unreadable(error: &AppError, lang: Lang) -> Option<Fault> {
    match error {
        AppError::Upload(fault) => {
            let (zh, en) = upload_words(*fault);
            Some(Fault::new("add", lang.t(&zh, &en)))
        }
        AppError::Refused(Refusal::NeedsText(_)) => Some(Fault::new(
            "add",
            lang.t("写几个字，或者加一张照片。", "Write a few words, or add a photo."),
        )),
        AppError::Refused(refusal @ Refusal::TooLong { .. }) => Some(Fault::refused("add", refusal, lang)),
        AppError::Refused(_)
        | AppError::Store(_)
        | AppError::Credentials
        | AppError::Broken(_)
        | AppError::File(_) => None,
    }
}

/// The matter moved on while the page was open: nothing was recorded, and the words are given back.
fn too_late(field: &'static str, typed: &str, lang: Lang) -> Fault {
    let said = lang.t(
        "这件事已经进到下一步，刚才写的没有记下。要紧的话请打热线，或者再说一件。",
        "The matter has moved on, and what you just wrote was not recorded. Call the hotline, or report it anew.",
    );
    let typed = if typed.is_empty() {
        String::new()
    } else {
        format!("{}{typed}", lang.t("您写的是：", " You wrote: "))
    };
    Fault::new(field, format!("{said}{typed}"))
}

fn mismatch(lang: Lang) -> String {
    lang.t(
        "对不上。请核对编号和手机号后四位（没留电话的，是查询码）。",
        "That does not match. Check the number and the last four digits (or the code, if you left no telephone).",
    )
    .to_owned()
}

/// Why a text is not a number, in words that help to find the wrong digit.
fn misread(why: NotANumber, typed: &str, lang: Lang) -> String {
    let digits = plain_digits(typed).len();
    match (why, lang) {
        (NotANumber::Check, Lang::Zh) => "有一位数字不对，或者两位写反了。请对着回执再看一遍。".to_owned(),
        (NotANumber::Check, Lang::En) => {
            "A digit is wrong, or two are swapped. Compare it with your receipt.".to_owned()
        }
        (NotANumber::Length, Lang::Zh) => {
            format!("编号是 12 位或 16 位数字，这里有 {digits} 位。请再核对一遍。")
        }
        (NotANumber::Length, Lang::En) => {
            format!("A number has 12 or 16 digits; these are {digits}. Please check it.")
        }
    }
}

/// The digits of what somebody typed with any keyboard.
fn plain_digits(typed: &str) -> String {
    let plain = |c: char| match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(c as u32 - 0xff10, 10),
        _ => None,
    };
    typed.chars().filter_map(plain).collect()
}
