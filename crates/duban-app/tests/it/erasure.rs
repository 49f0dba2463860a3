//! Erasing a person: through every door and field a canary comes in, and afterwards it is nowhere.

use std::{collections::BTreeMap, sync::Arc};

use duban_app::{
    App, AppError,
    call::{self, Told},
    case::{
        self,
        callback::Call,
        register::{Intake, Origin, Registered},
    },
    check,
    erasure::{self, Asking},
    export, jobs,
    keys::Keyring,
    letter, media, phrase, proof, quality, resident, view, watch,
};
use duban_domain::{
    ErasureId, Lang, Number, Refusal, RequestId,
    call::{Direction, Signal, TryBack},
    case::{Consent, Outcome, Satisfaction, Verdict, Way, handling::Giving},
    city::CheckItem,
    confirmation::Contact,
    erasure::{ErasureGround, ErasureState},
    person::{Mail, Person, Phone},
    phrase::PhraseStep,
    place::Point,
    policy::Guard,
    request::Place,
    watch::{Area, Pace},
};
use duban_store::{CaseQuery, Store, Target, tamper};
use duban_testkit::{
    clock::Seeded,
    notebook::Notebook,
    world::{World, both},
};

use crate::{
    handling::png,
    life::{DAY, MINUTE, case as case_of, intake, on, reached, to_callback},
    notices::{outside, send},
};

pub(crate) const NAME: &str = "乜金丝雀";
const PHONE: &str = "13977770001";
const MAIL: &str = "canary.test@example.cn";
const IDENTITY: &str = "430202199001017771";
const NEIGHBOUR: &str = "13955550002";

/// All that is known of the canary, in one text.
fn said() -> String {
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
fn sealed(app: &App, target: &Target) -> Vec<String> {
    let places = [
        "person.name",
        "person.phone",
        "person.mail",
        "notice.address",
        "notice.body",
        "letter.original",
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

fn plant(world: &mut World) -> (Number, Vec<Number>) {
    outside(world, [], []);
    let mut all = other_doors(world);
    for number in &all {
        finish(world, number);
    }
    let first = one_case(world).number;
    inspect(world);
    send(world);
    all.push(first.clone());
    (first, all)
}

/// Closes a case, whatever it waits for.
fn finish(world: &World, number: &Number) {
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

fn asking(number: &Number, whole: bool) -> Asking {
    Asking {
        number: number.clone(), whole, ground: ErasureGround::Asked, words: format!("{NAME}来电要求")
    }
}

fn ask(world: &World, number: &Number, whole: bool) -> ErasureId {
    erasure::ask(&world.ctx("operator", "hotline"), &asking(number, whole)).unwrap()
}

fn agree(world: &World, id: ErasureId) -> Result<ErasureState, AppError> {
    erasure::decide(&world.ctx("privacy", "hotline"), id, true, "")
}

#[test]
fn a_canary_that_came_through_every_door_is_nowhere_after_it_was_erased() {
    both(|world| {
        let (first, all) = plant(world);
        work(world);
        let before = left(world);
        for (name, _) in needles(&world.app.keys) {
            assert!(
                before.iter().any(|found| found.starts_with(&name)),
                "{name} was never planted: {before:?}"
            );
        }
        let id = ask(world, &first, true);
        let look = erasure::look(&world.ctx("privacy", "hotline"), id).unwrap();
        assert_eq!(look.total, all.len(), "every request of the person, by whichever door");
        assert!(look.targets.iter().flat_map(|t| &t.changes).all(|c| !c.after.contains(NAME)), "{look:?}");
        assert!(
            look.counts.watches == 1 && look.counts.calls >= 1 && look.counts.texts >= 3,
            "{:?}",
            look.counts
        );
        agree(world, id).unwrap();
        work(world);
        assert_eq!(left(world), [""; 0]);
        let row = erasure::look(&world.ctx("operator", "hotline"), id).unwrap().row;
        assert_eq!((row.state, row.done), (ErasureState::Done, 4));
        let counts = row.counts;
        assert!(
            counts.people >= 3 && counts.files >= 3 && counts.events >= 8 && counts.letters >= 1,
            "{counts:?}"
        );
        assert!(row.words.ends_with("来电要求") && !row.words.contains(NAME), "{}", row.words);
        let shown = case::show::show(&world.ctx("dispatcher", "hotline"), &first).unwrap();
        assert!(shown.history.iter().all(Option::is_some), "what is left of the history can be read");
        assert!(resident::unlock(&world.app, &first, "0001").is_err());
    });
}

#[test]
fn nobody_decides_on_their_own_asking_and_nothing_open_or_held_back_is_erased() {
    both(|world| {
        let open = case::register::by_resident(&world.app, &canary()).unwrap().number;
        let id = ask(world, &open, true);
        assert_eq!(ask(world, &open, true), id, "the same thing waits once");
        let refused = |result: Result<ErasureState, AppError>| match result {
            Err(AppError::Refused(Refusal::Guard(guard))) => guard,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(agree(world, id)), Guard::StillOpen(open.to_string()));
        assert!(erasure::decide(&world.ctx("operator", "hotline"), id, true, "").is_err());
        let mut own = world.ctx("operator", "hotline");
        own.who.actions.push(duban_domain::policy::Action::Erase);
        assert_eq!(refused(erasure::decide(&own, id, true, "")), Guard::OwnAsking);
        finish(world, &open);
        let privacy = world.ctx("privacy", "hotline");
        duban_app::retention::hold(&privacy, &open, "诉讼中").unwrap();
        assert_eq!(refused(agree(world, id)), Guard::Held(open.to_string()));
        duban_app::retention::release(&privacy, &open).unwrap();
        assert!(erasure::decide(&privacy, id, false, "").is_err(), "a refusal says why");
        assert_eq!(erasure::decide(&privacy, id, false, "还要用于复议").unwrap(), ErasureState::Refused);
        assert_eq!(refused(agree(world, id)), Guard::Decided);
        assert!(erasure::ask(&world.ctx("handler", "urban"), &asking(&open, false)).is_err());
    });
}

/// Somebody else spoke of the same case: their name and number stay, and so does their photo.
#[test]
fn who_joined_the_same_case_keeps_what_is_theirs() {
    both(|world| {
        let first = case::register::by_resident(&world.app, &canary()).unwrap();
        let neighbour =
            Person {
                name: "测试·邻居".into(), phone: Phone::parse(NEIGHBOUR).unwrap(), ..Person::default()
            };
        let other =
            Intake { person: neighbour, media: vec![media::take("n.png", &png()).unwrap()], ..intake() };
        let joined = case::register::joining(&world.app, &other, &first.number, None).unwrap();
        to_callback(world, &first);
        for whose in [&first.number, &joined.number] {
            let Call::Reached { solved, satisfaction, words, answers, .. } = reached(true) else { panic!() };
            let call =
                Call::Reached { request: Some(whose.clone()), solved, satisfaction, words, answers };
            case::callback::call(&world.ctx("caller", "hotline"), &on(&first.number), &call).unwrap();
        }
        let id = ask(world, &first.number, false);
        agree(world, id).unwrap();
        work(world);
        assert_eq!(left(world), [""; 0]);
        assert!(resident::unlock(&world.app, &joined.number, "0002").is_ok());
        let shown = case::show::show(&world.ctx("dispatcher", "hotline"), &first.number).unwrap();
        assert_eq!(shown.media.len(), 1, "the neighbour's photo");
    });
}

#[test]
fn an_erasure_that_is_broken_off_goes_on_where_it_was() {
    both(|world| {
        let (first, all) = plant(world);
        let id = ask(world, &first, true);
        agree(world, id).unwrap();
        // One round is one request: a server is killed after it, and another goes on.
        jobs::work(&world.app).unwrap();
        let row = erasure::look(&world.ctx("operator", "hotline"), id).unwrap().row;
        assert!(row.done >= 1 && (row.done as usize) < all.len(), "{row:?}");
        let target = world.target.clone();
        let store = Store::open(&target).unwrap();
        let again = App::new(
            world.app.city.clone(),
            store,
            world.app.keys.clone(),
            world.clock.clone(),
            Arc::new(Seeded::new(9)),
            false,
        );
        world.clock.pass_ms(2 * MINUTE);
        while jobs::work(&again).unwrap() > 0 {}
        drop(again);
        work(world);
        assert_eq!(left(world), [""; 0]);
    });
}

/// A copy from before the erasure is put back: it erases again what had been erased since.
#[test]
fn a_copy_that_is_put_back_erases_again() {
    let mut world = World::sqlite();
    let notebook = Arc::new(Notebook::default());
    world.app.memory = notebook.clone();
    let (first, _) = plant(&mut world);
    work(&world);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    world.app.store.backup_to(&copy).unwrap();
    let id = ask(&world, &first, true);
    agree(&world, id).unwrap();
    work(&world);
    assert_eq!(left(&world), [""; 0]);

    let target = Target::Sqlite(copy);
    let store = Store::open(&target).unwrap();
    let mut back = App::new(
        world.app.city.clone(),
        store,
        world.app.keys.clone(),
        world.clock.clone(),
        Arc::new(Seeded::new(9)),
        false,
    );
    back.memory = notebook;
    assert!(!tamper::holding(&target, &needles(&back.keys)).is_empty(), "the copy is of before");
    assert_eq!(erasure::replay(&back).unwrap(), 1);
    while jobs::work(&back).unwrap() > 0 {}
    back.store.begin_journal_anew().unwrap();
    assert_eq!(tamper::holding(&target, &needles(&back.keys)), [""; 0]);
    assert_eq!(sealed(&back, &target), [""; 0]);
    assert_eq!(erasure::replay(&back).unwrap(), 0, "once is enough");
    assert_eq!(check::check(&back).unwrap().faults, [""; 0]);
}

/// The person asks on their own page; a pass of another request asks for nothing here.
#[test]
fn a_person_asks_on_their_own_page() {
    both(|world| {
        let mine = case::register::by_resident(&world.app, &canary()).unwrap();
        let theirs = case::register::by_resident(&world.app, &intake()).unwrap();
        let (who, _) = resident::unlock(&world.app, &mine.number, "0001").unwrap();
        erasure::ask_own(&world.app, &who, &asking(&mine.number, true)).unwrap();
        assert!(erasure::ask_own(&world.app, &who, &asking(&theirs.number, true)).is_err());
        let (rows, more) = erasure::page(&world.ctx("privacy", "hotline"), None).unwrap();
        assert_eq!((rows.len(), more), (1, false));
        assert!(erasure::page(&world.ctx("handler", "urban"), None).is_err());
    });
}
