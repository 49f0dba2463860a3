//! A double click: the same form, sent twice with its photo, counts once. On both databases.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use duban_app::{DEMO_PASSWORD, case, media::NewMedia, resident::access, staff};
use duban_domain::{
    Number,
    case::{What, Wish},
    person::{Person, Phone},
    request::{Channel, Place, Privacy},
};
use duban_testkit::world::{World, both};
use duban_web::{Options, Site, router};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Somebody with a cookie who sends forms as browsers do, photos and all.
struct Hand {
    threads: Runtime,
    site: Router,
    cookie: String,
}

impl Hand {
    fn of(world: &World, cookie: String) -> Self {
        let site = router(Site::new(world.app.clone(), Options::default()));
        Self { threads: Runtime::new().unwrap(), site, cookie }
    }

    fn look(&self, page: &str) -> String {
        self.threads.block_on(self.send(Request::get(page), Body::empty())).1
    }

    /// The same form twice, at the same time; returns where it leads.
    fn click_twice(&self, to: &str, fields: &[(&str, &str)], photo: Option<&str>) -> String {
        let both = async { tokio::join!(self.post(to, fields, photo), self.post(to, fields, photo)) };
        let (once, twice) = self.threads.block_on(both);
        assert_eq!(once, twice, "both clicks lead to the same page");
        once
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> (Response<()>, String) {
        let request = request.header(header::COOKIE, &self.cookie).body(body).unwrap();
        let (head, body) = self.site.clone().oneshot(request).await.unwrap().into_parts();
        let text = String::from_utf8_lossy(&to_bytes(body, usize::MAX).await.unwrap()).into_owned();
        (Response::from_parts(head, ()), text)
    }

    /// The nonce that a page gives to the form with this action.
    fn nonce(&self, page: &str, action: &str) -> String {
        let text = self.look(page);
        let form =
            text.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("{action}: {text}"));
        form.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Sends a form with a photo; returns where it leads.
    async fn post(&self, to: &str, fields: &[(&str, &str)], photo: Option<&str>) -> String {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        if let Some(name) = photo {
            body.extend_from_slice(
                format!(
                    "--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\r\n"
                )
                .as_bytes(),
            );
            body.extend_from_slice(&crate::visitors::picture());
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--cut--\r\n");
        let request = Request::post(to).header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
        let (head, text) = self.send(request, Body::from(body)).await;
        assert_eq!(head.status(), StatusCode::SEE_OTHER, "{to}: {text}");
        head.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }
}

fn matter(world: &World) -> case::register::Registered {
    let intake = case::register::Intake {
        channel: Channel::Web,
        kind: None,
        title: String::new(),
        text: "测试路口的路灯不亮。".into(),
        place: Place { words: String::new(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Contact,
        person: Person {
            name: "测试·路先生".into(),
            phone: Phone::parse("13900006021").unwrap(),
            ..Person::default()
        },
        media: Vec::<NewMedia>::new(),
        source_key: None,
        wish: Wish { hold: true, ..Wish::default() },
    };
    case::register::by_resident(&world.app, &intake).unwrap()
}

fn events(world: &World, number: &Number) -> Vec<What> {
    let shown = case::show::show(&world.ctx("supervisor", "hotline"), number).unwrap();
    shown.history.into_iter().flatten().map(|event| event.what).collect()
}

fn count(world: &World, number: &Number, key: &str) -> usize {
    events(world, number).iter().filter(|what| what.key() == key).count()
}

#[test]
fn a_resident_who_clicks_twice_with_a_photo_has_said_it_once() {
    both(|world| {
        let said = matter(world);
        let pass = access::pass(&world.app, said.request, world.app.now()).unwrap();
        let phone = Hand::of(world, format!("duban_passes={pass}"));
        let (page, to) = (format!("/track/{}", said.number), format!("/track/{}/material", said.number));
        let nonce = phone.nonce(&page, &to);
        phone.click_twice(&to, &[("form", &nonce), ("text", "又暗了一盏")], Some("photo"));
        assert_eq!(count(world, &said.number, "supplemented"), 1);
        let shown = case::show::show(&world.ctx("supervisor", "hotline"), &said.number).unwrap();
        assert_eq!(shown.media.len(), 1, "and the photo is there once");
        phone.click_twice(&to, &[("form", &nonce), ("text", "现在两盏")], Some("photo"));
        assert_eq!(count(world, &said.number, "supplemented"), 2, "other words are not lost");
    });
}

#[test]
fn a_unit_that_clicks_twice_has_contacted_and_answered_once() {
    both(|world| {
        let said = matter(world);
        let on = case::On { number: said.number.clone(), seen: None };
        let order = case::dispatch::Order {
            unit: "power".into(),
            assisting: Vec::new(),
            reason: "它的线".into(),
            designated: false,
        };
        case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order).unwrap();
        let hand = Hand::of(world, format!("duban_session={}", session(world)));
        let page = format!("/desk/cases/{}", said.number);
        for (step, fields, photo, key) in [
            ("signature", vec![], None, "signed"),
            ("contact", vec![("way", "phone"), ("note", "约好下午去")], None, "contacted"),
            ("label", vec![("label", "on-site")], None, "labelled"),
            ("note", vec![("text", "带梯子")], None, "noted"),
            ("answer", vec![("outcome", "solved"), ("public", "换了灯。")], Some("proof"), "answered"),
        ] {
            let to = format!("{page}/{step}");
            let text = hand.look(&page);
            let seen = text.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
            let nonce = hand.nonce(&page, &to);
            let mut form = vec![("form", nonce.as_str()), ("seen", seen)];
            form.extend(fields);
            hand.click_twice(&to, &form, photo);
            assert_eq!(count(world, &said.number, key), 1, "{step}");
        }
        let shown = case::show::show(&world.ctx("supervisor", "hotline"), &said.number).unwrap();
        assert_eq!(shown.media.len(), 1, "the proof is there once");
    });
}

fn session(world: &World) -> String {
    let account = staff::users::Account {
        login: "handler".into(),
        name: "测试·承办".into(),
        unit: "power".into(),
        role: "handler".into(),
        password: DEMO_PASSWORD.into(),
    };
    staff::users::put(&world.app, &account).unwrap();
    staff::sign_in(&world.app, "handler", DEMO_PASSWORD).unwrap()
}
