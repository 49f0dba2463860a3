//! 质检: drawing, inspecting, appealing, deciding. The rules are in [`duban_domain::quality`].

use std::collections::BTreeMap;

use duban_domain::{
    Number, Refusal, Stamp,
    call::CallState,
    city::City,
    policy::{Action, Member, Reach, allow, verb},
    quality::{self, Candidate, Hand, Inspection, InspectionState, Subject},
};
use duban_store::{CallQuery, CallRow, InspectionQuery, InspectionRow, InspectionSums, ReadTx, Seconds};
use jiff::civil::Date;

use crate::{Ctx, wiring::Result};

/// Calls and cases that one draw looks at.
const LOOKED_MAX: i64 = 50_000;
/// Rows of one list.
const SHOWN_MAX: i64 = 200;

/// What the inspectors see.
#[derive(Clone, Debug)]
pub struct Overview {
    /// To inspect, and appeals to decide, and what was found; latest drawn first.
    pub rows: Vec<InspectionRow>,
    /// By operator and unit.
    pub sums: Vec<InspectionSums>,
}

/// Draws from what ended in a period; what was drawn before stays. Returns how many are new.
pub fn draw(ctx: &Ctx, from: Date, to: Date, seed: u64) -> Result<usize> {
    allow::<verb::Inspect>(&ctx.who)?;
    let (from, to) = span(ctx, from, to);
    ctx.app.store.write(|tx| {
        let rules = &ctx.city().desk.quality;
        let (calls, cases) = (calls(tx, from, to)?, tx.closed_between(from, to, LOOKED_MAX)?);
        let names: BTreeMap<i64, String> = tx.staff_list()?.into_iter().map(|s| (s.id.0, s.name)).collect();
        let of_calls: Vec<_> = calls
            .iter()
            .filter_map(|row| Some(Candidate { id: row.id.0, whose: row.agent?.0.to_string() }))
            .collect();
        let of_cases: Vec<_> =
            cases.iter().map(|(id, unit)| Candidate { id: id.0, whose: unit.clone() }).collect();
        let mut fresh = 0;
        for id in quality::draw(seed, &of_calls, rules) {
            let Some(call) = calls.iter().find(|row| row.id.0 == id) else { continue };
            let whose = call.agent.and_then(|agent| names.get(&agent.0)).cloned().unwrap_or_default();
            let row = InspectionRow {
                number: call.number.as_ref().map(|n| n.digits().to_owned()).unwrap_or_default(),
                agent: call.agent,
                whose,
                ..blank(ctx, Subject::Call, id, seed)
            };
            fresh += usize::from(tx.insert_inspection(&row)?);
        }
        for id in quality::draw(seed, &of_cases, rules) {
            let Some((case, unit)) = cases.iter().find(|(case, _)| case.0 == id) else { continue };
            let Some(number) = tx.case_row(*case)?.map(|row| row.number) else { continue };
            let row = InspectionRow {
                number: number.digits().to_owned(),
                whose: unit_name(ctx.city(), unit),
                unit: unit.clone(),
                ..blank(ctx, Subject::Case, id, seed)
            };
            fresh += usize::from(tx.insert_inspection(&row)?);
        }
        Ok(fresh)
    })
}

fn blank(ctx: &Ctx, kind: Subject, subject: i64, seed: u64) -> InspectionRow {
    InspectionRow {
        id: ctx.app.call_id().0,
        kind,
        subject,
        number: String::new(),
        agent: None,
        unit: String::new(),
        whose: String::new(),
        drawn_at: ctx.now,
        body: Inspection { seed, ..Inspection::default() },
    }
}

/// Answered calls of a period that are over.
fn calls(tx: &mut ReadTx<'_>, from: Stamp, to: Stamp) -> Result<Vec<CallRow>> {
    let query = CallQuery {
        from,
        to,
        agent: None,
        figure: Some(duban_store::CallFigure::Connected),
        seconds: Seconds { answer: 0, abandon: 0 },
        before: None,
        limit: LOOKED_MAX,
    };
    Ok(tx.calls(&query)?.into_iter().filter(|row| row.state == CallState::Over).collect())
}

fn unit_name(city: &City, key: &str) -> String {
    city.unit(key).map_or_else(|| key.to_owned(), |unit| unit.short.zh.clone())
}

fn span(ctx: &Ctx, from: Date, to: Date) -> (Stamp, Stamp) {
    let zone = &ctx.city().zone;
    (Stamp::start_of(from, zone), Stamp::start_of(to.tomorrow().unwrap_or(to), zone))
}

/// Everything that was drawn in a period, for inspectors.
pub fn overview(
    ctx: &Ctx,
    from: Date,
    to: Date,
    state: Option<InspectionState>,
    whose: Option<&str>,
) -> Result<Overview> {
    allow::<verb::Inspect>(&ctx.who)?;
    let query = InspectionQuery {
        between: Some(span(ctx, from, to)),
        limit: SHOWN_MAX,
        ..InspectionQuery::default()
    };
    ctx.app.store.read(|tx| {
        let listed = InspectionQuery { state, whose: whose.map(str::to_owned), ..query.clone() };
        Ok(Overview { rows: tx.inspections(&listed)?, sums: tx.inspection_sums(&query)? })
    })
}

/// What was found about whoever asks, or about their unit: they may appeal.
pub fn mine(ctx: &Ctx) -> Result<Vec<InspectionRow>> {
    let query = InspectionQuery {
        concerned: Some((ctx.who.id, units(&ctx.who))),
        limit: SHOWN_MAX,
        ..InspectionQuery::default()
    };
    let rows = ctx.app.store.read(|tx| Ok::<_, crate::AppError>(tx.inspections(&query)?))?;
    // What is still to be inspected is not told: nobody prepares for it.
    Ok(rows.into_iter().filter(|row| row.body.state() != InspectionState::Drawn).collect())
}

/// The units whose results concern a member: those that they answer for.
fn units(who: &Member) -> Vec<String> {
    match &who.reach {
        Reach::Units(units) if who.can(Action::Answer) => units.clone(),
        _ => Vec::new(),
    }
}

fn concerns(who: &Member, row: &InspectionRow) -> bool {
    row.agent == Some(who.id) || (row.agent.is_none() && units(who).contains(&row.unit))
}

/// One inspection: for inspectors, and for the one concerned once there is a result.
pub fn show(ctx: &Ctx, id: i64) -> Result<InspectionRow> {
    let row = ctx.app.store.read(|tx| Ok::<_, crate::AppError>(tx.inspection(id)?))?;
    let row = row.ok_or(Refusal::NotFound)?;
    let told = row.body.state() != InspectionState::Drawn;
    if ctx.who.can(Action::Inspect) || (told && concerns(&ctx.who, &row)) {
        return Ok(row);
    }
    Err(Refusal::NotFound.into())
}

/// Marks what was drawn. Nobody inspects their own call.
pub fn inspect(ctx: &Ctx, id: i64, given: &BTreeMap<String, u32>, words: &str) -> Result<InspectionRow> {
    allow::<verb::Inspect>(&ctx.who)?;
    let marks = quality::marks(&ctx.city().desk.quality, given)?;
    change(ctx, id, |row| {
        if concerns(&ctx.who, row) {
            return Err(Refusal::OwnAnswer);
        }
        quality::inspect(&row.body, marks.clone(), hand(ctx, words))
    })
}

/// The one concerned does not agree.
pub fn appeal(ctx: &Ctx, id: i64, words: &str) -> Result<InspectionRow> {
    change(ctx, id, |row| {
        if !concerns(&ctx.who, row) {
            return Err(Refusal::NotFound);
        }
        quality::appeal(&row.body, &ctx.city().desk.quality, hand(ctx, words))
    })
}

/// Somebody else than the inspector decides; other marks, or none when the result stands.
pub fn decide(
    ctx: &Ctx,
    id: i64,
    changed: Option<&BTreeMap<String, u32>>,
    words: &str,
) -> Result<InspectionRow> {
    allow::<verb::Inspect>(&ctx.who)?;
    let rules = &ctx.city().desk.quality;
    let changed = changed.map(|given| quality::marks(rules, given)).transpose()?;
    change(ctx, id, |row| {
        if concerns(&ctx.who, row) {
            return Err(Refusal::OwnAnswer);
        }
        quality::decide(&row.body, changed.clone(), hand(ctx, words))
    })
}

fn change(
    ctx: &Ctx,
    id: i64,
    decide: impl Fn(&InspectionRow) -> std::result::Result<Inspection, Refusal>,
) -> Result<InspectionRow> {
    ctx.app.store.write(|tx| {
        let row = tx.inspection_for_update(id)?.ok_or(Refusal::NotFound)?;
        let after = InspectionRow { body: decide(&row)?, ..row };
        tx.update_inspection(&after, ctx.city().desk.quality.pass)?;
        Ok(after)
    })
}

fn hand(ctx: &Ctx, words: &str) -> Hand {
    Hand { staff: ctx.who.id, name: ctx.who.name.clone(), at: ctx.now, words: words.to_owned() }
}

/// The number of the case behind an inspection, for a link.
#[must_use]
pub fn number(row: &InspectionRow) -> Option<Number> {
    row.number.parse().ok()
}
