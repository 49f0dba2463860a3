//! The journal file of SQLite (its "write-ahead log"), as SQLite's description of its file format has
//! it: a head, and frames of one page each, every one with a sum over all before it. What follows the
//! last frame that marks a commit is not recorded yet.

/// Bytes of the head of a journal.
pub(super) const HEAD: usize = 32;
/// Bytes before the page in a frame.
const FRAME_HEAD: usize = 24;
/// The first word of a journal whose sums are made of words with the small end first; plus one: the
/// big end.
const MAGIC: u32 = 0x377f_0682;
const VERSION: u32 = 3_007_000;

/// A journal from its beginning to a commit, as far as it was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// The head as it stands in the file.
    pub(super) head: [u8; HEAD],
    /// Frames followed so far.
    pub(super) frames: u64,
    /// The sums after them.
    pub(super) sums: (u32, u32),
}

/// A page as a commit left it.
pub(super) struct Frame<'a> {
    /// Its number, from one.
    pub(super) page: u32,
    /// In the last frame of a commit: how many pages the database has then.
    pub(super) pages: Option<u32>,
    /// What is in it.
    pub(super) bytes: &'a [u8],
}

impl Run {
    /// Follows a journal from its head; none when this is no head of a journal.
    pub(super) fn begin(head: &[u8; HEAD]) -> Option<Self> {
        let known = word(head, 0) & !1 == MAGIC && word(head, 4) == VERSION;
        let sums = sum(is_big(head), (0, 0), &head[..24]);
        let whole = sums == (word(head, 24), word(head, 28));
        (known && whole && page_size(head) >= 512).then_some(Self { head: *head, frames: 0, sums })
    }

    /// Bytes of a page.
    pub(super) fn page(&self) -> usize {
        page_size(&self.head)
    }

    /// Where in the file the next frame begins.
    pub(super) fn offset(&self) -> u64 {
        HEAD as u64 + self.frames * (FRAME_HEAD + self.page()) as u64
    }

    /// Goes on over what follows in the file, up to the last commit in it. Says how many bytes that is, and
    /// hands each frame to `each`, once for every commit that is complete.
    pub(super) fn follow<'a>(&mut self, bytes: &'a [u8], mut each: impl FnMut(Frame<'a>)) -> usize {
        let size = FRAME_HEAD + self.page();
        let (mut sums, mut taken, mut open) = (self.sums, 0, Vec::new());
        for (at, frame) in bytes.chunks_exact(size).enumerate() {
            let (head, page) = frame.split_at(FRAME_HEAD);
            sums = sum(is_big(&self.head), sums, &head[..8]);
            sums = sum(is_big(&self.head), sums, page);
            let its_own = head[8..16] == self.head[16..24];
            if !its_own || sums != (word(head, 16), word(head, 20)) {
                break;
            }
            let pages = Some(word(head, 4)).filter(|pages| *pages > 0);
            open.push(Frame { page: word(head, 0), pages, bytes: page });
            if pages.is_some() {
                open.drain(..).for_each(&mut each);
                self.frames += (at + 1 - taken) as u64;
                self.sums = sums;
                taken = at + 1;
            }
        }
        taken * size
    }
}

fn is_big(head: &[u8]) -> bool {
    word(head, 0) & 1 == 1
}

fn page_size(head: &[u8]) -> usize {
    // One stands for 65,536, which does not go into the sixteen bits that it once had.
    match word(head, 8) {
        1 => 65_536,
        size => size as usize,
    }
}

/// Four bytes with the big end first, as every number of the format is.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

fn sum(big: bool, (mut a, mut b): (u32, u32), bytes: &[u8]) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let number = |at: usize| {
            let four = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
            if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
        };
        a = a.wrapping_add(number(0)).wrapping_add(b);
        b = b.wrapping_add(number(4)).wrapping_add(a);
    }
    (a, b)
}
