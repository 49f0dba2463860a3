//! 账号: made and changed by the security administrator. The link for a password is shown once.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use duban_app::{
    AppError,
    administration::accounts::{self, Wanted},
    staff::second::State,
};
use duban_domain::{Refusal, StaffId};

use crate::{
    desk::{
        me::OpenShown,
        words::{self, Choice, Choices},
    },
    frame::{Desk, Fields, PageResult, Shell, WebError, When, html, see_other},
};

#[derive(Template)]
#[template(path = "admin/accounts.html")]
pub(super) struct AccountsPage {
    s: Shell,
    rows: Vec<RowShown>,
    form: FormShown,
    wrong: String,
}

struct RowShown {
    id: i64,
    login: String,
    name: String,
    unit: String,
    role: String,
    active: bool,
}

/// What the form of an account holds.
struct FormShown {
    wanted: Wanted,
    roles: Vec<Choice>,
    units: Vec<Choices>,
}

#[derive(Template)]
#[template(path = "admin/account.html")]
pub(super) struct AccountPage {
    s: Shell,
    id: i64,
    form: FormShown,
    wrong: String,
    saved: bool,
    own: bool,
    /// A link for setting a password, shown this once.
    link: String,
    sessions: Vec<OpenShown>,
    second: State,
    second_since: Option<When>,
    /// Whether the city has a sign-on of its own, and what it calls the owner.
    has_sign_on: bool,
    sign_on: String,
}

/// Everybody, and the form of a new account.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let wanted = Wanted { active: true, ..Wanted::default() };
    Ok(html(&listed(&desk, wanted, String::new()).await?))
}

/// Makes one; its page then shows the link for its password.
pub(crate) async fn add(desk: Desk, fields: Fields) -> PageResult {
    let wanted = Wanted { active: true, ..sent(&fields) };
    let asked = wanted.clone();
    match desk.run(move |ctx| accounts::add(ctx, &asked)).await {
        Ok((id, token)) => Ok(html(&shown(&desk, id, wanted, &token).await?)),
        Err(error) => {
            let mut response = html(&listed(&desk, wanted, sentence(&desk, error)?).await?);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// One account.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let found = desk.run(move |ctx| accounts::one(ctx, id)).await?;
    let saved = desk.visit.uri.query().is_some_and(|query| query.contains("saved"));
    Ok(html(&AccountPage { saved, ..shown(&desk, id, found.into(), "").await? }))
}

/// Changes one.
pub(crate) async fn change(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let id = id_of(&id)?;
    let wanted = sent(&fields);
    let asked = wanted.clone();
    match desk.run(move |ctx| accounts::change(ctx, id, &asked)).await {
        Ok(()) => Ok(see_other(&format!("/desk/accounts/{}?saved=1", id.0))),
        Err(error) => {
            let wrong = sentence(&desk, error)?;
            let mut response = html(&AccountPage { wrong, ..shown(&desk, id, wanted, "").await? });
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// Makes a link for a new password.
pub(crate) async fn link(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    let token = desk.run(move |ctx| accounts::link(ctx, id)).await?;
    let found = desk.run(move |ctx| accounts::one(ctx, id)).await?;
    Ok(html(&shown(&desk, id, found.into(), &token).await?))
}

/// Ends every session of an account.
pub(crate) async fn end_sessions(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    desk.run(move |ctx| accounts::end_sessions(ctx, id)).await?;
    Ok(see_other(&format!("/desk/accounts/{}?saved=1", id.0)))
}

/// Names the one at the city's own sign-on whose account it is.
pub(crate) async fn name_sign_on(desk: Desk, Path(id): Path<String>, fields: Fields) -> PageResult {
    let (id, name) = (id_of(&id)?, fields.get("sign_on").to_owned());
    match desk.run(move |ctx| accounts::name_sign_on(ctx, id, &name)).await {
        Ok(()) => Ok(see_other(&format!("/desk/accounts/{}?saved=1", id.0))),
        Err(error) => {
            let wrong = sentence(&desk, error)?;
            let found = desk.run(move |ctx| accounts::one(ctx, id)).await?;
            let page = shown(&desk, id, found.into(), "").await?;
            let typed = fields.get("sign_on").to_owned();
            let mut response = html(&AccountPage { wrong, sign_on: typed, ..page });
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// Takes the second factor of an account away.
pub(crate) async fn reset(desk: Desk, Path(id): Path<String>) -> PageResult {
    let id = id_of(&id)?;
    desk.run(move |ctx| accounts::reset_second_factor(ctx, id)).await?;
    Ok(see_other(&format!("/desk/accounts/{}?saved=1", id.0)))
}

fn id_of(text: &str) -> Result<StaffId, WebError> {
    text.parse().map(StaffId).map_err(|_| WebError::from(Refusal::NotFound))
}

fn sent(fields: &Fields) -> Wanted {
    Wanted {
        login: fields.get("login").to_owned(),
        name: fields.get("name").to_owned(),
        unit: fields.get("unit").to_owned(),
        role: fields.get("role").to_owned(),
        active: !fields.get("active").is_empty(),
    }
}

/// The sentence of a refusal that the form can answer to; any other error goes on.
fn sentence(desk: &Desk, error: WebError) -> Result<String, WebError> {
    match error {
        WebError::App(AppError::Refused(
            refusal @ (Refusal::Guard(_)
            | Refusal::NeedsText(_)
            | Refusal::TooLong { .. }
            | Refusal::UnknownUnit(_)
            | Refusal::NoChange),
        )) => Ok(refusal.sentence(desk.visit.lang)),
        other => Err(other),
    }
}

fn form(desk: &Desk, wanted: Wanted) -> FormShown {
    let (city, lang) = (&desk.site.app.city, desk.visit.lang);
    let roles = city.roles.iter().map(|r| Choice { key: r.key.clone(), name: r.name.get(lang).to_owned() });
    FormShown { wanted, roles: roles.collect(), units: words::unit_choices(city, lang) }
}

async fn listed(desk: &Desk, wanted: Wanted, wrong: String) -> Result<AccountsPage, WebError> {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let staff = desk.run(accounts::list).await?;
    let role = |key: &str| city.role(key).map_or_else(|| key.to_owned(), |r| r.name.get(s.lang).to_owned());
    let rows = staff.into_iter().map(|staff| RowShown {
        id: staff.id.0,
        unit: words::unit_name(city, &staff.unit, s.lang),
        role: role(&staff.role),
        login: staff.login,
        name: staff.name,
        active: staff.active,
    });
    Ok(AccountsPage { rows: rows.collect(), form: form(desk, wanted), wrong, s })
}

async fn shown(desk: &Desk, id: StaffId, wanted: Wanted, token: &str) -> Result<AccountPage, WebError> {
    let (open, second, sign_on) = desk
        .run(move |ctx| {
            let second = accounts::second_factor(ctx, id)?;
            Ok((accounts::sessions(ctx, id)?, second, accounts::sign_on_name(ctx, id)?))
        })
        .await?;
    let (s, base) = (desk.shell(), desk.site.app.base());
    Ok(AccountPage {
        sessions: open.into_iter().map(|open| OpenShown::of(&s, open)).collect(),
        second_since: second.since.map(|at| s.when(&at)),
        has_sign_on: desk.site.app.city.access.sign_on.is_some() || !sign_on.is_empty(),
        sign_on,
        second,
        s,
        id: id.0,
        form: form(desk, wanted),
        wrong: String::new(),
        saved: false,
        own: id == desk.who.id,
        link: if token.is_empty() { String::new() } else { format!("{base}/password/{token}") },
    })
}
