//! `layers.toml`: layers of objects that requests can be about. The file is optional.

use super::{Placed, catalogue::rows};
use crate::{
    city::{PackFiles, fault::Faults},
    object::Layer,
    place::Crs,
};

/// How far around a point objects are offered unless the layer says otherwise, in metres; and the most.
const METRES: u32 = 100;
const METRES_MAX: u32 = 2_000;

pub(in crate::city) fn layers(files: &PackFiles, faults: &Faults) -> Vec<Placed<Layer>> {
    if !files.contains_key("layers.toml") {
        return Vec::new();
    }
    rows(files, "layers.toml", "layer", faults, |form| {
        let named = |field: &str, usual: &str| form.text_opt(field).unwrap_or_else(|| usual.to_owned());
        Some(Layer {
            key: form.key("key"),
            name: form.words("name"),
            metres: form.whole("metres", METRES, METRES_MAX),
            crs: form.member("crs", Crs::ALL, Crs::key).unwrap_or(Crs::Wgs84),
            id: form.text_opt("id_is"),
            name_is: named("name_is", "name"),
            name_en_is: named("name_en_is", "name_en"),
        })
    })
}
