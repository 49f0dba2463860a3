//! Changing one entry leaves everything else in the file as somebody wrote it.

use expect_test::expect;

use super::shipped as pack;
use crate::city::{
    City, PackFiles, check,
    edit::{
        EditFault, Replacing, Table, Values, differences, entries, entry, put, remove, rename_below, retire,
        shift,
    },
};

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn shipped() -> PackFiles {
    pack()
}

/// Writing every entry of every table as it is changes nothing that the program reads.
#[test]
fn every_entry_of_the_shipped_pack_is_written_as_it_was_read() {
    let files = shipped();
    let known = format!("{:?}", City::load(&files).unwrap());
    for table in Table::ALL.iter().copied() {
        let mut changed = files.clone();
        // Each is written into the whole file: of the long tables every seventh.
        let all = entries(&files, table);
        for old in all.iter().step_by(if all.len() > 80 { 7 } else { 1 }) {
            put(&mut changed, table, Some(&old.id), &old.values).unwrap();
        }
        assert_eq!(entries(&changed, table).len(), entries(&files, table).len(), "{table:?}");
        for (was, is) in entries(&files, table).iter().zip(entries(&changed, table)) {
            assert_eq!(was.id, is.id, "{table:?}");
        }
        let city = City::load(&changed).unwrap_or_else(|faults| panic!("{table:?}: {faults:?}"));
        let strip = |text: &str| text.split("digest").next().unwrap_or("").to_owned();
        assert_eq!(strip(&format!("{city:?}")), strip(&known), "{table:?}");
    }
}

#[test]
fn a_changed_row_is_the_only_line_that_differs() {
    let before = shipped();
    let mut files = before.clone();
    let mut role = entry(&files, Table::Roles, "editor").unwrap().values;
    role.insert("name".to_owned(), "文字管理员".to_owned());
    put(&mut files, Table::Roles, Some("editor"), &role).unwrap();
    let (a, b) = (&before["roles.toml"], &files["roles.toml"]);
    let apart: Vec<_> = a.lines().zip(b.lines()).filter(|(x, y)| x != y).collect();
    assert_eq!(apart, [("name = \"常用语管理员\"", "name = \"文字管理员\"")]);
    assert_eq!(a.lines().count(), b.lines().count(), "comments stay");

    let mut unit = entry(&files, Table::Units, "fire").unwrap().values;
    unit.insert("closed".to_owned(), "yes".to_owned());
    put(&mut files, Table::Units, Some("fire"), &unit).unwrap();
    let csv = &files["units.csv"];
    assert!(csv.starts_with("# 承办单位"), "the comment stays");
    assert!(
        csv.contains(",phone,closed\n") && csv.contains(",消防") == before["units.csv"].contains(",消防")
    );
    assert!(csv.lines().any(|line| line.starts_with("fire,") && line.ends_with(",yes")));
}

#[test]
fn a_new_category_stands_behind_its_siblings_and_can_be_chosen_until_it_is_retired() {
    let mut files = shipped();
    let new = values(&[
        ("key", "utilities.water.hydrant"),
        ("name", "消火栓"),
        ("name_en", "Hydrants"),
        ("kind", "help"),
    ]);
    put(&mut files, Table::Categories, None, &new).unwrap();
    assert_eq!(put(&mut files, Table::Categories, None, &new), Err(EditFault::Taken));
    let lines: Vec<&str> = files["categories.csv"].lines().collect();
    let at = lines.iter().position(|line| line.starts_with("utilities.water.hydrant,")).unwrap();
    assert!(lines[at - 1].starts_with("utilities.water."), "{}", lines[at - 1]);
    let city = City::load(&files).unwrap();
    assert!(city.live_category("utilities.water.hydrant").is_some());

    let mut gone = entry(&files, Table::Categories, "utilities.water.hydrant").unwrap().values;
    gone.insert("retired".to_owned(), "yes".to_owned());
    put(&mut files, Table::Categories, Some("utilities.water.hydrant"), &gone).unwrap();
    let city = City::load(&files).unwrap();
    assert!(city.live_category("utilities.water.hydrant").is_none());
    assert_eq!(
        city.category("utilities.water.hydrant").unwrap().name.zh,
        "消火栓",
        "old cases keep its name"
    );
    gone.insert("key".to_owned(), "utilities.water.other".to_owned());
    let renamed = put(&mut files, Table::Categories, Some("utilities.water.hydrant"), &gone);
    assert_eq!(renamed, Err(EditFault::KeyStays));
}

#[test]
fn what_still_points_to_a_closed_unit_or_a_retired_category_is_named() {
    let mut files = shipped();
    let mut unit = entry(&files, Table::Units, "urban.green").unwrap().values;
    unit.insert("closed".to_owned(), "yes".to_owned());
    unit.insert("successor".to_owned(), "urban".to_owned());
    put(&mut files, Table::Units, Some("urban.green"), &unit).unwrap();
    let mut category = entry(&files, Table::Categories, "utilities.aerial.tree").unwrap().values;
    category.insert("retired".to_owned(), "yes".to_owned());
    put(&mut files, Table::Categories, Some("utilities.aerial.tree"), &category).unwrap();
    let said: Vec<String> = check(&files).iter().map(ToString::to_string).collect();
    assert!(
        said.iter().any(|s| s.starts_with("catalogue.toml:")
            && s.contains("单位 urban.green 已撤并 → 改成接办的 urban。"))
    );
    assert!(
        said.iter()
            .any(|s| s.starts_with("category-words.csv:") && s.contains("分类 utilities.aerial.tree 已停用"))
    );
}

#[test]
fn entries_are_added_moved_and_taken_out_in_the_hand_of_the_file() {
    let mut files = PackFiles::new();
    let text = "# 开头\n\n# 先\n[[answer]]\nkey = \"a\"\ntext = \"甲\"\n\n[[answer]]\nkey = \"b\"\ntext = \"乙 [[answer]]\"\n";
    files.insert("survey.toml".to_owned(), text.to_owned());
    shift(&mut files, Table::Survey, "b", false).unwrap();
    assert_eq!(shift(&mut files, Table::Survey, "b", false), Err(EditFault::AtTheEnd));
    let new = values(&[("key", "c"), ("text", "丙\"引\""), ("solved", "yes"), ("alert", "no")]);
    put(&mut files, Table::Survey, None, &new).unwrap();
    remove(&mut files, Table::Survey, "a").unwrap();
    expect![[r##"
        # 开头

        [[answer]]
        key = "b"
        text = "乙 [[answer]]"

        [[answer]]
        key = "c"
        text = "丙\"引\""
        solved = true
    "##]]
    .assert_eq(&files["survey.toml"]);

    let day =
        values(&[("from", "2027-01-01"), ("to", "2027-01-03"), ("name", "元旦"), ("name_en", "New Year")]);
    put(&mut files, Table::Holidays, None, &day).unwrap();
    expect![[r#"
        year = 2027

        [[holiday]]
        from = 2027-01-01
        to = 2027-01-03
        name = "元旦"
        name_en = "New Year"
    "#]]
    .assert_eq(&files["calendar/2027.toml"]);
}

#[test]
fn what_differs_is_told_by_entry_and_otherwise_by_line() {
    let before = shipped();
    let mut after = before.clone();
    let mut role = entry(&after, Table::Roles, "auditor").unwrap().values;
    role.insert("name".to_owned(), "审计员".to_owned());
    put(&mut after, Table::Roles, Some("auditor"), &role).unwrap();
    let city = after["city.toml"].replace("\"12345\"", "\"12346\"");
    after.insert("city.toml".to_owned(), city);
    let told = differences(&before, &after);
    assert_eq!(told.len(), 2);
    assert_eq!((told[0].file.as_str(), told[0].table), ("city.toml", None));
    assert!(
        told[0].before.contains("12345") && told[0].after.contains("12346") && !told[0].after.contains('\n')
    );
    assert_eq!((told[1].table, told[1].id.as_str()), (Some(Table::Roles), "auditor"));
    assert!(told[1].before.contains("name = 审计管理员") && told[1].after.contains("name = 审计员"));
}

#[test]
fn a_hidden_kind_that_was_moved_below_a_public_one_was_on_the_public_page() {
    let mut files = shipped();
    let shown = |files: &PackFiles, key: &str| City::load(files).unwrap().is_public(key);
    assert!(!shown(&files, "labour.wage.arrears") && shown(&files, "market"), "hidden by `labour` above it");
    let pairs = rename_below(&mut files, "labour.wage", "market").unwrap();
    assert!(pairs.iter().any(|(_, new)| new == "market.wage.arrears"));
    for (old, new) in &pairs {
        assert!(!shown(&files, old) && !shown(&files, new), "{new}");
    }
    assert!(shown(&files, "market"), "what was there is shown as before");

    // A row of its own that shows it did not help below a hidden one, and does not show it now.
    let mut files = shipped();
    let row = values(&[("category", "labour.wage"), ("icon", "work"), ("show", "yes")]);
    put(&mut files, Table::Public, None, &row).unwrap();
    rename_below(&mut files, "labour.wage", "").unwrap();
    let city = City::load(&files).unwrap();
    assert!(!city.is_public("wage.arrears"));
    assert_eq!(city.public_icon("wage.arrears"), "work");

    // Into another kind: refused where that one is public.
    let merged = retire(&mut files, Replacing::Category, "labour.insurance", "market");
    assert_eq!(merged, Err(EditFault::Published));
    retire(&mut files, Replacing::Category, "labour.insurance", "social").unwrap();
}

#[test]
fn forwarding_rules_follow_a_replaced_key_and_stay_as_they_were_written() {
    let mut files = shipped();
    let text = "# 转给电力系统\n[[remote]]\nkey = \"grid\"\nname = \"电网\"\nname_en = \"Grid\"\nunit = \"power\" # 供电\ncategories = [\"utilities.lighting\", \"utilities.aerial\"]\nendpoint = \"https://grid.example.cn/open311/v2\"\nservice = \"other\"\n[[remote.map]]\ncategory = \"utilities.lighting\"\nservice = \"light\"\n[[remote.map]]\ncategory = \"utilities.aerial\"\nservice = \"line\"\n";
    files.insert("remotes.toml".to_owned(), text.to_owned());
    City::load(&files).unwrap();

    let mut moved = files.clone();
    rename_below(&mut moved, "utilities.lighting", "roads").unwrap();
    assert_eq!(moved["remotes.toml"], text.replace("utilities.lighting", "roads.lighting"));
    let city = City::load(&moved).unwrap_or_else(|faults| panic!("{faults:?}"));
    let grid = city.remote("grid").unwrap();
    assert!(grid.takes(Some("roads.lighting.dark")) && !grid.takes(Some("utilities.lighting.dark")));
    assert_eq!(grid.service_of(Some("roads.lighting.dark")), "light");

    // Where the one that is used instead has a service of its own, that one holds.
    let leaves = text
        .replace("utilities.lighting", "utilities.lighting.new")
        .replace("utilities.aerial", "utilities.lighting.dark");
    let mut merged = files.clone();
    merged.insert("remotes.toml".to_owned(), leaves);
    retire(&mut merged, Replacing::Category, "utilities.lighting.new", "utilities.lighting.dark").unwrap();
    let now = &merged["remotes.toml"];
    assert!(now.contains("categories = [\"utilities.lighting.dark\"]\n"), "{now}");
    let city = City::load(&merged).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(city.remote("grid").unwrap().service_of(Some("utilities.lighting.dark")), "line");

    let mut closed = files.clone();
    retire(&mut closed, Replacing::Unit, "power", "urban").unwrap();
    assert_eq!(closed["remotes.toml"], text.replace("unit = \"power\"", "unit = \"urban\""));
    City::load(&closed).unwrap_or_else(|faults| panic!("{faults:?}"));
}
