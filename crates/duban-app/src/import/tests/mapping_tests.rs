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
    let with = |more: &str| format!("source = \"test\"\n{more}\n[columns]\nreceived = \"时间\"\ntext = \"内容\"\n");
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
            Err(ImportError::Mapping { why, .. }) => out += &format!("{}\n", why.lines().last().unwrap_or_default()),
            other => out += &format!("{other:?}\n"),
        }
    }
    expect![[r#""#]].assert_eq(&out);
    assert!(Mapping::load("no-such").unwrap_err().to_string().contains("messages-replies"));
}
