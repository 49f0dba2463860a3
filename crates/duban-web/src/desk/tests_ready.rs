//! What can be answered at once and what is known already, over HTTP and without script.

use axum::http::StatusCode;
use duban_testkit::world::World;

use super::tests::{look, sign_in, to};
use crate::resident::journey::{Browser, Reply};

const ASKED: &str = "我妈在外地住院了，想问医保怎么报销，要不要备案";

/// The value of the first button that begins so.
fn button(page: &Reply, begin: &str) -> String {
    let from = page.text.split(&format!("value=\"{begin}")).nth(1).expect("the page offers it");
    format!("{begin}{}", from.split('"').next().unwrap())
}

async fn take_in_pack(world: &World) -> Browser {
    let mut keeper = sign_in(world, "keeper", "hotline", "knowledge").await;
    let taken = keeper.post("/desk/knowledge/pack", &[], None).await;
    assert!(to(&taken).starts_with("/desk/knowledge?taken="), "{}", to(&taken));
    keeper
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_answers_with_an_item_and_what_was_rewritten_meanwhile_is_not_read_out() {
    let world = World::sqlite();
    let mut keeper = take_in_pack(&world).await;
    let mut operator = sign_in(&world, "operator", "hotline", "operator").await;
    let beside = operator.post("/desk/intake/assist", &[("text", ASKED)], None).await;
    assert!(beside.text.contains("异地就医怎么备案") && beside.text.contains("医保发〔2022〕22号"));
    let known = button(&beside, "known-");
    let form = [("text", ASKED), ("phone", "13900006021"), ("do", known.as_str())];
    let saved = operator.post("/desk/intake", &form, None).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let number = to(&saved).trim_start_matches("/desk/intake?saved=").to_owned();
    let case = look(&mut operator, &format!("/desk/cases/{number}")).await;
    assert!(case.text.contains("照知识库答复：异地就医怎么备案（第 1 版）"), "{}", case.text);
    // The keeper writes the next version; the page of the operator is of the one before.
    let id = known.trim_start_matches("known-").split('.').next().unwrap().to_owned();
    let page = look(&mut keeper, &format!("/desk/knowledge/{id}")).await;
    assert!(page.text.contains("异地就医怎么备案"));
    let next = [
        ("id", id.as_str()),
        ("seen", "1"),
        ("kind", "answer"),
        ("question", "异地就医怎么备案"),
        ("answer", "新的答案"),
        ("unit", "insurance"),
        ("public", "yes"),
    ];
    assert_eq!(keeper.post("/desk/knowledge", &next, None).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        keeper.post("/desk/knowledge", &next, None).await.status,
        StatusCode::SEE_OTHER,
        "twice is once"
    );
    let other = [&next[..], &[("answer", "别人的答案")]].concat();
    let stale = keeper.post("/desk/knowledge", &other, None).await;
    assert!(stale.status == StatusCode::UNPROCESSABLE_ENTITY && stale.text.contains("别人的答案"));
    let late = operator.post("/desk/intake", &form, None).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains(ASKED) && late.text.contains("这条答案刚改过"), "{}", late.text);
    let lists = ["", "?list=due", "?list=expired", "?list=retired", "?new=1"];
    for list in lists {
        look(&mut keeper, &format!("/desk/knowledge{list}")).await;
    }
    let down = keeper.post(&format!("/desk/knowledge/{id}"), &[("seen", "2")], None).await;
    assert_eq!(to(&down), "/desk/knowledge");
    let beside = operator.post("/desk/intake/assist", &[("text", ASKED)], None).await;
    assert!(!beside.text.contains("异地就医怎么备案"), "taken down is offered to nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_reads_an_answer_and_need_not_file() {
    let world = World::sqlite();
    take_in_pack(&world).await;
    let mut phone = Browser::on(&world);
    let form = phone.post("/report", &[("carry", "1"), ("text", ASKED)], None).await;
    assert!(form.text.contains("也许已经有答案"), "without script too");
    let beside = phone.post("/report/answers", &[("text", ASKED)], None).await;
    let address = beside.text.split("href=\"/answers/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answer = phone.get(&format!("/answers/{address}")).await;
    assert!(answer.text.contains("国家医保服务平台") && answer.text.contains("医保发〔2022〕22号"));
    let helped = phone.post(&format!("/answers/{address}"), &[("do", "helped")], None).await;
    let thanks = phone.get(helped.to()).await;
    assert!(thanks.text.contains("不用再交了"));
    let found = phone.get("/answers?q=%E8%BA%AB%E4%BB%BD%E8%AF%81").await;
    assert!(found.text.contains("身份证丢了怎么补办"));
    let rumours = phone.get("/answers?kind=rumour&lang=en").await;
    assert!(rumours.text.contains("Not true") && !rumours.text.contains("Identity"));
    let all = phone.get("/answers?lang=zh").await;
    assert!(!all.text.contains("查别人的办理进度"), "for operators only");
    assert!(!all.text.contains("2025 年春节"), "what ended is offered to nobody");
    assert_eq!(phone.get("/answers/77").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_joined_to_a_known_case_and_a_supervisor_takes_them_out_again() {
    let world = World::sqlite();
    let mut operator = sign_in(&world, "operator", "hotline", "operator").await;
    let said = |text: &'static str, what: &str| {
        [("text", text), ("phone", "13900006021"), ("lng", "113.13"), ("lat", "27.83"), ("do", what)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let first = said("测试搅拌站半夜噪音特别大，睡不着", "hold");
    let first: Vec<(&str, &str)> = first.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let saved = operator.post("/desk/intake", &first, None).await;
    let case = to(&saved).trim_start_matches("/desk/intake?saved=").to_owned();
    let second = said("测试搅拌站晚上噪音", "check");
    let second: Vec<(&str, &str)> = second.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let beside = operator.post("/desk/intake", &second, None).await;
    assert!(beside.text.contains("0 米，今天，同样的词：测试搅拌站 噪音"), "{}", beside.text);
    let join = button(&beside, "join-");
    assert_eq!(join, format!("join-{case}"));
    let mut joining = second.clone();
    joining.push(("do", &join));
    let saved = operator.post("/desk/intake", &joining, None).await;
    let number = to(&saved).trim_start_matches("/desk/intake?saved=").to_owned();
    assert_ne!(number, case, "a number of their own");
    let read_out = look(&mut operator, to(&saved)).await;
    assert!(read_out.text.contains("并入了工单"));
    let mut supervisor = sign_in(&world, "supervisor", "hotline", "supervisor").await;
    let page = look(&mut supervisor, &format!("/desk/cases/{case}")).await;
    assert!(page.text.contains("拆开并单") && page.text.contains("又有一位诉求人遇到"));
    let parting = [("request", number.as_str()), ("reason", "是另一家")];
    let parted = supervisor.post(&format!("/desk/cases/{case}/parting"), &parting, None).await;
    assert_eq!(to(&parted), format!("/desk/cases/{case}?done=part"));
    let own = look(&mut supervisor, &format!("/desk/cases/{number}")).await;
    assert!(own.text.contains("测试搅拌站晚上噪音") && own.text.contains("原来并在"), "{}", own.text);
    let left = look(&mut supervisor, &format!("/desk/cases/{case}")).await;
    assert!(left.text.contains("拆开并单，单独办理：") && !left.text.contains("/parting"));
}
