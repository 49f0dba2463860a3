//! More cases for a list that looks like a day's work: a few matters over a few streets, each left
//! at another stage. Made from tables, the same every time.

use super::script::{Scene, Step};

/// What is said, and what the unit answers.
const MATTERS: &[(&str, &str, &str)] = &[
    ("路灯不亮", "晚上这一段路灯一盏都不亮，看不见台阶，已经好几天了。", "已更换灯头和线路，当晚恢复照明。"),
    ("井盖松动", "人行道上的井盖松了，车一压就响，怕老人绊倒。", "井盖已更换并加固，现场照片已留存。"),
    ("垃圾没有人清", "垃圾桶满了两天没有人清运，天热气味很大。", "当天已清运，增加了每日下午一次收运。"),
    (
        "停水没有通知",
        "早上起来没有水，楼上楼下都没有，没有看到停水通知。",
        "主管爆管，抢修后已恢复供水，并向各楼栋补发了通知。",
    ),
    ("夜里施工噪音", "工地晚上十一点以后还在打桩，孩子睡不着。", "已责令停止夜间施工，并复查了两晚。"),
    ("占道停车", "消防通道一直停着车，救护车进不来。", "已劝离并施划禁停标线，列入重点巡查。"),
    (
        "公交车等不到",
        "这一路车早高峰等了四十分钟，站牌上写的是十分钟一班。",
        "当天有车辆故障，已加开一班并向乘客致歉。",
    ),
    ("树枝挡住红绿灯", "路口的树长得太密，挡住了红绿灯，开到跟前才看得见。", "已修剪，信号灯视线恢复。"),
    ("下水道反水", "一下雨一楼下水道就往上冒水，屋里都进水了。", "已疏通管道并更换一段破损的排水管。"),
    ("广场舞声音太大", "晚上跳舞的音响开得很大，九点多了还不停。", "已与领队约定音量和时间，社区每晚巡查。"),
];

/// Where: words, division code, longitude, latitude (approximate).
const PLACES: &[(&str, &str, f64, f64)] = &[
    ("建设中路近中心广场", "430203002", 113.1525, 27.8330),
    ("贺家土街道办事处附近", "430203001", 113.1480, 27.8290),
    ("泰山路与黄河北路口", "430211002", 113.1000, 27.8270),
    ("响石岭街道红旗路一带", "430204002", 113.1270, 27.8640),
    ("月塘街道新华东路", "430202001", 113.1650, 27.8420),
    ("栗雨街道株洲大道", "430211003", 113.0660, 27.8160),
    ("田心街道时代路", "430204001", 113.1160, 27.8880),
];

/// How many cases.
const COUNT: usize = 108;

/// The cases, oldest first.
pub(super) fn scenes() -> Vec<Scene> {
    (0..COUNT).map(scene).collect()
}

fn scene(i: usize) -> Scene {
    let (title, text, answer) = MATTERS[i % MATTERS.len()];
    let (place, division, lng, lat) = PLACES[(i * 3) % PLACES.len()];
    let shift = f64::from(u32::try_from(i * 37 % 21).unwrap_or(0)) * 0.0002;
    let days = (COUNT - i) / 3;
    Scene {
        ago: format!("{days}d {}h {}m", 1 + i * 5 % 9, i * 13 % 60),
        channel: ["phone", "web", "wechat"][i % 3].to_owned(),
        title: format!("{place}{title}"),
        text: text.to_owned(),
        place: place.to_owned(),
        division: Some(division.to_owned()),
        point: Some([lng + shift, lat - shift]),
        name: format!("测试·{}", ["王女士", "李先生", "张阿姨", "刘师傅", "陈老师"][i % 5]),
        phone: format!("139000{:05}", 10_000 + i * 7),
        step: steps(i, days, answer),
        lenient: true,
        ..Scene::default()
    }
}

/// The older a case, the further it has come; every seventh was not solved at first.
fn steps(i: usize, days: usize, answer: &str) -> Vec<Step> {
    let step = |after: &str, does: &str, text: &str| Step {
        after: after.to_owned(),
        r#do: does.to_owned(),
        text: text.to_owned(),
        ..Step::default()
    };
    let answered = || Step {
        outcome: "solved".to_owned(),
        proof: format!("维修记录 演示-{:04}", 1_000 + i),
        ..step("5h", "answer", answer)
    };
    let called = |solved: bool, text: &str| Step {
        solved,
        satisfaction: Some(if solved { "satisfied" } else { "dissatisfied" }.to_owned()),
        ..step("20h", "call", text)
    };
    let mut all = vec![
        step("40m", "sign", ""),
        step("50m", "contact", "与诉求人通话，约定处理时间。"),
        answered(),
        step("3h", "approve", ""),
    ];
    if i % 7 == 3 {
        all.extend([
            called(false, "还是老样子，没有人来过。"),
            step("2h", "contact", "再次到场，与诉求人当面核对。"),
            answered(),
            step("4h", "approve", ""),
            called(true, "这次修好了。"),
        ]);
    } else {
        all.push(called(true, "已经好了，谢谢。"));
    }
    all.truncate(if days > 2 { all.len() } else { i % all.len() });
    all
}
