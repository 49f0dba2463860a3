//! The files of the hotline's own desk: left out, or with faults.

use expect_test::expect;

use super::{faults::small, *};

#[test]
fn the_files_of_the_desk_may_be_left_out_and_their_faults_are_named() {
    assert_eq!(City::load(&small()).unwrap().desk.calls.answer_seconds, 15);
    let faults = |path: &str, text: &str| {
        let mut files = small();
        files.insert(path.to_owned(), text.to_owned());
        listed(&check(&files))
    };
    let survey =
        "[[answer]]\nkey = \"a\"\ntext = \"好\"\ntext_en = \"Good\"\nsolved = true\nfollow = \"judge\"\n";
    assert!(faults("survey.toml", survey).starts_with("survey.toml:6: 错误：“解决了”的选项后面没有事要做"));
    let twice = survey.replace("follow = \"judge\"\n", "").repeat(2);
    assert!(faults("survey.toml", &twice).contains("选项 a 写了两次"));
    let points = "[[item]]\nkey = \"a\"\nname = \"用语\"\nname_en = \"Words\"\npoints = 90\n";
    assert!(faults("quality.toml", points).contains("加起来是 90，不是 100"));
    assert!(faults("desk.toml", "answer_second = 15\n").contains("answer_seconds"));
}

#[test]
fn a_prepared_text_names_what_there_is() {
    let mut files = small();
    let phrase = "[[phrase]]\nkey = \"done\"\nstep = \"answer\"\ncategory = \"powr\"\ntitle = \"好\"\ntitle_en = \"Done\"\nbody = \"{nummer}\"\nbody_en = \"{number}\"\n";
    files.insert("phrases.toml".to_owned(), phrase.to_owned());
    expect![[r#"
        phrases.toml:4: 错误：分类 powr 不存在 → 是不是想写 power？
        phrases.toml:7: 错误：没有变量 {nummer} → 是不是想写 number？
    "#]]
    .assert_eq(&listed(&check(&files)));
}

#[test]
fn what_is_learned_has_a_threshold_a_window_and_an_hour() {
    assert_eq!(City::load(&small()).unwrap().settings.triage, crate::triage::TriageRule::DEFAULT);
    let with = |lines: &str| {
        let mut files = small();
        files.get_mut("city.toml").unwrap().push_str(&format!("[triage]\n{lines}\n"));
        files
    };
    let files = with("percent = 75\ncases_min = 20\nmonths = 12\nhour = 2");
    let rule = City::load(&files).unwrap().settings.triage;
    assert_eq!((rule.percent, rule.cases_min, rule.months, rule.hour), (75, 20, 12, 2));
    for wrong in
        ["percent = 20", "percent = 100", "cases_min = 5", "months = 0", "hour = 24", "percents = 60"]
    {
        let faults = listed(&check(&with(wrong)));
        assert!(faults.starts_with("city.toml:12: "), "{wrong}: {faults}");
    }
}
