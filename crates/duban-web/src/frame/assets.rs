//! Style sheets, scripts and icons: inside the binary, addressed by their digest.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_domain::{Lang, city::City};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::{Site, Visit};

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

/// `GET /manifest.webmanifest`: what a phone needs to put this site on its first page. Its own address
/// never changes, so it is asked for again; the city's name is in it.
pub(crate) async fn manifest(State(site): State<Site>, visit: Visit) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, manifest_of(&site.app.city, visit.lang).to_string()).into_response()
}

fn manifest_of(city: &City, lang: Lang) -> serde_json::Value {
    let icon = |name: &str, sizes: &str, kind: &str| serde_json::json!({"src": url(name), "sizes": sizes, "type": kind, "purpose": "any"});
    serde_json::json!({
        "name": format!("{} {}", city.name.get(lang), city.hotline),
        "short_name": city.hotline,
        "lang": lang.tag(),
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#f6f5f1",
        "theme_color": "#f6f5f1",
        "icons": [icon("icon.svg", "any", "image/svg+xml")],
        "shortcuts": [
            {"name": lang.t("说一件事", "Tell us one thing"), "url": "/report"},
            {"name": lang.t("查进度", "Follow a matter"), "url": "/track"},
        ],
    })
}

/// What the form is drawn with, and so is kept for times without network.
const SHELL: [&str; 6] =
    ["css/tokens.css", "css/base.css", "css/resident.css", "js/resident.js", "icon.svg", "icons.svg"];

/// `GET /sw.js`: the worker with the files it keeps; their digests make it another worker when they change.
pub(crate) async fn worker() -> Response {
    let files: Vec<String> = SHELL.iter().map(|name| url(name)).collect();
    let digest = Sha256::digest(files.concat().as_bytes());
    let shell: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
    let code = ASSETS.get_file("js/sw.js").and_then(include_dir::File::contents_utf8).unwrap_or("");
    let text = format!("const SHELL=\"duban-{shell}\",FILES={};\n{code}", serde_json::json!(files));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
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
