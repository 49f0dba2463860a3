//! Calls over HTTP: told by a telephone system, taken, filed, missed and called back; without script.

use axum::http::StatusCode;
use duban_app::partner;
use duban_testkit::world::World;

use crate::{
    desk::tests::{look, sign_in, to},
    resident::journey::Browser,
};

async fn tells(world: &World, key: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
    let reply = Browser::on(world).post(&format!("/cti/{key}"), form, None).await;
    (reply.status, reply.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_told_taken_filed_without_its_number_and_written_up() {
    let world = World::sqlite();
    let centre = world.city().centre().key.clone();
    let key = partner::add_telephone_key(&world.app, "exchange").unwrap();
    let call = [
        ("event", "newCall"),
        ("callId", "7"),
        ("from", "13900006021"),
        ("to", "12345"),
        ("direction", "in"),
    ];
    let (status, text) = tells(&world, "wrong", &call).await;
    assert_eq!((status, text.contains("13900006021")), (StatusCode::FORBIDDEN, false));
    assert_eq!(tells(&world, &key, &[("event", "ring")]).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, text) = tells(&world, &key, &call).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let id: String = text.chars().filter(char::is_ascii_digit).collect();

    let mut operator = sign_in(&world, "operator", &centre, "operator").await;
    let bar = operator.get("/desk/calls/bar").await.text;
    assert!(bar.contains("139 **** 6021") && !bar.contains("13900006021"), "{bar}");
    let taken = operator.post(&format!("/desk/calls/{id}/answer"), &[], None).await;
    assert_eq!(to(&taken), format!("/desk/intake?call={id}"));
    let form = look(&mut operator, &format!("/desk/intake?call={id}")).await.text;
    assert!(form.contains("139 **** 6021") && !form.contains("13900006021"), "the form shows a mask");
    let text = "厨房起火了，楼上还有老人。";
    let wrong = operator.post("/desk/intake", &[("call", &id), ("do", "handed"), ("text", text)], None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains(text) && wrong.text.contains(&format!("value=\"{id}\"")), "nothing is lost");
    let sent = [
        ("call", id.as_str()),
        ("do", "dispatch"),
        ("text", text),
        ("handed", "119"),
        ("handed_said", "已转接，三方说清了地址"),
        ("urgency", "normal"),
    ];
    let saved = operator.post("/desk/intake", &sent, None).await;
    assert!(to(&saved).ends_with(&format!("&call={id}")), "{}", to(&saved));
    let number: String = to(&saved).split(['=', '&']).nth(1).unwrap().to_owned();
    let case = look(&mut operator, &format!("/desk/cases/{number}")).await.text;
    assert!(case.contains("已转 119 消防") && case.contains("三方说清了地址"), "{case}");
    assert!(case.contains("话务员改过；原来的建议") && case.contains("特急"), "{case}");
    assert!(case.contains("6021"), "the request has the number of the call");

    let hangup = [("event", "hangup"), ("callId", "7"), ("cause", "normalClearing")];
    assert_eq!(tells(&world, &key, &hangup).await.0, StatusCode::OK);
    assert!(operator.get("/desk/calls/bar").await.text.contains(&format!("/desk/calls/{id}/done")));
    operator.post(&format!("/desk/calls/{id}/done"), &[], None).await;
    assert_eq!(operator.get("/desk/calls/bar").await.text.trim(), "");
    let list = look(&mut operator, "/desk/calls").await.text;
    assert!(list.contains(&number) && list.contains("100.0 %"), "{list}");
    an_average_opens_its_calls(&world, &centre, &number).await;
    let simulated = operator.post("/desk/calls/simulate", &[], None).await;
    assert_eq!(simulated.status, StatusCode::NOT_FOUND, "only a demonstration makes calls up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_one_door_and_no_other() {
    let world = World::sqlite();
    let call = [("event", "newCall"), ("callId", "9"), ("from", "13900006021"), ("to", "12345")];
    let county = partner::add_key(&world.app, "county", None).unwrap();
    assert_eq!(tells(&world, &county, &call).await.0, StatusCode::FORBIDDEN, "Open311 tells of no calls");
    let exchange = partner::add_telephone_key(&world.app, "exchange").unwrap();
    assert_eq!(tells(&world, &exchange, &call).await.0, StatusCode::OK);
    let handed =
        [("api_key", exchange.as_str()), ("service_code", "utilities.lighting.dark"), ("description", "x")];
    let refused = Browser::on(&world).post("/open311/v2/requests.json", &handed, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "and the telephone hands nothing in: {}", refused.text);
}

async fn an_average_opens_its_calls(world: &World, centre: &str, number: &str) {
    let mut leads = sign_in(world, "leads", centre, "supervisor").await;
    let shift = look(&mut leads, "/desk/calls").await.text;
    let row = shift.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    for figure in ["connected", "ended", "wrapped"] {
        let opens = row.split("href=\"").find(|cell| cell.contains(&format!("figure={figure}\"")));
        let opens = opens.unwrap_or_else(|| panic!("no way to {figure}: {row}"));
        let href = opens.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        assert!(leads.get(&href).await.text.contains(number), "an average opens its calls: {href}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_call_is_called_back() {
    let world = World::sqlite();
    let centre = world.city().centre().key.clone();
    let key = partner::add_telephone_key(&world.app, "exchange").unwrap();
    for event in ["newCall", "hangup"] {
        tells(&world, &key, &[("event", event), ("callId", "8"), ("from", "13900006021"), ("to", "12345")])
            .await;
        world.clock.pass_ms(20_000);
    }
    let mut operator = sign_in(&world, "operator", &centre, "operator").await;
    let list = look(&mut operator, "/desk/calls/missed").await.text;
    assert!(list.contains("139 **** 6021") && list.contains("等了 20 秒"), "{list}");
    let at = list.find("/number").unwrap();
    let id: String = list[..at].rsplit('/').next().unwrap().to_owned();
    let shown = operator.post(&format!("/desk/calls/{id}/number"), &[], None).await.text;
    assert!(shown.contains("13900006021") && shown.contains("已经记下"), "{shown}");
    let why = operator.post(&format!("/desk/calls/{id}/attempt"), &[("how", "dropped")], None).await;
    assert_eq!(why.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reached = operator.post(&format!("/desk/calls/{id}/attempt"), &[("how", "reached")], None).await;
    assert_eq!(to(&reached), format!("/desk/intake?call={id}"));
    let empty = look(&mut operator, "/desk/calls/missed").await.text;
    assert!(empty.contains("没有要回的电话"), "{empty}");
}
