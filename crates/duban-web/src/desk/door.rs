//! The second half of signing in: the code after the password, or, where the role asks for a second factor that the
//! account does not have yet, setting it up. A cookie of its own leads here; it opens nothing else.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use duban_app::staff::{
    Entered,
    second::{self, Offer},
};

use super::login::{came_in, is_no, local, with_cookie, with_session};
use crate::{
    frame::{Fields, PageResult, Shell, Site, Visit, WebError, cookies, html, kept, see_other},
    resident::view::{Qr, qr},
};

/// Longer than this nothing is a code.
const CODE_MAX: usize = 64;

#[derive(Template)]
#[template(path = "desk/code.html")]
struct CodePage {
    s: Shell,
    to: String,
    /// A form that came without a session, sealed; it goes on after the code.
    kept: String,
    wrong: String,
    offer: Option<OfferShown>,
}

/// A secret as its owner takes it over: a square picture, and the same in letters.
pub(super) struct OfferShown {
    pub(super) secret: String,
    pub(super) address: String,
    pub(super) qr: Qr,
}

impl OfferShown {
    pub(super) fn of(offer: Offer) -> Self {
        Self { qr: qr(&offer.address), secret: offer.secret, address: offer.address }
    }
}

#[derive(Template)]
#[template(path = "desk/codes.html")]
struct CodesPage {
    s: Shell,
    codes: Vec<String>,
    to: String,
    /// Where a form on board goes, and the form.
    form: Option<(String, String)>,
}

/// After the right password.
pub(super) async fn ask(
    visit: &Visit,
    site: &Site,
    fields: &Fields,
    token: String,
    enrol: bool,
) -> PageResult {
    let cookie = cookies::halfway(&token, site.options.secure_cookies);
    let offer = if enrol { Some(offered(site, token).await?) } else { None };
    Ok(with_cookie(html(&view(visit, site, fields, String::new(), offer)), cookie))
}

async fn offered(site: &Site, token: String) -> Result<OfferShown, WebError> {
    site.run(move |app| second::begin_halfway(app, &token)).await.map(OfferShown::of)
}

fn view(visit: &Visit, site: &Site, fields: &Fields, wrong: String, offer: Option<OfferShown>) -> CodePage {
    let mut s = visit.shell(site);
    "/desk/login".clone_into(&mut s.path);
    let (to, kept) = (local(fields.get("to")).to_owned(), fields.get(kept::FIELD).to_owned());
    CodePage { s, to, kept, wrong, offer }
}

/// The page once more, for whoever loads it again while the password still counts.
pub(crate) async fn page(visit: Visit, State(site): State<Site>) -> PageResult {
    let Some(token) = visit.halfway.clone() else { return Ok(see_other("/desk/login")) };
    let asked = token.clone();
    let Ok(enrol) = site.run(move |app| second::must_enrol(app, &asked)).await else {
        return Ok(see_other("/desk/login"));
    };
    let offer = if enrol { Some(offered(&site, token).await?) } else { None };
    let query = Fields::of_query(visit.uri.query().unwrap_or(""));
    Ok(html(&view(&visit, &site, &query, String::new(), offer)))
}

/// A code from the app, or a recovery code.
pub(crate) async fn post(visit: Visit, State(site): State<Site>, fields: Fields) -> PageResult {
    let Some(token) = visit.halfway.clone() else { return Ok(see_other("/desk/login")) };
    let (code, at, shown) = (code(&fields), visit.attempt(), fields.clone());
    match site.run(move |app| second::enter(app, &token, &at, &code)).await {
        Ok(entered) => Ok(came_in(&site, &visit, &fields, local(fields.get("to")), &entered)),
        Err(error) if is_no(&error) => Ok(again(&visit, &site, &shown, &error, None)),
        Err(error) => over(error),
    }
}

/// The first code of a secret that was just made: from now on it counts. The recovery codes are shown this once.
pub(crate) async fn enrol(visit: Visit, State(site): State<Site>, fields: Fields) -> PageResult {
    let Some(token) = visit.halfway.clone() else { return Ok(see_other("/desk/login")) };
    let (code, at, own) = (code(&fields), visit.attempt(), token.clone());
    match site.run(move |app| second::confirm_halfway(app, &own, &at, &code)).await {
        Ok((entered, codes)) => Ok(enrolled(&visit, &site, &fields, &entered, codes)),
        Err(error) if is_no(&error) => {
            Ok(again(&visit, &site, &fields, &error, offered(&site, token).await.ok()))
        }
        Err(error) => over(error),
    }
}

fn code(fields: &Fields) -> String {
    fields.get("code").chars().take(CODE_MAX).collect()
}

fn enrolled(visit: &Visit, site: &Site, fields: &Fields, entered: &Entered, codes: Vec<String>) -> Response {
    let form = kept::path(&site.app, fields, entered.staff);
    let form = form.map(|path| (path, fields.get(kept::FIELD).to_owned()));
    let mut s = visit.shell(site);
    "/desk/login".clone_into(&mut s.path);
    let page = CodesPage { s, codes, to: local(fields.get("to")).to_owned(), form };
    with_session(html(&page), site, visit, entered)
}

fn again(
    visit: &Visit,
    site: &Site,
    fields: &Fields,
    error: &WebError,
    offer: Option<OfferShown>,
) -> Response {
    let note = error.note();
    let mut response = html(&view(visit, site, fields, note.sentence(visit.lang).to_owned(), offer));
    *response.status_mut() = note.status;
    response
}

/// The password counts no longer: from the beginning.
fn over(error: WebError) -> PageResult {
    match error.note().status {
        StatusCode::NOT_FOUND => Ok(see_other("/desk/login").into_response()),
        _ => Err(error),
    }
}
