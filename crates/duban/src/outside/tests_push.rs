//! Webhooks against receivers on this machine: one that loses, delays, breaks, points elsewhere, floods or hangs; and names
//! that lead into our own network, at once or a moment later.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use duban_app::{
    case::{self, register::Intake},
    remote::{Lost, Push, Reply},
    webhook::{self, Wanted, log},
};
use duban_domain::{
    WebhookId,
    person::Person,
    request::{Channel, Place, Privacy},
    webhook::{DeliveryState, secret_bytes, sign},
};
use duban_testkit::world::World;
use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

use super::{Guarded, Http, push::Receivers};
use crate::hooks;

/// Longest call of these tests.
const SHORT: Duration = Duration::from_millis(700);

/// What a receiver does with the next post.
#[derive(Clone, Debug)]
enum Does {
    /// Answers with this status.
    Answers(&'static str),
    /// Takes it, and closes without a word.
    Loses,
    /// Answers 200 after a while.
    Delays(Duration),
    /// Reads it and never answers.
    Hangs,
    /// Answers 200 and then never stops.
    Floods,
    /// Answers 200, promises more, and says nothing any more.
    Stalls,
}

/// A receiver of webhooks that keeps what it got.
struct Receiver {
    port: u16,
    got: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// One that answers 200 after what it does first.
    fn that(does: impl IntoIterator<Item = Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let got: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, mut script) = (got.clone(), does.into_iter().collect::<VecDeque<_>>());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let next = script.pop_front().unwrap_or(Does::Answers("200 OK"));
                let kept = kept.clone();
                thread::spawn(move || receive(stream, &next, &kept));
            }
        });
        Self { port, got }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/duban", self.port)
    }

    fn got(&self) -> Vec<String> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn receive(mut stream: TcpStream, does: &Does, kept: &Mutex<Vec<String>>) {
    let mut text = String::new();
    let mut bytes = [0; 4_096];
    while !is_whole(&text) {
        let Ok(n @ 1..) = stream.read(&mut bytes) else { break };
        text.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
    kept.lock().unwrap().push(text);
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n";
    match does {
        Does::Answers(status) => {
            let body = "thanks";
            let more = "location: http://127.0.0.1:9/\r\nconnection: close";
            drop(write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{more}\r\n\r\n{body}",
                body.len()
            ));
        }
        Does::Loses => {}
        Does::Delays(wait) => {
            thread::sleep(*wait);
            drop(write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
        }
        Does::Hangs => thread::sleep(SHORT * 6),
        Does::Floods => {
            drop(stream.write_all(head.as_bytes()));
            while stream.write_all(&[b'a'; 65_536]).is_ok() {}
        }
        Does::Stalls => {
            drop(stream.write_all(format!("{head}half").as_bytes()));
            thread::sleep(SHORT * 3);
        }
    }
}

/// Whether head and body of a request have arrived.
fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}

fn header<'a>(post: &'a str, name: &str) -> &'a str {
    let of = |line: &'a str| line.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name));
    post.lines().find_map(of).map_or("", |(_, value)| value.trim())
}

fn post(url: String) -> Push {
    Push { url, headers: vec![("webhook-id", "msg_1".into())], body: "{\"灯\":1}".into() }
}

fn ours() -> Vec<String> {
    vec!["127.0.0.1".to_owned()]
}

#[test]
fn what_a_receiver_does_is_told_as_it_is() {
    let elsewhere = Receiver::that([]);
    let receiver = Receiver::that([
        Does::Answers("204 No Content"),
        Does::Answers("500 Internal Server Error"),
        Does::Answers("302 Found"),
        Does::Answers("410 Gone"),
        Does::Delays(SHORT / 3),
        Does::Floods,
        Does::Stalls,
        Does::Loses,
        Does::Hangs,
    ]);
    let receivers = Receivers::within(SHORT, &ours());
    let status = |came: Result<Reply, Lost>| came.map(|reply| reply.status).ok();
    let ask = || receivers.push(&post(receiver.url()));
    let told: Vec<Option<u16>> = (0..5).map(|_| status(ask())).collect();
    assert_eq!(told, [Some(204), Some(500), Some(302), Some(410), Some(200)]);
    assert_eq!(elsewhere.got().len(), 0, "nothing is followed");
    let flood = ask().unwrap();
    assert_eq!((flood.status, flood.body.len()), (200, 4_096), "the beginning is enough");
    let stalled = ask().unwrap();
    assert_eq!((stalled.status, stalled.body.as_str()), (200, "half"), "the status says it");
    assert!(ask().is_err(), "no answer is no answer");
    assert!(ask().is_err(), "and silence ends");
    let first = &receiver.got()[0];
    assert!(first.starts_with("POST /duban HTTP/1.1") && first.ends_with("{\"灯\":1}"), "{first}");
    assert_eq!((header(first, "webhook-id"), header(first, "content-type")), ("msg_1", "application/json"));
}

/// A way to find addresses that says something else each time.
#[derive(Debug)]
struct Flips {
    says: Mutex<VecDeque<SocketAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Resolver for Flips {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut found = self.empty();
        found.push(self.says.lock().unwrap().pop_front().expect("a test says how often a name is looked up"));
        Ok(found)
    }
}

fn flips(says: &[SocketAddr]) -> (Flips, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    (Flips { says: Mutex::new(says.iter().copied().collect()), asked: asked.clone() }, asked)
}

#[test]
fn a_name_that_leads_inside_is_refused() {
    let secret = Receiver::that([]);
    let receivers = Receivers::within(SHORT, &[]);
    for url in [
        format!("https://localhost:{}/", secret.port),
        format!("https://127.0.0.1:{}/", secret.port),
        format!("https://[::1]:{}/", secret.port),
        format!("https://[::ffff:127.0.0.1]:{}/", secret.port),
    ] {
        let Err(Lost(why)) = receivers.push(&post(url.clone())) else { panic!("{url} was posted to") };
        assert!(why.contains("not public"), "{url}: {why}");
    }
    let plain = receivers.push(&post(secret.url()));
    assert_eq!(plain, Err(Lost("only https is posted to".to_owned())));
    let near = Receivers::within(SHORT, &ours()).push(&post(format!("https://localhost:{}/", secret.port)));
    assert!(near.is_err(), "only the very host that the settings name");
    assert!(secret.got().is_empty());
}

/// The name leads outside when it is looked at and inside when somebody would look again: nobody looks again.
#[test]
fn a_name_that_changes_after_it_was_looked_at_leads_nowhere_else() {
    let secret = Receiver::that([]);
    let inside = SocketAddr::from(([127, 0, 0, 1], secret.port));
    // An address that is public and that nobody has (RFC 5737).
    let outside = SocketAddr::from(([203, 0, 113, 7], 443));
    let (names, asked) = flips(&[outside, inside, inside]);
    let receivers = Receivers::finding(SHORT, Guarded { private: false, names });
    let hook = || receivers.push(&post("https://hooks.example.cn/duban".into()));
    let Err(Lost(first)) = hook() else { panic!("nobody is there") };
    assert!(!first.contains("not public"), "it was connected to what was looked at: {first}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "and looked up once");
    let Err(Lost(second)) = hook() else { panic!("it leads inside") };
    assert!(second.contains("not public"), "{second}");
    assert!(secret.got().is_empty(), "our own network heard nothing");
    // What was looked at is what is connected to: the second address is never asked for.
    let (right, wrong) = (Receiver::that([]), Receiver::that([]));
    let says = [right.port, wrong.port].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let (names, asked) = flips(&says);
    let guard = Guarded { private: true, names };
    let mut receivers = Receivers::finding(SHORT, guard);
    receivers.allow_plain("hooks.example.cn");
    assert!(receivers.push(&post("http://hooks.example.cn/duban".into())).is_ok());
    let heard = (right.got().len(), wrong.got().len(), asked.load(Ordering::SeqCst));
    assert_eq!(heard, (1, 0, 1));
}

fn said() -> Intake {
    Intake {
        channel: Channel::Web,
        kind: None,
        title: String::new(),
        text: "测试路的路灯一盏都不亮。".into(),
        place: Place { words: "测试路".into(), division: Some("430203001".into()), point: None },
        privacy: Privacy::Anonymous,
        person: Person::default(),
        media: Vec::new(),
        source_key: None,
        wish: case_wish(),
    }
}

/// Waits for somebody to dispatch it, so that one event is one post.
fn case_wish() -> duban_domain::case::Wish {
    duban_domain::case::Wish { hold: true, ..duban_domain::case::Wish::default() }
}

/// A city that may post to this machine, and one webhook for each receiver; the secrets too.
fn telling(world: &mut World, longest: Duration, receivers: &[&Receiver]) -> Vec<(WebhookId, String)> {
    world.app = world.app.clone().with_inside(ours());
    world.app.wire = Arc::new(Http::within(longest, &ours()));
    let ctx = world.ctx("security", "hotline");
    let wanted =
        |receiver: &&Receiver| Wanted {
            name: "测试系统".into(), url: receiver.url(), ..Wanted::default()
        };
    receivers.iter().map(|receiver| webhook::make(&ctx, &wanted(receiver)).unwrap()).collect()
}

#[test]
fn a_delivery_survives_whatever_a_receiver_does_and_stays_the_same() {
    let mut world = World::sqlite();
    let receiver = Receiver::that([
        Does::Loses,
        Does::Answers("500 Internal Server Error"),
        Does::Answers("301 Moved Permanently"),
        Does::Hangs,
        Does::Delays(SHORT / 4),
    ]);
    let hooks = telling(&mut world, SHORT, &[&receiver]);
    let (hook, secret) = hooks[0].clone();
    case::register::by_resident(&world.app, &said()).unwrap();
    for _ in 0..5 {
        assert_eq!(webhook::work(&world.app).unwrap(), 1);
        assert_eq!(webhook::work(&world.app).unwrap(), 0, "not before its time");
        world.clock.pass_ms(12 * 3_600_000);
    }
    let got = receiver.got();
    assert_eq!(got.len(), 5);
    let (id, body) = (header(&got[0], "webhook-id"), got[0].split_once("\r\n\r\n").unwrap().1);
    for post in &got {
        assert_eq!((header(post, "webhook-id"), post.split_once("\r\n\r\n").unwrap().1), (id, body));
        let at_s: i64 = header(post, "webhook-timestamp").parse().unwrap();
        let right = sign(&secret_bytes(&secret).unwrap(), id, at_s, body);
        assert_eq!(header(post, "webhook-signature"), right, "each attempt is signed at its own time");
    }
    let times: Vec<&str> = got.iter().map(|post| header(post, "webhook-timestamp")).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    let (page, _) = log::page(&world.ctx("security", "hotline"), hook, None).unwrap();
    assert_eq!(page[0].row.state, DeliveryState::Delivered);
    let statuses: Vec<Option<i64>> = page[0].attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [None, Some(500), Some(301), None, Some(200)]);
}

#[test]
fn a_receiver_that_hangs_delays_nobody_elses_deliveries() {
    let mut world = World::sqlite();
    let (dead, quick) = (Receiver::that(vec![Does::Hangs; 9]), Receiver::that([]));
    telling(&mut world, SHORT * 5, &[&dead, &quick]);
    for _ in 0..3 {
        case::register::by_resident(&world.app, &said()).unwrap();
    }
    let (app, stop) = (world.app.clone(), Arc::new(AtomicBool::new(false)));
    let lane = thread::spawn({
        let stop = stop.clone();
        move || hooks::tell(&app, &stop)
    });
    let arrived = (0..60).any(|_| {
        thread::sleep(Duration::from_millis(50));
        quick.got().len() == 3
    });
    assert!(arrived, "the quick one waited for the dead one: {} of 3", quick.got().len());
    assert_eq!(dead.got().len(), 1, "the dead one is asked one thing at a time");
    stop.store(true, Ordering::Relaxed);
    lane.join().unwrap();
}
