//! Where a photo was taken (拍摄地点), as the camera wrote it: offered to the person as a place, and
//! never kept with the photo, which is encoded anew without it.

use std::io::Cursor;

use duban_domain::place::Point;
use exif::{Exif, In, Rational, Reader, Tag, Value};

/// The beginning of a photo is enough: cameras write this first.
pub const HEAD_BYTES_MAX: usize = 256 << 10;

/// The place in the note of the camera, when there is one.
#[must_use]
pub fn taken_at(head: &[u8]) -> Option<Point> {
    let note = Reader::new().read_from_container(&mut Cursor::new(head)).ok()?;
    let lat = degrees(&note, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let lng = degrees(&note, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    Point::from_degrees(lng, lat)
}

fn degrees(note: &Exif, tag: Tag, side: Tag, negative: u8) -> Option<f64> {
    let Value::Rational(parts) = &note.get_field(tag, In::PRIMARY)?.value else { return None };
    let [d, m, s] = parts.get(..3)? else { return None };
    let number = |part: &Rational| (part.denom != 0).then(|| part.to_f64());
    let degrees = number(d)? + number(m)? / 60.0 + number(s)? / 3600.0;
    let behind = match &note.get_field(side, In::PRIMARY)?.value {
        Value::Ascii(texts) => texts.first().is_some_and(|text| text.first() == Some(&negative)),
        _ => false,
    };
    Some(if behind { -degrees } else { degrees })
}

#[cfg(test)]
mod tests {
    use exif::{Field, experimental::Writer};
    use image::{DynamicImage, ImageFormat};

    use super::*;
    use crate::media;

    /// A photo as a telephone writes it, with the place in its note.
    fn photo() -> Vec<u8> {
        let rational = |n: u32, d: u32| Rational { num: n, denom: d };
        let field = |tag, value| Field { tag, ifd_num: In::PRIMARY, value };
        let fields = [
            field(Tag::GPSLatitudeRef, Value::Ascii(vec![b"N".to_vec()])),
            field(
                Tag::GPSLatitude,
                Value::Rational(vec![rational(27, 1), rational(49, 1), rational(5_680, 100)]),
            ),
            field(Tag::GPSLongitudeRef, Value::Ascii(vec![b"E".to_vec()])),
            field(
                Tag::GPSLongitude,
                Value::Rational(vec![rational(113, 1), rational(8, 1), rational(1_555, 100)]),
            ),
            field(Tag::Model, Value::Ascii(vec![b"CANARY-CAMERA".to_vec()])),
        ];
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut note = Cursor::new(Vec::new());
        writer.write(&mut note, false).unwrap();
        let note = note.into_inner();
        let mut plain = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(8, 8).write_to(&mut plain, ImageFormat::Jpeg).unwrap();
        let plain = plain.into_inner();
        let mut photo = plain[..2].to_vec();
        photo.extend([0xff, 0xe1]);
        photo.extend(u16::try_from(note.len() + 8).unwrap().to_be_bytes());
        photo.extend(b"Exif\0\0");
        photo.extend(note);
        photo.extend(&plain[2..]);
        photo
    }

    #[test]
    fn the_place_of_a_photo_is_offered_and_not_kept() {
        let photo = photo();
        let taken = Point::from_degrees(113.137_653, 27.832_444).unwrap();
        let found = taken_at(&photo).expect("the camera wrote the place");
        assert!(found.metres_to(taken) < 1.0, "{found:?}");
        let kept = format!("{:?}", media::take("a.jpg", &photo).unwrap());
        let bytes = |text: &[u8]| format!("{text:?}").trim_matches(['[', ']']).to_owned();
        assert!(format!("{photo:?}").contains(&bytes(b"CANARY-CAMERA")), "it was in there");
        for note in [&b"CANARY-CAMERA"[..], b"Exif"] {
            assert!(!kept.contains(&bytes(note)), "what the camera wrote is not in what is kept");
        }
        assert_eq!(taken_at(b"no photo"), None);
    }
}
