//! 改分类.

use duban_domain::{
    case::{self, Classification},
    policy::verb,
    triage::Aim,
};

use super::{On, step_with};
use crate::{
    Ctx,
    triage::{self, Asked},
    wiring::Result,
};

/// Gives a case another category, kind or urgency.
pub fn classify(ctx: &Ctx, on: &On, to: &Classification) -> Result<case::Case> {
    step_with::<verb::Classify>(ctx, on, |tx, permitted, ground| {
        let before = permitted.case();
        let events = case::classify(permitted, to, ground)?;
        if let Some(chosen) = to.category.as_deref().filter(|key| before.category.as_deref() != Some(*key))
            && let Some(first) = tx.requests_of(before.id)?.into_iter().next()
        {
            let asked = Asked { title: &first.title, text: &first.text, ..Asked::default() };
            triage::note(&ctx.app, tx, &ctx.who.unit, Aim::Category, &asked, chosen, ground.now)?;
        }
        Ok(events)
    })
}
