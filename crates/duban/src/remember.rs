//! `duban.erased`: what was erased, beside the key and apart from the database, so that a copy of the database which is put
//! back erases it again. A line each, of numbers and names of staff; nothing of the person.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use duban_app::erasure::Memory;

/// The name of the file in the data folder.
pub(crate) const FILE: &str = "duban.erased";

/// The file. One hand at a time writes.
pub(crate) struct Lines(Mutex<PathBuf>);

impl Lines {
    pub(crate) fn in_folder(data: &Path) -> Self {
        Self(Mutex::new(data.join(FILE)))
    }
}

impl Memory for Lines {
    fn add(&self, line: &str) -> io::Result<()> {
        let path = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = OpenOptions::new().create(true).append(true).open(&*path)?;
        // In one piece, and behind whatever a full disk left of the line before.
        file.write_all(format!("\n{line}\n").as_bytes())?;
        file.sync_all()?;
        // The first line made the file: its name is on disk only once its folder is.
        path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
    }

    fn lines(&self) -> io::Result<Vec<String>> {
        match fs::read(&*self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            // A line that was cut in the middle of a sign costs only itself.
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}
