//! Rows of a CSV file: cells over several lines, ragged rows, broken bytes, two encodings.

use std::{fs::File, io, path::Path};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

use super::{
    ImportError,
    decode::Decoded,
    mapping::{Encoding, Mapping},
    reader::{CELL_MAX, Row, header_cells},
    reason::Reason,
};

/// An open CSV file.
pub(super) struct CsvRows {
    reader: Reader<Tail>,
    record: ByteRecord,
    headers: Vec<String>,
}

impl CsvRows {
    pub(super) fn open(path: &Path, file: File, mapping: &Mapping) -> Result<Self, ImportError> {
        let bytes: Box<dyn io::Read + Send> = match mapping.encoding {
            Encoding::Utf8 => Box::new(file),
            Encoding::Gb18030 => Box::new(Decoded::gb18030(file)),
        };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(mapping.delimiter)
            // A carriage return before the line feed is cut off in `next_row`; so lines can be counted exactly.
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(256 * 1024)
            .from_reader(Tail { inner: bytes, read: 0, last: b'\n' });
        let mut rows = Self { reader, record: ByteRecord::new(), headers: Vec::new() };
        let io = |cause| ImportError::Io { path: path.to_owned(), cause };
        while let Some(row) = rows.next_row().map_err(io)? {
            if row.line < mapping.header_row || row.is_empty() {
                continue;
            }
            if row.fault == Some(Reason::NotText) {
                let why = "its header is not text in the encoding of the mapping; write encoding = \"gb18030\" (or \"utf-8\") in the mapping, or save the file as CSV UTF-8";
                return Err(ImportError::NoTable { path: path.to_owned(), why: why.into() });
            }
            rows.headers = header_cells(&row.cells);
            return Ok(rows);
        }
        Err(ImportError::NoTable { path: path.to_owned(), why: "it has no header".into() })
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The next row; lines without a character are passed over by the CSV reader itself.
    pub(super) fn next_row(&mut self) -> io::Result<Option<Row>> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            // A flexible byte reader fails only where its source does.
            Err(e) => return Err(io::Error::from(e)),
        }
        let (line, mut fault) = (self.first_line(), None);
        let last = self.record.len().saturating_sub(1);
        let uncut =
            self.record.iter().enumerate().map(|(at, bytes)| {
                if at == last { bytes.strip_suffix(b"\r").unwrap_or(bytes) } else { bytes }
            });
        let mut cells: Vec<String> = uncut.map(|bytes| cell(bytes, &mut fault)).collect();
        self.fit(&mut cells, &mut fault);
        Ok(Some(Row { line, cells, fault, done: self.reader.position().byte() }))
    }

    /// The line where the record begins: the reader knows where it ended, and the record how many
    /// line feeds are in it. (Blank lines before it count to the record in the reader's own telling.)
    fn first_line(&self) -> u64 {
        let (end, tail) = (self.reader.position(), self.reader.get_ref());
        let in_quotes = self.record.iter().next_back().is_some_and(|cell| cell.ends_with(b"\n"));
        let unfinished = end.byte() == tail.read && (tail.last != b'\n' || in_quotes);
        let inside: usize =
            self.record.iter().map(|cell| cell.iter().filter(|byte| **byte == b'\n').count()).sum();
        (end.line() - u64::from(!unfinished)).saturating_sub(inside as u64)
    }

    /// Empty cells beyond the header are no harm; any other difference is a fault.
    fn fit(&self, cells: &mut Vec<String>, fault: &mut Option<Reason>) {
        let wanted = self.headers.len();
        if wanted == 0 || cells.len() == wanted {
            return;
        }
        if cells.len() > wanted && cells[wanted..].iter().all(|cell| cell.trim().is_empty()) {
            cells.truncate(wanted);
        } else if cells.iter().any(|cell| !cell.trim().is_empty()) {
            fault.get_or_insert(Reason::Ragged { found: cells.len(), wanted });
        }
    }
}

/// Bytes on their way to the CSV reader: how many there were, and the last of them.
struct Tail {
    inner: Box<dyn io::Read + Send>,
    read: u64,
    last: u8,
}

impl io::Read for Tail {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.read += count as u64;
        self.last = into[..count].last().copied().unwrap_or(self.last);
        Ok(count)
    }
}

fn cell(bytes: &[u8], fault: &mut Option<Reason>) -> String {
    if bytes.len() > CELL_MAX {
        *fault = Some(Reason::Unclosed);
        return String::from_utf8_lossy(&bytes[..CELL_MAX / 100]).into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::REPLACEMENT_CHARACTER) => text.to_owned(),
        // A replacement character was lost where somebody converted the file before, or by our own decoder.
        Ok(text) => {
            fault.get_or_insert(Reason::NotText);
            text.to_owned()
        }
        Err(_) => {
            fault.get_or_insert(Reason::NotText);
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}
