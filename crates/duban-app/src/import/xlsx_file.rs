//! Rows of a workbook's sheet. A workbook is a packed folder, so its size is looked at before it is
//! unpacked; days that the workbook keeps as numbers become dates again.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use calamine::{DataRef, Reader, Xlsx, XlsxCellReader, open_workbook_from_rs};

use super::{
    ImportError,
    mapping::Mapping,
    reader::{CELL_MAX, Row, header_cells},
    reason::Reason,
};

/// Most bytes that a workbook may unpack to.
const UNPACKED_MAX: u64 = 512 * 1024 * 1024;
/// Most times that a workbook may be larger than its packing. Text packs ten to thirty times.
const RATIO_MAX: u64 = 200;
/// Most cells that are read: rows × columns of what is filled.
const CELLS_MAX: usize = 20_000_000;
/// Most columns that a row may have.
const COLUMNS_MAX: usize = 1_000;

/// A sheet that was read.
pub(super) struct XlsxRows {
    headers: Vec<String>,
    rows: std::vec::IntoIter<(u64, Vec<String>)>,
    total: u64,
    done: u64,
}

impl XlsxRows {
    pub(super) fn open(path: &Path, mut file: File, mapping: &Mapping) -> Result<Self, ImportError> {
        let no_table = |why: String| ImportError::NoTable { path: path.to_owned(), why };
        guard(&mut file).map_err(|why| no_table(why.to_owned()))?;
        // The library stumbles over some sheets that no program writes, such as one with a cell "A99999999999". It holds
        // nothing but the file, so nothing is left in between.
        catch_unwind(AssertUnwindSafe(|| Self::read(path, file, mapping))).unwrap_or_else(|_| {
            Err(no_table("it names cells that no table has; save it anew, or as CSV UTF-8".into()))
        })
    }

    fn read(path: &Path, file: File, mapping: &Mapping) -> Result<Self, ImportError> {
        let no_table = |why: String| ImportError::NoTable { path: path.to_owned(), why };
        let mut book: Xlsx<_> =
            open_workbook_from_rs(BufReader::new(file)).map_err(|e: calamine::XlsxError| {
                no_table(format!("the workbook cannot be opened ({e}); save it anew, or as CSV UTF-8"))
            })?;
        let names = book.sheet_names();
        let name = match &mapping.sheet {
            Some(name) if names.contains(name) => name.clone(),
            Some(name) => {
                return Err(no_table(format!(
                    "it has no sheet {name:?}; its sheets are {}",
                    names.join(", ")
                )));
            }
            None => names.first().cloned().ok_or_else(|| no_table("it has no sheet".into()))?,
        };
        let unreadable = |e: calamine::XlsxError| {
            no_table(format!("its sheet {name:?} cannot be read ({e}); save it anew, or as CSV UTF-8"))
        };
        let cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
        let rows = read_rows(cells).map_err(|fault| match fault {
            Fault::Book(e) => unreadable(e),
            Fault::TooLarge => no_table(
                "its sheet has more cells than are read at once; split it, or save it as CSV UTF-8".into(),
            ),
        })?;
        let total = rows.len() as u64;
        let mut rows = rows.into_iter();
        let header = rows.by_ref().find(|(line, cells)| {
            *line >= mapping.header_row && cells.iter().any(|cell| !cell.trim().is_empty())
        });
        let (_, header) = header.ok_or_else(|| no_table(format!("its sheet {name:?} has no header")))?;
        Ok(Self { headers: header_cells(&header), rows, total, done: 0 })
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn next_row(&mut self) -> Option<Row> {
        let (line, mut cells) = self.rows.next()?;
        self.done = self.total - self.rows.len() as u64;
        let wanted = self.headers.len();
        let beyond = cells.len() > wanted && cells[wanted..].iter().any(|cell| !cell.trim().is_empty());
        let fault = if cells.iter().any(|cell| cell.len() > CELL_MAX) {
            Some(Reason::Unclosed)
        } else {
            beyond.then_some(Reason::Ragged { found: cells.len(), wanted })
        };
        if !beyond {
            // A sheet does not write the empty cells at the end of a row.
            cells.resize(wanted, String::new());
        }
        Some(Row { line, cells, fault, done: self.done })
    }
}

enum Fault {
    Book(calamine::XlsxError),
    TooLarge,
}

fn read_rows<R: Read + Seek>(mut cells: XlsxCellReader<'_, R>) -> Result<Vec<(u64, Vec<String>)>, Fault> {
    let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
    let (mut count, mut bytes) = (0usize, 0u64);
    while let Some(cell) = cells.next_cell().map_err(Fault::Book)? {
        let (row, column) = cell.get_position();
        let (line, column) = (u64::from(row) + 1, column as usize);
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if rows.last().is_none_or(|(last, _)| *last != line) {
            rows.push((line, Vec::new()));
        }
        let (_, row) = rows.last_mut().expect("a row was just made sure of");
        if column >= row.len() {
            count += column + 1 - row.len();
            bytes += text.len() as u64;
            if column >= COLUMNS_MAX || count > CELLS_MAX || bytes > UNPACKED_MAX {
                return Err(Fault::TooLarge);
            }
            row.resize(column + 1, String::new());
        }
        row[column] = text;
    }
    Ok(rows)
}

/// A cell as the text that a person would write: whole numbers without a point, days as dates.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::DateTime(when) if when.is_duration() => when.as_f64().to_string(),
        DataRef::DateTime(when) => {
            let (year, month, day, hour, minute, second, milli) = when.to_ymd_hms_milli();
            let second = if milli >= 500 { (second + 1).min(59) } else { second };
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
    }
}

/// Adds up what the packed folder says it holds, without unpacking anything.
fn guard<F: Read + Seek>(file: &mut F) -> Result<(), &'static str> {
    const DAMAGED: &str = "it looks like a workbook, but its folder is damaged; save it anew";
    let (packed, unpacked) = packed_and_unpacked(file).ok_or(DAMAGED)?;
    file.rewind().map_err(|_| DAMAGED)?;
    if unpacked > UNPACKED_MAX || unpacked / RATIO_MAX > packed {
        return Err(
            "it unpacks to far more than a table of this size; it was not opened. Split it, or save it as CSV UTF-8",
        );
    }
    Ok(())
}

/// Reads the directory at the end of a ZIP file: the size of the file, and the sum of its parts.
fn packed_and_unpacked<F: Read + Seek>(file: &mut F) -> Option<(u64, u64)> {
    let packed = file.seek(SeekFrom::End(0)).ok()?;
    let tail_at = packed.saturating_sub(65_557);
    file.seek(SeekFrom::Start(tail_at)).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let end = tail.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    let (size, start) = (word(&tail, end + 12)?, word(&tail, end + 16)?);
    if size > 16 * 1024 * 1024 {
        return None;
    }
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut directory = vec![0; usize::try_from(size).ok()?];
    file.read_exact(&mut directory).ok()?;
    let (mut at, mut sum) = (0, 0u64);
    while at < directory.len() {
        if directory.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        // A part of four gigabytes or more is written as all ones: it is over the limit in any case.
        sum = sum.checked_add(word(&directory, at + 24)?)?;
        at += 46 + half(&directory, at + 28)? + half(&directory, at + 30)? + half(&directory, at + 32)?;
    }
    Some((packed, sum))
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)))
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn directory(parts: &[u32]) -> Vec<u8> {
        let mut zip = b"PK\x03\x04".to_vec();
        zip.resize(1_000, 7);
        let start = zip.len() as u32;
        for unpacked in parts {
            let mut entry = [0u8; 46];
            entry[..4].copy_from_slice(b"PK\x01\x02");
            entry[24..28].copy_from_slice(&unpacked.to_le_bytes());
            entry[28] = 3;
            zip.extend(entry);
            zip.extend(b"a.x");
        }
        let size = zip.len() as u32 - start;
        zip.extend(b"PK\x05\x06\0\0\0\0\0\0\0\0");
        zip.extend(size.to_le_bytes());
        zip.extend(start.to_le_bytes());
        zip.extend([0, 0]);
        zip
    }

    #[test]
    fn a_workbook_that_would_burst_is_not_opened() {
        let judged = |parts: &[u32]| guard(&mut Cursor::new(directory(parts)));
        assert_eq!(judged(&[20_000, 30_000]), Ok(()));
        assert!(judged(&[20_000, 300_000]).unwrap_err().contains("far more"));
        assert!(judged(&[u32::MAX]).unwrap_err().contains("far more"));
        let whole = directory(&[20_000]);
        assert!(guard(&mut Cursor::new(&whole[..whole.len() - 30])).unwrap_err().contains("damaged"));
    }
}
