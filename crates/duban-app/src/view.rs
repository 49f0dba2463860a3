//! 常用视图: filters that a member keeps, alone or for their unit, on every device they sign in at.
//! Only the filters are kept, never what they find: each look finds what is there then, within the
//! reach of whoever looks.

use duban_domain::{
    Refusal, ViewId,
    policy::{allow, verb},
};
use duban_store::SavedView;

use crate::{AppError, Ctx, wiring::Result};

/// Filters of one member and their unit that are shown.
const VIEWS_MAX: i64 = 60;
/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 20;
/// Characters of the filters.
const QUERY_CHARS_MAX: usize = 2_000;

/// What a member keeps, and what their unit shares.
pub fn list(ctx: &Ctx) -> Result<Vec<SavedView>> {
    allow::<verb::View>(&ctx.who)?;
    ctx.app.store.read(|tx| Ok(tx.saved_views(ctx.who.id, &ctx.who.unit, VIEWS_MAX)?))
}

/// Keeps a filter under a name; `shared` with everybody of one's unit.
pub fn keep(ctx: &Ctx, name: &str, query: &str, shared: bool) -> Result<()> {
    allow::<verb::View>(&ctx.who)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(Refusal::NeedsText("name").into());
    }
    for (field, text, max) in [("name", name, NAME_CHARS_MAX), ("query", query, QUERY_CHARS_MAX)] {
        if text.chars().count() > max {
            return Err(Refusal::TooLong { field, max }.into());
        }
    }
    let view = SavedView {
        id: ctx.app.view_id(),
        staff: ctx.who.id,
        unit: shared.then(|| ctx.who.unit.clone()),
        name: name.to_owned(),
        query: query.to_owned(),
    };
    ctx.app.store.write(|tx| Ok::<_, AppError>(tx.insert_view(&view)?))
}

/// Lets one of one's own go.
pub fn drop(ctx: &Ctx, id: ViewId) -> Result<()> {
    allow::<verb::View>(&ctx.who)?;
    let gone = ctx.app.store.write(|tx| Ok::<_, AppError>(tx.delete_view(id, ctx.who.id)?))?;
    if gone { Ok(()) } else { Err(Refusal::NotFound.into()) }
}
