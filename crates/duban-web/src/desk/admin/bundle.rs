//! 导出、导入城市包: as a ZIP; what taking one in would change is shown before it is.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use duban_app::administration::{
    bundle::{self, BundleFault, Preview},
    pack::{self, Saved},
};
use duban_domain::city::PackFiles;

use super::{DifferenceShown, FaultShown, differing, shown};
use crate::frame::{Desk, Fields, PageResult, Shell, fields::TEXT_BYTES_MAX, html, see_other};

/// Most bytes of a ZIP that is taken in.
const ZIP_BYTES_MAX: usize = 8 << 20;

#[derive(Template)]
#[template(path = "admin/import.html")]
pub(super) struct ImportPage {
    s: Shell,
    version: i64,
    wrong: String,
    preview: Option<PreviewShown>,
}

struct PreviewShown {
    files: Vec<FileShown>,
    differences: Vec<DifferenceShown>,
    faults: Vec<FaultShown>,
    errors: bool,
}

struct FileShown {
    path: String,
    may: bool,
    text: String,
}

/// The pack in force.
pub(crate) async fn export(desk: Desk) -> PageResult {
    let (version, zip) = desk.run(bundle::export).await?;
    let name = format!("attachment; filename=\"{}-{version}.zip\"", desk.site.app.city.key);
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/zip");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], zip).into_response())
}

/// Where a ZIP is chosen.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let version = desk.run(pack::standing).await?.version;
    Ok(html(&ImportPage { s: desk.shell(), version, wrong: String::new(), preview: None }))
}

/// What a ZIP would change.
pub(crate) async fn preview(desk: Desk, fields: Fields) -> PageResult {
    let bytes = fields.head("pack", ZIP_BYTES_MAX).to_vec();
    match bundle::unpacked(&bytes) {
        Ok(files) => previewed(&desk, files, Vec::new()).await,
        Err(fault) => {
            let version = desk.run(pack::standing).await?.version;
            let wrong = fault_words(&desk, fault);
            Ok(again(&ImportPage { s: desk.shell(), version, wrong, preview: None }))
        }
    }
}

/// Takes the chosen files in.
pub(crate) async fn take(desk: Desk, fields: Fields) -> PageResult {
    let version: i64 = fields.get("version").parse().unwrap_or(0);
    let paths: Vec<String> = fields.all("take").map(str::to_owned).collect();
    let files = brought(&fields, desk.run(pack::standing).await?.files);
    let new = files.clone();
    match desk.run(move |ctx| bundle::import(ctx, &new, &paths, version)).await? {
        Saved::Done(..) => Ok(see_other("/desk/city?saved=1")),
        Saved::Faulty(faults) => previewed(&desk, files, shown(&faults, desk.visit.lang)).await,
    }
}

/// The pack in force with the files that a form brought; an empty one is taken out.
fn brought(fields: &Fields, mut files: PackFiles) -> PackFiles {
    for (name, text) in fields.pairs() {
        match name.strip_prefix("file.") {
            Some(path) if text.is_empty() => drop(files.remove(path)),
            Some(path) => drop(files.insert(path.to_owned(), text.replace("\r\n", "\n"))),
            None => {}
        }
    }
    files
}

async fn previewed(desk: &Desk, files: PackFiles, wrong: Vec<FaultShown>) -> PageResult {
    let (asked, lang) = (files.clone(), desk.visit.lang);
    let preview: Preview = desk.run(move |ctx| bundle::preview(ctx, &asked)).await?;
    let version = desk.run(pack::standing).await?.version;
    let faults = if wrong.is_empty() { shown(&preview.faults, lang) } else { wrong };
    let text = |path: &String| files.get(path).cloned().unwrap_or_default();
    let shown_files: Vec<FileShown> = preview
        .files
        .iter()
        .map(|(path, may)| FileShown {
            path: path.clone(),
            may: *may,
            text: if *may { text(path) } else { String::new() },
        })
        .collect();
    let large = shown_files.iter().map(|file| file.text.len()).sum::<usize>() > TEXT_BYTES_MAX / 3;
    let errors = faults.iter().any(|fault| fault.must);
    let wrong = if large {
        lang.t(
            "改动太多，网页里放不下。请用命令导入：duban city import。",
            "Too much differs for a page. Take it in with the command: duban city import.",
        )
        .to_owned()
    } else {
        String::new()
    };
    let differences = differing(&preview.differences, lang);
    let preview = (!large).then_some(PreviewShown { files: shown_files, differences, faults, errors });
    let page = ImportPage { s: desk.shell(), version, wrong, preview };
    Ok(if errors || large { again(&page) } else { html(&page) })
}

fn again(page: &ImportPage) -> Response {
    let mut response = html(page);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn fault_words(desk: &Desk, fault: BundleFault) -> String {
    let lang = desk.visit.lang;
    match fault {
        BundleFault::NoZip => lang.t(
            "这不是 ZIP 文件，或者没有传完整。请选从这里导出的那种文件。",
            "This is no ZIP, or it did not arrive whole. Choose a file like the one that is exported here.",
        ),
        BundleFault::NoPack => {
            lang.t("里面没有 city.toml，不是城市包。", "There is no city.toml in it: it is no city pack.")
        }
        BundleFault::NoText => lang.t(
            "里面有的文件不是 UTF-8 文字。请另存为 UTF-8 再打包。",
            "A file in it is no text in UTF-8. Save it as UTF-8 and pack it again.",
        ),
        BundleFault::TooLarge => {
            lang.t("比任何城市包都大，没有收。", "It is larger than any city pack, and was not taken.")
        }
    }
    .to_owned()
}
