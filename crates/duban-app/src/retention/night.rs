//! 夜间处理: one night's work, a few rows in each transaction. Where it stands is in its job, so that a server that was
//! killed goes on there; doing a row twice changes nothing.

use duban_domain::{
    CaseId, StaffId, Stamp,
    retention::{self, Due, Record},
    stamp::DAY_MS,
};
use duban_store::{AdminChange, Job, Mark, WriteTx};
use serde::{Deserialize, Serialize};

use super::{OF_TERM, before, due};
use crate::{App, AppError, erasure, wiring::Result};

/// The kind of its job; there is one.
pub(crate) const JOB: &str = "retention";
/// Before every case.
pub(super) const START: Mark = (Stamp(i64::MIN), CaseId(i64::MIN));
/// Cases that are done in one transaction: whoever writes waits no longer than these take.
const CASES: usize = 2;
/// Cases that are looked at for them.
const LOOKED_AT: i64 = 200;
/// Records that are done in one transaction.
const RECORDS: i64 = 50;
/// A night that is so late was missed by a server that stood still, or the clock is wrong: somebody has a day to notice
/// before anything goes. In milliseconds.
const LATE_MS: i64 = 35 * DAY_MS;
/// What is owed next, in this order.
const STEPS: [Step; 3] = [Step::Destroy, Step::Anonymise, Step::Records];

/// A part of the night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Destroy,
    Anonymise,
    Records,
}

/// How far a night is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Night {
    step: Step,
    /// The case that was looked at last, or the record that is being done.
    at: i64,
    id: i64,
    destroyed: u64,
    anonymised: u64,
    records: u64,
}

impl Night {
    fn is_new(&self) -> bool {
        self.step == Step::Destroy && self.at == START.0.0
    }

    fn new() -> Self {
        Self { step: Step::Destroy, at: START.0.0, id: START.1.0, destroyed: 0, anonymised: 0, records: 0 }
    }

    /// The next step, from its beginning; none when it was the last.
    fn next(self) -> Option<Self> {
        let at = STEPS.iter().position(|step| *step == self.step)?;
        let step = *STEPS.get(at + 1)?;
        let (at, id) = if step == Step::Records { (0, 0) } else { (START.0.0, START.1.0) };
        Some(Self { step, at, id, ..self })
    }
}

/// Owes the first night, where none is owed, or only one that a wrong clock put far ahead.
pub fn begin(app: &App) -> Result<()> {
    let tonight = tonight(app, app.now());
    app.store.write(|tx| {
        if tx.owed_at(JOB)?.is_some_and(|at| at <= tonight) {
            return Ok(());
        }
        owe(app, tx, Night::new(), tonight)
    })
}

/// The next time that the clock of the city shows the hour.
fn tonight(app: &App, now: Stamp) -> Stamp {
    let zone = &app.city.zone;
    let today = now.date(zone);
    let hour = i64::from(app.city.retention.hour) * 3_600_000;
    let at = |date| Stamp::start_of(date, zone).plus_ms(hour);
    if at(today) > now { at(today) } else { at(today.tomorrow().unwrap_or(today)) }
}

fn owe(app: &App, tx: &mut WriteTx<'_>, night: Night, run_at: Stamp) -> Result<()> {
    let payload = serde_json::to_string(&night).map_err(|_| AppError::Broken("writing down a night"))?;
    tx.enqueue(&Job {
        id: app.job_id(),
        kind: JOB.to_owned(),
        subject: 0,
        payload,
        run_at,
        attempts: 0,
        dedupe: JOB.to_owned(),
    })?;
    Ok(())
}

/// A few rows; and owes itself again: now while something is left, tomorrow afterwards.
pub(crate) fn work(app: &App, job: &Job, now: Stamp) -> Result<()> {
    let night: Night = serde_json::from_str(&job.payload).unwrap_or_else(|_| Night::new());
    if night.is_new() && now.0 - job.run_at.0 > LATE_MS {
        tracing::error!(
            days = (now.0 - job.run_at.0) / DAY_MS,
            "terms of keeping wait for the next night: the clock was far behind or is far ahead"
        );
        return app.store.write(|tx| owe(app, tx, Night::new(), tonight(app, now)));
    }
    app.store.write(|tx| {
        let (night, more) = match night.step {
            Step::Destroy => cases(app, tx, night, true, now)?,
            Step::Anonymise => cases(app, tx, night, false, now)?,
            Step::Records => records(app, tx, night, now)?,
        };
        match if more { Some(night) } else { night.next() } {
            Some(night) => owe(app, tx, night, now),
            None => {
                end(app, tx, night, now)?;
                owe(app, tx, Night::new(), tonight(app, now))
            }
        }
    })
}

/// A few cases whose term has passed.
fn cases(
    app: &App,
    tx: &mut WriteTx<'_>,
    mut night: Night,
    destroy: bool,
    now: Stamp,
) -> Result<(Night, bool)> {
    let Some(before) = before(app, destroy, now) else { return Ok((night, false)) };
    let wanted = if destroy { Due::Destroy } else { Due::Anonymise };
    let mark = (Stamp(night.at), CaseId(night.id));
    let rows = tx.closed_before(!destroy, mark, before, LOOKED_AT)?;
    let mut done = 0;
    for row in &rows {
        if due(app, row, now) == wanted && one(app, tx, row.id, destroy, now)? {
            done += 1;
        }
        (night.at, night.id) = (row.closed_at.map_or(night.at, |at| at.0), row.id.0);
        if done == CASES {
            break;
        }
    }
    let done = done as u64;
    if destroy {
        night.destroyed += done
    } else {
        night.anonymised += done
    }
    Ok((night, !rows.is_empty()))
}

/// One case, unless somebody holds it back or opened it again meanwhile.
fn one(app: &App, tx: &mut WriteTx<'_>, id: CaseId, destroy: bool, now: Stamp) -> Result<bool> {
    let Some(case) = tx.case_for_update(id)? else { return Ok(false) };
    let Some(row) = tx.case_row(id)? else { return Ok(false) };
    if case.is_open() || row.closed_at.is_none() || tx.is_held(id)? {
        return Ok(false);
    }
    if destroy {
        tx.destroy_case(&case, &row, now, &app.city.zone)?;
    } else {
        erasure::of_case(app, tx, &case, now)?;
        tx.mark_anonymised(id, now)?;
    }
    Ok(true)
}

/// Some records whose term has passed; `at` is which kind.
fn records(app: &App, tx: &mut WriteTx<'_>, mut night: Night, now: Stamp) -> Result<(Night, bool)> {
    let at = usize::try_from(night.at).unwrap_or(usize::MAX);
    let Some(what) = Record::ALL.get(at).copied() else { return Ok((night, false)) };
    let zone = &app.city.zone;
    let before = match (what, app.city.retention.months_of(what)) {
        (Record::Sessions, _) => Some(now),
        (_, months) => months.map(|months| retention::before(now, months, zone)),
    };
    let gone = before.map(|before| tx.remove_records(what, before, RECORDS)).transpose()?.unwrap_or(0);
    night.records += gone;
    if gone < RECORDS.unsigned_abs() {
        night.at += 1;
    }
    Ok((night, true))
}

/// What a night did stands in the record of changes, where it did something.
fn end(app: &App, tx: &mut WriteTx<'_>, night: Night, now: Stamp) -> Result<()> {
    let Night { destroyed, anonymised, records, .. } = night;
    if destroyed + anonymised + records == 0 {
        return Ok(());
    }
    tx.owe_settling(app.job_id(), now)?;
    tx.note_change(&AdminChange {
        id: app.change_id(),
        at: now,
        by_id: StaffId(0),
        by_name: JOB.to_owned(),
        kind: OF_TERM.to_owned(),
        subject: now.date(&app.city.zone).to_string(),
        version: 0,
        note: format!("destroyed {destroyed}, anonymised {anonymised}, records {records}"),
        before: String::new(),
        after: String::new(),
    })?;
    Ok(())
}

/// What was erased leaves the index of the search, a few pages at a time, and then the journal.
pub(crate) fn settle(app: &App, job: &Job, now: Stamp) -> Result<()> {
    let begin = job.payload.is_empty();
    let more = app.store.write(|tx| {
        let more = tx.settle_search(begin)?;
        if more {
            tx.enqueue(&Job {
                id: app.job_id(),
                payload: "on".to_owned(),
                run_at: now,
                attempts: 0,
                ..job.clone()
            })?;
        } else {
            tx.finish_job(job.id)?;
        }
        Ok::<_, AppError>(more)
    })?;
    if !more {
        app.store.begin_journal_anew()?;
    }
    Ok(())
}
