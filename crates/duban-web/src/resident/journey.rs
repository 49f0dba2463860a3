//! Journeys over HTTP on an own database: what a browser sends, and what it gets back.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use duban_app::{App, notice, person};
use duban_domain::{Number, notice::NoticeChannel};
use duban_testkit::{
    gateway::{Fake, gateways},
    world::World,
};
use tower::ServiceExt;

use crate::{Options, Site, router};

/// Something that speaks HTTP and keeps cookies.
pub(crate) struct Browser {
    site: Router,
    cookies: Vec<String>,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn on(world: &World) -> Self {
        Self::of(world.app.clone())
    }

    pub(crate) fn of(app: App) -> Self {
        Self::at(Site::new(app, Options::default()))
    }

    pub(crate) fn at(site: Site) -> Self {
        Self { site: router(site), cookies: Vec::new() }
    }

    pub(crate) async fn get(&mut self, to: &str) -> Reply {
        self.send(Request::get(to).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(
        &mut self,
        to: &str,
        form: &[(&str, &str)],
        extra: Option<(&str, &str)>,
    ) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::post(to).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((name, value)) = extra {
            request = request.header(name, value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A form with files, as a browser packs it: field, name and bytes of each.
    pub(crate) async fn post_files(
        &mut self,
        to: &str,
        form: &[(&str, &str)],
        files: &[(&str, &str, Vec<u8>)],
    ) -> Reply {
        let mut body = Vec::new();
        for (name, value) in form {
            let part = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, file, bytes) in files {
            let head = format!(
                "--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n"
            );
            body.extend_from_slice(&[head.as_bytes(), bytes, b"\r\n"].concat());
        }
        body.extend_from_slice(b"--cut--\r\n");
        let request = Request::post(to).header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a request as it is, with this browser's cookies.
    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Reply {
        let cookies = self.cookies.join("; ");
        request.headers_mut().insert(header::COOKIE, cookies.parse().unwrap());
        let (parts, body) = self.site.clone().oneshot(request).await.unwrap().into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = pair.split('=').next().unwrap().to_owned();
            self.cookies.retain(|known| !known.starts_with(&format!("{name}=")));
            self.cookies.push(pair);
        }
        let text = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
        Reply { status: parts.status, headers: parts.headers, text }
    }
}

impl Reply {
    pub(crate) fn to(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("")
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> &str {
        let from = self.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        from.split('"').next().unwrap()
    }
}

const TEXT: &str = "测试路口的樟树，一根大枝压在电线上";

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_hands_in_and_follows() {
    let world = World::sqlite();
    let mut phone = Browser::on(&world);
    let form = phone.post("/report", &[("carry", "1"), ("text", TEXT)], None).await;
    assert!(form.status == StatusCode::OK && form.text.contains(TEXT));
    let nonce = form.hidden("form").to_owned();

    let again = phone
        .post("/report", &[("form", &nonce), ("text", TEXT), ("privacy", "contact"), ("phone", "139")], None)
        .await;
    assert!(
        again.status == StatusCode::UNPROCESSABLE_ENTITY
            && again.text.contains(TEXT)
            && again.hidden("form") == nonce
    );

    let whole = [
        ("form", nonce.as_str()),
        ("text", TEXT),
        ("privacy", "contact"),
        ("phone", "139 0000 6021"),
        ("name", "测试·路先生"),
    ];
    let (once, twice) =
        (phone.post("/report", &whole, None).await, phone.post("/report", &whole, None).await);
    assert!(once.status == StatusCode::SEE_OTHER && once.to() == twice.to() && once.to().ends_with("?new=1"));
    let receipt = phone.get(once.to()).await;
    assert!(receipt.text.contains("no-big") && receipt.text.contains("data-draft-clear"), "{}", receipt.text);
    assert!(!receipt.text.contains("6021"), "the telephone is on no page");

    let page = once.to().trim_end_matches("?new=1");
    let mut stranger = Browser::on(&world);
    let asked = stranger.get(page).await;
    assert!(asked.text.contains("name=\"tail\"") && !asked.text.contains(TEXT));
    let access = format!("{page}/access");
    assert_eq!(
        stranger.post(&access, &[("tail", "0000")], None).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(stranger.post(&access, &[("tail", "６０２１")], None).await.to(), page);
    assert!(stranger.get(page).await.text.contains(TEXT));

    let material = format!("{page}/material");
    assert_eq!(
        phone.post(&material, &[("text", "又掉了一枝")], None).await.to(),
        format!("{page}?done=added")
    );
    assert_eq!(
        phone.post(&material, &[("text", "又掉了一枝")], None).await.to(),
        format!("{page}?done=again")
    );
    assert_eq!(phone.post(&material, &[], None).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(phone.get(page).await.text.matches("又掉了一枝").count(), 1);
    let early = phone.post(&format!("{page}/evaluation"), &[("solved", "yes")], None).await;
    assert!(
        early.status == StatusCode::UNPROCESSABLE_ENTITY && early.text.contains("没有记下"),
        "nothing was recorded, and that is said: {}",
        early.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_no_telephone_comes_back_with_the_code() {
    let world = World::sqlite();
    let (mut phone, mut stranger) = (Browser::on(&world), Browser::on(&world));
    let form = [("form", "n"), ("text", TEXT), ("privacy", "anonymous")];
    let handed = phone.post("/report", &form, None).await;
    let page = handed.to().trim_end_matches("?new=1").to_owned();
    let number: Number = page.trim_start_matches("/track/").parse().unwrap();
    let code = person::code(&world.app, &number);
    assert!(phone.get(handed.to()).await.text.contains(&code), "the receipt shows the code");
    assert!(!stranger.get(&page).await.text.contains(TEXT), "the number alone opens nothing");
    let access = format!("{page}/access");
    let wrong = if code == "0000" { "0001" } else { "0000" };
    let refused = stranger.post(&access, &[("tail", wrong)], None).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stranger.post(&access, &[("tail", &code)], None).await.to(), page);
    assert!(stranger.get(&page).await.text.contains(TEXT));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_of_the_headline_begins_with_a_comma() {
    let world = World::sqlite();
    let mut phone = Browser::on(&world);
    let form = [("form", "n"), ("text", "测试路的路灯不亮，一到晚上漆黑"), ("privacy", "anonymous")];
    let handed = phone.post("/report", &form, None).await;
    let page = phone.get(handed.to().trim_end_matches("?new=1")).await.text;
    let headline = page.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).unwrap_or_default();
    assert!(headline.contains("，等它接手") && !headline.contains("\u{200b}，"), "{headline:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_a_notice_opens_its_own_matter_and_no_other() {
    let mut world = World::sqlite();
    let sms = Fake::that([]);
    world.app = world.app.clone().with_gateways(gateways(&sms, &Fake::that([])));
    world.app.reached_at("https://12345.example.cn");
    let mut pages = Vec::new();
    for nonce in ["a", "b"] {
        let form = [("form", nonce), ("text", TEXT), ("privacy", "contact"), ("phone", "139 0000 6021")];
        let handed = Browser::on(&world).post("/report", &form, None).await;
        pages.push(handed.to().trim_end_matches("?new=1").to_owned());
    }
    while notice::work(&world.app, NoticeChannel::Sms).unwrap() > 0 {}
    let text = sms.taken()[0].text.clone();
    let link = text.split("https://12345.example.cn").nth(1).unwrap().trim().to_owned();
    let number = pages[0].trim_start_matches("/track/");
    assert!(link.starts_with(&format!("/go/{number}/")), "{text}");
    let mut reader = Browser::on(&world);
    assert_eq!(reader.get(&format!("{link}?rate")).await.to(), format!("{}#rate", pages[0]));
    assert!(reader.get(&pages[0]).await.text.contains(TEXT));
    assert!(!reader.get(&pages[1]).await.text.contains(TEXT), "the other matter stays closed");
    let mut stranger = Browser::on(&world);
    let other = link.replace(number, pages[1].trim_start_matches("/track/"));
    assert_eq!(stranger.get(&other).await.to(), pages[1]);
    assert!(!stranger.get(&pages[1]).await.text.contains(TEXT), "a key belongs to one number");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_called_wrongly_gets_a_page_that_says_so() {
    let world = World::sqlite();
    let mut browser = Browser::on(&world);
    let long = "a".repeat(600 << 10);
    for to in ["/report", "/desk/login", "/track/260105004179/access"] {
        let told = browser.post(to, &[("text", &long)], None).await;
        assert!(
            told.status == StatusCode::PAYLOAD_TOO_LARGE && told.text.contains("按浏览器的“返回”"),
            "{to}"
        );
    }
    let login = browser.post("/desk/login", &[("login", &long[..101]), ("password", "x")], None).await;
    assert_eq!(login.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = browser.post("/privacy", &[], None).await;
    assert!(wrong.status == StatusCode::METHOD_NOT_ALLOWED && wrong.text.contains("编号"), "{}", wrong.text);
    let unread = browser.get("/track/260105004179/media/x").await;
    assert!(unread.status == StatusCode::NOT_FOUND && unread.text.contains("没有这一页"), "{}", unread.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_forgiven_but_not_told() {
    let world = World::sqlite();
    let mut browser = Browser::on(&world);
    let number = Number::make(world.app.now().date(&world.city().zone), 417, false);
    let spaced = number.grouped().replace(' ', "+");
    assert_eq!(browser.get(&format!("/track?number={spaced}")).await.to(), format!("/track/{number}"));
    let unknown = browser.get(&format!("/track/{number}")).await;
    assert!(unknown.status == StatusCode::OK && unknown.text.contains("name=\"tail\""));
    let wrong = format!("{}{}", &number.digits()[..11], (number.digits().as_bytes()[11] - b'0' + 1) % 10);
    let told = browser.get(&format!("/track?number={wrong}")).await;
    assert!(told.text.contains("有一位数字不对"), "{}", told.text);
    let mut slow = false;
    for _ in 0..12 {
        slow |= browser.post(&format!("/track/{number}/access"), &[("tail", "1234")], None).await.status
            == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slow, "guessing a tail is slowed down");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_lists_kinds_and_places_and_no_words() {
    let world = World::sqlite();
    let mut browser = Browser::on(&world);
    for (privacy, tail) in [("anonymous", "a"), ("confidential", "b")] {
        let form = [("form", tail), ("text", TEXT), ("privacy", privacy), ("secret-phone", "13900006021")];
        assert_eq!(browser.post("/report", &form, None).await.status, StatusCode::SEE_OTHER);
    }
    let home = browser.get("/").await;
    assert_eq!(
        home.text.matches("class=\"st ").count(),
        1,
        "the confidential one is not there: {}",
        home.text
    );
    assert!(!home.text.contains(TEXT));
}
