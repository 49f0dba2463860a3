//! 检索: every field of the worklist's filter, alone and in pairs, against a slow and obvious reading of the same cases;
//! and who may find somebody by name.

use duban_app::{
    AppError, ByHand, CaseQuery, Ctx,
    case::{
        self,
        dispatch::Order,
        register::Intake,
        seek::{self, Typed},
    },
    person as people,
    staff::users::{self, Account},
};
use duban_domain::{
    Number, PersonId, Refusal, StaffId, Stamp,
    case::{Classification, Phase, Wish},
    person::{Person, Phone},
    policy::Reach,
    request::{Channel, Kind, Place, Privacy, Urgency},
};
use duban_store::CaseRow;
use duban_testkit::world::{World, both};

use crate::life::{DAY, MINUTE, intake, on};

const CASES: usize = 300;
/// Names as they were left; how the same name is typed in a search.
const NAMES: [(&str, &str); 5] = [
    ("测试·王女士", "测试 王女士"),
    ("测试・李先生", "测试·李先生"),
    ("Ｔｅｓｔ Zhou", "testzhou"),
    ("测试·王女", "测试王女"),
    ("测试·赵", "测试赵"),
];
/// Two of them end alike.
const PHONES: [&str; 4] = ["13900006021", "13911116021", "13900007788", "073128830000"];
const THINGS: [&str; 4] = ["路灯", "井盖", "噪音", "自来水"];
const PLACES: [(&str, &str); 3] =
    [("纺织路", "430203001"), ("测试广场", "430202001"), ("栗雨南路", "430211001")];
const UNITS: [&str; 3] = ["power", "gas", "urban"];

/// What the test knows of a case.
struct Fact {
    row: CaseRow,
    text: String,
    privacy: Privacy,
    name: usize,
    phone: usize,
}

/// What is asked for: conditions, and a person.
#[derive(Clone, Default)]
struct Ask {
    query: CaseQuery,
    typed: Typed,
}

/// Whether a case is what was asked for.
type Fits = Box<dyn Fn(&Fact, bool) -> bool>;

/// One field with one value: what it sets, and whom it fits.
struct Field {
    what: &'static str,
    set: Box<dyn Fn(&mut Ask)>,
    fits: Fits,
}

fn field(
    what: &'static str,
    set: impl Fn(&mut Ask) + 'static,
    fits: impl Fn(&Fact, bool) -> bool + 'static,
) -> Field {
    Field { what, set: Box::new(set), fits: Box::new(fits) }
}

/// A number that looks like chance and is the same each time.
fn dice(n: usize, salt: usize, sides: usize) -> usize {
    let mixed = (n * 31 + salt * 17 + 7).wrapping_mul(2_654_435_761);
    (mixed >> 12) % sides
}

fn account(world: &World, login: &str, unit: &str) -> StaffId {
    let account = Account {
        login: login.into(),
        name: format!("测试·{login}"),
        unit: unit.into(),
        role: "handler".into(),
        password: "测试密码一二三四五六".into(),
    };
    users::put(&world.app, &account).unwrap()
}

fn said(n: usize) -> Intake {
    let (words, division) = PLACES[dice(n, 1, PLACES.len())];
    let privacy = [Privacy::Contact, Privacy::Contact, Privacy::Confidential, Privacy::Anonymous];
    Intake {
        channel: [Channel::Web, Channel::Phone, Channel::Other][dice(n, 2, 3)],
        kind: Some([Kind::Help, Kind::Complaint, Kind::Consult][dice(n, 10, 3)]),
        text: format!("第{n}件，{}坏了，请来看看。", THINGS[dice(n, 3, THINGS.len())]),
        place: Place { words: words.into(), division: Some(division.into()), point: None },
        privacy: privacy[dice(n, 4, 4)],
        person: Person {
            name: NAMES[dice(n, 5, NAMES.len())].0.into(),
            phone: Phone::parse(PHONES[dice(n, 6, PHONES.len())]).unwrap(),
            ..Person::default()
        },
        wish: Wish { hold: true, ..Wish::default() },
        ..intake()
    }
}

/// 300 cases over a month, with units, in several stages, some in somebody's hand.
fn corpus(world: &World, li: StaffId) -> Vec<Fact> {
    let mut numbers = Vec::with_capacity(CASES);
    for n in 0..CASES {
        let number = case::register::by_resident(&world.app, &said(n)).unwrap().number;
        let unit = UNITS[dice(n, 7, UNITS.len())];
        if dice(n, 8, 4) > 0 {
            let order = Order {
                unit: unit.into(),
                assisting: Vec::new(),
                reason: "归它管".into(),
                designated: false,
            };
            case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
            if dice(n, 9, 2) == 0 {
                let handler = world.ctx("handler", unit);
                case::sign::sign(&handler, &on(&number)).unwrap();
                if let Some(label) = [Some("on-site"), Some("works"), None][dice(n, 11, 3)] {
                    case::label::label(&handler, &on(&number), Some(label)).unwrap();
                }
                if let Some(cause) = [Some("worn"), Some("weather"), None][dice(n, 12, 3)] {
                    case::after::set_cause(&handler, &on(&number), Some(cause)).unwrap();
                }
                if unit == "power" {
                    case::assign::assign(&world.ctx("handler", unit), &on(&number), Some(li), "").unwrap();
                }
            }
        }
        if dice(n, 13, 4) == 0 {
            let to = Classification {
                category: None,
                kind: said(n).kind.unwrap(),
                urgency: Urgency::Complex,
                reason: "要几家一起办".into(),
            };
            case::classify::classify(&world.ctx("dispatcher", "hotline"), &on(&number), &to).unwrap();
        }
        numbers.push(number);
        world.clock.pass_ms(DAY / 10);
    }
    let fact = |(n, number): (usize, &Number)| {
        let row = world.app.store.read(|tx| {
            let request = tx.request_by_number(number)?.unwrap();
            tx.case_row(request.case)
        });
        let Intake { text, privacy, .. } = said(n);
        Fact {
            row: row.unwrap().unwrap(),
            text,
            privacy,
            name: dice(n, 5, NAMES.len()),
            phone: dice(n, 6, PHONES.len()),
        }
    };
    numbers.iter().enumerate().map(fact).collect()
}

/// Whom a search by person may find, in words: nobody who is anonymous, and who is confidential only for the hotline.
fn known(fact: &Fact, all: bool) -> bool {
    match fact.privacy {
        Privacy::Contact => true,
        Privacy::Confidential => all,
        Privacy::Anonymous => false,
    }
}

/// Every field of the form, with two values or more.
fn fields(facts: &[Fact], li: StaffId) -> Vec<Field> {
    let mut all = Vec::new();
    for (name, (_, typed)) in NAMES.into_iter().enumerate() {
        let fits = move |f: &Fact, all| known(f, all) && f.name == name;
        all.push(field("name", move |a| a.typed.name = typed.into(), fits));
    }
    for (phone, typed) in PHONES.into_iter().enumerate() {
        let fits = move |f: &Fact, all| known(f, all) && f.phone == phone;
        all.push(field("phone", move |a| a.typed.phone = typed.into(), fits));
    }
    for tail in ["6021", "７７８８", "9999"] {
        let digits = if tail == "７７８８" { "7788" } else { tail };
        let fits = move |f: &Fact, all| known(f, all) && PHONES[f.phone].ends_with(digits);
        all.push(field("phone", move |a| a.typed.phone = tail.into(), fits));
    }
    for thing in [THINGS[0], THINGS[3]] {
        let fits = move |f: &Fact, _| f.text.contains(thing);
        all.push(field("words", move |a| a.query.words = Some(thing.into()), fits));
    }
    for (words, code) in [PLACES[0], PLACES[2]] {
        let fits = move |f: &Fact, _| f.row.place_words == words;
        all.push(field("words", move |a| a.query.words = Some(words.into()), fits));
        let fits = move |f: &Fact, _| f.row.division.as_deref() == Some(code);
        all.push(field("division", move |a| a.query.division_prefix = Some(code.into()), fits));
    }
    let number = facts[41].row.number.to_string();
    let same = number.clone();
    let fits = move |f: &Fact, _| f.row.number.to_string() == same;
    all.push(field("words", move |a| a.query.words = Some(number.clone()), fits));
    all.extend(of_the_case(facts, li));
    all
}

/// The fields that ask what became of it.
fn of_the_case(facts: &[Fact], li: StaffId) -> Vec<Field> {
    let mut all = Vec::new();
    for unit in ["power", "urban"] {
        let fits = move |f: &Fact, _| f.row.owner == unit;
        all.push(field("unit", move |a| a.query.unit = Some(unit.into()), fits));
    }
    for phase in [Phase::Received, Phase::Dispatched, Phase::InHand] {
        let fits = move |f: &Fact, _| f.row.phase == phase;
        all.push(field("stage", move |a| a.query.phases = vec![phase], fits));
    }
    for channel in [Channel::Web, Channel::Other] {
        let fits = move |f: &Fact, _| f.row.channel == channel;
        all.push(field("channel", move |a| a.query.channel = Some(channel), fits));
    }
    for (by, who) in [(ByHand::Of(li), Some(li)), (ByHand::Nobody, None)] {
        let fits = move |f: &Fact, _| f.row.handler == who;
        all.push(field("handler", move |a| a.query.handler = Some(by), fits));
    }
    for (first, last) in [(20, 120), (100, 299)] {
        let (from, to): (Stamp, Stamp) = (facts[first].row.opened_at, facts[last].row.opened_at);
        let fits = move |f: &Fact, _| f.row.opened_at >= from && f.row.opened_at < to;
        all.push(field("period", move |a| a.query.opened = Some((from, to)), fits));
    }
    all.extend(of_its_class(facts));
    let categories: std::collections::BTreeSet<String> =
        facts.iter().filter_map(|f| f.row.category.clone()).collect();
    for category in categories.into_iter().take(2) {
        let key = category.clone();
        let below = format!("{category}.");
        let fits = move |f: &Fact, _| {
            f.row.category.as_ref().is_some_and(|c| *c == category || c.starts_with(&below))
        };
        all.push(field("category", move |a| a.query.category_prefix = Some(key.clone()), fits));
    }
    all
}

/// How urgent and of what kind it is, its label and its cause, and when it is due.
fn of_its_class(facts: &[Fact]) -> Vec<Field> {
    let mut all = Vec::new();
    for urgency in [Urgency::Normal, Urgency::Complex] {
        let fits = move |f: &Fact, _| f.row.urgency == urgency;
        all.push(field("urgency", move |a| a.query.urgency = Some(urgency), fits));
    }
    for kind in [Kind::Help, Kind::Complaint] {
        let fits = move |f: &Fact, _| f.row.kind == kind;
        all.push(field("kind", move |a| a.query.kind = Some(kind), fits));
    }
    for label in ["on-site", "works"] {
        let fits = move |f: &Fact, _| f.row.label.as_deref() == Some(label);
        all.push(field("label", move |a| a.query.label = Some(label.into()), fits));
    }
    for cause in ["worn", "weather"] {
        let fits = move |f: &Fact, _| f.row.cause.as_deref() == Some(cause);
        all.push(field("cause", move |a| a.query.cause = Some(cause.into()), fits));
    }
    let (from, to) = (facts[60].row.finish_due, facts[200].row.finish_due);
    let fits = move |f: &Fact, _| f.row.finish_due >= from && f.row.finish_due < to;
    all.push(field("due", move |a| a.query.due = Some((from, to)), fits));
    // Nothing of the corpus is answered: what is past its date is overdue.
    let fits = move |f: &Fact, _| f.row.finish_due < to;
    all.push(field("due", move |a| a.query.overdue_at = Some(to), fits));
    all
}

fn found(ctx: &Ctx, ask: &Ask) -> Vec<Number> {
    let person =
        (ask.typed != Typed::default()).then(|| seek::of_pass(ctx, &seek::seek(ctx, &ask.typed).unwrap()));
    let query = CaseQuery { person, limit: 1_000, ..ask.query.clone() };
    let listed = case::list::list(ctx, &query).unwrap();
    assert_eq!(listed.count, i64::try_from(listed.page.rows.len()).unwrap(), "the count is that of the rows");
    let mut numbers: Vec<Number> = listed.page.rows.into_iter().map(|row| row.number).collect();
    numbers.sort();
    numbers
}

fn expected(ctx: &Ctx, facts: &[Fact], fields: &[&Field]) -> Vec<Number> {
    let all = ctx.who.reach == Reach::All;
    let within = |f: &&Fact| all || f.row.owner == ctx.who.unit;
    let fits = |f: &&Fact| fields.iter().all(|field| (field.fits)(f, all));
    let mut numbers: Vec<Number> =
        facts.iter().filter(within).filter(fits).map(|f| f.row.number.clone()).collect();
    numbers.sort();
    numbers
}

#[test]
fn every_field_of_the_filter_alone_and_in_pairs_finds_exactly_what_fits() {
    both(|world| {
        let li = account(world, "li", "power");
        let facts = corpus(world, li);
        let fields = fields(&facts, li);
        let mut met = 0;
        for ctx in [world.ctx("supervisor", "hotline"), world.ctx("handler", "power")] {
            for (at, first) in fields.iter().enumerate() {
                let mut ask = Ask::default();
                (first.set)(&mut ask);
                let right = expected(&ctx, &facts, &[first]);
                met += right.len();
                assert_eq!(found(&ctx, &ask), right, "{} ({at}) for {}", first.what, ctx.who.unit);
                let others = fields.iter().enumerate().skip(at + 1);
                for (and, second) in others.filter(|(_, f)| f.what != first.what) {
                    // A unit's reach is one condition more, alike for all pairs: a third of them tell.
                    if ctx.who.unit == "power" && (at + and) % 3 != 0 {
                        continue;
                    }
                    let mut ask = ask.clone();
                    (second.set)(&mut ask);
                    let right = expected(&ctx, &facts, &[first, second]);
                    met += right.len();
                    let pair = format!("{} ({at}) and {} ({and})", first.what, second.what);
                    assert_eq!(found(&ctx, &ask), right, "{pair} for {}", ctx.who.unit);
                }
            }
        }
        assert!(met > 5_000, "only {met} rows were found in all: this proves little");
    });
}

fn by_name(ctx: &Ctx, name: &str) -> usize {
    found(ctx, &Ask { typed: Typed { name: name.into(), ..Typed::default() }, ..Ask::default() }).len()
}

fn by_phone(ctx: &Ctx, phone: &str) -> usize {
    found(ctx, &Ask { typed: Typed { phone: phone.into(), ..Typed::default() }, ..Ask::default() }).len()
}

#[test]
fn a_corrected_name_or_number_is_found_at_once_and_the_old_one_no_longer() {
    both(|world| {
        let number = case::register::by_resident(&world.app, &intake()).unwrap().number;
        let ctx = world.ctx("supervisor", "hotline");
        assert_eq!((by_name(&ctx, "测试王女士"), by_phone(&ctx, "139 0000 6021")), (1, 1));
        let right = Person {
            name: "测试·汪女士".into(),
            phone: Phone::parse("13700005555").unwrap(),
            ..Person::default()
        };
        case::correct::correct(&world.ctx("caller", "hotline"), &on(&number), &number, &right, "听错了")
            .unwrap();
        assert_eq!(
            (by_name(&ctx, "测试王女士"), by_phone(&ctx, "13900006021"), by_phone(&ctx, "6021")),
            (0, 0, 0)
        );
        assert_eq!(
            (by_name(&ctx, "测试 汪女士"), by_phone(&ctx, "13700005555"), by_phone(&ctx, "5555")),
            (1, 1, 1)
        );
    });
}

#[test]
fn names_kept_by_an_earlier_version_are_found_after_a_start() {
    both(|world| {
        case::register::by_resident(&world.app, &intake()).unwrap();
        let forget = || {
            world.app.store.write(|tx| {
                for (id, name) in tx.names_after(PersonId(i64::MIN), 9)? {
                    tx.put_name_hash(id, &name, None)?;
                }
                Ok::<_, AppError>(())
            })
        };
        forget().unwrap();
        let ctx = world.ctx("supervisor", "hotline");
        assert_eq!(by_name(&ctx, "测试·王女士"), 0);
        people::bring_up(&world.app).unwrap();
        assert_eq!(by_name(&ctx, "测试·王女士"), 1);
        forget().unwrap();
        people::bring_up(&world.app).unwrap();
        assert_eq!(by_name(&ctx, "测试·王女士"), 0, "once is enough");
    });
}

#[test]
fn to_look_for_somebody_takes_the_role_that_reveals_and_leaves_a_line() {
    both(|world| {
        let hidden = Intake {
            privacy: Privacy::Confidential,
            wish: Wish { hold: true, ..Wish::default() },
            ..intake()
        };
        let number = case::register::by_resident(&world.app, &hidden).unwrap().number;
        let order =
            Order {
                unit: "power".into(), assisting: Vec::new(), reason: "归它管".into(), designated: false
            };
        case::dispatch::dispatch(&world.ctx("dispatcher", "hotline"), &on(&number), &order).unwrap();
        let (unit, centre) = (world.ctx("handler", "power"), world.ctx("supervisor", "hotline"));
        assert_eq!((by_name(&unit, "测试·王女士"), by_phone(&unit, "6021")), (0, 0), "a unit learns nothing");
        assert_eq!((by_name(&centre, "测试·王女士"), by_phone(&centre, "6021")), (1, 1));

        let typed = Typed { name: "测试·王女士".into(), phone: "6021".into() };
        let pass = seek::seek(&centre, &typed).unwrap();
        let refused = |done: Result<(), AppError>| {
            assert!(matches!(done, Err(AppError::Refused(Refusal::MayNot(_)))), "{done:?}");
        };
        let clerk = world.ctx("dispatcher", "hotline");
        refused(seek::seek(&clerk, &typed).map(drop));
        let person = Some(seek::of_pass(&centre, &pass));
        let query = CaseQuery { person, ..CaseQuery::default() };
        refused(case::list::list(&clerk, &query).map(drop));
        refused(case::list::count(&clerk, &query).map(drop));
        refused(case::list::page(&clerk, &query).map(drop));

        let lines = seek::lines(&centre).unwrap();
        let last = lines.first().unwrap();
        assert_eq!((last.by.as_str(), last.found, lines.len()), ("name+tail", 1, 5));
        let nothing = Typed { name: " · ".into(), ..Typed::default() };
        let refused = seek::seek(&centre, &nothing).unwrap_err();
        assert!(matches!(refused, AppError::Refused(Refusal::NeedsText("name"))));
    });
}

#[test]
fn a_pass_opens_for_one_member_and_for_a_shift_and_otherwise_finds_nobody() {
    both(|world| {
        case::register::by_resident(&world.app, &intake()).unwrap();
        let typed = Typed { name: "测试·王女士".into(), phone: String::new() };
        let ctx = world.ctx("supervisor", "hotline");
        let pass = seek::seek(&ctx, &typed).unwrap();
        let count = |ctx: &Ctx, pass: &str| {
            let person = Some(seek::of_pass(ctx, pass));
            case::list::count(ctx, &CaseQuery { person, ..CaseQuery::default() }).unwrap()
        };
        assert_eq!((count(&ctx, &pass), count(&ctx, "00"), count(&ctx, "x")), (1, 0, 0));
        let mut other = ctx.clone();
        other.who.id = StaffId(ctx.who.id.0 + 1);
        assert_eq!(count(&other, &pass), 0);
        world.clock.pass_ms(13 * 60 * MINUTE);
        assert_eq!(count(&world.ctx("supervisor", "hotline"), &pass), 0);
    });
}
