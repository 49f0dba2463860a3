//! Short videos over HTTP: handed in, played in parts by those who may see them, and by nobody else.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use duban_testkit::{film, world::World};

use super::journey::{Browser, Reply};

const PICTURES: &[u8] = b"the pictures of this film";
const PLACE: &[u8] = b"+27.8324+113.1376/";

async fn part(browser: &mut Browser, to: &str, range: &str) -> Reply {
    browser.send(Request::get(to).header(header::RANGE, range).body(Body::empty()).unwrap()).await
}

fn said(reply: &Reply, name: header::HeaderName) -> &str {
    reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_is_played_in_parts_by_whoever_holds_the_pass_and_knows_no_place() {
    let world = World::sqlite();
    let (mut phone, mut stranger) = (Browser::on(&world), Browser::on(&world));
    let form = [("form", "f1"), ("text", "测试路口一直冒水"), ("privacy", "anonymous")];
    let large = [film::mp4(PICTURES, PLACE), vec![0, 0, 0, 8], b"free".to_vec()].concat();
    let handed = phone.post_files("/report", &form, &[("photo", "冒水.mov", large.clone())]).await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.text);
    let page = phone.get(handed.to()).await;
    let video =
        page.text.split("<video controls preload=\"metadata\" src=\"").nth(1).expect("it plays in the page");
    let to = video.split('"').next().unwrap().to_owned();
    let whole = phone.get(&to).await;
    assert_eq!((whole.status, whole.text.chars().count()), (StatusCode::OK, large.len()));
    assert!(whole.text.contains("the pictures of this film") && !whole.text.contains("+27.8324"));
    assert_eq!(said(&whole, header::CONTENT_TYPE), "video/mp4", "by its content, not by its name");
    assert_eq!(said(&whole, header::ACCEPT_RANGES), "bytes");
    assert_eq!(said(&whole, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert!(said(&whole, header::CONTENT_DISPOSITION).starts_with("inline"));
    assert!(said(&whole, header::CONTENT_SECURITY_POLICY).contains("media-src 'self'"));
    let at = whole.text.find("the pictures").unwrap();
    let some = part(&mut phone, &to, &format!("bytes={at}-{}", at + 11)).await;
    assert_eq!((some.status, some.text.as_str()), (StatusCode::PARTIAL_CONTENT, "the pictures"));
    assert_eq!(said(&some, header::CONTENT_RANGE), format!("bytes {at}-{}/{}", at + 11, large.len()));
    let last = part(&mut phone, &to, "bytes=-4").await;
    assert_eq!((last.status, last.text.as_str()), (StatusCode::PARTIAL_CONTENT, "free"));
    let beyond = part(&mut phone, &to, "bytes=99999999-").await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(said(&beyond, header::CONTENT_RANGE), format!("bytes */{}", large.len()));
    let several = part(&mut phone, &to, "bytes=0-1,4-5").await;
    assert_eq!((several.status, several.text.chars().count()), (StatusCode::OK, large.len()));
    for range in ["bytes=0-", "bytes=-4"] {
        let foreign = part(&mut stranger, &to, range).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "a part is no way around the pass");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_that_is_not_taken_says_why_and_costs_no_word() {
    let world = World::sqlite();
    let mut phone = Browser::on(&world);
    let form = [("form", "f2"), ("text", "测试路口一直冒水"), ("privacy", "anonymous")];
    let film = film::mp4(PICTURES, PLACE);
    let broken = film[..film.len() - 9].to_vec();
    let large = [film.clone(), vec![0; 50 << 20]].concat();
    let pieces = [film.clone(), vec![0, 0, 0, 8], b"moof".to_vec()].concat();
    for (bytes, why) in [(broken, "打不开"), (large, "每个最多 50 MB"), (pieces, "分段")] {
        let told = phone.post_files("/report", &form, &[("photo", "a.mp4", bytes)]).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.text.contains(why) && told.text.contains("测试路口一直冒水"), "{why}: {}", told.text);
    }
    let two = [("photo", "a.mp4", film.clone()), ("photo", "b.mp4", film)];
    assert!(phone.post_files("/report", &form, &two).await.text.contains("一次最多 1 段视频"));
}
