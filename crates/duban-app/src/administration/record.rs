//! 变更记录: who changed what, when, with before and after. It is only read here, by whoever audits.

use duban_domain::{
    Refusal,
    city::{PackFiles, edit},
    policy::{allow, verb},
};
use duban_store::AdminChange;

use super::OF_PACK;
use crate::{AppError, Ctx, wiring::Result};

/// How many on one page.
pub const PAGE: usize = 50;

/// A page of the record, the newest first; and whether there is more.
pub fn page(ctx: &Ctx, kind: Option<&str>, before: Option<i64>) -> Result<(Vec<AdminChange>, bool)> {
    allow::<verb::Audit>(&ctx.who)?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.admin_changes(kind, before, limit)?))?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    Ok((found, more))
}

/// One change, and of the pack what differs, entry by entry.
pub fn one(ctx: &Ctx, id: i64) -> Result<(AdminChange, Vec<edit::Difference>)> {
    allow::<verb::Audit>(&ctx.who)?;
    let found = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.admin_change(id)?))?.ok_or(Refusal::NotFound)?;
    let differences = differences(&found);
    Ok((found, differences))
}

/// What differs in one change.
#[must_use]
pub fn differences(change: &AdminChange) -> Vec<edit::Difference> {
    if change.kind != OF_PACK {
        let (file, id) = (change.kind.clone(), change.subject.clone());
        let (before, after) = (change.before.clone(), change.after.clone());
        return vec![edit::Difference { file, table: None, id, before, after }];
    }
    let of = |text: &str| {
        let mut files = PackFiles::new();
        if !text.is_empty() {
            files.insert(change.subject.clone(), text.to_owned());
        }
        files
    };
    edit::differences(&of(&change.before), &of(&change.after))
}
