//! City packs: the one inside the program, and folders.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use duban_domain::city::PackFiles;
use include_dir::{Dir, include_dir};

static ZHUZHOU: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../cities/zhuzhou");

/// The name of the pack inside the program.
pub(crate) const EMBEDDED: &str = "zhuzhou";

/// The file that every pack has.
const FIRST: &str = "city.toml";
/// More files than any pack has: something else lies in the folder too.
const FILES_MAX: usize = 2_000;

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
    // Asked first: whoever names a home folder by mistake must not wait until all of it has been read.
    if !dir.join(FIRST).is_file() {
        bail!(
            "{pack:?} is no city pack: it has no {FIRST}. Name the folder that holds {FIRST}; \
             to begin a pack of your own: duban city export --data DIR my-city"
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
        // What version control and editors keep beside a pack is not of the pack.
        if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            continue;
        }
        if into.len() >= FILES_MAX {
            bail!("{} holds more than {FILES_MAX} files: keep only the pack in it", root.display());
        }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{EMBEDDED, FIRST, files};

    #[test]
    fn a_folder_that_is_no_pack_says_so_without_being_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.toml"), [0xff, 0xfe]).unwrap();
        let error = files(&folder.path().to_string_lossy()).unwrap_err().to_string();
        assert!(error.contains(FIRST) && error.contains("duban city export"), "{error}");
    }

    #[test]
    fn what_an_editor_keeps_beside_a_pack_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files(EMBEDDED).unwrap() {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/index.json"), [0xff, 0xfe]).unwrap();
        let read = files(&folder.path().to_string_lossy()).unwrap();
        assert_eq!(read, files(EMBEDDED).unwrap());
    }
}
