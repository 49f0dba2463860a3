//! 公开名录: what a kind of matter is called in public, its icon, and whether it appears there at all.
//! A row holds for its category and everything below, unless a row of its own says otherwise.

use super::{City, types::PublicRule};
use crate::{
    Lang,
    case::{Case, Showing},
    request::Privacy,
};

/// The icon of what has none of its own.
const OTHER: &str = "other";

impl City {
    /// How a category is called in public.
    #[must_use]
    pub fn public_name<'a>(&'a self, key: &'a str, lang: Lang) -> &'a str {
        let own = self.public_rules(key).next().filter(|rule| rule.category == key);
        let own = own.and_then(|rule| rule.name.as_ref()).map(|name| name.get(lang));
        own.or_else(|| self.category(key).map(|c| c.name.get(lang))).unwrap_or(key)
    }

    /// The icon of a category: its own, or the nearest above.
    #[must_use]
    pub fn public_icon<'a>(&'a self, key: &'a str) -> &'a str {
        self.public_rules(key).find_map(|rule| rule.icon.as_deref()).unwrap_or(OTHER)
    }

    /// Whether a category appears in public: it and everything above it must.
    #[must_use]
    pub fn is_public(&self, key: &str) -> bool {
        self.public_rules(key).all(|rule| rule.show)
    }

    /// What of a case others see in the end: the person's wish and the desk's ruling, within what the
    /// city shows at all. `privacy` is that of its first request.
    #[must_use]
    pub fn showing(&self, case: &Case, privacy: Privacy) -> Showing {
        let off = !self.settings.public_listing
            || privacy == Privacy::Confidential
            || case.category.as_deref().is_some_and(|key| !self.is_public(key));
        if off { Showing::Nothing } else { case.publicity.shows(self.settings.words_reviewed) }
    }

    /// The rows for a category and for those above it, the nearest first.
    fn public_rules<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a PublicRule> {
        let above = std::iter::successors(Some(key), |key| key.rsplit_once('.').map(|(above, _)| above));
        above.filter_map(|key| self.public.iter().find(|rule| rule.category == key))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Lang, city::tests::zhuzhou};

    #[test]
    fn a_row_holds_for_everything_below_it() {
        let city = zhuzhou();
        assert_eq!(city.public_icon("utilities.aerial.tree"), "cable");
        assert_eq!(city.public_icon("nowhere"), "other");
        assert!(city.is_public("utilities.aerial.tree") && !city.is_public("labour.wage.arrears"));
        assert_eq!(city.public_name("utilities.aerial.tree", Lang::Zh), "线缆与树木");
    }
}
