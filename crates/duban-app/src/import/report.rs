//! The two files that say what was wrong: rows that were rejected, and rows that were odd.
//!
//! Both are CSV that a spreadsheet opens (UTF-8 with its mark), and neither holds a cell that a
//! spreadsheet would run as a formula. The rejects keep all columns, so that mended rows can be
//! imported from the very same file with the very same mapping.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use super::{ImportError, reader::Row};

/// A CSV file that is made when the first line is written to it.
pub(super) struct Report {
    path: PathBuf,
    header: Vec<String>,
    writer: Option<csv::Writer<File>>,
}

impl Report {
    pub(super) fn new(path: PathBuf, header: Vec<String>) -> Self {
        Self { path, header, writer: None }
    }

    /// Where the file is, once it is there.
    pub(super) fn path(&self) -> Option<&Path> {
        self.writer.as_ref().map(|_| self.path.as_path())
    }

    /// Writes one line.
    pub(super) fn line<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) -> Result<(), ImportError> {
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => begin(&self.path, &self.header).map_err(|cause| self.io(cause))?,
        };
        let cells: Vec<String> = cells.into_iter().map(harmless).collect();
        let written = writer.write_record(&cells);
        self.writer = Some(writer);
        written.map_err(|e| self.io(e.into()))
    }

    /// Brings everything to the disk's care.
    pub(super) fn flush(&mut self) -> Result<(), ImportError> {
        let flushed = self.writer.as_mut().map_or(Ok(()), csv::Writer::flush);
        flushed.map_err(|cause| self.io(cause))
    }

    fn io(&self, cause: std::io::Error) -> ImportError {
        ImportError::Io { path: self.path.clone(), cause }
    }
}

fn begin(path: &Path, header: &[String]) -> std::io::Result<csv::Writer<File>> {
    let mut file = File::create(path)?;
    file.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
    writer.write_record(header.iter().map(|cell| harmless(cell)))?;
    Ok(writer)
}

/// A cell that a spreadsheet shows and does not run. Numbers stay numbers.
fn harmless(cell: &str) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if risky { format!("'{cell}") } else { cell.to_owned() }
}

/// The columns of all inputs, each once, in the order they are met.
pub(super) fn union<'h>(headers: impl IntoIterator<Item = &'h [String]>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for header in headers.into_iter().flatten() {
        if !all.contains(header) {
            all.push(header.clone());
        }
    }
    all
}

/// The cells of a row under the columns of all inputs; cells beyond its own header come last.
pub(super) fn aligned<'r>(row: &'r Row, headers: &[String], all: &[String]) -> Vec<&'r str> {
    if headers == all {
        return row.cells.iter().map(String::as_str).collect();
    }
    let own = |name: &String| {
        headers.iter().position(|h| h == name).and_then(|at| row.cells.get(at)).map_or("", String::as_str)
    };
    let beyond = row.cells.iter().skip(headers.len()).map(String::as_str);
    all.iter().map(own).chain(beyond).collect()
}
