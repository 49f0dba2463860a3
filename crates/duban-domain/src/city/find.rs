//! Finding a place by what somebody types: part of its name, or the first letters of its syllables.

use super::{City, Landmark};

impl City {
    /// Places that fit, best first: names that begin with the query, then names that hold it, then initials.
    #[must_use]
    pub fn find_places(&self, query: &str, limit: usize) -> Vec<&Landmark> {
        let query = query.trim().to_ascii_lowercase();
        if query.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<_> = self
            .places
            .iter()
            .filter(|place| !place.retired)
            .filter_map(|place| Some((rank(place, &query)?, place)))
            .collect();
        found.sort_by_key(|(rank, place)| (*rank, place.name.zh.chars().count()));
        found.into_iter().take(limit).map(|(_, place)| place).collect()
    }
}

/// The smaller the better.
fn rank(place: &Landmark, query: &str) -> Option<u8> {
    let english = place.name.en.to_ascii_lowercase();
    let chinese = || std::iter::once(&place.name.zh).chain(&place.aliases);
    if chinese().any(|name| name.starts_with(query)) {
        return Some(0);
    }
    if chinese().any(|name| name.contains(query)) {
        return Some(1);
    }
    if english.starts_with(query) || place.initials.starts_with(query) {
        return Some(2);
    }
    (query.len() > 2 && english.contains(query)).then_some(3)
}
