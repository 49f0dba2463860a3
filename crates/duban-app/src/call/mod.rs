//! Calls (通话): what a telephone system tells, who answers, and what came of it.
//!
//! Numbers are sealed like those of requests and shown masked; whoever needs one whole asks for it
//! with a reason, and that is kept. How a system's words are spelled is `duban-web`'s to know.

mod desk;
mod hear;
mod list;
mod missed;

use duban_domain::{
    CallId, Refusal, StaffId, Stamp,
    call::{CallState, Direction, Times, TryBack},
    person::Phone,
    policy::{Action, Member, Reach},
};
use duban_store::{CallRow, Seconds};

pub use desk::{Board, Caller, Snapshot, answer, board, caller, done, recording, sit, snapshot};
pub use hear::{Told, hear};
pub use list::{Asked, Found, Line, list, scope};
pub use missed::{Owed, attempt, missed, number};

use crate::{App, AppError, Ctx, wiring::Result};

const PHONE: &str = "call.phone";
const RECORDING: &str = "call.recording";

/// A call as a member of staff sees it: never the whole number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its id.
    pub id: CallId,
    /// Which system told of it, and its name there.
    pub source: String,
    /// Which way.
    pub direction: Direction,
    /// Where it stands.
    pub state: CallState,
    /// The masked number; empty when the caller withheld it.
    pub masked: String,
    /// The line that rings or answered.
    pub line: String,
    /// The operator.
    pub agent: Option<StaffId>,
    /// When what happened.
    pub times: Times,
    /// Why it ended, in the telephone system's word.
    pub cause: String,
    /// Whether there is a recording.
    pub recorded: bool,
    /// The request that came of it.
    pub number: Option<duban_domain::Number>,
    /// Whether that was answered at once.
    pub direct: bool,
    /// How often a missed one was called back.
    pub tries: i64,
    /// When last.
    pub tried_at: Option<Stamp>,
    /// How a missed one was settled.
    pub settled: Option<TryBack>,
}

fn shown(app: &App, row: &CallRow) -> Result<Shown> {
    Ok(Shown {
        id: row.id,
        source: row.source.clone(),
        direction: row.direction,
        state: row.state,
        masked: phone(app, row)?.as_ref().map(Phone::masked).unwrap_or_default(),
        line: row.line.clone(),
        agent: row.agent,
        times: row.times,
        cause: row.cause.clone(),
        recorded: row.recording.is_some(),
        number: row.number.clone(),
        direct: row.direct,
        tries: row.tries,
        tried_at: row.tried_at,
        settled: row.settled,
    })
}

/// The other party's number in plain text: for whoever was allowed.
fn phone(app: &App, row: &CallRow) -> Result<Option<Phone>> {
    let Some(sealed) = row.phone.as_deref() else { return Ok(None) };
    Ok(Phone::parse(&app.keys.open(PHONE, sealed)?)?)
}

/// The number behind a call, for the request that came of it.
pub(crate) fn phone_of(app: &App, id: CallId) -> Result<Option<Phone>> {
    let row = app.store.read(|tx| Ok::<_, AppError>(tx.call(id)?))?.ok_or(Refusal::NotFound)?;
    phone(app, &row)
}

fn seconds(app: &App) -> Seconds {
    let rules = &app.city.desk.calls;
    Seconds { answer: rules.answer_seconds.into(), abandon: rules.abandon_seconds.into() }
}

/// Who leads a shift: sees everybody's calls.
fn leads(who: &Member) -> bool {
    who.can(Action::Figures) && who.reach == Reach::All
}

/// Whether a member has to do with calls at all.
fn may(ctx: &Ctx) -> Result<()> {
    if ctx.who.can(Action::Register) || leads(&ctx.who) {
        return Ok(());
    }
    Err(Refusal::MayNot(Action::Register).into())
}
