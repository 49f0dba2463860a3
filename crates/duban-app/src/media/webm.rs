//! WebM: how long a video lasts; and everything that is neither picture nor sound made void, in place.
//!
//! Tags, attachments, chapters, titles and additions to blocks go; a file with tracks of anything else is not
//! taken, because its blocks lie between the others. Browsers record without saying how long in the head:
//! then the last block says it.

use super::video::{Kept, Odd};

const EBML: u32 = 0x1a45_dfa3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const CUES: u32 = 0x1c53_bb6b;
const SEEK_HEAD: u32 = 0x114d_9b74;
const TAGS: u32 = 0x1254_c367;
const ATTACHMENTS: u32 = 0x1941_a469;
const CHAPTERS: u32 = 0x1043_a770;
/// What may stand directly in a segment: one of these ends a cluster that does not say how long it is.
const PARTS: [u32; 8] = [SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES, TAGS, ATTACHMENTS, CHAPTERS];
const SCALE: u32 = 0x2a_d7b1;
const DURATION: u32 = 0x4489;
const MUXING_APP: u32 = 0x4d80;
const WRITING_APP: u32 = 0x5741;
const TRACK_ENTRY: u32 = 0xae;
const TRACK_TYPE: u32 = 0x83;
const TRACK_NAME: u32 = 0x536e;
const TIMECODE: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
const BLOCK_ADDITIONS: u32 = 0x75a1;
const POSITION: u32 = 0xa7;
const PREVIOUS: u32 = 0xab;
const VOID: u8 = 0xec;

/// An element: where it begins, where its inside begins, where it ends.
#[derive(Clone, Copy)]
struct Element {
    id: u32,
    start: usize,
    inside: usize,
    end: usize,
}

struct Reader<'a> {
    bytes: &'a [u8],
    out: Vec<u8>,
    /// Nanoseconds of one tick.
    scale: u64,
    /// What the head says, in ticks.
    said: f64,
    /// The last block, in ticks.
    last: i64,
    pictures: bool,
}

/// The video without anything else in it.
pub(super) fn kept(bytes: &[u8]) -> Result<Kept, Odd> {
    let mut reader =
        Reader { bytes, out: bytes.to_vec(), scale: 1_000_000, said: 0.0, last: 0, pictures: false };
    let head = reader.element(0, bytes.len())?;
    if head.id != EBML || !reader.is_webm(head)? {
        return Err(Odd::Broken);
    }
    let segment = reader.element(head.end, bytes.len())?;
    if segment.id != SEGMENT {
        return Err(Odd::Broken);
    }
    reader.segment(segment)?;
    reader.out.truncate(segment.end);
    let ticks = reader.said.max(reader.last as f64);
    let ms = (ticks * reader.scale as f64 / 1e6).ceil();
    if !reader.pictures || !(1.0..1e12).contains(&ms) {
        return Err(Odd::Broken);
    }
    Ok(Kept { mime: "video/webm", ms: ms as u64, bytes: reader.out })
}

impl Reader<'_> {
    fn is_webm(&self, head: Element) -> Result<bool, Odd> {
        let mut at = head.inside;
        while at < head.end {
            let part = self.element(at, head.end)?;
            if part.id == DOC_TYPE {
                let name = &self.bytes[part.inside..part.end];
                return Ok(name.strip_suffix(b"\0").unwrap_or(name) == b"webm");
            }
            at = part.end;
        }
        Ok(false)
    }

    fn segment(&mut self, segment: Element) -> Result<(), Odd> {
        let mut at = segment.inside;
        while at < segment.end {
            let part = self.element(at, segment.end)?;
            at = match part.id {
                CLUSTER => self.cluster(part)?,
                INFO => self.info(part)?,
                TRACKS => self.tracks(part)?,
                SEEK_HEAD | CUES => part.end,
                _ => self.void(part)?,
            };
        }
        Ok(())
    }

    fn info(&mut self, info: Element) -> Result<usize, Odd> {
        let mut at = info.inside;
        while at < info.end {
            let part = self.element(at, info.end)?;
            match part.id {
                SCALE => self.scale = self.number(part)?.clamp(1, 1_000_000_000),
                DURATION => self.said = self.float(part)?,
                MUXING_APP | WRITING_APP => {}
                _ => drop(self.void(part)?),
            }
            at = part.end;
        }
        Ok(info.end)
    }

    fn tracks(&mut self, tracks: Element) -> Result<usize, Odd> {
        let mut at = tracks.inside;
        while at < tracks.end {
            let entry = self.element(at, tracks.end)?;
            at = entry.end;
            if entry.id != TRACK_ENTRY {
                self.void(entry)?;
                continue;
            }
            let mut inner = entry.inside;
            while inner < entry.end {
                let part = self.element(inner, entry.end)?;
                inner = part.end;
                match part.id {
                    TRACK_TYPE => match self.number(part)? {
                        1 => self.pictures = true,
                        2 => {}
                        _ => return Err(Odd::Hides),
                    },
                    TRACK_NAME => drop(self.void(part)?),
                    _ => {}
                }
            }
        }
        Ok(tracks.end)
    }

    /// A cluster, to its end or, when it does not say where that is, to the next part of the segment.
    fn cluster(&mut self, cluster: Element) -> Result<usize, Odd> {
        let (mut at, mut base) = (cluster.inside, 0);
        while at < cluster.end {
            let part = self.element(at, cluster.end)?;
            match part.id {
                id if PARTS.contains(&id) => break,
                TIMECODE => base = i64::try_from(self.number(part)?).map_err(|_| Odd::Broken)?,
                SIMPLE_BLOCK => self.block(part, base)?,
                BLOCK_GROUP => self.group(part, base)?,
                POSITION | PREVIOUS => {}
                _ => drop(self.void(part)?),
            }
            at = part.end;
        }
        Ok(at)
    }

    fn group(&mut self, group: Element, base: i64) -> Result<(), Odd> {
        let mut at = group.inside;
        while at < group.end {
            let part = self.element(at, group.end)?;
            match part.id {
                BLOCK => self.block(part, base)?,
                BLOCK_ADDITIONS => drop(self.void(part)?),
                _ => {}
            }
            at = part.end;
        }
        Ok(())
    }

    /// A block begins with the number of its track and its time after that of the cluster.
    fn block(&mut self, block: Element, base: i64) -> Result<(), Odd> {
        let first = *self.bytes.get(block.inside).ok_or(Odd::Broken)?;
        let at = block.inside + first.leading_zeros() as usize + 1;
        let time = self.bytes.get(at..at + 2).filter(|_| at + 2 <= block.end).ok_or(Odd::Broken)?;
        let after = i64::from(i16::from_be_bytes([time[0], time[1]]));
        self.last = self.last.max(base.saturating_add(after));
        Ok(())
    }

    /// Reads the head of an element. Only a segment and a cluster may leave their length open.
    fn element(&self, at: usize, within: usize) -> Result<Element, Odd> {
        let first = *self.bytes.get(at).filter(|_| at < within).ok_or(Odd::Broken)?;
        let id_len = first.leading_zeros() as usize + 1;
        let id = self.bytes.get(at..at + id_len).filter(|_| id_len <= 4).ok_or(Odd::Broken)?;
        let id = id.iter().fold(0_u32, |id, byte| id << 8 | u32::from(*byte));
        let from = at + id_len;
        let first = *self.bytes.get(from).ok_or(Odd::Broken)?;
        let len = first.leading_zeros() as usize + 1;
        let size = self.bytes.get(from..from + len).filter(|_| len <= 8).ok_or(Odd::Broken)?;
        let mask = (1_u64 << (7 * len)) - 1;
        let value = size.iter().fold(0_u64, |size, byte| size << 8 | u64::from(*byte)) & mask;
        let inside = from + len;
        let open = value == mask && matches!(id, SEGMENT | CLUSTER);
        let end = if open {
            within
        } else {
            usize::try_from(value).ok().and_then(|value| inside.checked_add(value)).ok_or(Odd::Broken)?
        };
        if inside > within || end > within {
            return Err(Odd::Broken);
        }
        Ok(Element { id, start: at, inside, end })
    }

    fn number(&self, part: Element) -> Result<u64, Odd> {
        let bytes = &self.bytes[part.inside..part.end];
        if bytes.len() > 8 {
            return Err(Odd::Broken);
        }
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn float(&self, part: Element) -> Result<f64, Odd> {
        let bytes = &self.bytes[part.inside..part.end];
        let value = match (<[u8; 4]>::try_from(bytes), <[u8; 8]>::try_from(bytes)) {
            (Ok(four), _) => f64::from(f32::from_be_bytes(four)),
            (_, Ok(eight)) => f64::from_be_bytes(eight),
            _ => return Err(Odd::Broken),
        };
        if value.is_finite() { Ok(value) } else { Err(Odd::Broken) }
    }

    /// Makes an element into empty space of the same length; where it ends.
    fn void(&mut self, part: Element) -> Result<usize, Odd> {
        let length = part.end - part.start;
        let space = &mut self.out[part.start..part.end];
        space.fill(0);
        space[0] = VOID;
        match length {
            0 | 1 => return Err(Odd::Broken),
            2..=120 => space[1] = 0x80 | (length - 2) as u8,
            _ => {
                let rest = (length - 9) as u64 | 1 << 56;
                space[1..9].copy_from_slice(&rest.to_be_bytes());
            }
        }
        Ok(part.end)
    }
}
