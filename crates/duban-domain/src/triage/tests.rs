//! Invented texts: what is learned, what is left out, and whether the report tells the truth.

use super::{
    text::{fact, grams},
    *,
};

const CLASSES: [(&str, [&str; 10]); 3] = [
    (
        "noise",
        [
            "半夜还在打桩",
            "搅拌机轰轰响",
            "广场舞的音响震天",
            "装修电钻吵得孩子哭",
            "夜里渣土车鸣笛",
            "酒吧的低音炮到三点",
            "空调外机嗡嗡叫",
            "工地切割钢筋刺耳",
            "商铺喇叭循环叫卖",
            "改装摩托炸街",
        ],
    ),
    (
        "light",
        [
            "路灯一盏都不亮",
            "灯杆被撞歪了",
            "台阶黑得看不见",
            "灯罩掉下来挂着",
            "整条街晚上漆黑",
            "路灯白天也亮着",
            "灯泡一闪一闪",
            "楼道感应灯坏了",
            "控制箱门敞开露线",
            "隧道里的照明灭了一半",
        ],
    ),
    (
        "water",
        [
            "水龙头流黄水",
            "水压低到三楼没有水",
            "水表井一直冒水",
            "停水没有通知",
            "管道爆裂淹了车库",
            "自来水有漂白粉味",
            "水费比上月多三倍",
            "二次供水的水箱生锈",
            "阀门拧不动漏个不停",
            "井盖下面咕咕响地面塌陷",
        ],
    ),
];
const AROUND: [&str; 12] = [
    "住在一楼的老人最难受",
    "打过物业电话没人管",
    "请尽快派人来看看",
    "已经一个多星期了",
    "小区门口右手边",
    "孩子马上要考试",
    "上次说修好又坏了",
    "邻居们都有意见",
    "希望给个答复",
    "下雨天更厉害",
    "我拍了照片",
    "不知道归哪个部门",
];

fn text(dice: &mut Dice, class: usize) -> String {
    let mut own = CLASSES[class].1;
    let mut around = AROUND;
    dice.shuffle(&mut own);
    dice.shuffle(&mut around);
    format!("{}，{}，{}。{}，{}。", own[0], own[1], around[0], own[2], around[1])
}

fn example(dice: &mut Dice, class: usize, person: u64) -> Example {
    Example {
        text: text(dice, class),
        facts: vec![format!("division=43020{class}")],
        label: CLASSES[class].0.to_owned(),
        person: Some(text::mixed(person)),
    }
}

fn corpus(count: u64, mut change: impl FnMut(u64, &mut Example)) -> Corpus {
    let (mut dice, mut corpus) = (Dice::new(7), Corpus::default());
    for n in 0..count {
        let mut one = example(&mut dice, (n % 3) as usize, n);
        change(n, &mut one);
        corpus.add(&one);
    }
    corpus
}

fn learned(corpus: Corpus) -> Learned {
    learn(corpus, 1, &mut |_, _| true).unwrap().unwrap()
}

#[test]
fn runs_end_at_signs_and_numbers_and_latin_letters_are_one_word() {
    let text = "路灯A3区, LED lamp 13900006021";
    let words: Vec<&str> = grams(text).iter().map(|gram| &text[gram.from..gram.to]).collect();
    assert_eq!(
        words,
        ["路", "灯", "路灯", "A", "灯A", "区", "LED", "lamp", "LED lamp"],
        "no run goes over a number or a comma, and none holds one"
    );
    assert_eq!(grams("路灯")[2].key, grams("修路灯")[4].key, "the same run is the same wherever it stands");
    assert_ne!(fact("路灯"), grams("路灯")[2].key, "what is known beside the text is no word of it");
    assert_eq!(said("路灯不亮", "纺织路路灯不亮，请修"), "纺织路路灯不亮，请修");
    assert_eq!(said("路灯", "请修"), "路灯\n请修");
}

#[test]
fn a_new_text_gets_the_label_of_its_like_and_the_words_that_decided() {
    let model = learned(corpus(180, |_, _| ())).model;
    let text = "楼下搅拌机轰轰响，半夜还在打桩，请来看看";
    let guesses = model.rank(text, &[], 3);
    assert_eq!(guesses[0].label, "noise");
    assert!(guesses[0].confidence > 0.8 && guesses[1].confidence < 0.1, "{guesses:?}");
    let sum: f32 = guesses.iter().map(|guess| guess.confidence).sum();
    assert!((sum - 1.0).abs() < 1e-3, "three labels share one");
    let because = model.because(text, &[], "noise");
    assert!((1..=3).contains(&because.len()), "{because:?}");
    assert!(
        because.iter().all(|word| text.contains(word.as_str()) && word.chars().count() > 1),
        "{because:?}"
    );
    assert!(
        because.iter().all(|word| !word.contains('看')),
        "what everybody says decides nothing: {because:?}"
    );
    let facts = ["division=430202".to_owned()];
    assert_eq!(model.rank("请来看看", &facts, 1)[0].label, "water", "where it is counts beside the words");
    assert_eq!(model.because("请来看看", &facts, "water")[0], facts[0]);
    assert!(model.rank("ψ ω 42", &[], 3).is_empty(), "of words that nobody said it knows nothing");
}

/// Whoever writes often, and whoever hides, teaches no word of their own: five different people have to use it.
#[test]
fn a_word_of_fewer_than_five_people_is_not_in_the_model() {
    let say = |people: u64| {
        let corpus = corpus(180, |n, one| {
            if one.label == "noise" && n < 60 {
                one.text.push_str("鼯鼠");
                one.person = Some(text::mixed(1_000 + n % people));
            }
        });
        learned(corpus).model.because("又是鼯鼠", &[], "noise")
    };
    assert!(say(4).is_empty(), "twenty times, and by four people");
    assert_eq!(say(5), ["鼯鼠"]);
    let copied = corpus(180, |n, one| {
        one.person = None;
        if n < 60 && one.label == "noise" {
            one.text =
                "鼯鼠半夜在屋顶上叫，吵得一家人睡不着，打了电话也没有人来，请派人来处理一下。".to_owned();
        }
    });
    let model = learned(copied).model;
    assert!(
        model.because("鼯鼠", &[], "noise").is_empty(),
        "one text sent twenty times by nobody known is one person"
    );
    assert!(
        !model.because("半夜还在打桩", &[], "noise").is_empty(),
        "where nobody is known, other texts are other people"
    );
}

#[test]
fn repeats_and_near_repeats_stay_on_one_side() {
    let mut dice = Dice::new(3);
    let texts: Vec<String> = (0..40).map(|n| text(&mut dice, n % 3)).collect();
    let mut corpus = Corpus::default();
    for (n, text) in texts.iter().enumerate() {
        // Sent again with another beginning and another end, and once more as it was.
        for copy in [text.clone(), format!("您好！{text}谢谢"), text.clone()] {
            let person = Some(text::mixed(n as u64));
            corpus.add(&Example { text: copy, facts: vec![], label: CLASSES[n % 3].0.to_owned(), person });
        }
    }
    corpus.settle();
    for copies in corpus.docs.chunks(3) {
        assert!(copies.iter().all(|copy| copy.group == copies[0].group));
    }
    let groups: std::collections::BTreeSet<u32> = corpus.docs.iter().map(|doc| doc.group).collect();
    assert!(groups.len() > 30, "other texts are other groups: {}", groups.len());
}

/// Labels that are drawn by lot cannot be learned: a test that says otherwise leaks.
#[test]
fn what_cannot_be_learned_is_not_and_the_report_says_so() {
    let mut lots = Dice::new(99);
    let learned = learned(corpus(300, |n, one| {
        one.label = CLASSES[(lots.next() % 3) as usize].0.to_owned();
        one.facts.clear();
        // Every text twice: whoever splits repeats would know half of the answers.
        if n % 2 == 1 {
            one.person = Some(n);
        }
    }));
    assert!(learned.report.macro_f1 < 0.45, "{}", learned.report.macro_f1);
    assert!(learned.report.ece < 0.12, "it says that it does not know: {}", learned.report.ece);
    let (sure, _) = learned.report.from_confidence(80);
    assert!(sure < 15, "of 300 it is sure of {sure}");
}

#[test]
fn more_cases_teach_more_and_both_beat_always_saying_the_commonest() {
    // One word of each matter among what everybody says, so that it takes more than a few texts.
    let first = |count| {
        let mut dice = Dice::new(5);
        learned(corpus(count, |n, one| {
            let mut around = AROUND;
            dice.shuffle(&mut around);
            let own = CLASSES[(n % 3) as usize].1[(dice.next() % 10) as usize];
            one.text = format!("{}，{}，{own}，{}。", around[0], around[1], around[2]);
            one.facts.clear();
        }))
        .report
    };
    let (few, many) = (first(60), first(480));
    assert!(few.first > few.commonest, "{} {}", few.first, few.commonest);
    assert!(many.first > few.first + 0.02, "{} of few, {} of many", few.first, many.first);
    assert!(many.macro_f1 <= 1.0 && many.among_three > 0.99 && many.labels.len() == 3);
    let all: usize = many.bins.iter().map(|bin| bin.cases).sum();
    assert_eq!((all, many.from_confidence(0).0), (many.cases, many.cases), "every case stands in the table");
    let wrong: usize = many.confusions.iter().map(|one| one.cases).sum();
    assert_eq!(
        wrong,
        many.cases - (many.first * many.cases as f64).round() as usize,
        "every mistake has a name"
    );
}

#[test]
fn the_same_cases_make_the_same_model_and_its_bytes_bring_it_back() {
    let (one, other) = (learned(corpus(90, |_, _| ())), learned(corpus(90, |_, _| ())));
    assert_eq!((&one.model, &one.report), (&other.model, &other.report));
    let bytes = one.model.to_bytes();
    assert_eq!(Model::from_bytes(&bytes).as_ref(), Some(&one.model));
    assert!((0..bytes.len()).step_by(97).all(|end| Model::from_bytes(&bytes[..end]).is_none()), "cut off");
    let mut odd = bytes.clone();
    odd[8] = 0xff;
    assert!(Model::from_bytes(&odd).is_none(), "a length that lies");
    let words = String::from_utf8_lossy(&bytes);
    assert!(CLASSES.iter().flat_map(|class| class.1).all(|word| !words.contains(word)), "no words are in it");
}

#[test]
fn what_is_too_rare_is_left_out_and_named_and_learning_can_be_stopped() {
    let with_rare = corpus(93, |n, one| {
        if n >= 90 {
            one.label = "rare".to_owned();
        }
    });
    let learned = learned(with_rare);
    assert_eq!(learned.report.left_out, [("rare".to_owned(), 3)]);
    assert_eq!(learned.model.labels(), ["light", "noise", "water"]);
    assert_eq!(learned.held.len(), 90);
    assert!(learned.held.iter().enumerate().all(|(at, held)| held.at == at && held.fold < FOLDS));
    let one_label = corpus(30, |_, one| one.label = "noise".to_owned());
    assert!(
        learn(one_label, 1, &mut |_, _| true).unwrap().is_none(),
        "one label alone is nothing to tell apart"
    );
    assert!(learn(Corpus::default(), 1, &mut |_, _| true).unwrap().is_none());
    let mut steps = Vec::new();
    let stopped = learn(corpus(90, |_, _| ()), 1, &mut |done, of| {
        steps.push((done, of));
        done < 4
    });
    assert_eq!(stopped.unwrap_err(), Stopped);
    assert_eq!(steps, [(1, 18), (2, 18), (3, 18), (4, 18)]);
}

#[test]
fn a_threshold_decides_what_is_sure() {
    let rule = TriageRule { percent: 70, ..TriageRule::DEFAULT };
    assert!(rule.is_sure(0.7) && rule.is_sure(0.99) && !rule.is_sure(0.699));
}
