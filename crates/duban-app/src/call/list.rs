//! The list of calls and the figures of a shift: an operator's own, or everybody's for who leads.

use std::collections::BTreeMap;

use duban_domain::{CallId, StaffId, Stamp};
use duban_store::{CallFigure, CallQuery, CallSums};
use jiff::civil::Date;

use super::{Shown, leads, may, seconds, shown};
use crate::{AppError, Ctx, wiring::Result};

/// Calls on one page.
const PAGE: i64 = 50;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// One operator only; an operator gets their own whatever this says.
    pub agent: Option<StaffId>,
    /// What one figure counts.
    pub figure: Option<CallFigure>,
    /// Where the page begins.
    pub before: Option<CallId>,
}

/// One operator's shift.
#[derive(Clone, Debug)]
pub struct Line {
    /// Who; none for calls that nobody answered.
    pub agent: Option<StaffId>,
    /// Their name.
    pub name: String,
    /// Their sums.
    pub sums: CallSums,
}

/// Calls and their sums.
#[derive(Clone, Debug)]
pub struct Found {
    /// One page, newest first.
    pub calls: Vec<Shown>,
    /// The next page, when there is one.
    pub next: Option<CallId>,
    /// Everybody together.
    pub all: CallSums,
    /// By operator; only for who leads.
    pub lines: Vec<Line>,
    /// Names of operators.
    pub names: BTreeMap<i64, String>,
    /// The operator that this is about, when it is about one.
    pub of: Option<StaffId>,
}

/// Whose calls somebody sees: everybody's for who leads, otherwise their own.
pub fn scope(ctx: &Ctx) -> Result<Option<StaffId>> {
    may(ctx)?;
    Ok((!leads(&ctx.who)).then_some(ctx.who.id))
}

/// A page of the list and the figures above it, by the same predicates.
pub fn list(ctx: &Ctx, asked: &Asked) -> Result<Found> {
    let own = scope(ctx)?;
    let zone = &ctx.city().zone;
    let query = CallQuery {
        from: Stamp::start_of(asked.from, zone),
        to: Stamp::start_of(asked.to.tomorrow().unwrap_or(asked.to), zone),
        agent: own.or(asked.agent),
        figure: asked.figure,
        seconds: seconds(&ctx.app),
        before: asked.before,
        limit: PAGE + 1,
    };
    ctx.app.store.read(|tx| {
        let mut rows = tx.calls(&query)?;
        let next =
            if rows.len() > PAGE as usize { rows.get(PAGE as usize - 1).map(|row| row.id) } else { None };
        rows.truncate(PAGE as usize);
        let names: BTreeMap<i64, String> = tx.staff_list()?.into_iter().map(|s| (s.id.0, s.name)).collect();
        let sums = tx.call_sums(&query)?;
        let all = sums.iter().fold(CallSums::default(), |all, (_, one)| together(all, one));
        let mut lines = Vec::new();
        for (agent, sums) in sums.into_iter().filter(|_| own.is_none()) {
            let name = agent.and_then(|id| names.get(&id.0)).cloned().unwrap_or_default();
            lines.push(Line { agent, name, sums });
        }
        lines.sort_by_key(|line| {
            (line.agent.is_none(), std::cmp::Reverse(line.sums.get(CallFigure::Connected)))
        });
        let calls = rows.iter().map(|row| shown(&ctx.app, row)).collect::<Result<_>>()?;
        Ok::<_, AppError>(Found { calls, next, all, lines, names, of: query.agent })
    })
}

fn together(mut all: CallSums, one: &CallSums) -> CallSums {
    for (sum, n) in all.counts.iter_mut().zip(one.counts) {
        *sum += n;
    }
    all.wait_ms += one.wait_ms;
    all.talk_ms += one.talk_ms;
    all.wrap_ms += one.wrap_ms;
    all
}
