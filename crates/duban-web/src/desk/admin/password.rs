//! 设密码: whoever holds a link that works sets the password of its account, once.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use duban_app::{AppError, administration::accounts, staff::users::PASSWORD_MIN};
use duban_domain::{Refusal, policy::Guard};

use crate::desk::login::with_cookie;
use crate::frame::{Fields, PageResult, Shell, Site, Visit, WebError, cookies, html, html_again, see_other};

/// Longer than this, in characters, nothing is a password.
const PASSWORD_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "admin/password.html")]
pub(super) struct PasswordPage {
    s: Shell,
    login: String,
    least: usize,
    wrong: String,
}

/// The form, while the link works.
pub(crate) async fn page(visit: Visit, State(site): State<Site>, Path(token): Path<String>) -> PageResult {
    let login = whose(&site, &token).await?;
    let (s, wrong) = (visit.shell(&site), String::new());
    Ok(html(&PasswordPage { s, login, least: PASSWORD_MIN, wrong }))
}

/// Sets it, and leads to the page to sign in.
pub(crate) async fn post(
    visit: Visit,
    State(site): State<Site>,
    Path(token): Path<String>,
    fields: Fields,
) -> PageResult {
    let login = whose(&site, &token).await?;
    match set(&site, &visit, token, &fields).await {
        Ok(device) => Ok(known(&site, &visit, &device)),
        Err(WebError::App(AppError::Refused(refusal @ Refusal::Guard(_)))) => {
            let (s, wrong) = (visit.shell(&site), refusal.sentence(visit.lang));
            Ok(html_again(&PasswordPage { s, login, least: PASSWORD_MIN, wrong }))
        }
        Err(error) => Err(error),
    }
}

/// On to the page to sign in, in a browser that the account knows: nobody who guesses elsewhere keeps its owner out.
fn known(site: &Site, visit: &Visit, device: &str) -> Response {
    let cookie = cookies::with_device(&visit.devices, device, site.options.secure_cookies);
    with_cookie(see_other("/desk/login"), cookie)
}

/// Both times the same, and of a length that is worth hashing.
async fn set(site: &Site, visit: &Visit, token: String, fields: &Fields) -> Result<String, WebError> {
    let (first, second) = (fields.get("password").to_owned(), fields.get("again"));
    if first != second || first.chars().count() > PASSWORD_MAX {
        return Err(Refusal::from(Guard::ShortPassword { least: PASSWORD_MIN }).into());
    }
    let at = visit.attempt();
    site.run_in_turn(move |app| accounts::set_password(app, &token, &first, &at)).await
}

/// The login of the link's account; a link that does not work any more is not found.
async fn whose(site: &Site, token: &str) -> Result<String, WebError> {
    let token = token.to_owned();
    let found = site.run(move |app| accounts::whose(app, &token)).await?;
    found.map(|staff| staff.login).ok_or_else(|| Refusal::NotFound.into())
}
