//! 设密码: whoever holds a link that works sets the password of its account, once.

use askama::Template;
use axum::extract::{Path, State};
use duban_app::{AppError, administration::accounts, staff::users::PASSWORD_MIN};
use duban_domain::{Refusal, policy::Guard};

use crate::frame::{Fields, PageResult, Shell, Site, Visit, WebError, html, html_again, see_other};

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
    match set(&site, token, &fields).await {
        Ok(()) => Ok(see_other("/desk/login")),
        Err(WebError::App(AppError::Refused(refusal @ Refusal::Guard(_)))) => {
            let (s, wrong) = (visit.shell(&site), refusal.sentence(visit.lang));
            Ok(html_again(&PasswordPage { s, login, least: PASSWORD_MIN, wrong }))
        }
        Err(error) => Err(error),
    }
}

/// Both times the same, and of a length that is worth hashing.
async fn set(site: &Site, token: String, fields: &Fields) -> Result<(), WebError> {
    let (first, second) = (fields.get("password").to_owned(), fields.get("again"));
    if first != second || first.chars().count() > PASSWORD_MAX {
        return Err(Refusal::from(Guard::ShortPassword { least: PASSWORD_MIN }).into());
    }
    site.run_in_turn(move |app| accounts::set_password(app, &token, &first)).await
}

/// The login of the link's account; a link that does not work any more is not found.
async fn whose(site: &Site, token: &str) -> Result<String, WebError> {
    let token = token.to_owned();
    let found = site.run(move |app| accounts::whose(app, &token)).await?;
    found.map(|staff| staff.login).ok_or_else(|| Refusal::NotFound.into())
}
