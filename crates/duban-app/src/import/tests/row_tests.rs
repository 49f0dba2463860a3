//! Rows: the traps that real files hold, with invented words.

use encoding_rs::GB18030;
use expect_test::{Expect, expect};

use super::{super::Mapping, told};

const PLAIN: &str = r#"
source = "test"
[columns]
id = "编号"
title = "标题"
text = "内容"
received = "时间"
[default]
channel = "web"
"#;

const WIDE: &str = r#"
source = "wide"
crs = "wgs84"
[columns]
id = ["来源", "编号"]
text = "内容"
received = "受理"
answer = "答复"
answered = "办结"
kind = "类型"
urgency = "紧急"
channel = "渠道"
category = "分类"
division = "区划"
place = ["路", "号"]
lng = "经度"
lat = "纬度"
name = "姓名"
phone = "电话"
privacy = "公开"
[values.kind]
"反映" = "complaint"
[values.channel]
"*" = "other"
[values.privacy]
"是" = "contact"
"否" = "confidential"
[default]
kind = "help"
[[skip_when]]
column = "类型"
is = ["作废"]
"#;

const WIDE_HEADER: &str = "来源,编号,内容,受理,答复,办结,类型,紧急,渠道,分类,区划,路,号,经度,纬度,姓名,电话,公开\n";

fn check(mapping: &str, csv: impl AsRef<[u8]>, expected: Expect) {
    expected.assert_eq(&told(&Mapping::parse("test.toml", mapping).unwrap(), "in.csv", csv.as_ref()));
}

#[test]
fn lines_blanks_and_three_ways_to_write_a_time() {
    let csv = "\u{feff}编号,标题,内容,时间\r\n\
        1,路灯不亮,\"第一行\r\n第二行, 还有“引号”和\"\"引号\"\"\",2019-02-28T11:25:05\r\n\
        ,,,\r\n\
        \r\n\
        2,,只有内容。第二句,2019/3/1 8:05\r\n\
        3,只有标题,,2019年3月2日\r\n\
        4,,,2019-03-02\r\n\
        5,没有时间,内容,\r\n\
        6,没有这一天,内容,2019-02-30 10:00:00\r\n\
        7,还没有到,内容,2026-01-07\r\n\
        8,太早,内容,1900-01-00\r\n\
        9,太早,内容,1901-01-01\r\n";
    check(PLAIN, csv, expect![[r#""#]]);
}

#[test]
fn ragged_rows_and_a_quotation_mark_that_is_never_closed() {
    let csv = "编号,标题,内容,时间\n1,少一格,2019-02-28\n2,多一格,内容,2019-02-28,多\n3,多空格,内容,2019-02-28,,\n4,好,内容,2019-02-28\n5,\"没有关上,内容,2019-02-28\n6,被吞掉,内容,2019-02-28\n";
    check(PLAIN, csv, expect![[r#""#]]);
}

#[test]
fn long_texts_are_whole_or_refused_and_never_cut() {
    let csv = format!(
        "编号,标题,内容,时间\n1,长,{},2019-02-28\n2,太长,{},2019-02-28\n3,{},内容,2019-02-28\n",
        "水".repeat(9_000),
        "水".repeat(20_001),
        "题".repeat(300),
    );
    let told = told(&Mapping::parse("test.toml", PLAIN).unwrap(), "in.csv", csv.as_bytes());
    let told = told.replace(&"题".repeat(199), "题×199");
    expect![[r#""#]].assert_eq(&told);
}

#[test]
fn encodings() {
    let csv = "编号,标题,内容,时间\n1,路灯,不亮,2019-02-28\n";
    let (gb, _, _) = GB18030.encode(csv);
    check(&format!("encoding = \"gb18030\"\n{PLAIN}"), &gb, expect![[r#""#]]);
    check(PLAIN, &gb, expect![[r#""#]]);
    let mut broken = csv.as_bytes().to_vec();
    broken.extend(b"2,\xff\xfe,x,2019-02-28\n3,\xe5\xa5\xbd,x,2019-02-28\n");
    check(PLAIN, broken, expect![[r#""#]]);
}

#[test]
fn files_that_are_no_table() {
    check(PLAIN, "", expect![[r#""#]]);
    check(PLAIN, "\n\n", expect![[r#""#]]);
    check(PLAIN, b"\xff\xfe1\0", expect![[r#""#]]);
    check(PLAIN, b"\xd0\xcf\x11\xe0\xa1", expect![[r#""#]]);
    check(PLAIN, b"PK\x03\x04 not really", expect![[r#""#]]);
    check(PLAIN, "编号,标题,时间\n", expect![[r#""#]]);
    check(PLAIN, "编号,标题,内容,时间,时间\n", expect![[r#""#]]);
}

#[test]
fn header_row_delimiter_and_rows_without_a_number() {
    let mapping = "source = \"semi\"\ndelimiter = \";\"\nheader_row = 2\nzone = \"America/New_York\"\n[columns]\ntext = \"内容\"\nreceived = \"时间\"\n";
    let csv = "测试热线导出表;;\n\n内容;时间\n同样的话;2022-05-01 00:00:03\n同样的话;2022-05-01 00:00:03\n同样的话;2022-05-01 00:00:04\n有时差;2022-05-01T00:00:04-05:00\n";
    check(mapping, csv, expect![[r#""#]]);
}

#[test]
fn answers_people_words_and_places() {
    let rows = [
        // All in order; then closed before it was opened; an answer without a time; a time without an answer.
        "甲,1,路灯不亮,2024-05-01 08:00,已修好,2024-05-02 09:00,投诉,紧急,电话,市政公用,测试街道,测试路,1号,113.134,27.828,测试·王女士,139 0000 6021,是",
        "甲,2,先办结后受理,2024-05-01 08:00,已修好,2024-04-30 09:00,反映,,,,,,,,,,,",
        "甲,3,没有办结时间,2024-05-01 08:00,已修好,,求助,,,,,,,,,,,",
        "甲,4,没有答复内容,2024-05-01 08:00,,2024-05-01,,,,,,,,,,,,",
        "甲,5,办结在将来,2024-05-01 08:00,好,2031-05-01,,,,,,,,,,,,",
        "甲,6,作废的,2024-05-01 08:00,,,作废,,,,,,,,,,,",
        // Coordinates: zero, whole degrees, swapped, elsewhere, no number, half.
        "乙,1,坐标零,2024-05-01 08:00,,,,,,,,,,0,0,,,",
        "乙,2,坐标取整,2024-05-01 08:00,,,,,,,,,,113,27,,,",
        "乙,3,坐标写反,2024-05-01 08:00,,,,,,,,,,27.828,113.134,,,",
        "乙,4,坐标在外地,2024-05-01 08:00,,,,,,,,,,116.40,39.90,,,",
        "乙,5,坐标不是数,2024-05-01 08:00,,,,,,,,,,东,北,,,",
        "乙,6,坐标缺一半,2024-05-01 08:00,,,,,,,,,,113.134,,,,",
        // Words nobody knows; people who left little.
        "丙,1,不认得的词,2024-05-01 08:00,,,诉苦,火急,飞鸽,天文,月球街道,月球路,,,,,,",
        "丙,2,只有姓名,2024-05-01 08:00,,,,,,,,,,,,测试·李先生,,是",
        "丙,3,电话不对,2024-05-01 08:00,,,,,,,,,,,,测试·李先生,没有,否",
        "丙,4,匿名有电话,2024-05-01 08:00,,,,,,,,,,,,测试·李先生,12345,匿名",
    ];
    check(WIDE, format!("{WIDE_HEADER}{}\n", rows.join("\n")), expect![[r#""#]]);
}

#[test]
fn days_to_the_answer() {
    let mapping = "source = \"days\"\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"日期\"\nanswer = \"答复\"\ndays_to_answer = \"天数\"\n";
    let csv = "编号,内容,日期,答复,天数\n1,甲,2020-03-01,好,0\n2,乙,2020-02-27,好,3\n3,丙,2020-02-27,好,很久\n4,丁,2020-02-27,好,-1\n5,戊,2020-02-27,好,\n6,己,2020-02-27,好,9999\n";
    check(mapping, csv, expect![[r#""#]]);
}

#[test]
fn a_shifted_coordinate_is_brought_back() {
    let mapping = "source = \"gcj\"\ncrs = \"gcj02\"\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"日期\"\nlng = \"经\"\nlat = \"纬\"\n";
    check(mapping, "编号,内容,日期,经,纬\n1,甲,2020-03-01,113.139829,27.824859\n2,乙,2020-03-01,0,0\n", expect![[r#""#]]);
}

#[test]
fn long_and_strange_numbers() {
    let csv = format!("编号,标题,内容,时间\n{},长号,内容,2019-02-28\n'=1+1,公式号,内容,2019-02-28\n", "9".repeat(150));
    check(PLAIN, csv, expect![[r#""#]]);
}
