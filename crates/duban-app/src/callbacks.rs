//! 回访: who is called next, what waits to be judged, what handlers are asked to look at again.
//!
//! The steps themselves are in [`crate::case::callback`] and [`crate::case::review`].

use duban_domain::{
    Refusal, Stamp,
    case::{Case, Ending, Event, Stage, What, next_try},
    policy::{Action, allow, verb},
};
use duban_store::{Alert, CallbackTask, CaseRow, ReadTx, WriteTx};
use jiff::civil::Date;

use crate::{App, Ctx, wiring::Result};

/// Rows of one list.
const SHOWN_MAX: i64 = 200;
/// Endings that belong to callbacks, each counted apart.
pub const ENDINGS: [Ending; 4] = [Ending::Confirmed, Ending::Upheld, Ending::NotReached, Ending::Unrated];

/// A case to call or to judge.
#[derive(Clone, Debug)]
pub struct Owed {
    /// When.
    pub task: CallbackTask,
    /// What lists know.
    pub row: CaseRow,
}

/// Everything that callbacks are about.
#[derive(Clone, Debug)]
pub struct Queue {
    /// To be called now; the longest waiting first.
    pub now: Vec<Owed>,
    /// To be called later; the next first.
    pub later: Vec<Owed>,
    /// How cases ended in the period.
    pub endings: Vec<(Ending, i64)>,
    /// The cases of one ending, when one was asked for.
    pub listed: Vec<CaseRow>,
}

/// Who is called next, and how callbacks of a period ended.
pub fn queue(ctx: &Ctx, from: Date, to: Date, ending: Option<Ending>) -> Result<Queue> {
    allow::<verb::Callback>(&ctx.who)?;
    let zone = &ctx.city().zone;
    let (from, to) = (Stamp::start_of(from, zone), Stamp::start_of(to.tomorrow().unwrap_or(to), zone));
    ctx.app.store.read(|tx| {
        let tasks = tx.callback_tasks(false, SHOWN_MAX)?;
        let owed = owed(ctx, tx, tasks)?;
        let (now, later) = owed.into_iter().partition(|one| one.task.ready_at <= ctx.now);
        let mut endings = Vec::new();
        for one in ENDINGS {
            endings.push((one, tx.closed_count(one, from, to)?));
        }
        let listed = match ending {
            Some(ending) => tx.closed_as(ending, from, to, SHOWN_MAX)?,
            None => Vec::new(),
        };
        Ok(Queue { now, later, endings, listed })
    })
}

/// What waits to be judged.
pub fn to_judge(ctx: &Ctx) -> Result<Vec<Owed>> {
    allow::<verb::Review>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let tasks = tx.callback_tasks(true, SHOWN_MAX)?;
        owed(ctx, tx, tasks)
    })
}

/// What handlers within reach are asked to look at again.
pub fn alerts(ctx: &Ctx) -> Result<Vec<(Alert, CaseRow)>> {
    allow::<verb::View>(&ctx.who)?;
    ctx.app.store.read(|tx| {
        let mut found = Vec::new();
        for alert in tx.alerts(&ctx.who.reach, SHOWN_MAX)? {
            let Some(case) = tx.case(alert.case)?.filter(|case| ctx.who.reach.covers(case)) else { continue };
            let Some(row) = tx.case_row(case.id)? else { continue };
            found.push((alert, row));
        }
        Ok(found)
    })
}

/// A handler has looked.
pub fn see(ctx: &Ctx, id: i64) -> Result<()> {
    if !ctx.who.can(Action::Answer) {
        return Err(Refusal::MayNot(Action::Answer).into());
    }
    ctx.app.store.write(|tx| {
        let mine = tx.alerts(&ctx.who.reach, SHOWN_MAX)?.into_iter().any(|alert| alert.id == id);
        if !mine || !tx.see_alert(id, ctx.who.id, ctx.now)? {
            return Err(Refusal::NotFound.into());
        }
        Ok(())
    })
}

fn owed(ctx: &Ctx, tx: &mut ReadTx<'_>, tasks: Vec<CallbackTask>) -> Result<Vec<Owed>> {
    let mut found = Vec::with_capacity(tasks.len());
    for mut task in tasks {
        let Some(case) = tx.case(task.case)?.filter(|case| ctx.who.reach.covers(case)) else { continue };
        if let Stage::Callback { tries, .. } = &case.stage {
            // A period that was let pass does not make the night one: then the next period is meant.
            let next = next_try(tries, ctx.now, ctx.city());
            task.ready_at = if next > ctx.now { next } else { task.ready_at };
        }
        found.extend(tx.case_row(case.id)?.map(|row| Owed { task, row }));
    }
    Ok(found)
}

/// The task that a case makes, kept with the case; and the alerts that its events ask for.
pub(crate) fn keep(
    app: &App,
    tx: &mut WriteTx<'_>,
    before: Option<&Case>,
    after: &Case,
    events: &[Event],
) -> Result<()> {
    let asked = |case: &Case| matches!(case.stage, Stage::Callback { .. });
    match &after.stage {
        // What does not move the case does not move its place in the queue.
        stage if before.is_some_and(|case| case.stage == *stage) => {}
        Stage::Callback { until, tries, judge, .. } => {
            let at = events.last().map_or(after.round_at, |event| event.at);
            tx.put_callback_task(&CallbackTask {
                case: after.id,
                // Kept from the first: a later write leaves it as it is.
                made_at: at,
                ready_at: next_try(tries, at, &app.city),
                until: *until,
                tries: i64::try_from(tries.len()).unwrap_or(i64::MAX),
                tried_at: tries.last().copied(),
                judge: *judge,
            })?;
        }
        _ if before.is_some_and(asked) => tx.drop_callback_task(after.id)?,
        _ => {}
    }
    let unit = before.and_then(Case::unit).or(after.unit()).unwrap_or_default();
    for event in events {
        if let What::Surveyed { chosen, alert: true, .. } = &event.what {
            let words: Vec<&str> = chosen.iter().map(|one| one.text.zh.as_str()).collect();
            tx.put_alert(&Alert {
                id: app.call_id().0,
                case: after.id,
                number: after.number.clone(),
                unit: unit.to_owned(),
                at: event.at,
                words: words.join("；"),
            })?;
        }
    }
    Ok(())
}
