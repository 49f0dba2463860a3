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
