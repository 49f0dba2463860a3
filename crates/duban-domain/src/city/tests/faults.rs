//! A pack of a few lines, broken in one place at a time: data in, text out.

use expect_test::{Expect, expect};

use super::*;
use crate::Stamp;

/// The smallest pack without faults.
pub(super) fn small() -> PackFiles {
    let files = [
        (
            "city.toml",
            "key = \"town\"\nname = \"小城\"\nname_en = \"Town\"\nhotline = \"12345\"\nzone = \"Asia/Shanghai\"\n[bounds]\nwest = 112.96\nsouth = 26.05\neast = 114.12\nnorth = 28.02\n",
        ),
        (
            "units.csv",
            "# 单位\nkey,kind,name,name_en,parent,division\nhotline,centre,热线,Hotline,,\npower,company,供电,Power,,\neast,division,东区,East,,430202\n",
        ),
        (
            "divisions.csv",
            "code,name,name_en,unit,lng,lat\n430202,东区,East,east,113.1,27.8\n430202001,一街,First,,,\n",
        ),
        ("categories.csv", "key,name,name_en,kind\npower,电,Power,help\npower.cut,停电,Cut,help\n"),
        ("category-words.csv", "category,any,all,none\npower.cut,停电|断电,,\n"),
        (
            "words.toml",
            "[[kind]]\nkind = \"consult\"\nany = [\"请问\"]\n\n[[urgency]]\nurgency = \"critical\"\nany = [\"起火\"]\nreason = \"火\"\nreason_en = \"fire\"\n",
        ),
        (
            "catalogue.toml",
            "[[rule]]\nkey = \"power\"\ncategory = [\"power\"]\nunit = \"power\"\nreason = \"电\"\nreason_en = \"power\"\n\n[[rule]]\nkey = \"smoke\"\nany = [\"黑烟\"]\nunit = \"street\"\nreason = \"烟\"\nreason_en = \"smoke\"\n",
        ),
        (
            "deadlines.toml",
            "[[deadline]]\nkey = \"all\"\nurgency = [\"critical\", \"urgent\", \"normal\", \"complex\"]\nsign = \"4 working hours\"\nfinish = \"5 working days\"\n",
        ),
        ("calendar.toml", "hours = [\"09:00-12:00\", \"13:00-17:00\"]\n"),
        (
            "calendar/2026.toml",
            "year = 2026\n\n[[holiday]]\nname = \"元旦\"\nname_en = \"New Year\"\nfrom = 2026-01-01\nto = 2026-01-03\n\n[[makeup]]\ndate = 2026-01-04\nname = \"元旦\"\nname_en = \"New Year\"\n",
        ),
        (
            "labels.toml",
            "[[label]]\nkey = \"on-site\"\nphase = \"in-hand\"\nname = \"待现场\"\nname_en = \"Site visit\"\n",
        ),
        (
            "roles.toml",
            "[[role]]\nkey = \"all\"\nname = \"全\"\nname_en = \"All\"\nactions = [\"register\", \"erase\", \"enter\", \"view\", \"dispatch\", \"sign\", \"contact\", \"answer\", \"review\", \"callback\", \"classify\", \"note\", \"reveal\", \"label\", \"figures\", \"export\", \"texts\", \"knowledge\", \"moderate\", \"return\", \"extend\", \"decide\", \"assign\", \"inspect\", \"task\", \"work\", \"ask\", \"reopen\", \"correct\"]\nreach = \"all\"\n\n[[role]]\nkey = \"admin\"\nname = \"管\"\nname_en = \"Admin\"\nactions = [\"administer\", \"accounts\", \"audit\", \"hall\", \"hall-review\", \"hall-pay\"]\nreach = \"none\"\n",
        ),
        (
            "texts.toml",
            "[home]\nlead = \"一\"\nlead_en = \"1\"\nsub = \"一\"\nsub_en = \"1\"\nexample = \"一\"\nexample_en = \"1\"\n[report]\nemergency = \"一\"\nemergency_en = \"1\"\n[receipt]\nafter = \"一\"\nafter_en = \"1\"\n[footer]\nline = \"一\"\nline_en = \"1\"\n[privacy]\nnotice = \"一\"\nnotice_en = \"1\"\n[demo]\nnotice = \"一\"\nnotice_en = \"1\"\n",
        ),
        ("places.csv", "name,name_en,lng,lat,accuracy_m\n车站,Station,113.14,27.83,300\n"),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// Replaces the only place where a text stands in a file, and compares the faults.
pub(super) fn broken(path: &str, from: &str, to: &str, expected: Expect) {
    let mut files = small();
    let text = files.get_mut(path).unwrap();
    assert!(text.contains(from), "{path} has no {from:?}");
    *text = text.replacen(from, to, 1);
    expected.assert_eq(&listed(&check(&files)));
}

#[test]
fn the_small_pack_is_sound() {
    assert_eq!(listed(&check(&small())), "");
    assert!(City::load(&small()).is_ok());
}

#[test]
fn an_unknown_unit_is_named_with_the_one_that_was_meant() {
    broken(
        "catalogue.toml",
        "unit = \"power\"",
        "unit = \"powr\"",
        expect![[r#"
            catalogue.toml:4: 错误：单位 powr 不存在 → 是不是想写 power？
        "#]],
    );
    broken(
        "divisions.csv",
        "East,east",
        "East,nobody",
        expect![[r#"
            divisions.csv:2: 错误：单位 nobody 不存在 → 先在 units.csv 里加上这个单位。
        "#]],
    );
}

#[test]
fn a_parent_must_exist_and_not_go_round() {
    broken(
        "units.csv",
        "Power,,",
        "Power,hotlin,",
        expect![[r#"
            units.csv:4: 错误：上级单位 hotlin 不存在 → 是不是想写 hotline？
        "#]],
    );
    broken(
        "units.csv",
        "Power,,",
        "Power,power,",
        expect![[r#"
            units.csv:4: 错误：power 的上级绕成了一圈 → 改正其中一个单位的 parent。
        "#]],
    );
    broken(
        "divisions.csv",
        "430202001",
        "430203001",
        expect![[r#"
            divisions.csv:3: 错误：上级区划 430203 不存在 → 先加上这个 6 位代码的县级区划，或改正代码的前 6 位。
        "#]],
    );
    broken(
        "categories.csv",
        "power.cut",
        "powr.cut",
        expect![[r#"
            categories.csv:3: 错误：上级分类 powr 不存在 → 是不是想写 power？
            category-words.csv:2: 错误：分类 power.cut 不存在 → 是不是想写 powr.cut？
        "#]],
    );
}

#[test]
fn a_key_is_used_once_and_well_formed() {
    broken(
        "units.csv",
        "power,company",
        "hotline,company",
        expect![[r#"
            catalogue.toml:4: 错误：单位 power 不存在 → 先在 units.csv 里加上这个单位。
            units.csv:4: 错误：键 hotline 重复，第 3 行已有 → 改一个名字，或删去多余的一行。
        "#]],
    );
    broken(
        "units.csv",
        "power,company",
        "Power!,company",
        expect![[r#"
            catalogue.toml:4: 错误：单位 power 不存在 → 先在 units.csv 里加上这个单位。
            units.csv:4: 错误：key Power! 不能作键 → 只用小写字母、数字、连字符和点，例如 power.zhuzhou。
        "#]],
    );
}

#[test]
fn exactly_one_centre() {
    broken(
        "units.csv",
        "hotline,centre",
        "hotline,company",
        expect![[r#"
            units.csv: 错误：没有热线中心 → 让一个单位的 kind 为 centre；未派出的工单归它。
        "#]],
    );
    broken(
        "units.csv",
        "power,company",
        "power,centre",
        expect![[r#"
            units.csv:4: 错误：热线中心不止一个 → 只保留一个 kind 为 centre 的单位。
        "#]],
    );
}

#[test]
fn english_is_asked_for() {
    broken(
        "units.csv",
        "Power",
        "",
        expect![[r#"
            units.csv:4: 提醒：缺少英文 name_en → 补上英文；暂以中文代替。
        "#]],
    );
    broken(
        "texts.toml",
        "sub_en = \"1\"\n",
        "",
        expect![[r#"
            texts.toml:4: 提醒：缺少英文 sub_en → 补上英文；暂以中文代替。
        "#]],
    );
}

#[test]
fn a_division_code_has_six_or_nine_digits() {
    broken(
        "divisions.csv",
        "430202001",
        "43020200",
        expect![[r#"
            divisions.csv:3: 错误：区划代码 43020200 不是 6 位或 9 位数字 → 县级写 6 位，乡级写 9 位；不要带后面的 000。
        "#]],
    );
}

#[test]
fn a_point_is_in_the_city() {
    broken(
        "places.csv",
        "113.14,27.83",
        "27.83,113.14",
        expect![[r#"
            places.csv:2: 错误：坐标超出经纬度的范围 → 检查小数点，以及经度、纬度是否写反。
        "#]],
    );
    broken(
        "places.csv",
        "113.14,27.83",
        "116.4,39.9",
        expect![[r#"
            places.csv:2: 错误：坐标不在本市范围内（116.4 39.9） → 用 WGS-84 度数改正，或把 lng、lat 都留空。
        "#]],
    );
    broken(
        "divisions.csv",
        "113.1,27.8",
        "113.1,",
        expect![[r#"
            divisions.csv:2: 错误：经度、纬度只写了一个 → 两个都写，或都不写。
        "#]],
    );
}

#[test]
fn every_urgency_has_a_deadline() {
    broken(
        "deadlines.toml",
        ", \"complex\"",
        "",
        expect![[r#"
            deadlines.toml: 错误：紧急程度“复杂”没有时限（类型：咨询、求助、投诉、举报、建议、表扬） → 加一行 [[deadline]],urgency = ["complex"],kind 留空表示全部类型。
        "#]],
    );
    broken(
        "deadlines.toml",
        "5 working days",
        "five days",
        expect![[r#"
            deadlines.toml:5: 错误：finish 写成 five days，读不懂 → 写成例如 4 working hours。
        "#]],
    );
    broken(
        "deadlines.toml",
        "\"normal\"",
        "\"norml\"",
        expect![[r#"
            deadlines.toml:3: 错误：urgency 里的 norml 不认识 → 是不是想写 normal？
        "#]],
    );
}

#[test]
fn roles_and_actions_are_known_and_make_sense() {
    broken(
        "roles.toml",
        "\"review\"",
        "\"revew\"",
        expect![[r#"
            roles.toml:5: 错误：actions 里的 revew 不认识 → 是不是想写 review？
        "#]],
    );
    broken(
        "roles.toml",
        "\"review\"",
        "\"view\"",
        expect![[r#"
            roles.toml:5: 错误：角色 all 里的权限 view 写了两次 → 删去一个。
        "#]],
    );
    broken(
        "roles.toml",
        "reach = \"all\"",
        "reach = \"none\"",
        expect![[r#"
            roles.toml:6: 错误：角色 all 有工单权限，却看不到任何工单 → 把 reach 改成 all、unit 或 unit-and-below，或去掉这些权限。
        "#]],
    );
    broken(
        "roles.toml",
        "reach = \"all\"",
        "",
        expect![[r#"
            roles.toml:1: 错误：缺少 reach → 补上 reach。
        "#]],
    );
}

#[test]
fn a_label_needs_a_phase_of_the_program() {
    broken(
        "labels.toml",
        "in-hand",
        "inhand",
        expect![[r#"
            labels.toml:3: 错误：phase 里的 inhand 不认识 → 是不是想写 in-hand？
        "#]],
    );
}

#[test]
fn the_calendar_is_in_order_and_without_gaps() {
    broken(
        "calendar/2026.toml",
        "2026-01-04",
        "2026-01-02",
        expect![[r#"
            calendar/2026.toml:9: 错误：2026-01-02 写了两次，第 3 行已有 → 同一天只能放假、上班或半天之一，删去一处。
            calendar/2026.toml:9: 提醒：调休上班日 2026-01-02 本来就是工作日 → 核对日期；调休上班日应是周六或周日。
        "#]],
    );
    broken(
        "calendar/2026.toml",
        "from = 2026-01-01",
        "from = 2026-01-05",
        expect![[r#"
            calendar/2026.toml:3: 错误：放假的结束日期不对 → to 不早于 from，最长两个月。
        "#]],
    );
    broken(
        "calendar/2026.toml",
        "[[makeup]]",
        "[[holiday]]\nname = \"早\"\nname_en = \"early\"\nfrom = 2026-01-02\n\n[[makeup]]",
        expect![[r#"
            calendar/2026.toml:9: 错误：2026-01-02 写了两次，第 3 行已有 → 同一天只能放假、上班或半天之一，删去一处。
            calendar/2026.toml:9: 错误：早 没有按日期先后排，或和上一段重叠 → 按日期从早到晚排列，各段不重叠。
        "#]],
    );
    broken(
        "calendar/2026.toml",
        "year = 2026",
        "year = 2025",
        expect![[r#"
            calendar/2026.toml:1: 错误：年份和文件名不一致 → 文件名写成 calendar/年份.toml，里面 year 写同一年。
            calendar/2026.toml:3: 错误：2026-01-01 不在 2025 年 → 把它移到那一年的文件里。
            calendar/2026.toml:3: 错误：2026-01-02 不在 2025 年 → 把它移到那一年的文件里。
            calendar/2026.toml:3: 错误：2026-01-03 不在 2025 年 → 把它移到那一年的文件里。
            calendar/2026.toml:9: 错误：2026-01-04 不在 2025 年 → 把它移到那一年的文件里。
        "#]],
    );
    let mut files = small();
    files.insert("calendar/2028.toml".to_owned(), "year = 2028\n".to_owned());
    expect![[r#"
        calendar/2027.toml: 提醒：缺少 2027 年的工作日历，将按周一至周五推算 → 按当年的放假通知补上这个文件。
    "#]]
    .assert_eq(&listed(&check(&files)));
    files.retain(|path, _| !path.starts_with("calendar/"));
    expect![[r#"
        calendar/: 提醒：一年的工作日历都没有 → 按国务院办公厅当年通知新建例如 calendar/2026.toml；在此之前按周一至周五推算。
    "#]].assert_eq(&listed(&check(&files)));
}

#[test]
fn a_year_without_calendar_is_said_in_time() {
    let autumn = Stamp::start_of(jiff::civil::date(2026, 11, 1), &jiff::tz::TimeZone::UTC);
    expect![[r#"
        calendar/2027.toml: 提醒：还没有 2027 年的工作日历，将按周一至周五推算 → 当年放假通知公布后补上这个文件。
    "#]].assert_eq(&listed(&check_at(&small(), autumn)));
    let spring = Stamp::start_of(jiff::civil::date(2026, 3, 1), &jiff::tz::TimeZone::UTC);
    assert_eq!(listed(&check_at(&small(), spring)), "");
}

#[test]
fn a_rule_that_never_fits_is_found() {
    broken(
        "catalogue.toml",
        "any = [\"黑烟\"]",
        "category = [\"power.cut\"]",
        expect![[r#"
            catalogue.toml:8: 提醒：规则 smoke 永远用不到：第 1 行的 power 总是先命中 → 移到 power 前面，或删去其中一条。
        "#]],
    );
    broken(
        "catalogue.toml",
        "category = [\"power\"]\n",
        "",
        expect![[r#"
            catalogue.toml:7: 提醒：规则 smoke 永远用不到：第 1 行的 power 总是先命中 → 移到 power 前面，或删去其中一条。
        "#]],
    );
}

#[test]
fn working_hours_are_in_order() {
    broken(
        "calendar.toml",
        "09:00-12:00",
        "09:00-14:00",
        expect![[r#"
            calendar.toml:1: 错误：工作时间读不懂，或先后颠倒、互相重叠 → 按先后写成例如 ["09:00-12:00", "13:00-17:00"]。
        "#]],
    );
}

#[test]
fn broken_files_and_fields_are_named() {
    broken(
        "city.toml",
        "hotline = \"12345\"",
        "hotline = 12345\nhotlin = 1",
        expect![[r#"
            city.toml:5: 错误：不认识的字段 hotlin → 是不是想写 hotline？
        "#]],
    );
    broken(
        "city.toml",
        "name_en = \"Town\"",
        "name_en = \"Town",
        expect![[r#"
            city.toml:3: 错误：TOML 写法有误：invalid basic string, expected `"` → 检查这一行的引号、方括号和等号，同一个字段不要写两次。
        "#]],
    );
    broken(
        "city.toml",
        "Asia/Shanghai",
        "Asia/Zhuzhou",
        expect![[r#"
            city.toml:5: 错误：zone 写成 Asia/Zhuzhou，读不懂 → 写成例如 Asia/Shanghai。
        "#]],
    );
    broken(
        "units.csv",
        "east,division,东区,East,,430202",
        "east,division,东区,East",
        expect![[r#"
            units.csv:5: 错误：这一行有 4 栏，表头有 6 栏 → 补上或去掉逗号；内容里有逗号时整栏加双引号。
        "#]],
    );
    let mut files = small();
    files.remove("roles.toml");
    files.insert("rols.toml".to_owned(), String::new());
    expect![[r#"
        roles.toml: 错误：缺少这个文件 → 从示例城市包 cities/zhuzhou 复制一份再改。
        rols.toml: 提醒：没有程序读这个文件 → 是不是想写 roles.toml？
    "#]]
    .assert_eq(&listed(&check(&files)));
}

#[test]
fn all_faults_are_gathered_in_one_run_and_stop_the_city() {
    let mut files = small();
    for (path, from, to) in [
        ("units.csv", "company", "firm"),
        ("catalogue.toml", "\"power\"]", "\"pover\"]"),
        ("deadlines.toml", "sign", "sing"),
    ] {
        let text = files.get_mut(path).unwrap();
        *text = text.replacen(from, to, 1);
    }
    let faults = City::load(&files).unwrap_err();
    expect![[r#"
        catalogue.toml:3: Error: The category pover does not exist → Did you mean power?
        deadlines.toml:1: Error: sign is missing → Fill in sign.
        deadlines.toml:4: Error: Unknown field sing → Remove it, or use one of: sign, finish, key, urgency, kind, contact, law, law_en
        units.csv:4: Error: firm in kind is not known → It can be: centre, oversight, department, division, street, community, company
    "#]].assert_eq(&faults.iter().map(|f| f.sentence(Lang::En) + "\n").collect::<String>());
}

/// A pack with a `notices.toml` of its own, and what is wrong with it.
fn noticed(text: &str, expected: Expect) {
    let mut files = small();
    files.insert("notices.toml".into(), text.into());
    expected.assert_eq(&listed(&check(&files)));
}

#[test]
fn texts_of_notices_are_checked_with_line_and_mend() {
    noticed(
        "quiet = \"late\"\n[[notice]]\nkind = \"recept\"\n",
        expect![[r#"
            notices.toml:1: 错误：quiet 写成 late，读不懂 → 写成例如 21:30-07:30。
            notices.toml:3: 错误：kind 里的 recept 不认识 → 是不是想写 receipt？
        "#]],
    );
    noticed(
        "[[notice]]\nkind = \"confirm\"\nsubject = \"一\"\nsubject_en = \"1\"\nsms = \"{link\"\nsms_en = \"{lin}\"\nmail = \"你好\"\nmail_en = \"{link} {title}\"\n",
        expect![[r#"
            notices.toml:5: 错误：sms：花括号没有成对 → 这里可以用：{city}、{hotline}、{home}、{list}、{link}、{days}
            notices.toml:6: 错误：sms_en：没有变量 {lin} → 是不是想写 link？
            notices.toml:7: 错误：mail：缺少 {link}，这条通知就没有用 → 在文字里写上 {link}。
            notices.toml:8: 错误：mail_en：“请您确认”里没有东西可填 {title} → 这里可以用：{city}、{hotline}、{home}、{list}、{link}、{days}
        "#]],
    );
    noticed(
        "[[notice]]\nkind = \"confirm\"\nsubject = \"一\"\nsubject_en = \"1\"\nsms = \"{link}\"\n\n[[notice]]\nkind = \"confirm\"\nsubject = \"一\"\nsubject_en = \"1\"\nmale = \"{link}\"\n",
        expect![[r#"
            notices.toml:5: 提醒：缺少英文 sms_en → 补上英文；暂以中文代替。
            notices.toml:8: 错误：confirm 写了两次 → 删去其中一段。
            notices.toml:11: 错误：不认识的字段 male → 删去，或改成其中之一：kind、subject、subject_en、mail、mail_en、sms、sms_en
        "#]],
    );
}
