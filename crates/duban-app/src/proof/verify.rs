//! The whole past, checked (全量核验): every leaf against its row, every row against its words, every signed root
//! against the leaves.

use std::collections::BTreeMap;

use duban_domain::proof::{Checkpoint, Hash, leaf, note::Verifier, tile, tree};
use duban_store::{Leaf, StoreError, Subject};

use super::{Log, holds};
use crate::{App, wiring::Result};

/// Leaves read in one transaction.
const BATCH: i64 = 5_000;
/// Faults that are told one by one; a database of another city would give millions.
const FAULTS_MAX: usize = 200;

/// What somebody brings along to check against (外部持有的凭证).
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Signed roots that they got earlier.
    pub heads: Vec<String>,
    /// The key that they know; otherwise the one of this installation.
    pub key: Option<Verifier>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Leaves looked at.
    pub leaves: u64,
    /// Of them, those whose words were erased.
    pub erased: u64,
    /// Signed roots that fit.
    pub heads: usize,
    /// Recorded and not in the tree yet: a running server puts it in within seconds.
    pub waiting: i64,
    /// What does not hold, in a sentence each.
    pub faults: Vec<String>,
}

impl Verified {
    fn fault(&mut self, text: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(text);
        }
    }
}

/// Checks everything; `tell` hears how many leaves are done.
pub fn verify(app: &App, given: &Given, mut tell: impl FnMut(u64)) -> Result<Verified> {
    let log = app.log()?;
    let mut found = Verified::default();
    let mut expected = expected(app, log, given, &mut found)?;
    let mut growing = tree::Growing::new(log.by);
    loop {
        let from = growing.size();
        let (leaves, kept) = app.store.read(|tx| {
            let leaves = tx.leaves_from(log.by, from, BATCH)?;
            let last = leaves.last().map_or(from, |leaf| leaf.seq);
            let tiles = (from / tile::WIDTH..=last / tile::WIDTH)
                .map(|position| Ok((position, tx.log_tile(0, position)?)))
                .collect::<std::result::Result<BTreeMap<_, _>, StoreError>>()?;
            Ok::<_, StoreError>((leaves, tiles))
        })?;
        if leaves.is_empty() {
            break;
        }
        for leaf in leaves {
            if leaf.seq != growing.size() {
                found.fault(format!("leaf {} is missing", growing.size()));
                return Ok(found);
            }
            let at = (leaf.seq % tile::WIDTH) as usize;
            let kept = kept.get(&(leaf.seq / tile::WIDTH)).and_then(|tile| tile.get(at));
            growing.push(look(log, &leaf, kept, &mut found));
            if let Some((root, whose)) = expected.remove(&growing.size()) {
                if root == growing.root() {
                    found.heads += 1;
                } else {
                    found.fault(format!(
                        "the {whose} root of {} leaves is not the root of these leaves",
                        growing.size()
                    ));
                }
            }
        }
        found.leaves = growing.size();
        tell(found.leaves);
    }
    for (size, (_, whose)) in expected {
        found.fault(format!("the {whose} root is of {size} leaves, there are only {}", found.leaves));
    }
    closing(app, log, &growing, &mut found)?;
    Ok(found)
}

/// The roots that must come out, by their size.
fn expected(
    app: &App,
    log: &Log,
    given: &Given,
    found: &mut Verified,
) -> Result<BTreeMap<u64, (Hash, &'static str)>> {
    let kept = app.store.read(|tx| tx.log_heads())?;
    let known = given.key.as_ref().unwrap_or(&log.verifier);
    let mut roots = BTreeMap::new();
    let all = kept.iter().map(|note| (note, &log.verifier, "kept"));
    for (note, key, whose) in all.chain(given.heads.iter().map(|note| (note, known, "given"))) {
        match key.open(note, holds) {
            Some(Checkpoint { size: 0, .. }) => found.heads += 1,
            Some(Checkpoint { size, root, .. }) => {
                let before = roots.insert(size, (root, whose));
                if before.is_some_and(|(other, _)| other != root) {
                    found.fault(format!("two roots of {size} leaves were signed, and they differ"));
                }
            }
            None => found.fault(format!("a {whose} root is not signed by the key of {}", key.text())),
        }
    }
    Ok(roots)
}

/// Looks at one leaf and returns the digest that it has now.
fn look(log: &Log, leaf: &Leaf, kept: Option<&Hash>, found: &mut Verified) -> Hash {
    let name = match leaf.subject {
        Subject::Event(id) => format!("event {}", id.0),
        Subject::Request(id) => format!("request {}", id.0),
    };
    let Some(bytes) = &leaf.bytes else {
        found.fault(format!("leaf {}: {name} is gone", leaf.seq));
        return kept.copied().unwrap_or_default();
    };
    match leaf.words_hold {
        Some(false) => found.fault(format!("leaf {}: the words of {name} were changed", leaf.seq)),
        None => found.erased += 1,
        Some(true) => {}
    }
    let now = log.by.leaf(bytes);
    if kept != Some(&now) {
        let was = kept.map_or_else(|| "nothing".to_owned(), |hash| leaf::hex(hash));
        found.fault(format!("leaf {}: {name} is not what was put in (digest {was})", leaf.seq));
    }
    now
}

/// What is asked once, of the whole.
fn closing(app: &App, log: &Log, growing: &tree::Growing, found: &mut Verified) -> Result<()> {
    let (size, (recorded, leaves), waiting, root) = app.store.read(|tx| {
        let size = tx.log_size()?;
        let root = tx.log_nodes(log.by, |nodes| tree::root(log.by, nodes, growing.size()))?;
        Ok::<_, StoreError>((size, tx.log_counts()?, tx.log_pending()?, root))
    })?;
    found.waiting = waiting;
    // A server that runs meanwhile goes on growing it.
    if size < growing.size() {
        found.fault(format!("the tree says it has {size} leaves, there are {}", growing.size()));
    }
    if recorded != leaves + waiting {
        found.fault(format!(
            "{recorded} events and requests are recorded, {leaves} are leaves and {waiting} wait"
        ));
    }
    if root != growing.root() {
        found.fault("the tiles of the tree do not have the root of its leaves".to_owned());
    }
    Ok(())
}
