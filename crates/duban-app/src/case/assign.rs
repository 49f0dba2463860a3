//! 经办人: who of the unit has a case in person.

use duban_domain::{
    Refusal, StaffId,
    case::{Case, Obstacle, handling},
    city::City,
    policy::{Action, Member, Reach, verb},
};
use duban_store::{ReadTx, Staff};

use super::{On, step_with};
use crate::{Ctx, wiring::Result};

/// Somebody who can have a case in person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// The key of their unit.
    pub unit: String,
}

/// Gives a case to somebody of the unit that leads it; to nobody: back to the unit.
pub fn assign(ctx: &Ctx, on: &On, to: Option<StaffId>, words: &str) -> Result<Case> {
    step_with::<verb::Assign>(ctx, on, |tx, permitted, _| {
        let member = match to {
            Some(id) => {
                // Whoever was switched off since the page was made is no choice any more.
                let staff = tx
                    .staff(id)?
                    .filter(|staff| staff.active)
                    .ok_or(Refusal::from(Obstacle::NotOfTheUnit))?;
                Some(member(ctx.city(), &staff))
            }
            None => None,
        };
        let before = permitted.case().handling.handler.map(|id| tx.staff(id)).transpose()?.flatten();
        let before = before.map(|staff| staff.name).unwrap_or_default();
        Ok(handling::assign(permitted, member.as_ref(), &before, words)?)
    })
}

/// Who can be given this case: active, of the unit that leads it or above, and allowed to answer.
pub(crate) fn colleagues(ctx: &Ctx, tx: &mut ReadTx<'_>, case: &Case) -> Result<Vec<Colleague>> {
    if !ctx.who.can(Action::Assign) || case.unit().is_none() {
        return Ok(Vec::new());
    }
    within(ctx, tx, |member| member.reach != Reach::All && member.reach.leads(case))
}

/// Whose worklists a member can look at: everybody who answers within the member's own reach, or of
/// one unit.
pub fn of_reach(ctx: &Ctx, unit: &str) -> Result<Vec<Colleague>> {
    ctx.app.store.read(|tx| {
        within(ctx, tx, |member| match &ctx.who.reach {
            _ if !unit.is_empty() => member.unit == unit,
            Reach::Units(units) => units.contains(&member.unit),
            Reach::All | Reach::Nothing => false,
        })
    })
}

fn within(ctx: &Ctx, tx: &mut ReadTx<'_>, fits: impl Fn(&Member) -> bool) -> Result<Vec<Colleague>> {
    let staff = tx.staff_list()?.into_iter().filter(|staff| staff.active);
    let members = staff.map(|staff| member(ctx.city(), &staff));
    let fitting = members.filter(|member| member.can(Action::Answer) && fits(member));
    Ok(fitting.map(|m| Colleague { id: m.id, name: m.name, unit: m.unit }).collect())
}

/// Colleagues of one's own unit who could have a case.
pub(super) fn of_own_unit(ctx: &Ctx) -> Result<Vec<Colleague>> {
    ctx.app.store.read(|tx| within(ctx, tx, |m| m.unit == ctx.who.unit && m.id != ctx.who.id))
}

pub(super) fn member(city: &City, staff: &Staff) -> Member {
    Member::of(city, staff.id, &staff.name, &staff.unit, &staff.role)
}
