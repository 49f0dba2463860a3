//! 工单列表: cases within reach, by any filter of the page.

use std::collections::BTreeMap;

use duban_domain::{
    StaffId,
    policy::{allow, verb},
};
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
    /// The names of those who have one of its cases in person.
    pub handlers: BTreeMap<StaffId, String>,
}

/// A page of the list. The member's reach replaces whatever the query says.
pub fn list(ctx: &Ctx, query: &CaseQuery) -> Result<Listed> {
    Ok(with_tabs(ctx, query, &[])?.0)
}

/// Only the rows, without counting: for the way through a list.
pub fn page(ctx: &Ctx, query: &CaseQuery) -> Result<Page> {
    let query = within(ctx, query)?;
    ctx.app.store.read(|tx| Ok(tx.list(&query)?))
}

/// Only how many, for the tabs above the list.
/// A page of the list and, of the same instant, how many other queries find: the tabs above it.
pub fn with_tabs(ctx: &Ctx, query: &CaseQuery, tabs: &[CaseQuery]) -> Result<(Listed, Vec<i64>)> {
    let query = within(ctx, query)?;
    let first = CaseQuery { after: None, ..query.clone() };
    ctx.app.store.read(|tx| {
        let page = tx.list(&query)?;
        let mut ids: Vec<StaffId> = page.rows.iter().filter_map(|row| row.handler).collect();
        ids.sort_unstable();
        ids.dedup();
        let handlers = tx.staff_names(&ids)?;
        let listed = Listed { page, count: tx.count(&query, COUNT_MAX)?, handlers };
        let mut counts = Vec::with_capacity(tabs.len());
        for tab in tabs {
            let tab = within(ctx, tab)?;
            // One of the tabs is mostly the list itself.
            counts.push(if tab == first { listed.count } else { tx.count(&tab, COUNT_MAX)? });
        }
        Ok((listed, counts))
    })
}

/// Only how many.
pub fn count(ctx: &Ctx, query: &CaseQuery) -> Result<i64> {
    let query = within(ctx, query)?;
    ctx.app.store.read(|tx| Ok(tx.count(&query, COUNT_MAX)?))
}

/// A query as this member may ask it. Who asks for a person asks who spoke: that takes the role that reveals.
pub(crate) fn within(ctx: &Ctx, query: &CaseQuery) -> Result<CaseQuery> {
    allow::<verb::View>(&ctx.who)?;
    if query.person.is_some() {
        allow::<verb::Reveal>(&ctx.who)?;
    }
    Ok(CaseQuery { reach: ctx.who.reach.clone(), ..query.clone() })
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
