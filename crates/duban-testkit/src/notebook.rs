//! Lines that outlive a database: what the binary keeps in a file.

use std::{io, sync::Mutex};

use duban_app::erasure::Memory;

/// A notebook; a world that is made anew may be given the one of another.
#[derive(Debug, Default)]
pub struct Notebook(Mutex<Vec<String>>);

impl Memory for Notebook {
    fn add(&self, line: &str) -> io::Result<()> {
        self.0.lock().map_err(|_| io::Error::other("the notebook is torn"))?.push(line.to_owned());
        Ok(())
    }

    fn lines(&self) -> io::Result<Vec<String>> {
        Ok(self.0.lock().map_err(|_| io::Error::other("the notebook is torn"))?.clone())
    }
}
