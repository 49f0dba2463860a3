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

const WIDE_HEADER: &str =
    "来源,编号,内容,受理,答复,办结,类型,紧急,渠道,分类,区划,路,号,经度,纬度,姓名,电话,公开\n";

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
    check(
        PLAIN,
        csv,
        expect![[r#"
            2: import:test:1 | 路灯不亮 | 第一行⏎第二行, 还有“引号”和"引号" | 2019-02-28T03:25:05Z | web anonymous
            4: passed over
            5: passed over
            6: import:test:2 | 只有内容 | 只有内容。第二句 | 2019-03-01T00:05:00Z | web anonymous
            7: import:test:3 | 只有标题 | 只有标题 | 2019-03-01T16:00:00Z (day) | web anonymous
            8: ✗ neither a title nor a text; add one of them
            9: ✗ there is no time of receipt; add it
            10: ✗ received: the time "2019-02-30 10:00:00" cannot be read or does not exist; mend it, or name its shape in time_formats of the mapping
            11: ✗ received: the time "2026-01-07" cannot be right (before 1980 or after tomorrow); mend it
            12: ✗ received: the time "1900-01-00" cannot be read or does not exist; mend it, or name its shape in time_formats of the mapping
            13: ✗ received: the time "1901-01-01" cannot be right (before 1980 or after tomorrow); mend it
        "#]],
    );
}

#[test]
fn ragged_rows_and_a_quotation_mark_that_is_never_closed() {
    let csv = "编号,标题,内容,时间\n1,少一格,2019-02-28\n2,多一格,内容,2019-02-28,多\n3,多空格,内容,2019-02-28,,\n4,好,内容,2019-02-28\n5,\"没有关上,内容,2019-02-28\n6,被吞掉,内容,2019-02-28\n";
    check(
        PLAIN,
        csv,
        expect![[r#"
            2: ✗ this row has 3 cells and the header 4; most likely a quotation mark or delimiter is wrong: mend it and import again
            3: ✗ this row has 5 cells and the header 4; most likely a quotation mark or delimiter is wrong: mend it and import again
            4: import:test:3 | 多空格 | 内容 | 2019-02-27T16:00:00Z (day) | web anonymous
            5: import:test:4 | 好 | 内容 | 2019-02-27T16:00:00Z (day) | web anonymous
            6: ✗ this row has 2 cells and the header 4; most likely a quotation mark or delimiter is wrong: mend it and import again
        "#]],
    );
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
    expect![[r#"
        2: import:test:1 | 长 | 9000 characters | 2019-02-27T16:00:00Z (day) | web anonymous
        3: ✗ text has more than 20000 characters; split it
        4: import:test:3 | 题×199… | 303 characters | 2019-02-27T16:00:00Z (day) | web anonymous
    "#]]
    .assert_eq(&told);
}

#[test]
fn encodings() {
    let csv = "编号,标题,内容,时间\n1,路灯,不亮,2019-02-28\n";
    let (gb, _, _) = GB18030.encode(csv);
    check(
        &format!("encoding = \"gb18030\"\n{PLAIN}"),
        &gb,
        expect![[r#"
        2: import:test:1 | 路灯 | 不亮 | 2019-02-27T16:00:00Z (day) | web anonymous
    "#]],
    );
    check(
        PLAIN,
        &gb,
        expect![[
            r#"FILE was not imported: its header is not text in the encoding of the mapping; write encoding = "gb18030" (or "utf-8") in the mapping, or save the file as CSV UTF-8"#
        ]],
    );
    let mut broken = csv.as_bytes().to_vec();
    broken.extend(b"2,\xff\xfe,x,2019-02-28\n3,\xe5\xa5\xbd,x,2019-02-28\n");
    check(
        PLAIN,
        broken,
        expect![[r#"
        2: import:test:1 | 路灯 | 不亮 | 2019-02-27T16:00:00Z (day) | web anonymous
        3: ✗ the bytes are not text in this encoding; save the file as UTF-8, or write encoding = "gb18030" in the mapping
        4: import:test:3 | 好 | x | 2019-02-27T16:00:00Z (day) | web anonymous
    "#]],
    );
}

#[test]
fn files_that_are_no_table() {
    check(PLAIN, "", expect!["FILE was not imported: it is empty"]);
    check(PLAIN, "\n\n", expect!["FILE was not imported: it has no header"]);
    check(PLAIN, b"\xff\xfe1\0", expect!["FILE was not imported: it is UTF-16 text; save it as CSV UTF-8"]);
    check(
        PLAIN,
        b"\xd0\xcf\x11\xe0\xa1",
        expect![
            "FILE was not imported: it is an old workbook (.xls) or a protected one; save it as .xlsx without a password, or as CSV UTF-8"
        ],
    );
    check(
        PLAIN,
        b"PK\x03\x04 not really",
        expect!["FILE was not imported: it looks like a workbook, but its folder is damaged; save it anew"],
    );
    check(
        PLAIN,
        "编号,标题,时间\n",
        expect![[
            r#"FILE was not imported: it has no column "内容"; its columns are: 编号, 标题, 时间. Mend the mapping, or take the line out of it"#
        ]],
    );
    check(
        PLAIN,
        "编号,标题,内容,时间,时间\n",
        expect![[r#"FILE was not imported: it has the column "时间" twice; give one of them another name"#]],
    );
}

#[test]
fn header_row_delimiter_and_rows_without_a_number() {
    let mapping = "source = \"semi\"\ndelimiter = \";\"\nheader_row = 2\nzone = \"America/New_York\"\n[columns]\ntext = \"内容\"\nreceived = \"时间\"\n";
    let csv = "测试热线导出表;;\n\n内容;时间\n同样的话;2022-05-01 00:00:03\n同样的话;2022-05-01 00:00:03\n同样的话;2022-05-01 00:00:04\n有时差;2022-05-01T00:00:04-05:00\n";
    check(
        mapping,
        csv,
        expect![[r#"
        4: import:semi:~d0b8f52cfe18e7b727db1548d45867d1 | 同样的话 | 同样的话 | 2022-05-01T04:00:03Z | other anonymous
        5: import:semi:~d0b8f52cfe18e7b727db1548d45867d1 | 同样的话 | 同样的话 | 2022-05-01T04:00:03Z | other anonymous
        6: import:semi:~20ffb2601c63bb8db2216010473d2feb | 同样的话 | 同样的话 | 2022-05-01T04:00:04Z | other anonymous
        7: import:semi:~d51ee945178d45733e366230d33e7b0b | 有时差 | 有时差 | 2022-05-01T05:00:04Z | other anonymous
    "#]],
    );
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
    check(
        WIDE,
        format!("{WIDE_HEADER}{}\n", rows.join("\n")),
        expect![[r#"
            2: import:wide:甲:1 | 路灯不亮 | 路灯不亮 | 2024-05-01T00:00:00Z | → 已修好 2024-05-02T01:00:00Z | kind complaint | urgency urgent | division 430203001 | category utilities | phone contact | at 测试路 1号 | 113.1340 27.8280 | 测试·王女士 13900006021
            3: import:wide:甲:2 | 先办结后受理 | 先办结后受理 | 2024-05-01T00:00:00Z | → 已修好 2024-05-01T00:00:00Z | kind complaint | other anonymous | ! the answer is older than the request; it counts as given at once
            4: import:wide:甲:3 | 没有办结时间 | 没有办结时间 | 2024-05-01T00:00:00Z | kind help | other anonymous | ! an answer without its time; the answer was left out
            5: import:wide:甲:4 | 没有答复内容 | 没有答复内容 | 2024-05-01T00:00:00Z (day) | → （原系统没有记录答复内容） 2024-05-01T00:00:00Z | kind help | other anonymous
            6: ✗ answered: the time "2031-05-01" cannot be right (before 1980 or after tomorrow); mend it
            7: passed over
            8: import:wide:乙:1 | 坐标零 | 坐标零 | 2024-05-01T00:00:00Z | kind help | other anonymous | ! A coordinate is exactly 0: most likely nobody filled it in; imported without a point
            9: import:wide:乙:2 | 坐标取整 | 坐标取整 | 2024-05-01T00:00:00Z | kind help | other anonymous | ! The coordinates are whole degrees: they were rounded and may be a hundred kilometres off; imported without a point
            10: import:wide:乙:3 | 坐标写反 | 坐标写反 | 2024-05-01T00:00:00Z | kind help | other anonymous | ! Longitude and latitude are swapped; imported without a point
            11: import:wide:乙:4 | 坐标在外地 | 坐标在外地 | 2024-05-01T00:00:00Z | kind help | other anonymous | ! The coordinates are outside the city; imported without a point
            12: import:wide:乙:5 | 坐标不是数 | 坐标不是数 | 2024-05-01T00:00:00Z | kind help | other anonymous | ! The coordinates are not numbers; imported without a point
            13: import:wide:乙:6 | 坐标缺一半 | 坐标缺一半 | 2024-05-01T00:00:00Z | kind help | other anonymous | ! The coordinates are not numbers; imported without a point
            14: import:wide:丙:1 | 不认得的词 | 不认得的词 | 2024-05-01T00:00:00Z | kind help | no category 天文 | other anonymous | at 月球街道 月球路 | ! the city has no division "月球街道"; it stays in the words of the place only | ! kind: "诉苦" is not known, the default holds; it can be named in [values.kind] of the mapping | ! urgency: "火急" is not known, the default holds; it can be named in [values.urgency] of the mapping
            15: import:wide:丙:2 | 只有姓名 | 只有姓名 | 2024-05-01T00:00:00Z | kind help | other confidential | 测试·李先生 -
            16: import:wide:丙:3 | 电话不对 | 电话不对 | 2024-05-01T00:00:00Z | kind help | other confidential | 测试·李先生 - | ! the telephone number cannot be one; it was left out
            17: import:wide:丙:4 | 匿名有电话 | 匿名有电话 | 2024-05-01T00:00:00Z | kind help | other anonymous | 测试·李先生 12345
        "#]],
    );
}

#[test]
fn days_to_the_answer() {
    let mapping = "source = \"days\"\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"日期\"\nanswer = \"答复\"\ndays_to_answer = \"天数\"\n";
    let csv = "编号,内容,日期,答复,天数\n1,甲,2020-03-01,好,0\n2,乙,2020-02-27,好,3\n3,丙,2020-02-27,好,很久\n4,丁,2020-02-27,好,-1\n5,戊,2020-02-27,好,\n6,己,2020-02-27,好,9999\n";
    check(
        mapping,
        csv,
        expect![[r#"
        2: import:days:1 | 甲 | 甲 | 2020-02-29T16:00:00Z (day) | → 好 2020-02-29T16:00:00Z | other anonymous
        3: import:days:2 | 乙 | 乙 | 2020-02-26T16:00:00Z (day) | → 好 2020-02-29T16:00:00Z | other anonymous
        4: ✗ the days to the answer are not a whole number from 0: "很久"; mend them
        5: ✗ the days to the answer are not a whole number from 0: "-1"; mend them
        6: import:days:5 | 戊 | 戊 | 2020-02-26T16:00:00Z (day) | other anonymous | ! an answer without its time; the answer was left out
        7: ✗ days_to_answer: the time "9999" cannot be right (before 1980 or after tomorrow); mend it
    "#]],
    );
}

#[test]
fn a_shifted_coordinate_is_brought_back() {
    let mapping = "source = \"gcj\"\ncrs = \"gcj02\"\n[columns]\nid = \"编号\"\ntext = \"内容\"\nreceived = \"日期\"\nlng = \"经\"\nlat = \"纬\"\n";
    check(
        mapping,
        "编号,内容,日期,经,纬\n1,甲,2020-03-01,113.139829,27.824859\n2,乙,2020-03-01,0,0\n",
        expect![[r#"
        2: import:gcj:1 | 甲 | 甲 | 2020-02-29T16:00:00Z (day) | other anonymous | 113.1340 27.8280
        3: import:gcj:2 | 乙 | 乙 | 2020-02-29T16:00:00Z (day) | other anonymous | ! A coordinate is exactly 0: most likely nobody filled it in; imported without a point
    "#]],
    );
}

#[test]
fn long_and_strange_numbers() {
    let csv = format!(
        "编号,标题,内容,时间\n{},长号,内容,2019-02-28\n'=1+1,公式号,内容,2019-02-28\n",
        "9".repeat(150)
    );
    check(
        PLAIN,
        csv,
        expect![[r#"
        2: import:test:~0ea8daa62dbb3d3ca7746d6e6c883a97 | 长号 | 内容 | 2019-02-27T16:00:00Z (day) | web anonymous
        3: import:test:=1+1 | 公式号 | 内容 | 2019-02-27T16:00:00Z (day) | web anonymous
    "#]],
    );
}
