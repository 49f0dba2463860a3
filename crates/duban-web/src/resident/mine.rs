//! 我的诉求: whoever left a number or an address sees by a code what was left with it, for a short time; and where else
//! somebody does.
//!
//! Whether a number is known is told by no answer here: whoever asks for a code is shown the field for it, and a code
//! that is wrong, used or too old is answered alike.

use askama::Template;
use axum::{extract::State, http::header::SET_COOKIE, response::Response};
use duban_app::{
    App, AppError,
    resident::mine::{self, Browser, Leaving, Overview, Own},
};
use duban_domain::{
    Lang, Number,
    case::Phase,
    confirmation::{self, Contact},
};

use super::{Fault, contact, fault_of};
use crate::frame::{
    Fields, PageResult, Shell, Site, Visit, WebError, When, client, cookies, fields::cut, html,
    page::html_again, see_other,
};

/// Longest that somebody types as a number or an address.
const CONTACT_MAX: usize = 254;

#[derive(Template)]
#[template(path = "resident/mine.html")]
pub(super) struct MinePage {
    pub(super) s: Shell,
    /// Whether there is a way for codes: by telephone, by mail.
    pub(super) offered: (bool, bool),
    pub(super) typed: String,
    /// To whom a code went, masked.
    pub(super) asked: Option<String>,
    pub(super) mine: Option<MineShown>,
    pub(super) faults: Vec<Fault>,
    pub(super) note: Option<&'static str>,
    pub(super) minutes: u32,
    /// The matter that somebody wants to join.
    pub(super) back: Option<Number>,
}

/// What somebody sees who came in.
pub(super) struct MineShown {
    words: String,
    until: When,
    rows: Vec<Row>,
    browsers: Vec<Shown>,
}

struct Row {
    number: String,
    grouped: String,
    title: String,
    state: String,
    at: When,
}

struct Shown {
    handle: String,
    here: bool,
    device: String,
    place: String,
    since: When,
}

/// `GET /mine`
pub(crate) async fn page(State(site): State<Site>, visit: Visit) -> PageResult {
    Ok(html(&shown(&site, &visit, String::new(), Vec::new()).await?))
}

/// `POST /mine`: a code to a number or an address, or another number after all.
pub(crate) async fn ask(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    if fields.get("do") == "another" {
        return Ok(with_cookies(&site, &address(&visit, ""), &[(cookies::ASKED, "", 0)]));
    }
    let typed = cut(fields.get("contact"), CONTACT_MAX).to_owned();
    let contact = match read(&typed, visit.lang) {
        Ok(contact) => contact,
        Err(fault) => return Ok(html_again(&shown(&site, &visit, typed, vec![fault]).await?)),
    };
    sent(&site, &visit, contact).await
}

/// `POST /mine/code`
pub(crate) async fn enter(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    let asked = visit.asked.as_deref().and_then(|kept| mine::asked(&site.app, kept));
    let Some(contact) = asked else { return Ok(see_other(&address(&visit, "late"))) };
    contact::may_try(&site, &visit, contact.whole())?;
    let token = match confirmation::typed(fields.get("code")) {
        Some(typed) => entered(&site, &visit, contact, typed).await?,
        None => Err(Fault::new("code", contact::six(visit.lang))),
    };
    match token {
        Ok(token) => Ok(came_in(&site, &visit, &token)),
        Err(fault) => Ok(html_again(&shown(&site, &visit, String::new(), vec![fault]).await?)),
    }
}

/// `POST /mine/leave`
pub(crate) async fn leave(State(site): State<Site>, visit: Visit, fields: Fields) -> PageResult {
    let Some(token) = visit.mine.clone() else { return Ok(see_other("/mine")) };
    let whom = match fields.get("which") {
        "" | "here" => Leaving::Here,
        "others" => Leaving::Others,
        one => Leaving::One(one.to_owned()),
    };
    let here = whom == Leaving::Here;
    site.run(move |app| left(app, &token, &whom)).await?;
    Ok(match here {
        true => with_cookies(&site, "/mine?done=left", &[(cookies::MINE, "", 0), (cookies::PASSES, "", 0)]),
        false => see_other("/mine?done=ended"),
    })
}

fn left(app: &App, token: &str, whom: &Leaving) -> Result<(), AppError> {
    match mine::signed(app, token)? {
        Some(who) => mine::leave(app, &who, whom),
        None => Ok(()),
    }
}

/// On to where the code is typed, whoever has the number.
async fn sent(site: &Site, visit: &Visit, contact: Contact) -> PageResult {
    if !site.throttle.may_mail(visit.from, site.app.now()) {
        return Err(WebError::Slow);
    }
    let (lang, minutes) = (visit.lang, site.app.city.settings.codes.life_minutes);
    let kept = site
        .run(move |app| mine::ask(app, &contact, lang).and_then(|()| mine::asked_for(app, &contact)))
        .await?;
    Ok(with_cookies(site, &address(visit, "sent"), &[(cookies::ASKED, &kept, minutes)]))
}

/// The token of whoever typed the code; anything else is answered alike.
async fn entered(
    site: &Site,
    visit: &Visit,
    contact: Contact,
    typed: String,
) -> Result<Result<String, Fault>, WebError> {
    let attempt = visit.attempt();
    let token =
        site.run(move |app| mine::enter(app, &contact, &typed, &attempt.agent, &attempt.place)).await?;
    Ok(token.ok_or_else(|| {
        site.throttle.was_wrong(visit.from, site.app.now());
        Fault::new(
            "code",
            visit.lang.t(
                "这个码不对，或者不能用了：过了时间，用过了，错得太多。请再看一遍，或者再要一个。",
                "That is not the code, or it is no longer good: too late, used, or wrong too often. Look again, or ask for another.",
            ),
        )
    }))
}

fn came_in(site: &Site, visit: &Visit, token: &str) -> Response {
    let to = back(visit).map_or_else(|| "/mine".to_owned(), |number| format!("/requests/{number}/voices"));
    let minutes = site.app.city.settings.codes.session_minutes;
    with_cookies(site, &to, &[(cookies::MINE, token, minutes), (cookies::ASKED, "", 0)])
}

fn with_cookies(site: &Site, to: &str, all: &[(&str, &str, u32)]) -> Response {
    let mut response = see_other(to);
    for (name, value, minutes) in all {
        let cookie = cookies::brief(name, value, *minutes, site.options.secure_cookies);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The matter that somebody wants to join, from the address.
fn back(visit: &Visit) -> Option<Number> {
    Fields::of_query(visit.uri.query().unwrap_or("")).get("for").parse().ok()
}

fn address(visit: &Visit, done: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(number) = back(visit) {
        query.append_pair("for", number.digits());
    }
    if !done.is_empty() {
        query.append_pair("done", done);
    }
    let query = query.finish();
    if query.is_empty() { "/mine".to_owned() } else { format!("/mine?{query}") }
}

/// A number or an address that a code can go to.
fn read(typed: &str, lang: Lang) -> Result<Contact, Fault> {
    match Contact::parse(typed) {
        Ok(Some(contact)) if contact.takes_codes() => Ok(contact),
        Ok(Some(_)) => Err(Fault::new(
            "contact",
            lang.t(
                "座机收不到短信。请写手机号或邮箱；或者打热线，话务员帮您查。",
                "A landline gets no messages. Give a mobile number or a mail address, or call the hotline.",
            ),
        )),
        Ok(None) => Err(Fault::new(
            "contact",
            lang.t("请写手机号或者邮箱。", "Give a mobile number or a mail address."),
        )),
        Err(refusal) => Err(Fault::refused("contact", &refusal, lang)),
    }
}

async fn shown(site: &Site, visit: &Visit, typed: String, faults: Vec<Fault>) -> Result<MinePage, WebError> {
    let token = visit.mine.clone();
    let (offered, found) = site
        .run(move |app| {
            let who = token.map(|token| mine::signed(app, &token)).transpose()?.flatten();
            Ok((mine::offered(app)?, who.map(|who| mine::overview(app, &who)).transpose()?))
        })
        .await?;
    let asked = visit.asked.as_deref().and_then(|kept| mine::asked(&site.app, kept));
    let mut s = visit.shell(site);
    "/mine".clone_into(&mut s.path);
    let done = Fields::of_query(&s.query).get("done").to_owned();
    Ok(MinePage {
        offered,
        typed,
        asked: asked.map(|contact| contact.masked()),
        mine: found.map(|found| MineShown::of(&s, &found)),
        faults,
        note: note(&done, s.lang),
        minutes: site.app.city.settings.codes.life_minutes,
        back: back(visit),
        s,
    })
}

fn note(done: &str, lang: Lang) -> Option<&'static str> {
    Some(match done {
        "late" => lang.t("时间过了，请再要一个验证码。", "Too late: please ask for another code."),
        "left" => {
            lang.t("退出了，这台设备上看不到了。", "You left: nothing is shown on this device any more.")
        }
        "ended" => lang.t(
            "别处的“我的诉求”关了。在别处用编号打开过的诉求，要在那台设备上退出。",
            "“My requests” is closed there. A request that was opened there by its number is left on that device.",
        ),
        _ => return None,
    })
}

impl MinePage {
    fn fault(&self, field: &str) -> Option<&str> {
        fault_of(&self.faults, field)
    }

    /// The query that leads back to a matter.
    fn carry(&self) -> String {
        self.back.as_ref().map_or_else(String::new, |number| format!("?for={number}"))
    }
}

impl MineShown {
    pub(super) fn of(s: &Shell, found: &Overview) -> Self {
        Self {
            words: found.words.clone(),
            until: s.when(&found.until),
            rows: found.requests.iter().map(|own| Row::of(s, own)).collect(),
            browsers: found.browsers.iter().map(|one| Shown::of(s, one)).collect(),
        }
    }
}

impl Row {
    fn of(s: &Shell, own: &Own) -> Self {
        let state = match &own.state {
            None | Some((Phase::Closed, _)) => s.t("办完了", "Done").to_owned(),
            Some((Phase::Callback, _)) => {
                s.t("有答复了，请您看看", "There is an answer. Please look").to_owned()
            }
            Some((_, Some(due))) if *due < s.now => {
                s.t("晚了，还在办", "Late, still being dealt with").to_owned()
            }
            Some((_, due)) => {
                let by = due.map(|due| s.when(&due).day).unwrap_or_default();
                match s.lang {
                    Lang::Zh => format!("正在办，{by}前答复"),
                    Lang::En => format!("Being dealt with; an answer by {by}"),
                }
            }
        };
        Self {
            number: own.number.digits().to_owned(),
            grouped: own.number.grouped(),
            title: own.title.clone(),
            state,
            at: s.when(&own.received_at),
        }
    }
}

impl Shown {
    fn of(s: &Shell, one: &Browser) -> Self {
        Self {
            handle: one.handle.clone(),
            here: one.here,
            device: client::device(&one.agent, s.lang),
            place: one.place.clone(),
            since: s.when(&one.since),
        }
    }
}

/// Every state of the page, for the test that renders every page.
#[cfg(test)]
pub(super) fn samples(s: &dyn Fn() -> Shell) -> Vec<String> {
    use duban_domain::Stamp;
    let number = |n| Number::make(Stamp(0).date(&jiff::tz::TimeZone::UTC), n, false);
    let own = |n, state| Own {
        number: number(n),
        title: "路口<b>的树".into(),
        received_at: s().now,
        public: None,
        point: None,
        state,
    };
    let browser = |here| Browser {
        handle: "00".into(),
        here,
        agent: "Mozilla/5.0 (Linux; Android) Chrome/1".into(),
        place: "192.0.2.0".into(),
        since: s().now,
    };
    let found = |requests: Vec<Own>| Overview {
        words: "139****".into(),
        until: s().now,
        requests,
        browsers: vec![browser(true), browser(false)],
    };
    let page = |asked: Option<&str>, mine: Option<Overview>, faults: Vec<Fault>, offered| {
        let s = s();
        MinePage {
            offered,
            typed: "139".into(),
            asked: asked.map(str::to_owned),
            mine: mine.map(|found| MineShown::of(&s, &found)),
            faults,
            note: note("late", s.lang),
            minutes: 10,
            back: Some(number(1)),
            s,
        }
        .render()
        .expect("a sample can be rendered")
    };
    let fault = |field| vec![Fault::new(field, "x")];
    let some = vec![
        own(1, None),
        own(2, Some((Phase::InHand, Some(Stamp(0))))),
        own(3, Some((Phase::Callback, None))),
    ];
    vec![
        page(None, None, Vec::new(), (true, true)),
        page(None, None, fault("contact"), (false, true)),
        page(None, None, Vec::new(), (false, false)),
        page(Some("139 **** 6021"), None, fault("code"), (true, true)),
        page(None, Some(found(some)), Vec::new(), (true, true)),
        page(None, Some(found(Vec::new())), Vec::new(), (true, true)),
    ]
}
