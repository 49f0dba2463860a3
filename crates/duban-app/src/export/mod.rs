//! 导出: a list as a file, with the filters and within the reach of the page it is taken from.
//!
//! Rows are read in one consistent view and written one by one into a nameless file on disk, so a
//! million of them need no more memory than a thousand, and a slow reader holds no transaction. Each
//! export leaves a line that nobody can remove. Who is behind a case is not in it.

mod csv_out;
mod fields;
mod parquet_out;
mod xlsx_out;

use std::{fs::File, io};

use duban_domain::{
    Lang, Refusal,
    city::City,
    policy::{Reach, allow, verb},
};
use duban_store::{CaseQuery, CaseRow, ExportLine};
use jiff::tz::TimeZone;

pub use fields::{Cell, FIELDS, Field, FieldKind};

use crate::{Ctx, case::list, wiring::Result};

/// Rows that a sheet of a spreadsheet program can hold, less its head.
pub const XLSX_ROWS_MAX: i64 = 1_048_575;
/// Lines of the record that the page shows.
const LINES: i64 = 20;

/// The formats of a file (格式).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// Comma-separated, beginning with the mark by which Excel knows UTF-8.
    CsvExcel,
    /// Comma-separated, plain UTF-8.
    Csv,
    /// Columns, for tools that reckon.
    Parquet,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Xlsx, Self::CsvExcel, Self::Csv, Self::Parquet];

    /// The word that forms use.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::CsvExcel => "csv-excel",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// The format with this word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.key() == key)
    }

    /// The end of the file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::CsvExcel | Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// A finished file.
#[derive(Debug)]
pub struct Exported {
    /// Its bytes, from the beginning.
    pub file: File,
    /// How many bytes.
    pub size: u64,
    /// How many rows.
    pub rows: i64,
}

/// What every writer needs to know.
struct Words<'a> {
    city: &'a City,
    lang: Lang,
    zone: &'a TimeZone,
}

/// Something that takes rows and becomes a file.
trait Sheet {
    fn row(&mut self, row: &CaseRow, words: &Words<'_>) -> io::Result<()>;
    fn finish(self: Box<Self>) -> io::Result<File>;
}

/// The list as a file. The member's reach replaces whatever the query says; `filter` is what the
/// record keeps of the question, and the query's limit is how many rows are read at once.
pub fn cases(ctx: &Ctx, query: &CaseQuery, filter: &str, format: Format) -> Result<Exported> {
    let allowed = allow::<verb::Export>(&ctx.who)?;
    let query = CaseQuery { after: None, ..list::within(ctx, query)? };
    let words = Words { city: ctx.city(), lang: ctx.lang, zone: &ctx.city().zone };
    let mut sheet: Box<dyn Sheet> = match format {
        Format::Xlsx => Box::new(xlsx_out::Book::begin(&words)?),
        Format::CsvExcel => Box::new(csv_out::Lines::begin(true)?),
        Format::Csv => Box::new(csv_out::Lines::begin(false)?),
        Format::Parquet => Box::new(parquet_out::Columns::begin()?),
    };
    let rows = write(ctx, query, &words, format, sheet.as_mut())?;
    let mut file = sheet.finish()?;
    let size = io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
    io::Seek::rewind(&mut file)?;
    let line = ExportLine {
        id: ctx.app.export_id(),
        at: ctx.now,
        staff: ctx.who.id,
        name: allowed.actor().name.clone(),
        unit: ctx.who.unit.clone(),
        format: format.key().to_owned(),
        filter: filter.to_owned(),
        rows,
    };
    ctx.app.store.write(|tx| Ok::<_, crate::AppError>(tx.record_export(&line)?))?;
    Ok(Exported { file, size, rows })
}

fn write(
    ctx: &Ctx,
    mut query: CaseQuery,
    words: &Words<'_>,
    format: Format,
    sheet: &mut dyn Sheet,
) -> Result<i64> {
    let mut rows = 0;
    ctx.app.store.read(|tx| {
        loop {
            let page = tx.list(&query)?;
            rows += i64::try_from(page.rows.len()).unwrap_or(0);
            if format == Format::Xlsx && rows > XLSX_ROWS_MAX {
                return Err(Refusal::TooManyRows { max: XLSX_ROWS_MAX }.into());
            }
            for row in &page.rows {
                sheet.row(row, words)?;
            }
            let Some(next) = page.next else { return Ok(rows) };
            query.after = Some(next);
        }
    })
}

/// The newest lines of the record: all of them for whoever sees all cases, otherwise one's own.
pub fn lines(ctx: &Ctx) -> Result<Vec<ExportLine>> {
    allow::<verb::Export>(&ctx.who)?;
    let of = (ctx.who.reach != Reach::All).then_some(ctx.who.id);
    ctx.app.store.read(|tx| Ok(tx.exports(of, LINES)?))
}

/// The values of a row in the order of [`FIELDS`].
fn cells<'a>(row: &'a CaseRow, words: &'a Words<'_>) -> impl Iterator<Item = Cell> + 'a {
    FIELDS.iter().map(move |field| field.of(row, words.city, words.lang))
}
