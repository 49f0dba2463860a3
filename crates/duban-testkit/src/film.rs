//! A film of ten seconds, as small as one can be that says everything a player needs.

fn atom(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    let size = u32::try_from(inside.len() + 8).unwrap_or(u32::MAX);
    [&size.to_be_bytes()[..], kind, inside].concat()
}

fn words(list: &[u32]) -> Vec<u8> {
    list.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// An MP4 with these bytes as its pictures, and this place where telephones write it.
#[must_use]
pub fn mp4(pictures: &[u8], place: &[u8]) -> Vec<u8> {
    let head = atom(b"ftyp", b"isom\0\0\0\0isom");
    let (from, length) = (head.len() + 8, pictures.len());
    let word = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let table = [
        atom(b"stsd", &words(&[0, 0])),
        atom(b"stsz", &words(&[0, 0, 1, word(length)])),
        atom(b"stsc", &words(&[0, 1, 1, 1, 1])),
        atom(b"stco", &words(&[0, 1, word(from)])),
    ]
    .concat();
    let minf = atom(b"minf", &atom(b"stbl", &table));
    let hdlr = atom(b"hdlr", &[&words(&[0, 0])[..], b"vide", &[0; 13]].concat());
    let mdia = atom(b"mdia", &[atom(b"mdhd", &words(&[0, 0, 0, 600, 6_000, 0])), hdlr, minf].concat());
    let trak = atom(b"trak", &[atom(b"tkhd", &[0; 84]), mdia].concat());
    let udta = atom(b"udta", &atom(b"\xa9xyz", place));
    let moov = atom(b"moov", &[atom(b"mvhd", &words(&[0, 0, 0, 600, 6_000])), trak, udta].concat());
    [head, atom(b"mdat", pictures), moov].concat()
}
