//! What a telephone system tells. Late, twice or in the wrong order: it makes the same call.

use duban_domain::{
    CallId, Refusal, StaffId, Stamp,
    call::{CallState, Direction, Signal, Times},
    person::Phone,
};
use duban_store::{CallRow, WriteTx};

use super::{PHONE, RECORDING};
use crate::{App, person, wiring::Result};

/// Longest name of a call in its system, and of other short words.
const NAME_MAX: usize = 200;
/// Longest address of a recording.
const ADDRESS_MAX: usize = 1_000;
/// How far a system's clock may be ahead of ours, in milliseconds.
const AHEAD_MS: i64 = 60_000;
/// How late something may be told and still be believed about when it happened.
const LATE_MS: i64 = 86_400_000;

/// One thing that was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// The call's name in the telephone system.
    pub call: String,
    /// What happened.
    pub signal: Signal,
    /// Which way; none when it was not said.
    pub direction: Option<Direction>,
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// The lines that ring, or the one that answered.
    pub line: String,
    /// When, if the system says so; otherwise now.
    pub at: Option<Stamp>,
    /// Why it ended.
    pub cause: String,
    /// Where the recording is.
    pub recording: String,
}

/// Hears one thing; returns the call.
pub fn hear(app: &App, system: &str, told: &Told) -> Result<CallId> {
    if told.call.is_empty() || told.call.len() > NAME_MAX || told.call.contains('\0') {
        return Err(Refusal::NeedsText("callId").into());
    }
    let now = app.now();
    let credible = |at: &Stamp| *at <= now.plus_ms(AHEAD_MS) && *at >= now.plus_ms(-LATE_MS);
    let at = told.at.filter(credible).map_or(now, |at| at.min(now));
    let source = format!("{system}:{}", told.call);
    app.store.write(|tx| {
        let row = match tx.call_by_source(&source)? {
            Some(known) => known,
            None => begin(app, tx, &source, told.signal, at)?,
        };
        let after = merged(app, tx, &row, told, at)?;
        if after != row {
            tx.update_call(&after)?;
        }
        if after.state == CallState::Talking && row.state != CallState::Talking {
            took(tx, &after, now)?;
        }
        Ok(after.id)
    })
}

/// A call of which nothing was known; somebody else may have begun it this instant.
fn begin(app: &App, tx: &mut WriteTx<'_>, source: &str, signal: Signal, at: Stamp) -> Result<CallRow> {
    let row = CallRow {
        id: app.call_id(),
        source: source.to_owned(),
        direction: Direction::In,
        state: CallState::Ringing,
        phone: None,
        phone_hash: None,
        dialled: String::new(),
        line: String::new(),
        agent: None,
        times: Times::begin(signal, at),
        cause: String::new(),
        recording: None,
        number: None,
        direct: false,
        tries: 0,
        tried_at: None,
        settled_at: None,
        settled: None,
    };
    if tx.insert_call(&row)? {
        return Ok(row);
    }
    Ok(tx.call_by_source(source)?.ok_or(Refusal::Stale)?)
}

fn merged(app: &App, tx: &mut WriteTx<'_>, before: &CallRow, told: &Told, at: Stamp) -> Result<CallRow> {
    let mut row = before.clone();
    row.times.hear(told.signal, at);
    row.direction = told.direction.unwrap_or(row.direction);
    let (other, ours) = match row.direction {
        Direction::In => (&told.from, &told.to),
        Direction::Out => (&told.to, &told.from),
    };
    if row.phone.is_none() {
        // A number that cannot be one is a caller who withheld it.
        if let Some(phone) = Phone::parse(other).ok().flatten() {
            row.phone = Some(app.keys.seal(PHONE, phone.digits(), &*app.entropy)?);
            row.phone_hash = Some(person::phone_hash(app, &phone));
        }
    }
    if row.dialled.is_empty() {
        row.dialled = short(ours);
    }
    // Whoever answered counts more than whoever it rang at.
    if !told.line.is_empty()
        && (told.signal == Signal::Answer || (row.line.is_empty() && row.times.answered_at.is_none()))
    {
        row.line = short(&told.line);
    }
    if told.signal == Signal::Answer && row.agent.is_none() {
        row.agent = at_line(tx, &row.line)?;
    }
    if !told.cause.is_empty() {
        row.cause = short(&told.cause);
    }
    let web = told.recording.starts_with("https://") || told.recording.starts_with("http://");
    if row.recording.is_none() && web && told.recording.len() <= ADDRESS_MAX {
        row.recording = Some(app.keys.seal(RECORDING, &told.recording, &*app.entropy)?);
    }
    row.state = row.times.state(row.direction, row.agent.is_some());
    Ok(row)
}

/// Whoever got through needs no callback; and an operator who talks has finished writing.
pub(super) fn took(tx: &mut WriteTx<'_>, row: &CallRow, now: Stamp) -> Result<()> {
    if let Some(hash) = row.phone_hash.as_deref() {
        tx.settle_missed_of(hash, now)?;
    }
    let Some(agent) = row.agent else { return Ok(()) };
    for mut other in tx.open_calls_of(agent)? {
        if other.id != row.id && other.state == CallState::WrapUp {
            other.times.wrapped_at = Some(now);
            other.state = CallState::Over;
            tx.update_call(&other)?;
        }
    }
    Ok(())
}

fn at_line(tx: &mut WriteTx<'_>, line: &str) -> Result<Option<StaffId>> {
    if line.is_empty() {
        return Ok(None);
    }
    Ok(tx.seats()?.into_iter().find(|seat| seat.line == line).map(|seat| seat.staff))
}

fn short(text: &str) -> String {
    text.trim().chars().filter(|c| *c != '\0').take(NAME_MAX).collect()
}
