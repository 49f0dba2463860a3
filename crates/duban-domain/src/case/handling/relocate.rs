//! 整体移交: what a whole list of cases goes through when the city is ordered anew: a unit is closed and
//! another has what it had, or a category is replaced by another.
//!
//! It is no dispatch and no new classification: nobody decided anew whose matter it is. The stage stays, the
//! person's clock runs on, and what the old unit asked, gave and ticked is the new one's.

use super::Move;
use crate::{
    Refusal, Stamp,
    case::{Case, Ground, Plea, Stage, What},
    deadline::{Deadline, clocks},
    policy::{Permitted, verb},
};

/// One such order (移交).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation<'a> {
    /// The key that was.
    pub from: &'a str,
    /// The key that is.
    pub to: &'a str,
    /// Who ordered it, by name.
    pub by: &'a str,
    /// Why.
    pub words: &'a str,
}

/// Another unit has what a closed one had in this case: the lead, a part in it, or a task. Whoever has it
/// in person keeps it where `keeps` says that they are of the new unit. A case that was not signed yet has its
/// whole time for signing again, for the new unit hears of it only now.
pub fn take_over(
    on: &Permitted<'_, verb::Keep>,
    order: Relocation<'_>,
    keeps: bool,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if ground.city.open_unit(order.to).is_none() {
        return Err(Refusal::UnknownUnit(order.to.to_owned()));
    }
    let leads = case.unit() == Some(order.from);
    if !case.is_open() || order.from == order.to || !(leads || case.helpers().any(|unit| unit == order.from))
    {
        return Err(Refusal::NoChange);
    }
    let unsigned = leads && matches!(case.stage, Stage::Dispatched { .. });
    let sign = unsigned.then(|| clocks(ground.city, case.urgency, case.kind, ground.now).sign);
    let Relocation { from, to, by, words } = order;
    let keeps = keeps || !leads;
    let [from, to, by, words] = [from, to, by, words].map(str::to_owned);
    Ok(vec![What::Moved(Move::TakenOver { from, to, by, words, sign, keeps })])
}

/// Another category stands for the one that the case has. Deadlines hang on kind and urgency, which stay.
pub fn recategorise(
    on: &Permitted<'_, verb::Keep>,
    order: Relocation<'_>,
    ground: &Ground<'_>,
) -> Result<Vec<What>, Refusal> {
    let case = on.case();
    if ground.city.live_category(order.to).is_none() {
        return Err(Refusal::UnknownCategory(order.to.to_owned()));
    }
    if !case.is_open() || order.from == order.to || case.category.as_deref() != Some(order.from) {
        return Err(Refusal::NoChange);
    }
    let [from, to, by, words] = [order.from, order.to, order.by, order.words].map(str::to_owned);
    Ok(vec![What::Moved(Move::Recategorised { from, to, by, words })])
}

impl Case {
    /// The state after another unit took over.
    pub(super) fn hand_over(
        &mut self,
        at: Stamp,
        (from, to): (&str, &str),
        sign: Option<&Deadline>,
        keeps: bool,
    ) {
        let leads = self.unit() == Some(from);
        match &mut self.stage {
            Stage::Dispatched { unit, sign: by } if unit == from => {
                to.clone_into(unit);
                if let Some(sign) = sign {
                    by.clone_from(sign);
                }
            }
            Stage::InHand { unit } | Stage::InReview { unit, .. } | Stage::Callback { unit, .. }
                if unit == from =>
            {
                to.clone_into(unit);
            }
            Stage::Received
            | Stage::Dispatched { .. }
            | Stage::InHand { .. }
            | Stage::InReview { .. }
            | Stage::Callback { .. }
            | Stage::Closed { .. } => {}
        }
        let lead = self.unit().map(str::to_owned);
        let mut helpers: Vec<String> = Vec::new();
        for helper in std::mem::take(&mut self.assisting) {
            let helper = if helper == from { to.to_owned() } else { helper };
            if Some(&helper) != lead.as_ref() && !helpers.contains(&helper) {
                helpers.push(helper);
            }
        }
        self.assisting = helpers;
        let handling = &mut self.handling;
        for task in handling.tasks.iter_mut().filter(|task| task.unit.as_deref() == Some(from)) {
            task.unit = Some(to.to_owned());
        }
        if let Some(Plea::Return { unit, .. }) = handling.plea.as_mut().filter(|_| leads) {
            to.clone_into(unit);
        }
        if leads {
            // The new unit has had no time to object yet, and nobody has refused it.
            handling.rejected.retain(|unit| unit != from);
            handling.objects_from = handling.objects_from.map(|_| at);
            handling.handler = handling.handler.filter(|_| keeps);
        }
    }
}
