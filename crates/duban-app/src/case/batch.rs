//! 批量: one step for several cases, each by its own verb with its own permit. [`plan`] decides without
//! writing anything, by the same rules; [`run`] does to each only what was planned for the version that
//! was looked at, and skips the others.

use duban_domain::{
    Number, Refusal,
    case::{self as rules, Case, Classification, Event, What},
    policy::{Permitted, Verb, permit, verb},
    request::Urgency,
};
use duban_store::ReadTx;

use super::{
    On, classify,
    dispatch::{self, Order, dispatching},
    note, sign,
};
use crate::{AppError, Ctx, wiring::Result};

/// Cases of one batch at most.
pub const CASES_MAX: usize = 200;

/// What is done to each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// 签收
    Sign,
    /// 批注
    Note(String),
    /// 改紧急程度, and why.
    Urgency(Urgency, String),
    /// 派单: to which unit, and why.
    Dispatch(String, String),
}

/// What would become of one case.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its number as it was asked for.
    pub number: Number,
    /// Its title; empty where there is nothing to see.
    pub title: String,
    /// Who has it in person, and who would; empty for nobody.
    pub handlers: (String, String),
    /// As it is and as it would be, or why nothing would happen.
    pub outcome: std::result::Result<Box<(Case, Case)>, Refusal>,
}

/// What came of one case: nothing to say, or why it was skipped.
pub type Done = (Number, Option<Refusal>);

impl Step {
    /// The key that forms use.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Note(_) => "note",
            Self::Urgency(..) => "urgency",
            Self::Dispatch(..) => "dispatch",
        }
    }

    /// Does it to one case, as if somebody had done it on its page.
    fn run(&self, ctx: &Ctx, on: &On) -> Result<Case> {
        match self {
            Self::Sign => sign::sign(ctx, on),
            Self::Note(text) => note::note(ctx, on, text),
            Self::Urgency(urgency, reason) => {
                let case = super::show::case(ctx, &on.number)?;
                classify::classify(ctx, on, &reclassified(&case, *urgency, reason))
            }
            Self::Dispatch(unit, reason) => dispatch::dispatch(ctx, on, &order(unit, reason)),
        }
    }

    /// Decides it for one case and records nothing.
    fn decide(&self, ctx: &Ctx, tx: &mut ReadTx<'_>, case: &Case) -> Result<Vec<What>> {
        let ground = ctx.ground();
        match self {
            Self::Sign => Ok(rules::sign(&may::<verb::Sign>(ctx, case)?)?),
            Self::Note(text) => Ok(rules::note(&may::<verb::Note>(ctx, case)?, text)?),
            Self::Urgency(urgency, reason) => {
                let on = may::<verb::Classify>(ctx, case)?;
                Ok(rules::classify(&on, &reclassified(case, *urgency, reason), &ground)?)
            }
            Self::Dispatch(unit, reason) => {
                let on = may::<verb::Dispatch>(ctx, case)?;
                let order = dispatching(&ctx.app, tx, case, &order(unit, reason))?;
                Ok(rules::dispatch(&on, &order, &ground)?)
            }
        }
    }
}

/// What the step would do to each of these cases, in their order. Nothing is written.
pub fn plan(ctx: &Ctx, step: &Step, numbers: &[Number]) -> Result<Vec<Planned>> {
    ctx.app.store.read(|tx| {
        let mut planned = Vec::with_capacity(numbers.len());
        for number in numbers.iter().take(CASES_MAX) {
            planned.push(planned_one(ctx, tx, step, number)?);
        }
        Ok(planned)
    })
}

fn planned_one(ctx: &Ctx, tx: &mut ReadTx<'_>, step: &Step, number: &Number) -> Result<Planned> {
    let found = tx.case_by_number(number)?.filter(|case| ctx.who.reach.covers(case));
    let Some(case) = found else {
        return Ok(Planned {
            number: number.clone(),
            title: String::new(),
            handlers: Default::default(),
            outcome: Err(Refusal::NotFound),
        });
    };
    let title = tx.case_row(case.id)?.map(|row| row.title).unwrap_or_default();
    let outcome = match step.decide(ctx, tx, &case) {
        Ok(happened) => Ok(Box::new((case.clone(), after(ctx, &case, happened)))),
        Err(AppError::Refused(refusal)) => Err(refusal),
        Err(error) => return Err(error),
    };
    let handlers = match &outcome {
        Ok(cases) => (named(tx, &cases.0)?, named(tx, &cases.1)?),
        Err(_) => Default::default(),
    };
    Ok(Planned { number: number.clone(), title, handlers, outcome })
}

/// The name of whoever has a case in person; empty for nobody.
fn named(tx: &mut ReadTx<'_>, case: &Case) -> Result<String> {
    let staff = case.handling.handler.map(|id| tx.staff(id)).transpose()?.flatten();
    Ok(staff.map(|staff| staff.name).unwrap_or_default())
}

/// The case as it would be.
fn after(ctx: &Ctx, case: &Case, happened: Vec<What>) -> Case {
    let mut after = case.clone();
    let (at, by) = (ctx.now, ctx.who.actor());
    for what in happened {
        after.apply(&Event { at, by: by.clone(), what });
    }
    after
}

/// Does the step to each case, one after the other. A case that is no longer at the version that was
/// looked at is skipped, and so is what the rules refuse.
pub fn run(ctx: &Ctx, step: &Step, cases: Vec<On>) -> Result<Vec<Done>> {
    let one = |on: On| match step.run(ctx, &on) {
        Ok(_) => Ok((on.number, None)),
        Err(AppError::Refused(refusal)) => Ok((on.number, Some(refusal))),
        // Somebody changed that case in this very moment: it is skipped, and said.
        Err(error) if error.is_conflict() => Ok((on.number, Some(Refusal::Stale))),
        Err(error) => Err(error),
    };
    cases.into_iter().take(CASES_MAX).map(one).collect()
}

fn may<'a, V: Verb>(ctx: &Ctx, case: &'a Case) -> Result<Permitted<'a, V>> {
    Ok(permit::<V>(&ctx.who, case)?)
}

fn reclassified(case: &Case, urgency: Urgency, reason: &str) -> Classification {
    Classification { category: case.category.clone(), kind: case.kind, urgency, reason: reason.to_owned() }
}

fn order(unit: &str, reason: &str) -> Order {
    Order { unit: unit.to_owned(), assisting: Vec::new(), reason: reason.to_owned(), designated: false }
}
