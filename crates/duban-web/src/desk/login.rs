//! Signing in and out. Too many guesses are refused, and a wrong password keeps the login. The code that comes after
//! the password is in [`super::door`].

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode, Uri,
        header::{LOCATION, REFERER, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use duban_app::{
    AppError, DEMO_PASSWORD,
    staff::{self, Attempt, Entered, Entrance, users},
};
use duban_domain::{Lang, Refusal, city::City};

use super::door;
use crate::frame::{
    Fields, PageResult, Shell, Site, Visit, WebError, cookies, fields::cut, html, kept, see_other,
};

/// Longer than this, in characters, nothing is a login or a password.
const LOGIN_MAX: usize = 100;
const PASSWORD_MAX: usize = 1_000;
/// The field of the button that goes on after signing in elsewhere.
const RESUME: &str = "resume";

#[derive(Template)]
#[template(path = "desk/login.html")]
pub(super) struct LoginPage {
    pub(super) s: Shell,
    pub(super) login: String,
    pub(super) to: String,
    pub(super) error: String,
    /// A form that came without a session, sealed; it goes on when its member has signed in.
    pub(super) kept: String,
    /// What the button of the city's own sign-on is called; empty without one.
    pub(super) sign_on: String,
    /// Whether the form for a password stands open.
    pub(super) passwords: bool,
    pub(super) groups: Vec<Group>,
}

/// The demonstration's accounts of one role.
pub(super) struct Group {
    pub(super) role: String,
    pub(super) accounts: Vec<Account>,
}

/// One account of the demonstration.
pub(super) struct Account {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) does: String,
}

/// The form.
pub(crate) async fn page(visit: Visit, State(site): State<Site>) -> PageResult {
    let query = Fields::of_query(visit.uri.query().unwrap_or(""));
    let to = local(query.get("to")).to_owned();
    if visit.member.is_some() {
        return Ok(see_other(&to));
    }
    Ok(html(&form(&visit, &site, to, ["", "", ""]).await?))
}

/// A form that was sent when its session had ended: the page to sign in, with the form on board.
pub(crate) async fn interrupted(site: &Site, request: Request) -> Response {
    let visit = request.extensions().get::<Visit>().cloned();
    let Some((visit, token)) = visit.and_then(|visit| visit.session.clone().map(|token| (visit, token)))
    else {
        return see_other("/desk/login");
    };
    let back =
        request.headers().get(REFERER).and_then(|from| from.to_str().ok()).and_then(|from| from.parse().ok());
    let back = back.map(|from: Uri| local(from.path()).to_owned()).unwrap_or_default();
    match carried(site, &token, request).await {
        Some(kept) => login_page(&visit, site, back, ["", "", &kept], StatusCode::UNAUTHORIZED)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        None => see_other("/desk/login"),
    }
}

/// What was sent, sealed for whom the session belonged to.
async fn carried(site: &Site, token: &str, request: Request) -> Option<String> {
    let (path, token) = (request.uri().path().to_owned(), token.to_owned());
    let was = site.run(move |app| staff::who_was(app, &token)).await.ok()??;
    let fields = Fields::of_request(request, site).await.ok()?;
    kept::seal(&site.app, was, &path, &fields)
}

/// Signs in, asks for the code, or shows the form again.
pub(crate) async fn post(visit: Visit, State(site): State<Site>, fields: Fields) -> PageResult {
    let to = local(fields.get("to")).to_owned();
    if fields.opt(RESUME).is_some() {
        return resume(&visit, &site, &fields, to).await;
    }
    let attempt = attempt(&site, &visit, &fields);
    let (login, kept) = (cut(&attempt.login, LOGIN_MAX).to_owned(), fields.get(kept::FIELD));
    if is_too_long(&attempt) {
        return again(&visit, &site, to, [&login, kept], &AppError::Credentials.into()).await;
    }
    match site.run_in_turn(move |app| staff::enter(app, &attempt)).await {
        Ok(Entrance::In(entered)) => Ok(came_in(&site, &visit, &fields, &to, &entered)),
        Ok(Entrance::Halfway { token, enrol, .. }) => door::ask(&visit, &site, &fields, token, enrol).await,
        Err(error) if is_no(&error) => again(&visit, &site, to, [&login, kept], &error).await,
        Err(error) => Err(error),
    }
}

/// Who signed in in another window goes on with the form that waits in this one.
async fn resume(visit: &Visit, site: &Site, fields: &Fields, to: String) -> PageResult {
    let Some(member) = &visit.member else {
        let not_yet = visit.lang.t(
            "还没有登录。请先点上面的按钮，在新窗口里登录，再回到这里。",
            "You are not signed in yet: sign in with the button above, in its new window, and come back here.",
        );
        let texts = ["", not_yet, fields.get(kept::FIELD)];
        return login_page(visit, site, to, texts, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    Ok(match kept::path(&site.app, fields, member.id) {
        Some(form) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, form)]).into_response(),
        None => see_other(&to),
    })
}

/// Whether the form can say it: nothing else is wrong.
pub(super) fn is_no(error: &WebError) -> bool {
    use AppError::{Credentials, Refused};
    matches!(error, WebError::Slow | WebError::App(Credentials | Refused(Refusal::Guard(_))))
}

/// On to where the member wanted to go. A form on board is sent on as it is: the same request once more,
/// which [`Fields`] then reads as the form. Whoever's account was touched by somebody else meanwhile sees that first.
pub(super) fn came_in(site: &Site, visit: &Visit, fields: &Fields, to: &str, entered: &Entered) -> Response {
    let response = match kept::path(&site.app, fields, entered.staff) {
        Some(form) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, form)]).into_response(),
        None if entered.news => see_other("/desk/me?news=1"),
        None => see_other(to),
    };
    with_session(response, site, visit, entered)
}

/// The cookies of a session that has begun.
pub(super) fn with_session(response: Response, site: &Site, visit: &Visit, entered: &Entered) -> Response {
    let secure = site.options.secure_cookies;
    let response = with_cookie(response, cookies::session(&entered.token, secure));
    let response = with_cookie(response, cookies::with_device(&visit.devices, &entered.device, secure));
    if visit.halfway.is_some() { with_cookie(response, cookies::no_halfway(secure)) } else { response }
}

/// Too long to be right, and too long to be looked at.
fn is_too_long(attempt: &Attempt) -> bool {
    attempt.login.chars().count() > LOGIN_MAX || attempt.password.chars().count() > PASSWORD_MAX
}

/// Signs out.
pub(crate) async fn out(visit: Visit, State(site): State<Site>) -> PageResult {
    if let Some(token) = visit.session {
        site.run(move |app| staff::sign_out(app, &token)).await?;
    }
    Ok(with_cookie(see_other("/desk/login"), cookies::no_session(site.options.secure_cookies)))
}

/// What was typed; a demonstration's account needs no password there, and only there.
fn attempt(site: &Site, visit: &Visit, fields: &Fields) -> Attempt {
    let (login, password) = match fields.opt("demo").filter(|_| site.app.demo) {
        Some(login) => (login.to_owned(), DEMO_PASSWORD.to_owned()),
        None => (fields.get("login").to_lowercase(), fields.get("password").to_owned()),
    };
    Attempt { login, password, ..visit.attempt() }
}

/// The login page, with why the city's own sign-on let nobody in.
pub(super) async fn refused(visit: &Visit, site: &Site, to: String, error: &WebError) -> PageResult {
    again(visit, site, to, ["", ""], error).await
}

async fn again(
    visit: &Visit,
    site: &Site,
    to: String,
    [login, kept]: [&str; 2],
    error: &WebError,
) -> PageResult {
    let (status, sentence) = match error {
        WebError::Slow | WebError::App(AppError::Refused(_)) => {
            let note = error.note();
            (note.status, note.sentence(visit.lang).to_owned())
        }
        _ => (StatusCode::UNPROCESSABLE_ENTITY, wrong(visit.lang).to_owned()),
    };
    login_page(visit, site, to, [login, &sentence, kept], status).await
}

async fn login_page(
    visit: &Visit,
    site: &Site,
    to: String,
    texts: [&str; 3],
    status: StatusCode,
) -> PageResult {
    let mut response = html(&form(visit, site, to, texts).await?);
    *response.status_mut() = status;
    Ok(response)
}

fn wrong(lang: Lang) -> &'static str {
    lang.t(
        "登录名或密码不对。请核对后再输一次；忘了密码，请找管理员重设。",
        "Login or password is wrong. Check and type them again; if you forgot it, ask an administrator.",
    )
}

async fn form(
    visit: &Visit,
    site: &Site,
    to: String,
    [login, error, kept]: [&str; 3],
) -> Result<LoginPage, WebError> {
    let groups = if site.app.demo { demo(visit.lang, site).await? } else { Vec::new() };
    let own = str::to_owned;
    let mut s = visit.shell(site);
    // A form that was sent to another address led here: links go to the page to sign in.
    "/desk/login".clone_into(&mut s.path);
    let rules = site.app.city.access.sign_on.as_ref();
    let sign_on = rules.map(|rules| rules.name.get(visit.lang).to_owned()).unwrap_or_default();
    // Whoever has typed a login already goes on with it.
    let passwords = rules.is_none_or(|rules| rules.passwords) || !login.is_empty();
    Ok(LoginPage { s, login: own(login), to, error: own(error), kept: own(kept), sign_on, passwords, groups })
}

async fn demo(lang: Lang, site: &Site) -> Result<Vec<Group>, WebError> {
    let staff = site.run(users::list).await?;
    let city = &site.app.city;
    let accounts = |role: &str| {
        staff
            .iter()
            .filter(|s| s.active && s.role == role)
            .map(|s| Account {
                login: s.login.clone(),
                name: s.name.clone(),
                unit: city.unit(&s.unit).map_or_else(|| s.unit.clone(), |u| u.short.get(lang).to_owned()),
                does: does(city, role, lang),
            })
            .collect::<Vec<_>>()
    };
    let groups = city
        .roles
        .iter()
        .map(|role| Group { role: role.name.get(lang).to_owned(), accounts: accounts(&role.key) });
    let mut groups: Vec<Group> = groups.filter(|g| !g.accounts.is_empty()).collect();
    // One role has an account for every unit: it stands last, so that the others are in sight.
    groups.sort_by_key(|g| g.accounts.len() > 3);
    Ok(groups)
}

/// What a role does, in the words of its first actions.
fn does(city: &City, role: &str, lang: Lang) -> String {
    let actions = city.role(role).map_or(&[][..], |r| &r.actions);
    let words: Vec<&str> =
        actions.iter().filter(|a| a.key() != "view").take(4).map(|a| a.word(lang)).collect();
    words.join(lang.t("、", ", "))
}

/// Only addresses of the desk: a sign-in page that leads anywhere would lend its name to others.
pub(super) fn local(to: &str) -> &str {
    let rest = to.strip_prefix("/desk").unwrap_or("\\");
    let fits = (rest.is_empty() || rest.starts_with(['/', '?']))
        && !rest.contains(['\\', '\r', '\n'])
        && to.is_ascii();
    if fits && !to.starts_with("/desk/login") { to } else { "/desk" }
}

pub(super) fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}
