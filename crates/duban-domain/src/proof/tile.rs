//! Tiles (摘要块): how the digests of a tree are kept. A tile holds up to 256 neighbours of one level, and only every
//! eighth level is kept: what lies between is reckoned. As C2SP `tlog-tiles` has it.

use super::tree::{Algorithm, Hash, Nodes};

/// Digests of a full tile.
pub const WIDTH: u64 = 256;
/// Levels of the tree from one kept level to the next.
const HEIGHT: u8 = 8;

/// Where tiles are kept.
pub trait Tiles {
    /// What can go wrong.
    type Error;

    /// The digests of a tile, as many as it has; none when it was never begun.
    ///
    /// # Errors
    /// When it cannot be read.
    fn tile(&mut self, level: u8, position: u64) -> Result<Vec<Hash>, Self::Error>;
}

/// A tile that has to be kept: its level, its position and its digests.
pub type Changed = (u8, u64, Vec<Hash>);

/// Puts leaves behind the first `size`, and returns the tiles that changed.
///
/// # Errors
/// Those of the tiles.
pub fn append<T: Tiles>(
    by: Algorithm,
    tiles: &mut T,
    size: u64,
    leaves: &[Hash],
) -> Result<Vec<Changed>, T::Error> {
    let (mut changed, mut level, mut begin, mut fresh) = (Vec::new(), 0_u8, size, leaves.to_vec());
    while !fresh.is_empty() {
        let (mut up, up_begin) = (Vec::new(), begin / WIDTH);
        let mut at = begin;
        let mut rest = fresh.as_slice();
        while !rest.is_empty() {
            let (position, has) = (at / WIDTH, (at % WIDTH) as usize);
            let mut hashes = if has == 0 { Vec::new() } else { tiles.tile(level, position)? };
            hashes.truncate(has);
            let (now, later) = rest.split_at(rest.len().min(WIDTH as usize - has));
            hashes.extend_from_slice(now);
            at += now.len() as u64;
            rest = later;
            if hashes.len() as u64 == WIDTH {
                up.push(fold(by, &hashes));
            }
            changed.push((level, position, hashes));
        }
        (fresh, begin, level) = (up, up_begin, level + 1);
    }
    Ok(changed)
}

/// The root over digests whose number is a power of two.
fn fold(by: Algorithm, hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks(2).map(|pair| by.node(&pair[0], &pair[1])).collect();
    }
    row.first().copied().unwrap_or_else(|| by.empty())
}

/// The subtrees of a tree that is kept in tiles.
pub struct OfTiles<'a, T> {
    by: Algorithm,
    tiles: &'a mut T,
}

impl<'a, T> OfTiles<'a, T> {
    /// Looks up in these tiles.
    pub fn new(by: Algorithm, tiles: &'a mut T) -> Self {
        Self { by, tiles }
    }
}

impl<T: Tiles> Nodes for OfTiles<'_, T> {
    type Error = T::Error;

    fn node(&mut self, level: u8, position: u64) -> Result<Hash, T::Error> {
        let (kept, above) = (level / HEIGHT, level % HEIGHT);
        let first = position << above;
        let tile = self.tiles.tile(kept, first / WIDTH)?;
        let from = (first % WIDTH) as usize;
        // A tile that is too short gives a digest that fits nothing, which whoever compares will see.
        let to = (from + (1 << above)).min(tile.len());
        Ok(fold_any(self.by, tile.get(from..to).unwrap_or_default(), 1 << above))
    }
}

fn fold_any(by: Algorithm, hashes: &[Hash], wanted: usize) -> Hash {
    if hashes.len() == wanted { fold(by, hashes) } else { by.empty() }
}
