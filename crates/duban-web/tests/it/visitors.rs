//! Who calls: nobody, a resident with a pass, and a member of staff for each role.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use duban_app::{
    DEMO_PASSWORD, case,
    case::register::{Intake, Registered},
    media, person,
    resident::{access, track::track},
    staff::{self, users::Account},
};
use duban_domain::{
    Number,
    case::Wish,
    person::{Person, Phone},
    place::Point,
    request::{Channel, Place, Privacy},
};
use duban_testkit::world::World;
use duban_web::{Options, Site, router};
use futures_util::StreamExt;
use tower::ServiceExt;

/// What somebody said and left, that must not be seen by others.
pub(crate) const TEXT: &str = "金丝雀文字路灯";
pub(crate) const TITLE: &str = "金丝雀标题";
pub(crate) const NAME: &str = "金丝雀姓名";
pub(crate) const PHONE: &str = "13912344321";
pub(crate) const NOTE: &str = "金丝雀批注";

/// A site with accounts and one case that belongs to the power company.
pub(crate) struct Stage {
    pub(crate) router: Router,
    /// The cookie of each visitor.
    pub(crate) cookies: BTreeMap<&'static str, String>,
    pub(crate) hidden: Registered,
    /// How its person wants to be treated.
    pub(crate) privacy: Privacy,
    /// The photo of the hidden case.
    pub(crate) photo: i64,
    /// A case of the gas company, which its handler and its own resident may see.
    pub(crate) other: Registered,
}

/// A resident with a matter of their own, the other one.
pub(crate) const NEIGHBOUR: &str = "neighbour";

/// The accounts: login, role, unit. One handler assists; the stranger has nothing to do with the case.
pub(crate) const STAFF: [(&str, &str, &str); 12] = [
    ("operator", "operator", "hotline"),
    ("dispatcher", "dispatcher", "hotline"),
    ("handler", "handler", "power"),
    ("assistant", "handler", "water"),
    ("stranger", "handler", "gas"),
    ("reviewer", "reviewer", "hotline"),
    ("caller", "caller", "hotline"),
    ("supervisor", "supervisor", "hotline"),
    ("leader", "leader", "hotline"),
    ("administrator", "administrator", "hotline"),
    ("security", "security", "hotline"),
    ("auditor", "auditor", "hotline"),
];

impl Stage {
    pub(crate) fn set(world: &World, privacy: Privacy) -> Self {
        let mut cookies = BTreeMap::new();
        for (login, role, unit) in STAFF {
            let account = Account {
                login: login.into(),
                name: format!("测试·{login}"),
                unit: unit.into(),
                role: role.into(),
                password: DEMO_PASSWORD.into(),
            };
            staff::users::put(&world.app, &account).unwrap();
            let session = staff::sign_in(&world.app, login, DEMO_PASSWORD).unwrap();
            cookies.insert(login, format!("duban_session={session}"));
        }
        let (hidden, other) = (hidden_case(world, privacy), other_case(world));
        let tail = match privacy {
            Privacy::Anonymous => person::code(&world.app, &hidden.number),
            Privacy::Contact | Privacy::Confidential => PHONE[7..].to_owned(),
        };
        let (known, _) = access::unlock(&world.app, &hidden.number, &tail).unwrap();
        let photo = track(&world.app, &known).unwrap().photos[0].id.0;
        let pass = access::pass(&world.app, other.request, world.app.now()).unwrap();
        cookies.insert(NEIGHBOUR, format!("duban_passes={pass}"));
        let router = router(Site::new(world.app.clone(), Options::default()));
        Self { router, cookies, hidden, privacy, photo, other }
    }

    /// An address of the route table with something in each of its places; a case is the hidden one.
    pub(crate) fn address(&self, path: &str) -> String {
        path.replace("{number}", self.hidden.number.digits())
            .replace("{id}", "1")
            .replace("{file}", "2025-12-counts.json")
            .replace("{key}", "no-such-key")
            .replace("{*rest}", "services.json")
            .replace("{*name}", "css/base.css")
            .replace("{table}", "roles")
            .replace("{token}", "00")
            .replace("{layer}/{z}/{x}/{y}", "public/10/833/430.json")
    }

    /// Calls an address; returns the status and what the body says until it pauses.
    pub(crate) async fn call(&self, who: &str, method: &str, path: &str, form: &str) -> (StatusCode, String) {
        self.ask(who, method, path, form, Duration::from_millis(300)).await
    }

    /// Where a form leads.
    pub(crate) async fn led(&self, who: &str, path: &str, form: &str) -> Option<String> {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(header::HOST, "test")
            .header(header::COOKIE, self.cookies.get(who)?)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = self.router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await;
        Some(response.unwrap().headers().get(header::LOCATION)?.to_str().unwrap().to_owned())
    }

    /// What the live stream says in its first seconds.
    pub(crate) async fn listen(&self, who: &str) -> String {
        self.ask(who, "GET", "/events", "", Duration::from_secs(4)).await.1
    }

    async fn ask(
        &self,
        who: &str,
        method: &str,
        path: &str,
        form: &str,
        quiet: Duration,
    ) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "test");
        if let Some(cookie) = self.cookies.get(who) {
            request = request.header(header::COOKIE, cookie);
        }
        if method == "POST" {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let response =
            self.router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let mut text = Vec::new();
        let mut stream = body.into_data_stream();
        // A live stream never ends: what it says in its first moment is enough.
        while let Ok(Some(Ok(chunk))) = tokio::time::timeout(quiet, stream.next()).await {
            let chunk: Bytes = chunk;
            text.extend_from_slice(&chunk);
        }
        let location = head.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or("");
        (head.status, format!("{location}\n{}", String::from_utf8_lossy(&text)))
    }
}

fn hidden_case(world: &World, privacy: Privacy) -> Registered {
    let intake = Intake {
        channel: Channel::Web,
        kind: None,
        title: TITLE.into(),
        text: format!("{TEXT}，整条街都不亮。"),
        place: Place {
            words: "金丝雀地点".into(),
            division: Some("430203001".into()),
            point: Point::from_degrees(113.145, 27.831),
        },
        privacy,
        person: Person { name: NAME.into(), phone: Phone::parse(PHONE).unwrap(), ..Person::default() },
        media: vec![media::take("canary.png", &picture()).unwrap()],
        source_key: None,
        wish: Wish { hold: true, ..Wish::default() },
    };
    let registered = case::register::by_resident(&world.app, &intake).unwrap();
    let on = on(&registered.number);
    let order = case::dispatch::Order {
        unit: "power".into(),
        assisting: vec!["water".into()],
        reason: "它的线".into(),
        designated: false,
    };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on, &order).unwrap();
    case::note::note(&world.ctx("supervisor", "hotline"), &on, NOTE).unwrap();
    registered
}

/// A small picture that is like no other.
pub(crate) fn picture() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let dots = image::RgbImage::from_fn(31, 17, |x, y| image::Rgb([(x * 8) as u8, (y * 15) as u8, 77]));
    image::DynamicImage::ImageRgb8(dots).write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

fn other_case(world: &World) -> Registered {
    let intake = Intake {
        channel: Channel::Web,
        kind: None,
        title: "别的事".into(),
        text: "别的事，和它无关。".into(),
        place: Place { words: String::new(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Anonymous,
        person: Person::default(),
        media: Vec::new(),
        source_key: None,
        wish: Wish { hold: true, ..Wish::default() },
    };
    let registered = case::register::by_resident(&world.app, &intake).unwrap();
    let order = case::dispatch::Order {
        unit: "gas".into(),
        assisting: Vec::new(),
        reason: "它的管道".into(),
        designated: false,
    };
    case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&registered.number), &order).unwrap();
    registered
}

fn on(number: &Number) -> case::On {
    case::On { number: number.clone(), seen: None }
}
