//! The staff's pages over HTTP, in both languages: one case from the voice to the callback, and
//! every page on the way looked at for what must never be in one.

use std::fs;

use axum::http::StatusCode;
use duban_app::{
    case::register::Intake,
    staff::users::{self, Account},
};
use duban_domain::{
    Number, Stamp,
    case::Wish,
    person::Person,
    request::{Channel, Place, Privacy},
};
use duban_testkit::world::World;

use super::{filter::Filter, intake::spelled, login::local};
use crate::resident::journey::{Browser, Reply};

pub(crate) const PASSWORD: &str = "测试密码一二三四五六";
const TEXT: &str = "测试路口电线杆上的电线断了，掉在人行道上打火";

pub(crate) fn put(world: &World, login: &str, unit: &str, role: &str) {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: unit.into(),
        role: role.into(),
        password: PASSWORD.into(),
    };
    users::put(&world.app, &account).unwrap();
}

pub(crate) async fn sign_in(world: &World, login: &str, unit: &str, role: &str) -> Browser {
    // A driver of a server's database may wait of its own.
    tokio::task::block_in_place(|| {
        // Whose password is set by a command once more is told so first.
        let there = users::list(&world.app).unwrap().iter().any(|one| one.login == login);
        if !there {
            put(world, login, unit, role);
        }
    });
    let mut browser = Browser::on(world);
    let into = browser
        .post(
            "/desk/login",
            &[("login", login), ("password", PASSWORD), ("to", "/desk/cases?stage=all")],
            None,
        )
        .await;
    assert_eq!(to(&into), "/desk/cases?stage=all");
    browser
}

pub(super) fn to(reply: &Reply) -> &str {
    reply.headers.get("location").and_then(|to| to.to_str().ok()).unwrap_or("")
}

/// A few words that somebody sends from the web.
pub(crate) fn voice() -> Intake {
    Intake {
        channel: Channel::Web,
        kind: None,
        title: "测试路灯".into(),
        text: TEXT.into(),
        place: Place { words: "测试路".into(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Anonymous,
        person: Person::default(),
        media: Vec::new(),
        source_key: None,
        wish: Wish { hold: true, ..Wish::default() },
    }
}

/// A page in both languages, without anything that must never be in one.
pub(crate) async fn look(browser: &mut Browser, address: &str) -> Reply {
    let join = if address.contains('?') { '&' } else { '?' };
    let english = browser.get(&format!("{address}{join}lang=en")).await;
    let chinese = browser.get(&format!("{address}{join}lang=zh")).await;
    for page in [&english, &chinese] {
        assert!(page.status.is_success(), "{address}: {} {}", page.status, page.text);
        for never in ["{{", "{%", " style=\"", "<script>", "javascript:"] {
            assert!(!page.text.contains(never), "{address} has {never}: {}", page.text);
        }
    }
    assert!(english.text.contains("<html lang=\"en\"") && chinese.text.contains("<html lang=\"zh-CN\""));
    assert!(!english.text.contains(">签收<") && chinese.text.contains("main"));
    chinese
}

pub(super) async fn step(browser: &mut Browser, number: &str, step: &str, form: &[(&str, &str)]) -> Reply {
    let done = browser.post(&format!("/desk/cases/{number}/{step}"), form, None).await;
    assert!(
        done.status == StatusCode::SEE_OTHER || done.status == StatusCode::OK,
        "{step}: {} {}",
        done.status,
        done.text
    );
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn one_case_from_the_voice_to_the_callback() {
    let world = World::sqlite();
    let centre = world.city().centre().key.clone();
    let number = an_operator_takes_it_down(&world, &centre).await;
    a_dispatcher_names_the_unit(&world, &centre, &number).await;
    the_unit_signs_in_bulk(&world, &number).await;
    the_unit_answers(&world, &number).await;
    the_centre_asks_the_person(&world, &centre, &number).await;
    the_leader_sees_it_counted(&world, &centre, &number).await;
}

async fn an_operator_takes_it_down(world: &World, centre: &str) -> String {
    let mut operator = sign_in(world, "operator", centre, "operator").await;
    look(&mut operator, "/desk/intake").await;
    let hint = operator
        .post("/desk/intake/assist", &[("text", TEXT), ("phone", "13900006021"), ("place", "株洲")], None)
        .await;
    assert!(hint.text.contains("mark class") && !hint.text.contains("<html"), "{}", hint.text);
    assert!(
        operator.post("/desk/intake/assist?part=due", &[("text", TEXT)], None).await.text.contains("<time")
    );

    let pinned = [("lng", "113.1231"), ("lat", "27.8305")];
    let near = operator.post("/desk/intake/assist", &pinned, None).await;
    assert!(near.text.contains("推测") && near.text.contains("离炎帝广场约 0.1 公里"), "{}", near.text);
    let known = [pinned.as_slice(), &[("division", "430203001")]].concat();
    assert!(!operator.post("/desk/intake/assist", &known, None).await.text.contains("推测"));

    let wrong = operator
        .post(
            "/desk/intake",
            &[("text", TEXT), ("phone", "12"), ("do", "dispatch"), ("lng", "27.8"), ("lat", "113.1")],
            None,
        )
        .await;
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY
            && wrong.text.contains(TEXT)
            && wrong.text.matches("class=\"error\"").count() == 2,
        "{}",
        wrong.text
    );
    let check = operator.post("/desk/intake", &[("text", TEXT), ("do", "check")], None).await;
    assert!(check.status == StatusCode::OK && check.text.contains("data-set"));

    let form = [
        ("form", "5a"),
        ("text", TEXT),
        ("name", "测试·路先生"),
        ("phone", "13900006021"),
        ("wanted", "先围起来"),
        ("do", "hold"),
    ];
    let (once, twice) =
        (operator.post("/desk/intake", &form, None).await, operator.post("/desk/intake", &form, None).await);
    assert_eq!(to(&once), to(&twice), "sent twice counts once");
    let saved = look(&mut operator, to(&once)).await;
    let number = to(&once).rsplit('=').next().unwrap().to_owned();
    assert!(saved.text.contains("no-big") && saved.text.contains("data-draft-clear"));
    number
}

async fn a_dispatcher_names_the_unit(world: &World, centre: &str, number: &str) {
    let mut dispatcher = sign_in(world, "dispatcher", centre, "dispatcher").await;
    assert_eq!(
        to(&dispatcher.get(&format!("/desk/cases?q={number}")).await),
        format!("/desk/cases/{number}")
    );
    let unexplained =
        dispatcher.post(&format!("/desk/cases/{number}/dispatch"), &[("unit", "power")], None).await;
    if unexplained.status != StatusCode::SEE_OTHER {
        assert!(unexplained.text.contains("id=\"dispatch\" open"), "the form stays open");
        step(&mut dispatcher, number, "dispatch", &[("unit", "power"), ("reason", "线路归供电公司")]).await;
    }
    look(&mut dispatcher, &format!("/desk/cases/{number}")).await;
}

async fn the_unit_signs_in_bulk(world: &World, number: &str) {
    let mut handler = sign_in(world, "handler", "power", "handler").await;
    let list = look(&mut handler, "/desk/cases?stage=dispatched").await;
    assert!(list.text.contains("name=\"case\"") && list.text.contains(number));
    let asked = [("do", "sign"), ("case", number), ("case", number), ("back", "//elsewhere.example")];
    let told = handler.post("/desk/batches", &asked, None).await;
    assert!(
        told.text.contains("还什么都没有改。确认后会改 1 件。")
            && told.text.contains("<del>待签收</del>")
            && told.text.contains("<strong class=\"their\">办理中</strong>")
            && !told.text.contains("elsewhere"),
        "{}",
        told.text
    );
    assert!(look(&mut handler, "/desk/cases?stage=dispatched").await.text.contains(number), "nothing yet");
    let at = told.hidden("case").to_owned();
    let sure = [("do", "sign"), ("sure", "yes"), ("case", at.as_str()), ("case", at.as_str())];
    let signed = handler.post("/desk/batches", &sure, None).await;
    assert!(signed.text.contains("签收了 1 件") && signed.text.contains("跳过 1 件"), "{}", signed.text);
}

async fn the_unit_answers(world: &World, number: &str) {
    let mut handler = sign_in(world, "handler", "power", "handler").await;
    let sheet = handler.get(&format!("/desk/cases/{number}/sheet.pdf")).await;
    assert!(sheet.status == StatusCode::OK && sheet.text.starts_with("%PDF-"), "the case as a file");
    let read = handler
        .post(
            &format!("/desk/cases/{number}/answer"),
            &[("do", "preview"), ("outcome", "solved"), ("public", "先看一眼，测试")],
            None,
        )
        .await;
    assert!(
        read.status == StatusCode::OK
            && read.text.contains("<p class=\"their\" data-reading-text>先看一眼，测试</p>"),
        "what the person will read is shown, and nothing is recorded"
    );
    let picked = look(&mut handler, &format!("/desk/cases/{number}?phrase=answer-done")).await;
    assert!(picked.text.contains("做了什么："), "a prepared text is picked without script");
    let short = handler
        .post(
            &format!("/desk/cases/{number}/answer"),
            &[("outcome", "solved"), ("public", "接好了，测试")],
            None,
        )
        .await;
    assert!(
        short.status == StatusCode::UNPROCESSABLE_ENTITY
            && short.text.contains("接好了，测试")
            && short.text.contains("class=\"error\"")
    );
    step(&mut handler, number, "contact", &[("way", "phone"), ("note", "约好下午看")]).await;
    let stale = handler
        .post(
            &format!("/desk/cases/{number}/contact"),
            &[("seen", "1"), ("way", "phone"), ("note", "又约了一次")],
            None,
        )
        .await;
    assert!(stale.status == StatusCode::CONFLICT && stale.text.contains("又约了一次"), "{}", stale.text);
    step(
        &mut handler,
        number,
        "answer",
        &[("outcome", "solved"), ("public", "接好了，测试"), ("proof_words", "抢修单 测-1")],
    )
    .await;
    let late = handler
        .post(
            &format!("/desk/cases/{number}/answer"),
            &[("outcome", "solved"), ("public", "写晚了的话"), ("proof_words", "x")],
            None,
        )
        .await;
    assert!(
        late.status == StatusCode::CONFLICT && late.text.contains("写晚了的话"),
        "a text is kept when its form is gone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_of_the_city_is_set_shown_filtered_by_and_taken_off() {
    let world = World::sqlite();
    let centre = world.city().centre().key.clone();
    let number = an_operator_takes_it_down(&world, &centre).await;
    let mut dispatcher = sign_in(&world, "dispatcher", &centre, "dispatcher").await;
    let page = look(&mut dispatcher, &format!("/desk/cases/{number}")).await;
    assert!(
        page.text.contains("<option value=\"disputed\"") && !page.text.contains("<option value=\"on-site\"")
    );
    step(&mut dispatcher, &number, "label", &[("label", "disputed")]).await;
    let seen = look(&mut dispatcher, &format!("/desk/cases/{number}?done=label")).await;
    assert!(
        seen.text.contains("<span class=\"tag \">责任不清</span>") && seen.text.contains("标签 · 责任不清")
    );
    let found = look(&mut dispatcher, "/desk/cases?label=disputed").await;
    assert!(found.text.contains(&number) && found.text.contains("责任不清"));
    assert!(!dispatcher.get("/desk/cases?label=needs-place").await.text.contains(&number));
    let address = format!("/desk/cases/{number}/label");
    let wrong = dispatcher.post(&address, &[("label", "on-site")], None).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("没有“on-site”这个标签"));
    step(&mut dispatcher, &number, "label", &[("label", "")]).await;
    assert!(!dispatcher.get("/desk/cases?label=disputed").await.text.contains(&number));
}

async fn the_centre_asks_the_person(world: &World, centre: &str, number: &str) {
    let mut reviewer = sign_in(world, "reviewer", centre, "reviewer").await;
    look(&mut reviewer, &format!("/desk/cases/{number}")).await;
    step(&mut reviewer, number, "review", &[("do", "approve")]).await;
    let mut caller = sign_in(world, "caller", centre, "caller").await;
    let seen = look(&mut caller, &format!("/desk/cases/{number}")).await;
    assert!(!seen.text.contains("13900006021"), "a number is masked until it is revealed");
    let revealed = step(&mut caller, number, "reveal", &[("request", number), ("reason", "回访")]).await;
    assert!(revealed.text.contains("13900006021") && to(&revealed).is_empty());
    step(
        &mut caller,
        number,
        "callback",
        &[("solved", "no"), ("satisfaction", "dissatisfied"), ("words", "又断了")],
    )
    .await;
    let again = look(&mut caller, &format!("/desk/cases/{number}")).await;
    assert!(again.text.contains("第 2 轮") && again.text.contains("又断了"));
}

async fn the_leader_sees_it_counted(world: &World, centre: &str, number: &str) {
    let mut leader = sign_in(world, "leader", centre, "leader").await;
    let figures = look(&mut leader, "/desk/figures").await;
    let counted = figures
        .text
        .split("figure=unsolved")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let listed = leader.get(&format!("/desk/cases?figure=unsolved{counted}")).await;
    assert!(listed.text.contains(number), "a number opens the cases it counts: {counted}");
    look(&mut leader, "/desk/cases?q=电线&unit=power&division=430202&due=overdue").await;
    let style = leader.get("/style").await;
    assert!(style.status == StatusCode::OK && style.text.contains("css/resident.css"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_signed_in_sees_nothing_and_guessing_is_slow() {
    let mut world = World::sqlite();
    world.app.demo = true;
    put(&world, "leader", &world.city().centre().key.clone(), "leader");
    let mut nobody = Browser::on(&world);
    assert_eq!(to(&nobody.get("/desk/cases?q=a").await), "/desk/login?to=%2Fdesk%2Fcases%3Fq%3Da");
    let page = look(&mut nobody, "/desk/login?to=/desk/figures").await;
    assert!(
        page.text.contains("name=\"demo\" value=\"leader\"") && !page.text.contains(duban_app::DEMO_PASSWORD)
    );
    assert!(nobody.get("/health").await.text.contains("\"status\":\"ok\""));
    let gone = nobody.get("/desk/nowhere").await;
    assert!(gone.status == StatusCode::NOT_FOUND && gone.text.contains("<code>E"));
    let mut last = StatusCode::OK;
    for _ in 0..12 {
        let wrong = nobody.post("/desk/login", &[("login", "leader"), ("password", "no")], None).await;
        assert!(wrong.text.contains("value=\"leader\""), "the login is kept");
        last = wrong.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_when_the_session_ended_is_there_after_signing_in() {
    let world = World::sqlite();
    let centre = world.city().centre().key.clone();
    let number = an_operator_takes_it_down(&world, &centre).await;
    let mut dispatcher = sign_in(&world, "dispatcher", &centre, "dispatcher").await;
    put(&world, "other", &centre, "dispatcher");
    world.clock.pass_ms(13 * 3_600_000);
    let address = format!("/desk/cases/{number}/note");
    let written = [("text", "问过了，写了很久的批注")];
    let page = dispatcher.post(&address, &written, None).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(
        page.text.contains("没有丢") && !page.text.contains(written[0].1),
        "sealed, not shown to whoever comes"
    );
    let kept = page.hidden("kept").to_owned();

    let wrong = [("login", "dispatcher"), ("password", "no"), ("kept", kept.as_str())];
    assert_eq!(
        dispatcher.post("/desk/login", &wrong, None).await.hidden("kept"),
        kept,
        "a wrong password loses nothing"
    );
    let elsewhere = [("resume", "1"), ("kept", kept.as_str())];
    let waits = dispatcher.post("/desk/login", &elsewhere, None).await;
    assert!(waits.hidden("kept") == kept && waits.text.contains("还没有登录"), "nobody has signed in yet");
    let right = [("login", "dispatcher"), ("password", PASSWORD), ("kept", kept.as_str())];
    let sent_on = dispatcher.post("/desk/login", &right, None).await;
    assert!(sent_on.status == StatusCode::TEMPORARY_REDIRECT && to(&sent_on) == address);
    // A browser sends the same form once more to where it is led.
    let back = dispatcher.post(to(&sent_on), &right, None).await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.text.contains(written[0].1) && back.text.contains("登录过期了"), "{}", back.text);
    let history = dispatcher.get(&format!("/desk/cases/{number}")).await;
    assert!(!history.text.contains(written[0].1), "nothing is recorded before it is sent");

    let again = dispatcher.post("/desk/login", &elsewhere, None).await;
    assert!(
        again.status == StatusCode::TEMPORARY_REDIRECT && to(&again) == address,
        "signed in in another window"
    );

    let mut other = Browser::on(&world);
    let right = [("login", "other"), ("password", PASSWORD), ("kept", kept.as_str()), ("to", "/desk/cases")];
    assert_eq!(to(&other.post("/desk/login", &right, None).await), "/desk/cases", "it is nobody else's");
    let stolen = other.post(&address, &right, None).await;
    assert!(!stolen.text.contains(written[0].1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_taken_down_when_the_session_ended_is_there_after_signing_in() {
    let world = World::sqlite();
    let centre = world.city().centre().key.clone();
    let mut operator = sign_in(&world, "operator", &centre, "operator").await;
    world.clock.pass_ms(13 * 3_600_000);
    let written = [("text", TEXT), ("name", "测试·路先生"), ("do", "dispatch")];
    let page = operator.post("/desk/intake", &written, None).await;
    let kept = page.hidden("kept").to_owned();
    let right = [("login", "operator"), ("password", PASSWORD), ("kept", kept.as_str())];
    let sent_on = operator.post("/desk/login", &right, None).await;
    let back = operator.post(to(&sent_on), &right, None).await;
    assert!(back.status == StatusCode::OK && back.text.contains(TEXT) && back.text.contains("测试·路先生"));
    assert!(back.text.contains("登录过期了"), "{}", back.text);
}

#[test]
fn only_addresses_of_the_desk_are_gone_to() {
    for bad in [
        "",
        "//evil.example",
        "/desk\\@evil",
        "https://evil.example",
        "/deskevil",
        "/desk/login?to=x",
        "/desk/\r\nx",
    ] {
        assert_eq!(local(bad), "/desk", "{bad}");
    }
    assert_eq!(local("/desk/cases?q=a"), "/desk/cases?q=a");
    let number = Number::make(Stamp(1_767_596_640_000).date(&jiff::tz::TimeZone::UTC), 417, false);
    assert!(spelled(&number, duban_domain::Lang::Zh).starts_with("二六零一，"));
    assert!(
        Filter::of("stage=all")
            .query(World::sqlite().city(), Stamp(0), duban_domain::StaffId(0))
            .phases
            .is_empty()
    );
}

#[test]
fn templates_hold_no_inline_style_or_script() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let handler = text.split(" on").skip(1).any(|rest| {
                rest.split_once('=').is_some_and(|(name, value)| {
                    (3..12).contains(&name.len())
                        && name.bytes().all(|b| b.is_ascii_lowercase())
                        && value.starts_with(['"', '\''])
                })
            });
            assert!(
                !handler
                    && !text.contains(" style=")
                    && !text.contains("<script>")
                    && !text.contains("<style"),
                "{}",
                path.display()
            );
        }
    }
}
