//! Parquet, for tools that reckon with columns. A few thousand rows are held at a time.

use std::{fs::File, io, sync::Arc};

use duban_store::CaseRow;
use parquet::{
    basic::{ConvertedType, Repetition, Type as Physical},
    column::writer::ColumnWriter,
    data_type::ByteArray,
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};

use super::{Cell, FIELDS, FieldKind, Sheet, Words, cells};

/// Rows of one group: what is held in memory.
const GROUP: usize = 5_000;

/// A file of columns that is being written.
pub(super) struct Columns {
    writer: SerializedFileWriter<File>,
    /// The cells of the group in the making, column by column.
    group: Vec<Vec<Cell>>,
    file: File,
}

impl Columns {
    pub(super) fn begin() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        let fields = FIELDS.iter().map(|field| column(field.key, field.kind).map(Arc::new));
        let fields = fields.collect::<Result<Vec<_>, _>>().map_err(fault)?;
        let schema = Type::group_type_builder("case").with_fields(fields).build().map_err(fault)?;
        let properties = Arc::new(WriterProperties::builder().build());
        let writer =
            SerializedFileWriter::new(file.try_clone()?, Arc::new(schema), properties).map_err(fault)?;
        Ok(Self { writer, group: vec![Vec::new(); FIELDS.len()], file })
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.group[0].is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for cells in &mut self.group {
            let Some(mut column) = group.next_column()? else { break };
            put(column.untyped(), cells)?;
            column.close()?;
            cells.clear();
        }
        group.close()?;
        Ok(())
    }
}

impl Sheet for Columns {
    fn row(&mut self, row: &CaseRow, words: &Words<'_>) -> io::Result<()> {
        for (column, cell) in self.group.iter_mut().zip(cells(row, words)) {
            column.push(cell);
        }
        if self.group[0].len() >= GROUP { self.flush().map_err(fault) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<File> {
        self.flush().map_err(fault)?;
        self.writer.close().map_err(fault)?;
        Ok(self.file)
    }
}

/// Every column may be empty.
fn column(key: &str, kind: FieldKind) -> Result<Type, ParquetError> {
    let (physical, converted) = match kind {
        FieldKind::Text => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
        FieldKind::Whole => (Physical::INT64, ConvertedType::NONE),
        FieldKind::Number => (Physical::DOUBLE, ConvertedType::NONE),
        FieldKind::Time => (Physical::INT64, ConvertedType::TIMESTAMP_MILLIS),
        FieldKind::Flag => (Physical::BOOLEAN, ConvertedType::NONE),
    };
    Type::primitive_type_builder(key, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_converted_type(converted)
        .build()
}

fn put(column: &mut ColumnWriter<'_>, cells: &[Cell]) -> Result<(), ParquetError> {
    let there: Vec<i16> = cells.iter().map(|cell| i16::from(*cell != Cell::None)).collect();
    let whole = |cell: &Cell| match cell {
        Cell::Whole(n) => Some(*n),
        Cell::Time(at) => Some(at.0),
        _ => None,
    };
    let text = |cell: &Cell| if let Cell::Text(t) = cell { Some(ByteArray::from(t.as_str())) } else { None };
    let number = |cell: &Cell| if let Cell::Number(n) = cell { Some(*n) } else { None };
    let flag = |cell: &Cell| if let Cell::Flag(yes) = cell { Some(*yes) } else { None };
    match column {
        ColumnWriter::ByteArrayColumnWriter(w) => {
            w.write_batch(&cells.iter().filter_map(text).collect::<Vec<_>>(), Some(&there), None)
        }
        ColumnWriter::Int64ColumnWriter(w) => {
            w.write_batch(&cells.iter().filter_map(whole).collect::<Vec<_>>(), Some(&there), None)
        }
        ColumnWriter::DoubleColumnWriter(w) => {
            w.write_batch(&cells.iter().filter_map(number).collect::<Vec<_>>(), Some(&there), None)
        }
        ColumnWriter::BoolColumnWriter(w) => {
            w.write_batch(&cells.iter().filter_map(flag).collect::<Vec<_>>(), Some(&there), None)
        }
        _ => return Err(ParquetError::General("a column of a kind that is not written here".to_owned())),
    }
    .map(|_| ())
}

fn fault(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
