//! What the knowledge base answers at once (现成的答案): while an operator types, and before a resident files.
//!
//! What holds no longer or not yet is never among it: the store leaves it out, and whoever closes a request with an
//! item is asked once more.

use duban_domain::{
    KnowledgeId, Refusal,
    knowledge::{Flaw, ItemKind, OFFER_PERCENT, Source},
    policy::{allow, verb},
    wording::{Shared, Wording},
};
use duban_store::{KnowledgeRow, KnowledgeUse, WriteTx};
use jiff::civil::Date;

use crate::{App, AppError, Ctx, wiring::Result};

/// Pairs of what was said that are looked for.
const PAIRS_MAX: usize = 600;
/// Items that are looked at more closely.
const LOOKED_AT_MAX: i64 = 40;
/// Items of the public page.
const LISTED_MAX: i64 = 100;
/// Hundredths from which a search shows an item: whoever searches reads a list.
const SEARCH_PERCENT: usize = 20;

/// An item that may answer what was said (命中的条目).
#[derive(Clone, Debug)]
pub struct Found {
    /// The item.
    pub row: KnowledgeRow,
    /// How well it fits, and which words say so.
    pub fit: Shared,
}

/// What may answer a caller: every item that holds, those for the desk alone too.
pub fn at_desk(ctx: &Ctx, said: &str, limit: usize) -> Result<Vec<Found>> {
    allow::<verb::Register>(&ctx.who)?;
    fitting(&ctx.app, said, today(&ctx.app), false, OFFER_PERCENT, limit)
}

/// What may answer a resident before they file.
pub fn for_resident(app: &App, said: &str, limit: usize) -> Result<Vec<Found>> {
    fitting(app, said, today(app), true, OFFER_PERCENT, limit)
}

/// What a resident looks for; without words everything that may be read, the last changed first.
pub fn search(app: &App, typed: &str) -> Result<Vec<KnowledgeRow>> {
    if Wording::of(typed).is_empty() {
        return app.store.read(|tx| Ok(tx.knowledge_public(today(app), LISTED_MAX)?));
    }
    let found =
        fitting(app, typed, today(app), true, SEARCH_PERCENT, usize::try_from(LISTED_MAX).unwrap_or(0))?;
    Ok(found.into_iter().map(|found| found.row).collect())
}

/// Rumours with what is true of them, the last changed first.
pub fn rumours(app: &App) -> Result<Vec<KnowledgeRow>> {
    let mut rows = app.store.read(|tx| Ok::<_, AppError>(tx.knowledge_public(today(app), LISTED_MAX)?))?;
    rows.retain(|row| row.item.kind == ItemKind::Rumour);
    Ok(rows)
}

/// An item that residents may read today.
pub fn public(app: &App, id: KnowledgeId) -> Result<KnowledgeRow> {
    let row = app.store.read(|tx| Ok::<_, AppError>(tx.knowledge(id)?))?;
    let offered =
        |row: &KnowledgeRow| row.item.public && row.item.standing(today(app), row.retired).is_offered();
    row.filter(offered).ok_or_else(|| Refusal::NotFound.into())
}

/// A resident says whether it helped. Nobody is named, and nothing they typed is kept.
pub fn helped(app: &App, id: KnowledgeId, yes: bool) -> Result<KnowledgeRow> {
    let row = public(app, id)?;
    let how = if yes { KnowledgeUse::Helped } else { KnowledgeUse::NotHelped };
    app.store.write(|tx| Ok::<_, AppError>(tx.count_knowledge_use(id, row.version, how, today(app))?))?;
    Ok(row)
}

/// An item in a version, for whoever is about to read it out; what holds no longer is said so.
pub fn version(ctx: &Ctx, id: KnowledgeId, version: i64) -> Result<KnowledgeRow> {
    allow::<verb::Register>(&ctx.who)?;
    in_force(&ctx.app, id, version)
}

/// The source of an answer that is about to be given, with the question as it stands now: only an item that holds, in
/// the version that was read out.
pub(crate) fn sound(app: &App, source: &Source) -> Result<Source> {
    let Source::Knowledge { item, version, .. } = source else { return Ok(source.clone()) };
    let row = in_force(app, *item, *version)?;
    Ok(Source::Knowledge { item: *item, version: *version, question: row.item.question.zh })
}

fn in_force(app: &App, id: KnowledgeId, version: i64) -> Result<KnowledgeRow> {
    let row = app.store.read(|tx| Ok::<_, AppError>(tx.knowledge(id)?))?;
    let holds = |row: &KnowledgeRow| {
        row.version == version && row.item.standing(today(app), row.retired).is_offered()
    };
    row.filter(holds).ok_or_else(|| Refusal::Knowledge(Flaw::Changed).into())
}

/// Counts that a request was closed with an item.
pub(crate) fn note_use(app: &App, tx: &mut WriteTx<'_>, source: Option<&Source>) -> Result<()> {
    let Some(Source::Knowledge { item, version, .. }) = source else { return Ok(()) };
    Ok(tx.count_knowledge_use(*item, *version, KnowledgeUse::Closed, today(app))?)
}

/// Today in the city.
pub(super) fn today(app: &App) -> Date {
    app.now().date(&app.city.zone)
}

fn fitting(
    app: &App,
    said: &str,
    today: Date,
    public_only: bool,
    least: usize,
    limit: usize,
) -> Result<Vec<Found>> {
    let said = Wording::of(said);
    let pairs: Vec<&str> = said.pairs().take(PAIRS_MAX).collect();
    let rows = app
        .store
        .read(|tx| Ok::<_, AppError>(tx.knowledge_by(&pairs, today, public_only, LOOKED_AT_MAX)?))?;
    let mut found: Vec<Found> = rows.into_iter().map(|row| Found { fit: row.item.fit(&said), row }).collect();
    found.retain(|found| found.fit.percent() >= least);
    found.sort_by_key(|found| std::cmp::Reverse((found.fit.percent(), found.fit.count, found.row.id)));
    found.truncate(limit);
    Ok(found)
}
