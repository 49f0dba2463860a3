//! 管知识库: writing items, taking them down, and what is due for review.
//!
//! A unit looks after its own items; the hotline looks after all. Every change is a version that stays.

use duban_domain::{
    KnowledgeId, Refusal,
    knowledge::{Flaw, Item},
    policy::{Member, allow, verb},
};
use duban_store::{KnowledgeList, KnowledgeRow, KnowledgeUse, KnowledgeVersion};
use jiff::{Span, civil::Date};

use super::find::today;
use crate::{AppError, Ctx, wiring::Result};

/// Items of one list.
const LISTED_MAX: i64 = 300;
/// Days that uses are counted over.
const USED_DAYS: i64 = 90;

/// A list of items with what the tabs above it say.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The items.
    pub rows: Vec<KnowledgeRow>,
    /// How many there are of each list.
    pub counts: [(KnowledgeList, i64); 4],
    /// Today in the city.
    pub today: Date,
    /// Items of the city pack that are not in the database.
    pub waiting: usize,
}

/// An item with its past.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The item.
    pub row: KnowledgeRow,
    /// Its versions, newest first.
    pub versions: Vec<KnowledgeVersion>,
    /// How often it answered in the last days: closed with it, helped, did not help.
    pub used: [i64; 3],
    /// Today in the city.
    pub today: Date,
}

/// An item as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Written {
    /// Which one; none for a new one.
    pub id: Option<KnowledgeId>,
    /// The version that the form was made from; 0 for a new one.
    pub seen: i64,
    /// What it says.
    pub item: Item,
}

/// Whether somebody may change what a unit answers for.
#[must_use]
pub fn may_edit(ctx: &Ctx, unit: &str) -> bool {
    whose(ctx).is_none_or(|own| own == unit)
}

/// The unit that somebody is bound to; none for the hotline, which looks after all.
fn whose(ctx: &Ctx) -> Option<&str> {
    let Member { unit, .. } = &ctx.who;
    (*unit != ctx.city().centre().key).then_some(unit)
}

/// Items of somebody's, with the tabs above them.
pub fn list(ctx: &Ctx, list: KnowledgeList) -> Result<Listed> {
    allow::<verb::Knowledge>(&ctx.who)?;
    let (today, unit) = (today(&ctx.app), whose(ctx));
    ctx.app.store.read(|tx| {
        let mut counts =
            [KnowledgeList::Kept, KnowledgeList::Due, KnowledgeList::Expired, KnowledgeList::Retired]
                .map(|list| (list, 0));
        for (list, n) in &mut counts {
            *n = tx.knowledge_count(*list, today, unit)?;
        }
        let mut waiting = 0;
        for one in &ctx.city().knowledge {
            waiting += usize::from(may_edit(ctx, &one.item.unit) && !tx.has_pack_item(&one.key)?);
        }
        Ok(Listed { rows: tx.knowledge_list(list, today, unit, LISTED_MAX)?, counts, today, waiting })
    })
}

/// One item with its versions.
pub fn one(ctx: &Ctx, id: KnowledgeId) -> Result<Shown> {
    allow::<verb::Knowledge>(&ctx.who)?;
    let today = today(&ctx.app);
    let since = today.saturating_sub(Span::new().days(USED_DAYS));
    ctx.app.store.read(|tx| {
        let row = tx.knowledge(id)?.filter(|row| may_edit(ctx, &row.item.unit)).ok_or(Refusal::NotFound)?;
        let mut used = [0; 3];
        let ways = [KnowledgeUse::Closed, KnowledgeUse::Helped, KnowledgeUse::NotHelped];
        for (n, how) in used.iter_mut().zip(ways) {
            *n = tx.knowledge_used(id, how, since)?;
        }
        Ok(Shown { versions: tx.knowledge_versions(id)?, row, used, today })
    })
}

/// Keeps an item: a new one, or the next version of one.
pub fn put(ctx: &Ctx, written: &Written) -> Result<KnowledgeId> {
    let allowed = allow::<verb::Knowledge>(&ctx.who)?;
    let item = written.item.checked()?;
    if ctx.city().open_unit(&item.unit).is_none() {
        return Err(Refusal::UnknownUnit(item.unit).into());
    }
    if !may_edit(ctx, &item.unit) {
        return Err(Refusal::NotFound.into());
    }
    let id = written.id.unwrap_or_else(|| ctx.app.knowledge_id());
    ctx.app.store.write(|tx| {
        let before = match written.id {
            Some(id) => Some(before(ctx, tx.knowledge(id)?)?),
            None => None,
        };
        if before.as_ref().is_some_and(|before| before.item == item && !before.retired) {
            return Ok(());
        }
        let row = KnowledgeRow {
            id,
            pack_key: None,
            version: if before.is_some() { written.seen.saturating_add(1) } else { 1 },
            item: item.clone(),
            retired: false,
            changed_at: ctx.now,
            changed_by: allowed.actor().name.clone(),
        };
        if tx.put_knowledge(&row)? { Ok(()) } else { Err(AppError::from(Refusal::Knowledge(Flaw::Newer))) }
    })?;
    Ok(id)
}

/// Takes an item down: nobody is offered it any more, and its versions stay.
pub fn retire(ctx: &Ctx, id: KnowledgeId, seen: i64) -> Result<()> {
    let allowed = allow::<verb::Knowledge>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let before = before(ctx, tx.knowledge(id)?)?;
        if before.retired {
            return Ok(());
        }
        let row = KnowledgeRow {
            version: seen.saturating_add(1),
            retired: true,
            changed_at: ctx.now,
            changed_by: allowed.actor().name.clone(),
            ..before
        };
        if tx.put_knowledge(&row)? { Ok(()) } else { Err(AppError::from(Refusal::Knowledge(Flaw::Newer))) }
    })
}

/// The item that is changed, if it is theirs to change.
fn before(ctx: &Ctx, row: Option<KnowledgeRow>) -> Result<KnowledgeRow> {
    row.filter(|row| may_edit(ctx, &row.item.unit)).ok_or_else(|| Refusal::NotFound.into())
}

/// Takes in those items of the city pack that the database has never had. How many there were.
pub fn take_in(ctx: &Ctx) -> Result<usize> {
    let allowed = allow::<verb::Knowledge>(&ctx.who)?;
    let mut taken = 0;
    for one in &ctx.city().knowledge {
        if !may_edit(ctx, &one.item.unit) {
            continue;
        }
        let row = KnowledgeRow {
            id: ctx.app.knowledge_id(),
            pack_key: Some(one.key.clone()),
            version: 1,
            item: one.item.checked()?,
            retired: false,
            changed_at: ctx.now,
            changed_by: allowed.actor().name.clone(),
        };
        taken += usize::from(ctx.app.store.write(|tx| Ok::<_, AppError>(tx.put_knowledge(&row)?))?);
    }
    Ok(taken)
}
