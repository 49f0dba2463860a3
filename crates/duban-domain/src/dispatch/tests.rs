//! Sentences as residents write them, and where they go.

use expect_test::{Expect, expect};
use jiff::civil::date;

use super::*;
use crate::{
    Lang, Stamp,
    city::{City, tests::zhuzhou},
    question::Detail,
};

/// A working Monday, ten in the morning.
fn monday(city: &City) -> Stamp {
    Stamp::start_of(date(2026, 1, 5), &city.zone).plus_ms(10 * 3_600_000)
}

fn matter<'a>(city: &City, text: &'a str, division: Option<&'a str>) -> Matter<'a> {
    Matter {
        title: "",
        text,
        category: None,
        division,
        place_words: "",
        kind: None,
        details: &[],
        at: monday(city),
    }
}

fn line(city: &City, matter: &Matter<'_>) -> String {
    let p = propose(city, matter);
    let kind = p.kind.map_or("—", |k| k.word(Lang::Zh));
    let category = p.category.as_deref().unwrap_or("—");
    let assisting =
        if p.assisting.is_empty() { String::new() } else { format!("+{}", p.assisting.join("+")) };
    format!(
        "{}{assisting} | {category} | {kind} | {} {:?} | {} {:?}\n",
        p.unit,
        p.urgency.word(Lang::Zh),
        p.urgency_because,
        p.rule,
        p.because
    )
}

fn check(rows: &[(&str, Option<&str>)], expected: Expect) {
    let city = zhuzhou();
    let lines: String =
        rows.iter().map(|(text, division)| line(&city, &matter(&city, text, *division))).collect();
    expected.assert_eq(&lines);
}

#[test]
fn matters_of_the_page() {
    check(
        &[
            ("纺织路与四通路交口，电线从树枝中间穿过，刮风时有火花", Some("430203001")),
            ("纺织路有几根移动公司的光缆压在树上", Some("430203001")),
            ("百井村西瓜坡组季节性缺水，村民打井用水浑浊", None),
            ("公共自行车押金退费去哪里办", None),
            ("请问养老保险断缴了怎么补", None),
            ("小区楼下烧烤店油烟太大，晚上还吵", Some("430211001")),
            ("楼上漏水到我家，物业不作为", Some("430202001")),
            ("闻到煤气味，怀疑燃气泄漏", Some("430281")),
            ("县城停水两天了", Some("430223")),
            ("电梯困人，快来", Some("430211")),
        ],
        expect![[r#"
            power+urban.green | utilities.aerial.tree | 求助 | 特急 ["火花"] | aerial-tree ["category=utilities.aerial.tree"]
            telecom.mobile+power | utilities.aerial.tree | 求助 | 一般 [] | aerial-mobile ["移动公司", "category=utilities.aerial"]
            water+agriculture | rural.water.supply | 求助 | 一般 [] | village-water ["category=rural.water.supply"]
            bicycle+transport | roads.cycle.deposit | 求助 | 一般 [] | bicycle-deposit ["category=roads.cycle.deposit"]
            labour | labour.insurance.pension | 咨询 | 一般 [] | labour ["category=labour"]
            urban+ecology | environment.air.fume | 投诉 | 一般 [] | fume ["category=environment.air.fume"]
            hetang.yuetang+housing | housing.property.service | 投诉 | 一般 [] | property ["category=housing.property"]
            gas+fire+urban | utilities.gas.leak | 求助 | 特急 ["燃气泄漏", "闻到煤气", "煤气味"] | gas-leak ["category=utilities.gas.leak"]
            youxian | utilities.water.outage | 求助 | 紧急 ["停水"] | county-local ["category=utilities.water", "division=430223"]
            market+fire | housing.lift.trapped | 求助 | 特急 ["电梯困人"] | lift-trapped ["category=housing.lift.trapped"]
        "#]],
    );
}

#[test]
fn what_no_rule_knows_goes_to_the_division_or_stays_with_the_centre() {
    check(
        &[
            ("有点事情想反映一下", Some("430224101")),
            ("有点事情想反映一下", None),
            ("", None),
            ("社区工作不到位", None),
            ("楼上漏水，物业公司不管", None),
        ],
        expect![[r#"
            chaling | — | — | 一般 [] | fallback-division ["division=430224"]
            hotline | — | — | 一般 [] | fallback-centre []
            hotline | — | — | 一般 [] | fallback-centre []
            hotline | government.public.community | 建议 | 一般 [] | government ["category=government.public"]
            housing | housing.property.service | 投诉 | 一般 [] | housing ["category=housing"]
        "#]],
    );
}

#[test]
fn the_night_has_rules_of_its_own() {
    let city = zhuzhou();
    let text = "工地夜间施工吵得睡不着";
    let day = matter(&city, text, Some("430211001"));
    let night = Matter { at: monday(&city).plus_ms(13 * 3_600_000), ..day };
    expect![[r#"
        housing+urban | environment.noise.construction | 投诉 | 一般 [] | noise-site ["category=environment.noise.construction"]
        urban+ecology+housing | environment.noise.construction | 投诉 | 一般 [] | noise-night ["category=environment.noise.construction", "hours=22:00-06:00"]
    "#]].assert_eq(&(line(&city, &day) + &line(&city, &night)));
}

#[test]
fn a_chosen_category_is_not_overruled() {
    let city = zhuzhou();
    let chosen =
        Matter { category: Some("roads.transit.route"), ..matter(&city, "停电了，路灯不亮", None) };
    let p = propose(&city, &chosen);
    assert_eq!((p.category.as_deref(), p.unit.as_str()), (Some("roads.transit.route"), "bus"));
}

#[test]
fn a_later_rule_is_shadowed_only_when_that_is_certain() {
    let rule = |any: &[&str], category: &[&str]| Rule {
        key: String::new(),
        words: WordTest { any: any.iter().map(|w| (*w).to_owned()).collect(), ..WordTest::default() },
        place: Vec::new(),
        category: category.iter().map(|c| (*c).to_owned()).collect(),
        division: Vec::new(),
        hours: None,
        working_time: None,
        kind: Vec::new(),
        answer: Vec::new(),
        handler: None,
        target: Target::Unit("power".to_owned()),
        assisting: Vec::new(),
        set_category: None,
        urgency: None,
        reason: crate::lang::Words::default(),
    };
    assert_eq!(shadowed(&[rule(&["电"], &[]), rule(&["停电", "断电"], &[])]), [(1, 0)]);
    assert_eq!(shadowed(&[rule(&["停电"], &[]), rule(&["电"], &[])]), []);
    assert_eq!(shadowed(&[rule(&[], &["a"]), rule(&["x"], &["a.b"])]), [(1, 0)]);
    assert_eq!(shadowed(&[rule(&[], &["a.b"]), rule(&[], &["a"])]), []);
    assert_eq!(shadowed(&[rule(&[], &["a"]), rule(&[], &["ab"])]), []);
}

/// A catalogue in which every condition has a rule.
const RULES: &str = r#"
[[rule]]
key = "corner"
place = ["四通路"]
any = ["电线"]
unit = "power"
reason = "路口"
reason_en = "corner"

[[rule]]
key = "evening"
when = "off"
kind = ["consult"]
unit = "hotline"
reason = "下班"
reason_en = "off"

[[rule]]
key = "whole-street"
answer = ["lamp_extent=street", "lamp_extent=some"]
unit = "power"
reason = "一片都黑"
reason_en = "all dark"

[[rule]]
key = "lusong-lamps"
all = ["路灯", "夜"]
none = ["装路灯"]
division = ["430203"]
unit = "street"
set_category = "utilities.lighting"
urgency = "complex"
reason = "路灯"
reason_en = "lamps"

[[rule]]
key = "anything-with-a-place"
unit = "street"
reason = "属地"
reason_en = "place"
"#;

#[test]
fn every_condition_of_a_rule_is_asked() {
    let mut files = crate::city::tests::shipped();
    files.insert("catalogue.toml".to_owned(), RULES.to_owned());
    files.insert("category-words.csv".to_owned(), "category,any\n".to_owned());
    let city = City::load(&files).unwrap();
    let plain = matter(&city, "电线", None);
    let said = |choice: &str| Detail { question: "lamp_extent".into(), values: vec![choice.into()] };
    let evening = Stamp(monday(&city).0 + 9 * 3_600_000);
    let lines = [
        line(&city, &Matter { place_words: "四通路口", ..plain }),
        line(&city, &plain),
        line(&city, &Matter { at: evening, ..matter(&city, "请问一下", None) }),
        line(&city, &matter(&city, "请问一下", None)),
        line(&city, &matter(&city, "路灯夜里不亮", Some("430203001"))),
        line(&city, &matter(&city, "路灯夜里不亮", Some("430203"))),
        line(&city, &matter(&city, "夜里请装路灯", Some("430203001"))),
        line(&city, &matter(&city, "路灯夜里不亮，起火了", Some("430203001"))),
        line(&city, &matter(&city, "路灯夜里不亮", Some("430223400"))),
        line(&city, &Matter { details: &[said("street")], ..plain }),
        line(&city, &Matter { details: &[said("one")], ..plain }),
    ];
    expect![[r#"
        power | — | — | 一般 [] | corner ["电线", "四通路"]
        hotline | — | — | 一般 [] | fallback-centre []
        hotline | — | 咨询 | 一般 [] | evening ["kind=consult", "when=off"]
        hotline | — | 咨询 | 一般 [] | fallback-centre []
        lusong.hejiatu | utilities.lighting | — | 复杂 [] | lusong-lamps ["路灯", "夜", "division=430203"]
        lusong | utilities.lighting | — | 复杂 [] | lusong-lamps ["路灯", "夜", "division=430203"]
        lusong.hejiatu | — | — | 一般 [] | anything-with-a-place []
        lusong.hejiatu | utilities.lighting | — | 特急 ["起火"] | lusong-lamps ["路灯", "夜", "division=430203"]
        youxian | — | — | 一般 [] | anything-with-a-place []
        power | — | — | 一般 [] | whole-street ["answer=lamp_extent=street"]
        hotline | — | — | 一般 [] | fallback-centre []
    "#]].assert_eq(&lines.concat());
    assert!(propose(&city, &plain).reason.zh.contains("补问地点"), "the catalogue only lacked the place");
}

/// So many of a hundred labelled messages must go to their unit without a person; the guide says so too.
const RIGHT_OF_A_HUNDRED: usize = 73;
/// So many of a hundred may go to a unit that has nothing to do with it.
const WRONG_OF_A_HUNDRED: usize = 14;

/// Messages with the unit that a clerk names. Right and wrong are counted apart from what the centre
/// or the county looks at first, because that costs a minute and a wrong unit costs days.
#[test]
fn labelled_messages_go_to_the_unit_that_a_clerk_names() {
    let city = zhuzhou();
    let rows = include_str!("labelled.csv").lines().filter(|line| !line.starts_with('#'));
    let (mut all, mut right, mut wrong) = (0, 0, Vec::new());
    for (text, unit) in rows.filter_map(|line| line.rsplit_once(',')) {
        assert!(city.unit(unit).is_some(), "{unit} is a unit of the pack");
        let found = propose(&city, &matter(&city, text, Some("430202001")));
        let by_person = [FALLBACK_DIVISION, FALLBACK_CENTRE].contains(&found.rule.as_str());
        all += 1;
        if found.unit == unit {
            right += 1;
        } else if !by_person {
            wrong.push(format!("{text}: {} instead of {unit}", found.unit));
        }
    }
    let of_a_hundred = |n: usize| n * 100 / all;
    assert!(of_a_hundred(right) >= RIGHT_OF_A_HUNDRED, "{right} of {all}; wrong: {wrong:#?}");
    assert!(of_a_hundred(wrong.len()) <= WRONG_OF_A_HUNDRED, "{} of {all}: {wrong:#?}", wrong.len());
}

/// A rule with every condition but words, right at the edges of its place, its hours and its answer.
const EDGES: &str = r#"
[[rule]]
key = "dark-street-at-night"
category = ["utilities.lighting.dark"]
division = ["430203"]
hours = "22:00-06:00"
answer = ["lamp_extent=street"]
unit = "power"
reason = "整条街夜里不亮"
reason_en = "a dark street at night"

[[rule]]
key = "lighting-in-working-time"
category = ["utilities.lighting"]
when = "working"
unit = "urban"
reason = "路灯"
reason_en = "lamps"
"#;

#[test]
fn the_edges_of_place_time_and_answer_land_as_listed() {
    let mut files = crate::city::tests::shipped();
    files.insert("catalogue.toml".to_owned(), EDGES.to_owned());
    let city = City::load(&files).unwrap();
    let midnight = Stamp::start_of(date(2026, 1, 5), &city.zone);
    let lands = |minute: i64, category: &str, division: Option<&str>, answer: &str| {
        let details = [Detail { question: "lamp_extent".into(), values: vec![answer.into()] }];
        let at = midnight.plus_ms(minute * 60_000);
        let category = Some(category);
        let found =
            propose(&city, &Matter { at, category, details: &details, ..matter(&city, "灯", division) });
        format!("{} {}", found.rule, found.unit)
    };
    let (dark, night) = ("utilities.lighting.dark", "dark-street-at-night power");
    for (hour, minute, lands_at) in [
        (21, 59, "fallback-division lusong"),
        (22, 0, night),
        (0, 0, night),
        (5, 59, night),
        (6, 0, "fallback-division lusong"),
        (8, 59, "fallback-division lusong"),
        (9, 0, "lighting-in-working-time urban"),
        (11, 59, "lighting-in-working-time urban"),
    ] {
        assert_eq!(lands(hour * 60 + minute, dark, Some("430203001"), "street"), lands_at, "{hour}:{minute}");
    }
    for (category, division, answer, lands_at) in [
        (dark, Some("430203"), "street", night),
        (dark, Some("430202001"), "street", "fallback-division hetang"),
        (dark, None, "street", "fallback-centre hotline"),
        (dark, Some("430203001"), "some", "fallback-division lusong"),
        ("utilities.lighting", Some("430203001"), "street", "fallback-division lusong"),
    ] {
        assert_eq!(lands(0, category, division, answer), lands_at, "{category} {division:?} {answer}");
    }
}

/// A longer word says that the shorter one in it was not meant; said once more for itself, it counts.
#[test]
fn a_word_inside_a_longer_one_that_means_something_else_does_not_count() {
    check(
        &[
            ("家里燃气灶打不着火", Some("430203001")),
            ("灶打不着火，后来厨房真着火了", Some("430203001")),
            ("楼下着火了", Some("430203001")),
        ],
        expect![[r#"
            lusong | — | — | 一般 [] | fallback-division ["division=430203"]
            emergency+fire | — | — | 特急 ["着火"] | danger-unknown ["着火"]
            emergency+fire | — | — | 特急 ["着火"] | danger-unknown ["着火"]
        "#]],
    );
}

#[test]
fn a_rule_names_a_person_beside_their_unit() {
    let mut files = crate::city::tests::shipped();
    let rules = "[[rule]]\nkey = \"lamps\"\nany = [\"路灯\"]\nunit = \"power\"\nhandler = \"zhou\"\nreason = \"灯\"\nreason_en = \"lamps\"\n\n[[rule]]\nkey = \"gas\"\nany = [\"燃气\"]\nunit = \"gas\"\nreason = \"气\"\nreason_en = \"gas\"\n";
    files.insert("catalogue.toml".to_owned(), rules.to_owned());
    let city = City::load(&files).unwrap();
    let lands = |text: &str| {
        let found = propose(&city, &matter(&city, text, Some("430203001")));
        format!("{} {:?} {:?}", found.unit, found.handler, found.because)
    };
    assert_eq!(lands("路灯不亮"), "power Some(\"zhou\") [\"路灯\", \"handler=zhou\"]");
    assert_eq!(lands("燃气没了"), "gas None [\"燃气\"]");
    assert_eq!(lands("别的事"), "lusong None [\"division=430203\"]");
}
