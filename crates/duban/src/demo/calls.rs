//! The calls of the demonstration: an ordinary shift up to this minute, told as a telephone system
//! would tell it. Nobody's number: those of the script's invented people and their like.

use duban_app::{
    App,
    call::{self, Told as Event},
};
use duban_domain::{
    Lang, Stamp,
    call::{Direction, Signal},
    policy::{Action, Member},
};

use super::play::Cast;
use crate::clock::Told;

/// Calls of the shift.
const CALLS: i64 = 48;
/// Minutes between two of them.
const APART: i64 = 7;
/// Every so manieth is missed; the newest of them still wait.
const MISSED_EVERY: i64 = 11;

/// Plays the shift.
pub(super) fn play(app: &App, clock: &Told, now: Stamp, cast: &Cast) -> anyhow::Result<()> {
    let operators: Vec<&Member> = cast.values().filter(|m| m.can(Action::Register)).collect();
    for n in 0..CALLS {
        // Seconds that differ from call to call and are the same in every demonstration.
        let (wait, talk, wrap) = (3 + n * 7 % 19, 45 + n * 53 % 260, 8 + n * 31 % 70);
        let start = now.plus_ms(-(CALLS - n) * APART * 60_000);
        clock.set(start);
        let id = call::hear(app, "exchange", &event(n, Signal::NewCall))?;
        clock.set(start.plus_ms(wait * 1_000));
        let operator = operators.get(usize::try_from(n).unwrap_or(0) % operators.len().max(1));
        if n % MISSED_EVERY == 5 {
            call::hear(app, "exchange", &event(n, Signal::Hangup))?;
            continue;
        }
        let Some(operator) = operator else { continue };
        call::answer(&app.ctx((*operator).clone(), Lang::Zh), id)?;
        clock.set(start.plus_ms((wait + talk) * 1_000));
        call::hear(app, "exchange", &event(n, Signal::Hangup))?;
        clock.set(start.plus_ms((wait + talk + wrap) * 1_000));
        call::done(&app.ctx((*operator).clone(), Lang::Zh), id)?;
    }
    clock.set(now);
    Ok(())
}

fn event(n: i64, signal: Signal) -> Event {
    Event {
        call: format!("{n}"),
        signal,
        direction: Some(Direction::In),
        from: format!("139000{:05}", 10_000 + n * 137),
        to: "12345".to_owned(),
        line: String::new(),
        at: None,
        cause: String::new(),
        recording: String::new(),
    }
}
