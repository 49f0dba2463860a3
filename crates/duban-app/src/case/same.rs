//! 同一件事? Cases that what a caller says may be about: near, recent, in the same words; within this member's reach only.
//!
//! The words of whoever asked for confidence are neither compared nor shown: such a case is found by its place and kind
//! alone, without its title.

use std::collections::BTreeMap;

use duban_domain::{
    CaseId, Number, Refusal,
    case::What,
    policy::{Action, allow, permit, verb},
    request::{Place, Privacy},
    same::{self, Known, Likeness},
    sensitive,
    wording::Wording,
};
use duban_store::{CaseQuery, CaseRow, ReadTx};

use super::list::within;
use crate::{AppError, Ctx, case::publish, wiring::Result};

/// Cases near the point that are looked at, and of those of the same division or with the same words of place.
const NEAR_MAX: i64 = 200;
const LISTED_MAX: i64 = 60;
/// Cases whose words are read.
const READ_MAX: usize = 80;
/// Near enough to be looked at, in times of the city's distance for duplicates.
const FAR_TIMES: i64 = 4;
const DAY_MS: i64 = 86_400_000;

/// What a caller says, as far as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// In their words.
    pub text: String,
    /// Where.
    pub place: Place,
    /// The category that was chosen, or that the words point to.
    pub category: Option<String>,
}

/// A case that it may be about (候选工单).
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What lists know.
    pub row: CaseRow,
    /// Why it may be the same.
    pub like: Likeness,
    /// Whether its words are kept back, for somebody asked for confidence.
    pub hidden: bool,
    /// What came of it, as everybody may read it, where that can be told at once.
    pub result: Option<String>,
}

/// Cases that it may be about, what is open and recent first.
pub fn candidates(ctx: &Ctx, said: &Said, limit: usize) -> Result<Vec<Candidate>> {
    allow::<verb::Join>(&ctx.who)?;
    if !ctx.who.can(Action::View) || said.text.is_empty() {
        return Ok(Vec::new());
    }
    let asked = same::Said {
        words: Wording::of(&said.text),
        point: said.place.point,
        category: said.category.clone(),
        at_ms: ctx.now.0,
    };
    ctx.app.store.read(|tx| {
        let rows = rows(ctx, tx, said)?;
        let ids: Vec<CaseId> = rows.iter().map(|row| row.id).collect();
        let mut words: BTreeMap<CaseId, String> = BTreeMap::new();
        for (case, privacy, text) in tx.words_of(&ids)? {
            if privacy != Privacy::Confidential {
                let all = words.entry(case).or_default();
                all.push_str(&text);
                all.push('\n');
            }
        }
        let mut found: Vec<Candidate> = Vec::new();
        for row in rows {
            let known = Known {
                words: Wording::of(words.get(&row.id).map_or("", String::as_str)),
                point: row.point,
                category: row.category.clone(),
                at_ms: row.opened_at.0,
                open: row.closed_at.is_none(),
            };
            if let Some(like) = same::likeness(&asked, &known, &ctx.city().settings) {
                let hidden = row.privacy == Privacy::Confidential;
                found.push(Candidate { row, like, hidden, result: None });
            }
        }
        found.sort_by_key(|one| std::cmp::Reverse((one.like.weight, one.row.id)));
        found.truncate(limit);
        for one in &mut found {
            one.result = told(tx, one.row.id)?;
        }
        Ok(found)
    })
}

/// What came of a case within reach, as everybody may read it: to be told to somebody who has nothing new to say.
pub fn result(ctx: &Ctx, number: &Number) -> Result<String> {
    ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::Join>(&ctx.who, &case)?;
        told(tx, case.id)?.ok_or_else(|| AppError::from(Refusal::NotFound))
    })
}

/// The newest public answer that was accepted, masked; none when nobody may read one.
fn told(tx: &mut ReadTx<'_>, case: CaseId) -> Result<Option<String>> {
    if tx.public_row(case)?.is_none() {
        return Ok(None);
    }
    let history = publish::history(tx, case)?;
    let last = duban_domain::case::accepted(&history).pop().and_then(|at| history.get(at));
    Ok(last.and_then(|event| match &event.what {
        What::Answered { public, .. } if !public.is_empty() => Some(sensitive::mask(public)),
        _ => None,
    }))
}

/// Cases within reach that may be looked at: around the point; without one those of the division and the kind, and those
/// with the same words of place.
fn rows(ctx: &Ctx, tx: &mut ReadTx<'_>, said: &Said) -> Result<Vec<CaseRow>> {
    let settings = &ctx.city().settings;
    let since = ctx.now.plus_ms(-i64::from(settings.duplicate_days) * DAY_MS);
    let opened = Some((since, ctx.now.plus_ms(1)));
    let mut rows: Vec<CaseRow> = Vec::new();
    if let Some(point) = said.place.point {
        let far = i64::from(settings.duplicate_metres) * FAR_TIMES;
        rows.extend(tx.near(point, far, NEAR_MAX, &ctx.who.reach)?.into_iter().map(|(row, _)| row));
    } else {
        let base = CaseQuery { opened, limit: LISTED_MAX, ..CaseQuery::default() };
        if let (Some(division), Some(category)) = (&said.place.division, &said.category) {
            let query = CaseQuery {
                division_prefix: Some(division.clone()),
                category_prefix: Some(category.clone()),
                ..base.clone()
            };
            rows.extend(tx.list(&within(ctx, &query)?)?.rows);
        }
        if !said.place.words.is_empty() {
            let query = CaseQuery { words: Some(said.place.words.clone()), ..base };
            rows.extend(tx.list(&within(ctx, &query)?)?.rows);
        }
    }
    rows.retain(|row| row.opened_at >= since);
    rows.sort_by_key(|row: &CaseRow| std::cmp::Reverse((row.closed_at.is_none(), row.id)));
    rows.dedup_by_key(|row| row.id);
    rows.truncate(READ_MAX);
    Ok(rows)
}
