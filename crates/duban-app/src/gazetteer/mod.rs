//! 地名登记: places are found in the city pack and in registers that somebody else keeps, which are read by the
//! city's clock.
//!
//! What was said of a place stays with the case as it was said; a register only decides what is found from then
//! on. Reading one is [`work`]'s: a row that says when, claimed by whichever server is first; called outside of
//! any transaction; and when anything is odd, what there was stays.

mod divisions;
mod run;

use duban_domain::{
    Lang, Refusal, Stamp,
    city::Landmark,
    gazetteer::{Entry, How, Outcome, Register},
    lang::Words,
    policy::{allow, verb},
};
use duban_store::RegisterRun;
use serde::{Deserialize, Serialize};

pub use run::work;

use crate::{App, AppError, Ctx, wiring::Result};

/// Places of registers among which the best are looked for.
const CANDIDATES: i64 = 60;
/// Readings of one register that are shown.
const SHOWN: i64 = 20;

/// What changed, the first of each kind (变化明细).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What is new.
    pub added: Vec<String>,
    /// Former and present name.
    pub renamed: Vec<(String, String)>,
    /// What differs otherwise.
    pub changed: Vec<String>,
    /// What is not there any more.
    pub vanished: Vec<String>,
    /// What was odd about which row.
    pub odd: Vec<Words>,
}

/// A register, and what is known of it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// As the city says it.
    pub register: Register,
    /// How many entries are found by now.
    pub count: i64,
    /// When it is read next.
    pub next: Stamp,
    /// The times that it was read, newest first.
    pub runs: Vec<RegisterRun>,
}

/// Places that fit what somebody types, best first; of the pack and of registers.
pub fn find(app: &App, typed: &str, limit: usize) -> Result<Vec<Landmark>> {
    let words = typed.trim().to_lowercase();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let keys = keys(app);
    if keys.is_empty() {
        return Ok(app.city.find_among(&words, &[], limit).into_iter().cloned().collect());
    }
    let more = app.store.read(|tx| Ok::<_, AppError>(tx.find_places(&keys, &words, CANDIDATES)?))?;
    let more: Vec<Landmark> = more.into_iter().map(landmark).collect();
    Ok(app.city.find_among(&words, &more, limit).into_iter().cloned().collect())
}

fn landmark(entry: Entry) -> Landmark {
    Landmark {
        name: entry.name,
        aliases: entry.aliases.into_iter().chain(entry.former).collect(),
        initials: entry.initials,
        division: entry.division,
        point: entry.point,
        accuracy_m: 0,
        approximate: false,
        retired: false,
    }
}

/// Whether a place is called exactly this.
pub(crate) fn is_place(app: &App, name: &str) -> Result<bool> {
    let ours = app.city.places.iter().any(|place| place.name.zh == name || place.name.en == name);
    if name.is_empty() || ours {
        return Ok(ours);
    }
    app.store.read(|tx| Ok(tx.is_place(&keys(app), name)?))
}

/// The registers that the city has now: what another left is found by nobody.
fn keys(app: &App) -> Vec<&str> {
    app.city.registers.iter().map(|register| register.key.as_str()).collect()
}

/// Every register of the city.
pub fn overview(ctx: &Ctx) -> Result<Vec<Standing>> {
    allow::<verb::Administer>(&ctx.who)?;
    let zone = &ctx.city().zone;
    ctx.app.store.read(|tx| {
        let mut all = Vec::new();
        for register in &ctx.city().registers {
            let last = tx.register_day(&register.key)?;
            all.push(Standing {
                register: register.clone(),
                count: match register.holds {
                    duban_domain::gazetteer::Holds::Places => tx.place_count(&register.key)?,
                    duban_domain::gazetteer::Holds::Divisions => {
                        i64::try_from(ctx.city().divisions.len()).unwrap_or(i64::MAX)
                    }
                },
                next: register.next(ctx.now, last, zone),
                runs: tx.register_runs(&register.key, SHOWN)?,
            });
        }
        Ok(all)
    })
}

/// One time that a register was read, with what changed.
pub fn one(ctx: &Ctx, id: i64) -> Result<(RegisterRun, Detail)> {
    allow::<verb::Administer>(&ctx.who)?;
    let run = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.register_run(id)?))?.ok_or(Refusal::NotFound)?;
    let detail = serde_json::from_str(&run.detail).unwrap_or_default();
    Ok((run, detail))
}

/// Asks for a reading now: only a look, or for good.
pub fn ask(ctx: &Ctx, key: &str, look: bool) -> Result<i64> {
    allow::<verb::Administer>(&ctx.who)?;
    ctx.city().register(key).ok_or(Refusal::NotFound)?;
    owe(ctx, key, if look { How::Look } else { How::Hand }, 0)
}

/// Somebody looked at what vanished and says that it did: no more than that may.
pub fn import_anyway(ctx: &Ctx, id: i64) -> Result<i64> {
    let (held, _) = one(ctx, id)?;
    let newest = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.register_runs(&held.register, 1)?))?;
    if held.outcome != Outcome::Held || newest.first().is_none_or(|run| run.id != id) {
        return Err(Refusal::Stale.into());
    }
    owe(ctx, &held.register, How::Anyway, held.vanished)
}

fn owe(ctx: &Ctx, key: &str, how: How, vanish_ok: i64) -> Result<i64> {
    let row = waiting(&ctx.app, key, how, ctx.now);
    let row = RegisterRun { by: ctx.who.name.clone(), vanish_ok, ..row };
    ctx.app.store.write(|tx| {
        // Whoever presses twice waits for what they asked first.
        let known = tx.register_runs(key, 1)?.into_iter().next();
        if let Some(same) = known.filter(|run| run.outcome == Outcome::Waiting && run.how == how) {
            return Ok(same.id);
        }
        tx.owe_register(&row)?;
        Ok(row.id)
    })
}

fn waiting(app: &App, key: &str, how: How, now: Stamp) -> RegisterRun {
    RegisterRun {
        id: app.change_id(),
        register: key.to_owned(),
        how,
        by: String::new(),
        day: None,
        outcome: Outcome::Waiting,
        at: now,
        run_at: now,
        attempts: 0,
        ended_at: None,
        vanish_ok: 0,
        total: 0,
        added: 0,
        renamed: 0,
        changed: 0,
        vanished: 0,
        odd: 0,
        error: String::new(),
        detail: String::new(),
    }
}

/// Why a reading failed, in a language.
#[must_use]
pub fn error_words(run: &RegisterRun, lang: Lang) -> String {
    let words = serde_json::from_str::<Words>(&run.error);
    words.map_or_else(|_| run.error.clone(), |words| words.get(lang).to_owned())
}
