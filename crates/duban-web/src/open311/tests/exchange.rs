//! Two cities: one forwards cases to the other and follows them, over a way that loses calls, loses
//! answers, repeats them and delivers them late. Every request is over there once, and every report
//! counts once.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use duban_app::{
    App, AppError, Entropy,
    case::{
        self, On,
        answer::Answering,
        callback::Call as Asked,
        dispatch::Order,
        register::{self, Intake},
        show,
    },
    partner,
    remote::{self, Call, Lost, Reply, Wire},
};
use duban_domain::{
    CaseId, Number,
    case::{Case, Outcome, Phase, Verdict, Way, What, Wish},
    city::Remote,
    lang::Words,
    person::Person,
    request::{Channel, Place, Privacy},
};
use duban_testkit::{
    clock::Seeded,
    world::{World, both},
};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::{Options, Site, router};

const MINUTE: i64 = 60_000;
/// Cases that are forwarded in one exchange.
const CASES: usize = 6;

/// The way between the two: it delivers to the other city's own router, or does not.
struct Way311 {
    there: Router,
    runtime: Runtime,
    key: Mutex<String>,
    dice: Seeded,
    /// Whether anything goes wrong at all.
    rough: AtomicBool,
    /// Calls that are still under way.
    late: Mutex<Vec<Call>>,
    /// What became of the calls.
    fates: Mutex<BTreeMap<&'static str, usize>>,
}

impl Way311 {
    fn deliver(&self, call: &Call) -> Reply {
        let path = call.url.strip_prefix("https://there.test").unwrap();
        let mut request = Request::builder().uri(path).header(header::HOST, "there.test");
        let body = match &call.form {
            None => Body::empty(),
            Some(form) => {
                request =
                    request.method("POST").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                if let Some(key) = &call.idempotency {
                    request = request.header("idempotency-key", key);
                }
                Body::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish())
            }
        };
        let request = request.body(body).unwrap();
        self.runtime.block_on(async {
            let (parts, body) = self.there.clone().oneshot(request).await.unwrap().into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            Reply { status: parts.status.as_u16(), body: String::from_utf8(body.to_vec()).unwrap() }
        })
    }

    fn note(&self, fate: &'static str) {
        *self.fates.lock().unwrap().entry(fate).or_default() += 1;
    }
}

impl Wire for Way311 {
    fn call(&self, call: &Call) -> Result<Reply, Lost> {
        let lost = |why: &str| Err(Lost(why.to_owned()));
        if !self.rough.load(Ordering::Relaxed) {
            return Ok(self.deliver(call));
        }
        if self.dice.number().is_multiple_of(3) {
            for late in std::mem::take(&mut *self.late.lock().unwrap()) {
                self.deliver(&late);
                self.note("delivered late");
            }
        }
        match self.dice.number() % 10 {
            0 => {
                self.note("lost on the way");
                lost("lost on the way")
            }
            1 => {
                self.deliver(call);
                self.note("answer lost");
                lost("the answer was lost")
            }
            2 => {
                self.late.lock().unwrap().push(call.clone());
                lost("still under way")
            }
            3 => {
                self.deliver(call);
                self.note("delivered twice");
                Ok(self.deliver(call))
            }
            4 => Ok(Reply { status: 503, body: "<html>busy</html>".into() }),
            _ => Ok(self.deliver(call)),
        }
    }

    fn secret(&self, name: &str) -> Option<String> {
        (name == "DUBAN_REMOTE_THERE").then(|| self.key.lock().unwrap().clone())
    }
}

fn there() -> Remote {
    Remote {
        key: "there".into(),
        name: Words { zh: "测试·邻市".into(), en: "Test neighbour".into() },
        unit: "power".into(),
        categories: Vec::new(),
        endpoint: "https://there.test/open311/v2".into(),
        jurisdiction: Some("zhuzhou".into()),
        key_env: Some("DUBAN_REMOTE_THERE".into()),
        service: "unclassified".into(),
        services: vec![("utilities.lighting".into(), "utilities.lighting.dark".into())],
        poll_minutes: 2,
        person: false,
        private: false,
    }
}

/// The two cities, and the way between them.
struct Pair<'a> {
    here: &'a World,
    app: App,
    there: &'a World,
    way: Arc<Way311>,
}

impl<'a> Pair<'a> {
    fn new(here: &'a World, there_world: &'a World, seed: u64) -> Self {
        let site = router(Site::new(there_world.app.clone(), Options::default()));
        let way = Arc::new(Way311 {
            there: site,
            runtime: Runtime::new().unwrap(),
            key: Mutex::new(partner::add_key(&there_world.app, "neighbour", None).unwrap()),
            dice: Seeded::new(seed),
            rough: AtomicBool::new(true),
            late: Mutex::default(),
            fates: Mutex::default(),
        });
        let mut app = here.app.clone();
        let mut city = (*app.city).clone();
        city.remotes.push(there());
        app.city = Arc::new(city);
        app.wire = way.clone();
        Self { here, app, there: there_world, way }
    }

    /// Time passes on both sides, and what is owed is done.
    fn pass(&self, minutes: i64) {
        for _ in 0..minutes {
            self.here.clock.pass_ms(MINUTE);
            self.there.clock.pass_ms(MINUTE);
            while remote::work(&self.app).unwrap() {}
        }
    }

    fn forward(&self, at: usize) -> Number {
        let said = Intake {
            channel: Channel::Web,
            kind: None,
            title: String::new(),
            text: format!("第 {at} 盏路灯不亮"),
            place: Place { words: "测试路".into(), division: Some("430203001".into()), point: None },
            privacy: Privacy::Anonymous,
            person: Person::default(),
            media: Vec::new(),
            source_key: None,
            wish: Wish { hold: true, category: Some("utilities.lighting.dark".into()), ..Wish::default() },
        };
        let number = register::by_resident(&self.app, &said).unwrap().number;
        let order =
            Order {
                unit: "power".into(), assisting: Vec::new(), designated: false, reason: "归它管".into()
            };
        let dispatcher = self.app.ctx(self.here.member("dispatcher", "hotline"), duban_domain::Lang::Zh);
        case::dispatch::dispatch(&dispatcher, &on(&number), &order).unwrap();
        number
    }

    fn case(&self, number: &Number) -> Case {
        self.app.store.read(|tx| Ok::<_, AppError>(tx.case_by_number(number)?)).unwrap().unwrap()
    }

    /// Every case over there, oldest first.
    fn theirs(&self) -> Vec<Case> {
        self.there.app.store.read(|tx| Ok::<_, AppError>(tx.cases_after(CaseId(i64::MIN), 1_000)?)).unwrap()
    }

    /// The unit over there works on everything that it has, and its centre accepts.
    fn work_there(&self, text: &str) {
        for theirs in self.theirs().into_iter().filter(|case| case.answered_at.is_none()) {
            let on = on(&theirs.number);
            if theirs.phase() == Phase::Received {
                let order = Order {
                    unit: "urban".into(),
                    assisting: Vec::new(),
                    designated: false,
                    reason: "归它管".into(),
                };
                case::dispatch::dispatch(&self.there.ctx("dispatcher", "hotline"), &on, &order).unwrap();
            }
            let unit = self.there.app.store.read(|tx| Ok::<_, AppError>(tx.case(theirs.id)?)).unwrap();
            let unit = unit.unwrap().unit().unwrap().to_owned();
            let handler = self.there.ctx("handler", &unit);
            drop(case::sign::sign(&handler, &on));
            case::contact::contact(&handler, &on, Way::InPerson, "到场").unwrap();
            let said = Answering {
                outcome: Outcome::Solved,
                public: text.into(),
                internal: String::new(),
                proof: Vec::new(),
                proof_words: "维修单".into(),
                no_contact: String::new(),
            };
            self.there.clock.pass_ms(MINUTE);
            self.here.clock.pass_ms(MINUTE);
            case::answer::answer(&handler, &on, &said).unwrap();
            case::review::review(&self.there.ctx("reviewer", "hotline"), &on, &Verdict::Approve).unwrap();
        }
    }

    /// The centre here accepts, and the person says whether it is solved.
    fn ask_here(&self, number: &Number, solved: bool) {
        let ctx = |role| self.app.ctx(self.here.member(role, "hotline"), duban_domain::Lang::Zh);
        case::review::review(&ctx("reviewer"), &on(number), &Verdict::Approve).unwrap();
        let asked = Asked::Reached {
            request: None,
            solved,
            satisfaction: None,
            words: "测试·这么说".into(),
            answers: Default::default(),
        };
        case::callback::call(&ctx("caller"), &on(number), &asked).unwrap();
    }

    /// The ids of the reports in a history.
    fn reports(&self, case: &Case) -> Vec<String> {
        let events = self.app.store.read(|tx| Ok::<_, AppError>(tx.events(case.id)?)).unwrap();
        let id = |what: What| match what {
            What::Reported { update, .. } => Some(update),
            _ => None,
        };
        events.into_iter().filter_map(|stored| id(stored.event?.what)).collect()
    }
}

fn on(number: &Number) -> On {
    On { number: number.clone(), seen: None }
}

#[test]
fn two_cities_exchange_requests_and_updates_over_a_way_that_loses_repeats_and_delays() {
    both(|here| exchange(&Pair::new(here, &World::sqlite(), 48_213)));
    both(|there| exchange(&Pair::new(&World::sqlite(), there, 48_213)));
}

/// Hands in, answers, is not content, answers again; and looks after each step.
fn exchange(pair: &Pair<'_>) {
    let numbers: Vec<Number> = (0..CASES).map(|at| pair.forward(at)).collect();
    pair.pass(90);
    assert_eq!(pair.theirs().len(), CASES, "each is there once: {:?}", pair.way.fates.lock().unwrap());

    pair.work_there("换了灯泡");
    pair.pass(40);
    for number in &numbers {
        let ours = pair.case(number);
        assert_eq!(ours.phase(), Phase::InReview, "{number}: {:?}", pair.reports(&ours));
    }
    // Every other person is not content: over there a new round begins, and ends.
    for (number, at) in numbers.iter().zip(0..) {
        pair.ask_here(number, at % 2 == 0);
    }
    pair.pass(60);
    assert_eq!(pair.theirs().iter().filter(|case| case.round == 2).count(), CASES / 2);
    assert_eq!(pair.theirs().iter().filter(|case| !case.is_open()).count(), CASES / 2);
    pair.work_there("又换了镇流器");
    pair.pass(40);
    for (number, at) in numbers.iter().zip(0..) {
        let ours = pair.case(number);
        let phase = if at % 2 == 0 { Phase::Closed } else { Phase::InReview };
        assert_eq!(ours.phase(), phase, "{number}: {:?}", pair.reports(&ours));
        let mut reports = pair.reports(&ours);
        let told = reports.len();
        reports.sort();
        reports.dedup();
        assert_eq!(reports.len(), told, "each report counts once");
    }
    assert_eq!(pair.theirs().len(), CASES, "nothing was handed in twice");
    let fates = pair.way.fates.lock().unwrap();
    for fate in ["lost on the way", "answer lost", "delivered late", "delivered twice"] {
        assert!(fates.get(fate).is_some_and(|n| *n > 0), "{fate} happened: {fates:?}");
    }
}

#[test]
fn a_key_that_is_refused_is_told_and_sent_when_it_is_mended() {
    both(|world| {
        let there = World::sqlite();
        let pair = Pair::new(world, &there, 1);
        pair.way.rough.store(false, Ordering::Relaxed);
        let right = std::mem::replace(&mut *pair.way.key.lock().unwrap(), "dk_wrong".to_owned());
        let number = pair.forward(1);
        pair.pass(5);
        let case = pair.case(&number);
        let link = || pair.app.store.read(|tx| Ok::<_, AppError>(tx.links_of(case.id)?)).unwrap().remove(0);
        assert!(link().error.unwrap().contains("403"), "why it is not there is kept for the desk");
        assert_eq!(pair.theirs().len(), 0);
        *pair.way.key.lock().unwrap() = right;
        pair.pass(30);
        assert_eq!((pair.theirs().len(), link().error), (1, None));
        assert_eq!(link().number.as_deref(), Some(pair.theirs()[0].number.digits()));
        let page =
            show::show(&pair.app.ctx(world.member("supervisor", "hotline"), duban_domain::Lang::Zh), &number);
        assert_eq!(page.unwrap().links.len(), 1);
    });
}
