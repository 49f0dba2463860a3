//! Photos, videos and documents of one's own matter, for whoever holds its pass.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use duban_app::media;
use duban_domain::{MediaId, Number, Refusal};

use super::track;
use crate::frame::{Fields, PageResult, Site, Visit, file};

/// `GET /track/{number}/media/{id}`, small with `?size=thumb`.
pub(crate) async fn serve(
    State(site): State<Site>,
    visit: Visit,
    headers: HeaderMap,
    Path((number, id)): Path<(String, i64)>,
) -> PageResult {
    let number: Number = number.parse().map_err(|_| Refusal::NotFound)?;
    let known = track::open(&site, &visit, &number).await?.ok_or(Refusal::NotFound)?;
    let thumb = Fields::of_query(visit.uri.query().unwrap_or("")).get("size") == "thumb";
    let look = file::look(&headers, thumb);
    let shown = site.run(move |app| media::for_resident(app, &known, MediaId(id), look)).await?;
    Ok(file::send(shown))
}
