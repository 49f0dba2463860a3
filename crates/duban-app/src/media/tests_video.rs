//! Videos that are built here byte by byte: what is kept of them, what is not, and what is refused.

use duban_domain::city::{PhotoRule, VideoRule};
use proptest::prelude::*;

use super::{MediaRules, UploadFault, is_video, take_all, video};

/// What no kept video may hold: where it was filmed, as telephones write it.
const PLACE: &[u8] = b"+27.8324+113.1376/";
const FILM: &[u8] = b"the pictures themselves";
const SOUND: &[u8] = b"and what is heard";

fn atom(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    let size = u32::try_from(inside.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, inside].concat()
}

fn words(list: &[u32]) -> Vec<u8> {
    list.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A track whose only chunk lies at an offset.
fn track(handler: &[u8; 4], offset: usize, length: usize, junk: &[u8]) -> Vec<u8> {
    let table = [
        atom(b"stsd", &words(&[0, 0])),
        atom(b"stsz", &words(&[0, 0, 2, 3, u32::try_from(length - 3).unwrap()])),
        atom(b"stsc", &words(&[0, 1, 1, 2, 1])),
        atom(b"stco", &words(&[0, 1, u32::try_from(offset).unwrap()])),
        junk.to_vec(),
    ]
    .concat();
    let minf = [atom(b"dinf", b""), atom(b"stbl", &table), junk.to_vec()].concat();
    let hdlr = [&words(&[0, 0])[..], handler, &[0; 12], b"name\0"].concat();
    let mdia = [atom(b"mdhd", &words(&[0, 0, 0, 600, 6_000, 0])), atom(b"hdlr", &hdlr), atom(b"minf", &minf)]
        .concat();
    atom(b"trak", &[atom(b"tkhd", &[0; 84]), atom(b"mdia", &mdia), junk.to_vec()].concat())
}

/// A film of ten seconds as a telephone writes it, with its place wherever one may stand.
fn mp4(brand: &[u8; 4], junk: &[u8], ticks: u32) -> Vec<u8> {
    let head = [atom(b"ftyp", &[brand, &[0; 4][..], b"isom"].concat()), junk.to_vec()].concat();
    let data = [FILM, PLACE, SOUND].concat();
    let from = head.len() + 8;
    let moov = [
        atom(b"mvhd", &words(&[0, 0, 0, 600, ticks])),
        track(b"vide", from, FILM.len(), junk),
        track(b"soun", from + FILM.len() + PLACE.len(), SOUND.len(), b""),
        track(b"meta", from + FILM.len(), PLACE.len(), junk),
        junk.to_vec(),
    ]
    .concat();
    [head, atom(b"mdat", &data), junk.to_vec(), atom(b"moov", &moov)].concat()
}

fn everywhere() -> Vec<u8> {
    let xyz = atom(b"\xa9xyz", PLACE);
    [atom(b"udta", &xyz), atom(b"meta", PLACE), atom(b"uuid", PLACE), atom(b"free", PLACE)].concat()
}

fn element(id: &[u8], inside: &[u8]) -> Vec<u8> {
    let size = (1_u64 << 56 | inside.len() as u64).to_be_bytes();
    [id, &size, inside].concat()
}

fn webm(junk: &[u8], kind: u8, said: Option<f64>) -> Vec<u8> {
    let duration = said.map_or(Vec::new(), |ms| element(&[0x44, 0x89], &ms.to_be_bytes()));
    let info = [duration, element(&[0x7b, 0xa9], PLACE), junk.to_vec()].concat();
    let entry = [element(&[0x83], &[kind]), element(&[0x53, 0x6e], PLACE)].concat();
    let tracks = [element(&[0xae], &element(&[0x83], &[1])), element(&[0xae], &entry)].concat();
    let block = [&[0x81, 0x01, 0xf4, 0x80][..], FILM].concat();
    let cluster = [element(&[0xe7], &[0x0f, 0xa0]), element(&[0xa3], &block)].concat();
    // As a browser records: neither the segment nor the cluster says how long it is.
    let open =
        |id: &[u8], inside: &[u8]| [id, &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], inside].concat();
    let segment = [
        element(&[0x15, 0x49, 0xa9, 0x66], &info),
        element(&[0x16, 0x54, 0xae, 0x6b], &tracks),
        open(&[0x1f, 0x43, 0xb6, 0x75], &cluster),
        element(&[0x12, 0x54, 0xc3, 0x67], PLACE),
        junk.to_vec(),
    ]
    .concat();
    [
        element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm")),
        open(&[0x18, 0x53, 0x80, 0x67], &segment),
    ]
    .concat()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn rules() -> MediaRules {
    MediaRules {
        photos: PhotoRule { count_max: 3, bytes_max: 1 << 20 },
        videos: VideoRule { count_max: 1, bytes_max: 2 << 20, seconds_max: 10 },
    }
}

fn taken(name: &str, bytes: &[u8]) -> Result<&'static str, UploadFault> {
    take_all(&rules(), [(name, bytes)].into_iter()).map(|taken| taken[0].mime)
}

#[test]
fn a_video_keeps_picture_and_sound_and_not_where_it_was_filmed() {
    let film = mp4(b"isom", &everywhere(), 6_000);
    assert!(holds(&film, PLACE));
    let kept = video::kept(&film).ok().unwrap();
    assert_eq!((kept.mime, kept.ms, kept.bytes.len()), ("video/mp4", 10_000, film.len()));
    assert!(holds(&kept.bytes, FILM) && holds(&kept.bytes, SOUND) && !holds(&kept.bytes, PLACE));
    let again = video::kept(&kept.bytes).ok().unwrap();
    assert_eq!(again.bytes, kept.bytes, "what is clean stays as it is");
    for said in [None, Some(4_200.0)] {
        let film = webm(&element(&[0x12, 0x54, 0xc3, 0x67], PLACE), 2, said);
        let kept = video::kept(&film).ok().unwrap();
        assert_eq!((kept.mime, kept.ms, kept.bytes.len()), ("video/webm", 4_500, film.len()));
        assert!(holds(&kept.bytes, FILM) && !holds(&kept.bytes, PLACE));
    }
}

#[test]
fn a_video_is_told_by_its_content_and_bounded_by_the_citys_rule() {
    let film = mp4(b"isom", b"", 6_000);
    assert_eq!(taken("a.jpg", &film), Ok("video/mp4"));
    assert_eq!(taken("a.mov", &mp4(b"qt  ", b"", 6_000)), Ok("video/quicktime"));
    assert_eq!(taken("a.mp4", b"<html>"), Err(UploadFault::Type));
    assert_eq!(taken("a.mp4", &film[..film.len() - 9]), Err(UploadFault::Video));
    assert_eq!(taken("a.mp4", &mp4(b"isom", b"", 6_001)), Err(UploadFault::Long { seconds_max: 10 }));
    assert_eq!(taken("a.webm", &webm(b"", 2, Some(10_001.0))), Err(UploadFault::Long { seconds_max: 10 }));
    assert_eq!(taken("a.webm", &webm(b"", 0x11, None)), Err(UploadFault::Hides));
    let pieces = [film.clone(), atom(b"moof", b"")].concat();
    assert_eq!(taken("a.mp4", &pieces), Err(UploadFault::Pieces));
    let large = [film.clone(), atom(b"free", &vec![0; 2 << 20])].concat();
    assert_eq!(taken("a.mp4", &large), Err(UploadFault::TooLarge { megabytes_max: 2 }));
    let two = [("a", film.as_slice()), ("b", film.as_slice())];
    assert_eq!(take_all(&rules(), two.into_iter()).unwrap_err(), UploadFault::TooManyVideos { count_max: 1 });
    let none = MediaRules { videos: VideoRule { count_max: 0, ..rules().videos }, ..rules() };
    let one = [("a", film.as_slice())];
    assert_eq!(take_all(&none, one.into_iter()).unwrap_err(), UploadFault::Type, "a city may take none");
    assert!(is_video(&film) && !is_video(b"\0\0\0\x18ftypheic\0\0\0\0"));
}

#[test]
fn by_mail_as_many_videos_are_taken_as_by_the_form() {
    let file = |name: &str| (name.to_owned(), mp4(b"isom", b"", 6_000));
    let (taken, refused) = crate::letter::fitting(&rules(), &[file("a.mp4"), file("b.mp4")]);
    assert_eq!((taken.len(), refused), (1, vec!["b.mp4".to_owned()]));
}

proptest! {
    /// Whatever is changed in a file, reading it ends, gives as many bytes as came or names what is wrong.
    #[test]
    fn no_file_however_broken_stops_the_program(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..24),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
        first in any::<bool>(),
    ) {
        let mut film =
            if first { mp4(b"isom", &everywhere(), 6_000) } else { webm(&everywhere(), 2, Some(4_000.0)) };
        for (at, byte) in changes {
            let at = at.index(film.len());
            film[at] = byte;
        }
        if !whole {
            film.truncate(cut.index(film.len()));
        }
        if let Ok(kept) = video::kept(&film) {
            prop_assert!(kept.bytes.len() <= film.len() && kept.ms > 0);
        }
    }

    /// Wherever a box that nobody needs stands, and whatever it is called, its content is gone.
    #[test]
    fn nothing_that_is_not_needed_is_kept(kind in "[a-z]{4}", tail in prop::collection::vec(any::<u8>(), 0..40)) {
        let kind: [u8; 4] = kind.as_bytes().try_into().unwrap();
        let needed: [&[u8; 4]; 26] = [
            b"ftyp", b"moov", b"mdat", b"mvhd", b"mvex", b"trak", b"moof", b"tkhd", b"edts", b"mdia", b"tref",
            b"mdhd", b"hdlr", b"minf", b"vmhd", b"smhd", b"gmhd", b"dinf", b"stbl", b"stsd", b"stts", b"stss",
            b"ctts", b"cslg", b"stsc", b"stsz",
        ];
        let more: [&[u8; 4]; 5] = [b"stco", b"sdtp", b"sgpd", b"sbgp", b"co64"];
        prop_assume!(!needed.contains(&&kind) && !more.contains(&&kind));
        let film = mp4(b"isom", &atom(&kind, &[PLACE, &tail].concat()), 6_000);
        let kept = video::kept(&film).ok().unwrap();
        prop_assert!(!holds(&kept.bytes, PLACE) && holds(&kept.bytes, FILM));
    }
}
