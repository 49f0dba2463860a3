//! City packs: the one inside the program, and folders.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use duban_domain::city::PackFiles;
use include_dir::{Dir, include_dir};

static ZHUZHOU: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../cities/zhuzhou");

/// The name of the pack inside the program.
pub(crate) const EMBEDDED: &str = "zhuzhou";

/// The files of a pack: the embedded one by its name, else a folder.
pub(crate) fn files(pack: &str) -> anyhow::Result<PackFiles> {
    if pack == EMBEDDED && !Path::new(pack).is_dir() {
        let mut files = PackFiles::new();
        embedded(&ZHUZHOU, &mut files);
        return Ok(files);
    }
    let dir = Path::new(pack);
    if !dir.is_dir() {
        bail!(
            "there is no city pack at {pack:?}: give a folder, or \"{EMBEDDED}\" for the one inside this program"
        );
    }
    let mut files = PackFiles::new();
    read(dir, dir, &mut files)?;
    Ok(files)
}

fn embedded(dir: &Dir<'_>, into: &mut PackFiles) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            into.insert(file.path().to_string_lossy().replace('\\', "/"), text.to_owned());
        }
    }
    for inner in dir.dirs() {
        embedded(inner, into);
    }
}

fn read(root: &Path, dir: &Path, into: &mut PackFiles) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, into)?;
        } else if path.extension().is_some_and(|e| e == "toml" || e == "csv" || e == "json" || e == "geojson")
        {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("{} must be UTF-8 text", path.display()))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            into.insert(name, text);
        }
    }
    Ok(())
}
