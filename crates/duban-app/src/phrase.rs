//! 常用语: prepared texts of the city pack and of one's unit. Picking one gives a copy with its
//! variables filled in; what is sent is what somebody read and changed, and what is prepared stays.

use duban_domain::{
    Lang, PhraseId, Refusal, Stamp,
    case::Case,
    phrase::{self, PhraseStep, Variable},
    policy::{allow, verb},
};
use duban_store::{CaseRow, PhraseRow};

use crate::{AppError, Ctx, wiring::Result};

/// A prepared text of one's unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Its id.
    pub id: PhraseId,
    /// The step it is for.
    pub step: PhraseStep,
    /// Only for this category and what is below it.
    pub category: Option<String>,
    /// What it is called.
    pub title: String,
    /// The text with its variables.
    pub body: String,
    /// When it was last changed.
    pub changed_at: Stamp,
    /// By whom.
    pub changed_by: String,
}

/// A text that is offered for a case, filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Names it in addresses.
    pub key: String,
    /// The step it is for.
    pub step: PhraseStep,
    /// What it is called.
    pub title: String,
    /// The text with its variables filled in.
    pub text: String,
}

/// What is offered for a case: the unit's own first, then the city's. Both that fit its category.
pub fn offered(ctx: &Ctx, case: &Case, row: &CaseRow) -> Result<Vec<Offered>> {
    let category = case.category.as_deref();
    let fill = |body: &str| phrase::fill(body, |variable| value(ctx, case, row, variable));
    let own = own(ctx)?.into_iter().filter(|p| phrase::fits(p.category.as_deref(), category));
    let mut all: Vec<Offered> = own
        .map(|p| Offered { key: p.id.0.to_string(), step: p.step, text: fill(&p.body), title: p.title })
        .collect();
    let city = ctx.city().phrases.iter().filter(|p| phrase::fits(p.category.as_deref(), category));
    all.extend(city.map(|p| Offered {
        key: p.key.clone(),
        step: p.step,
        title: p.title.get(ctx.lang).to_owned(),
        text: fill(p.body.get(ctx.lang)),
    }));
    Ok(all)
}

fn value(ctx: &Ctx, case: &Case, row: &CaseRow, variable: Variable) -> String {
    let (city, lang) = (ctx.city(), ctx.lang);
    let day = |at: Stamp| day_words(at, ctx);
    match variable {
        Variable::Number => case.number.grouped(),
        Variable::Title => row.title.clone(),
        Variable::Place => row.place_words.clone(),
        Variable::Category => case
            .category
            .as_deref()
            .and_then(|key| city.category(key))
            .map_or_else(|| lang.t("这件事", "this matter").to_owned(), |c| c.name.get(lang).to_owned()),
        Variable::Unit => city.unit(&row.owner).map_or(row.owner.clone(), |u| u.name.get(lang).to_owned()),
        Variable::Opened => day(row.opened_at),
        Variable::Due => day(row.finish_due),
        Variable::Today => day(ctx.now),
        Variable::City => city.name.get(lang).to_owned(),
        Variable::Hotline => city.hotline.clone(),
    }
}

fn day_words(at: Stamp, ctx: &Ctx) -> String {
    let date = at.date(&ctx.city().zone);
    match ctx.lang {
        Lang::Zh => format!("{}月{}日", date.month(), date.day()),
        Lang::En => date.to_string(),
    }
}

/// The texts of one's unit.
fn own(ctx: &Ctx) -> Result<Vec<Own>> {
    let rows = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.phrases(&ctx.who.unit)?))?;
    let read = |row: PhraseRow| {
        Some(Own {
            id: row.id,
            step: PhraseStep::from_key(&row.step)?,
            category: row.category,
            title: row.title,
            body: row.body,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The texts of one's unit, for whoever looks after them.
pub fn list(ctx: &Ctx) -> Result<Vec<Own>> {
    allow::<verb::Texts>(&ctx.who)?;
    own(ctx)
}

/// A text as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Written {
    /// Which one; none for a new one.
    pub id: Option<PhraseId>,
    /// The step it is for.
    pub step: PhraseStep,
    /// Only for this category and what is below it.
    pub category: Option<String>,
    /// What it is called.
    pub title: String,
    /// The text with its variables.
    pub body: String,
}

/// Keeps a text of one's unit: a new one, or in the place of the one before.
pub fn put(ctx: &Ctx, written: &Written) -> Result<()> {
    let allowed = allow::<verb::Texts>(&ctx.who)?;
    let (title, body) = phrase::checked(&written.title, &written.body)?;
    if let Some(key) = written.category.as_deref().filter(|key| ctx.city().category(key).is_none()) {
        return Err(Refusal::UnknownCategory(key.to_owned()).into());
    }
    let row = PhraseRow {
        id: written.id.unwrap_or_else(|| ctx.app.phrase_id()),
        unit: ctx.who.unit.clone(),
        step: written.step.key().to_owned(),
        category: written.category.clone(),
        title,
        body,
        changed_at: ctx.now,
        changed_by: allowed.actor().name.clone(),
    };
    let kept = ctx.app.store.write(|tx| Ok::<_, AppError>(tx.put_phrase(&row)?))?;
    if kept { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// Lets a text of one's unit go.
pub fn remove(ctx: &Ctx, id: PhraseId) -> Result<()> {
    allow::<verb::Texts>(&ctx.who)?;
    let gone = ctx.app.store.write(|tx| Ok::<_, AppError>(tx.delete_phrase(id, &ctx.who.unit)?))?;
    if gone { Ok(()) } else { Err(Refusal::NotFound.into()) }
}
