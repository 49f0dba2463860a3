//! A database of many invented cases, made through the store's own verbs in large transactions, so
//! that every row, index, counter and job is as if the cases had come in one by one.
//!
//! Kept beside `about.json`, which says from what it was made: the next run uses it again.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::Instant,
};

use duban_app::{
    App, DEMO_PASSWORD,
    case::{findable, publish},
    keys,
    keys::Keyring,
    proof, setup,
    staff::users,
};
use duban_domain::{
    CaseId, JobId, PersonId, Stamp,
    case::Stage,
    id,
    person::Phone,
    proof::{Algorithm, Salt, leaf},
    request::Request,
    stamp::DAY_MS,
};
use duban_store::{
    Facets, Findable, Inserted, Job, RowExtra, SealedPerson, Store, StoreError, Target, WriteTx,
};
use duban_testkit::{
    clock::{Hands, Seeded},
    world::zhuzhou,
};
use serde_json::{Value, json};

use crate::{
    Done, SECRET,
    story::{Story, Teller},
    voice::Choir,
};

/// Counts up when what is filled in changes, so that older databases are not used again.
const GENERATION: u32 = 2;
/// The salt of everything here: nothing that is invented needs to be hidden.
const SALT: Salt = [3; 16];
/// Cases of one transaction. A statement that a trigger may stop goes through every page that its transaction has
/// changed so far: with 2,000 cases that was nine tenths of the filling, with 100 six.
const BATCH: u64 = 10;
/// A database filled longer ago has too few open cases to measure with.
const AGE_DAYS_MAX: i64 = 10;
/// Every so many cases one is remembered, for case pages to be opened.
const SAMPLES: u64 = 400;

/// A filled database.
pub(crate) struct Filled {
    /// The folder that the program serves.
    pub(crate) folder: PathBuf,
    /// Cases in it.
    pub(crate) cases: u64,
    /// Numbers of some cases.
    pub(crate) numbers: Vec<String>,
    /// The unit that leads most cases.
    pub(crate) unit: String,
    /// Bytes of the file.
    pub(crate) bytes: u64,
}

/// A case with its request and person, ready to be written.
struct Entry {
    request: Request,
    person: Option<SealedPerson>,
    story: Story,
}

/// The database of this many cases; made when there is none yet, or when the tables have changed.
pub(crate) fn filled(work: &Path, seed: u64, cases: u64, now: Stamp) -> Done<Filled> {
    let folder = work.join(format!("data-{seed}-{cases}"));
    let today = now.0.div_euclid(DAY_MS);
    if let Some(filled) = known(&folder, today) {
        eprintln!("  {} cases are there already: {}", cases, folder.display());
        return Ok(filled);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let app = app(&folder.join("duban.db"), Stamp(today * DAY_MS))?;
    accounts(&app)?;
    let told = fill(&app, seed, cases, today)?;
    app.store.write(|tx| tx.put_setting(findable::FORM, findable::NEWEST))?;
    publish::rewrite(&app)?;
    while proof::work(&app)? > 0 {}
    let about = json!({"tables": tables()?, "day": today, "cases": cases, "numbers": told.0, "unit": told.1});
    fs::write(folder.join("about.json"), about.to_string())?;
    known(&folder, today).ok_or_else(|| "the database was filled and cannot be read".into())
}

/// An installation on a file, with the shipped pack and a key that everybody knows.
pub(crate) fn app(file: &Path, now: Stamp) -> Done<App> {
    let keys = Arc::new(Keyring::new(&SECRET));
    let store = Store::open(&Target::Sqlite(file.to_owned()))?;
    let city = setup::begin(&store, Some(&zhuzhou()), &keys, now)?;
    let clock = Arc::new(Hands::at(now));
    let app = App::new(city, store, keys, clock, Arc::new(Seeded::new(now.0.unsigned_abs())), false);
    proof::begin(&app, None)?;
    Ok(app)
}

fn known(folder: &Path, today: i64) -> Option<Filled> {
    let about: Value = serde_json::from_str(&fs::read_to_string(folder.join("about.json")).ok()?).ok()?;
    let made = about["day"].as_i64()?;
    let fits =
        about["tables"].as_str() == tables().ok().as_deref() && (0..AGE_DAYS_MAX).contains(&(today - made));
    let numbers = about["numbers"].as_array()?.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect();
    fits.then_some(Filled {
        folder: folder.to_owned(),
        cases: about["cases"].as_u64()?,
        numbers,
        unit: about["unit"].as_str()?.to_owned(),
        bytes: fs::metadata(folder.join("duban.db")).ok()?.len(),
    })
}

/// What the tables and what is written in them look like: a digest of the migrations and of the
/// types that are kept as JSON.
fn tables() -> Done<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for entry in fs::read_dir(crates.join("duban-store/src/migrations/sqlite"))? {
        files.push(entry?.path());
    }
    files.sort();
    files.extend(
        ["mod.rs", "event.rs", "contact.rs"].map(|name| crates.join("duban-domain/src/case").join(name)),
    );
    let mut text = GENERATION.to_string().into_bytes();
    for file in files {
        text.extend(fs::read(file)?);
    }
    Ok(keys::hex(&keys::hash(&text)))
}

fn accounts(app: &App) -> Done<()> {
    for (login, role) in [("bench", "dispatcher"), ("bench-leader", "leader")] {
        let account = users::Account {
            login: login.to_owned(),
            name: format!("测试·{login}"),
            unit: app.city.centre().key.clone(),
            role: role.to_owned(),
            password: DEMO_PASSWORD.to_owned(),
        };
        users::put(app, &account)?;
    }
    Ok(())
}

/// One thread makes cases up, this one writes them.
fn fill(app: &App, seed: u64, cases: u64, today: i64) -> Done<(Vec<String>, String)> {
    let begun = Instant::now();
    let (send, receive) = mpsc::sync_channel::<Vec<Entry>>(4);
    let mut numbers = Vec::new();
    let mut units: HashMap<String, u64> = HashMap::new();
    let city = app.city.clone();
    let keys = app.keys.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let choir = Choir::new(&city, seed, cases, today);
            let teller = Teller::new(&choir, Stamp(today * DAY_MS));
            let mut taken = HashSet::new();
            for first in (0..cases).step_by(usize::try_from(BATCH).unwrap_or(1)) {
                let batch =
                    (first..cases.min(first + BATCH)).map(|at| entry(&choir, &teller, &keys, at, &mut taken));
                if send.send(batch.collect()).is_err() {
                    return;
                }
            }
        });
        let mut written = 0_u64;
        for batch in receive {
            for entry in &batch {
                if written.is_multiple_of((cases / SAMPLES).max(1)) {
                    numbers.push(entry.request.number.digits().to_owned());
                }
                written += 1;
                *units.entry(entry.story.case.unit().unwrap_or_default().to_owned()).or_default() += 1;
            }
            app.store.write(|tx| write(app, tx, &batch))?;
            if written.is_multiple_of(50_000) || written == cases {
                let each = begun.elapsed().as_secs_f64() / written as f64 * 1e6;
                eprintln!("  {written} of {cases} cases filled, {each:.0} µs each");
            }
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })?;
    let unit =
        units.into_iter().filter(|(key, _)| !key.is_empty()).max_by_key(|(_, n)| *n).map(|(key, _)| key);
    Ok((numbers, unit.unwrap_or_default()))
}

fn entry(
    choir: &Choir<'_>,
    teller: &Teller<'_>,
    keys: &Keyring,
    at: u64,
    taken: &mut HashSet<String>,
) -> Entry {
    let mut dice = choir.dice(at);
    let mut voice = choir.voice(at, &mut dice);
    while !taken.insert(voice.request.number.digits().to_owned()) {
        voice.request.number = choir.number(voice.request.received_at, &mut dice);
    }
    let received = voice.request.received_at;
    let person = voice.person.phone.as_ref().map(|phone| {
        let id = PersonId(id::mint(received, dice.word()));
        sealed(keys, id, &voice.person.name, phone)
    });
    voice.request.person = person.as_ref().map(|p| p.id);
    let story = teller.tell(&voice, dice);
    Entry { request: voice.request, person, story }
}

/// As the application keeps a person.
fn sealed(keys: &Keyring, id: PersonId, name: &str, phone: &Phone) -> SealedPerson {
    let chance = Seeded::new(id.0.unsigned_abs());
    let seal = |place, text: &str| keys.seal(place, text, &chance).expect("a short text can be sealed");
    SealedPerson {
        id,
        name: seal("person.name", name),
        name_hash: Some(keys.find("person.name", &duban_domain::person::folded_name(name))),
        phone: Some(seal("person.phone", phone.digits())),
        phone_hash: Some(keys.find("person.phone", phone.digits())),
        tail_hash: Some(keys.find("person.tail", phone.tail())),
        mail: None,
        mail_hash: None,
        news: None,
        lang: 1,
    }
}

fn write(app: &App, tx: &mut WriteTx<'_>, batch: &[Entry]) -> Result<(), StoreError> {
    for Entry { request, person, story } in batch {
        if let Some(person) = person {
            tx.insert_person(person)?;
        }
        if tx.insert_request(request, &(SALT, words(request)))? != Inserted::Done {
            return Err(StoreError::Conflict { what: "an invented number" });
        }
        let case = &story.case;
        tx.insert_case(case, request, &extra(app, story))?;
        tx.append_events(case.id, 1, &story.events, Algorithm::Sha256, || SALT)?;
        let text =
            format!("{}\n{}\n{}\n{}", request.number, request.title, request.text, request.place.words);
        tx.index_case(case.id, &Findable::of(&text).marked(&Facets::of(case, request)))?;
        owe(tx, story)?;
    }
    Ok(())
}

fn words(request: &Request) -> [u8; 32] {
    leaf::words(Algorithm::Sha256, &SALT, &request.title, &request.text, &request.place.words)
}

/// As the application makes it.
fn extra(app: &App, story: &Story) -> RowExtra {
    let case = &story.case;
    let owner = case.unit().filter(|unit| !unit.is_empty()).unwrap_or(&app.city.centre().key);
    let said = case.verdict.as_ref().and_then(|judged| judged.satisfaction);
    let score = said.map(|s| i64::from(app.city.settings.permille(s)) / 10);
    RowExtra { owner: owner.to_owned(), score, zone: app.city.zone.clone() }
}

/// What the program still owes: a look at a deadline that has not passed, or the end of a callback.
fn owe(tx: &mut WriteTx<'_>, story: &Story) -> Result<(), StoreError> {
    let case = &story.case;
    if case.is_running() && !case.missed {
        job(tx, case.id, "overdue", case.finish.due)?;
    }
    if let Stage::Callback { until, .. } = &case.stage {
        job(tx, case.id, "expire", *until)?;
    }
    Ok(())
}

fn job(tx: &mut WriteTx<'_>, case: CaseId, kind: &str, run_at: Stamp) -> Result<(), StoreError> {
    let id = JobId(case.0 ^ i64::from(kind.len() as u32));
    let dedupe = format!("{kind}:{}", case.0);
    let payload = String::new();
    tx.enqueue(&Job { id, kind: kind.to_owned(), subject: case.0, payload, run_at, attempts: 0, dedupe })
}
