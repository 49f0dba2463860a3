//! Durable creates: whole requests over HTTP, in turn with the bare engine, which runs the very same
//! statements in the same group commit on the same disk without the program around it.
//!
//! Both begin every run with the same empty city, so that neither has the larger tables.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use duban_app::{
    DEMO_KEY,
    case::register::{self, Intake},
    partner,
};
use duban_domain::{
    case::Wish,
    request::{Channel, Privacy},
    stamp::DAY_MS,
};
use duban_store::{Store, Target, bare, bare::Tape};
use duban_testkit::clock::Hands;

use crate::{
    Done, Wanted, fill,
    http::encode,
    machine::{self, Watch},
    now,
    rows::{Row, median, part, row},
    server::Server,
    voice::{Choir, Voice},
};

/// Clients that keep their connection.
const CLIENTS: [usize; 3] = [1, 8, 32];
/// So many changes are recorded for each second of a run; an engine that is faster ends its run early.
const TAPES_PER_SECOND: u64 = 6_000;
/// Different requests that the clients send in turn.
const BODIES: u64 = 4_000;

/// A refused create is told and not counted; more of them than this end the run.
const REFUSED_MAX: usize = 20;

/// What came of one run.
struct Run {
    rate: f64,
    /// How long each took, in milliseconds.
    took: Vec<f64>,
    /// Processor time of one, in microseconds; of the program only, not of its clients.
    cost_us: f64,
    /// Members of one commit.
    grouped: f64,
}

/// What both sides work with.
struct Ground<'a> {
    wanted: &'a Wanted,
    folder: PathBuf,
    tapes: Vec<Tape>,
    bodies: Vec<Vec<u8>>,
}

/// Both sides in turn, for each number of clients.
pub(crate) fn measure(wanted: &Wanted) -> Done<Vec<Row>> {
    let folder = wanted.work.join("create");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let ground = prepare(wanted, folder)?;
    let watch = Watch::begin();
    let mut rows = vec![
        row("writing 4 KiB durably on this disk", machine::fsync_ms(&ground.folder)?, "ms", None),
        row("statements of one create", typical(&ground.tapes, Tape::len), "", None),
        row("of which write", typical(&ground.tapes, Tape::writes), "", None),
    ];
    for clients in CLIENTS {
        rows.extend(compare(&ground, clients)?);
    }
    rows.extend(watch.rows(&[]));
    fs::remove_dir_all(&ground.folder)?;
    Ok(rows)
}

fn typical(tapes: &[Tape], of: impl Fn(&Tape) -> usize) -> f64 {
    median(&mut tapes.iter().map(|tape| of(tape) as f64).collect::<Vec<_>>())
}

fn compare(ground: &Ground<'_>, clients: usize) -> Done<Vec<Row>> {
    let (mut web, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut took, mut bare_took, mut grouped) = (Vec::new(), Vec::new(), Vec::new());
    let (mut cost, mut bare_cost) = (Vec::new(), Vec::new());
    for round in 0..ground.wanted.rounds {
        // Whoever goes first finds another disk than the second: they take turns in that too.
        let (over_http, alone) = if round % 2 == 0 {
            let first = over_http(ground, clients)?;
            (first, alone(ground, clients)?)
        } else {
            let first = alone(ground, clients)?;
            (over_http(ground, clients)?, first)
        };
        eprintln!("  {clients} clients: {:.0}/s over HTTP, {:.0}/s bare", over_http.rate, alone.rate);
        web.push(over_http.rate);
        bare.push(alone.rate);
        ratios.push(over_http.rate / alone.rate);
        took.extend(over_http.took);
        bare_took.extend(alone.took);
        grouped.push(alone.grouped);
        cost.push(over_http.cost_us);
        bare_cost.push(alone.cost_us);
    }
    let name = |what: &str| format!("{clients} clients: {what}");
    Ok(vec![
        row(name("durable creates over HTTP"), median(&mut web), "/s", Some(median(&mut bare))),
        row(name("ratio, median of the rounds"), median(&mut ratios), "", Some(0.7)),
        row(name("one create over HTTP, p50"), part(&mut took, 0.5), "ms", Some(part(&mut bare_took, 0.5))),
        row(name("one create over HTTP, p99"), part(&mut took, 0.99), "ms", Some(part(&mut bare_took, 0.99))),
        row(name("processor time of one create"), median(&mut cost), "µs", Some(median(&mut bare_cost))),
        row(name("bare changes in one commit"), median(&mut grouped), "", None),
    ])
}

/// Records what one create asks of the database, and writes the forms that clients send.
fn prepare(wanted: &Wanted, folder: PathBuf) -> Done<Ground<'_>> {
    let empty = fill::app(&folder.join("empty.db"), now())?;
    partner::keep_key(&empty, "bench", DEMO_KEY)?;
    drop(empty);
    // Recording is not measured, so it need not be durable: in memory where the system has a place for that.
    let memory = Path::new("/dev/shm");
    let scratch = if memory.is_dir() { memory } else { &folder };
    let scratch = scratch.join(format!("duban-bench-{}.db", std::process::id()));
    let app = fill::app(&scratch, now())?;
    let clock = Arc::new(Hands::at(now()));
    let app = app.by_clock(clock.clone());
    let city = app.city.clone();
    let choir = Choir::new(&city, wanted.seed, 1_000_000, now().0.div_euclid(DAY_MS));
    let voice = |at: u64| choir.voice(at, &mut choir.dice(at));
    let bodies = (0..BODIES).map(|at| form(&voice(at))).collect();
    let count = TAPES_PER_SECOND * wanted.seconds;
    eprintln!("  recording {count} creates for the bare engine");
    let mut tapes = Vec::with_capacity(usize::try_from(count)?);
    for at in 0..count {
        clock.pass_ms(1);
        let (done, tape) = bare::record(|| {
            register::by_partner(&app, &register::Origin::of("bench"), &intake(&voice(at % BODIES)))
        });
        if done.is_ok() {
            tapes.push(tape);
        }
    }
    drop(app);
    for end in ["", "-wal", "-shm"] {
        drop(fs::remove_file(format!("{}{end}", scratch.display())));
    }
    Ok(Ground { wanted, folder, tapes, bodies })
}

/// A request as an Open311 client sends it.
fn form(voice: &Voice) -> Vec<u8> {
    let place = &voice.request.place;
    let degrees = |of: fn(duban_domain::place::Point) -> f64| {
        place.point.map(of).map(|d| d.to_string()).unwrap_or_default()
    };
    let (lat, lng) = (degrees(duban_domain::place::Point::lat), degrees(duban_domain::place::Point::lng));
    encode(&[
        ("api_key", DEMO_KEY),
        ("service_code", voice.matter.category),
        ("description", &voice.request.text),
        ("address_string", &place.words),
        ("address_id", place.division.as_deref().unwrap_or_default()),
        ("lat", &lat),
        ("long", &lng),
        ("last_name", &voice.person.name),
        ("phone", voice.person.phone.as_ref().map_or("", |phone| phone.digits())),
    ])
}

/// The same as the application gets it from that door.
fn intake(voice: &Voice) -> Intake {
    let person = voice.person.clone();
    Intake {
        channel: Channel::Open311,
        kind: None,
        title: String::new(),
        text: voice.request.text.clone(),
        place: voice.request.place.clone(),
        privacy: if person.phone.is_some() { Privacy::Contact } else { Privacy::Anonymous },
        person,
        media: Vec::new(),
        source_key: None,
        wish: Wish { category: Some(voice.matter.category.to_owned()), ..Wish::default() },
    }
}

fn over_http(ground: &Ground<'_>, clients: usize) -> Done<Run> {
    let folder = fresh(ground, "web")?;
    let server = Server::start(&ground.wanted.program, &folder)?;
    let refused = AtomicUsize::new(0);
    let pid = server.pid().to_string();
    run(ground, clients, &pid, |taken, took, until| {
        let mut client = server.client()?;
        while Instant::now() < until {
            let at = taken.fetch_add(1, Ordering::Relaxed);
            let asked = Instant::now();
            let reply = client.form("/open311/v2/requests.json", &ground.bodies[at % ground.bodies.len()])?;
            if !(200..=201).contains(&reply.status) {
                eprintln!("  a create answered {}: {}", reply.status, String::from_utf8_lossy(&reply.body));
                if refused.fetch_add(1, Ordering::Relaxed) > REFUSED_MAX {
                    return Err("too many creates were refused".into());
                }
                continue;
            }
            took.push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(())
    })
}

fn alone(ground: &Ground<'_>, threads: usize) -> Done<Run> {
    let folder = fresh(ground, "bare")?;
    let store = Store::open(&Target::Sqlite(folder.join("duban.db")))?;
    let mut done = run(ground, threads, "self", |taken, took, until| {
        while Instant::now() < until {
            let at = taken.fetch_add(1, Ordering::Relaxed);
            let Some(tape) = ground.tapes.get(at) else { break };
            let asked = Instant::now();
            store.replay(tape)?;
            took.push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(())
    })?;
    let counts = store.write_counts();
    done.grouped = counts.members as f64 / counts.groups.max(1) as f64;
    Ok(done)
}

/// Lets so many threads work until the time is over.
fn run(
    ground: &Ground<'_>,
    threads: usize,
    pid: &str,
    work: impl Fn(&AtomicUsize, &mut Vec<f64>, Instant) -> Done<()> + Sync,
) -> Done<Run> {
    let taken = AtomicUsize::new(0);
    let used = machine::used_ms(pid);
    let begun = Instant::now();
    let until = begun + Duration::from_secs(ground.wanted.seconds);
    let took: Vec<f64> = std::thread::scope(|scope| {
        let one = || {
            let mut took = Vec::new();
            work(&taken, &mut took, until).map(|()| took)
        };
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let mut took = Vec::new();
        for thread in all {
            took.extend(thread.join().map_err(|_| "a client stopped")??);
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(took)
    })?;
    let cost_us = (machine::used_ms(pid) - used) * 1_000.0 / took.len().max(1) as f64;
    Ok(Run { rate: took.len() as f64 / begun.elapsed().as_secs_f64(), took, cost_us, grouped: 0.0 })
}

/// A folder with a copy of the empty city.
fn fresh(ground: &Ground<'_>, name: &str) -> Done<PathBuf> {
    let folder = ground.folder.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    fs::copy(ground.folder.join("empty.db"), folder.join("duban.db"))?;
    Ok(folder)
}
