//! 子任务: points of a case for other units, and for somebody outside by a link.
//!
//! The link is shown once to whoever makes it; only its hash is kept. It opens one task and nothing
//! else, until it expires, is taken back, or the task is done.

use duban_domain::{
    Refusal, Stamp,
    case::{
        self, Case,
        handling::{self, Giving, Task},
    },
    policy::{self, permit_task, verb},
    stamp::DAY_MS,
};
use duban_store::{ReadTx, TaskLink, WriteTx};

use super::{On, load, record, step_with};
use crate::{
    App, AppError, Ctx, keys,
    media::{self, NewMedia},
    wiring::Result,
};

/// What came of a task.
#[derive(Clone, Debug)]
pub struct Reporting {
    /// Which task.
    pub task: u16,
    /// Done, or it cannot be done.
    pub done: bool,
    /// What came of it.
    pub words: String,
    /// Photos and documents.
    pub files: Vec<NewMedia>,
}

/// Gives a task; for somebody outside the token of their link comes back, this once.
pub fn give(ctx: &Ctx, on: &On, giving: &Giving) -> Result<(Case, Option<String>)> {
    let mut link = None;
    let case = step_with::<verb::Task>(ctx, on, |tx, permitted, ground| {
        let mut happened = handling::give(permitted, giving, ground)?;
        if giving.unit.is_none() {
            let no = permitted.case().handling.tasks.iter().map(|task| task.no).max().unwrap_or(0) + 1;
            let (token, until) = new_link(ctx, tx, permitted.case(), no, &giving.party)?;
            happened.push(case::What::Moved(case::Move::LinkMade { task: no, until }));
            link = Some(token);
        }
        Ok(happened)
    })?;
    Ok((case, link))
}

/// Says what came of a task of one's own unit.
pub fn report(ctx: &Ctx, on: &On, said: &Reporting) -> Result<Case> {
    ctx.app.store.write(|tx| {
        let case = load(tx, &on.number)?;
        let permitted = permit_task(&ctx.who, &case, said.task)?;
        if on.seen.is_some_and(|seen| seen != case.version) {
            return Err(Refusal::Stale.into());
        }
        reported(&ctx.app, tx, &case, &permitted, said, ctx.now)
    })
}

/// Calls a task off; the link of somebody outside ends with it.
pub fn call_off(ctx: &Ctx, on: &On, task: u16, words: &str) -> Result<Case> {
    step_with::<verb::Task>(ctx, on, |tx, permitted, _| {
        let happened = handling::call_off(permitted, task, words)?;
        tx.end_task_link(permitted.case().id, task)?;
        Ok(happened)
    })
}

/// A new link for somebody outside; the old one ends.
pub fn relink(ctx: &Ctx, on: &On, task: u16) -> Result<(Case, String)> {
    let mut token = String::new();
    let case = step_with::<verb::Task>(ctx, on, |tx, permitted, _| {
        let until = ctx.now.plus_ms(ctx.city().settings.link_days * DAY_MS);
        let happened = handling::link(permitted, task, Some(until))?;
        let party = party_of(tx, permitted.case(), task)?;
        token = new_link(ctx, tx, permitted.case(), task, &party)?.0;
        Ok(happened)
    })?;
    Ok((case, token))
}

/// Takes a link back: from now on it opens nothing.
pub fn unlink(ctx: &Ctx, on: &On, task: u16) -> Result<Case> {
    step_with::<verb::Task>(ctx, on, |tx, permitted, _| {
        let happened = handling::link(permitted, task, None)?;
        tx.end_task_link(permitted.case().id, task)?;
        Ok(happened)
    })
}

/// What somebody outside sees: their task, the place, nothing of the person and of no other case.
#[derive(Clone, Debug)]
pub struct ForParty {
    /// Who they are, as the unit wrote it.
    pub party: String,
    /// What to do.
    pub words: String,
    /// The key of the unit that gave it.
    pub unit: Option<String>,
    /// The place in words.
    pub place: String,
    /// The division.
    pub division: Option<String>,
    /// The task.
    pub task: Task,
    /// Until when the link opens.
    pub until: Stamp,
}

/// Opens a link; one that expired, was taken back or never was is "not found".
pub fn for_party(app: &App, token: &str) -> Result<ForParty> {
    app.store.read(|tx| {
        let link = link_of(app, tx, token)?;
        let case = tx.case(link.case)?.ok_or(Refusal::NotFound)?;
        let task = case.task(link.task).cloned().ok_or(Refusal::NotFound)?;
        let row = tx.case_row(link.case)?.ok_or(Refusal::NotFound)?;
        let given =
            tx.events(link.case)?.into_iter().filter_map(|stored| stored.event).find_map(|event| match event
                .what
            {
                case::What::Moved(case::Move::TaskGiven { task, words, .. }) if task == link.task => {
                    Some((words, event.by.unit))
                }
                _ => None,
            });
        let (words, unit) = given.ok_or(Refusal::NotFound)?;
        Ok(ForParty {
            party: link.party,
            words,
            unit,
            place: row.place_words,
            division: row.division,
            task,
            until: link.expires_at,
        })
    })
}

/// Somebody outside says what came of it. Sending it twice counts once.
pub fn report_by_party(app: &App, token: &str, done: bool, words: &str, files: &[NewMedia]) -> Result<Case> {
    let now = app.now();
    app.store.write(|tx| {
        let link = link_of(app, tx, token)?;
        let case = tx.case_for_update(link.case)?.ok_or(Refusal::NotFound)?;
        let permitted = policy::by_link(&link.party, &case);
        let said = Reporting { task: link.task, done, words: words.to_owned(), files: files.to_vec() };
        reported(app, tx, &case, &permitted, &said, now)
    })
}

fn reported(
    app: &App,
    tx: &mut WriteTx<'_>,
    case: &Case,
    permitted: &policy::Permitted<'_, verb::Work>,
    said: &Reporting,
    now: Stamp,
) -> Result<Case> {
    let mut media = Vec::with_capacity(said.files.len());
    for file in &said.files {
        media.push(media::keep(app, tx, file, None, Some(case.id), now)?);
    }
    let happened = handling::report(permitted, said.task, said.done, &said.words, media)?;
    record(app, tx, case, permitted.actor(), now, happened)
}

fn link_of(app: &App, tx: &mut ReadTx<'_>, token: &str) -> Result<TaskLink> {
    let token = keys::unhex(token).ok_or(Refusal::NotFound)?;
    let link = tx.task_link(&keys::hash(&token))?;
    Ok(link.filter(|link| link.expires_at > app.now()).ok_or(Refusal::NotFound)?)
}

fn new_link(ctx: &Ctx, tx: &mut WriteTx<'_>, case: &Case, task: u16, party: &str) -> Result<(String, Stamp)> {
    let token = ctx.app.entropy.token();
    let expires_at = ctx.now.plus_ms(ctx.city().settings.link_days * DAY_MS);
    tx.put_task_link(&TaskLink {
        token: keys::hash(&token),
        case: case.id,
        task,
        party: party.trim().to_owned(),
        created_at: ctx.now,
        expires_at,
    })?;
    Ok((keys::hex(&token), expires_at))
}

/// Who a task was given to, from the history.
fn party_of(tx: &mut ReadTx<'_>, case: &Case, no: u16) -> Result<String> {
    let events = tx.events(case.id)?;
    let found = events.into_iter().filter_map(|stored| stored.event).find_map(|event| match event.what {
        case::What::Moved(case::Move::TaskGiven { task, party, .. }) if task == no => Some(party),
        _ => None,
    });
    found.ok_or(AppError::Broken("a task has an event that gave it"))
}
