//! 导出: the list that is on the screen as a file, and the record of what was taken out.

use std::{
    fs::File,
    io::{self, Read},
};

use askama::Template;
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use duban_app::{
    CaseQuery, ExportLine, SeekLine,
    case::{list, seek},
    export::{self, Exported, FIELDS, Format},
};
use duban_domain::Lang;

use super::{
    filter::{Chip, Filter},
    words::{Choice, thousands, unit_name},
};
use crate::frame::{Desk, Fields, PageResult, Shell, WebError, When, html};

/// Rows that are read from the database at once.
const ROWS: i64 = 1_000;
/// Bytes that are read from the file at once.
const BLOCK: usize = 64 << 10;

#[derive(Template)]
#[template(path = "desk/export.html")]
pub(super) struct ExportPage {
    pub(super) s: Shell,
    pub(super) filter: String,
    pub(super) back: String,
    pub(super) chips: Vec<Chip>,
    pub(super) count: String,
    pub(super) formats: Vec<(Choice, &'static str)>,
    pub(super) fields: Vec<[&'static str; 4]>,
    pub(super) lines: Vec<Line>,
    pub(super) seeks: Vec<Seek>,
    pub(super) whole: bool,
}

/// One line of the record.
pub(super) struct Line {
    pub(super) when: When,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) format: String,
    pub(super) rows: String,
    pub(super) href: String,
}

/// Somebody looked for somebody.
pub(super) struct Seek {
    pub(super) when: When,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) by: String,
    pub(super) found: String,
}

impl Seek {
    fn of(line: SeekLine, desk: &Desk, s: &Shell) -> Self {
        let word = |by| match by {
            "name" => s.t("姓名", "name"),
            "phone" => s.t("电话", "telephone"),
            _ => s.t("电话末四位", "last four digits"),
        };
        Self {
            when: s.when(&line.at),
            name: line.name,
            unit: unit_name(&desk.site.app.city, &line.unit, s.lang),
            by: line.by.split('+').map(word).collect::<Vec<_>>().join(s.t("、", ", ")),
            found: thousands(line.found),
        }
    }
}

/// The page: which list, which format, what its columns mean, and what was taken out before.
pub(crate) async fn page(desk: Desk) -> PageResult {
    let filter = Filter::of(desk.visit.uri.query().unwrap_or(""));
    let asked = filter.clone();
    let (count, lines, seeks) = desk
        .run(move |ctx| Ok((list::count(ctx, &asked.asked(ctx))?, export::lines(ctx)?, seek::lines(ctx)?)))
        .await?;
    let mut page = view(&desk, &filter, count, lines);
    page.seeks = seeks.into_iter().map(|line| Seek::of(line, &desk, &page.s)).collect();
    Ok(html(&page))
}

fn view(desk: &Desk, filter: &Filter, count: i64, lines: Vec<duban_app::ExportLine>) -> ExportPage {
    let (s, city) = (desk.shell(), &desk.site.app.city);
    let line = |line: ExportLine| Line {
        when: s.when(&line.at),
        unit: unit_name(city, &line.unit, s.lang),
        rows: thousands(line.rows),
        href: Filter::of(&line.filter).first(),
        format: line.format,
        name: line.name,
    };
    ExportPage {
        back: filter.first(),
        filter: filter.words(),
        chips: filter.chips(city, s.lang),
        count: super::list::counted(count, &s),
        formats: Format::ALL.map(|format| format_words(format, s.lang)).into(),
        fields: FIELDS.iter().map(|f| field_words(f, s.lang)).collect(),
        lines: lines.into_iter().map(line).collect(),
        seeks: Vec::new(),
        whole: desk.who.reach == duban_domain::policy::Reach::All,
        s,
    }
}

fn format_words(format: Format, lang: Lang) -> (Choice, &'static str) {
    let (name, about) = match format {
        Format::Xlsx => (
            "Excel (.xlsx)",
            lang.t("两张表：工单，和每一列的说明", "two sheets: cases, and what each column means"),
        ),
        Format::CsvExcel => (
            lang.t("CSV，给 Excel 打开", "CSV for Excel"),
            lang.t("UTF-8 带标记，中文不乱", "UTF-8 with the mark Excel needs"),
        ),
        Format::Csv => (
            lang.t("CSV，给程序用", "CSV for programs"),
            lang.t("纯 UTF-8，列名不会变", "plain UTF-8, stable heads"),
        ),
        Format::Parquet => ("Parquet", lang.t("给分析工具，一列一列存", "columns, for analysis tools")),
    };
    (Choice { key: format.key().to_owned(), name: name.to_owned() }, about)
}

fn field_words(field: &export::Field, lang: Lang) -> [&'static str; 4] {
    let (title, about) = (field.title, field.about);
    [lang.t(title.0, title.1), field.key, field.kind.word(lang), lang.t(about.0, about.1)]
}

/// The file. Two are made at once at most: each holds a view of the database and a place on disk.
pub(crate) async fn post(desk: Desk, fields: Fields) -> PageResult {
    let place = desk.site.exports.clone().try_acquire_owned().map_err(|_| WebError::Slow)?;
    let format = Format::from_key(fields.get("format")).unwrap_or(Format::Xlsx);
    let filter = Filter::of(fields.get("filter"));
    let done = desk
        .run(move |ctx| {
            let _held = place;
            let query = CaseQuery { limit: ROWS, ..filter.asked(ctx) };
            export::cases(ctx, &query, &filter.recorded(), format)
        })
        .await?;
    let day = desk.site.app.now().date(&desk.site.app.city.zone);
    Ok(file(done, format, &format!("duban-cases-{day}.{}", format.extension())))
}

/// The bytes of a file as they are asked for: a slow reader holds neither a thread nor the database.
fn file(done: Exported, format: Format, name: &str) -> Response {
    let blocks = futures_util::stream::unfold(Some(done.file), |file| async move {
        let mut file = file?;
        let read = tokio::task::spawn_blocking(move || {
            let block = block(&mut file);
            (block, file)
        });
        match read.await.map_err(io::Error::other) {
            Ok((Ok(block), _)) if block.is_empty() => None,
            Ok((Ok(block), file)) => Some((Ok(block), Some(file))),
            Ok((Err(error), _)) | Err(error) => Some((Err(error), None)),
        }
    });
    let kind = match format {
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::CsvExcel | Format::Csv => "text/csv; charset=utf-8",
        Format::Parquet => "application/vnd.apache.parquet",
    };
    let mut response = Body::from_stream(blocks).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(done.size));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn block(file: &mut File) -> io::Result<Bytes> {
    let mut bytes = Vec::with_capacity(BLOCK);
    file.take(BLOCK as u64).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}
