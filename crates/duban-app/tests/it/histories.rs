//! Thousands of generated histories: every command, role and time, on both databases, with the
//! invariants looked at after each. `CITY_SEED=48213 cargo test city_day` repeats one.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use duban_app::{
    Ctx, Entropy,
    case::{
        self, On, callback::Call, dispatch::Order, enter::For, moderate::Moderation, register::Intake,
        task::Reporting,
    },
    jobs,
    partner::{Caller, report},
    resident::{self, speak::Evaluation},
    staff::users::{self, Account},
};
use duban_domain::{
    Number, StaffId,
    case::{
        self as cases, Classification, Consent, Report, ReportState, Ruling, Way, Wish, handling::Giving,
    },
    confirmation::{Means, Verdict},
    notice::NoticeKind,
    request::{Kind, Privacy, Urgency},
};
use duban_testkit::{
    clock::Seeded,
    world::{World, both},
};

use crate::life::{MINUTE, answering, intake, reached};

/// Steps tried in one day of the city: more than a hundred histories.
const STEPS: usize = 1_500;
/// Days, each with a seed of its own: two thousand histories and more on each database.
const DAYS: u64 = 18;
/// Days that run side by side, so that one waits for the disk while another thinks.
const LANES: usize = 4;
const ROLES: [(&str, &str); 9] = [
    ("operator", "hotline"),
    ("dispatcher", "hotline"),
    ("reviewer", "hotline"),
    ("caller", "hotline"),
    ("supervisor", "hotline"),
    ("leader", "hotline"),
    ("administrator", "hotline"),
    ("handler", "urban"),
    ("handler", "power"),
];
const LABELS: [Option<&str>; 4] = [Some("disputed"), Some("on-site"), Some("second-call"), None];
const UNITS: [&str; 4] = ["urban", "power", "lusong.hejiatu", "nowhere"];

struct Dice(Seeded);

impl Dice {
    fn below(&self, n: usize) -> usize {
        self.0.number() as usize % n
    }

    fn one<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn coin(&self) -> bool {
        self.below(2) == 0
    }
}

fn seed() -> u64 {
    std::env::var("CITY_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(48_213)
}

#[test]
fn city_day() {
    let seed = seed();
    println!("CITY_SEED={seed} begins {DAYS} days on each database");
    let (next, lived) = (AtomicU64::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                loop {
                    let day = next.fetch_add(1, Ordering::Relaxed);
                    if day >= DAYS {
                        break;
                    }
                    both(|world| {
                        lived.fetch_add(one_day(world, seed + day), Ordering::Relaxed);
                    });
                }
            });
        }
    });
    let lived = lived.into_inner();
    println!("{lived} histories in all");
    assert!(lived >= 4_000, "two thousand histories on each database, not {lived}");
}

fn one_day(world: &World, seed: u64) -> usize {
    let dice = Dice(Seeded::new(seed));
    let (numbers, mut done) = (Mutex::new(Vec::new()), 0);
    for _ in 0..STEPS {
        world.clock.pass_ms(i64::try_from(dice.below(90)).unwrap() * MINUTE);
        done += usize::from(step(world, &dice, &numbers));
    }
    while jobs::work(&world.app).unwrap() > 0 {}
    println!(
        "CITY_SEED={seed}: {} histories, {done} of {STEPS} steps were allowed",
        numbers.lock().unwrap().len()
    );
    assert!(done > STEPS / 8, "the generator must reach deep into the life of a case (CITY_SEED={seed})");
    numbers.into_inner().unwrap().len()
}

/// Several people at once on the same cases: whoever is slower is refused, and nothing is torn.
#[test]
fn city_day_with_many_hands() {
    both(|world| {
        let (world, numbers) = (&*world, &Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for hand in 0..4 {
                scope.spawn(move || {
                    let dice = Dice(Seeded::new(seed() * 7 + hand));
                    for _ in 0..STEPS / 5 {
                        world.clock.pass_ms(MINUTE);
                        step(world, &dice, numbers);
                    }
                });
            }
        });
    });
}

/// Tries one thing; whether the rules allowed it.
fn step(world: &World, dice: &Dice, numbers: &Mutex<Vec<Number>>) -> bool {
    let known = numbers.lock().unwrap().clone();
    if known.len() < 4 || dice.below(7) == 0 {
        return register(world, dice, numbers);
    }
    let number = known[known.len() - 1 - dice.below(known.len().min(6))].clone();
    let (role, unit) = *dice.one(&ROLES);
    // Half of the time it is somebody of the unit in charge, or the history would never get far.
    let owner = crate::life::case(world, &number).unit().map(str::to_owned);
    let ctx = match owner.filter(|_| dice.coin()) {
        Some(owner) => world.ctx("handler", &owner),
        None => world.ctx(role, unit),
    };
    let on = On { number: number.clone(), seen: None };
    match dice.below(20) {
        0 => dispatch(&ctx, &on, dice),
        1 | 2 => case::sign::sign(&ctx, &on).is_ok(),
        3 => case::contact::contact(&ctx, &on, Way::Phone, "通了话").is_ok(),
        4 | 5 => answer(&ctx, &on, dice),
        6 | 7 => review(world, &on, dice),
        8 => callback(world, &ctx, &on, dice),
        9 => classify(&ctx, &on, dice),
        10 => by_resident(world, &number, dice),
        11 => moderate(&ctx, &on, dice),
        12 => match dice.below(3) {
            0 => part(world, &on, dice),
            _ => join(world, &number, dice, numbers),
        },
        13 => case::label::label(&ctx, &on, *dice.one(&LABELS)).is_ok(),
        14 => by_system(world, &number, dice),
        15..=18 => around(world, &ctx, &on, dice),
        _ => jobs::work(&world.app).is_ok(),
    }
}

fn register(world: &World, dice: &Dice, numbers: &Mutex<Vec<Number>>) -> bool {
    let privacy = *dice.one(&[Privacy::Contact, Privacy::Contact, Privacy::Confidential, Privacy::Anonymous]);
    let wish = Wish {
        hold: dice.below(3) == 0,
        share: dice.coin().then(|| *dice.one(Consent::ALL)),
        direct: (dice.below(9) == 0).then(|| "当场说清楚了".into()),
        ..Wish::default()
    };
    let text = dice.one(&[
        "路灯不亮，看不见台阶。",
        "电线打火，会触电。",
        "停水两天了。",
        "押金怎么退？",
        "路口的井盖没了。",
    ]);
    let said = Intake { privacy, wish, text: (*text).into(), ..intake() };
    let (role, unit) = *dice.one(&ROLES);
    if dice.below(5) == 0 {
        return enter(world, dice, &said, numbers);
    }
    let registered = if dice.coin() {
        case::register::by_staff(&world.ctx(role, unit), &said)
    } else {
        case::register::by_resident(&world.app, &said)
    };
    registered.map(|r| numbers.lock().unwrap().push(r.number)).is_ok()
}

/// Somebody of a unit enters work for themselves, a colleague or a unit.
fn enter(world: &World, dice: &Dice, said: &Intake, numbers: &Mutex<Vec<Number>>) -> bool {
    let unit = *dice.one(&UNITS);
    let to = match dice.below(3) {
        0 => For::Own,
        1 => staff(world, unit).map_or(For::Own, For::Colleague),
        _ => For::Unit((*dice.one(&UNITS)).to_owned()),
    };
    let entered = case::enter::enter(&world.ctx("handler", unit), said, &to, "归它管");
    entered.map(|r| numbers.lock().unwrap().push(r.number)).is_ok()
}

fn dispatch(ctx: &Ctx, on: &On, dice: &Dice) -> bool {
    let assisting = if dice.coin() { vec![(*dice.one(&UNITS)).to_owned()] } else { Vec::new() };
    case::dispatch::dispatch(
        ctx,
        on,
        &Order {
            unit: (*dice.one(&UNITS)).into(),
            assisting,
            reason: "归它管".into(),
            designated: dice.below(4) == 0,
        },
    )
    .is_ok()
}

/// One of the steps around a case: a return, an extension, a helper, a person.
fn around(world: &World, ctx: &Ctx, on: &On, dice: &Dice) -> bool {
    let centre = world.ctx(["dispatcher", "supervisor"][dice.below(2)], "hotline");
    let unit = UNITS[dice.below(UNITS.len())];
    match dice.below(15) {
        0 => case::returning::ask(ctx, on, "not-ours", "不归我们").is_ok(),
        1 => case::returning::judge(&centre, on, dice.coin(), "核实过了").is_ok(),
        2 => case::extension::ask(ctx, on, 1, "等材料").is_ok(),
        3 => case::extension::judge(&centre, on, dice.coin(), "核实过了").is_ok(),
        4 => case::assisting::join(&centre, on, unit, "看一看").is_ok(),
        7 => case::task::give(ctx, on, &giving(world, dice)).is_ok(),
        8 => {
            let task = u16::try_from(dice.below(3) + 1).unwrap();
            let said = Reporting { task, done: dice.coin(), words: "看过了".into(), files: Vec::new() };
            case::task::report(ctx, on, &said).is_ok()
        }
        9 => case::task::call_off(ctx, on, 1, "不用了").is_ok(),
        10 => case::task::unlink(ctx, on, u16::try_from(dice.below(3) + 1).unwrap()).is_ok(),
        11 => case::question::ask(ctx, on, None, "哪一盏？").is_ok(),
        12 => case::after::set_cause(ctx, on, Some(["worn", "weather", "nothing"][dice.below(3)])).is_ok(),
        14 => tick(ctx, on, dice),
        13 => case::after::restart(&centre, on, "又坏了").is_ok(),
        5 => case::assisting::leave(&centre, on, unit, "看过了").is_ok(),
        _ => {
            let to = dice.coin().then(|| staff(world, unit));
            case::assign::assign(ctx, on, to.flatten(), "").is_ok()
        }
    }
}

/// Ticks and unticks items, some of which are of another list, or of none.
fn tick(ctx: &Ctx, on: &On, dice: &Dice) -> bool {
    let all = ["drain-cover/fence", "drain-cover/owner", "drain-cover/fitted", "lighting/night", "no/such"];
    let some: Vec<String> =
        all[..3].iter().filter(|_| dice.below(3) > 0).map(|id| (*id).to_owned()).collect();
    let wanted = if dice.below(3) > 0 { some } else { vec![(*dice.one(&all)).to_owned()] };
    case::check::check_off(ctx, on, &wanted).is_ok()
}

/// A task for some unit, or for somebody outside.
fn giving(world: &World, dice: &Dice) -> Giving {
    Giving {
        unit: dice.coin().then(|| (*dice.one(&UNITS)).to_owned()),
        party: "测试·施工队".into(),
        words: "去看一看".into(),
        due: world.app.now().plus_ms(MINUTE * 600),
        required: dice.coin(),
    }
}

/// Somebody of a unit who has an account.
fn staff(world: &World, unit: &str) -> Option<StaffId> {
    let account = Account {
        login: format!("of-{unit}"),
        name: "测试·经办".into(),
        unit: unit.into(),
        role: "handler".into(),
        password: String::new(),
    };
    world.city().unit(unit)?;
    let known = world.app.store.read(|tx| tx.staff_by_login(&account.login)).unwrap();
    known.map(|staff| staff.id).or_else(|| users::put(&world.app, &account).ok())
}

fn answer(ctx: &Ctx, on: &On, dice: &Dice) -> bool {
    let mut said = answering();
    said.no_contact = if dice.coin() { "打不通".into() } else { String::new() };
    case::answer::answer(ctx, on, &said).is_ok()
}

fn review(world: &World, on: &On, dice: &Dice) -> bool {
    let verdict = match dice.below(4) {
        0 => cases::Verdict::SendBack("少照片".into()),
        _ => cases::Verdict::Approve,
    };
    case::review::review(&world.ctx("reviewer", "hotline"), on, &verdict).is_ok()
}

fn callback(world: &World, ctx: &Ctx, on: &On, dice: &Dice) -> bool {
    let unreached = *dice.one(duban_domain::case::Unreached::ALL);
    let call = if dice.below(3) == 0 { Call::NoReply(unreached) } else { reached(dice.coin()) };
    let ctx = if dice.coin() { world.ctx("caller", "hotline") } else { ctx.clone() };
    if dice.below(3) == 0 {
        let said = duban_domain::case::Judgement { redo: dice.coin(), reason: "看过了".into() };
        return case::review::judge(&world.ctx("reviewer", "hotline"), on, &said).is_ok();
    }
    case::callback::call(&ctx, on, &call).is_ok()
}

/// What a person chooses of the survey: nothing, or any of it.
fn survey(dice: &Dice) -> Vec<String> {
    let keys = ["slow", "nothing-done", "came-back", "not-explained", "other-wish", "no-such-answer"];
    if dice.coin() { vec![(*dice.one(&keys)).to_owned()] } else { Vec::new() }
}

fn classify(ctx: &Ctx, on: &On, dice: &Dice) -> bool {
    let to = Classification {
        category: None,
        kind: *dice.one(Kind::ALL),
        urgency: *dice.one(Urgency::ALL),
        reason: "核实后".into(),
    };
    case::classify::classify(ctx, on, &to).is_ok()
}

fn moderate(ctx: &Ctx, on: &On, dice: &Dice) -> bool {
    let said = Moderation {
        ruling: *dice.one(Ruling::ALL),
        words: if dice.coin() { "改过的话".into() } else { String::new() },
        reason: "看过了".into(),
    };
    case::moderate::moderate(ctx, on, &said).is_ok()
}

/// The person asks for a code and types it, or one that is wrong.
fn confirm(world: &World, who: &resident::Known, number: &Number) -> bool {
    let mut app = world.app.clone();
    app.demo = true;
    let (phone, lang) = (Means::Phone, duban_domain::Lang::Zh);
    if !resident::confirm::send(&app, who, phone, lang).is_ok_and(|sent| sent.is_ok()) {
        return false;
    }
    let told = duban_app::notice::outbox(&app, 20).unwrap();
    let code = told.into_iter().find(|(_, entry)| entry.kind == NoticeKind::Code);
    let text = code.and_then(|(_, entry)| entry.said).map(|said| said.text).unwrap_or_default();
    let digits = text.split("验证码 ").nth(1).and_then(|rest| rest.get(..6)).unwrap_or("000000").to_owned();
    resident::confirm::confirm(&app, who, number, phone, &digits).is_ok_and(|came| came == Verdict::Right)
}

/// Another person joins, and keeps a number of their own.
fn join(world: &World, number: &Number, dice: &Dice, numbers: &Mutex<Vec<Number>>) -> bool {
    let privacy = *dice.one(&[Privacy::Contact, Privacy::Anonymous]);
    let said = Intake { privacy, text: "我也遇到了".into(), ..intake() };
    let joined = if dice.coin() {
        case::register::joining(&world.app, &said, number, None)
    } else {
        case::join::by_staff(&world.ctx("operator", "hotline"), &said, number, None)
    };
    joined.map(|r| numbers.lock().unwrap().push(r.number)).is_ok()
}

/// Somebody who joined is taken out again.
fn part(world: &World, on: &On, dice: &Dice) -> bool {
    let id = crate::life::case(world, &on.number).id;
    let voices = world.app.store.read(|tx| tx.requests_of(id)).unwrap();
    let role = *dice.one(&["supervisor", "dispatcher", "operator"]);
    case::part::part(&world.ctx(role, "hotline"), on, &dice.one(&voices).number, "不是一回事").is_ok()
}

/// The system of a unit reports, at some time, often what it has reported already.
fn by_system(world: &World, number: &Number, dice: &Dice) -> bool {
    let caller = Caller { name: "测试系统".into(), unit: Some((*dice.one(&UNITS)).into()) };
    let told_at = world.app.now().plus_ms(-i64::try_from(dice.below(600)).unwrap() * MINUTE);
    let said = Report {
        source: String::new(),
        update: format!("{number}-{}", dice.below(6)),
        told_at,
        state: *dice.one(ReportState::ALL),
        text: if dice.coin() { "换好了".into() } else { String::new() },
        links: Vec::new(),
    };
    report::report(&world.app, &caller, number, &said).is_ok()
}

fn by_resident(world: &World, number: &Number, dice: &Dice) -> bool {
    let Ok((who, _)) = resident::unlock(&world.app, number, ["6021", "0000"][dice.below(2)]) else {
        return false;
    };
    match dice.below(8) {
        6 | 7 => return confirm(world, &who, number),
        0 => return resident::speak::withdraw(&world.app, &who, number, "不用办了", None).is_ok(),
        1 | 2 => {
            let consent = *dice.one(Consent::ALL);
            return resident::speak::share(&world.app, &who, number, consent, None).is_ok();
        }
        _ => {}
    }
    if dice.coin() {
        return resident::speak::add(&world.app, &who, number, "补充一句", &[], None).is_ok();
    }
    let said =
        Evaluation { solved: dice.coin(), satisfaction: None, words: String::new(), answers: survey(dice) };
    resident::speak::evaluate(&world.app, &who, number, &said, None).is_ok()
}
