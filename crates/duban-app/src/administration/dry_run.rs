//! 试跑派单目录: where the last cases would go by rules that are not in force yet. Nothing is changed.
//!
//! Counts are of all cases; single ones are named only to whom they are within reach of.

use duban_domain::{
    CaseId,
    city::{City, Fault, PackFiles},
    number::Number,
    policy::{allow, verb},
};
use duban_store::CaseRow;

use super::pack;
use crate::{AppError, Ctx, case::dispatch, wiring::Result};

/// How many cases are tried.
pub const CASES: i64 = 500;
/// How many that would go elsewhere are named.
const NAMED: usize = 100;

/// Where a case would go (去向变化).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its number.
    pub number: Number,
    /// Its title.
    pub title: String,
    /// Where the rules in force send it.
    pub from: String,
    /// Where the new ones would.
    pub to: String,
    /// The new rule.
    pub rule: String,
}

/// What a dry run says.
#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// How many cases were tried.
    pub tried: usize,
    /// How many would go elsewhere, by where from and where to.
    pub moves: Vec<(String, String, usize)>,
    /// Some of those within reach.
    pub named: Vec<Moved>,
}

/// Tries the pack that these edits would make; what is wrong with it otherwise.
pub fn try_edits(ctx: &Ctx, edits: &[pack::EntryEdit]) -> Result<std::result::Result<DryRun, Vec<Fault>>> {
    allow::<verb::Administer>(&ctx.who)?;
    let mut files = pack::standing(ctx)?.files;
    pack::apply(&mut files, edits)?;
    try_files(ctx, &files)
}

fn try_files(ctx: &Ctx, files: &PackFiles) -> Result<std::result::Result<DryRun, Vec<Fault>>> {
    let city = match City::load(files) {
        Ok(city) => city,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut new = ctx.app.clone();
    new.city = std::sync::Arc::new(city);
    let mut run = DryRun::default();
    let rows = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.newest_cases(CASES)?))?;
    for row in &rows {
        let (from, to) = match both(ctx, &new, row.id)? {
            Some(both) => both,
            None => continue,
        };
        run.tried += 1;
        if from.unit == to.unit {
            continue;
        }
        match run.moves.iter_mut().find(|(a, b, _)| *a == from.unit && *b == to.unit) {
            Some((_, _, count)) => *count += 1,
            None => run.moves.push((from.unit.clone(), to.unit.clone(), 1)),
        }
        if run.named.len() < NAMED && within(ctx, row)? {
            let (number, title) = (row.number.clone(), row.title.clone());
            run.named.push(Moved { number, title, from: from.unit, to: to.unit, rule: to.rule });
        }
    }
    run.moves.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    Ok(Ok(run))
}

type Both = (duban_domain::dispatch::Proposal, duban_domain::dispatch::Proposal);

/// Where a case goes by the rules in force, and by the new ones.
fn both(ctx: &Ctx, new: &crate::App, id: CaseId) -> Result<Option<Both>> {
    ctx.app.store.read(|tx| {
        let Some(case) = tx.case(id)? else { return Ok(None) };
        let Some(request) = tx.requests_of(id)?.into_iter().next() else { return Ok(None) };
        Ok(Some((dispatch::proposal(&ctx.app, &case, &request), dispatch::proposal(new, &case, &request))))
    })
}

fn within(ctx: &Ctx, row: &CaseRow) -> Result<bool> {
    let case = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.case(row.id)?))?;
    Ok(case.is_some_and(|case| ctx.who.reach.covers(&case)))
}
