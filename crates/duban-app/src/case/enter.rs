//! 自行登记: a handler enters work directly, for themselves, a colleague or another unit.

use duban_domain::{
    Refusal, StaffId,
    case::{Actor, Entry, Obstacle, Whose, enter as decide},
    policy::{Allowed, Member, allow, verb},
    request::{Channel, Privacy, Request},
};

use super::{
    assign::{Colleague, member, of_own_unit},
    register::{Intake, Registered, opened_by},
};
use crate::{App, Ctx, wiring::Result};

/// Whose work it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum For {
    /// Whoever enters it.
    Own,
    /// A colleague of the same unit.
    Colleague(StaffId),
    /// A unit.
    Unit(String),
}

/// Enters work. Nobody outside stands behind it: who it is and how it came in are not asked.
pub fn enter(ctx: &Ctx, intake: &Intake, to: &For, reason: &str) -> Result<Registered> {
    let allowed = allow::<verb::Enter>(&ctx.who)?;
    let intake = Intake { channel: Channel::Own, privacy: Privacy::Anonymous, ..intake.clone() };
    let colleague = match to {
        For::Colleague(id) => Some(colleague(ctx, *id)?),
        For::Own | For::Unit(_) => None,
    };
    let whose = match (to, &colleague) {
        (For::Unit(unit), _) => Whose::Unit(unit),
        (_, Some(member)) => Whose::Colleague(member),
        (_, None) => Whose::Own,
    };
    let entry = Entry { by: &ctx.who, whose, reason };
    let by: &Actor = allowed.actor();
    let wish = intake.wish.clone();
    let decided = |app: &App, request: &Request| opening(app, &allowed, request, &wish, &entry);
    opened_by(ctx, &intake, by, &decided)
}

/// Colleagues whom work can be entered for.
pub fn colleagues(ctx: &Ctx) -> Result<Vec<Colleague>> {
    allow::<verb::Enter>(&ctx.who)?;
    of_own_unit(ctx)
}

fn opening(
    app: &App,
    allowed: &Allowed<verb::Enter>,
    request: &Request,
    wish: &duban_domain::case::Wish,
    entry: &Entry<'_>,
) -> Result<Vec<duban_domain::case::What>> {
    Ok(decide(allowed, request, wish, entry, &app.ground(request.received_at))?)
}

/// Whoever was switched off since the page was made is no choice any more.
fn colleague(ctx: &Ctx, id: StaffId) -> Result<Member> {
    ctx.app.store.read(|tx| {
        let staff = tx.staff(id)?.filter(|staff| staff.active);
        let staff = staff.ok_or(Refusal::from(Obstacle::NotOfTheUnit))?;
        Ok(member(ctx.city(), &staff))
    })
}
