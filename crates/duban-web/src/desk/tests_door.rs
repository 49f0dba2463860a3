//! The door over HTTP: wrong passwords, the code, a form that waited meanwhile, one's own account.

use axum::http::StatusCode;
use duban_app::administration::pack;
use duban_testkit::world::World;

use super::tests::{PASSWORD, look, put, sign_in, to};
use crate::resident::journey::{Browser, Reply};

async fn door(browser: &mut Browser, login: &str, password: &str) -> Reply {
    browser
        .post("/desk/login", &[("login", login), ("password", password), ("to", "/desk/cases")], None)
        .await
}

fn role_needs_code(world: &World) {
    let change = |world: &World| {
        pack::change(&world.ctx("security", "hotline"), "file", None, |files| {
            files.insert("access.toml".into(), "second_factor = [\"dispatcher\"]\nwrong_max = 3\n".into());
            Ok(())
        })
    };
    tokio::task::block_in_place(|| change(world)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_wrong_passwords_are_refused_in_words_and_the_login_stays() {
    let world = World::sqlite();
    put(&world, "li", "hotline", "dispatcher");
    let mut stranger = Browser::on(&world);
    for _ in 0..5 {
        let reply = door(&mut stranger, "li", "wrong").await;
        assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.text.contains("value=\"li\""));
    }
    let reply = door(&mut stranger, "li", PASSWORD).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(reply.text.contains("15 分钟内先不受理") && reply.text.contains("安全管理员"), "{}", reply.text);
    let long = door(&mut stranger, &"x".repeat(101), "x").await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_set_up_at_the_door_and_what_was_being_written_waits() {
    let world = World::sqlite();
    let mut li = sign_in(&world, "li", "hotline", "dispatcher").await;
    role_needs_code(&world);
    // A session that had begun goes on; the next one needs a code. This one ends while something is written.
    world.clock.pass_ms(13 * 3_600_000);
    let late = li.post("/desk/views", &[("name", "我的单子"), ("query", "stage=all")], None).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    let kept = late.hidden("kept").to_owned();
    let form = [("login", "li"), ("password", PASSWORD), ("kept", kept.as_str())];
    let asked = li.post("/desk/login", &form, None).await;
    assert!(
        asked.status == StatusCode::OK && asked.text.contains("data-secret") && asked.text.contains("<svg")
    );
    assert_eq!(li.get("/desk/cases").await.status, StatusCode::SEE_OTHER, "halfway opens nothing");
    look(&mut li, "/desk/login/code").await;
    let wrong =
        li.post("/desk/login/enrolment", &[("code", "000000"), ("kept", asked.hidden("kept"))], None).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("data-secret"));
    let code = duban_app::staff::second::code_at(secret(&wrong), world.app.now());
    let set =
        li.post("/desk/login/enrolment", &[("code", &code), ("kept", wrong.hidden("kept"))], None).await;
    assert!(set.status == StatusCode::OK && set.text.contains("data-codes"), "{}", set.text);
    assert!(set.text.contains("action=\"/desk/views\""), "what was written goes on from here");
    let back = li.post("/desk/views", &[("kept", set.hidden("kept"))], None).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);

    let recovery = set.text.split("<li><code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut other = Browser::on(&world);
    let asked = door(&mut other, "li", PASSWORD).await;
    assert!(asked.status == StatusCode::OK && !asked.text.contains("data-secret"));
    let page = look(&mut other, "/desk/login/code").await;
    assert!(page.text.contains("恢复码"));
    let into = other.post("/desk/login/code", &[("code", &recovery), ("to", "/desk/cases")], None).await;
    assert_eq!(to(&into), "/desk/cases");
    let me = look(&mut other, "/desk/me").await;
    assert!(
        me.text.contains("还有 9 个恢复码")
            && me.text.contains("就是这里")
            && me.text.contains("用了一个恢复码")
    );
    let gone = other.get("/desk/login/code").await;
    assert_eq!(to(&gone), "/desk/login", "halfway is over");
}

fn secret(page: &Reply) -> &str {
    page.text.split("data-secret>").nth(1).unwrap().split('<').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_account_shows_sessions_and_changes_the_password() {
    let world = World::sqlite();
    let mut here = sign_in(&world, "li", "hotline", "dispatcher").await;
    let mut there = Browser::on(&world);
    door(&mut there, "li", PASSWORD).await;
    let me = look(&mut here, "/desk/me").await;
    let which =
        me.text.split("name=\"which\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    here.post("/desk/me/sessions", &[("which", &which)], None).await;
    assert_eq!(to(&there.get("/desk/me").await), "/desk/login?to=%2Fdesk%2Fme");
    let wrong = [("old", "wrong"), ("password", "own words 2026"), ("again", "own words 2026")];
    let reply = here.post("/desk/me/password", &wrong, None).await;
    assert!(reply.status == StatusCode::UNPROCESSABLE_ENTITY && reply.text.contains("现在的密码不对"));
    let apart = [("old", PASSWORD), ("password", "own words 2026"), ("again", "own words 2027")];
    assert_eq!(here.post("/desk/me/password", &apart, None).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = [("old", PASSWORD), ("password", "own words 2026"), ("again", "own words 2026")];
    assert_eq!(to(&here.post("/desk/me/password", &right, None).await), "/desk/me?done=password#password");
    assert!(here.get("/desk/me?done=password").await.text.contains("密码改好了"));
    assert_eq!(to(&door(&mut there, "li", "own words 2026").await), "/desk/cases");

    let begun = here.post("/desk/me/second", &[("do", "begin"), ("password", "own words 2026")], None).await;
    let code = duban_app::staff::second::code_at(secret(&begun), world.app.now());
    let off = here.post("/desk/me/second", &[("do", "confirm"), ("code", "1")], None).await;
    assert!(off.status == StatusCode::UNPROCESSABLE_ENTITY && off.text.contains("data-secret"));
    let on = here.post("/desk/me/second", &[("do", "confirm"), ("code", &code)], None).await;
    assert!(on.text.contains("data-codes") && on.text.matches("<li><code>").count() == 10, "{}", on.text);
    assert_eq!(here.post("/desk/me/second", &[("do", "what")], None).await.status, StatusCode::NOT_FOUND);

    // Somebody else makes a link for the password: whoever comes in next is shown it first.
    let id = here_id(&world);
    let mut keeper = sign_in(&world, "sec", "hotline", "security").await;
    let page = look(&mut keeper, &format!("/desk/accounts/{id}")).await;
    assert!(page.text.contains("取消动态码") && page.text.contains("全部结束"));
    keeper.post(&format!("/desk/accounts/{id}/second-factor"), &[("form", "1")], None).await;
    let into = door(&mut there, "li", "own words 2026").await;
    assert_eq!(to(&into), "/desk/me?news=1");
    assert!(look(&mut there, "/desk/me?news=1").await.text.contains("您的账号被动过"));
    let mut auditor = sign_in(&world, "aud", "hotline", "auditor").await;
    let log = look(&mut auditor, "/desk/sign-ins?login=li").await;
    assert!(log.text.contains("安全管理员取消了动态码") && log.text.contains("启用了动态码"));
}

fn here_id(world: &World) -> i64 {
    let staff = duban_app::staff::users::list(&world.app).unwrap();
    staff.iter().find(|one| one.login == "li").unwrap().id.0
}
