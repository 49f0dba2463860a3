//! Style sheets, scripts and icons: inside the binary, addressed by their digest.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

static ASSETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets");
/// Digests by name, reckoned once.
static DIGESTS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut digests = BTreeMap::new();
    gather(&ASSETS, &mut digests);
    digests
});

/// The address of an asset. An unknown name is a mistake in a template, and a test looks for those.
pub(crate) fn url(name: &str) -> String {
    match DIGESTS.get(name) {
        Some(digest) => format!("/assets/{name}?v={digest}"),
        None => format!("/assets/{name}"),
    }
}

/// Serves an asset. Its address changes with its content, so it may be kept for ever.
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let Some(file) = ASSETS.get_file(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(mime(&name))),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, file.contents()).into_response()
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn gather(dir: &Dir<'_>, into: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        let digest = Sha256::digest(file.contents());
        let short: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
        into.insert(file.path().to_string_lossy().replace('\\', "/"), short);
    }
    for inner in dir.dirs() {
        gather(inner, into);
    }
}
