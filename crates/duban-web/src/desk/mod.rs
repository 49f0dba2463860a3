//! The staff's pages: sign in, worklist, case, steps, intake, figures, live events.
//!
//! What may be done is decided by the rules; these pages only offer what the member can do now.

mod acts;
pub(crate) mod admin;
pub(crate) mod around;
mod around_more;
pub(crate) mod around_more_steps;
pub(crate) mod around_steps;
#[cfg(test)]
mod around_tests;
pub(crate) mod assist;
pub(crate) mod board;
pub(crate) mod bulk;
pub(crate) mod callbacks;
pub(crate) mod calls;
pub(crate) mod case;
pub(crate) mod chart;
mod checklist;
#[cfg(test)]
mod checklist_tests;
mod choices;
pub(crate) mod door;
pub(crate) mod entry;
pub(crate) mod export;
pub(crate) mod figures;
pub(crate) mod filter;
mod forms;
pub(crate) mod intake;
pub(crate) mod kept;
pub(crate) mod knowledge;
mod learned;
pub(crate) mod letters;
pub(crate) mod letters_aside;
pub(crate) mod list;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod media;
mod nearby;
pub(crate) mod notice_texts;
pub(crate) mod notices;
pub(crate) mod numbers;
mod outside;
pub(crate) mod paper;
pub(crate) mod people;
pub(crate) mod phrases;
pub(crate) mod presence;
pub(crate) mod present;
pub(crate) mod quality;
mod ready;
pub(crate) mod report;
mod same;
pub(crate) mod seek;
pub(crate) mod sheet;
pub(crate) mod sign_on;
pub(crate) mod staff_mail;
pub(crate) mod steps;
pub(crate) mod tasks;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod tests_door;
#[cfg(test)]
mod tests_entry;
#[cfg(test)]
mod tests_learned;
#[cfg(test)]
mod tests_notices;
#[cfg(test)]
mod tests_ready;
#[cfg(test)]
mod tests_stories;
#[cfg(test)]
mod tests_webhooks;
pub(crate) mod timeline;
mod timeline_moves;
mod views;
pub(crate) mod voices;
pub(crate) mod way;
pub(crate) mod words;

use askama::Template;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use duban_app::live as events;
use duban_domain::policy::Action;
use serde_json::json;

use crate::frame::{Desk, PageResult, Shell, Site, Visit, html, see_other};

#[derive(Template)]
#[template(path = "desk/home.html")]
struct HomePage {
    s: Shell,
}

/// Where the work of each action is; the first that a role may do is where it begins.
const ROOMS: [(Action, &str); 10] = [
    (Action::View, "/desk/cases"),
    (Action::Figures, "/desk/figures"),
    (Action::Administer, "/desk/city"),
    (Action::Accounts, "/desk/accounts"),
    (Action::Audit, "/desk/changes"),
    (Action::Texts, "/desk/phrases"),
    (Action::Knowledge, "/desk/knowledge"),
    (Action::Hall, "/desk/hall"),
    (Action::HallReview, "/desk/hall"),
    (Action::HallPay, "/desk/hall"),
];

/// Each role begins where its work is.
pub(crate) async fn home(desk: Desk) -> Response {
    let can = |action| desk.who.can(action);
    if can(Action::Register) && !can(Action::Dispatch) {
        return see_other("/desk/intake");
    }
    match ROOMS.iter().find(|(action, _)| can(*action)) {
        Some((_, room)) => see_other(room),
        None => html(&HomePage { s: desk.shell() }),
    }
}

/// For whoever watches the server: it answers, and so does its database.
pub(crate) async fn health(State(site): State<Site>) -> PageResult {
    site.run(events::mark).await?;
    let state =
        json!({"status": "ok", "engine": site.app.store.engine(), "version": env!("CARGO_PKG_VERSION")});
    Ok(Json(state).into_response())
}

#[derive(Template)]
#[template(path = "desk/gallery.html")]
struct GalleryPage {
    s: Shell,
}

/// Everything that pages are made of, on one page.
pub(crate) async fn gallery(visit: Visit, State(site): State<Site>) -> Response {
    html(&GalleryPage { s: visit.shell(&site) })
}
