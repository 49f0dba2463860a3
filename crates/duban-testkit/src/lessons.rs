//! Closed cases that something can be learned from: invented sentences about two matters, each said by another person
//! and answered at once.

use duban_app::{
    administration::pack,
    case::register::{self, Intake},
};
use duban_domain::{
    case::Wish,
    person::{Person, Phone},
    request::{Channel, Place, Privacy},
};

use crate::world::World;

/// The two categories.
pub const NOISE: &str = "environment.noise.construction";
/// The other one.
pub const DARK: &str = "utilities.lighting.dark";
/// So many are needed in the city of a test: the least that a city can ask for.
pub const LEAST: usize = 20;
/// So many teach what is said here.
pub const ENOUGH: usize = 64;

const OF_NOISE: [&str; 8] = [
    "半夜还在打桩",
    "搅拌机轰轰响",
    "电钻吵得孩子哭",
    "渣土车整夜鸣笛",
    "切割钢筋刺耳",
    "低音炮到三点",
    "挖机凌晨开工",
    "振动棒嗡嗡叫",
];
const OF_DARK: [&str; 8] = [
    "路灯一盏都不亮",
    "灯杆被撞歪了",
    "台阶黑得看不见",
    "灯罩掉下来挂着",
    "整条街晚上漆黑",
    "灯泡一闪一闪",
    "楼道感应灯坏了",
    "隧道照明灭了一半",
];
const AROUND: [&str; 13] = [
    "老人出门最难受",
    "打过物业电话没人管",
    "请尽快派人来看看",
    "已经一个多星期",
    "邻居们都有意见",
    "希望给个答复",
    "不知道归哪个部门",
    "下雨天更厉害",
    "我拍了照片",
    "小区门口右手边",
    "上次说好又这样",
    "孩子马上要考试",
    "能不能先应个急",
];

/// What the `n`th person says about noise (even) or darkness (odd).
#[must_use]
pub fn said(n: usize) -> String {
    let (own, half) = (if n.is_multiple_of(2) { OF_NOISE } else { OF_DARK }, n / 2);
    let (one, other) = (own[half % 8], own[(half + 1 + half / 8) % 8]);
    format!("{one}，{}。{other}，{}。", AROUND[half * 3 % 13], AROUND[(half * 5 + half / 13 + 1) % 13])
}

/// The same as an operator takes it down and answers it at once.
#[must_use]
pub fn intake(n: usize) -> Intake {
    let category = if n.is_multiple_of(2) { NOISE } else { DARK };
    let phone = format!("139{n:08}");
    Intake {
        channel: Channel::Phone,
        kind: None,
        title: String::new(),
        text: said(n),
        place: Place::default(),
        privacy: Privacy::Contact,
        person: Person {
            name: "测试·来电人".to_owned(),
            phone: Phone::parse(&phone).expect("a number of eleven digits"),
            ..Person::default()
        },
        media: Vec::new(),
        source_key: None,
        wish: Wish {
            category: Some(category.to_owned()),
            direct: Some("已当场说明。".to_owned()),
            by_hand: true,
            ..Wish::default()
        },
    }
}

/// The city asks for no more cases than it must, and an operator closes so many of them.
///
/// # Panics
/// When the city does not take them.
pub fn close(world: &mut World, people: std::ops::Range<usize>) {
    set(world, "triage", "cases_min", &LEAST.to_string());
    let operator = world.ctx("operator", "hotline");
    for n in people {
        world.clock.pass_ms(60_000);
        let ctx = world.app.ctx(operator.who.clone(), operator.lang);
        register::by_staff(&ctx, &intake(n)).expect("the case is taken down");
    }
    world.clock.pass_ms(60_000);
}

/// Sets one line of a table of `city.toml` that the shipped pack has.
///
/// # Panics
/// When the city does not take it.
pub fn set(world: &mut World, table: &str, key: &str, value: &str) {
    let saved = pack::change(&world.ctx("administrator", "hotline"), "test", None, |files| {
        let text = files.get_mut("city.toml").expect("every pack has it");
        let mut within = false;
        let lines = text.lines().map(|line| {
            if line.starts_with('[') {
                within = line == format!("[{table}]");
            }
            let is_it = within && line.split('=').next().is_some_and(|name| name.trim() == key);
            if is_it { format!("{key} = {value}") } else { line.to_owned() }
        });
        *text = lines.collect::<Vec<_>>().join("\n");
        Ok(())
    });
    match saved {
        Ok(pack::Saved::Done(..)) | Err(duban_app::AppError::Refused(duban_domain::Refusal::NoChange)) => {}
        other => panic!("{other:?}"),
    }
    world.app = world.app.at_hand();
}
