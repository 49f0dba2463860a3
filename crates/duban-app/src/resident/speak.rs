//! 评价, 补充, 撤回 and 公开: the person speaks about their own request.

use duban_domain::{
    Lang, Number, Refusal, RequestId,
    case::{self, Case, Consent, Heard, Phase, Satisfaction},
    policy::{self, Action, verb},
    question::{self, AnswerKind, Detail, Given},
    request::Privacy,
};

use duban_store::WriteTx;
use jiff::Timestamp;

use super::Known;
use crate::{
    App,
    case::{done, form_key, is_done, load, moment, record, reindex},
    media::{self, NewMedia},
    object,
    wiring::Result,
};

/// What the person says at the end.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Solved or not.
    pub solved: bool,
    /// How satisfied, when they said.
    pub satisfaction: Option<Satisfaction>,
    /// In their own words.
    pub words: String,
    /// Keys of the survey's answers that they chose.
    pub answers: Vec<String>,
}

/// The person says whether it is solved. The same form sent twice counts once.
pub fn evaluate(
    app: &App,
    who: &Known,
    number: &Number,
    said: &Evaluation,
    form: Option<&[u8]>,
) -> Result<Case> {
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let now = moment(tx, &case, app.now())?;
        let permitted = policy::own::<verb::Callback>(who.request(), &case)?;
        let form = form.map(|form| form_key(form, &case, permitted.actor(), Action::Callback));
        if is_done(tx, form.as_deref())? {
            return Ok(case);
        }
        let heard = Heard {
            request: who.request(),
            solved: said.solved,
            satisfaction: said.satisfaction,
            words: said.words.clone(),
            answers: said.answers.clone(),
        };
        let happened = case::hear(&permitted, &heard, &app.ground(now))?;
        done(tx, form.as_deref(), now)?;
        record(app, tx, &case, permitted.actor(), now, happened)
    })
}

/// The person does not want it dealt with any more. The same form sent twice counts once.
pub fn withdraw(app: &App, who: &Known, number: &Number, reason: &str, form: Option<&[u8]>) -> Result<Case> {
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let now = moment(tx, &case, app.now())?;
        let permitted = policy::own::<verb::Withdraw>(who.request(), &case)?;
        let form = form.map(|form| form_key(form, &case, permitted.actor(), Action::Register));
        if is_done(tx, form.as_deref())? {
            return Ok(case);
        }
        let happened = case::withdraw(&permitted, who.request(), reason)?;
        done(tx, form.as_deref(), now)?;
        record(app, tx, &case, permitted.actor(), now, happened)
    })
}

/// The person says what others may see: nothing, the facts, or their words too. The same
/// form sent twice counts once.
pub fn share(app: &App, who: &Known, number: &Number, consent: Consent, form: Option<&[u8]>) -> Result<Case> {
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let now = moment(tx, &case, app.now())?;
        let permitted = policy::own::<verb::Share>(who.request(), &case)?;
        let form = form.map(|form| form_key(form, &case, permitted.actor(), Action::Moderate));
        if is_done(tx, form.as_deref())? {
            return Ok(case);
        }
        let request = tx.request(who.request())?.ok_or(Refusal::NotFound)?;
        // A confidential matter is never public, whatever is chosen later.
        if request.privacy == Privacy::Confidential {
            return Err(Refusal::NoChange.into());
        }
        let happened = case::share(&permitted, who.request(), consent, &request.text)?;
        done(tx, form.as_deref(), now)?;
        record(app, tx, &case, permitted.actor(), now, happened)
    })
}

/// The person adds words or photos. The same form sent twice counts once.
pub fn add(
    app: &App,
    who: &Known,
    number: &Number,
    text: &str,
    files: &[NewMedia],
    form: Option<&[u8]>,
) -> Result<Case> {
    app.store.write(|tx| added(app, tx, who.request(), number, text, files, form))
}

/// The same inside the transaction of whoever knows that the person spoke.
pub(crate) fn added(
    app: &App,
    tx: &mut WriteTx<'_>,
    request: RequestId,
    number: &Number,
    text: &str,
    files: &[NewMedia],
    form: Option<&[u8]>,
) -> Result<Case> {
    let case = load(tx, number)?;
    let now = moment(tx, &case, app.now())?;
    let permitted = policy::own::<verb::Note>(request, &case)?;
    let form = form.map(|form| form_key(form, &case, permitted.actor(), Action::Note));
    if is_done(tx, form.as_deref())? {
        return Ok(case);
    }
    // Before a file is kept: whoever goes on after a refusal must not leave one on a closed case.
    if case.phase() == Phase::Closed {
        return Err(Refusal::WrongPhase { tried: Action::Note, phase: Phase::Closed }.into());
    }
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        kept.push(media::keep(app, tx, file, Some(request), Some(case.id), now)?);
    }
    let happened = case::supplement(&permitted, request, text, kept)?;
    done(tx, form.as_deref(), now)?;
    let after = record(app, tx, &case, permitted.actor(), now, happened)?;
    reindex(tx, &after)?;
    Ok(after)
}

/// The person answers what their kind of matter asks, when the form did not ask: once, beside the words
/// that they said first. The same form sent twice counts once.
pub fn answer(app: &App, who: &Known, number: &Number, given: &Given, form: Option<&[u8]>) -> Result<Case> {
    app.store.write(|tx| {
        let case = load(tx, number)?;
        let now = moment(tx, &case, app.now())?;
        let permitted = policy::own::<verb::Note>(who.request(), &case)?;
        let form = form.map(|form| form_key(form, &case, permitted.actor(), Action::Note));
        if is_done(tx, form.as_deref())? {
            return Ok(case);
        }
        let request = tx.request(who.request())?.ok_or(Refusal::NotFound)?;
        if !request.details.is_empty() {
            return Err(Refusal::AlreadyHeard.into());
        }
        let details =
            question::read(&app.city, case.category.as_deref(), given).map_err(Refusal::Misanswered)?;
        let details = object::named(app, tx, details)?;
        let happened = case::supplement(&permitted, request.id, &spelled(app, &details), Vec::new())?;
        tx.put_details(request.id, &details)?;
        done(tx, form.as_deref(), now)?;
        let after = record(app, tx, &case, permitted.actor(), now, happened)?;
        reindex(tx, &after)?;
        Ok(after)
    })
}

/// The answers as the history keeps them: a line each.
fn spelled(app: &App, details: &[Detail]) -> String {
    let line = |detail: &Detail| {
        let question = app.city.question(&detail.question)?;
        let local = |at: Timestamp| at.to_zoned(app.city.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        let said = match question.kind {
            AnswerKind::When => detail.values.iter().filter_map(|at| at.parse().ok().map(local)).collect(),
            _ => question.words(&detail.values, Lang::Zh),
        };
        Some(format!("{} {said}", question.ask.get(Lang::Zh)))
    };
    details.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}
