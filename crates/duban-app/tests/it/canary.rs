//! Somebody who comes in through every door, and where in a database something of them is left.

use std::collections::BTreeMap;

use duban_app::{
    App,
    call::{self, Told},
    case::{
        self,
        callback::Call,
        register::{Intake, Origin, Registered},
    },
    export, jobs,
    keys::Keyring,
    letter, media, phrase, proof, quality, resident, view, watch,
};
use duban_domain::{
    Lang, Number, RequestId,
    call::{Direction, Signal, TryBack},
    case::{Consent, Outcome, Satisfaction, Verdict, Way, handling::Giving},
    city::CheckItem,
    confirmation::{Contact, Means},
    person::{Mail, Person, Phone},
    phrase::PhraseStep,
    place::Point,
    request::Place,
    watch::{Area, Pace},
};
use duban_store::{CaseQuery, Target, tamper};
use duban_testkit::world::World;

use crate::{
    handling::png,
    life::{DAY, MINUTE, case as case_of, intake, on, reached, to_callback},
    notices::{outside, send},
};

pub(crate) const NAME: &str = "乜金丝雀";
pub(crate) const PHONE: &str = "13977770001";
pub(crate) const MAIL: &str = "canary.test@example.cn";
const IDENTITY: &str = "430202199001017771";

/// All that is known of the canary, in one text.
pub(crate) fn said() -> String {
    format!("我是{NAME}，打{PHONE}或写{MAIL}，身份证{IDENTITY}")
}

fn person() -> Person {
    let (phone, mail) = (Phone::parse(PHONE).unwrap(), Mail::parse(MAIL).unwrap());
    Person { name: NAME.into(), phone, mail, ..Person::default() }
}

pub(crate) fn canary() -> Intake {
    Intake {
        title: format!("{NAME}家门口的路灯"),
        text: format!("路灯不亮。{}", said()),
        place: Place {
            words: format!("{NAME}家门口"),
            division: Some("430203001".into()),
            point: Point::from_degrees(113.1372, 27.8321),
        },
        person: person(),
        media: vec![media::take(&format!("{NAME}{PHONE}.png"), &png()).unwrap()],
        source_key: Some(format!("import:{PHONE}")),
        ..intake()
    }
}

/// What must be nowhere: what was said, and what it is found by.
pub(crate) fn needles(keys: &Keyring) -> Vec<(String, Vec<u8>)> {
    let text = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let escaped: String = NAME.bytes().map(|b| format!("%{b:02X}")).collect();
    vec![
        text("name", NAME),
        text("pair of the name", "乜金"),
        text("name in an address", &escaped),
        text("phone", PHONE),
        text("mail", MAIL),
        text("identity", IDENTITY),
        ("hash of the name".to_owned(), keys.find("person.name", NAME)),
        ("hash of the phone".to_owned(), keys.find("person.phone", PHONE)),
        ("hash of the mail".to_owned(), keys.find("person.mail", MAIL)),
    ]
}

/// Everything sealed that opens and says something of the canary.
pub(crate) fn sealed(app: &App, target: &Target) -> Vec<String> {
    let places = [
        "person.name",
        "person.phone",
        "person.mail",
        "notice.address",
        "notice.body",
        "letter.original",
        "letter.aside",
        "call.phone",
        "call.recording",
        "watch.address",
        "watch.area",
        "staff.mail",
        "contact.address",
        "contact.asked",
    ];
    let mut found = Vec::new();
    tamper::values(target, &mut |column, bytes| {
        let plain = places.iter().filter_map(|place| app.keys.open(place, bytes).ok());
        for text in
            plain.filter(|text| [NAME, PHONE, MAIL, IDENTITY].iter().any(|known| text.contains(known)))
        {
            found.push(format!("{column}: {text}"));
        }
    });
    found
}

pub(crate) fn left(world: &World) -> Vec<String> {
    let mut found = tamper::holding(&world.target, &needles(&world.app.keys));
    found.extend(sealed(&world.app, &world.target));
    found
}

pub(crate) fn work(world: &World) {
    while jobs::work(&world.app).unwrap() > 0 {}
    while proof::work(&world.app).unwrap() > 0 {}
    world.app.store.begin_journal_anew().unwrap();
}

fn close(world: &World, number: &Number) {
    case::callback::call(&world.ctx("caller", "hotline"), &on(number), &reached(true)).unwrap();
}

/// The case of the canary: every step says something of them.
fn one_case(world: &World) -> Registered {
    let registered = case::register::by_resident(&world.app, &canary()).unwrap();
    let number = &registered.number;
    let (who, _) = resident::unlock(&world.app, number, "0001").unwrap();
    let operator = world.ctx("operator", "hotline");
    case::note::note(&operator, &on(number), &said()).unwrap();
    resident::speak::add(&world.app, &who, number, &said(), &[media::take("b.png", &png()).unwrap()], None)
        .unwrap();
    resident::speak::share(&world.app, &who, number, Consent::Words, None).unwrap();
    if case_of(world, number).unit().is_none() {
        let order = case::dispatch::Order {
            unit: "urban".into(),
            assisting: Vec::new(),
            reason: said(),
            designated: false,
        };
        case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(number), &order).unwrap();
    }
    let unit = case_of(world, number).unit().unwrap().to_owned();
    let handler = world.ctx("handler", &unit);
    case::sign::sign(&handler, &on(number)).unwrap();
    case::note::reveal(&handler, &on(number), number, &format!("要打给{NAME}")).unwrap();
    let giving = Giving {
        unit: None,
        party: format!("{NAME}的邻居"),
        words: said(),
        due: world.app.now().plus_ms(DAY),
        required: false,
    };
    case::task::give(&handler, &on(number), &giving).unwrap();
    case::attach::attach(
        &handler,
        &on(number),
        &[media::take(&format!("{NAME}.png"), &png()).unwrap()],
        &said(),
    )
    .unwrap();
    case::contact::contact(&handler, &on(number), Way::Phone, &said()).unwrap();
    world.clock.pass_ms(20 * MINUTE);
    let answer = case::answer::Answering {
        outcome: Outcome::Solved,
        public: format!("{NAME}您好，灯亮了。"),
        internal: said(),
        proof_words: said(),
        no_contact: String::new(),
        proof: Vec::new(),
    };
    case::answer::answer(&handler, &on(number), &answer).unwrap();
    case::review::review(&world.ctx("reviewer", "hotline"), &on(number), &Verdict::Approve).unwrap();
    let spoken = Call::Reached {
        request: None,
        solved: true,
        satisfaction: Some(Satisfaction::Dissatisfied),
        words: said(),
        answers: Vec::new(),
    };
    case::callback::call(&world.ctx("caller", "hotline"), &on(number), &spoken).unwrap();
    registered
}

/// By the counter, by another system, by mail, by telephone, and beside cases.
fn other_doors(world: &World) -> Vec<Number> {
    let operator = world.ctx("operator", "hotline");
    let by_staff = Intake { source_key: None, media: Vec::new(), ..canary() };
    let counter = case::register::by_staff(&operator, &by_staff).unwrap().number;
    let origin = Origin { partner: "p".into(), reference: Some(format!("r-{PHONE}")) };
    let system = case::register::by_partner(
        &world.app,
        &origin,
        &Intake { source_key: Some(format!("open311:{PHONE}")), ..by_staff },
    )
    .unwrap()
    .number;
    let head = format!(
        "From: <{MAIL}>\r\nMessage-ID: <c@example.cn>\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    );
    let mail = format!("{head}建设中路的路灯三天没亮了。{}\r\n", said());
    let letter::Came::Request(mailed) = letter::take_in(&world.app, mail.as_bytes()).unwrap() else {
        panic!()
    };
    let large = format!("From: <{MAIL}>\r\nSubject: {NAME}\r\n\r\n");
    letter::aside::put(&world.app, "large.eml", 90_000_000, large.as_bytes(), letter::aside::Why::TooLarge)
        .unwrap();
    let told = |signal| Told {
        call: "c1".into(),
        signal,
        direction: Some(Direction::In),
        from: PHONE.into(),
        to: "12345".into(),
        line: String::new(),
        at: None,
        cause: String::new(),
        recording: format!("https://rec.example.cn/{PHONE}.wav"),
    };
    let call = call::hear(&world.app, "t", &told(Signal::NewCall)).unwrap();
    call::hear(&world.app, "t", &told(Signal::Hangup)).unwrap();
    call::attempt(&operator, call, TryBack::NoAnswer, &said()).unwrap();
    let area = Area { around: Point::from_degrees(113.137, 27.832).map(|at| (at, 500)), ..Area::default() };
    let wanted =
        watch::Wanted { mail: Mail::parse(MAIL).unwrap().unwrap(), area, pace: Pace::Daily, lang: Lang::Zh };
    watch::ask(&world.app, &wanted).unwrap();
    for contact in [PHONE, MAIL] {
        resident::mine::ask(&world.app, &Contact::parse(contact).unwrap().unwrap(), Lang::Zh).unwrap();
    }
    let dispatcher = world.ctx("dispatcher", "hotline");
    let escaped: String = NAME.bytes().map(|b| format!("%{b:02X}")).collect();
    view::keep(&dispatcher, &format!("{NAME}的"), &format!("q={escaped}"), false).unwrap();
    export::cases(&dispatcher, &CaseQuery::default(), &format!("q={escaped}"), export::Format::Csv).unwrap();
    phrase::put(
        &world.ctx("editor", "urban"),
        &phrase::Written {
            id: None,
            step: PhraseStep::Answer,
            category: None,
            title: "t".into(),
            body: format!("{NAME}您好"),
        },
    )
    .unwrap();
    vec![counter, system, mailed]
}

pub(crate) fn plant(world: &mut World) -> (Number, Vec<Number>) {
    outside(world, [], []);
    let mut all = other_doors(world);
    for number in &all {
        finish(world, number);
    }
    let first = one_case(world).number;
    inspect(world);
    send(world);
    all.push(first.clone());
    confirmed(world, &all);
    (first, all)
}

/// Somebody typed codes for both, at some time: what was left together is theirs.
fn confirmed(world: &World, all: &[Number]) {
    let (keys, now) = (&world.app.keys, world.app.now());
    let shown =
        [(Means::Phone, keys.find("person.phone", PHONE)), (Means::Mail, keys.find("person.mail", MAIL))];
    world
        .app
        .store
        .write(|tx| {
            for number in all {
                let Some(person) = tx.request_by_number(number)?.and_then(|request| request.person) else {
                    continue;
                };
                for (means, contact) in &shown {
                    tx.confirm_contact(person, *means, contact, now)?;
                }
            }
            Ok::<_, duban_store::StoreError>(())
        })
        .unwrap();
}

/// Closes a case, whatever it waits for.
pub(crate) fn finish(world: &World, number: &Number) {
    to_callback(world, &Registered { number: number.clone(), request: RequestId(0), again: false });
    close(world, number);
}

fn inspect(world: &World) {
    let inspector = world.ctx("supervisor", "hotline");
    let day = world.app.now().date(&world.city().zone);
    quality::draw(&inspector, day, day, 7).unwrap();
    for row in quality::overview(&inspector, day, day, None, None).unwrap().rows {
        let items = &world.city().desk.quality.items;
        let points = |item: &CheckItem| if item.fatal { 1 } else { item.points };
        let full: BTreeMap<String, u32> = items.iter().map(|item| (item.key.clone(), points(item))).collect();
        drop(quality::inspect(&inspector, row.id, &full, &said()));
    }
}
