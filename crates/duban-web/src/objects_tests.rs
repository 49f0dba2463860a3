//! Objects of the city on pages, on both databases: offered where they are near, chosen without a map, and named on
//! every page of the case.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use duban_app::{
    administration::pack::{self, Saved},
    object::{self, Imported},
    service,
};
use duban_domain::policy::Action;
use duban_testkit::world::{World, both};
use tower::ServiceExt;

use crate::{
    Options, Site,
    desk::tests::{look, sign_in},
    resident::journey::Browser,
    router,
};

const DARK: &str = "测试路的路灯不亮，一到晚上漆黑";
const HERE: [(&str, &str); 2] = [("lng", "113.145"), ("lat", "27.835")];
/// The shipped layer of lamp posts, reaching sixty metres, with one every twenty metres to the north.
fn with_lamps(world: &mut World) {
    let saved = pack::change(&world.ctx("administrator", "hotline"), "test", None, |files| {
        let layers = files.get_mut("layers.toml").expect("the shipped pack has layers");
        *layers = layers.replace("metres = 100", "metres = 60");
        Ok(())
    });
    assert!(matches!(saved.unwrap(), Saved::Done(..)));
    world.app = world.app.at_hand();
    let lamp = |n: u32| {
        let lat = 27.835 + f64::from(n) * 20.0 / 111_320.0;
        format!(
            r#"{{"type":"Feature","id":"LP-{n}","properties":{{"name":"测试{n}号灯"}},"geometry":{{"type":"Point","coordinates":[113.145,{lat:.7}]}}}}"#
        )
    };
    let lamps: Vec<String> = (0..40).map(lamp).collect();
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, lamps.join(","));
    let done = object::import(&world.ctx("administrator", "hotline"), "lamps", &text, false).unwrap();
    assert_eq!(done, Imported::Done { total: 40, new: 40, changed: 0 });
}

/// A key by which a system reads cases.
fn key(world: &World) -> String {
    let wanted =
        service::Wanted {
            name: "测试系统".into(), scopes: vec![Action::View], unit: None, days: Some(30)
        };
    service::make(&world.ctx("security", "hotline"), &wanted).unwrap()
}

/// The objects that a system reads of a case.
async fn by_api(world: &World, key: &str, number: &str) -> serde_json::Value {
    let site = router(Site::new(world.app.clone(), Options::default()));
    let request = Request::get(format!("/api/v1/cases/{number}"))
        .header("host", "test")
        .header("authorization", format!("Bearer {key}"));
    let response = site.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()["requests"][0]["objects"].clone()
}

#[test]
fn objects_that_are_near_are_offered_chosen_by_keyboard_and_named_on_every_page_of_the_case() {
    let threads = tokio::runtime::Runtime::new().unwrap();
    both(|world| {
        with_lamps(world);
        let key = key(world);
        threads.block_on(async {
            let mut phone = Browser::on(world);
            let nowhere = phone.post("/report/questions", &[("text", DARK)], None).await.text;
            assert!(nowhere.contains("q-lamp_number") && !nowhere.contains("q-which_lamps"), "{nowhere}");
            let typed = [&[("text", DARK)], &HERE[..]].concat();
            let near = phone.post("/report/questions", &typed, None).await;
            for (lamp, far) in [("LP-0", 0), ("LP-1", 20), ("LP-3", 60)] {
                assert!(near.text.contains(&format!("value=\"{lamp}\"")), "{lamp} in {}", near.text);
                assert!(near.text.contains(&format!("，约 {far} 米")), "{far} in {}", near.text);
            }
            assert!(!near.text.contains("LP-4") && near.text.contains("<span>LP-1 测试1号灯，"));
            let asked = near.hidden("asked").to_owned();
            assert!(
                near.text.contains("value=\"LP-0\" data-lng=\"113.145\" data-lat=\"27.835\""),
                "{}",
                near.text
            );
            let form = |form: &'static str, lamps: [&'static str; 2]| {
                let words = [("form", form), ("text", DARK), ("privacy", "anonymous"), ("where", "map")];
                let lamps = lamps.map(|lamp| ("q-which_lamps", lamp));
                [&words[..], &HERE[..], &lamps[..]].concat()
            };
            let odd = [&form("a", ["LP-1", "LP-99"])[..], &[("asked", &*asked)]].concat();
            let odd = phone.post("/report", &odd, None).await;
            assert!(odd.status.is_client_error() && odd.text.contains("LP-99"), "{}", odd.text);
            let drawn = odd.text.matches("m-dot-object\"").count();
            assert!(drawn == 3 && odd.text.contains("m-dot-object-on\""), "{drawn} of four are not chosen");
            let whole = [&form("b", ["LP-1", "LP-3"])[..], &[("asked", &*asked)]].concat();
            let handed = phone.post("/report", &whole, None).await;
            assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.text);
            let number = handed.to().trim_start_matches("/track/").split('?').next().unwrap().to_owned();
            let named = "LP-1 测试1号灯、LP-3 测试3号灯";
            assert!(phone.get(handed.to()).await.text.contains(named));
            let mut desk = sign_in(world, "chen", "hotline", "dispatcher").await;
            let page = look(&mut desk, &format!("/desk/cases/{number}")).await.text;
            assert!(page.contains("是哪几盏灯？") && page.contains(named), "{page}");
            assert_eq!(page.matches("m-dot-object-on\"").count(), 2, "the map of the case shows those two");
            let paper = desk.get(&format!("/desk/cases/{number}/sheet.pdf")).await;
            assert_eq!(paper.status, StatusCode::OK);
            assert_eq!(
                by_api(world, &key, &number).await,
                serde_json::json!([
                    {"layer": "lamps", "id": "LP-1", "name": "测试1号灯"},
                    {"layer": "lamps", "id": "LP-3", "name": "测试3号灯"},
                ])
            );
        });
    });
}

#[test]
fn who_was_not_asked_and_who_takes_the_call_are_offered_them_too() {
    let threads = tokio::runtime::Runtime::new().unwrap();
    both(|world| {
        with_lamps(world);
        threads.block_on(async {
            let mut phone = Browser::on(world);
            let words = [("form", "a"), ("text", DARK), ("privacy", "anonymous"), ("where", "map")];
            let handed = phone.post("/report", &[&words[..], &HERE[..]].concat(), None).await;
            let receipt = phone.get(handed.to()).await;
            assert!(receipt.text.contains("value=\"LP-2\""), "{}", receipt.text);
            let number = handed.to().trim_start_matches("/track/").split('?').next().unwrap().to_owned();
            let asked = receipt.hidden("asked").to_owned();
            let chosen = [("form", "b"), ("asked", &*asked), ("q-which_lamps", "LP-2")];
            let told = phone.post(&format!("/track/{number}/details"), &chosen, None).await;
            assert!(told.to().ends_with("?done=answered"), "{}", told.text);
            assert!(phone.get(&format!("/track/{number}")).await.text.contains("LP-2 测试2号灯"));
            let mut desk = sign_in(world, "yang", "hotline", "operator").await;
            let typed = [&[("text", DARK), ("q-which_lamps", "LP-30")], &HERE[..]].concat();
            let shown = desk.post("/desk/intake/assist?part=ask", &typed, None).await.text;
            assert!(shown.contains("value=\"LP-2\""), "{shown}");
            assert!(
                shown.contains("value=\"LP-30\" data-lng=\"113.145\" data-lat=\"27.8403899\" checked"),
                "what was chosen stays, however far: {shown}"
            );
        });
    });
}
