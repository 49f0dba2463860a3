//! Lists as files: the same rows as the page, no formula, no person, a line in the record, and a
//! model that describes every column.

use std::{
    fmt::Write as _,
    io::{Read, Write},
};

use calamine::{Data, Reader, Xlsx};
use duban_app::{
    CaseQuery, Ctx,
    case::list,
    export::{self, Exported, FIELDS, Format},
};
use duban_domain::{
    Lang, Number, Refusal,
    case::Wish,
    person::{Person, Phone},
    request::{Channel, Place, Privacy},
};
use duban_testkit::world::{World, both};
use expect_test::expect_file;

use crate::life::on;

const PHONE: &str = "13900001234";

fn said(world: &World, title: &str, unit: &str) -> Number {
    let intake = duban_app::case::register::Intake {
        channel: Channel::Web,
        kind: None,
        title: title.to_owned(),
        text: "路灯不亮，晚上看不见。".to_owned(),
        place: Place {
            words: "-1 号楼前".to_owned(), division: Some("430203001".to_owned()), point: None
        },
        privacy: Privacy::Contact,
        person: Person {
            name: "测试·王女士".to_owned(),
            phone: Phone::parse(PHONE).unwrap(),
            ..Person::default()
        },
        media: Vec::new(),
        source_key: None,
        wish: Wish { hold: true, ..Wish::default() },
    };
    let done = duban_app::case::register::by_resident(&world.app, &intake).unwrap();
    let order = duban_app::case::dispatch::Order {
        unit: unit.to_owned(),
        assisting: Vec::new(),
        reason: "它的".to_owned(),
        designated: false,
    };
    duban_app::case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&done.number), &order)
        .unwrap();
    done.number
}

fn taken(ctx: &Ctx, query: &CaseQuery, format: Format) -> (Vec<u8>, i64) {
    let Exported { mut file, size, rows } = export::cases(ctx, query, "stage=all", format).unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, size);
    (bytes, rows)
}

#[test]
fn every_format_holds_the_rows_of_the_page_and_no_person() {
    both(|world| {
        let ours = said(world, "=HYPERLINK(\"http://x\")", "power");
        said(world, "别人的", "gas");
        let (all, handler) = (world.ctx("leader", "hotline"), world.ctx("handler", "power"));
        let query = CaseQuery { limit: 50, ..CaseQuery::default() };
        for (ctx, count) in [(&all, 2), (&handler, 1)] {
            let listed = list::list(ctx, &query).unwrap();
            let numbers: Vec<String> =
                listed.page.rows.iter().map(|row| row.number.digits().to_owned()).collect();
            assert_eq!(numbers.len(), count);
            for format in Format::ALL {
                let (bytes, rows) = taken(ctx, &query, format);
                assert_eq!(rows, count as i64);
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains(PHONE) && !text.contains("王女士"), "{format:?} holds a person");
                match format {
                    Format::Xlsx => workbook(bytes, &numbers),
                    Format::Csv | Format::CsvExcel => lines(&bytes, &numbers, format, &ours),
                    Format::Parquet => columns(&bytes, &numbers),
                }
            }
        }
    });
}

fn lines(bytes: &[u8], numbers: &[String], format: Format, ours: &Number) {
    let mark = bytes.starts_with(b"\xEF\xBB\xBF");
    assert_eq!(mark, format == Format::CsvExcel, "only the file for Excel has its mark");
    let mut reader = csv::Reader::from_reader(&bytes[if mark { 3 } else { 0 }..]);
    let heads: Vec<&str> = FIELDS.iter().map(|field| field.key).collect();
    assert_eq!(reader.headers().unwrap(), heads);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row[0].to_owned()).collect::<Vec<_>>(), numbers);
    let at = |key: &str| heads.iter().position(|head| *head == key).unwrap();
    let row = rows.iter().find(|row| row[0] == *ours.digits()).unwrap();
    assert_eq!(&row[at("title")], "'=HYPERLINK(\"http://x\")", "a formula is made harmless");
    assert_eq!(&row[at("place")], "'-1 号楼前");
    assert_eq!(&row[at("opened_at")], "2026-01-05T09:00:00+08:00");
    assert_eq!(&row[at("unit")], "power");
    assert!(row[at("unit_name")].contains("株洲供电"));
}

fn workbook(bytes: Vec<u8>, numbers: &[String]) {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let cases = book.worksheet_range("工单").unwrap();
    let rows: Vec<&[Data]> = cases.rows().collect();
    assert_eq!(rows[0].iter().map(ToString::to_string).collect::<Vec<_>>(), heads());
    let first: Vec<String> = rows[1..].iter().map(|row| row[0].to_string()).collect();
    assert_eq!(first, numbers);
    assert!(matches!(&rows[1][0], Data::String(_)), "a number of a case is no sum");
    assert!(book.worksheet_formula("工单").unwrap().is_empty(), "nothing in it is run");
    assert_eq!(book.worksheet_range("README").unwrap().rows().count(), FIELDS.len());
}

fn heads() -> Vec<String> {
    FIELDS.iter().map(|field| field.title.0.to_owned()).collect()
}

fn columns(bytes: &[u8], numbers: &[String]) {
    use parquet::{
        file::{reader::FileReader, serialized_reader::SerializedFileReader},
        record::RowAccessor,
    };
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let schema = reader.metadata().file_metadata().schema().clone();
    let keys: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
    assert_eq!(keys, FIELDS.iter().map(|field| field.key).collect::<Vec<_>>());
    let rows: Vec<String> =
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().get_string(0).unwrap().clone()).collect();
    assert_eq!(rows, numbers);
}

#[test]
fn an_export_goes_through_every_page_and_leaves_a_line_that_stays() {
    let world = World::sqlite();
    for n in 0..7 {
        said(&world, &format!("第 {n} 件"), "power");
    }
    let (supervisor, handler) = (world.ctx("supervisor", "hotline"), world.ctx("handler", "power"));
    let query = CaseQuery { limit: 3, ..CaseQuery::default() };
    let (bytes, rows) = taken(&supervisor, &query, Format::Csv);
    assert_eq!((rows, String::from_utf8(bytes).unwrap().lines().count()), (7, 8));
    taken(&handler, &query, Format::Xlsx);
    let words = |ctx: &Ctx| {
        let lines = export::lines(ctx).unwrap();
        lines.into_iter().map(|line| (line.name, line.format, line.rows)).collect::<Vec<_>>()
    };
    let own = ("测试·handler".to_owned(), "xlsx".to_owned(), 7);
    assert_eq!(words(&handler), std::slice::from_ref(&own), "one sees one’s own");
    assert_eq!(words(&supervisor), [own, ("测试·supervisor".to_owned(), "csv".to_owned(), 7)]);
    let refused = export::cases(&world.ctx("operator", "hotline"), &query, "", Format::Csv);
    assert!(
        matches!(refused, Err(duban_app::AppError::Refused(Refusal::MayNot(_)))),
        "who may see a list may not always carry it away"
    );
}

#[test]
fn the_published_model_describes_every_column_and_no_other() {
    let mut text = String::from(
        "# Data model of exported lists\n\nOne row is one case. `GET /desk/export` shows this table and makes the files; CSV and Parquet have the\nkeys as their heads, XLSX has the Chinese or English heads and this table on its second sheet. A key never\nchanges its meaning. Nothing about the person who called is in an export. This page is written by a test from\n`crates/duban-app/src/export/fields.rs`.\n\n| key | kind | 列 | head | 说明 | meaning |\n|---|---|---|---|---|---|\n",
    );
    for f in FIELDS {
        let kind = f.kind.word(Lang::En);
        let row = [f.key, kind, f.title.0, f.title.1, f.about.0, f.about.1];
        assert!(row.iter().all(|words| !words.is_empty()), "{} is not described", f.key);
        writeln!(text, "| `{}` | {} |", f.key, row[1..].join(" | ")).unwrap();
    }
    expect_file!["../../../../docs/api/data-model.md"].assert_eq(&text);
}
