//! Photos, short videos and documents (附件): the type is read from the content; pictures are bounded in
//! bytes and pixels and encoded anew, videos bounded in bytes and seconds and emptied of all but picture and
//! sound, so that nothing the camera wrote about place or owner is kept.
//!
//! They lie in the database, so that one file (or one dump) is the whole city, and a photo is
//! acknowledged with its request or not at all.

mod mp4;
#[cfg(test)]
mod tests_video;
mod video;
mod webm;

use std::{io::Cursor, ops::Range};

use duban_domain::{
    CaseId, MediaId, Number, Refusal, RequestId, Stamp,
    city::{PhotoRule, Settings, VideoRule},
    policy::{permit, verb},
};
use duban_store::{MediaKind, MediaRow, NewMediaRow, ReadTx, WriteTx};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::{
    App, Ctx, keys,
    resident::{self, Known},
    wiring::Result,
};

pub use video::is_video;

/// Most bytes of one photo or document, whatever the city allows.
pub const FILE_BYTES_MAX: usize = 12 << 20;
/// Most bytes of a video that are sent at once; a player asks for the next.
const PART_MAX: u64 = 4 << 20;
/// Longest side of a kept picture, in pixels.
const SIDE_MAX: u32 = 2_560;
/// Longest side of a thumbnail, in pixels.
const THUMB_MAX: u32 = 480;
/// Longest side of a picture that is decoded at all, in pixels.
const DECODE_SIDE_MAX: u32 = 16_384;
/// Most memory that decoding one picture may take, in bytes.
const DECODE_BYTES_MAX: u64 = 256 << 20;

/// A file that was looked at and can be kept.
#[derive(Clone, Debug)]
pub struct NewMedia {
    kind: MediaKind,
    mime: &'static str,
    name: String,
    width: u32,
    height: u32,
    body: Vec<u8>,
    thumb: Vec<u8>,
}

/// Why a file cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadFault {
    /// More bytes than the city allows.
    #[error("the file is too large")]
    TooLarge {
        /// How much it allows.
        megabytes_max: u32,
    },
    /// More files than the city allows.
    #[error("too many files")]
    TooMany {
        /// How many it allows.
        count_max: u32,
    },
    /// Too many people send files at this moment.
    #[error("too many files are being taken in at this moment")]
    Busy,
    /// A picture in the format of newer telephones, which few can open.
    #[error("the picture is in the HEIC format")]
    Heic,
    /// Neither a picture nor a document that we know.
    #[error("the file is of a type that is not taken")]
    Type,
    /// More videos than the city allows.
    #[error("too many videos")]
    TooManyVideos {
        /// How many it allows.
        count_max: u32,
    },
    /// A video that lasts longer than the city allows.
    #[error("the video is too long")]
    Long {
        /// How many seconds it allows.
        seconds_max: u32,
    },
    /// A video that cannot be read.
    #[error("the video cannot be read")]
    Video,
    /// A video that lies in pieces, as a broadcast does.
    #[error("the video lies in pieces")]
    Pieces,
    /// A video with tracks that are neither picture nor sound and cannot be taken out.
    #[error("there is more in the video than picture and sound")]
    Hides,
    /// It says it is a picture and cannot be read as one, or is larger than a camera makes.
    #[error("the picture cannot be read")]
    Broken,
}

/// What a city takes with one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaRules {
    /// 照片
    pub photos: PhotoRule,
    /// 视频
    pub videos: VideoRule,
}

impl MediaRules {
    /// By the settings of a city.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self { photos: settings.photos, videos: settings.videos }
    }

    /// Files of one form.
    #[must_use]
    pub fn count_max(&self) -> u32 {
        self.photos.count_max + self.videos.count_max
    }

    /// Bytes of one file, as its beginning says what it is.
    #[must_use]
    pub fn bytes_max(&self, head: &[u8]) -> u32 {
        if is_video(head) && self.videos.count_max > 0 {
            self.videos.bytes_max
        } else {
            self.photos.bytes_max
        }
    }
}

/// Looks at the files of one form, as the city's rules have it.
pub fn take_all<'a>(
    rules: &MediaRules,
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> std::result::Result<Vec<NewMedia>, UploadFault> {
    let (videos, others): (Vec<_>, Vec<_>) = files.partition(|(_, bytes)| is_video(bytes));
    if others.len() > rules.photos.count_max as usize {
        return Err(UploadFault::TooMany { count_max: rules.photos.count_max });
    }
    if videos.len() > rules.videos.count_max as usize {
        return Err(match rules.videos.count_max {
            0 => UploadFault::Type,
            count_max => UploadFault::TooManyVideos { count_max },
        });
    }
    others.into_iter().chain(videos).map(|(name, bytes)| one(rules, name, bytes)).collect()
}

/// Looks at one file, as the city's rules have it.
pub(crate) fn one(
    rules: &MediaRules,
    name: &str,
    bytes: &[u8],
) -> std::result::Result<NewMedia, UploadFault> {
    let bytes_max = rules.bytes_max(bytes);
    if bytes.len() > bytes_max as usize {
        return Err(UploadFault::TooLarge { megabytes_max: bytes_max >> 20 });
    }
    match is_video(bytes) {
        true if rules.videos.count_max == 0 => Err(UploadFault::Type),
        true => film(name, bytes, &rules.videos),
        false => take(name, bytes),
    }
}

/// Looks at a video: how long it is, and nothing in it but picture and sound.
fn film(name: &str, bytes: &[u8], rule: &VideoRule) -> std::result::Result<NewMedia, UploadFault> {
    let kept = video::kept(bytes).map_err(|odd| match odd {
        video::Odd::Broken => UploadFault::Video,
        video::Odd::Pieces => UploadFault::Pieces,
        video::Odd::Hides => UploadFault::Hides,
    })?;
    if kept.ms > u64::from(rule.seconds_max) * 1_000 {
        return Err(UploadFault::Long { seconds_max: rule.seconds_max });
    }
    Ok(NewMedia {
        kind: MediaKind::Video,
        mime: kept.mime,
        name: clean(name),
        width: 0,
        height: 0,
        body: kept.bytes,
        thumb: Vec::new(),
    })
}

/// Looks at a photo or a document: type by content, limits, a fresh encoding and a thumbnail for pictures.
pub fn take(name: &str, bytes: &[u8]) -> std::result::Result<NewMedia, UploadFault> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(UploadFault::TooLarge { megabytes_max: (FILE_BYTES_MAX >> 20) as u32 });
    }
    let name = clean(name);
    if bytes.starts_with(b"%PDF-") {
        return Ok(NewMedia {
            kind: MediaKind::Document,
            mime: "application/pdf",
            name,
            width: 0,
            height: 0,
            body: bytes.to_vec(),
            thumb: Vec::new(),
        });
    }
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => {
            picture(name, bytes, format)
        }
        _ if is_heic(bytes) => Err(UploadFault::Heic),
        _ => Err(UploadFault::Type),
    }
}

/// Whether a file begins as HEIC and HEIF do.
fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 10] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}

/// Keeps a file in the same transaction as what it belongs to.
pub(crate) fn keep(
    app: &App,
    tx: &mut WriteTx<'_>,
    media: &NewMedia,
    request: Option<RequestId>,
    case: Option<CaseId>,
    now: Stamp,
) -> Result<MediaId> {
    let id = app.media_id();
    tx.insert_media(&NewMediaRow {
        id,
        request,
        case,
        kind: media.kind,
        mime: media.mime,
        name: &media.name,
        width: i64::from(media.width),
        height: i64::from(media.height),
        sha256: &keys::hash(&media.body),
        created_at: now,
        body: &media.body,
        thumb: &media.thumb,
    })?;
    Ok(id)
}

/// A file to be shown, with what a browser must be told about it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its type.
    pub mime: String,
    /// Its name.
    pub name: String,
    /// Its bytes, or the part of them that was asked for.
    pub bytes: Vec<u8>,
    /// Whether it is a video, which a browser plays in the page and asks for in parts.
    pub plays: bool,
    /// How many bytes all of it has.
    pub size: u64,
    /// Where the part begins; none within: it has no such part.
    pub part: Option<Option<u64>>,
}

/// Which part of a file is asked for: its first byte and its last, or the last so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// From a byte, up to another or to the end.
    From(u64, Option<u64>),
    /// The last so many bytes.
    Last(u64),
}

impl Part {
    /// The bytes of a file of this size; none where it has none of these.
    fn of(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From(from, to) => from..to.map_or(size, |to| to.saturating_add(1)).min(size),
            Self::Last(count) => size.saturating_sub(count)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// What of a file is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The small picture.
    pub thumb: bool,
    /// A part of it, for players; only of videos.
    pub part: Option<Part>,
}

/// A file of a case that a member may see.
pub fn for_staff(ctx: &Ctx, number: &Number, id: MediaId, look: Look) -> Result<Shown> {
    ctx.app.store.read(|tx| {
        let case = tx.case_by_number(number)?.ok_or(Refusal::NotFound)?;
        permit::<verb::View>(&ctx.who, &case)?;
        body(tx, case.id, id, look, |_| true)
    })
}

/// A file of a resident's own request, or the proof of an answer that was accepted.
pub fn for_resident(app: &App, who: &Known, id: MediaId, look: Look) -> Result<Shown> {
    let track = resident::track::track(app, who)?;
    let known = track.photos.iter().chain(&track.proof).any(|m| m.id == id);
    app.store.read(|tx| body(tx, track.request.case, id, look, |_| known))
}

fn body(
    tx: &mut ReadTx<'_>,
    case: CaseId,
    id: MediaId,
    look: Look,
    may: impl FnOnce(&MediaRow) -> bool,
) -> Result<Shown> {
    let row = tx.media(id)?.filter(|m| m.case == Some(case) && may(m)).ok_or(Refusal::NotFound)?;
    let size = u64::try_from(row.size).unwrap_or(0);
    let part = look.part.filter(|_| row.kind == MediaKind::Video).map(|part| part.of(size));
    let bytes = match &part {
        None => tx.media_body(id, look.thumb && row.kind == MediaKind::Photo)?,
        Some(None) => Some(Vec::new()),
        Some(Some(range)) => {
            let length = (range.end - range.start).min(PART_MAX);
            tx.media_part(id, range.start as i64, length as i64)?
        }
    };
    let bytes = bytes.ok_or(Refusal::NotFound)?;
    let plays = row.kind == MediaKind::Video;
    Ok(Shown { mime: row.mime, name: row.name, bytes, plays, size, part: part.map(|r| r.map(|r| r.start)) })
}

fn picture(name: String, bytes: &[u8], format: ImageFormat) -> std::result::Result<NewMedia, UploadFault> {
    let decoded = decode(bytes, format).map_err(|_| UploadFault::Broken)?;
    let kept = within(&decoded, SIDE_MAX);
    let thumb = within(&kept, THUMB_MAX);
    Ok(NewMedia {
        kind: MediaKind::Photo,
        mime: "image/jpeg",
        name,
        width: kept.width(),
        height: kept.height(),
        body: jpeg(&kept).map_err(|_| UploadFault::Broken)?,
        thumb: jpeg(&thumb).map_err(|_| UploadFault::Broken)?,
    })
}

fn decode(bytes: &[u8], format: ImageFormat) -> image::ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(DECODE_SIDE_MAX);
    limits.max_image_height = Some(DECODE_SIDE_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    // A phone held upright writes a lying picture and says "turn me": turn it before the note is dropped.
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn within(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        picture.clone()
    } else {
        picture.thumbnail(side, side)
    }
}

fn jpeg(picture: &DynamicImage) -> image::ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 84);
    picture.to_rgb8().write_with_encoder(encoder)?;
    Ok(out)
}

/// The last part of a file name, without anything a path or a header could trip over.
fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let kept: String =
        last.chars().filter(|c| !c.is_control() && !matches!(c, '"' | ';')).take(120).collect();
    if kept.trim().is_empty() { "file".to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn pictures_become_small_jpegs_whatever_their_name_says() {
        let taken = take("../../etc/a\".exe", &png(4_000, 10)).unwrap();
        assert_eq!((taken.mime, taken.width, taken.name.as_str()), ("image/jpeg", SIDE_MAX, "a.exe"));
        assert!(taken.body.starts_with(&[0xff, 0xd8]));
    }

    #[test]
    fn a_city_says_how_many_photos_and_how_large() {
        let rule = MediaRules {
            photos: PhotoRule { count_max: 2, bytes_max: 1 << 20 },
            videos: VideoRule { count_max: 0, bytes_max: 0, seconds_max: 0 },
        };
        let (small, large) = (png(8, 8), vec![0; (1 << 20) + 1]);
        let all = |files: &[&[u8]]| {
            take_all(&rule, files.iter().map(|bytes| ("a.png", *bytes))).map(|taken| taken.len())
        };
        assert_eq!(all(&[&small, &small]), Ok(2));
        assert_eq!(all(&[&small, &small, &small]), Err(UploadFault::TooMany { count_max: 2 }));
        assert_eq!(all(&[&small, &large]), Err(UploadFault::TooLarge { megabytes_max: 1 }));
    }

    #[test]
    fn what_is_not_a_picture_or_a_document_is_refused_by_name() {
        assert_eq!(take("a.jpg", b"<html>").unwrap_err(), UploadFault::Type);
        assert_eq!(take("a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0").unwrap_err(), UploadFault::Heic);
        assert_eq!(take("a.png", &png(8, 8)[..20]).unwrap_err(), UploadFault::Broken);
        assert_eq!(
            take("a.jpg", &vec![0; FILE_BYTES_MAX + 1]).unwrap_err(),
            UploadFault::TooLarge { megabytes_max: 12 }
        );
        assert!(take("a.pdf", b"%PDF-1.7").is_ok());
    }
}
