//! Texts that repeat each other: sent twice, or copied with a few words changed. They count as one text and stay
//! on one side of every test, or a model would be asked what it was told.

use super::text::{grams, mixed};

/// Smallest hashes that are compared.
const SIGNS: usize = 32;
/// Signs in one band; texts that share a band are compared.
const BAND: usize = 4;
/// So many of the signs must agree: about half of all pairs are shared.
const ALIKE: usize = 16;

/// A sketch of a text (文本指纹).
#[derive(Clone, Debug)]
pub(super) struct Sketch([u32; SIGNS]);

impl Sketch {
    /// By its pairs: single characters are shared by texts that have nothing else in common.
    pub(super) fn of(text: &str) -> Self {
        let grams = grams(text);
        let longest = grams.iter().map(|gram| gram.tokens).max().unwrap_or(0);
        let mut signs = [u32::MAX; SIGNS];
        for key in grams.iter().filter(|gram| gram.tokens == longest).map(|gram| gram.key) {
            for (at, sign) in signs.iter_mut().enumerate() {
                // Odd factors, each another order of all keys.
                let order = mixed(0x5851_f42d + at as u64) | 1;
                *sign = (*sign).min((u64::from(key).wrapping_mul(order) >> 29) as u32);
            }
        }
        Self(signs)
    }

    fn is_like(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count() >= ALIKE
    }
}

/// To which group each text belongs, counted from zero; a text that nobody repeats is a group of its own.
pub(super) fn groups(sketches: &[Sketch]) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..sketches.len() as u32).collect();
    let mut rows: Vec<(u64, u32)> = Vec::with_capacity(sketches.len());
    for band in 0..SIGNS / BAND {
        rows.clear();
        for (at, sketch) in sketches.iter().enumerate() {
            let part = &sketch.0[band * BAND..(band + 1) * BAND];
            let hash = part.iter().fold(0_u64, |hash, sign| mixed(hash ^ u64::from(*sign)));
            rows.push((hash, at as u32));
        }
        rows.sort_unstable();
        for pair in rows.windows(2) {
            let ((hash, one), (next, other)) = (pair[0], pair[1]);
            if hash == next && sketches[one as usize].is_like(&sketches[other as usize]) {
                let (one, other) = (root(&mut parent, one), root(&mut parent, other));
                parent[one.max(other) as usize] = one.min(other);
            }
        }
    }
    let mut number = vec![u32::MAX; sketches.len()];
    let mut next = 0;
    (0..sketches.len() as u32)
        .map(|at| {
            let own = &mut number[root(&mut parent, at) as usize];
            if *own == u32::MAX {
                *own = next;
                next += 1;
            }
            *own
        })
        .collect()
}

fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}
