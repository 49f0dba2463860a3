//! Registers as they come: tables and shapes, odd rows, what changed, and when they are due.

use proptest::prelude::*;

use super::*;
use crate::{
    city::{City, tests::zhuzhou},
    place::Bounds,
};

const BOX: Bounds = Bounds { west: 112.96, south: 26.05, east: 114.12, north: 28.02 };

fn register(format: Format, id: Option<&str>) -> Register {
    Register {
        key: "streets".into(),
        name: Words { zh: "测试道路".into(), en: "Test streets".into() },
        holds: Holds::Places,
        source: Source::File("streets.csv".into()),
        format,
        private: false,
        crs: Crs::Wgs84,
        at: 210,
        every_days: 1,
        vanish_max: 10,
        columns: Columns {
            id: id.map(str::to_owned),
            name: "name".into(),
            name_en: "name_en".into(),
            aliases: "aliases".into(),
            initials: "initials".into(),
            division: "division".into(),
            lng: "lng".into(),
            lat: "lat".into(),
        },
    }
}

fn reading(register: &Register, text: &str) -> Result<Reading, ReadFault> {
    read(register, text, &BOX, |code| code == "430203")
}

fn shown(reading: &Reading) -> Vec<String> {
    let point = |p: Option<Point>| p.map_or_else(|| "-".into(), |p| format!("{:.3} {:.3}", p.lng(), p.lat()));
    let one = |e: &Entry| {
        let division = e.division.as_deref().unwrap_or("-");
        format!("{} {}/{} {} {}", e.id, e.name.zh, e.name.en, division, point(e.point))
    };
    reading.entries.iter().map(one).collect()
}

#[test]
fn a_table_is_read_by_its_columns_and_odd_rows_are_named_and_left_out() {
    let text = "\u{feff}code;name;name_en;aliases;division;lng;lat\n\
        1;测试一路;First Test Road;一路|老街;430203;113.14;27.83\n\
        2;;No Name;;430203;113.14;27.83\n\
        3;测试二路;;;999999;113.15;27.84\n\
        4;测试三路;;;430203;27.83;113.14\n\
        1;测试一路又一次;;;430203;;\n\
        ;没有编号路;;;430203;;\n";
    let read = reading(&register(Format::Csv, Some("code")), text).unwrap();
    assert_eq!(
        shown(&read),
        [
            "1 测试一路/First Test Road 430203 113.140 27.830",
            "3 测试二路/测试二路 - 113.150 27.840",
            "4 测试三路/测试三路 430203 -",
        ]
    );
    assert_eq!(read.entries[0].aliases, ["一路", "老街"]);
    let odd: Vec<&str> = read.named.iter().map(|words| words.zh.split('：').next().unwrap()).collect();
    assert_eq!((read.odd, odd), (5, vec!["第 2 条", "第 3 条", "第 4 条", "第 5 条", "第 6 条"]));
}

#[test]
fn shapes_of_geojson_are_points_and_parts_of_one_street_are_one() {
    let text = r#"{"type": "FeatureCollection", "features": [
        {"properties": {"name": "测试长街", "division": 430203},
         "geometry": {"type": "LineString", "coordinates": [[113.10, 27.80], [113.12, 27.82], [113.14, 27.84]]}},
        {"properties": {"name": "测试长街", "division": "430203"},
         "geometry": {"type": "LineString", "coordinates": [[113.15, 27.85]]}},
        {"properties": {"name": "测试小区"},
         "geometry": {"type": "Polygon", "coordinates": [[[113.10, 27.80], [113.20, 27.80], [113.20, 27.90], [113.10, 27.80]]]}},
        {"properties": {"name": "测试广场"}, "geometry": null},
        {"properties": {"name": "远方"}, "geometry": {"type": "Point", "coordinates": [2.35, 48.85]}}
    ]}"#;
    let read = reading(&register(Format::GeoJson, None), text).unwrap();
    assert_eq!(
        shown(&read),
        [
            "测试长街 430203 测试长街/测试长街 430203 113.120 27.820",
            "测试小区 - 测试小区/测试小区 - 113.150 27.850",
            "测试广场 - 测试广场/测试广场 - -",
            "远方 - 远方/远方 - -",
        ]
    );
    assert_eq!(read.odd, 1, "{:?}", read.named);
}

#[test]
fn what_is_no_register_is_refused_with_a_sentence() {
    let csv = register(Format::Csv, Some("code"));
    let fault = |register: &Register, text: &str| reading(register, text).unwrap_err().words();
    assert!(fault(&csv, "<html>502</html>").zh.contains("没有“name”这一栏"));
    assert!(
        fault(&csv, "name,id\n测试路,1\n").en.contains("no column \u{201c}code\u{201d}; it has: name, id")
    );
    assert!(fault(&csv, "code,name\n").zh.contains("一条能用的都没有"));
    assert!(fault(&csv, "code,name\n1,\u{fffd}\u{fffd}\n").zh.contains("UTF-8"));
    let json = register(Format::GeoJson, None);
    for text in ["", "[]", "{", "{\"features\": 1}"] {
        assert!(fault(&json, text).zh.contains("读不懂"), "{text}");
    }
    assert!(fault(&json, "{\"features\": []}").zh.contains("一条能用的都没有"));
}

#[test]
fn another_system_of_coordinates_is_brought_into_ours() {
    let gcj = Register { crs: Crs::Gcj02, ..register(Format::Csv, Some("code")) };
    let read = reading(&gcj, "code,name,lng,lat\n1,测试路,113.139829,27.824859\n").unwrap();
    assert_eq!(shown(&read), ["1 测试路/测试路 - 113.134 27.828"]);
}

fn entry(id: &str, name: &str) -> Entry {
    Entry { id: id.into(), name: Words { zh: name.into(), en: name.into() }, ..Entry::default() }
}

#[test]
fn what_changed_is_added_renamed_changed_or_vanished_and_old_names_stay_known() {
    let known = [entry("1", "一路"), entry("2", "二路"), entry("3", "三路"), entry("4", "四路")];
    let moved = Entry { division: Some("430203".into()), ..entry("3", "三路") };
    let found = vec![entry("1", "一路"), entry("2", "新二路"), moved, entry("5", "五路")];
    let changes = compare(&known, found);
    let names = |list: &[Entry]| list.iter().map(|e| e.name.zh.clone()).collect::<Vec<_>>().join(" ");
    assert_eq!(
        (names(&changes.added), names(&changes.changed), names(&changes.vanished)),
        ("五路".into(), "三路".into(), "四路".into())
    );
    assert_eq!(
        (changes.renamed[0].0.name.zh.as_str(), changes.renamed[0].1.former.clone()),
        ("二路", vec!["二路".into()])
    );
    assert!(!changes.is_suspicious(25) && changes.is_suspicious(24));
    // Named back, the newer name is the former one.
    let back = compare(&[changes.renamed[0].1.clone()], vec![entry("2", "二路")]);
    assert_eq!(back.renamed[0].1.former, ["新二路"]);
    assert!(compare(&known, known.to_vec()).is_empty());
}

#[test]
fn a_register_is_due_at_its_hour_and_what_was_missed_is_fetched_once() {
    let city = zhuzhou();
    let at = |text: &str| -> Stamp {
        text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(city.zone.clone()).unwrap().timestamp().into()
    };
    let day = |text: &str| day_number(text.parse().unwrap());
    let daily = register(Format::Csv, None);
    let weekly = Register { every_days: 7, ..daily.clone() };
    let table = [
        (&daily, "2026-01-05T01:00:00", None, Some("2026-01-04")),
        (&daily, "2026-01-05T03:29:59", Some("2026-01-04"), None),
        (&daily, "2026-01-05T03:30:00", Some("2026-01-04"), Some("2026-01-05")),
        (&daily, "2026-01-05T12:00:00", Some("2026-01-05"), None),
        (&daily, "2026-01-09T12:00:00", Some("2026-01-05"), Some("2026-01-09")),
        (&weekly, "2026-01-11T12:00:00", Some("2026-01-05"), None),
        (&weekly, "2026-01-12T03:30:00", Some("2026-01-05"), Some("2026-01-12")),
    ];
    for (register, now, last, want) in table {
        assert_eq!(register.day_owed(at(now), last.map(day), &city.zone), want.map(day), "{now}");
    }
    let next = weekly.next(at("2026-01-06T00:00:00"), Some(day("2026-01-05")), &city.zone);
    assert_eq!(next, at("2026-01-12T03:30:00"));
}

#[test]
fn a_pack_says_where_registers_are_and_what_is_wrong_with_them() {
    let mut files = crate::city::tests::shipped();
    let text = "[[register]]\nkey = \"streets\"\nname = \"道路\"\nname_en = \"Streets\"\nsource = \"https://open.example.cn/streets.csv?x=1\"\nat = \"03:30\"\nid_is = \"code\"\n";
    files.insert("registers.toml".into(), text.into());
    let city = City::load(&files).unwrap();
    let register = city.register("streets").unwrap();
    assert_eq!(
        (register.at, register.every_days, register.vanish_max, register.columns.id.as_deref()),
        (210, 1, 5, Some("code"))
    );
    for (bad, words) in [
        ("source = \"http://open.example.cn/streets.csv\"", "不能用"),
        ("source = \"https://user@open.example.cn/x\"", "不能用"),
        ("source = \"file:../secret.key\"", "不能用"),
        ("source = \"ftp://open.example.cn/x\"", "不能用"),
    ] {
        let with = text.replace("source = \"https://open.example.cn/streets.csv?x=1\"", bad);
        files.insert("registers.toml".into(), with);
        let faults = City::load(&files).unwrap_err();
        assert!(faults.iter().any(|f| f.file == "registers.toml" && f.what.zh.contains(words)), "{faults:?}");
    }
    files.insert("registers.toml".into(), text.replace("at = \"03:30\"\n", ""));
    assert!(City::load(&files).is_err(), "an hour must be given");
    // What a page offers to begin with holds as it is, and with its signs taken off.
    for (fresh, count) in [
        (Register::FRESH.to_owned(), 0),
        (Register::FRESH.replace("\n# ", "\n").replace("\nLists", "\n# Lists"), 1),
    ] {
        files.insert(Register::FILE.into(), fresh);
        assert_eq!(City::load(&files).unwrap().registers.len(), count);
    }
}

proptest! {
    /// Whatever a register says, reading it ends, and each id is there once.
    #[test]
    fn no_register_stops_the_program(text in "\\PC{0,400}", json in any::<bool>()) {
        let format = if json { Format::GeoJson } else { Format::Csv };
        for id in [None, Some("id")] {
            if let Ok(read) = reading(&register(format, id), &text) {
                let mut ids: Vec<&str> = read.entries.iter().map(|e| e.id.as_str()).collect();
                ids.sort_unstable();
                let all = ids.len();
                ids.dedup();
                prop_assert_eq!(all, ids.len());
            }
        }
    }
}
