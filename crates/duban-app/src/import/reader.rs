//! Opens a file and hands out its rows, whatever kind of file it is.
//!
//! Knows cells and lines, and nothing of what they mean. A row that cannot be read is a row with a
//! reason, never the end of the file; only a disk that fails, or a file that is no table, ends it.

use std::{
    fs::File,
    io::{Read, Seek},
    path::{Path, PathBuf},
};

use super::{
    ImportError,
    csv_file::CsvRows,
    mapping::{Format, Mapping},
    reason::Reason,
    xlsx_file::XlsxRows,
};

/// A cell longer than this has swallowed other rows.
pub(super) const CELL_MAX: usize = 1_000_000;

/// One row as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the file (of the sheet) where it begins.
    pub line: u64,
    /// Its cells, as many as the header has, unless there is a fault.
    pub cells: Vec<String>,
    /// Why it cannot be taken in, when that is seen already.
    pub fault: Option<Reason>,
    /// How much of the file was read after it, out of [`Table::total`].
    pub done: u64,
}

impl Row {
    /// Whether nothing is written in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// An open file: its header, then its rows.
pub struct Table {
    /// Where it lies.
    pub path: PathBuf,
    /// The header.
    pub headers: Vec<String>,
    /// The size of all, in the unit of [`Row::done`].
    pub total: u64,
    rows: Rows,
}

enum Rows {
    Csv(Box<CsvRows>),
    Xlsx(XlsxRows),
}

impl Table {
    /// Opens a file and reads its header.
    pub fn open(path: &Path, mapping: &Mapping) -> Result<Self, ImportError> {
        let io = |cause| ImportError::Io { path: path.to_owned(), cause };
        let mut file = File::open(path).map_err(io)?;
        let total = file.metadata().map_err(io)?.len();
        let format = detect(path, &mut file, mapping.format)?;
        file.rewind().map_err(io)?;
        let (headers, total, rows) = if format == Format::Xlsx {
            let rows = XlsxRows::open(path, file, mapping)?;
            (rows.headers().to_vec(), rows.total(), Rows::Xlsx(rows))
        } else {
            let rows = CsvRows::open(path, file, mapping)?;
            (rows.headers().to_vec(), total, Rows::Csv(Box::new(rows)))
        };
        Ok(Self { path: path.to_owned(), headers, total, rows })
    }

    /// The next row, or none at the end.
    pub fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        match &mut self.rows {
            Rows::Csv(rows) => {
                rows.next_row().map_err(|cause| ImportError::Io { path: self.path.clone(), cause })
            }
            Rows::Xlsx(rows) => Ok(rows.next_row()),
        }
    }

    /// Whether it is a workbook, in which a day may be a bare number.
    #[must_use]
    pub fn is_workbook(&self) -> bool {
        matches!(self.rows, Rows::Xlsx(_))
    }

    /// The name of the file without its folder, as reports call it.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}

/// Looks at the first bytes; what they say outweighs the ending of the name.
fn detect(path: &Path, file: &mut File, wanted: Format) -> Result<Format, ImportError> {
    let mut head = [0; 4];
    let mut length = 0;
    while length < head.len() {
        match file
            .read(&mut head[length..])
            .map_err(|cause| ImportError::Io { path: path.to_owned(), cause })?
        {
            0 => break,
            more => length += more,
        }
    }
    let no_table = |why| Err(ImportError::NoTable { path: path.to_owned(), why });
    match &head[..length] {
        [] => no_table("it is empty".into()),
        [0xD0, 0xCF, 0x11, 0xE0] => no_table("it is an old workbook (.xls) or a protected one; save it as .xlsx without a password, or as CSV UTF-8".into()),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => no_table("it is UTF-16 text; save it as CSV UTF-8".into()),
        [b'P', b'K', 3, 4] if wanted == Format::Csv => no_table("it is a workbook, and the mapping says format = \"csv\"; write format = \"auto\"".into()),
        [b'P', b'K', 3, 4] => Ok(Format::Xlsx),
        _ if wanted == Format::Xlsx => no_table("it is no workbook, and the mapping says format = \"xlsx\"; write format = \"auto\"".into()),
        _ => Ok(Format::Csv),
    }
}

/// Header cells without blanks around them and without a byte order mark.
pub(super) fn header_cells(cells: &[String]) -> Vec<String> {
    cells.iter().map(|cell| cell.trim_start_matches('\u{feff}').trim().to_owned()).collect()
}
