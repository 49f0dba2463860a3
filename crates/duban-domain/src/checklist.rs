//! Checklists (办理清单): what a category wants done before a case of it is answered.
//!
//! The city pack holds them as data. What was ticked is in the history of a case, with the words that the
//! item had that day: a list that changes later takes nothing back.

use serde::{Deserialize, Serialize};

use crate::{
    Stamp,
    case::Case,
    city::{City, is_below},
    lang::Words,
    request::closed_set,
};

closed_set! {
    /// When an item is asked for (何时问).
    AskedAt {
        /// 联系时: while one speaks with the person; not asked where nobody was contacted.
        Contact = 1, "contact", "联系时", "At the contact";
        /// 办结前
        Finish = 2, "finish", "办结前", "Before the end";
    }
}

/// A checklist (办理清单).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checklist {
    /// Its key.
    pub key: String,
    /// What people call it.
    pub name: Words,
    /// Categories that it is for, each with everything below.
    pub categories: Vec<String>,
    /// What it asks, in order.
    pub items: Vec<Item>,
}

/// An item of a checklist (清单项目).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key within the list.
    pub key: String,
    /// What has to be done.
    pub name: Words,
    /// Whether the case cannot be answered without it.
    pub required: bool,
    /// When it is asked for.
    pub at: AskedAt,
}

/// An item that was ticked (已勾项目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// The list and the item: `drain-cover/fence`.
    pub item: String,
    /// The words it had.
    pub name: Words,
    /// When.
    pub at: Stamp,
}

impl Checklist {
    /// Whether cases of a category have it.
    #[must_use]
    pub fn is_for(&self, category: &str) -> bool {
        self.categories.iter().any(|key| is_below(category, key))
    }

    /// What an item of it is called in a history.
    #[must_use]
    pub fn id(&self, item: &Item) -> String {
        format!("{}/{}", self.key, item.key)
    }
}

impl City {
    /// The checklists of a case, by its category.
    pub fn checklists_of<'a>(&'a self, case: &'a Case) -> impl Iterator<Item = &'a Checklist> {
        let category = case.category.as_deref().unwrap_or_default();
        self.checklists.iter().filter(move |list| list.is_for(category))
    }

    /// What is asked of a case: the id of each item and the item, in order.
    pub fn checked_items<'a>(&'a self, case: &'a Case) -> impl Iterator<Item = (String, &'a Item)> {
        self.checklists_of(case).flat_map(|list| list.items.iter().map(move |item| (list.id(item), item)))
    }
}

impl Case {
    /// When an item was ticked, if it is.
    #[must_use]
    pub fn ticked(&self, item: &str) -> Option<Stamp> {
        self.handling.ticks.iter().find(|tick| tick.item == item).map(|tick| tick.at)
    }

    /// Required items that are not ticked, by the lists that hold now. What is asked at the contact is owed
    /// only once there was one.
    #[must_use]
    pub fn unchecked<'a>(&'a self, city: &'a City) -> Vec<&'a Item> {
        let is_due = |item: &Item| item.at == AskedAt::Finish || self.contacted_at.is_some();
        city.checked_items(self)
            .filter(|(id, item)| item.required && is_due(item) && self.ticked(id).is_none())
            .map(|(_, item)| item)
            .collect()
    }
}
