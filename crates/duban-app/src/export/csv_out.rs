//! Comma-separated lines. A cell that a spreadsheet would take for a formula is made harmless.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
};

use duban_domain::Stamp;
use duban_store::CaseRow;
use jiff::tz::TimeZone;

use super::{Cell, FIELDS, Sheet, Words, cells};

/// What Excel needs to know that a file is UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file of lines that is being written.
pub(super) struct Lines(csv::Writer<BufWriter<File>>);

impl Lines {
    pub(super) fn begin(for_excel: bool) -> io::Result<Self> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        if for_excel {
            file.write_all(MARK)?;
        }
        let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        lines.write_record(FIELDS.iter().map(|field| field.key))?;
        Ok(Self(lines))
    }
}

impl Sheet for Lines {
    fn row(&mut self, row: &CaseRow, words: &Words<'_>) -> io::Result<()> {
        for cell in cells(row, words) {
            self.0.write_field(shown(cell, words.zone))?;
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<File> {
        let file = self.0.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        file.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

fn shown(cell: Cell, zone: &TimeZone) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Whole(n) => n.to_string(),
        Cell::Number(n) => n.to_string(),
        Cell::Time(at) => instant(at, zone),
        Cell::Flag(yes) => yes.to_string(),
    }
}

/// `2026-01-05T15:04:00+08:00`: the city's clock, and which clock that is.
fn instant(at: Stamp, zone: &TimeZone) -> String {
    at.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A text that no spreadsheet runs: one that begins like a formula gets an apostrophe before it.
/// The wide signs of Chinese keyboards begin one as well.
pub(crate) fn harmless(text: String) -> String {
    let dangerous = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(dangerous) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_made_harmless() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝HYPERLINK(1)", "＋1", "－1", "＠a"]
        {
            assert_eq!(harmless(bad.to_owned()), format!("'{bad}"));
        }
        assert_eq!(harmless("路灯=坏".to_owned()), "路灯=坏");
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(instant(Stamp(1_767_596_640_000), &zone), "2026-01-05T15:04:00+08:00");
    }
}
