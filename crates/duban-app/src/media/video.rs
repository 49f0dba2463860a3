//! Short videos: told by their content, bounded in length, and kept without anything but picture and sound,
//! so that none says where it was filmed.
//!
//! They are not encoded anew: that would take a whole codec into this program.

use super::{mp4, webm};

/// A video that can be kept.
pub(super) struct Kept {
    pub(super) mime: &'static str,
    /// How long it lasts, in milliseconds.
    pub(super) ms: u64,
    pub(super) bytes: Vec<u8>,
}

/// Why a video cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    /// It cannot be read.
    Broken,
    /// It lies in pieces, as a broadcast does.
    Pieces,
    /// There is more in it than picture and sound, and it cannot be taken out.
    Hides,
}

/// Brands of the first box of pictures, which begin alike.
const PICTURES: [&[u8]; 12] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"avif",
    b"avis",
];

/// Whether a file begins as a video does.
#[must_use]
pub fn is_video(bytes: &[u8]) -> bool {
    is_mp4(bytes) || is_webm(bytes)
}

fn is_mp4(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| !PICTURES.contains(&brand))
}

fn is_webm(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3])
}

/// The video without anything else in it.
pub(super) fn kept(bytes: &[u8]) -> Result<Kept, Odd> {
    if is_webm(bytes) { webm::kept(bytes) } else { mp4::kept(bytes) }
}
