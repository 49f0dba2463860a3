//! Tables that were broken on purpose: whatever they hold, each row is taken in or has a reason, or the file is no table.

use duban_domain::Lang;
use duban_testkit::fuzz::{Target, outcome, shape};

use super::{
    super::{ImportError, Mapping, reader::Table, row::Plan},
    file, known,
    xlsx_tests::{parts, text, zip},
};

/// More rows than the longest input can hold.
const ROWS_MAX: u64 = 1_100_000;

/// Reads a whole file; which way it ended, and with which kinds of rows.
fn look(mapping: &Mapping, name: &str, bytes: &[u8]) -> u64 {
    let (_folder, path) = file(name, bytes);
    let refused = |error: ImportError| match error {
        ImportError::NoTable { why, .. } => outcome(&shape(&why)),
        other => panic!("a file that can be read is a table or is none: {other}"),
    };
    let mut table = match Table::open(&path, mapping) {
        Ok(table) => table,
        Err(error) => return refused(error),
    };
    let plan = match Plan::new(mapping, &table) {
        Ok(plan) => plan,
        Err(error) => return refused(error),
    };
    let (known, mut kinds, mut rows) = (known(), Vec::new(), 0);
    while let Some(row) = table.next_row().expect("the disk holds") {
        rows += 1;
        assert!(rows < ROWS_MAX, "the rows do not end");
        assert!(row.done <= table.total, "more was read than there is");
        if plan.skips(&row) {
            continue;
        }
        let kind = match plan.read(&row, &known) {
            Ok(incoming) => format!("{:?} {:?}", incoming.channel, incoming.day_only),
            Err(reason) => shape(&(reason.say(Lang::En) + &reason.say(Lang::Zh))),
        };
        if kinds.len() < 6 && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    outcome(&kinds)
}

#[test]
fn a_table_however_broken_becomes_rows_or_reasons() {
    const HEADER: &str = "工单编号,工单标题,诉求内容,受理时间,诉求类型,紧急程度,诉求来源,问题分类,所属区域,事发地址,经度,纬度,来电人,联系电话,是否公开,答复内容,办结时间\r\n";
    const ROW: &str = "188,路灯不亮,\"三盏,\"\"都\"\"不亮\n一条街\",2024-03-01 09:30,反映,一般,电话,市政公用,测试街道,测试路1号,113.1,27.8,测试·王女士,13900006021,是,修好了,2024年3月2日\r\n";
    let mapping = Mapping::load("generic-12345").unwrap();
    let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    Target {
        name: "csv",
        seeds: vec![
            format!("\u{feff}{HEADER}{ROW}{ROW}").into_bytes(),
            format!("{HEADER}{ROW}").replace(',', ";").into_bytes(),
            gb(&format!("{HEADER}{ROW}")),
            b"\xff\xfea\0".to_vec(),
        ],
        words: vec![
            b"\"",
            b"\"\"",
            b",",
            b"\r\n",
            b"\n",
            b"\r",
            HEADER.as_bytes(),
            "2024/13/45 25:61".as_bytes(),
            b"PK\x03\x04",
            b"\0",
        ],
        tries: 400,
    }
    .run(|bytes| look(&mapping, "in.csv", bytes));
}

#[test]
fn a_workbook_however_broken_becomes_rows_or_reasons() {
    const BETWEEN: u8 = 0x1e;
    let mapping = Mapping::parse(
        "test.toml",
        "source = \"book\"\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"时间\"\nplace = \"地点\"\n",
    )
    .unwrap();
    let header = [text("A1", "编号"), text("B1", "内容"), text("C1", "时间"), text("D1", "地点")].concat();
    let row =
        format!("<c r=\"A2\"><v>188</v></c>{}<c r=\"C2\" s=\"1\"><v>43524.4</v></c>", text("B2", "路灯"));
    let whole = parts(&format!("<row r=\"1\">{header}</row><row r=\"2\">{row}</row>"));
    let joined = whole.iter().map(|(_, body)| body.as_bytes()).collect::<Vec<_>>().join(&BETWEEN);
    Target {
        name: "xlsx",
        // As the parts before they are packed, so that a change is not only a wrong checksum; and as it is.
        seeds: vec![joined, zip(&whole)],
        words: vec![
            b"<c r=\"XFD1048576\"><v>1</v></c>",
            b"<row r=\"1048576\">",
            b"</row>",
            b" t=\"s\"",
            b" t=\"e\"",
            b" t=\"b\"",
            b" t=\"d\"",
            b" t=\"str\"",
            b"<f>1+1</f>",
            b"<v>1e400</v>",
            b"<v>-1</v>",
            b"<v></v>",
            b"&#0;",
            b"&lt;",
            b"<![CDATA[",
            b"<mergeCell ref=\"A1:D9\"/>",
            b"r=\"A0\"",
            b"r=\"1A\"",
            b"<dimension ref=\"A1:XFD1048576\"/>",
            b"PK\x01\x02",
        ],
        tries: 300,
    }
    .run(|bytes| {
        if bytes.starts_with(b"PK") {
            return look(&mapping, "in.xlsx", bytes);
        }
        let bodies: Vec<&[u8]> = bytes.splitn(whole.len(), |byte| *byte == BETWEEN).collect();
        let packed: Vec<(&str, &[u8])> = whole.iter().map(|(name, _)| *name).zip(bodies).collect();
        look(&mapping, "in.xlsx", &zip(&packed))
    });
}
