//! Faults in `questions.toml` and `remotes.toml`.

use expect_test::{Expect, expect};

use super::{
    faults::{broken, small},
    *,
};

fn with(path: &str, text: &str, expected: Expect) {
    let mut files = small();
    files.insert(path.to_owned(), text.to_owned());
    expected.assert_eq(&listed(&check(&files)));
}

const QUESTION: &str = r#"
[[question]]
key = "since"
categories = ["power.cut"]
kind = "one"
ask = "多久了"
ask_en = "How long"
[[question.choice]]
key = "day"
name = "一天"
name_en = "A day"
"#;

const CHECKLIST: &str = r#"
[[checklist]]
key = "cut"
categories = ["power.cut"]
name = "停电"
name_en = "No power"
[[checklist.item]]
key = "told"
name = "告诉了恢复时间"
name_en = "Told when it comes back"
required = true
at = "contact"
"#;

#[test]
fn checklists_that_nobody_could_tick() {
    with("checklists.toml", CHECKLIST, expect![""]);
    let but = |from: &str, to: &str| CHECKLIST.replacen(from, to, 1);
    with(
        "checklists.toml",
        &but("power.cut", "power.cat"),
        expect![[r#"
        checklists.toml:4: 错误：分类 power.cat 不存在 → 是不是想写 power.cut？
    "#]],
    );
    with(
        "checklists.toml",
        &but("\"contact\"", "\"later\""),
        expect![[r#"
        checklists.toml:12: 错误：at 里的 later 不认识 → 只能是：contact、finish
    "#]],
    );
    with(
        "checklists.toml",
        &but("categories = [\"power.cut\"]", ""),
        expect![[r#"
        checklists.toml:2: 错误：没有写给哪些分类用 → 写上例如 categories = ["utilities.drainage"]，下级分类也用。
    "#]],
    );
    with(
        "checklists.toml",
        CHECKLIST.split("[[checklist.item]]").next().unwrap(),
        expect![[r#"
        checklists.toml:2: 错误：清单要有 1 到 30 项，这里有 0 项 → 每项以 [[checklist.item]] 开头，写 key、name 和 name_en。
    "#]],
    );
    let twice = CHECKLIST.replace(
        "[[checklist.item]]",
        "[[checklist.item]]\nkey = \"told\"\nname = \"a\"\nname_en = \"a\"\n[[checklist.item]]",
    );
    with(
        "checklists.toml",
        &twice,
        expect![[r#"
        checklists.toml:7: 错误：清单里的项目 told 写了两次 → 给其中一项换一个 key。
    "#]],
    );
    with(
        "checklists.toml",
        &format!("{CHECKLIST}{CHECKLIST}"),
        expect![[r#"
        checklists.toml:15: 错误：键 cut 重复，第 2 行已有 → 改一个名字，或删去多余的一行。
    "#]],
    );
}

#[test]
fn questions_that_cannot_be_asked() {
    with("questions.toml", QUESTION, expect![""]);
    let but = |from: &str, to: &str| QUESTION.replacen(from, to, 1);
    with(
        "questions.toml",
        &but("since", "since-when"),
        expect![[r#"
            questions.toml:3: 错误：问题的键 since-when 不能用 → 只用字母、数字和下划线，例如 lamp_number。
        "#]],
    );
    with(
        "questions.toml",
        &but("power.cut", "power.cat"),
        expect![[r#"
            questions.toml:4: 错误：分类 power.cat 不存在 → 是不是想写 power.cut？
        "#]],
    );
    with(
        "questions.toml",
        &but("\"one\"", "\"line\""),
        expect![[r#"
            questions.toml:5: 错误：选项和回答方式对不上 → kind 是 one 或 several 时写上 [[question.choice]]，别的时候不写。
        "#]],
    );
    with(
        "questions.toml",
        &but("kind = \"one\"", "kind = \"one\"\ncolour = 1"),
        expect![[r#"
            questions.toml:6: 错误：不认识的字段 colour → 删去，或改成其中之一：key、categories、kind、ask、ask_en、help、help_en、required、public、layer、choice
        "#]],
    );
    let text = "[[question]]\nkey = \"a\"\nkind = \"text\"\nask = \"?\"\nask_en = \"?\"\npublic = true\n";
    with(
        "questions.toml",
        text,
        expect![[r#"
            questions.toml:1: 错误：没有写哪些分类要问 → 写上例如 categories = ["utilities.lighting"]，下级分类也会问。
            questions.toml:6: 错误：只有选择题的回答可以公开 → 去掉 public：人们会在文字里写姓名电话。
        "#]],
    );
    with(
        "questions.toml",
        &format!("{QUESTION}{QUESTION}"),
        expect![[r#"
            questions.toml:14: 错误：键 since 重复，第 2 行已有 → 改一个名字，或删去多余的一行。
        "#]],
    );
}

const REMOTE: &str = r#"
[[remote]]
key = "grid"
name = "电网"
name_en = "Grid"
unit = "power"
endpoint = "https://311.example.cn/open311/v2/"
key_env = "DUBAN_REMOTE_GRID"
service = "001"
[[remote.map]]
category = "power.cut"
service = "002"
"#;

#[test]
fn servers_that_cannot_be_called() {
    with("remotes.toml", REMOTE, expect![""]);
    let but = |from: &str, to: &str| REMOTE.replacen(from, to, 1);
    with(
        "remotes.toml",
        &but("unit = \"power\"", "unit = \"powr\""),
        expect![[r#"
            remotes.toml:6: 错误：单位 powr 不存在 → 是不是想写 power？
        "#]],
    );
    with(
        "remotes.toml",
        &but("https://", "ftp://"),
        expect![[r#"
            remotes.toml:7: 错误：地址 ftp://311.example.cn/open311/v2/ 不能用 → 写成 https://311.example.cn/open311/v2，不带问号和账号。
        "#]],
    );
    with(
        "remotes.toml",
        &but("https://", "http://"),
        expect![[r#"
            remotes.toml:7: 提醒：没有加密，密钥和诉求会明文传送 → 改用 https；只在内网才用 http。
        "#]],
    );
    with(
        "remotes.toml",
        &but("DUBAN_REMOTE_GRID", "DUBAN_KEY"),
        expect![[r#"
            remotes.toml:8: 错误：环境变量 DUBAN_KEY 不能用 → 名字以 DUBAN_REMOTE_ 开头，只用大写字母、数字和下划线。
        "#]],
    );
    with(
        "remotes.toml",
        &but("category = \"power.cut\"", "category = \"power.cat\""),
        expect![[r#"
            remotes.toml:2: 错误：分类 power.cat 不存在 → 是不是想写 power.cut？
        "#]],
    );
    with(
        "remotes.toml",
        &but("service = \"001\"\n", ""),
        expect![[r#"
            remotes.toml:2: 错误：缺少 service → 补上 service。
        "#]],
    );
}

#[test]
fn a_rule_asks_only_for_answers_that_can_be_given() {
    let mut files = small();
    files.insert("questions.toml".to_owned(), QUESTION.to_owned());
    let first = files["catalogue.toml"].clone();
    let mut faults = |answer: &str| {
        let with = first.replacen("unit = \"power\"", &format!("answer = [{answer}]\nunit = \"power\""), 1);
        files.insert("catalogue.toml".to_owned(), with);
        listed(&check(&files))
    };
    assert_eq!(faults("\"since=day\""), "");
    expect![[r#"
        catalogue.toml:4: 错误：没有回答 since=dau → 是不是想写 since=day？
    "#]]
    .assert_eq(&faults("\"since=dau\""));
    expect![[r#"
        catalogue.toml:4: 错误：没有回答 colour= → 写成 问题的键=选项的键，问题和选项在 questions.toml 里。
    "#]]
    .assert_eq(&faults("\"colour\""));
}

#[test]
fn a_category_finds_its_server_and_its_service() {
    let mut files = small();
    files.insert("remotes.toml".into(), REMOTE.into());
    let city = City::load(&files).unwrap();
    let remote = city.remote_for("power", Some("power.cut")).unwrap();
    assert_eq!(remote.endpoint, "https://311.example.cn/open311/v2");
    assert_eq!((remote.service_of(Some("power.cut")), remote.service_of(Some("power"))), ("002", "001"));
    assert_eq!(remote.service_of(None), "001");
    assert!(city.remote_for("east", Some("power.cut")).is_none());
}

#[test]
fn a_rule_names_a_person_of_a_unit_and_an_unless_holds_a_word() {
    broken(
        "catalogue.toml",
        "unit = \"street\"",
        "unit = \"street\"\nhandler = \"zhou\"",
        expect![[r#"
        catalogue.toml:12: 错误：指名经办人的规则要写明是哪个单位 → 把 unit 写成这个人所在单位的键，不能写 street 或 division；或删去 handler。
    "#]],
    );
    broken(
        "words.toml",
        "any = [\"起火\"]",
        "any = [\"起火\"]\nunless = [\"起火\", \"点不着\"]",
        expect![[r#"
            words.toml:8: 错误：unless 里的“点不着”不包含 any、all 里的任何词 → 写更长的词，例如 any 有 着火，unless 写 打不着火；或删去。
            words.toml:8: 错误：unless 里的“起火”不包含 any、all 里的任何词 → 写更长的词，例如 any 有 着火，unless 写 打不着火；或删去。
        "#]],
    );
}

/// An export writes every file of a pack under its name.
#[test]
fn no_name_of_a_file_leads_out_of_the_folder() {
    for plain in ["city.toml", "calendar/2026.toml", "文字.md"] {
        assert!(crate::city::is_plain(plain), "{plain}");
    }
    for odd in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "c:\\x", "a\\b", "a\nb"] {
        assert!(!crate::city::is_plain(odd), "{odd:?}");
    }
}

const SIGN_ON: &str = "wrong_max = 5\n[sign_on]\nname = \"单位账号\"\nname_en = \"City account\"\nissuer = \"https://sso.example.cn\"\nclient = \"duban\"\nsecret_env = \"DUBAN_SIGN_ON_SECRET\"\nclaim = \"preferred_username\"\n";

#[test]
fn a_sign_on_that_could_not_work_is_named() {
    with("access.toml", SIGN_ON, expect![""]);
    let but = |from: &str, to: &str| SIGN_ON.replacen(from, to, 1);
    with(
        "access.toml",
        &but("https://", "http://"),
        expect![[r#"
            access.toml:5: 错误：地址 http://sso.example.cn 不能用 → 写成 https://sso.example.cn，和登录系统自己公布的一字不差；只有 private = true 时才能用 http。
        "#]],
    );
    with("access.toml", &format!("{}private = true\n", but("https://", "http://")), expect![""]);
    with(
        "access.toml",
        &but("DUBAN_SIGN_ON_SECRET", "DUBAN_KEY"),
        expect![[r#"
            access.toml:7: 错误：环境变量 DUBAN_KEY 不能用 → 名字以 DUBAN_SIGN_ON_ 开头，只用大写字母、数字和下划线。
        "#]],
    );
    with(
        "access.toml",
        &but("client = \"duban\"\n", ""),
        expect![[r#"
            access.toml:2: 错误：缺少 client → 补上 client。
        "#]],
    );
}
