//! A workbook: the list on the first sheet, what its columns mean on the second. Rows go to disk as
//! they come; texts are written as texts, so none of them is a formula.

use std::{fs::File, io};

use duban_domain::Stamp;
use duban_store::CaseRow;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{Cell, FIELDS, Sheet, Words, cells};

/// Days between 1899-12-30, where Excel begins to count, and 1970-01-01.
const EPOCH_DAYS: f64 = 25_569.0;
/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;

/// A workbook that is being written.
pub(super) struct Book {
    book: Workbook,
    time: Format,
    next: u32,
    about: Vec<[&'static str; 4]>,
}

impl Book {
    pub(super) fn begin(words: &Words<'_>) -> io::Result<Self> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory().map_err(fault)?;
        let lang = words.lang;
        let head = Format::new().set_bold();
        sheet.set_name(lang.t("工单", "Cases")).map_err(fault)?;
        sheet.set_freeze_panes(1, 1).map_err(fault)?;
        for (at, field) in (0_u16..).zip(FIELDS) {
            sheet
                .write_string_with_format(0, at, lang.t(field.title.0, field.title.1), &head)
                .map_err(fault)?;
        }
        let about = FIELDS
            .iter()
            .map(|f| {
                let title = lang.t(f.title.0, f.title.1);
                [title, f.key, f.kind.word(lang), lang.t(f.about.0, f.about.1)]
            })
            .collect();
        Ok(Self { book, time: Format::new().set_num_format("yyyy-mm-dd hh:mm"), next: 1, about })
    }
}

impl Sheet for Book {
    fn row(&mut self, row: &CaseRow, words: &Words<'_>) -> io::Result<()> {
        let sheet = self.book.worksheet_from_index(0).map_err(fault)?;
        for (at, cell) in (0_u16..).zip(cells(row, words)) {
            put(sheet, self.next, at, cell, &self.time, words.zone).map_err(fault)?;
        }
        self.next += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<File> {
        let sheet = self.book.add_worksheet();
        sheet.set_name("README").map_err(fault)?;
        for (row, words) in (0_u32..).zip(&self.about) {
            for (at, word) in (0_u16..).zip(words) {
                sheet.write_string(row, at, *word).map_err(fault)?;
            }
        }
        let mut file = tempfile::tempfile()?;
        self.book.save_to_writer(&mut file).map_err(fault)?;
        Ok(file)
    }
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    cell: Cell,
    time: &Format,
    zone: &TimeZone,
) -> Result<(), XlsxError> {
    match cell {
        Cell::None => Ok(()),
        Cell::Text(text) => sheet.write_string(row, at, text).map(|_| ()),
        Cell::Whole(n) => sheet.write_number(row, at, n as f64).map(|_| ()),
        Cell::Number(n) => sheet.write_number(row, at, n).map(|_| ()),
        Cell::Time(when) => sheet.write_number_with_format(row, at, serial(when, zone), time).map(|_| ()),
        Cell::Flag(yes) => sheet.write_boolean(row, at, yes).map(|_| ()),
    }
}

/// The city's clock as Excel counts days.
fn serial(at: Stamp, zone: &TimeZone) -> f64 {
    let offset_ms = i64::from(zone.to_offset(at.timestamp()).seconds()) * 1_000;
    (at.0 + offset_ms) as f64 / DAY_MS + EPOCH_DAYS
}

fn fault(error: XlsxError) -> io::Error {
    io::Error::other(error)
}
