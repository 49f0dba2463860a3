//! A service of a few lines, broken in one place at a time.

use expect_test::{Expect, expect};

use super::{faults::small, *};

const SERVICE: &str = r#"key = "gate"
name = "门"
name_en = "Gate"
lead = "门"
lead_en = "Gate"
who = "人"
who_en = "All"
fee = "无"
fee_en = "None"
term = "无"
term_en = "None"
last_day = "无"
last_day_en = "None"
[[question]]
key = "side"
ask = "哪边？"
ask_en = "Side?"
[[question.choice]]
key = "left"
name = "左"
name_en = "Left"
[[question.choice]]
key = "right"
name = "右"
name_en = "Right"
[[question]]
key = "key"
ask = "有钥匙？"
ask_en = "Key?"
when = ["side=right"]
[[question.choice]]
key = "yes"
name = "有"
name_en = "Yes"
[[question.choice]]
key = "no"
name = "没有"
name_en = "No"
[[paper]]
key = "id"
name = "证"
name_en = "ID"
[[counter]]
key = "one"
name = "一"
name_en = "One"
hours = "日"
hours_en = "Day"
[[situation]]
key = "walk"
name = "走左"
name_en = "Left"
lead = "走"
lead_en = "Go"
when = ["side=left"]
papers = ["id"]
counter = "one"
[[situation]]
key = "open"
name = "开"
name_en = "Open"
lead = "开"
lead_en = "Open"
when = ["side=right", "key=yes|no"]
papers = []
counter = "one"
"#;

fn faults(from: &str, to: &str, expected: Expect) {
    let mut files = small();
    assert!(SERVICE.contains(from), "{from:?}");
    files.insert("services/gate.toml".into(), SERVICE.replacen(from, to, 1));
    expected.assert_eq(&listed(&check(&files)));
}

#[test]
fn a_sound_service_has_no_faults_and_a_pack_without_services_neither() {
    faults("key = \"gate\"", "key = \"gate\"", expect![""]);
    assert!(City::load(&small()).unwrap().services.is_empty());
}

#[test]
fn a_gap_names_the_answers_that_lead_nowhere() {
    faults(
        "key=yes|no",
        "key=yes",
        expect![[r#"
            services/gate.toml:1: 错误：这样回答的人没有情形可归：哪边？右；有钥匙？没有 → 加一个 [[situation]]，或放宽一个的 when。
        "#]],
    );
}

#[test]
fn an_overlap_names_both_and_a_dead_situation_its_line() {
    faults(
        "when = [\"side=left\"]",
        "when = []",
        expect![[r#"
            services/gate.toml:58: 错误：和第 49 行的 walk 重叠：哪边？右；有钥匙？有 → 把其中一个的 when 写窄。
        "#]],
    );
    faults(
        "when = [\"side=left\"]",
        "when = [\"side=left\", \"key=yes\"]",
        expect![[r#"
            services/gate.toml:1: 错误：这样回答的人没有情形可归：哪边？左 → 加一个 [[situation]]，或放宽一个的 when。
            services/gate.toml:49: 错误：没有人会是 walk 这一种 → 改它的 when，或删去。
        "#]],
    );
}

#[test]
fn what_a_condition_or_a_situation_names_must_be_there() {
    faults(
        "when = [\"side=right\"]",
        "when = [\"sid=right\"]",
        expect![[r#"
            services/gate.toml:30: 错误：条件里的问题 sid 没有，或者在后面才问 → 是不是想写 side？
        "#]],
    );
    faults(
        "side=left",
        "side=lift",
        expect![[r#"
            services/gate.toml:55: 错误：问题 side 没有选项 lift → 是不是想写 left？
        "#]],
    );
    faults(
        "papers = [\"id\"]",
        "papers = [\"ids\"]",
        expect![[r#"
            services/gate.toml:56: 错误：这个文件里没有 ids → 是不是想写 id？
        "#]],
    );
    faults(
        "key = \"gate\"",
        "key = \"gates\"",
        expect![[r#"
            services/gate.toml:1: 错误：key 和文件名不一样：gates → 两个写成一样。
        "#]],
    );
}

#[test]
fn money_goes_back_only_where_it_is_known_to_whom_and_of_which_card() {
    faults(
        "fee = \"无\"",
        "account = { holder = \"甲\", number = \"1\", bank = \"乙\" }\nfee = \"无\"",
        expect![[r#"
            services/gate.toml:8: 错误：退钱的事项要写 card，还要有必填的姓名、身份证号、银行卡号、户名四栏 → kind 依次是 name、id-number、bank-card、bank-name，都写 required = true。
        "#]],
    );
}
