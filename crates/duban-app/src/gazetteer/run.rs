//! Reading a register: what is due is owed, one is claimed, fetched, compared, and written in one transaction.

use duban_domain::{
    Stamp,
    gazetteer::{Changes, Entry, Holds, How, Outcome, Reading, Register, Source, compare, read},
    lang::Words,
};
use duban_store::RegisterRun;

use super::{Detail, divisions, waiting};
use crate::{App, AppError, wiring::Result};

/// How long one server holds a reading: longer than fetching and writing may take, in milliseconds.
const LOCK_MS: i64 = 900_000;
/// The waits before what the clock asked for is tried again, in milliseconds; after the last it has failed.
const WAITS_MS: [i64; 3] = [600_000, 3_600_000, 10_800_000];
/// Entries of each kind that a reading names.
const NAMED: usize = 200;

/// Why a reading did not come to an end.
pub(super) enum Stopped {
    /// It failed, in words for the administrator.
    Because(Words),
    /// Another reading of the same register came between: again.
    Overtaken,
    /// The database did not do it.
    Broken(AppError),
}

impl From<AppError> for Stopped {
    fn from(error: AppError) -> Self {
        Self::Broken(error)
    }
}

/// Owes what is due and does one reading, if one is owed; how many were done. Call again until it returns zero.
pub fn work(app: &App) -> Result<usize> {
    let now = app.now();
    for register in &app.city.registers {
        let last = app.store.read(|tx| Ok::<_, AppError>(tx.register_day(&register.key)?))?;
        if let Some(day) = register.day_owed(now, last, &app.city.zone) {
            let row = RegisterRun { day: Some(day), ..waiting(app, &register.key, How::Schedule, now) };
            app.store.write(|tx| Ok::<_, AppError>(tx.owe_register(&row)?))?;
        }
    }
    let run = app.store.write(|tx| Ok::<_, AppError>(tx.claim_register(now, LOCK_MS)?))?;
    let Some(run) = run else { return Ok(0) };
    let settled = match one(app, &run) {
        Ok(settled) => settled,
        Err(Stopped::Because(words)) => failed(run, &words, app.now()),
        Err(Stopped::Overtaken) => run,
        Err(Stopped::Broken(error)) => {
            tracing::error!(register = run.register, %error, "a register could not be read");
            let words = Words {
                zh: "数据库没有写成，会再试。".to_owned(),
                en: "The database did not do it; it is tried again.".to_owned(),
            };
            failed(run, &words, app.now())
        }
    };
    app.store.write(|tx| Ok::<_, AppError>(tx.settle_register(&settled)?))?;
    Ok(1)
}

/// What the clock asked for is tried again; whoever asked themselves sees at once that it failed.
fn failed(run: RegisterRun, words: &Words, now: Stamp) -> RegisterRun {
    tracing::warn!(register = run.register, why = words.en, "a register was not read; what there was stays");
    let error = serde_json::to_string(words).unwrap_or_default();
    let wait = usize::try_from(run.attempts - 1).ok().and_then(|nth| WAITS_MS.get(nth));
    match wait.filter(|_| run.how == How::Schedule) {
        Some(wait) => RegisterRun { error, run_at: now.plus_ms(*wait), ..run },
        None => RegisterRun { error, outcome: Outcome::Failed, ended_at: Some(now), ..run },
    }
}

fn one(app: &App, run: &RegisterRun) -> std::result::Result<RegisterRun, Stopped> {
    let Some(register) = app.city.register(&run.register) else {
        return Err(Stopped::Because(Words {
            zh: "城市设置里已经没有这个登记。".to_owned(),
            en: "The settings of the city do not have this register any more.".to_owned(),
        }));
    };
    let mark = format!("register.{}", register.key);
    let before = begin(app, &mark)?;
    let text = fetch(app, register)?;
    let known = known(app, register)?;
    let is_division = |code: &str| app.city.division(code).is_some();
    let reading = read(register, &text, &app.city.bounds, is_division)
        .map_err(|fault| Stopped::Because(fault.words()))?;
    let (known, found) = match register.holds {
        Holds::Places => (known, reading.entries.clone()),
        Holds::Divisions => divisions::of_levels(known, reading.entries.clone()),
    };
    let changes = compare(&known, found);
    let outcome = judge(register, run, &changes);
    if outcome == Outcome::Done {
        match register.holds {
            Holds::Places => write(app, register, &changes, (&mark, &before))?,
            Holds::Divisions => divisions::write(app, register, &changes)?,
        }
    }
    Ok(settled(run, outcome, &reading, &changes, app.now()))
}

/// What is to be done with the changes.
fn judge(register: &Register, run: &RegisterRun, changes: &Changes) -> Outcome {
    let seen = run.how == How::Anyway
        && i64::try_from(changes.vanished.len()).is_ok_and(|count| count <= run.vanish_ok);
    if run.how == How::Look {
        Outcome::Looked
    } else if changes.is_suspicious(register.vanish_max) && !seen {
        Outcome::Held
    } else if changes.is_empty() || (register.holds == Holds::Divisions && divisions::is_settled(changes)) {
        Outcome::Same
    } else {
        Outcome::Done
    }
}

/// The mark that the last writing left, so that an older reading does not go over a newer one.
fn begin(app: &App, mark: &str) -> Result<String> {
    app.store.write(|tx| {
        if let Some(before) = tx.setting(mark)? {
            return Ok(before);
        }
        tx.put_setting(mark, "0")?;
        Ok("0".to_owned())
    })
}

fn fetch(app: &App, register: &Register) -> std::result::Result<String, Stopped> {
    let because = |zh: String, en: String| Stopped::Because(Words { zh, en });
    match &register.source {
        Source::File(name) => app.wire.file(name).map_err(|lost| {
            because(
                format!("读不到文件 {name}：{}。请放到服务器数据目录下的 registers 里。", lost.0),
                format!("The file {name} cannot be read: {}. It belongs into the folder registers of the server’s data.", lost.0),
            )
        }),
        Source::Web(url) => {
            let reply = app.wire.document(url, register.private).map_err(|lost| {
                because(format!("登记来源没有回应：{}。", lost.0), format!("The source gave no answer: {}.", lost.0))
            })?;
            if reply.status == 200 {
                return Ok(reply.body);
            }
            let status = reply.status;
            Err(because(
                format!("登记来源回了 {status}，不是文件。请看地址对不对；转到别处的地址不跟随。"),
                format!("The source answered {status}, not with a document. Check the address; where it points elsewhere is not followed."),
            ))
        }
    }
}

fn known(app: &App, register: &Register) -> Result<Vec<Entry>> {
    match register.holds {
        Holds::Places => app.store.read(|tx| Ok(tx.places_of(&register.key)?)),
        Holds::Divisions => Ok(divisions::known(&app.city)),
    }
}

fn write(
    app: &App,
    register: &Register,
    changes: &Changes,
    (mark, before): (&str, &str),
) -> std::result::Result<(), Stopped> {
    let now = app.now();
    let done = app.store.write(|tx| {
        if tx.setting_for_update(mark)?.as_deref() != Some(before) {
            return Ok::<_, AppError>(false);
        }
        let renamed = changes.renamed.iter().map(|(_, entry)| entry);
        for entry in changes.added.iter().chain(renamed).chain(&changes.changed) {
            tx.put_place(&register.key, entry)?;
        }
        for entry in &changes.vanished {
            tx.end_place(&register.key, &entry.id, now)?;
        }
        tx.put_setting(mark, &app.change_id().to_string())?;
        Ok(true)
    })?;
    if done { Ok(()) } else { Err(Stopped::Overtaken) }
}

fn settled(
    run: &RegisterRun,
    outcome: Outcome,
    reading: &Reading,
    changes: &Changes,
    now: Stamp,
) -> RegisterRun {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let names = |list: &[Entry]| list.iter().take(NAMED).map(called).collect();
    let detail = Detail {
        added: names(&changes.added),
        renamed: changes.renamed.iter().take(NAMED).map(|(a, b)| (a.name.zh.clone(), called(b))).collect(),
        changed: names(&changes.changed),
        vanished: names(&changes.vanished),
        odd: reading.named.clone(),
    };
    RegisterRun {
        outcome,
        ended_at: Some(now),
        total: count(reading.entries.len()),
        added: count(changes.added.len()),
        renamed: count(changes.renamed.len()),
        changed: count(changes.changed.len()),
        vanished: count(changes.vanished.len()),
        odd: count(reading.odd),
        error: String::new(),
        detail: serde_json::to_string(&detail).unwrap_or_default(),
        ..run.clone()
    }
}

/// A name with where it is, as far as that is known.
fn called(entry: &Entry) -> String {
    match &entry.division {
        Some(code) => format!("{} {code}", entry.name.zh),
        None => entry.name.zh.clone(),
    }
}
