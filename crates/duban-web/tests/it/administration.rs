//! Administration in the browser, called as a browser would: a category, a role, an account, and what
//! follows from each without a restart.

use axum::http::StatusCode;
use duban_app::staff;
use duban_domain::{policy::Action, request::Privacy};
use duban_testkit::world::World;
use duban_web::routes::{Access, table};

use crate::visitors::Stage;

async fn text(stage: &Stage, who: &str, path: &str) -> String {
    let (status, body) = stage.call(who, "GET", path, "").await;
    assert_eq!(status, StatusCode::OK, "{path} as {who}");
    body
}

/// The digest of the entry's text that its form carries.
async fn base(stage: &Stage, who: &str, path: &str) -> String {
    let page = text(stage, who, path).await;
    page.split("name=\"base\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_is_added_renamed_and_retired_and_every_door_follows() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let path = "/desk/city/categories";
    let form = "form=1&new=1&above=utilities.water&name=%E6%B6%88%E7%81%AB%E6%A0%93&name_en=Fire+hydrants&kind=help&do=save";
    let (status, to) = stage.call("administrator", "POST", path, form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
    assert!(text(&stage, "operator", "/desk/intake").await.contains("utilities.water.fire-hydrants"));
    assert!(text(&stage, "dispatcher", "/desk/cases").await.contains("utilities.water.fire-hydrants"));
    let services = text(&stage, "nobody", "/open311/v2/services.json").await;
    assert!(services.contains("utilities.water.fire-hydrants") && services.contains("消火栓"));

    let entry = "/desk/city/categories/entry?id=utilities.water.fire-hydrants";
    let was = base(&stage, "administrator", entry).await;
    let rename = format!(
        "form=2&id=utilities.water.fire-hydrants&base={was}&name=%E6%B6%88%E9%98%B2%E6%B0%B4%E6%A0%93&name_en=Hydrants&kind=help&do=save"
    );
    assert_eq!(stage.call("administrator", "POST", path, &rename).await.0, StatusCode::SEE_OTHER);
    assert!(text(&stage, "nobody", "/open311/v2/services.json").await.contains("消防水栓"));
    let (stale, page) = stage.call("administrator", "POST", path, &rename.replace("form=2", "form=3")).await;
    assert_eq!(stale, StatusCode::CONFLICT);
    assert!(page.contains("别人刚改过这一条") && page.contains("消防水栓"), "what was written stays");

    let was = base(&stage, "administrator", entry).await;
    let retire = format!(
        "form=4&id=utilities.water.fire-hydrants&base={was}&name=%E6%B6%88%E9%98%B2%E6%B0%B4%E6%A0%93&name_en=Hydrants&retired=yes&do=save"
    );
    assert_eq!(stage.call("administrator", "POST", path, &retire).await.0, StatusCode::SEE_OTHER);
    assert!(!text(&stage, "operator", "/desk/intake").await.contains("utilities.water.fire-hydrants"));
    assert!(!text(&stage, "nobody", "/open311/v2/services.json").await.contains("消防水栓"));
    let filter = text(&stage, "dispatcher", "/desk/cases").await;
    assert!(filter.contains("消防水栓（已停用）"), "old cases are still found by it");

    let (status, page) = stage
        .call("administrator", "POST", path, "form=5&new=1&above=utilities.water&name=x&name_en=&do=save")
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("categories.csv") && page.contains("value=\"x\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_made_in_the_browser_opens_exactly_the_declared_routes() {
    let world = World::sqlite();
    let mut stage = Stage::set(&world, Privacy::Contact);
    let form = "form=1&new=1&key=watcher&name=%E8%A7%82%E5%AF%9F%E5%91%98&name_en=Watcher&actions=view&actions=figures&actions=note&reach=unit&do=save";
    let (status, to) = stage.call("security", "POST", "/desk/city/roles", form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
    let (status, page) = stage.call("administrator", "POST", "/desk/city/roles", form).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{page}");

    let add = "form=2&login=zhao&name=%E6%B5%8B%E8%AF%95&unit=gas&role=watcher";
    let (status, page) = stage.call("security", "POST", "/desk/accounts", add).await;
    assert_eq!(status, StatusCode::OK);
    let token = page.split("/password/").nth(1).unwrap().split('<').next().unwrap().trim().to_owned();
    let (status, page) = stage.call("nobody", "GET", &format!("/password/{token}"), "").await;
    assert!(status.is_success() && page.contains("zhao"));
    let set = "form=3&password=own+words+2026&again=own+words+2026";
    let (status, _) = stage.call("nobody", "POST", &format!("/password/{token}"), set).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(stage.call("nobody", "GET", &format!("/password/{token}"), "").await.0, StatusCode::NOT_FOUND);
    let session = staff::sign_in(&world.app, "zhao", "own words 2026").unwrap();
    stage.cookies.insert("zhao", format!("duban_session={session}"));

    let may = [Action::View, Action::Figures, Action::Note];
    let mut asked = 0;
    for route in table() {
        let Access::Staff(action) = route.access else { continue };
        let path = route.path.replace("{number}", stage.other.number.digits()).replace("{id}", "1");
        let (status, _) = stage.call("zhao", route.method, &path, "").await;
        let refused = status == StatusCode::FORBIDDEN;
        // A recording is for whoever leads the desk: figures of one unit do not open it.
        let opens = may.contains(&action) && !route.path.ends_with("/recording");
        assert_eq!(refused, !opens, "{} {path}: {status}", route.method);
        asked += 1;
    }
    assert!(asked > 60, "only {asked} routes were asked");
    // What is taken from the role is gone with the next page.
    let was = base(&stage, "security", "/desk/city/roles/entry?id=watcher").await;
    let less = format!("form=4&id=watcher&base={was}&name=x&name_en=x&actions=view&reach=unit&do=save");
    assert_eq!(stage.call("security", "POST", "/desk/city/roles", &less).await.0, StatusCode::SEE_OTHER);
    assert_eq!(stage.call("zhao", "GET", "/desk/figures", "").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_answer_a_deadline_and_a_holiday_are_changed_and_the_auditor_reads_it() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let add =
        "form=1&new=1&key=polite&text=%E8%AE%B2%E5%BE%97%E6%B8%85%E6%A5%9A&text_en=Clear&solved=yes&do=save";
    let (status, to) = stage.call("administrator", "POST", "/desk/city/survey", add).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
    let was = base(&stage, "administrator", "/desk/city/deadlines/entry?id=normal").await;
    let change = format!(
        "form=2&id=normal&base={was}&urgency=normal&sign=4+working+hours&contact=1+working+day&finish=6+working+days&do=save"
    );
    assert_eq!(
        stage.call("administrator", "POST", "/desk/city/deadlines", &change).await.0,
        StatusCode::SEE_OTHER
    );
    assert!(text(&stage, "administrator", "/desk/city/deadlines").await.contains("默认，非法定"));
    let day =
        "form=3&new=1&from=2026-12-30&to=2026-12-31&name=%E6%B5%8B%E8%AF%95%E5%81%87&name_en=Test&do=save";
    assert_eq!(
        stage.call("administrator", "POST", "/desk/city/holidays", day).await.0,
        StatusCode::SEE_OTHER
    );
    let wrong = "form=4&new=1&from=2026-12-31&to=2026-12-31&name=%E9%87%8D&name_en=Twice&do=save";
    let (status, page) = stage.call("administrator", "POST", "/desk/city/holidays", wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("calendar/2026.toml:"), "{page}");
    let record = text(&stage, "auditor", "/desk/changes").await;
    for file in ["survey.toml", "deadlines.toml", "calendar/2026.toml"] {
        assert!(record.contains(file), "{file}");
    }
    let one = record.split("href=\"/desk/changes/").nth(2).unwrap().split('"').next().unwrap().to_owned();
    let page = text(&stage, "auditor", &format!("/desk/changes/{one}")).await;
    assert!(page.contains("finish = 5 working days") && page.contains("finish = 6 working days"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_closed_in_one_step_after_a_look_and_its_open_cases_follow() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let entry = text(&stage, "administrator", "/desk/city/units/entry?id=power").await;
    assert!(entry.contains("/desk/replace?kind=unit&amp;from=power"), "{entry}");
    let path = "/desk/replace";
    let look = "form=1&kind=unit&from=power&to=urban&do=look";
    let (status, page) = stage.call("administrator", "POST", path, look).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("没办完的 <strong>") && page.contains("units.csv"), "{page}");
    let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let none = format!("form=2&kind=unit&from=power&to=&do=go&version={version}&words=x");
    assert_eq!(stage.call("administrator", "POST", path, &none).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let unsaid = format!("form=3&kind=unit&from=power&to=urban&do=go&version={version}&words=");
    let (status, page) = stage.call("administrator", "POST", path, &unsaid).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("这里要写几个字"), "{page}");
    let old = "form=4&kind=unit&from=power&to=urban&do=go&version=0&words=x".to_owned();
    let (status, page) = stage.call("administrator", "POST", path, &old).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("这期间别人改了"), "{page}");
    let go = format!("form=5&kind=unit&from=power&to=urban&do=go&version={version}&words=%E6%94%B9%E9%9D%A9");
    let (status, to) = stage.call("administrator", "POST", path, &go).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
    let moves = text(&stage, "administrator", "/desk/moves").await;
    assert!(moves.contains("改革") && moves.contains("正在转"), "{moves}");
    assert!(moves.contains("data-island=\"fresh\"") && moves.contains("data-going"), "it renews itself");
    let app = world.app.at_hand();
    while duban_app::jobs::work(&app).unwrap() > 0 {}
    let moves = text(&stage, "administrator", "/desk/moves").await;
    assert!(moves.contains("转完了</span>") && !moves.contains("data-going"), "{moves}");
    assert!(text(&stage, "auditor", "/desk/changes?kind=move").await.contains("unit power → urban"));
    let list = text(&stage, "dispatcher", "/desk/cases").await;
    assert!(list.contains("（已停用）"), "what is closed is still found under the old name");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_working_hours_are_a_form_and_what_is_wrong_stands_at_its_field() {
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let path = "/desk/city/hours";
    let page = text(&stage, "administrator", path).await;
    assert!(page.contains("value=\"09:00\"") && page.contains("value=\"17:00\""), "{page}");
    let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let wrong = format!("form=1&version={version}&from1=10%3A00&to1=09%3A00&from2=13%3A00&to2=17%3A00");
    let (status, page) = stage.call("administrator", "POST", path, &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("id=\"hours-e\"") && page.contains("value=\"10:00\""), "{page}");
    let right = format!("form=2&version={version}&from1=08%3A30&to1=12%3A00&from2=14%3A30&to2=18%3A00");
    let (status, page) = stage.call("administrator", "POST", path, &right).await;
    assert!(status == StatusCode::OK && page.contains("存好了"), "{page}");
    let city = world.app.at_hand().city;
    assert_eq!(city.calendar.hours, [(510, 720), (870, 1080)]);
    let (status, page) =
        stage.call("administrator", "POST", path, &right.replace("08%3A30", "08%3A00")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("您写的还在下面"), "{page}");
    let denied = stage.call("leader", "GET", path, "").await.0;
    assert_eq!(denied, StatusCode::FORBIDDEN);

    // A half day and a season are entries; a fault stands at the field it is about.
    let half =
        "form=3&new=1&date=2026-03-06&name=%E9%99%A4%E5%A4%95&name_en=Eve&hours=12%3A00-09%3A00&do=save";
    let (status, page) = stage.call("administrator", "POST", "/desk/city/halves", half).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("id=\"e-hours\""), "{page}");
    let half = half.replace("12%3A00-09%3A00", "09%3A00-12%3A00");
    assert_eq!(
        stage.call("administrator", "POST", "/desk/city/halves", &half).await.0,
        StatusCode::SEE_OTHER
    );
    let season = "form=4&new=1&from=06-01&to=09-30&hours=08%3A00-12%3A00%0A15%3A00-18%3A00&do=save";
    assert_eq!(
        stage.call("administrator", "POST", "/desk/city/seasons", season).await.0,
        StatusCode::SEE_OTHER
    );
    let calendar = world.app.at_hand().city.calendar.clone();
    assert_eq!(calendar.seasons[0].hours, [(480, 720), (900, 1080)]);
    assert!(calendar.special.keys().any(|date| date.to_string() == "2026-03-06"));
    assert!(text(&stage, "administrator", "/desk/city/seasons").await.contains("08:00-12:00"));
}

/// A register that lies in the folder of the server.
struct Folder;

impl duban_app::remote::Wire for Folder {
    fn call(&self, _: &duban_app::remote::Call) -> Result<duban_app::remote::Reply, duban_app::remote::Lost> {
        Err(duban_app::remote::Lost("nobody calls here".into()))
    }

    fn secret(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, name: &str) -> Result<String, duban_app::remote::Lost> {
        match name {
            "streets.csv" => Ok("code,name,division\n1,测试新开路,430203\n2,,430203\n".into()),
            _ => Err(duban_app::remote::Lost("No such file or directory".into())),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_looked_at_imported_and_its_places_are_offered_to_everybody() {
    let mut world = World::sqlite();
    let row = |key: &str, file: &str| {
        format!(
            "[[register]]\nkey = \"{key}\"\nname = \"测试登记{key}\"\nname_en = \"Test {key}\"\nsource = \"file:{file}\"\nat = \"03:30\"\nid_is = \"code\"\n"
        )
    };
    let registers = format!("{}{}", row("streets", "streets.csv"), row("gone", "gone.csv"));
    let saved = duban_app::administration::pack::change(
        &world.ctx("administrator", "hotline"),
        "test",
        None,
        |files| {
            files.insert("registers.toml".into(), registers.clone());
            Ok(())
        },
    );
    saved.unwrap();
    world.app = world.app.at_hand();
    world.app.wire = std::sync::Arc::new(Folder);
    let stage = Stage::set(&world, Privacy::Contact);
    let path = "/desk/city/registers";
    let page = text(&stage, "administrator", path).await;
    assert!(page.contains("测试登记streets") && page.contains("还没有导入过"), "{page}");
    let look = stage.led("administrator", path, "form=1&key=streets&do=look").await.unwrap();
    let page = text(&stage, "administrator", &look).await;
    assert!(page.contains("正在取") && page.contains("data-going"), "{page}");
    while duban_app::gazetteer::work(&world.app).unwrap() > 0 {}
    let page = text(&stage, "administrator", &look).await;
    assert!(page.contains("看过了，没有改") && page.contains("测试新开路 430203"), "{page}");
    assert!(page.contains("第 2 条：没有名字") && !page.contains("data-going"), "{page}");
    let english = text(&stage, "administrator", &format!("{look}?lang=en")).await;
    assert!(english.contains("1 entries: 1 new") && english.contains("Row 2:"), "{english}");
    // The clock has read both meanwhile: one is there, of the other it says what is wrong.
    let page = text(&stage, "administrator", path).await;
    assert!(page.contains("读不到文件 gone.csv") && page.contains("导入了"), "{page}");
    let places = stage.call("nobody", "POST", "/report/places", "place=%E6%B5%8B%E8%AF%95%E6%96%B0").await.1;
    assert!(places.contains("测试新开路"), "{places}");
    let assist = stage
        .call("operator", "POST", "/desk/intake/assist", "place=%E6%B5%8B%E8%AF%95%E6%96%B0&text=x")
        .await
        .1;
    assert!(assist.contains("测试新开路"), "{assist}");
    assert_eq!(stage.call("leader", "GET", path, "").await.0, StatusCode::FORBIDDEN);
    let no = stage.call("administrator", "POST", path, "form=2&key=nobody&do=read").await.0;
    assert_eq!(no, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_put_aside_is_seen_where_mail_is_looked_for_until_somebody_saw_to_it() {
    use duban_app::letter::aside::{self, Why};
    let world = World::sqlite();
    let stage = Stage::set(&world, Privacy::Contact);
    let head = b"From: Test <wang.test@example.cn>\r\nSubject: the lamp\r\n\r\n";
    assert!(!text(&stage, "operator", "/desk/notices").await.contains("/desk/letters"));
    aside::put(&world.app, "1.a", 30 << 20, head, Why::TooLarge).unwrap();
    assert!(text(&stage, "operator", "/desk/notices").await.contains("有 1 封来信没有读成"));
    assert!(!text(&stage, "handler", "/desk/notices").await.contains("来信没有读成"));
    let page = text(&stage, "operator", "/desk/letters").await;
    for said in ["the lamp", "w***@example.cn", "太大", "30.0 MB", "1.a"] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("wang.test"));
    let seen = page.split("action=\"/desk/letters/").nth(1).unwrap().split('"').next().unwrap();
    let seen = format!("/desk/letters/{seen}");
    assert_eq!(stage.call("handler", "POST", &seen, "form=1").await.0, StatusCode::FORBIDDEN);
    for form in ["form=2", "form=3"] {
        assert_eq!(stage.call("operator", "POST", &seen, form).await.0, StatusCode::SEE_OTHER);
    }
    assert!(text(&stage, "operator", "/desk/letters").await.contains("处理了</span>"));
    assert!(!text(&stage, "operator", "/desk/notices").await.contains("/desk/letters"));
}
