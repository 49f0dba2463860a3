//! The tree of digests (历史存证) as it is kept: what waits to be put in, leaves, tiles, signed roots.
//!
//! What is recorded is noted by a trigger in the same transaction, so nothing can be recorded and left out. Putting it
//! into the tree is one hand's work at a time, a moment later: creates do not wait for each other at a root. Signing is
//! not here.

use duban_domain::{
    EventId, RequestId, Stamp,
    proof::{
        Algorithm, Hash,
        leaf::{EventLeaf, RequestLeaf},
        tile::{self, OfTiles, Tiles},
        tree,
    },
};

use crate::{
    ReadTx, StoreError, WriteTx,
    event::is_digest,
    value::{Row, params},
};

/// What a leaf is of (叶子所指).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An event.
    Event(EventId),
    /// A request.
    Request(RequestId),
}

impl Subject {
    fn of(kind: i64, id: i64) -> Self {
        if kind == 1 { Self::Event(EventId(id)) } else { Self::Request(RequestId(id)) }
    }

    fn codes(self) -> (i64, i64) {
        match self {
            Self::Event(id) => (1, id.0),
            Self::Request(id) => (2, id.0),
        }
    }
}

/// A leaf as the tables have it now (现在的叶子).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its place in the tree.
    pub seq: u64,
    /// What it is of.
    pub subject: Subject,
    /// Its bytes, made anew from the row; none when the row is gone.
    pub bytes: Option<Vec<u8>>,
    /// Whether the words are still there and have the digest that was recorded; none when they were erased.
    pub words_hold: Option<bool>,
}

/// The tiles of a transaction.
pub struct Shelf<'a, 't>(&'a mut ReadTx<'t>);

impl Tiles for Shelf<'_, '_> {
    type Error = StoreError;

    fn tile(&mut self, level: u8, position: u64) -> Result<Vec<Hash>, StoreError> {
        let sql = "SELECT hashes FROM log_tile WHERE level = $1 AND position = $2";
        let at = params![i64::from(level), place(position)];
        let bytes = self.0.first(sql, at, |row| row.blob(0))?.unwrap_or_default();
        Ok(bytes.as_chunks().0.to_vec())
    }
}

fn place(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn size(row: &Row<'_>, at: usize) -> Result<u64, StoreError> {
    u64::try_from(row.int(at)?).map_err(|e| StoreError::unreadable("a place in the tree", e))
}

const EVENT: &str =
    "SELECT e.id, e.case_id, e.seq, e.kind, e.at, e.actor_kind, e.actor_id, e.actor_name, e.unit,
    e.digest, p.body, p.salt FROM event e LEFT JOIN event_payload p ON p.event_id = e.id WHERE e.id = $1";
const REQUEST: &str = "SELECT r.number, r.received_at, r.digest, r.salt, r.title, r.body, r.place_words FROM request r WHERE r.id = $1";

/// The bytes of a leaf, and whether its words hold.
type Made = (Vec<u8>, Option<bool>);

impl<'t> ReadTx<'t> {
    /// How many leaves the tree has.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_size(&mut self) -> Result<u64, StoreError> {
        Ok(self.first("SELECT size FROM log_state", &[], |row| size(row, 0))?.unwrap_or(0))
    }

    /// How much is recorded and not in the tree yet.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_pending(&mut self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM log_pending", &[])
    }

    /// The newest signed root with its size and time, among those of at most so many leaves.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_head(&mut self, most: u64) -> Result<Option<(u64, Stamp, String)>, StoreError> {
        let sql = "SELECT size, at, note FROM log_head WHERE size <= $1 ORDER BY size DESC LIMIT 1";
        self.first(sql, params![place(most)], |row| Ok((size(row, 0)?, Stamp(row.int(1)?), row.text(2)?)))
    }

    /// Every signed root that is kept, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_heads(&mut self) -> Result<Vec<String>, StoreError> {
        self.all("SELECT note FROM log_head ORDER BY size", &[], |row| row.text(0))
    }

    /// The subtrees that are kept.
    pub fn log_nodes<R>(
        &mut self,
        by: Algorithm,
        ask: impl FnOnce(&mut OfTiles<'_, Shelf<'_, 't>>) -> R,
    ) -> R {
        let mut shelf = Shelf(self);
        ask(&mut OfTiles::new(by, &mut shelf))
    }

    /// The digests of a kept tile.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_tile(&mut self, level: u8, position: u64) -> Result<Vec<Hash>, StoreError> {
        Shelf(self).tile(level, position)
    }

    /// Where something is in the tree; none while it waits.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_seq(&mut self, subject: Subject) -> Result<Option<u64>, StoreError> {
        let (kind, id) = subject.codes();
        let sql = "SELECT seq FROM log_leaf WHERE kind = $1 AND subject = $2";
        self.first(sql, params![kind, id], |row| size(row, 0))
    }

    /// The salt of a request's words; none when they were erased or were never digested.
    ///
    /// # Errors
    /// The engine's.
    pub fn request_salt(&mut self, id: RequestId) -> Result<Option<Vec<u8>>, StoreError> {
        let found =
            self.first("SELECT salt FROM request WHERE id = $1 AND salt IS NOT NULL", params![id], |row| {
                row.blob(0)
            })?;
        Ok(found)
    }

    /// Leaves from a place on, with what the tables say of them now.
    ///
    /// # Errors
    /// The engine's.
    pub fn leaves_from(&mut self, by: Algorithm, seq: u64, limit: i64) -> Result<Vec<Leaf>, StoreError> {
        let sql = "SELECT seq, kind, subject FROM log_leaf WHERE seq >= $1 ORDER BY seq LIMIT $2";
        let found = self.all(sql, params![place(seq), limit], |row| {
            Ok((size(row, 0)?, Subject::of(row.int(1)?, row.int(2)?)))
        })?;
        found
            .into_iter()
            .map(|(seq, subject)| {
                let (bytes, words_hold) = self.leaf(by, subject)?.unzip();
                Ok(Leaf { seq, subject, bytes, words_hold: words_hold.flatten() })
            })
            .collect()
    }

    /// How many events and requests should have a leaf, and how many leaves there are of them.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_counts(&mut self) -> Result<(i64, i64), StoreError> {
        let recorded = self.number("SELECT count(*) FROM event", &[])?
            + self.number("SELECT count(*) FROM request WHERE digest IS NOT NULL", &[])?;
        Ok((recorded, self.number("SELECT count(*) FROM log_leaf", &[])?))
    }

    fn leaf(&mut self, by: Algorithm, subject: Subject) -> Result<Option<Made>, StoreError> {
        match subject {
            Subject::Event(id) => self.first(EVENT, params![id], event_leaf),
            Subject::Request(id) => self.first(REQUEST, params![id], |row| request_leaf(by, row)),
        }
    }
}

fn event_leaf(row: &Row<'_>) -> Result<Made, StoreError> {
    let recorded = row.blob(9)?;
    let leaf = EventLeaf {
        id: row.int(0)?,
        case: row.int(1)?,
        seq: row.int(2)?,
        kind: row.str(3)?,
        at: row.int(4)?,
        by: (row.int(5)?, row.int(6)?, row.str(7)?, row.opt_str(8)?),
        digest: &recorded,
    };
    let salt = row.opt_blob(11)?.unwrap_or_default();
    let hold = row.opt_str(10)?.map(|body| is_digest(&recorded, &salt, body));
    Ok((leaf.bytes(), hold))
}

fn request_leaf(by: Algorithm, row: &Row<'_>) -> Result<Made, StoreError> {
    let recorded = row.opt_blob(2)?.unwrap_or_default();
    let leaf = RequestLeaf { number: row.str(0)?, received_at: row.int(1)?, digest: &recorded };
    let now = |salt: Vec<u8>| {
        let words = duban_domain::proof::leaf::words(by, &salt, row.str(4)?, row.str(5)?, row.str(6)?);
        Ok::<_, StoreError>(words[..] == recorded[..])
    };
    Ok((leaf.bytes(), row.opt_blob(3)?.map(now).transpose()?))
}

impl WriteTx<'_> {
    /// Puts what waits into the tree, at most so much, and returns its size and root when anything came. Whoever else
    /// does the same waits.
    ///
    /// # Errors
    /// The engine's.
    pub fn grow_log(&mut self, by: Algorithm, limit: i64) -> Result<Option<(u64, Hash)>, StoreError> {
        let lock = self.dialect().for_update();
        let begin = self
            .first(&format!("SELECT size FROM log_state{lock}"), &[], |row| size(row, 0))?
            .ok_or(StoreError::Conflict { what: "the tree of digests" })?;
        let waiting =
            self.all("SELECT kind, id FROM log_pending ORDER BY id, kind LIMIT $1", params![limit], |row| {
                Ok(Subject::of(row.int(0)?, row.int(1)?))
            })?;
        let mut hashes = Vec::with_capacity(waiting.len());
        for (subject, seq) in waiting.into_iter().zip(begin..) {
            let Some((bytes, _)) = self.leaf(by, subject)? else {
                return Err(StoreError::Conflict { what: "what waits for the tree of digests" });
            };
            hashes.push(by.leaf(&bytes));
            let (kind, id) = subject.codes();
            let sql = "INSERT INTO log_leaf (seq, kind, subject) VALUES ($1, $2, $3)";
            self.exec(sql, params![place(seq), kind, id])?;
            self.exec("DELETE FROM log_pending WHERE id = $1 AND kind = $2", params![id, kind])?;
        }
        if hashes.is_empty() {
            return Ok(None);
        }
        for (level, position, hashes) in tile::append(by, &mut Shelf(self), begin, &hashes)? {
            self.exec(
                "INSERT INTO log_tile (level, position, hashes) VALUES ($1, $2, $3)
                 ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes",
                params![i64::from(level), place(position), &hashes.concat()],
            )?;
        }
        let end = begin + hashes.len() as u64;
        self.exec("UPDATE log_state SET size = $1", params![place(end)])?;
        let root = self.log_nodes(by, |nodes| tree::root(by, nodes, end))?;
        Ok(Some((end, root)))
    }

    /// Keeps a signed root. Of those of one hour the newest stays: any two of them prove the same.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_log_head(&mut self, of: u64, at: Stamp, note: &str) -> Result<(), StoreError> {
        const HOUR: i64 = 3_600_000;
        let hour = at.0 - at.0.rem_euclid(HOUR);
        self.exec("DELETE FROM log_head WHERE at >= $1 AND size < $2", params![hour, place(of)])?;
        self.exec(
            "INSERT INTO log_head (size, at, note) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING",
            params![place(of), at, note],
        )?;
        Ok(())
    }
}
