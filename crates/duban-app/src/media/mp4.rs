//! MP4 and MOV: how long a video lasts; and everything that is neither picture nor sound overwritten with
//! nothing, in place, so that no table of offsets has to be written anew.
//!
//! What is kept is a list of what playing needs. A camera's place (`udta`, `©xyz`, `meta`, `keys`, tracks of
//! telemetry and the samples they point to) is not in it, whatever it will be called next year. What lies in
//! pieces (`moof`) is not read.

use std::ops::Range;

use super::video::{Kept, Odd};

/// Most boxes of one level that are looked at.
const BOXES_MAX: usize = 20_000;

/// A box: its name, where it begins, where its inside lies.
struct Atom {
    kind: [u8; 4],
    start: usize,
    inside: Range<usize>,
}

/// A track of pictures or of sound.
struct Track {
    pictures: bool,
    ms: u64,
    samples: Vec<Range<usize>>,
}

/// The video without anything else in it.
pub(super) fn kept(bytes: &[u8]) -> Result<Kept, Odd> {
    let top = atoms(bytes, 0..bytes.len())?;
    if top.iter().any(|atom| &atom.kind == b"moof") {
        return Err(Odd::Pieces);
    }
    let mut out = bytes.to_vec();
    let moov = only(&top, *b"moov")?;
    let (mut ms, mut pictures, mut samples) = (0, false, Vec::new());
    for atom in atoms(bytes, moov.inside.clone())? {
        match &atom.kind {
            b"mvhd" => ms = ms.max(duration(&bytes[atom.inside])?),
            b"mvex" => return Err(Odd::Pieces),
            b"trak" => match track(bytes, &atom, &mut out)? {
                Some(track) => {
                    (ms, pictures) = (ms.max(track.ms), pictures || track.pictures);
                    samples.extend(track.samples);
                }
                None => blank(&mut out, &atom),
            },
            _ => blank(&mut out, &atom),
        }
    }
    if !pictures || ms == 0 {
        return Err(Odd::Broken);
    }
    samples.sort_by_key(|range| range.start);
    for atom in &top {
        match &atom.kind {
            b"ftyp" | b"moov" => {}
            b"mdat" => keep_only(&mut out, atom.inside.clone(), &samples),
            _ => blank(&mut out, atom),
        }
    }
    let mime = if bytes.get(8..12) == Some(b"qt  ") { "video/quicktime" } else { "video/mp4" };
    Ok(Kept { mime, ms, bytes: out })
}

/// One track; none when it is neither pictures nor sound.
fn track(bytes: &[u8], atom: &Atom, out: &mut [u8]) -> Result<Option<Track>, Odd> {
    let parts = keeping(bytes, atom, &[*b"tkhd", *b"edts", *b"mdia", *b"tref"], out)?;
    let mdia = only(&parts, *b"mdia")?;
    let parts = keeping(bytes, mdia, &[*b"mdhd", *b"hdlr", *b"minf"], out)?;
    let pictures = match bytes[only(&parts, *b"hdlr")?.inside.clone()].get(8..12) {
        Some(b"vide") => true,
        Some(b"soun") => false,
        _ => return Ok(None),
    };
    let ms = duration(&bytes[only(&parts, *b"mdhd")?.inside.clone()])?;
    let minf = only(&parts, *b"minf")?;
    let kinds = [*b"vmhd", *b"smhd", *b"gmhd", *b"hdlr", *b"dinf", *b"stbl"];
    let parts = keeping(bytes, minf, &kinds, out)?;
    let kinds = [
        *b"stsd", *b"stts", *b"stss", *b"ctts", *b"cslg", *b"stsc", *b"stsz", *b"stco", *b"co64", *b"sdtp",
        *b"sgpd", *b"sbgp",
    ];
    let table = keeping(bytes, only(&parts, *b"stbl")?, &kinds, out)?;
    Ok(Some(Track { pictures, ms, samples: samples(bytes, &table)? }))
}

/// Where the samples of a track lie: a range for each chunk.
fn samples(bytes: &[u8], table: &[Atom]) -> Result<Vec<Range<usize>>, Odd> {
    let inside = |kind| Ok::<_, Odd>(&bytes[only(table, kind)?.inside.clone()]);
    let sizes = inside(*b"stsz")?;
    let (same, count) = (word(sizes, 4)?, word(sizes, 8)? as usize);
    let runs = inside(*b"stsc")?;
    let chunks: Vec<u64> = match only(table, *b"co64") {
        Ok(atom) => list(&bytes[atom.inside.clone()], 8, |cell| {
            u64::from_be_bytes(cell.try_into().unwrap_or([0; 8]))
        })?,
        Err(_) => list(inside(*b"stco")?, 4, |cell| {
            u64::from(u32::from_be_bytes(cell.try_into().unwrap_or([0; 4])))
        })?,
    };
    let runs =
        list(runs, 12, |cell| (word(cell, 0).unwrap_or(0) as usize, word(cell, 4).unwrap_or(0) as usize))?;
    let (mut found, mut sample, mut run) = (Vec::with_capacity(chunks.len()), 0, 0);
    for (nth, offset) in chunks.into_iter().enumerate() {
        while runs.get(run + 1).is_some_and(|(first, _)| *first <= nth + 1) {
            run += 1;
        }
        let here = runs.get(run).ok_or(Odd::Broken)?.1.min(count - sample);
        let length: u64 = if same > 0 {
            u64::from(same) * here as u64
        } else {
            let cells = sizes.get(12 + 4 * sample..12 + 4 * (sample + here)).ok_or(Odd::Broken)?;
            cells.chunks_exact(4).map(|cell| u64::from(word(cell, 0).unwrap_or(0))).sum()
        };
        sample += here;
        let end = offset.checked_add(length).filter(|end| *end <= bytes.len() as u64).ok_or(Odd::Broken)?;
        found.push(offset as usize..end as usize);
    }
    Ok(found)
}

/// The parts of a box; those that are not named are blanked.
fn keeping(bytes: &[u8], atom: &Atom, kinds: &[[u8; 4]], out: &mut [u8]) -> Result<Vec<Atom>, Odd> {
    let parts = atoms(bytes, atom.inside.clone())?;
    for part in parts.iter().filter(|part| !kinds.contains(&part.kind)) {
        blank(out, part);
    }
    Ok(parts)
}

/// The boxes within a range. What is too short for a box at the end is padding.
fn atoms(bytes: &[u8], within: Range<usize>) -> Result<Vec<Atom>, Odd> {
    let (mut at, mut found) = (within.start, Vec::new());
    while within.end - at >= 8 {
        let kind = bytes[at + 4..at + 8].try_into().map_err(|_| Odd::Broken)?;
        let (head, size) = match word(bytes, at)? {
            0 => (8, (within.end - at) as u64),
            1 => (16, u64::from(word(bytes, at + 8)?) << 32 | u64::from(word(bytes, at + 12)?)),
            size => (8, u64::from(size)),
        };
        if size < head || size > (within.end - at) as u64 || found.len() >= BOXES_MAX {
            return Err(Odd::Broken);
        }
        let end = at + size as usize;
        found.push(Atom { kind, start: at, inside: at + head as usize..end });
        at = end;
    }
    Ok(found)
}

/// The one box of its name.
fn only(atoms: &[Atom], kind: [u8; 4]) -> Result<&Atom, Odd> {
    let mut named = atoms.iter().filter(|atom| atom.kind == kind);
    match (named.next(), named.next()) {
        (Some(atom), None) => Ok(atom),
        _ => Err(Odd::Broken),
    }
}

/// Makes a box into empty space.
fn blank(out: &mut [u8], atom: &Atom) {
    out[atom.start + 4..atom.start + 8].copy_from_slice(b"free");
    out[atom.inside.clone()].fill(0);
}

/// Overwrites what lies between the samples.
fn keep_only(out: &mut [u8], within: Range<usize>, samples: &[Range<usize>]) {
    let mut at = within.start;
    for range in samples {
        let (from, to) = (range.start.clamp(at, within.end), range.end.clamp(at, within.end));
        out[at..from].fill(0);
        at = to;
    }
    out[at..within.end].fill(0);
}

/// What `mvhd` and `mdhd` say of the length, in milliseconds; unknown is zero.
fn duration(head: &[u8]) -> Result<u64, Odd> {
    let (scale, length) = match head.first().ok_or(Odd::Broken)? {
        0 => (word(head, 12)?, u64::from(word(head, 16)?)),
        _ => (word(head, 20)?, u64::from(word(head, 24)?) << 32 | u64::from(word(head, 28)?)),
    };
    let unknown = length == u64::from(u32::MAX) || length == u64::MAX;
    if unknown || scale == 0 { Ok(0) } else { Ok(length.saturating_mul(1_000) / u64::from(scale)) }
}

/// A table: its head, how many cells it has, the cells.
fn list<T>(table: &[u8], cell: usize, read: impl Fn(&[u8]) -> T) -> Result<Vec<T>, Odd> {
    let length = (word(table, 4)? as usize).checked_mul(cell).ok_or(Odd::Broken)?;
    let cells = table.get(8..).and_then(|rest| rest.get(..length)).ok_or(Odd::Broken)?;
    Ok(cells.chunks_exact(cell).map(read).collect())
}

fn word(bytes: &[u8], at: usize) -> Result<u32, Odd> {
    let four = at.checked_add(4).and_then(|end| bytes.get(at..end)).ok_or(Odd::Broken)?;
    Ok(u32::from_be_bytes(four.try_into().map_err(|_| Odd::Broken)?))
}
