//! The page of somebody outside who was given one task by a link: what to do, where, by when, and a
//! form to say that it is done. No account, nothing of the person, and no other case.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use duban_app::{
    AppError,
    case::task::{self, ForParty},
};
use duban_domain::{Refusal, case::handling::TaskState, text};

use crate::{
    desk::words::{place_line, unit_name},
    frame::{Fields, PageResult, Shell, Site, Visit, WebError, When, error::upload_words, html, see_other},
};

#[derive(Template)]
#[template(path = "task/party.html")]
struct PartyPage {
    s: Shell,
    party: String,
    unit: String,
    words: String,
    place: String,
    due: When,
    until: When,
    state: &'static str,
    open: bool,
    sent: bool,
    typed: String,
    fault: String,
}

/// `GET /task/{token}`
pub(crate) async fn page(State(site): State<Site>, visit: Visit, Path(token): Path<String>) -> PageResult {
    let task = load(&site, &token).await?;
    let sent = Fields::of_query(visit.uri.query().unwrap_or("")).opt("done").is_some();
    Ok(html(&view(&site, &visit, &task, sent, "", String::new())))
}

/// `POST /task/{token}`
pub(crate) async fn post(
    State(site): State<Site>,
    visit: Visit,
    Path(token): Path<String>,
    fields: Fields,
) -> PageResult {
    let (of, sent) = (token.clone(), fields.clone());
    let reported = site.run(move |app| {
        let done = sent.get("do") != "failed";
        let files = sent.media("photo", &app.city.settings)?;
        task::report_by_party(app, &of, done, sent.get("words"), &files).map(|_| ())
    });
    match reported.await {
        Ok(()) => Ok(see_other(&format!("/task/{token}?done=1"))),
        Err(error) => again(&site, &visit, &token, &fields, error).await,
    }
}

/// The page again with what was typed; a task that is done already answers kindly.
async fn again(site: &Site, visit: &Visit, token: &str, fields: &Fields, error: WebError) -> PageResult {
    let lang = visit.lang;
    let fault = match &error {
        WebError::App(AppError::Refused(Refusal::NotFound)) => return Err(error),
        WebError::App(AppError::Refused(refusal)) => refusal.sentence(lang),
        WebError::App(AppError::Upload(fault)) => {
            let (zh, en) = upload_words(*fault);
            lang.t(&zh, &en).to_owned()
        }
        _ => return Err(error),
    };
    let task = load(site, token).await?;
    if task.task.state != TaskState::Open {
        return Ok(see_other(&format!("/task/{token}?done=1")));
    }
    let typed = text::shorten(fields.get("words"), text::TEXT_MAX);
    let mut response: Response = html(&view(site, visit, &task, false, &typed, fault));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn load(site: &Site, token: &str) -> Result<ForParty, WebError> {
    let token = token.to_owned();
    site.run(move |app| task::for_party(app, &token)).await
}

fn view(site: &Site, visit: &Visit, found: &ForParty, sent: bool, typed: &str, fault: String) -> PartyPage {
    let (s, city) = (visit.shell(site), &site.app.city);
    let lang = s.lang;
    PartyPage {
        party: found.party.clone(),
        unit: found.unit.as_deref().map(|key| unit_name(city, key, lang)).unwrap_or_default(),
        words: found.words.clone(),
        place: place_line(city, found.division.as_deref(), &found.place, lang),
        due: s.when(&found.task.due),
        until: s.when(&found.until),
        state: found.task.state.word(lang),
        open: found.task.state == TaskState::Open,
        sent,
        typed: typed.to_owned(),
        fault,
        s,
    }
}
