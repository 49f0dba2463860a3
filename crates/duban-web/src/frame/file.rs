//! A file of a case as a browser takes it: pictures are shown, videos are played in parts, and everything
//! else is saved, so that nothing of a stranger's runs on this site.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_app::media::{Look, Part, Shown};

/// What of a file is asked for: its small picture, or the part that a player names.
pub(crate) fn look(headers: &HeaderMap, thumb: bool) -> Look {
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    Look { thumb, part: range.and_then(part) }
}

/// One range of bytes. Several at once nobody needs: then the whole file is sent, which is always right.
fn part(range: &str) -> Option<Part> {
    let (from, to) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    if from.is_empty() {
        return to.parse().ok().map(Part::Last);
    }
    let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
    let from = from.parse().ok()?;
    to.is_none_or(|to| to >= from).then_some(Part::From(from, to))
}

/// Sends a file, or the part of it that was asked for.
pub(crate) fn send(shown: Shown) -> Response {
    let inline = shown.plays || shown.mime.starts_with("image/");
    let way = if inline { "inline" } else { "attachment" };
    let name: String =
        form_urlencoded::byte_serialize(shown.name.as_bytes()).collect::<String>().replace('+', "%20");
    let mut headers = HeaderMap::new();
    let mut put = |name, value: &str, otherwise: &'static str| {
        let value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(otherwise));
        headers.insert(name, value);
    };
    put(header::CONTENT_TYPE, &shown.mime, "application/octet-stream");
    put(header::CONTENT_DISPOSITION, &format!("{way}; filename*=UTF-8''{name}"), "attachment");
    put(header::CACHE_CONTROL, "private, max-age=3600", "private");
    if shown.plays {
        put(header::ACCEPT_RANGES, "bytes", "bytes");
    }
    let status = match shown.part {
        None => StatusCode::OK,
        Some(None) => {
            put(header::CONTENT_RANGE, &format!("bytes */{}", shown.size), "bytes */0");
            StatusCode::RANGE_NOT_SATISFIABLE
        }
        Some(Some(from)) => {
            let last = from + (shown.bytes.len() as u64).saturating_sub(1);
            put(header::CONTENT_RANGE, &format!("bytes {from}-{last}/{}", shown.size), "bytes */0");
            StatusCode::PARTIAL_CONTENT
        }
    };
    (status, headers, shown.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_players_write_it() {
        let table = [
            ("bytes=0-", Some(Part::From(0, None))),
            ("bytes=0-1", Some(Part::From(0, Some(1)))),
            ("bytes=-500", Some(Part::Last(500))),
            ("bytes=5-4", None),
            ("bytes=0-1,4-5", None),
            ("bytes=-", None),
            ("lines=0-1", None),
            ("bytes=99999999999999999999-", None),
        ];
        for (said, want) in table {
            assert_eq!(part(said), want, "{said}");
        }
    }
}
