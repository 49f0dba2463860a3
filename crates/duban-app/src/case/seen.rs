//! 看过: when somebody last looked at a case, so that what changed in its tasks is news to them once.

use duban_domain::case::Case;

use crate::{AppError, Ctx, wiring::Result};

/// Marks a case as looked at, when one of its tasks changed since the last time.
pub(crate) fn look(ctx: &Ctx, case: &Case) -> Result<()> {
    let Some(changed) = case.handling.tasks_at else { return Ok(()) };
    let seen = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.case_seen(case.id, ctx.who.id)?))?;
    if seen.is_some_and(|seen| seen >= changed) {
        return Ok(());
    }
    ctx.app.store.write(|tx| Ok::<_, AppError>(tx.see_case(case.id, ctx.who.id, ctx.now)?))
}
