//! The page of models: which there are, how well they do, what became of their suggestions, and going back.

use duban_domain::{
    Refusal,
    policy::{allow, verb},
    triage::{Aim, Report, TriageRule},
};
use duban_store::{AdminChange, ModelRow};

use super::{Taken, follow};
use crate::{
    App, AppError, Ctx,
    administration::{OF_MODEL, noted},
    wiring::Result,
};

/// Corrections that are shown.
const CORRECTIONS: i64 = 10;

/// A model that is kept (模型版本).
#[derive(Clone, Debug)]
pub struct Version {
    /// When it was made, by whom, and from what.
    pub row: ModelRow,
    /// How well it does.
    pub report: Option<Report>,
    /// Whether it took over, and why.
    pub taken: Option<Taken>,
}

/// One aim, with all its models (一个分流对象).
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it advises on.
    pub aim: Aim,
    /// What the city asks of it.
    pub rule: TriageRule,
    /// Its models, the newest first.
    pub versions: Vec<Version>,
    /// Of the model in force: how often what was chosen had been suggested first, further down, or not at all; and how
    /// often it had said that it does not know.
    pub chosen: [i64; 4],
    /// What was chosen instead of what: suggested, chosen, how often.
    pub corrections: Vec<(String, String, i64)>,
}

impl Standing {
    /// The one that advises.
    #[must_use]
    pub fn in_force(&self) -> Option<&Version> {
        self.versions.iter().find(|version| version.row.in_force)
    }
}

/// Every aim.
pub fn overview(ctx: &Ctx) -> Result<Vec<Standing>> {
    allow::<verb::Administer>(&ctx.who)?;
    Aim::ALL.iter().map(|aim| standing(&ctx.app, *aim)).collect()
}

fn standing(app: &App, aim: Aim) -> Result<Standing> {
    app.store.read(|tx| {
        let versions: Vec<Version> = tx.models(aim)?.into_iter().map(version).collect();
        let mut standing = Standing {
            aim,
            rule: app.city.settings.triage,
            versions,
            chosen: [0; 4],
            corrections: Vec::new(),
        };
        if let Some(version) = standing.in_force().map(|version| version.row.version) {
            for (rank, count) in tx.choices_of(aim, version)? {
                let at = match rank {
                    Some(1) => 0,
                    Some(0) => 2,
                    Some(_) => 1,
                    None => 3,
                };
                standing.chosen[at] += count;
            }
            standing.corrections = tx.corrections_of(aim, version, CORRECTIONS)?;
        }
        Ok(standing)
    })
}

fn version(row: ModelRow) -> Version {
    Version { report: serde_json::from_str(&row.report).ok(), taken: Taken::read(&row.why), row }
}

/// Goes back to the newest version before the one in force; which that is.
pub fn roll_back(ctx: &Ctx, aim: Aim) -> Result<i64> {
    allow::<verb::Administer>(&ctx.who)?;
    let models = ctx.app.store.read(|tx| Ok::<_, AppError>(tx.models(aim)?))?;
    let now = models.iter().find(|row| row.in_force).ok_or(Refusal::NotFound)?.version;
    let before = models.iter().find(|row| row.version < now).ok_or(Refusal::NoChange)?.version;
    put_in_force(ctx, aim, before)?;
    Ok(before)
}

/// From now on this version advises, in this server at once, in others within a second.
pub fn put_in_force(ctx: &Ctx, aim: Aim, version: i64) -> Result<()> {
    allow::<verb::Administer>(&ctx.who)?;
    ctx.app.store.write(|tx| {
        let old = tx.model_in_force(aim)?.map(|row| row.version);
        if old == Some(version) {
            return Err(AppError::from(Refusal::NoChange));
        }
        if !tx.put_model_in_force(aim, version)? {
            return Err(Refusal::NotFound.into());
        }
        let note = old.map_or_else(String::new, |old| format!("{old} → {version}"));
        let subject = format!("{} {version}", aim.key());
        Ok(tx.note_change(&AdminChange { version, ..noted(ctx, OF_MODEL, &subject, &note) })?)
    })?;
    follow(&ctx.app).map(|_| ())
}
