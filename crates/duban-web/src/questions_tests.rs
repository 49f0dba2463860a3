//! What a kind of matter asks, over HTTP and on both databases: while one types, after sending, at the desk.

use axum::http::StatusCode;
use duban_testkit::world::{World, both};

use crate::{
    desk::tests::{look, sign_in},
    resident::journey::{Browser, Reply},
};

const DARK: &str = "测试路的路灯不亮，一到晚上漆黑";
const REFUND: &str = "测试超市拒绝退款，要求退货";

fn on_both(look: impl AsyncFn(&World)) {
    let threads = tokio::runtime::Runtime::new().unwrap();
    both(|world| threads.block_on(look(world)));
}

async fn asked(browser: &mut Browser, text: &str) -> Reply {
    let reply = browser.post("/report/questions", &[("text", text)], None).await;
    assert_eq!(reply.status, StatusCode::OK);
    reply
}

/// The number of a page that a form led to.
fn number(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
    reply.to().trim_start_matches("/track/").split('?').next().unwrap().to_owned()
}

/// What a case page shows of the answers.
async fn at_desk(world: &World, number: &str) -> String {
    let mut desk = sign_in(world, "chen", "hotline", "dispatcher").await;
    look(&mut desk, &format!("/desk/cases/{number}")).await.text
}

#[test]
fn what_was_typed_decides_what_is_asked_and_the_answers_lie_where_open311_puts_them() {
    on_both(async |world| {
        let mut phone = Browser::on(world);
        assert!(!asked(&mut phone, "石凳断了一条腿").await.text.contains("name=\"q-"), "nothing to ask");
        let lamps = asked(&mut phone, DARK).await;
        assert!(
            lamps.text.contains("name=\"q-lamp_number\"") && lamps.text.contains("name=\"q-lamp_extent\"")
        );
        let form = [
            ("form", "a"),
            ("text", DARK),
            ("privacy", "anonymous"),
            ("share", "facts"),
            ("asked", lamps.hidden("asked")),
            ("q-lamp_number", "测试-0042"),
            ("q-lamp_extent", "street"),
        ];
        let handed = phone.post("/report", &form, None).await;
        assert!(handed.to().ends_with("?new=1&asked=1"), "{}", handed.to());
        let receipt = phone.get(handed.to()).await.text;
        assert!(receipt.contains("测试-0042") && receipt.contains("整条街"), "{receipt}");
        assert!(!receipt.contains("id=\"more-asked\""), "what was answered is not asked again");
        let number = number(&handed);
        let desk = at_desk(world, &number).await;
        assert!(desk.contains("灯杆上的编号是多少？") && desk.contains("测试-0042"), "{desk}");
        let told = phone.get(&format!("/open311/v2/requests/{number}.json?extensions=true")).await.text;
        assert!(told.contains("整条街") && !told.contains("测试-0042"), "the public one only: {told}");
    });
}

#[test]
fn who_was_not_asked_is_asked_once_the_number_is_there() {
    on_both(async |world| {
        let mut phone = Browser::on(world);
        let handed =
            phone.post("/report", &[("form", "a"), ("text", DARK), ("privacy", "anonymous")], None).await;
        let number = number(&handed);
        let receipt = phone.get(handed.to()).await;
        assert!(receipt.text.contains("id=\"more-asked\" open"), "{}", receipt.text);
        let category = receipt.hidden("asked").to_owned();
        let to = format!("/track/{number}/details");
        let empty = phone.post(&to, &[("form", "b"), ("asked", &category)], None).await;
        assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.text.contains("答一个也行"));
        let odd =
            [("form", "b"), ("asked", &*category), ("q-lamp_extent", "no"), ("q-lamp_number", "测试-0043")];
        let odd = phone.post(&to, &odd, None).await;
        assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.text.contains("value=\"测试-0043\""));
        let whole = [("form", "c"), ("asked", &*category), ("q-lamp_number", "测试-0043")];
        assert!(phone.post(&to, &whole, None).await.to().ends_with("?done=answered"));
        assert!(phone.post(&to, &whole, None).await.to().ends_with("?done=answered"), "the same form, twice");
        let later = [("form", "d"), ("asked", &*category), ("q-lamp_number", "另一个")];
        assert!(phone.post(&to, &later, None).await.to().ends_with("?done=again"), "answered once");
        let page = phone.get(&format!("/track/{number}")).await.text;
        assert!(page.contains("测试-0043") && !page.contains("另一个") && !page.contains("more-asked"));
        let desk = at_desk(world, &number).await;
        assert!(desk.contains("灯杆上的编号是多少？") && desk.contains("测试-0043"), "{desk}");
        let mut stranger = Browser::on(world);
        assert_eq!(stranger.post(&to, &whole, None).await.to(), format!("/track/{number}"));
    });
}

#[test]
fn what_is_needed_is_needed_only_where_it_was_asked() {
    on_both(async |world| {
        let mut phone = Browser::on(world);
        let shop = asked(&mut phone, REFUND).await;
        let form = [
            ("form", "a"),
            ("text", REFUND),
            ("privacy", "anonymous"),
            ("asked", shop.hidden("asked")),
            ("q-refund_shop", " "),
            ("q-refund_amount", "很多"),
        ];
        let again = phone.post("/report", &form, None).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        for kept in
            [REFUND, "value=\"很多\"", "“商家叫什么名字？”要回答。", "要填数字", "href=\"#questions\""]
        {
            assert!(again.text.contains(kept), "{kept}: {}", again.text);
        }
        let unasked = [("form", "b"), ("text", REFUND), ("privacy", "anonymous")];
        number(&phone.post("/report", &unasked, None).await);
        // The words became others after the questions were shown: they are not held against anybody.
        let moved =
            [("form", "c"), ("text", "石凳断了"), ("privacy", "anonymous"), ("asked", shop.hidden("asked"))];
        number(&phone.post("/report", &moved, None).await);
    });
}

#[test]
fn an_operator_is_shown_what_to_ask_and_the_answers_are_on_the_case() {
    on_both(async |world| {
        let mut desk = sign_in(world, "zhang", "hotline", "operator").await;
        let said = [("text", "来电人说，一直停电，整栋楼都停电")];
        let shown = desk.post("/desk/intake/assist?part=ask", &said, None).await;
        assert!(shown.text.contains("type=\"datetime-local\""), "{}", shown.text);
        let category = shown.hidden("asked").to_owned();
        let chosen = [said[0], ("category", "market.goods.refund")];
        let other = desk.post("/desk/intake/assist?part=ask", &chosen, None).await;
        assert!(other.text.contains("q-refund_shop"), "the chosen category goes before the words");
        let taken = |more: &[(&'static str, &str)]| {
            let base = [said[0], ("phone", "13900006021"), ("asked", &*category)];
            [&base[..], more]
                .concat()
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect::<Vec<_>>()
        };
        let odd = taken(&[("q-outage_since", "昨天"), ("q-outage_extent", "building")]);
        let odd: Vec<_> = odd.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let again = desk.post("/desk/intake", &odd, None).await;
        assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text.contains("value=\"昨天\""));
        let whole = taken(&[("q-outage_since", "2026-01-05T07:30"), ("q-outage_extent", "building")]);
        let whole: Vec<_> = whole.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let saved = desk.post("/desk/intake", &whole, None).await;
        let number = saved.to().split("saved=").nth(1).unwrap().to_owned();
        let case = at_desk(world, &number).await;
        assert!(case.contains("2026-01-05 07:30") && case.contains("整栋楼"), "{case}");
        let asked = [
            said[0],
            ("phone", "13900006021"),
            ("category", "market.goods.refund"),
            ("asked", "market.goods.refund"),
        ];
        let missing = desk.post("/desk/intake", &asked, None).await;
        assert!(missing.status == StatusCode::UNPROCESSABLE_ENTITY && missing.text.contains("要回答"));
        let closed = [&asked[..], &[("do", "direct"), ("direct", "带小票到柜台")]].concat();
        let closed = desk.post("/desk/intake", &closed, None).await;
        assert!(closed.to().contains("saved="), "whoever answers at once need not ask on: {}", closed.text);
    });
}
