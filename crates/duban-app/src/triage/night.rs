//! 夜间学习: once a night, by one of the servers, and only where there is something new to learn from.

use duban_domain::{Lang, Stamp, policy::Member, triage::Aim};

use super::{
    Came, learn,
    learn::{FRESH_MIN, fresh},
};
use crate::{App, AppError, administration::by_command, wiring::Result};

/// The day on which it was learned last, or begun.
const NIGHT: &str = "triage.night";
/// A night that is so late waits for the next: nobody trains while the desk is busy, in hours.
const LATE_HOURS: i64 = 3;

/// Learns, where the hour has come and no server has done so tonight; `go_on` is asked between steps.
pub fn work(app: &App, go_on: &dyn Fn() -> bool) -> Result<usize> {
    let now = app.now();
    let Some(today) = tonight(app, now) else { return Ok(0) };
    // One cheap look each second; only then the row is held.
    if app.store.read(|tx| tx.setting(NIGHT))?.as_deref() == Some(today.as_str()) {
        return Ok(0);
    }
    let mine = app.store.write(|tx| {
        let done = tx.setting_for_update(NIGHT)?;
        if done.as_deref() == Some(today.as_str()) {
            return Ok::<_, AppError>(false);
        }
        tx.put_setting(NIGHT, &today)?;
        Ok(true)
    })?;
    if !mine {
        return Ok(0);
    }
    let mut made = 0;
    for aim in Aim::ALL.iter().copied() {
        made += usize::from(one(app, aim, now, go_on)?);
    }
    Ok(made)
}

/// The date, while it is the hour or little later.
fn tonight(app: &App, now: Stamp) -> Option<String> {
    let zone = &app.city.zone;
    let today = now.date(zone);
    let since = now.0 - Stamp::start_of(today, zone).0 - i64::from(app.city.settings.triage.hour) * 3_600_000;
    (0..LATE_HOURS * 3_600_000).contains(&since).then(|| today.to_string())
}

fn one(app: &App, aim: Aim, now: Stamp, go_on: &dyn Fn() -> bool) -> Result<bool> {
    if fresh(app, aim, now)?.is_some_and(|count| count < FRESH_MIN) {
        return Ok(false);
    }
    // The name of nobody: the night has no account.
    let ctx = app.ctx(Member { name: String::new(), ..by_command("") }, Lang::Zh);
    match learn(&ctx, aim, false, &mut |_, _| go_on())? {
        Came::Made { version, report, taken } => {
            let (f1, over) = (report.macro_f1, taken.is_over());
            tracing::info!(aim = aim.key(), version, f1, over, "the night has learned from closed cases");
            Ok(true)
        }
        Came::TooFew { .. } | Came::TooAlike { .. } | Came::Stopped => Ok(false),
    }
}
