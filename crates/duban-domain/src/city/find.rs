//! Finding a place by what somebody types: part of its name, or the first letters of its syllables.

use super::{City, Landmark};

impl City {
    /// Places of the pack that fit, best first: names that begin with the query, then names that hold it, then
    /// initials.
    #[must_use]
    pub fn find_places(&self, query: &str, limit: usize) -> Vec<&Landmark> {
        self.find_among(query, &[], limit)
    }

    /// The same among the pack's places and more of them; of two with one name in one division the pack's.
    #[must_use]
    pub fn find_among<'a>(&'a self, query: &str, more: &'a [Landmark], limit: usize) -> Vec<&'a Landmark> {
        let query = query.trim().to_ascii_lowercase();
        if query.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<_> = self
            .places
            .iter()
            .chain(more)
            .filter(|place| !place.retired)
            .filter_map(|place| Some((rank(place, &query)?, place)))
            .collect();
        // Stable: where two are equally good the pack's stands first.
        found.sort_by_key(|(rank, place)| (*rank, place.name.zh.chars().count()));
        let mut best: Vec<&Landmark> = Vec::new();
        for (_, place) in found {
            let same = |known: &&Landmark| known.name.zh == place.name.zh && known.division == place.division;
            if !best.iter().any(same) {
                best.push(place);
            }
            if best.len() == limit {
                break;
            }
        }
        best
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
