//! 分流建议: what closed cases taught about the category and the unit of a new text. Advice and nothing more: the
//! dispatch catalogue stands above it, a member of staff decides, and nothing leaves the machine.
//!
//! The models in force are in the database and held in memory by every server ([`follow`], as with the city pack).

mod choice;
mod learn;
mod night;
mod overview;

use std::sync::Arc;

use duban_domain::{
    city::City,
    triage::{Aim, Guess, Model, said},
};

pub(crate) use choice::note;
pub use learn::{Came, Taken, learn};
pub use night::work;
pub use overview::{Standing, Version, overview, put_in_force, roll_back};

use crate::{App, wiring::Result};

/// Categories that are shown.
pub const SHOWN: usize = 3;
/// Labels that are looked at for those: some of them lead to one that took their place.
const RANKED: usize = 12;

/// The models that advise now (生效的模型).
#[derive(Debug, Default)]
pub(crate) struct InForce {
    category: Option<Held>,
    unit: Option<Held>,
}

/// A model in memory, with its version.
#[derive(Clone, Debug)]
struct Held {
    version: i64,
    model: Arc<Model>,
}

impl InForce {
    fn of(&self, aim: Aim) -> Option<&Held> {
        match aim {
            Aim::Category => self.category.as_ref(),
            Aim::Unit => self.unit.as_ref(),
        }
    }
}

/// What is known of a matter (待分流的诉求).
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Its line; may be empty.
    pub title: &'a str,
    /// What was said.
    pub text: &'a str,
    /// Where, as a code.
    pub division: Option<&'a str>,
    /// Its category, when one is known.
    pub category: Option<&'a str>,
}

/// What a model says of a text (模型建议).
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// Which version says so.
    pub version: i64,
    /// The likeliest keys of the pack that can be chosen, at most [`SHOWN`]; empty when no word is known.
    pub guesses: Vec<Guess>,
    /// Whether the first is as sure as the city asks.
    pub sure: bool,
}

/// What the model of an aim says; none while nothing was learned for it.
#[must_use]
pub fn advise(app: &App, aim: Aim, asked: &Asked<'_>) -> Option<Advice> {
    let models = app.triage();
    let held = models.of(aim)?;
    let text = said(asked.title, asked.text);
    let facts = facts(aim, asked.division, asked.category);
    let mut guesses: Vec<Guess> = Vec::new();
    for guess in held.model.rank(&text, &facts, RANKED) {
        let Some(key) = heir(&app.city, aim, &guess.label) else { continue };
        if let Some(known) = guesses.iter_mut().find(|known| known.label == key) {
            known.confidence += guess.confidence;
            continue;
        }
        let because =
            if guesses.len() < SHOWN { held.model.because(&text, &facts, &guess.label) } else { Vec::new() };
        guesses.push(Guess { label: key, because, ..guess });
    }
    guesses.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    guesses.truncate(SHOWN);
    let sure = guesses.first().is_some_and(|first| app.city.settings.triage.is_sure(first.confidence));
    Some(Advice { version: held.version, guesses, sure })
}

/// What stands beside the text: only the unit depends on where it is and of what kind.
fn facts(aim: Aim, division: Option<&str>, category: Option<&str>) -> Vec<String> {
    if aim == Aim::Category {
        return Vec::new();
    }
    let county = division.map(|code| code.get(..6).unwrap_or(code));
    let town = division.filter(|code| code.len() > 6);
    let top = category.and_then(|key| key.split_once('.')).map(|(top, _)| top);
    let places = county.into_iter().chain(town).map(|code| format!("division={code}"));
    places.chain(top.into_iter().chain(category).map(|key| format!("category={key}"))).collect()
}

/// The key that is chosen now where a label is of the past: the unit that took over, the category that is used
/// instead, however often that happened. None where nothing took its place.
fn heir(city: &City, aim: Aim, label: &str) -> Option<String> {
    // Two that name each other end somewhere too.
    let most = city.units.len() + city.categories.len();
    let mut key = label;
    for _ in 0..most {
        let next = match aim {
            Aim::Category if city.live_category(key).is_some() => return Some(key.to_owned()),
            Aim::Unit if city.open_unit(key).is_some() => return Some(key.to_owned()),
            Aim::Category => city.category(key)?.successor.as_deref(),
            Aim::Unit => city.unit(key)?.successor.as_deref(),
        };
        key = next?;
    }
    None
}

/// Takes in hand what another server, a command or the night has put in force meanwhile; whether there was anything.
pub fn follow(app: &App) -> Result<bool> {
    let held = app.triage();
    let now = app.store.read(|tx| tx.versions_in_force())?;
    let version = |aim| now.iter().find(|(of, _)| *of == aim).map(|(_, version)| *version);
    let known = |aim| held.of(aim).map(|held| held.version);
    if Aim::ALL.iter().all(|aim| version(*aim) == known(*aim)) {
        return Ok(false);
    }
    let take = |aim| -> Result<Option<Held>> {
        let Some(version) = version(aim) else { return Ok(None) };
        if let Some(same) = held.of(aim).filter(|held| held.version == version) {
            return Ok(Some(same.clone()));
        }
        let body = app.store.read(|tx| tx.model_body(aim, version))?;
        let model = body.and_then(|body| Model::from_bytes(&body));
        if model.is_none() {
            tracing::error!(aim = aim.key(), version, "a learned model cannot be read: it does not advise");
        }
        // One that cannot be read is held as one that knows nothing, so that it is not read every second.
        Ok(Some(Held { version, model: Arc::new(model.unwrap_or_default()) }))
    };
    let fresh = InForce { category: take(Aim::Category)?, unit: take(Aim::Unit)? };
    app.put_triage(Arc::new(fresh));
    Ok(true)
}
