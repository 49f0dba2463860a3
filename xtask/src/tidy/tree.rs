//! The files of the project, as text. Build products, packages and pictures are not read.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

const SKIPPED_FOLDERS: &[&str] = &["target", "node_modules", ".git"];
const SKIPPED_PATHS: &[&str] = &["e2e/out"];
const TEXT: &[&str] =
    &["rs", "md", "toml", "txt", "html", "css", "ts", "js", "mjs", "json", "sql", "svg", "csv", "xml", "sh"];
const TEXT_NAMES: &[&str] = &[".ci/run", ".npmrc", ".gitignore", ".gitattributes"];

/// Paths relative to the workspace, with `/`, and their text.
pub(crate) struct Tree {
    files: Vec<(String, String)>,
}

impl Tree {
    /// Reads everything below the folder.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self { files: Vec::new() };
        tree.walk(root, "")?;
        tree.files.sort();
        Ok(tree)
    }

    /// A tree for a test.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let owned = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self { files: owned.collect() }
    }

    /// Every text file.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every Rust file.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().filter(|(path, _)| path.ends_with(".rs"))
    }

    /// One file.
    pub(crate) fn get(&self, path: &str) -> Option<&str> {
        self.all().find(|(found, _)| *found == path).map(|(_, text)| text)
    }

    fn walk(&mut self, root: &Path, below: &str) -> Result<()> {
        let folder = root.join(below);
        let entries = folder.read_dir().with_context(|| format!("{} cannot be read", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            if entry.file_type()?.is_dir() {
                if !SKIPPED_FOLDERS.contains(&name.as_str()) && !SKIPPED_PATHS.contains(&path.as_str()) {
                    self.walk(root, &path)?;
                }
            } else if is_text(&path) {
                let bytes = fs::read(entry.path())?;
                self.files.push((path, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        Ok(())
    }
}

fn is_text(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    TEXT_NAMES.contains(&path) || extension.is_some_and(|extension| TEXT.contains(&extension))
}
