//! The tree of digests (摘要树) of RFC 6962: roots, and proofs that a leaf is in it or that it only grew.

use sha2::Sha256;
use sm3::Sm3;

/// A digest of 32 bytes.
pub type Hash = [u8; 32];

/// The hash function of a tree (摘要算法); one for the whole life of an installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256, as C2SP's tools read it.
    #[default]
    Sha256,
    /// SM3 (GB/T 32905).
    Sm3,
}

impl Algorithm {
    /// The word of settings.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }

    /// The function with this word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Sha256, Self::Sm3].into_iter().find(|algorithm| algorithm.key() == key)
    }

    /// The digest of some parts, one after the other.
    #[must_use]
    pub fn digest(self, parts: &[&[u8]]) -> Hash {
        fn of<D: sha2::Digest<OutputSize = sha2::digest::consts::U32>>(parts: &[&[u8]]) -> Hash {
            let mut hasher = D::new();
            parts.iter().for_each(|part| hasher.update(part));
            hasher.finalize().into()
        }
        match self {
            Self::Sha256 => of::<Sha256>(parts),
            Self::Sm3 => of::<Sm3>(parts),
        }
    }

    /// The root of a tree without leaves.
    #[must_use]
    pub fn empty(self) -> Hash {
        self.digest(&[])
    }

    /// The digest of a leaf.
    #[must_use]
    pub fn leaf(self, data: &[u8]) -> Hash {
        self.digest(&[&[0], data])
    }

    /// The digest of two subtrees.
    #[must_use]
    pub fn node(self, left: &Hash, right: &Hash) -> Hash {
        self.digest(&[&[1], left, right])
    }
}

/// Where complete subtrees are looked up: the digest of the subtree of `2^level` leaves that begins at leaf
/// `position << level`.
pub trait Nodes {
    /// What can go wrong.
    type Error;

    /// One subtree's digest.
    ///
    /// # Errors
    /// When it cannot be had.
    fn node(&mut self, level: u8, position: u64) -> Result<Hash, Self::Error>;
}

/// The largest power of two below a number of at least 2.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The root over the first `size` leaves.
///
/// # Errors
/// Those of the nodes.
pub fn root<N: Nodes>(by: Algorithm, nodes: &mut N, size: u64) -> Result<Hash, N::Error> {
    if size == 0 { Ok(by.empty()) } else { range(by, nodes, 0, size) }
}

/// The digest over leaves from (included) to (excluded); `from` lies where a subtree of that size begins.
fn range<N: Nodes>(by: Algorithm, nodes: &mut N, from: u64, to: u64) -> Result<Hash, N::Error> {
    let n = to - from;
    if n.is_power_of_two() {
        let level = n.trailing_zeros() as u8;
        return nodes.node(level, from >> level);
    }
    let middle = from + split(n);
    let left = range(by, nodes, from, middle)?;
    let right = range(by, nodes, middle, to)?;
    Ok(by.node(&left, &right))
}

/// The proof that leaf `index` is among the first `size`: the digests beside its way up.
///
/// # Errors
/// Those of the nodes.
pub fn inclusion<N: Nodes>(
    by: Algorithm,
    nodes: &mut N,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    let (mut proof, mut from, mut to) = (Vec::new(), 0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            proof.push(range(by, nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(range(by, nodes, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the first `old` leaves are those of a tree that has `new` by now. Empty when nothing came since,
/// and for an empty tree.
///
/// # Errors
/// Those of the nodes.
pub fn consistency<N: Nodes>(
    by: Algorithm,
    nodes: &mut N,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, N::Error> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    let (mut from, mut to, mut whole) = (0, new, true);
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(range(by, nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(range(by, nodes, from, middle)?);
            from = middle;
            whole = false;
        }
    }
    if !whole {
        proof.push(range(by, nodes, from, to)?);
    }
    proof.reverse();
    Ok(proof)
}

/// A tree that only grows and of which only the root is asked (只增的树): one pass over the leaves, a few digests held.
#[derive(Clone, Debug)]
pub struct Growing {
    by: Algorithm,
    size: u64,
    /// The roots of its complete subtrees, the largest first.
    peaks: Vec<Hash>,
}

impl Growing {
    /// A tree without leaves.
    #[must_use]
    pub fn new(by: Algorithm) -> Self {
        Self { by, size: 0, peaks: Vec::new() }
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Puts a leaf behind the others.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            hash = self.by.node(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return self.by.empty() };
        peaks.fold(*last, |right, left| self.by.node(left, &right))
    }
}

/// Whether a proof leads from a leaf to a root (RFC 9162, 2.1.3.2).
#[must_use]
pub fn includes(by: Algorithm, leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = by.node(beside, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = by.node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a proof leads from an old root to a new one (RFC 9162, 2.1.4.2).
#[must_use]
pub fn grew(by: Algorithm, (old, was): (u64, &Hash), (new, is): (u64, &Hash), proof: &[Hash]) -> bool {
    if old == new {
        return proof.is_empty() && was == is;
    }
    if old == 0 {
        return proof.is_empty() && *was == by.empty();
    }
    if old > new {
        return false;
    }
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let mut rest = proof.iter();
    let begin = if old.is_power_of_two() { Some(was) } else { rest.next() };
    let Some(begin) = begin else { return false };
    let (mut left, mut right) = (*begin, *begin);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            left = by.node(beside, &left);
            right = by.node(beside, &right);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            right = by.node(&right, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && left == *was && right == *is
}
