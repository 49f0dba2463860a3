//! One import from the first row to the last: rows in chunks, each chunk one transaction. When a row
//! of a chunk fails, the chunk is done again with each row as a part that may fail alone.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::{Path, PathBuf},
    sync::Arc,
};

use duban_domain::{
    CaseId, Lang, PersonId, Stamp,
    case::{Case, Event, History, Wish, overdue, replay},
    policy::by_system,
    request::{Kind, Request},
};
use duban_store::{StoreError, WriteTx};
use serde::Serialize;

use super::{
    ImportError, Mapping,
    reader::{Row, Table},
    reason::Reason,
    report::{Report, aligned, union},
    row::{Incoming, Known, Plan, content},
};
use crate::{
    App, AppError,
    case::{Opening, register},
    keys, person,
};

/// Rows of one transaction.
const CHUNK: usize = 200;
/// How often a row is tried again when its random id is taken.
const TRIES: u32 = 8;

/// How an import is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the rejected rows go; beside the first input when nothing is said.
    pub rejects: Option<PathBuf>,
    /// The language of the reasons.
    pub lang: Lang,
}

/// What came of an import; `read` is the sum of `imported`, `already` and `rejected`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows that say something.
    pub read: u64,
    /// Taken in.
    pub imported: u64,
    /// Taken in before, by number.
    pub already: u64,
    /// Not taken in; each is in the rejects file with its line and reason.
    pub rejected: u64,
    /// The rejects file, when there is one.
    pub rejects_file: Option<String>,
    /// Empty rows, and rows that the mapping passes over.
    pub skipped: u64,
    /// Odd things about rows that were taken in.
    pub warnings: u64,
    /// The file that names them, when there is one.
    pub warnings_file: Option<String>,
    /// Taken in with a day instead of a time.
    pub day_only: u64,
    /// Taken in with a category word that the city does not have.
    pub unmapped_categories: u64,
    /// Somebody stopped it; running it again goes on.
    pub stopped: bool,
}

/// How far an import is, told after every chunk.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    /// The file being read.
    pub file: &'a Path,
    /// How much of it was read, out of `total`.
    pub done: u64,
    /// Its size.
    pub total: u64,
    /// Counts so far, over all files.
    pub so_far: &'a Summary,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// The next chunk.
    On,
    /// Stop here, cleanly.
    Stop,
}

/// Imports files. Every header is checked against the mapping before the first row is written.
///
/// # Errors
/// When a file or the mapping cannot be used, or the database does not go on. A bad row is no error.
pub fn run(
    app: &App,
    inputs: &[PathBuf],
    mapping: &Mapping,
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>) -> Go,
) -> Result<Summary, ImportError> {
    let tables: Vec<Table> =
        inputs.iter().map(|path| Table::open(path, mapping)).collect::<Result<_, _>>()?;
    for table in &tables {
        Plan::new(mapping, table)?;
    }
    let mut run = Run::new(app, &tables, options)?;
    for mut table in tables {
        let plan = Plan::new(mapping, &table)?;
        if run.file(&mut table, &plan, progress)? == Go::Stop {
            run.summary.stopped = true;
            break;
        }
    }
    run.finish()
}

/// An import under way.
struct Run<'a> {
    app: &'a App,
    lang: Lang,
    known: Known,
    columns: Vec<String>,
    rejects: Report,
    warnings: Report,
    seen: HashMap<[u8; 16], Seen>,
    summary: Summary,
}

/// Where a number was met first, and with what.
struct Seen {
    content: [u8; 16],
    file: Arc<str>,
    line: u64,
}

/// What all rows of one file share.
struct Sheet<'a> {
    name: Arc<str>,
    headers: &'a [String],
    plan: &'a Plan<'a>,
}

/// One row on its way into the database.
struct Waiting {
    row: Row,
    incoming: Incoming,
}

/// What became of a row in the database.
enum Done {
    Imported,
    Already,
    Rejected(Reason),
}

impl<'a> Run<'a> {
    fn new(app: &'a App, tables: &[Table], options: &Options) -> Result<Self, ImportError> {
        let beside = |ending: &str| {
            let mut name =
                tables.first().map(|table| table.path.clone()).unwrap_or_default().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        let rejects = options.rejects.clone().unwrap_or_else(|| beside(".rejects.csv"));
        let warnings = options
            .rejects
            .as_ref()
            .map_or_else(|| beside(".warnings.csv"), |path| path.with_extension("warnings.csv"));
        for table in tables {
            let same = |path: &Path| {
                path == table.path
                    || path.canonicalize().is_ok_and(|p| table.path.canonicalize().is_ok_and(|t| p == t))
            };
            if let Some(path) = [&rejects, &warnings].into_iter().find(|path| same(path)) {
                return Err(ImportError::RejectsOverInput(path.clone()));
            }
        }
        let columns = union(tables.iter().map(|table| table.headers.as_slice()));
        let header = ["file", "line", "reason"]
            .map(str::to_owned)
            .into_iter()
            .chain(columns.iter().cloned())
            .collect();
        Ok(Self {
            app,
            lang: options.lang,
            known: known(app),
            columns,
            rejects: Report::new(rejects, header),
            warnings: Report::new(warnings, ["file", "line", "key", "warning"].map(str::to_owned).to_vec()),
            seen: HashMap::new(),
            summary: Summary::default(),
        })
    }
}

impl Run<'_> {
    /// All rows of one file.
    fn file(
        &mut self,
        table: &mut Table,
        plan: &Plan<'_>,
        progress: &mut dyn FnMut(Progress<'_>) -> Go,
    ) -> Result<Go, ImportError> {
        let headers = table.headers.clone();
        let sheet = Sheet { name: table.name().into(), headers: &headers, plan };
        loop {
            let (chunk, done) = self.chunk(table, &sheet)?;
            self.write(chunk, &sheet)?;
            let Some(done) = done else { return Ok(Go::On) };
            let so_far = Progress { file: &table.path, done, total: table.total, so_far: &self.summary };
            if progress(so_far) == Go::Stop {
                return Ok(Go::Stop);
            }
        }
    }

    /// The next rows that may be written, and how far the file was read; none at its end.
    fn chunk(
        &mut self,
        table: &mut Table,
        sheet: &Sheet<'_>,
    ) -> Result<(Vec<Waiting>, Option<u64>), ImportError> {
        let mut waiting = Vec::with_capacity(CHUNK);
        let mut done = None;
        for _ in 0..CHUNK {
            let Some(row) = table.next_row()? else { break };
            done = Some(row.done);
            if sheet.plan.skips(&row) {
                self.summary.skipped += 1;
                continue;
            }
            self.summary.read += 1;
            match sheet
                .plan
                .read(&row, &self.known)
                .and_then(|incoming| self.first_time(incoming, &row, &sheet.name))
            {
                Ok(Some(incoming)) => waiting.push(Waiting { row, incoming }),
                Ok(None) => self.summary.already += 1,
                Err(reason) => self.reject(&row, sheet, &reason)?,
            }
        }
        Ok((waiting, done))
    }

    /// Lets a number pass once in a run: the same row again is known already, another one is a mistake.
    fn first_time(
        &mut self,
        incoming: Incoming,
        row: &Row,
        file: &Arc<str>,
    ) -> Result<Option<Incoming>, Reason> {
        let content = short_hash(&content(row));
        match self.seen.entry(short_hash(&incoming.source_key)) {
            Entry::Vacant(free) => {
                free.insert(Seen { content, file: file.clone(), line: row.line });
                Ok(Some(incoming))
            }
            Entry::Occupied(first) if first.get().content == content => Ok(None),
            Entry::Occupied(first) => {
                let first = first.get();
                Err(Reason::SameNumber(if first.file == *file {
                    first.line.to_string()
                } else {
                    format!("{}:{}", first.file, first.line)
                }))
            }
        }
    }

    /// Writes a chunk as one transaction and books what became of each row.
    fn write(&mut self, mut chunk: Vec<Waiting>, sheet: &Sheet<'_>) -> Result<(), ImportError> {
        if chunk.is_empty() {
            return Ok(());
        }
        // Ids follow the time of receipt, and SQLite's full-text index writes itself out whenever an
        // id is smaller than the one before: in order, it does so once a transaction.
        chunk.sort_by_key(|waiting| waiting.incoming.received_at);
        let (app, now) = (self.app, self.known.now);
        let done = match app.store.write(|tx| all(app, tx, &chunk, now)) {
            Err(error) if is_of_a_row(&error) => app.store.write(|tx| one_by_one(app, tx, &chunk, now))?,
            done => done?,
        };
        let mut done: Vec<(Waiting, Done)> = chunk.into_iter().zip(done).collect();
        done.sort_by_key(|(waiting, _)| waiting.row.line);
        for (Waiting { row, incoming }, done) in &done {
            match done {
                Done::Imported => self.imported(row, incoming, sheet)?,
                Done::Already => self.summary.already += 1,
                Done::Rejected(reason) => self.reject(row, sheet, reason)?,
            }
        }
        // What was committed is also reported, should the next chunk fail.
        self.rejects.flush()?;
        self.warnings.flush()
    }

    fn imported(&mut self, row: &Row, incoming: &Incoming, sheet: &Sheet<'_>) -> Result<(), ImportError> {
        self.summary.imported += 1;
        self.summary.day_only += u64::from(incoming.day_only);
        self.summary.unmapped_categories += u64::from(incoming.category_word.is_some());
        for warning in &incoming.warnings {
            self.summary.warnings += 1;
            self.warnings.line([
                &*sheet.name,
                &row.line.to_string(),
                &incoming.source_key,
                &warning.say(self.lang),
            ])?;
        }
        Ok(())
    }

    fn reject(&mut self, row: &Row, sheet: &Sheet<'_>, reason: &Reason) -> Result<(), ImportError> {
        self.summary.rejected += 1;
        let (line, reason) = (row.line.to_string(), reason.say(self.lang));
        let cells = aligned(row, sheet.headers, &self.columns);
        self.rejects.line([&*sheet.name, &line, &reason].into_iter().chain(cells))
    }

    fn finish(mut self) -> Result<Summary, ImportError> {
        self.rejects.flush()?;
        self.warnings.flush()?;
        let shown = |report: &Report| report.path().map(|path| path.display().to_string());
        (self.summary.rejects_file, self.summary.warnings_file) =
            (shown(&self.rejects), shown(&self.warnings));
        Ok(self.summary)
    }
}

/// Takes a chunk in; nothing of it when one of its rows fails. A part for each row would make the
/// full-text index write itself out at each, so parts are made only when a row did fail.
fn all(app: &App, tx: &mut WriteTx<'_>, chunk: &[Waiting], now: Stamp) -> Result<Vec<Done>, AppError> {
    chunk.iter().map(|waiting| take_in(app, tx, &waiting.incoming, now)).collect()
}

/// Takes a chunk in, each row as a part that may fail alone.
fn one_by_one(app: &App, tx: &mut WriteTx<'_>, chunk: &[Waiting], now: Stamp) -> Result<Vec<Done>, AppError> {
    chunk.iter().map(|waiting| one(app, tx, &waiting.incoming, now)).collect()
}

fn one(app: &App, tx: &mut WriteTx<'_>, incoming: &Incoming, now: Stamp) -> Result<Done, AppError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match tx.savepoint(|tx| take_in(app, tx, incoming, now)) {
            Err(AppError::Refused(refusal)) => return Ok(Done::Rejected(Reason::Refused(refusal))),
            Err(error) if is_of_a_row(&error) && tries == TRIES => {
                return Ok(Done::Rejected(Reason::Database(error.to_string())));
            }
            Err(error) if is_of_a_row(&error) => {}
            done => return done,
        }
    }
}

/// Whether an error is about what one row says, and not about the database as a whole. Many rows of
/// one day share an instant, so a random id may be taken: the next try draws others.
fn is_of_a_row(error: &AppError) -> bool {
    use StoreError::{Nul, Rule, Taken};
    matches!(
        error,
        AppError::Refused(_) | AppError::Broken(_) | AppError::Store(Taken { .. } | Rule { .. } | Nul)
    )
}

fn take_in(app: &App, tx: &mut WriteTx<'_>, incoming: &Incoming, now: Stamp) -> Result<Done, AppError> {
    if tx.request_by_source(&incoming.source_key)?.is_some() {
        return Ok(Done::Already);
    }
    let person = incoming.person.as_ref().map(|p| person::sealed(app, p)).transpose()?.flatten();
    let mut request = request_of(app, incoming, person.as_ref().map(|person| person.id));
    if register::insert(app, tx, &mut request)?.is_some() {
        // Another import took this row in at the same moment.
        return Ok(Done::Already);
    }
    if let Some(person) = &person {
        tx.insert_person(person)?;
    }
    Opening::of(&request, events_of(app, &request, incoming, now))?.record(app, tx, &request)?;
    if incoming.category.is_some() {
        tx.note_told_category(request.case)?;
    }
    Ok(Done::Imported)
}

fn request_of(app: &App, incoming: &Incoming, person: Option<PersonId>) -> Request {
    let at = incoming.received_at;
    let id = app.request_id(at);
    Request {
        id,
        case: CaseId(id.0),
        number: register::number(app, at, false),
        kind: incoming.kind.unwrap_or(Kind::Help),
        channel: incoming.channel,
        title: incoming.title.clone(),
        text: incoming.text.clone(),
        place: incoming.place.clone(),
        privacy: incoming.privacy,
        person,
        received_at: at,
        details: Vec::new(),
        source_key: Some(incoming.source_key.clone()),
    }
}

/// What happened to the matter, at its real times; a deadline that has passed by now is missed now.
fn events_of(app: &App, request: &Request, incoming: &Incoming, now: Stamp) -> Vec<Event> {
    let wish = Wish {
        category: incoming.category.clone(),
        kind: incoming.kind,
        urgency: incoming.urgency,
        ..Wish::default()
    };
    let history = History { answer: incoming.answer.clone() };
    let ground = app.ground(now);
    let mut events = replay(request, &wish, &history, &ground);
    if let Some(case) = Case::from_history(request.case, &events) {
        let permitted = by_system(&case);
        let missed = overdue(&permitted, &ground).unwrap_or_default();
        events.extend(missed.into_iter().map(|what| Event { at: now, by: permitted.actor().clone(), what }));
    }
    events
}

/// The names that a city has, for words of other systems. A name that two things have points to none.
fn known(app: &App) -> Known {
    let city = &app.city;
    let categories =
        city.categories.iter().flat_map(|c| [(&c.key, &c.key), (&c.name.zh, &c.key), (&c.name.en, &c.key)]);
    let divisions = city.divisions.iter().flat_map(|d| {
        let former = d.former.iter().map(|name| (&name.zh, &d.code));
        [(&d.code, &d.code), (&d.name.zh, &d.code), (&d.name.en, &d.code)].into_iter().chain(former)
    });
    Known {
        zone: city.zone.clone(),
        bounds: city.bounds,
        categories: unambiguous(categories),
        divisions: unambiguous(divisions),
        now: app.now(),
    }
}

fn unambiguous<'c>(pairs: impl Iterator<Item = (&'c String, &'c String)>) -> HashMap<String, String> {
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for (name, key) in pairs {
        let entry = names.entry(name.clone()).or_insert_with(|| Some(key.clone()));
        if entry.as_ref() != Some(key) {
            *entry = None;
        }
    }
    names.into_iter().filter_map(|(name, key)| Some((name, key?))).collect()
}

fn short_hash(text: &str) -> [u8; 16] {
    let hash = keys::hash(text.as_bytes());
    std::array::from_fn(|at| hash[at])
}
