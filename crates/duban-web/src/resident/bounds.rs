//! What happens at the bounds: too large, too many at once, too slow, too many guesses. Words are never
//! lost over it.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use duban_domain::Number;
use duban_testkit::world::World;
use futures_util::stream;

use super::journey::Browser;
use crate::{Options, Site};

const TEXT: &str = "测试路口的井盖没了，晚上看不见";

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_is_too_large_does_not_cost_a_word() {
    let world = World::sqlite();
    let mut phone = Browser::on(&world);
    let form = [("form", "a1"), ("text", TEXT), ("privacy", "contact"), ("phone", "13900006021")];
    let photo =
        |n: usize, size: usize| (0..n).map(|_| ("photo", "大.jpg", vec![0xff; size])).collect::<Vec<_>>();
    let large = phone.post_files("/report", &form, &photo(1, (12 << 20) + 1)).await;
    assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(large.text.contains(TEXT) && large.text.contains("13900006021"), "{}", large.text);
    assert!(large.text.contains("每个最多 12 MB"), "{}", large.text);
    let many = phone.post_files("/report", &form, &photo(7, 9)).await;
    assert!(many.text.contains(TEXT) && many.text.contains("一次最多 6 个文件"), "{}", many.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_too_many_send_photos_at_once_the_words_are_kept() {
    let world = World::sqlite();
    let site = Site::new(world.app.clone(), Options::default());
    let mut places = Vec::new();
    while let Some(place) = site.place_for_files().await {
        places.push(place);
    }
    let mut phone = Browser::at(site);
    let form = [("form", "a2"), ("text", TEXT), ("privacy", "anonymous")];
    let photo = [("photo", "a.jpg", vec![0xff; 9])];
    let crowded = phone.post_files("/report", &form, &photo).await;
    assert_eq!(crowded.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(crowded.text.contains(TEXT) && crowded.text.contains("传照片的人太多"), "{}", crowded.text);
    assert_eq!(
        phone.post_files("/report", &form, &[]).await.status,
        StatusCode::SEE_OTHER,
        "words need no place"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_a_form_for_ever_is_cut_off() {
    let world = World::sqlite();
    let mut site = Site::new(world.app.clone(), Options::default());
    site.patience = Duration::from_millis(50);
    let mut phone = Browser::at(site);
    let begun = "--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\nxx";
    let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(begun.as_bytes()))]);
    let request = Request::post("/report")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
        .body(Body::from_stream(stream::StreamExt::chain(first, stream::pending())))
        .unwrap();
    let told = phone.send(request).await;
    assert!(
        told.status == StatusCode::UNPROCESSABLE_ENTITY && told.text.contains("没有传完整"),
        "{}",
        told.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tails_cannot_be_tried_over_many_numbers_from_one_address() {
    let world = World::sqlite();
    let mut browser = Browser::on(&world);
    let date = world.app.now().date(&world.city().zone);
    let mut guess = async |n: u32, from: &str| {
        let number = Number::make(date, n, false);
        let mut request = Request::post(format!("/track/{number}/access"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("tail=1234"))
            .unwrap();
        let from: SocketAddr = from.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(from));
        browser.send(request).await.status
    };
    for n in 1..=20 {
        assert_eq!(guess(n, "192.0.2.7:1000").await, StatusCode::UNPROCESSABLE_ENTITY, "guess {n}");
    }
    assert_eq!(guess(21, "192.0.2.7:2000").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guess(22, "192.0.2.8:2000").await, StatusCode::UNPROCESSABLE_ENTITY, "others go on");
    world.clock.pass_ms(3_600_000);
    assert_eq!(
        guess(23, "192.0.2.7:3000").await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "after an hour it may again"
    );
}
