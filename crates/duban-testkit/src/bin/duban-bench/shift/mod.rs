//! A shift played through: forty operators who take calls, four hundred handlers who work through
//! their lists, those who dispatch, review and call back, and thirty-two intake clients, all at once over
//! HTTP, with the pauses of people between what they do.
//!
//! Afterwards the program is killed, and everything it acknowledged is looked for in the database.

mod form;
mod people;
mod proof;

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use duban_app::{App, DEMO_KEY, DEMO_PASSWORD, partner, staff, staff::users};
use duban_domain::policy::Reach;
use duban_store::{CaseQuery, Order};

use crate::{
    Done, Wanted, fill,
    http::Client,
    machine::{self, Watch},
    now,
    pages::short,
    rows::{Row, part, row},
    server::Server,
};
use people::{Diary, Person, Role};

/// Who is on duty.
const CREW: [(Role, usize); 6] = [
    (Role::Operator, 40),
    (Role::Handler, 400),
    (Role::Dispatcher, 8),
    (Role::Reviewer, 12),
    (Role::Caller, 12),
    (Role::Intake, 32),
];
/// How long the shift lasts when nothing else is said: longer than one run of creates.
const SECONDS_MIN: u64 = 60;
/// Not measured: everybody arrives, and what is read from disk once has been read.
const WARM_UP: Duration = Duration::from_secs(5);
/// Budgets of the design for what people wait for, in milliseconds.
const LIST_MS: f64 = 25.0;

/// The shift over the smallest of the wanted databases.
pub(crate) fn measure(wanted: &Wanted) -> Done<Vec<Row>> {
    let cases = wanted.sizes.first().copied().unwrap_or(100_000);
    let filled = fill::filled(&wanted.work, wanted.seed, cases, now())?;
    let folder = wanted.work.join("shift");
    copy(&filled.folder, &folder)?;
    let crew = hire(&folder.join("duban.db"))?;

    let server = Server::start(&wanted.program, &folder)?;
    let watch = Watch::begin();
    let seconds = wanted.seconds.max(SECONDS_MIN);
    eprintln!("  {} people at {} for {seconds} s", crew.len(), server.host);
    let (diaries, listened) = play(&server, &crew, wanted.seed, Duration::from_secs(seconds))?;
    let memory = machine::resident_mib(server.pid()).unwrap_or(0.0);
    let mut rows = watch.rows(&[server.pid()]);
    // Killed, not asked: what it acknowledged must be there anyway.
    drop(server);

    rows.splice(0..0, waits(&diaries, seconds));
    rows.push(row("news that live lists received", listened as f64, "", None));
    rows.push(row("memory of the program at the end", memory, "MiB", Some(500.0)));
    rows.push(row("cases before the shift", cases as f64, "", None));
    let found = proof::look(&folder.join("duban.db"), &diaries)?;
    rows.push(row("acknowledged changes", found.asked as f64, "", None));
    rows.push(row("of which found afterwards", found.found as f64, "", Some(found.asked as f64)));
    let failed: usize = diaries.iter().map(|d| d.failed.len()).sum();
    rows.push(row("answers that were errors", failed as f64, "", None));
    let again: usize = diaries.iter().map(|d| d.overtaken).sum();
    rows.push(row("steps that somebody else had taken meanwhile", again as f64, "", None));
    if let Some(first) = found.missing.first() {
        return Err(format!("{} acknowledged changes are gone, first: {first}", found.missing.len()).into());
    }
    if let Some(first) = diaries.iter().flat_map(|d| &d.failed).next() {
        return Err(format!("{failed} answers were errors over {}, first: {first}", short(cases)).into());
    }
    fs::remove_dir_all(&folder)?;
    Ok(rows)
}

fn copy(from: &Path, to: &Path) -> Done<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Makes the accounts, each signed in; handlers belong to the units that have open cases, as many as
/// their part of the work.
fn hire(file: &Path) -> Done<Vec<Person>> {
    let app = fill::app(file, now())?;
    let units = busy_units(&app)?;
    partner::keep_key(&app, "shift", DEMO_KEY)?;
    let centre = app.city.centre().key.clone();
    let mut crew = Vec::new();
    for (role, count) in CREW {
        for at in 0..count {
            let Some(key) = role.key() else {
                crew.push(Person { role, session: String::new() });
                continue;
            };
            let unit = if role == Role::Handler { units[at % units.len()].clone() } else { centre.clone() };
            let login = format!("shift-{key}-{at}");
            users::put(&app, &account(&login, key, unit))?;
            crew.push(Person { role, session: staff::sign_in(&app, &login, DEMO_PASSWORD)? });
        }
    }
    Ok(crew)
}

fn account(login: &str, role: &str, unit: String) -> users::Account {
    users::Account {
        login: login.to_owned(),
        name: format!("测试·{login}"),
        unit,
        role: role.to_owned(),
        password: DEMO_PASSWORD.to_owned(),
    }
}

/// The lead units of open cases, as often as they have one.
fn busy_units(app: &App) -> Done<Vec<String>> {
    let query = CaseQuery {
        reach: Reach::All,
        phases: vec![duban_domain::case::Phase::Dispatched, duban_domain::case::Phase::InHand],
        order: Order::Due,
        limit: 400,
        ..CaseQuery::default()
    };
    let rows = app.store.read(|tx| tx.list(&query))?.rows;
    let units: Vec<String> = rows.into_iter().map(|row| row.owner).collect();
    if units.is_empty() { Err("no unit has an open case".into()) } else { Ok(units) }
}

/// Lets everybody work at once; what each did and waited for, and how much news the live lists got.
fn play(server: &Server, crew: &[Person], seed: u64, lasts: Duration) -> Done<(Vec<Diary>, usize)> {
    let begun = Instant::now();
    let (from, until) = (begun + WARM_UP, begun + WARM_UP + lasts);
    let (over, heard) = (AtomicBool::new(false), AtomicUsize::new(0));
    let diaries = std::thread::scope(|scope| {
        for person in crew.iter().filter(|p| !p.session.is_empty()) {
            let (over, heard) = (&over, &heard);
            scope.spawn(move || drop(listen(server, person, over, heard)));
        }
        let all: Vec<_> = crew
            .iter()
            .enumerate()
            .map(|(at, person)| scope.spawn(move || person.work(server, seed + at as u64, from, until)))
            .collect();
        let mut diaries = Vec::new();
        for one in all {
            diaries.push(one.join().map_err(|_| "somebody stopped")?);
        }
        over.store(true, Ordering::Relaxed);
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(diaries)
    })?;
    Ok((diaries.into_iter().collect::<Done<_>>()?, heard.into_inner()))
}

/// The live list of one page that stays open.
fn listen(server: &Server, person: &Person, over: &AtomicBool, heard: &AtomicUsize) -> Done<()> {
    let mut client: Client = server.client()?;
    client.cookie = format!("duban_session={}", person.session);
    client.listen("/events", |line| {
        if line.starts_with("data:") {
            heard.fetch_add(1, Ordering::Relaxed);
        }
        !over.load(Ordering::Relaxed)
    })
}

/// What each kind of person waited for.
fn waits(diaries: &[Diary], seconds: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for what in people::WAITS {
        let mut took: Vec<f64> =
            diaries.iter().flat_map(|d| &d.waits).filter(|(w, _)| *w == what).map(|(_, ms)| *ms).collect();
        if took.is_empty() {
            continue;
        }
        let budget = what.ends_with("list").then_some(LIST_MS);
        rows.push(row(format!("{what}: times"), took.len() as f64, "", None));
        rows.push(row(format!("{what}: each second"), took.len() as f64 / seconds as f64, "/s", None));
        rows.push(row(format!("{what}, p50"), part(&mut took, 0.5), "ms", None));
        rows.push(row(format!("{what}, p95"), part(&mut took, 0.95), "ms", None));
        rows.push(row(format!("{what}, p99"), part(&mut took, 0.99), "ms", budget));
    }
    rows
}
