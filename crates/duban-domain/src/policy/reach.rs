//! What somebody can see (可见范围).

use crate::case::Case;

/// The set of cases that somebody may know of. Lists, counts, search and files ask it alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every case.
    All,
    /// Cases that one of these units leads, assists or has a task of.
    Units(Vec<String>),
    /// None.
    Nothing,
}

impl Reach {
    /// Whether a unit lies within.
    #[must_use]
    pub fn has(&self, unit: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Units(units) => units.iter().any(|own| own == unit),
        }
    }

    /// Whether the lead unit of a case lies within.
    #[must_use]
    pub fn leads(&self, case: &Case) -> bool {
        self.leads_unit(case.unit().unwrap_or_default())
    }

    /// As [`Reach::leads`], where only the lead unit's key is known.
    #[must_use]
    pub fn leads_unit(&self, lead: &str) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Units(units) => units.iter().any(|unit| unit == lead),
        }
    }

    /// Whether a case lies within.
    #[must_use]
    pub fn covers(&self, case: &Case) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Units(units) => {
                let ours = |unit: &str| units.iter().any(|u| u == unit);
                case.unit().is_some_and(ours) || case.helpers().any(ours)
            }
        }
    }
}
