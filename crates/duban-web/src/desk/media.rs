//! Photos, videos and documents of a case, to those who may see the case.

use axum::{
    extract::{Path, RawQuery},
    http::HeaderMap,
};
use duban_app::media;
use duban_domain::{MediaId, Refusal};

use super::words::number;
use crate::frame::{Desk, PageResult, WebError, file};

/// One file; `?thumb` gives the small picture.
pub(crate) async fn serve(
    desk: Desk,
    Path((on, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> PageResult {
    let number = number(&on)?;
    let id = MediaId(id.parse().map_err(|_| WebError::from(Refusal::NotFound))?);
    let thumb = query.is_some_and(|q| q.split('&').any(|part| part == "thumb" || part.starts_with("thumb=")));
    let look = file::look(&headers, thumb);
    let shown = desk.run(move |ctx| media::for_staff(ctx, &number, id, look)).await?;
    Ok(file::send(shown))
}
