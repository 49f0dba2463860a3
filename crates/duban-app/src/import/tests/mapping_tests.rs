//! Mappings: the shipped ones hold together, and each mistake is named.

use expect_test::expect;

use super::super::{ImportError, Mapping, SHIPPED};

#[test]
fn every_shipped_mapping_holds_together() {
    for (name, text) in SHIPPED {
        let mapping = Mapping::load(name).unwrap_or_else(|e| panic!("{e}"));
        assert!(!mapping.columns.is_empty() && text.starts_with('#'), "{name}");
    }
}

#[test]
fn mistakes_are_named() {
    let with =
        |more: &str| format!("source = \"test\"\n{more}\n[columns]\nreceived = \"时间\"\ntext = \"内容\"\n");
    let cases = [
        "source = \"测试\"\n[columns]\nreceived = \"a\"\ntext = \"b\"".to_owned(),
        "source = \"t\"\n[columns]\ntext = \"b\"".to_owned(),
        "source = \"t\"\n[columns]\nreceived = \"b\"".to_owned(),
        with("zone = \"Mars/Base\""),
        with("delimiter = \"，\""),
        with("time_formats = [\"%H:%M\"]"),
        with("crs = \"mercator\""),
        with("encoding = \"latin-1\""),
        with("colour = 1"),
        with("") + "lng = \"x\"",
        with("") + "answered = \"x\"\ndays_to_answer = \"y\"",
        with("") + "place = []",
        with("") + "colour = \"x\"",
        with("") + "[values.kind]\n\"诉苦\" = \"lament\"",
        with("") + "[default]\nchannel = \"pigeon\"",
    ];
    let mut out = String::new();
    for text in &cases {
        match Mapping::parse("test.toml", text) {
            Err(ImportError::Mapping { why, .. }) => {
                out += &format!("{}\n", why.lines().last().unwrap_or_default())
            }
            other => out += &format!("{other:?}\n"),
        }
    }
    expect![[r#"
        source = "测试": write 1 to 40 of a-z, 0-9 and -; it becomes a part of each key
        [columns] needs `received`: without a time there is no deadline
        [columns] needs `text` or `title`: a matter says something
        zone = "Mars/Base" is not known; write a name like Asia/Shanghai or UTC
        delimiter: write one ASCII character, such as ",", ";" or "\t"
        time_formats: "%H:%M" does not read a day (datetime required to parse timestamp: date required to parse datetime: year required to parse date); write for example "%Y-%m-%d %H:%M"
        crs = "mercator": write one of wgs84, gcj02, bd09
        unknown variant `latin-1`, expected one of `utf-8`, `gb18030`, `gb2312`, `gbk`
        unknown field `colour`, expected one of `source`, `format`, `encoding`, `delimiter`, `sheet`, `header_row`, `zone`, `time_formats`, `crs`, `columns`, `values`, `default`, `skip_when`
        [columns] has one of `lng` and `lat`: name both or none
        [columns] has both `answered` and `days_to_answer`: keep the one that the source recorded
        [columns] place names no column; write its header or take the line out
        unknown variant `colour`, expected one of `id`, `title`, `text`, `received`, `answered`, `days_to_answer`, `answer`, `kind`, `urgency`, `channel`, `place`, `division`, `lng`, `lat`, `category`, `name`, `phone`, `privacy`
        kind = "lament" is not known; write one of consult, help, complaint, tip, suggestion, praise
        channel = "pigeon" is not known; write one of phone, web, wechat, mini-program, mailbox, platform, counter, patrol, open311, other, own
    "#]].assert_eq(&out);
    assert!(Mapping::load("no-such").unwrap_err().to_string().contains("messages-replies"));
}
