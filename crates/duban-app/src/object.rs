//! Objects of the city (城市设施): read from a file, offered around a point, and named in an answer.
//!
//! What a layer is, and what of a file counts, is `duban_domain::object`'s.

use std::{cell::Cell, collections::BTreeSet};

use duban_domain::{
    Refusal,
    lang::Words,
    object::{self, CityObject, Layer},
    place::Point,
    question::{AnswerFault, Detail, Misanswer},
};
use duban_store::{AdminChange, ReadTx};
use serde_json::json;

use crate::{
    App, AppError, Ctx,
    administration::{OF_OBJECTS, noted},
    wiring::Result,
};

/// Most objects that are offered.
pub const SHOWN_MAX: usize = 8;
/// So many more are read, because the order of the store is nearly that of the metres.
const READ_MAX: i64 = 32;
/// Metres of a ten-millionth of a degree of latitude, upside down.
const E7_PER_METRE: f64 = 10_000_000.0 / 111_320.0;

/// What came of a file (导入结果).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It counts: how many objects it has, how many of them are new, and how many differ from before.
    Done {
        /// In the file.
        total: usize,
        /// Not there before.
        new: usize,
        /// There before, and different.
        changed: usize,
    },
    /// Nothing of it counts, and why.
    Faulty(Vec<Words>),
    /// The city has no such layer; these it has.
    NoLayer(Vec<String>),
}

/// Takes the objects of a GeoJSON file in, all or none; those of the layer that the file lacks stay. A dry run says what
/// would come of it and changes nothing. Who took them in, and how many, is among the recorded changes.
pub fn import(ctx: &Ctx, layer: &str, text: &str, dry: bool) -> Result<Imported> {
    let app = &ctx.app;
    let Some(layer) = app.city.layer(layer) else {
        return Ok(Imported::NoLayer(app.city.layers.iter().map(|layer| layer.key.clone()).collect()));
    };
    let objects = match object::read(layer, text, &app.city.bounds) {
        Ok(objects) => objects,
        Err(faults) => return Ok(Imported::Faulty(faults)),
    };
    let came = Cell::new((0, 0));
    let written = app.store.write(|tx| {
        let (before, now, mut put) = (tx.object_count(&layer.key)?, app.now(), 0);
        for object in &objects {
            put += usize::from(tx.put_object(&layer.key, object, now)?);
        }
        let new = usize::try_from(tx.object_count(&layer.key)? - before).unwrap_or(0);
        came.set((new, put - new));
        if put > 0 {
            let after = json!({"total": objects.len(), "new": new, "changed": put - new}).to_string();
            tx.note_change(&AdminChange { after, ..noted(ctx, OF_OBJECTS, &layer.key, "") })?;
        }
        // What is refused is taken back.
        if dry { Err(Refusal::NoChange.into()) } else { Ok(()) }
    });
    match written {
        Err(AppError::Refused(Refusal::NoChange)) if dry => {}
        other => other?,
    }
    let (new, changed) = came.get();
    Ok(Imported::Done { total: objects.len(), new, changed })
}

/// An object near a point, with how far it is.
pub type Near = (CityObject, u32);

/// The objects of a layer around a point, nearest first.
pub fn near(app: &App, layer: &Layer, at: Point) -> Result<Vec<Near>> {
    let metres = f64::from(layer.metres);
    let high = metres * E7_PER_METRE;
    let wide = high / at.lat().to_radians().cos().max(0.01);
    #[expect(clippy::cast_possible_truncation, reason = "a layer reaches two kilometres at most")]
    let (high, wide) = (high.ceil() as i64, wide.ceil() as i64);
    let around = [at.lng_e7 - wide, at.lat_e7 - high, at.lng_e7 + wide, at.lat_e7 + high];
    let found = app.store.read(|tx| tx.objects_in(&layer.key, around, at, READ_MAX))?;
    let mut near: Vec<(CityObject, f64)> = found
        .into_iter()
        .map(|object| (object.point.metres_to(at), object))
        .filter(|(far, _)| *far <= metres)
        .map(|(far, object)| (object, far))
        .collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1));
    near.truncate(SHOWN_MAX);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within two kilometres, never negative"
    )]
    let whole = |(object, far): (CityObject, f64)| (object, far.round() as u32);
    Ok(near.into_iter().map(whole).collect())
}

/// The objects of these ids that a layer has.
pub fn by_ids(app: &App, layer: &str, ids: &[&str]) -> Result<Vec<CityObject>> {
    app.store.read(|tx| {
        let mut found = Vec::new();
        for id in ids.iter().take(object::CHOSEN_MAX) {
            found.extend(tx.object(layer, id)?);
        }
        Ok(found)
    })
}

/// The objects that answers name, each once; one that its layer no longer has is left out.
pub(crate) fn chosen<'a>(
    app: &App,
    tx: &mut ReadTx<'_>,
    details: impl Iterator<Item = &'a Detail>,
) -> Result<Vec<CityObject>> {
    let mut seen = BTreeSet::new();
    for detail in details {
        let Some(layer) = app.city.question(&detail.question).and_then(|asked| asked.layer.as_deref()) else {
            continue;
        };
        seen.extend(detail.values.iter().map(|value| (layer, object::id_of(value))));
    }
    let mut found = Vec::new();
    for (layer, id) in seen {
        found.extend(tx.object(layer, id)?);
    }
    Ok(found)
}

/// Answers that name objects, with their names; an id that no object has is no answer.
pub(crate) fn named(app: &App, tx: &mut ReadTx<'_>, mut details: Vec<Detail>) -> Result<Vec<Detail>> {
    for detail in &mut details {
        let Some(question) = app.city.question(&detail.question) else { continue };
        let Some(layer) = &question.layer else { continue };
        for value in &mut detail.values {
            let fault = AnswerFault::NotAChoice(value.clone());
            let wrong = Misanswer { question: question.key.clone(), ask: question.ask.clone(), fault };
            let found = tx.object(layer, object::id_of(value))?.ok_or(Refusal::Misanswered(vec![wrong]))?;
            *value = found.answer();
        }
    }
    Ok(details)
}
