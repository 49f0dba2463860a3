//! Workbooks, packed by hand: nothing here writes workbooks, so a test may.

use expect_test::expect;

use super::{super::Mapping, told};

/// A ZIP file whose parts are stored as they are.
pub(super) fn zip<B: AsRef<[u8]>>(parts: &[(&str, B)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, body) in parts {
        let (offset, body) = (out.len() as u32, body.as_ref());
        let mut shared = vec![0u8; 10];
        shared[0] = 20;
        shared.extend(crc32(body).to_le_bytes());
        shared.extend((body.len() as u32).to_le_bytes());
        shared.extend((body.len() as u32).to_le_bytes());
        shared.extend((name.len() as u16).to_le_bytes());
        shared.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(name.as_bytes());
        out.extend(body);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&shared);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    let count = (parts.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

fn workbook(rows: &str) -> Vec<u8> {
    zip(&parts(rows))
}

/// The files inside a workbook.
pub(super) fn parts(rows: &str) -> [(&'static str, String); 6] {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let pack = "http://schemas.openxmlformats.org/package/2006";
    [
        ("[Content_Types].xml", format!("<Types xmlns=\"{pack}/content-types\"/>")),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{pack}/relationships\"><Relationship Id=\"r1\" Type=\"{rel}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{rel}\"><sheets><sheet name=\"工单\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{pack}/relationships\"><Relationship Id=\"r1\" Type=\"{rel}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{rel}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ]
}

pub(super) fn text(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

const MAPPING: &str = "source = \"book\"\nsheet = \"工单\"\nheader_row = 2\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"时间\"\nplace = \"地点\"\n";

#[test]
fn a_sheet_with_a_title_above_its_header_and_days_as_numbers() {
    let rows = [
        format!("<row r=\"1\">{}</row>", text("A1", "测试热线导出表")),
        format!(
            "<row r=\"2\">{}{}{}{}</row>",
            text("A2", "编号"),
            text("B2", "内容"),
            text("C2", "时间"),
            text("D2", "地点")
        ),
        // A day with a format, a bare day number, a text; then a row far below, without its last cells.
        format!(
            "<row r=\"3\"><c r=\"A3\"><v>188006</v></c>{}<c r=\"C3\" s=\"1\"><v>43524.475752314815</v></c>{}</row>",
            text("B3", "路灯不亮"),
            text("D3", "测试路")
        ),
        format!(
            "<row r=\"4\"><c r=\"A4\"><v>2</v></c>{}<c r=\"C4\"><v>43524</v></c></row>",
            text("B4", "积水")
        ),
        format!(
            "<row r=\"9\">{}{}{}</row>",
            text("A9", "丙-3"),
            text("B9", "占道"),
            text("C9", "2019/3/1 8:05")
        ),
        format!(
            "<row r=\"10\">{}{}{}{}{}</row>",
            text("A10", "4"),
            text("B10", "多一格"),
            text("C10", "2019/3/1"),
            text("D10", "测试路"),
            text("E10", "多")
        ),
    ];
    let mapping = Mapping::parse("test.toml", MAPPING).unwrap();
    expect![[r#"
        3: import:book:188006 | 路灯不亮 | 路灯不亮 | 2019-02-28T03:25:05Z | other anonymous | at 测试路
        4: import:book:2 | 积水 | 积水 | 2019-02-27T16:00:00Z (day) | other anonymous
        9: import:book:丙-3 | 占道 | 占道 | 2019-03-01T00:05:00Z | other anonymous
        10: ✗ this row has 5 cells and the header 4; most likely a quotation mark or delimiter is wrong: mend it and import again
    "#]].assert_eq(&told(&mapping, "in.xlsx", &workbook(&rows.concat())));
}

#[test]
fn sheets_that_are_not_there_and_books_that_are_none() {
    let mapping = Mapping::parse("test.toml", &MAPPING.replace("工单", "别的")).unwrap();
    expect![[r#"FILE was not imported: it has no sheet "别的"; its sheets are 工单"#]].assert_eq(&told(
        &mapping,
        "in.xlsx",
        &workbook(""),
    ));
    let mapping = Mapping::parse("test.toml", MAPPING).unwrap();
    expect![[r#"FILE was not imported: its sheet "工单" has no header"#]].assert_eq(&told(
        &mapping,
        "in.xlsx",
        &workbook(""),
    ));
    expect!["FILE was not imported: the workbook cannot be opened (File not found '_rels/.rels'); save it anew, or as CSV UTF-8"].assert_eq(&told(&mapping, "in.xlsx", &zip(&[("a.txt", "x")])));
}

/// Found by changing a good workbook at random: the library reckons the number of the row and runs over.
#[test]
fn a_cell_that_no_table_has_is_said_and_stops_nothing() {
    let header = [text("A1", "编号"), text("B1", "内容")].concat();
    let rows = format!("<row r=\"1\">{header}</row><row r=\"2\">{}</row>", text("A99999999999", "188"));
    let mapping = Mapping::parse(
        "test.toml",
        "source = \"book\"\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"编号\"\n",
    )
    .unwrap();
    let said = told(&mapping, "in.xlsx", &workbook(&rows));
    assert!(said.contains("names cells that no table has"), "{said}");
}
