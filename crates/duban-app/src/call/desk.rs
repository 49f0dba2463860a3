//! The operator's side: what rings for them, taking a call, the caller, ending the write-up.

use duban_domain::{
    CallId, Refusal, StaffId,
    call::{CallState, Direction},
    policy::{allow, verb},
    text,
};
use duban_store::{CallNote, CallRow, CaseRow, Seat};

use super::{RECORDING, Shown, hear::took, leads, shown};
use crate::{App, AppError, Ctx, wiring::Result};

/// Calls that are looked at: a hotline with more open at once has more than one Duban.
const OPEN_MAX: i64 = 500;
/// Earlier requests of a caller that are shown.
const EARLIER_MAX: i64 = 6;

/// Who sits where and what is open, for everybody: read once, asked by each ([`Snapshot::seen_by`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    calls: Vec<CallRow>,
    seats: Vec<Seat>,
}

/// What an operator has before them.
#[derive(Clone, Debug)]
pub struct Board {
    /// Calls that ring for them, longest waiting first.
    pub ringing: Vec<Shown>,
    /// The one they talk on or write up.
    pub mine: Option<Shown>,
    /// Their line; empty when none was named.
    pub line: String,
    /// Whether calls go to others for now.
    pub away: bool,
    /// Missed calls that wait to be called back.
    pub missed: i64,
}

/// Everything that is open now.
pub fn snapshot(app: &App) -> Result<Snapshot> {
    app.store.read(|tx| Ok(Snapshot { calls: tx.open_calls(OPEN_MAX)?, seats: tx.seats()? }))
}

impl Snapshot {
    /// The open calls that concern one operator: their own, and while they are free those that ring.
    #[must_use]
    pub fn seen_by(&self, who: StaffId) -> Vec<(CallId, CallState)> {
        self.of(who).into_iter().map(|row| (row.id, row.state)).collect()
    }

    fn of(&self, who: StaffId) -> Vec<&CallRow> {
        let mine: Vec<_> = self.calls.iter().filter(|row| row.agent == Some(who)).collect();
        let seat = self.seats.iter().find(|seat| seat.staff == who);
        let busy = mine.iter().any(|row| row.state == CallState::Talking);
        if busy || seat.is_some_and(|seat| seat.away) {
            return mine;
        }
        let rings = self.calls.iter().filter(|row| {
            let waits = row.state == CallState::Ringing && row.direction == Direction::In;
            waits && row.agent.is_none() && self.rings_at(row, seat)
        });
        mine.into_iter().chain(rings).collect()
    }

    /// A call that rings at lines where somebody sits is theirs; any other is everybody's.
    fn rings_at(&self, row: &CallRow, seat: Option<&Seat>) -> bool {
        let named = |seat: &Seat| !seat.line.is_empty() && row.line.split(',').any(|l| l.trim() == seat.line);
        !self.seats.iter().any(named) || seat.is_some_and(named)
    }
}

/// What rings for the operator who asks.
pub fn board(ctx: &Ctx) -> Result<Board> {
    allow::<verb::Register>(&ctx.who)?;
    let (snapshot, missed) = ctx.app.store.read(|tx| {
        let open = Snapshot { calls: tx.open_calls(OPEN_MAX)?, seats: tx.seats()? };
        Ok::<_, AppError>((open, tx.missed_count()?))
    })?;
    let (mut ringing, mut mine) = (Vec::new(), None);
    for row in snapshot.of(ctx.who.id) {
        match row.state {
            CallState::Ringing if row.agent.is_none() => ringing.push(shown(&ctx.app, row)?),
            // Talking goes before writing up.
            CallState::Talking => mine = Some(shown(&ctx.app, row)?),
            _ if mine.is_none() => mine = Some(shown(&ctx.app, row)?),
            _ => {}
        }
    }
    let seat = snapshot.seats.iter().find(|seat| seat.staff == ctx.who.id);
    let line = seat.map(|seat| seat.line.clone()).unwrap_or_default();
    Ok(Board { ringing, mine, line, away: seat.is_some_and(|seat| seat.away), missed })
}

/// The operator takes a call. One that they have already is simply theirs.
pub fn answer(ctx: &Ctx, id: CallId) -> Result<Shown> {
    allow::<verb::Register>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let mut row = tx.call_for_update(id)?.ok_or(Refusal::NotFound)?;
        if row.agent.is_some_and(|agent| agent != ctx.who.id) {
            return Err(Refusal::CallTaken.into());
        }
        if row.agent.is_none() {
            if row.times.ended_at.is_some() {
                return Err(Refusal::CallTaken.into());
            }
            row.agent = Some(ctx.who.id);
            row.times.answered_at.get_or_insert(ctx.now);
            row.state = row.times.state(row.direction, true);
            tx.update_call(&row)?;
            took(tx, &row, ctx.now)?;
        }
        shown(&ctx.app, &row)
    })
}

/// The operator has written everything down.
pub fn done(ctx: &Ctx, id: CallId) -> Result<Shown> {
    allow::<verb::Register>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let mut row = tx.call_for_update(id)?.ok_or(Refusal::NotFound)?;
        if row.agent != Some(ctx.who.id) {
            return Err(Refusal::NotFound.into());
        }
        if row.state == CallState::WrapUp {
            row.times.wrapped_at = Some(ctx.now);
            row.state = CallState::Over;
            tx.update_call(&row)?;
        }
        shown(&ctx.app, &row)
    })
}

/// The operator sits down at a line, goes away, or comes back.
pub fn sit(ctx: &Ctx, line: &str, away: bool) -> Result<()> {
    allow::<verb::Register>(&ctx.who)?;
    let line = text::optional("line", line, 40)?;
    ctx.app.store.write(|tx| Ok(tx.put_seat(&Seat { staff: ctx.who.id, line: line.clone(), away })?))
}

/// Who is on the line, as far as they are known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The call.
    pub call: Shown,
    /// Whether the caller's number came along.
    pub has_number: bool,
    /// Earlier cases of the same telephone within reach, newest first.
    pub earlier: Vec<CaseRow>,
}

/// The caller behind a call: for whoever has it, and for missed calls everybody who may call back.
pub fn caller(ctx: &Ctx, id: CallId) -> Result<Caller> {
    allow::<verb::Register>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let row = tx.call(id)?.ok_or(Refusal::NotFound)?;
        let theirs = row.agent.is_some_and(|agent| agent != ctx.who.id);
        if theirs && !leads(&ctx.who) {
            return Err(Refusal::NotFound.into());
        }
        let mut earlier: Vec<CaseRow> = Vec::new();
        if let Some(hash) = row.phone_hash.as_deref() {
            for request in tx.requests_by_phone(hash, EARLIER_MAX)? {
                let Some(case) = tx.case(request.case)? else { continue };
                let known = earlier.iter().any(|row| row.id == case.id);
                if !known && ctx.who.reach.covers(&case) {
                    earlier.extend(tx.case_row(case.id)?);
                }
            }
        }
        Ok(Caller { call: shown(&ctx.app, &row)?, has_number: row.phone.is_some(), earlier })
    })
}

/// Where the recording of a call is. That somebody asked is kept.
pub fn recording(ctx: &Ctx, id: CallId) -> Result<String> {
    if !leads(&ctx.who) {
        return Err(Refusal::MayNot(duban_domain::policy::Action::Figures).into());
    }
    ctx.app.store.write(|tx| {
        let row = tx.call(id)?.ok_or(Refusal::NotFound)?;
        let sealed = row.recording.ok_or(Refusal::NotFound)?;
        tx.note_call(&note(ctx, id, "recording", String::new()))?;
        ctx.app.keys.open(RECORDING, &sealed)
    })
}

pub(super) fn note(ctx: &Ctx, call: CallId, kind: &str, words: String) -> CallNote {
    CallNote {
        id: ctx.app.call_id().0,
        call,
        at: ctx.now,
        staff: ctx.who.id,
        staff_name: ctx.who.name.clone(),
        kind: kind.to_owned(),
        words,
    }
}
