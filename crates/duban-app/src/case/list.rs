//! 工单列表: cases within reach, by any filter of the page.

use duban_domain::policy::{allow, verb};
use duban_store::{CaseQuery, CaseRow, Page};

use crate::{Ctx, wiring::Result};

/// Counting stops here: beyond it nobody reads the number, and it would cost more than the page.
pub const COUNT_MAX: i64 = 10_000;

/// One page of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The rows and where the next page begins.
    pub page: Page,
    /// How many there are, up to [`COUNT_MAX`].
    pub count: i64,
}

/// A page of the list. The member's reach replaces whatever the query says.
pub fn list(ctx: &Ctx, query: &CaseQuery) -> Result<Listed> {
    allow::<verb::View>(&ctx.who)?;
    let query = CaseQuery { reach: ctx.who.reach.clone(), ..query.clone() };
    ctx.app.store.read(|tx| Ok(Listed { page: tx.list(&query)?, count: tx.count(&query, COUNT_MAX)? }))
}

/// Only the rows, without counting: for the way through a list.
pub fn page(ctx: &Ctx, query: &CaseQuery) -> Result<Page> {
    allow::<verb::View>(&ctx.who)?;
    let query = CaseQuery { reach: ctx.who.reach.clone(), ..query.clone() };
    ctx.app.store.read(|tx| Ok(tx.list(&query)?))
}

/// Only how many, for the tabs above the list.
pub fn count(ctx: &Ctx, query: &CaseQuery) -> Result<i64> {
    allow::<verb::View>(&ctx.who)?;
    let query = CaseQuery { reach: ctx.who.reach.clone(), ..query.clone() };
    ctx.app.store.read(|tx| Ok(tx.count(&query, COUNT_MAX)?))
}

/// Earlier cases of the same telephone number, newest first, for the operator with a caller on the line.
pub fn of_caller(ctx: &Ctx, phone: &duban_domain::person::Phone) -> Result<Vec<CaseRow>> {
    allow::<verb::Register>(&ctx.who)?;
    let hash = crate::person::phone_hash(&ctx.app, phone);
    ctx.app.store.read(|tx| {
        let requests = tx.requests_by_phone(&hash, 6)?;
        let mut rows = Vec::with_capacity(requests.len());
        for request in requests {
            rows.extend(tx.case_row(request.case)?);
        }
        Ok(rows)
    })
}
