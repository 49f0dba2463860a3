//! Photos and documents of one's own matter, for whoever holds its pass.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::media::{self, Shown};
use duban_domain::{MediaId, Number, Refusal};

use super::track;
use crate::frame::{Fields, PageResult, Site, Visit};

/// `GET /track/{number}/media/{id}`, small with `?size=thumb`.
pub(crate) async fn serve(
    State(site): State<Site>,
    visit: Visit,
    Path((number, id)): Path<(String, i64)>,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let known = track::open(&site, &visit, &number).await?.ok_or(Refusal::NotFound)?;
    let thumb = Fields::of_query(visit.uri.query().unwrap_or("")).get("size") == "thumb";
    let shown = site.run(move |app| media::for_resident(app, &known, MediaId(id), thumb)).await?;
    Ok(send(shown))
}

/// A picture is shown; anything else is saved, so that nothing of a stranger's runs on this site.
fn send(shown: Shown) -> Response {
    let way = if shown.mime.starts_with("image/") { "inline" } else { "attachment" };
    let name: String =
        form_urlencoded::byte_serialize(shown.name.as_bytes()).collect::<String>().replace('+', "%20");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_str(&shown.mime)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&format!("{way}; filename*=UTF-8''{name}"))
                .unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
    ];
    (headers, shown.bytes).into_response()
}
