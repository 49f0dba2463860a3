//! The rows of the catalogue and of the tables of words, as the city pack gives them.

use crate::{
    lang::Words,
    request::{Kind, Urgency},
};

/// A test on the words of a message (词语条件). Empty lists ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordTest {
    /// At least one of these.
    pub any: Vec<String>,
    /// Every one of these.
    pub all: Vec<String>,
    /// None of these.
    pub none: Vec<String>,
    /// A word of `any` or `all` that stands inside one of these was not meant: 着火 in 打不着火.
    pub unless: Vec<String>,
}

/// To whom a rule sends (派往).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A unit by its key.
    Unit(String),
    /// The coordinating unit of the matter's county-level division.
    Division,
    /// The unit of the matter's town or street, or of its county when the town has none.
    Street,
}

/// One rule of the dispatch catalogue (派单规则): every condition that is given must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its key.
    pub key: String,
    /// On title and text.
    pub words: WordTest,
    /// At least one of these in the words that describe the place, or in the text.
    pub place: Vec<String>,
    /// The category is one of these or below.
    pub category: Vec<String>,
    /// The division is one of these or below.
    pub division: Vec<String>,
    /// Minutes after midnight, from and to; goes over midnight when `from` is later.
    pub hours: Option<(i16, i16)>,
    /// Only in (`true`) or only outside (`false`) working time.
    pub working_time: Option<bool>,
    /// One of these kinds.
    pub kind: Vec<Kind>,
    /// One of these was answered: the key of a question and the key of a choice.
    pub answer: Vec<(String, String)>,
    /// Who leads.
    pub target: Target,
    /// Who of that unit gets it in person: the login of an account (指名经办人).
    pub handler: Option<String>,
    /// Units that help (协办).
    pub assisting: Vec<String>,
    /// The category it gives when the words say nothing more exact.
    pub set_category: Option<String>,
    /// The urgency it asks for, unless the words ask for more.
    pub urgency: Option<Urgency>,
    /// Why, for the timeline.
    pub reason: Words,
}

/// Words that point to a category (分类词).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryWords {
    /// The category.
    pub category: String,
    /// The words.
    pub words: WordTest,
}

/// Words that tell the kind of a message (类型词); the first row that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindWords {
    /// The kind.
    pub kind: Kind,
    /// The words.
    pub words: WordTest,
}

/// Words that make a matter urgent (紧急词); the most urgent row that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrgencyWords {
    /// The urgency.
    pub urgency: Urgency,
    /// The words.
    pub words: WordTest,
    /// Why.
    pub reason: Words,
}
