//! What changed in a register since it was read last.

use std::collections::{HashMap, HashSet};

use super::Entry;

/// What changed (登记的变化).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What was not known.
    pub added: Vec<Entry>,
    /// What has another name: before and after.
    pub renamed: Vec<(Entry, Entry)>,
    /// What has the same name and differs otherwise: as it is now.
    pub changed: Vec<Entry>,
    /// What is not there any more.
    pub vanished: Vec<Entry>,
    /// How much was known.
    pub known: usize,
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.renamed.is_empty()
            && self.changed.is_empty()
            && self.vanished.is_empty()
    }

    /// Whether more vanished than this share of what was known, in percent: then the register is likely broken.
    #[must_use]
    pub fn is_suspicious(&self, percent_max: u32) -> bool {
        let share = u64::try_from(self.vanished.len()).unwrap_or(u64::MAX).saturating_mul(100);
        share > u64::from(percent_max) * u64::try_from(self.known).unwrap_or(u64::MAX)
    }
}

/// Compares what is known with what was read. Whoever is renamed keeps its former names.
#[must_use]
pub fn compare(known: &[Entry], found: Vec<Entry>) -> Changes {
    let by_id: HashMap<&str, &Entry> = known.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    let here: HashSet<String> = found.iter().map(|entry| entry.id.clone()).collect();
    let gone = known.iter().filter(|entry| !here.contains(&entry.id));
    let mut changes = Changes { known: known.len(), vanished: gone.cloned().collect(), ..Changes::default() };
    for mut entry in found {
        let Some(old) = by_id.get(entry.id.as_str()) else {
            changes.added.push(entry);
            continue;
        };
        entry.former.clone_from(&old.former);
        if entry == **old {
            continue;
        }
        if entry.name.zh == old.name.zh {
            changes.changed.push(entry);
            continue;
        }
        entry.former.retain(|name| *name != entry.name.zh && *name != old.name.zh);
        entry.former.push(old.name.zh.clone());
        changes.renamed.push(((*old).clone(), entry));
    }
    changes
}
