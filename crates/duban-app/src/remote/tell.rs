//! Telling the other server what happened here after it took a case over: the person added something,
//! was not content, or the case was closed. Once each: the id of the event is the id of the update.

use duban_domain::{
    CaseId, EventId,
    case::{Ending, Event, What},
    city::Remote,
};
use duban_store::{Job, Link};

use super::{
    Next, begin,
    protocol::{Failed, instant},
    server,
};
use crate::{App, wiring::Result};

/// What is told.
struct Word {
    /// As mysociety's extension calls the state.
    status: &'static str,
    text: String,
    at: duban_domain::Stamp,
    /// The person was not content, and the other server has closed it already: it is handed in anew.
    again: bool,
}

pub(super) fn tell(app: &App, job: &Job) -> Result<Next> {
    let Some((key, event)) = job.payload.split_once(':') else { return Ok(Next::Done) };
    let (Some(remote), Ok(event)) = (app.city.remote(key), event.parse::<i64>()) else {
        return Ok(Next::Done);
    };
    let case = CaseId(job.subject);
    let found = app.store.read(|tx| {
        let history = tx.events(case)?;
        let link = tx.link(case, key)?;
        let at = history.iter().position(|stored| stored.id == EventId(event));
        let events: Vec<Option<Event>> = history.into_iter().map(|stored| stored.event).collect();
        Ok::<_, crate::AppError>(link.zip(at.and_then(|at| word(&events, at))))
    })?;
    let Some((link, word)) = found else { return Ok(Next::Done) };
    if word.again && link.status.as_deref() == Some("closed") {
        return anew(app, remote, case);
    }
    let Some(number) = link.number.clone() else { return Ok(Next::Done) };
    said(app, remote, &link, &number, event, &word)
}

fn said(app: &App, remote: &Remote, link: &Link, number: &str, event: i64, word: &Word) -> Result<Next> {
    let id = event.to_string();
    let mut status = word.status;
    loop {
        let form = [
            ("update_id", id.as_str()),
            ("service_request_id", number),
            ("service_request_id_ext", &link.reference),
            ("status", status),
            ("updated_datetime", &instant(word.at)),
            ("description", &word.text),
            ("public_anonymity_required", "TRUE"),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        return match server(app, remote).post("servicerequestupdates", form, &id) {
            Ok(_) => Ok(Next::Done),
            // A server that knows two states only.
            Err(Failed::Refused(400, _)) if status == "REOPEN" => {
                status = "OPEN";
                continue;
            }
            Err(Failed::Refused(status @ (400 | 404 | 405 | 501), why)) => {
                let error = format!("updates are not taken: {status} {why}");
                app.store.write(|tx| {
                    let link = tx.link(link.case, &link.remote)?;
                    link.map(|link| tx.put_link(&Link { error: Some(error.clone()), ..link })).transpose()?;
                    Ok::<_, crate::AppError>(())
                })?;
                Ok(Next::Done)
            }
            Err(refused @ Failed::Refused(..)) => Ok(Next::Refused(refused.to_string())),
            Err(Failed::Doubt(why)) => Ok(Next::Failed(why)),
        };
    }
}

/// Hands a case in anew: over there it is closed.
fn anew(app: &App, remote: &Remote, case: CaseId) -> Result<Next> {
    app.store.write(|tx| {
        if let Some(case) = tx.case_for_update(case)?.filter(|case| case.unit() == Some(&remote.unit)) {
            begin(app, tx, &case, remote)?;
        }
        Ok(Next::Done)
    })
}

fn word(history: &[Option<Event>], at: usize) -> Option<Word> {
    let event = history.get(at)?.as_ref()?;
    let heard = || {
        history[..at].iter().rev().flatten().find_map(|event| match &event.what {
            What::Heard { words, .. } => Some(words.clone()),
            _ => None,
        })
    };
    let (status, text) = match &event.what {
        What::Supplemented { text, .. } => ("OPEN", format!("诉求人补充：{text}")),
        What::Reopened { .. } => ("REOPEN", format!("诉求人说没有解决。{}", heard().unwrap_or_default())),
        What::Closed { ending: Ending::Confirmed } => {
            ("CLOSED", format!("诉求人确认已解决。{}", heard().unwrap_or_default()))
        }
        What::Closed { .. } => ("CLOSED", "已办结。".to_owned()),
        _ => return None,
    };
    Some(Word { status, text, at: event.at, again: matches!(event.what, What::Reopened { .. }) })
}
