//! 导出和导入城市包: a ZIP of its files, and what taking one in would change, before it is taken in.

use std::io::{Cursor, Read, Write};

use duban_domain::city::{self, Fault, PackFiles, edit};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::pack::{self, Saved};
use crate::{AppError, Ctx, wiring::Result};

/// More bytes than any pack has, unpacked.
const BYTES_MAX: u64 = 32 << 20;
/// More files than any pack has.
const FILES_MAX: usize = 2_000;

/// What is wrong with a ZIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleFault {
    /// It is none.
    NoZip,
    /// It has no `city.toml`.
    NoPack,
    /// A file is no text in UTF-8.
    NoText,
    /// It is larger than any pack.
    TooLarge,
}

/// What taking a pack in would change.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What differs, by file and entry.
    pub differences: Vec<edit::Difference>,
    /// The files that differ, and whether the one who asks may change them.
    pub files: Vec<(String, bool)>,
    /// What the check says of it.
    pub faults: Vec<Fault>,
}

/// The pack in force as a ZIP.
pub fn export(ctx: &Ctx) -> Result<(i64, Vec<u8>)> {
    let standing = pack::standing(ctx)?;
    let packed = zipped(&standing.files).map_err(|_| AppError::Broken("packing the files of a city pack"))?;
    Ok((standing.version, packed))
}

fn zipped(files: &PackFiles) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (path, text) in files {
        zip.start_file(path, options)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The files of a ZIP; a folder around all of them is left away.
pub fn unpacked(bytes: &[u8]) -> std::result::Result<PackFiles, BundleFault> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BundleFault::NoZip)?;
    if zip.len() > FILES_MAX {
        return Err(BundleFault::TooLarge);
    }
    let (mut files, mut left) = (PackFiles::new(), BYTES_MAX);
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).map_err(|_| BundleFault::NoZip)?;
        let Some(path) = file.enclosed_name().map(|path| path.to_string_lossy().replace('\\', "/")) else {
            continue;
        };
        let known = [".toml", ".csv", ".md"].iter().any(|end| path.ends_with(end));
        if file.is_dir() || !known || path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
        {
            continue;
        }
        let mut raw = Vec::new();
        // One byte more than is left tells that it is too much, whatever the archive claims.
        (&mut file).take(left + 1).read_to_end(&mut raw).map_err(|_| BundleFault::NoZip)?;
        left = left.checked_sub(raw.len() as u64).ok_or(BundleFault::TooLarge)?;
        files.insert(path, String::from_utf8(raw).map_err(|_| BundleFault::NoText)?);
    }
    let root = files.keys().find(|path| *path == "city.toml" || path.ends_with("/city.toml")).cloned();
    let root = root.ok_or(BundleFault::NoPack)?;
    let folder = root.trim_end_matches("city.toml").to_owned();
    let inside =
        files.into_iter().filter_map(|(path, text)| Some((path.strip_prefix(&folder)?.to_owned(), text)));
    Ok(inside.collect())
}

/// What taking these files in would change.
pub fn preview(ctx: &Ctx, files: &PackFiles) -> Result<Preview> {
    let standing = pack::standing(ctx)?;
    let differences = edit::differences(&standing.files, files);
    let mut paths: Vec<String> = differences.iter().map(|one| one.file.clone()).collect();
    paths.dedup();
    let may = |path: String| {
        let may = ctx.who.can(pack::action_for(&path));
        (path, may)
    };
    // The check is of what would hold: files that somebody may not change stay as they are.
    let files_of = chosen(&standing.files, files, |path| ctx.who.can(pack::action_for(path)));
    Ok(Preview {
        differences,
        files: paths.into_iter().map(may).collect(),
        faults: city::check_at(&files_of, ctx.now),
    })
}

/// Takes the chosen files in. A file that the new pack does not have is taken out when it is chosen.
/// `version` is the one that the preview was made against.
pub fn import(ctx: &Ctx, files: &PackFiles, paths: &[String], version: i64) -> Result<Saved> {
    pack::change(ctx, "import", Some(version), |now| {
        *now = chosen(now, files, |path| paths.iter().any(|one| one == path));
        Ok(())
    })
}

fn chosen(now: &PackFiles, new: &PackFiles, choose: impl Fn(&str) -> bool) -> PackFiles {
    let stays = now.iter().filter(|(path, _)| !choose(path));
    let comes = new.iter().filter(|(path, _)| choose(path));
    stays.chain(comes).map(|(path, text)| (path.clone(), text.clone())).collect()
}
