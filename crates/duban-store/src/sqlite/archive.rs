//! An archive of the embedded database, from which it can be restored as it was at any moment: a copy
//! once a day, and after it every commit, second by second.
//!
//! A folder holds one *generation* for each copy: `base-N.db`, and pieces of the journal numbered without a
//! gap. The copy is of one instant somewhere in those pieces: all below `N` are applied over it, so that it
//! does not matter which.
//!
//! SQLite begins its journal anew when all of it stands in the database and nobody reads it. So the
//! archive reads it all the time, and lets go only while it holds the right to write and has copied the
//! last frame. Should another program write in between all the same, the salts of the new journal say
//! so, and a new generation begins.

use std::{
    fs::{self, File as Disk},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use duban_domain::Stamp;
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use super::{
    File, READER, connect, exec,
    journal::{HEAD, Run},
};
use crate::{Store, StoreError, store::Base, value::params};

/// A journal longer than this is begun anew, once it is copied.
const JOURNAL_MAX: u64 = 16 << 20;
/// What is read of a journal at once.
const PIECE: u64 = 32 << 20;
/// A new copy after this, so that a restore never has more than a day of pieces to go through.
const GENERATION_MS: i64 = 86_400_000;
/// A copy that could not be made is tried again after this.
const RETRY_MS: i64 = 60_000;
/// A journal in which nothing stands for so long is given something.
const SILENCE_MS: i64 = 60_000;
/// Pages copied at once; in between, what is committed meanwhile goes into the archive.
const PAGES: i32 = 4_096;
/// What is not whole yet has these names.
const BASE_PART: &str = "base.part";
const PIECE_PART: &str = "piece.part";

/// The program's hold on the archive of its database.
pub struct Archive {
    base: Arc<Base>,
    folder: PathBuf,
    /// How long generations are kept.
    keep_ms: i64,
    now: Box<dyn Fn() -> Stamp + Send>,
    current: Option<Generation>,
    /// A copy that could not be made is not tried again before this.
    not_before: Stamp,
}

/// A copy and what follows it.
struct Generation {
    folder: PathBuf,
    begun: Stamp,
    /// Reads the journal, so that it is not begun anew.
    held: Connection,
    run: Option<Run>,
    /// The number of the next piece.
    next: u64,
    /// When something was found in the journal last.
    heard: Stamp,
}

impl Store {
    /// Begins to archive into a folder; [`Archive::pull`] does the work. On PostgreSQL none: it has archives
    /// of its own.
    #[must_use]
    pub fn archive(
        &self,
        folder: &Path,
        keep_days: u32,
        now: impl Fn() -> Stamp + Send + 'static,
    ) -> Option<Archive> {
        matches!(&*self.base, Base::Sqlite(_)).then(|| Archive {
            base: self.base.clone(),
            folder: folder.to_owned(),
            keep_ms: i64::from(keep_days) * GENERATION_MS,
            now: Box::new(now),
            current: None,
            not_before: Stamp(0),
        })
    }
}

impl Archive {
    /// Copies what was committed since the last time; to be called every second or so. Says how many bytes.
    ///
    /// # Errors
    /// When the archive cannot be written, or a new copy cannot be made; the database is not touched by that,
    /// and a later call tries again.
    pub fn pull(&mut self) -> Result<u64, StoreError> {
        let base = self.base.clone();
        let Base::Sqlite(file) = &*base else { return Ok(0) };
        let pulled = match &mut self.current {
            Some(current) => current.pull(file, &*self.now),
            None => Ok(0),
        };
        match pulled {
            Err(StoreError::Conflict { .. }) => {
                tracing::warn!("the archive lost the journal's thread: a new copy is made");
                self.current = None;
                self.not_before = Stamp(0);
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        let now = (self.now)();
        let due = self.current.as_ref().is_none_or(|one| now.0 - one.begun.0 >= GENERATION_MS);
        if due && now >= self.not_before {
            self.not_before = now.plus_ms(RETRY_MS);
            self.renew(file)?;
        }
        Ok(pulled.unwrap_or(0))
    }

    /// Begins a new generation; the one before goes on until the new one is whole.
    fn renew(&mut self, file: &File) -> Result<(), StoreError> {
        let before = (self.now)().0 - self.keep_ms;
        fs::create_dir_all(&self.folder)
            .and_then(|()| prune(&self.folder, before))
            .map_err(|e| unwritten(&self.folder, e))?;
        let (now, mut old) = (&*self.now, self.current.take());
        let mut meanwhile = || {
            if old.as_mut().is_some_and(|old| old.drain(file, now).is_err()) {
                old = None;
            }
        };
        let begun = now();
        let folder = self.folder.join(format!("{:014}", begun.0));
        let made = Generation::begin(file, folder.clone(), begun, now, &mut meanwhile);
        match made {
            Ok(new) => self.current = Some(new),
            Err(error) => {
                // Nothing is left of it but room for the next try.
                drop(fs::remove_dir_all(&folder));
                self.current = old;
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Generation {
    fn begin(
        file: &File,
        folder: PathBuf,
        begun: Stamp,
        now: &dyn Fn() -> Stamp,
        meanwhile: &mut dyn FnMut(),
    ) -> Result<Self, StoreError> {
        let cannot = |e: io::Error| unwritten(&folder, e);
        fs::create_dir_all(&folder).map_err(cannot)?;
        let held = file.writer.alone(|conn| {
            beat(conn, begun)?;
            let held = connect(&file.path, READER)?;
            hold(&held)?;
            Ok(held)
        })?;
        let mut this = Self { folder: folder.clone(), begun, held, run: None, next: 0, heard: begun };
        this.drain(file, now)?;
        let part = folder.join(BASE_PART);
        copy(file, &part, &mut || {
            meanwhile();
            this.drain(file, now).map(drop)
        })?;
        Disk::open(&part).and_then(|part| part.sync_all()).map_err(cannot)?;
        this.drain(file, now)?;
        fs::rename(&part, folder.join(format!("base-{:010}.db", this.next))).map_err(cannot)?;
        Disk::open(&folder).and_then(|folder| folder.sync_all()).map_err(cannot)?;
        Ok(this)
    }

    fn pull(&mut self, file: &File, now: &dyn Fn() -> Stamp) -> Result<u64, StoreError> {
        let bytes = self.drain(file, now)?;
        if bytes > 0 {
            self.heard = now();
        } else if now().0 - self.heard.0 >= SILENCE_MS {
            // A quiet city, or a journal that goes on where nobody looks: a commit of our own tells which.
            file.writer.alone(|conn| beat(conn, now()))?;
            if self.drain(file, now)? == 0 {
                return Err(StoreError::Conflict { what: "the journal" });
            }
            self.heard = now();
        }
        let long = self.run.as_ref().is_some_and(|run| run.offset() > JOURNAL_MAX);
        // Whatever goes wrong in the middle of it: what follows is not to be trusted without a new copy.
        let lost = |error| {
            tracing::warn!(%error, "the journal could not be begun anew");
            StoreError::Conflict { what: "the journal" }
        };
        Ok(bytes + if long { self.renew(file, now).map_err(lost)? } else { 0 })
    }

    /// Copies every commit that is in the journal and not in the archive; not those that come meanwhile.
    fn drain(&mut self, file: &File, now: &dyn Fn() -> Stamp) -> Result<u64, StoreError> {
        let (mut all, mut size) = (0, PIECE);
        loop {
            let (taken, more) = self.piece(file, size, now)?;
            all += taken;
            match (taken, more) {
                (_, false) => return Ok(all),
                // One commit is longer than what was read.
                (0, true) => size *= 2,
                (_, true) => {}
            }
        }
    }

    /// At most `size` bytes. Says how many were archived, and whether there was more to read.
    fn piece(&mut self, file: &File, size: u64, now: &dyn Fn() -> Stamp) -> Result<(u64, bool), StoreError> {
        let journal = journal_of(&file.path);
        let unread = |e: io::Error| unwritten(&journal, e);
        let mut journal_file = match Disk::open(&journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.run.is_none() => {
                return Ok((0, false));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Conflict { what: "the journal" });
            }
            opened => opened.map_err(unread)?,
        };
        let mut head = [0; HEAD];
        match journal_file.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok((0, false)),
            read => read.map_err(unread)?,
        }
        let run = match &self.run {
            Some(run) if run.head != head => return Err(StoreError::Conflict { what: "the journal" }),
            Some(run) => Some(run.clone()),
            None => Run::begin(&head),
        };
        let Some(mut run) = run else { return Ok((0, false)) };
        let before = run.clone();
        let mut bytes = Vec::new();
        journal_file.seek(SeekFrom::Start(run.offset())).map_err(unread)?;
        journal_file.take(size).read_to_end(&mut bytes).map_err(unread)?;
        let taken = run.follow(&bytes, drop);
        if taken > 0 {
            self.put(&before, &bytes[..taken], now())?;
            self.run = Some(run);
        }
        Ok((taken as u64, bytes.len() as u64 == size))
    }

    /// Writes one piece: it is there whole or not at all.
    fn put(&mut self, before: &Run, frames: &[u8], now: Stamp) -> Result<(), StoreError> {
        let part = self.folder.join(PIECE_PART);
        let name = self.folder.join(format!("{:010}-{:014}.journal", self.next, now.0));
        let written = (|| {
            let mut into = Disk::create(&part)?;
            into.write_all(&before.head)?;
            into.write_all(&before.frames.to_be_bytes())?;
            into.write_all(&before.sums.0.to_be_bytes())?;
            into.write_all(&before.sums.1.to_be_bytes())?;
            into.write_all(frames)?;
            into.sync_all()?;
            fs::rename(&part, &name)?;
            Disk::open(&self.folder)?.sync_all()
        })();
        written.map_err(|e| unwritten(&name, e))?;
        self.next += 1;
        Ok(())
    }

    /// Lets SQLite begin its journal anew.
    fn renew(&mut self, file: &File, now: &dyn Fn() -> Stamp) -> Result<u64, StoreError> {
        file.writer.alone(|conn| {
            exec(&self.held, "ROLLBACK", &[])?;
            let renewed = self.renew_alone(file, conn, now);
            hold(&self.held)?;
            renewed
        })
    }

    fn renew_alone(
        &mut self,
        file: &File,
        conn: &Connection,
        now: &dyn Fn() -> Stamp,
    ) -> Result<u64, StoreError> {
        // Everything into the database; whoever reads an old state meanwhile makes it stop before that.
        let said = |e: rusqlite::Error| super::fault(&e, "the journal's turn".to_owned());
        conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(said)?;
        exec(conn, "BEGIN IMMEDIATE", &[])?;
        // Nobody writes now, no other program either.
        let drained = self.drain(file, now);
        if drained.is_err() {
            exec(conn, "ROLLBACK", &[])?;
            return drained;
        }
        put_beat(conn, now()).and_then(|()| exec(conn, "COMMIT", &[]).map(drop))?;
        let mut head = [0; HEAD];
        let journal = journal_of(&file.path);
        Disk::open(&journal)
            .and_then(|mut file| file.read_exact(&mut head))
            .map_err(|e| unwritten(&journal, e))?;
        if self.run.as_ref().is_some_and(|run| run.head != head) {
            self.run = None;
        }
        drained
    }
}

/// Copies the database as of one instant; `meanwhile` is called again and again. By SQLite, and not as a file:
/// a program that closes a file of its own on a database gives up the locks that SQLite holds on it, and
/// another program would then take the journal away from under this one.
fn copy(
    file: &File,
    to: &Path,
    meanwhile: &mut dyn FnMut() -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let said = |e: rusqlite::Error| super::fault(&e, e.to_string());
    let from = connect(&file.path, READER)?;
    // One instant for all steps.
    hold(&from)?;
    let mut into = Connection::open(to).map_err(|e| super::unopened(to, e))?;
    let copy = Backup::new(&from, &mut into).map_err(said)?;
    loop {
        match copy.step(PAGES).map_err(said)? {
            StepResult::Done => break,
            StepResult::More => {}
            // Somebody holds a lock for a moment.
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
        meanwhile()?;
    }
    drop(copy);
    into.execute_batch("PRAGMA journal_mode = DELETE").map_err(said)
}

/// A commit of no meaning, so that the journal holds a frame: whoever reads a journal without one does
/// not keep it from being begun anew.
fn beat(conn: &Connection, now: Stamp) -> Result<(), StoreError> {
    exec(conn, "BEGIN IMMEDIATE", &[])?;
    put_beat(conn, now)?;
    exec(conn, "COMMIT", &[]).map(drop)
}

fn put_beat(conn: &Connection, now: Stamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting (key, value) VALUES ('archived', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    exec(conn, sql, params![now.0.to_string().as_str()]).map(drop)
}

fn hold(held: &Connection) -> Result<(), StoreError> {
    exec(held, "BEGIN", &[])?;
    super::query(held, "SELECT value FROM setting WHERE key = 'archived'", &[], &mut |_| Ok(()))
}

/// Removes generations that end before an instant; the newest two stay whatever their age.
fn prune(folder: &Path, before: i64) -> io::Result<()> {
    let all = generations(folder)?;
    for (at, (_, path)) in all.iter().enumerate().take(all.len().saturating_sub(2)) {
        // A generation ends where the next one begins.
        if all[at + 1].0 < before {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// The generations of an archive, oldest first, with the instants at which they begin.
pub(super) fn generations(folder: &Path) -> io::Result<Vec<(i64, PathBuf)>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let begun = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        all.extend(begun.filter(|_| path.is_dir()).map(|begun| (begun, path)));
    }
    all.sort();
    Ok(all)
}

fn journal_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

pub(super) fn unwritten(path: &Path, cause: io::Error) -> StoreError {
    StoreError::Archive { path: path.display().to_string(), cause: Arc::new(cause) }
}
