//! 撤回 and 公开: what a person decides about their own matter, on its page.

use axum::extract::{Path, State};
use duban_app::{AppError, resident::speak};
use duban_domain::{Number, Refusal, case::Consent};

use super::track;
use crate::frame::{Fields, PageResult, Site, Visit, WebError, see_other};

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
    let (of, reason) = (number.clone(), fields.get("reason").to_owned());
    told(
        site.run(move |app| speak::withdraw(app, &known, &of, &reason)).await.map(|_| ()),
        &number,
        "withdrawn",
    )
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
    told(site.run(move |app| speak::share(app, &known, &of, consent)).await.map(|_| ()), &number, "shared")
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
