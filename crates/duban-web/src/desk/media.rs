//! Photos and documents of a case, to those who may see the case.

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::media::{self, Shown};
use duban_domain::{MediaId, Refusal};

use super::words::number;
use crate::frame::{Desk, PageResult, WebError};

/// One file; `?thumb` gives the small picture.
pub(crate) async fn serve(
    desk: Desk,
    Path((on, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let number = number(&on)?;
    let id = MediaId(id.parse().map_err(|_| WebError::from(Refusal::NotFound))?);
    let thumb = query.is_some_and(|q| q.split('&').any(|part| part == "thumb" || part.starts_with("thumb=")));
    let shown = desk.run(move |ctx| media::for_staff(ctx, &number, id, thumb)).await?;
    Ok(file(shown))
}

/// A file as a browser takes it: pictures are shown, everything else is saved.
pub(crate) fn file(shown: Shown) -> Response {
    let way = if shown.mime.starts_with("image/") { "inline" } else { "attachment" };
    let name: String =
        form_urlencoded::byte_serialize(shown.name.as_bytes()).collect::<String>().replace('+', "%20");
    let mime =
        HeaderValue::from_str(&shown.mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, mime),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&format!("{way}; filename*=UTF-8''{name}"))
                .unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
    ];
    (headers, shown.bytes).into_response()
}
