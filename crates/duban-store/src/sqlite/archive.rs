//! An archive of the embedded database, from which it can be restored as it was at any moment: a copy
//! once a day, and after it every commit, second by second.
//!
//! A folder holds one *generation* for each copy: `base-N.db`, and pieces of the journal numbered without a
//! gap. The copy is taken while the database is written, so it is sound only together with the pieces
//! below `N`, which hold every page that was written meanwhile.
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
};

use duban_domain::Stamp;
use rusqlite::Connection;

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
/// Generations whose names say that they are not whole, and never will be, are in the way.
const PART: &str = "part";

/// The program's hold on the archive of its database.
pub struct Archive {
    base: Arc<Base>,
    folder: PathBuf,
    /// How long generations are kept.
    keep_ms: i64,
    now: Box<dyn Fn() -> Stamp + Send>,
    current: Option<Generation>,
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
        })
    }
}

impl Archive {
    /// Copies what was committed since the last time; to be called every second or so. Says how many bytes.
    ///
    /// # Errors
    /// When the archive cannot be written; the database is not touched by that, and the next call tries again.
    pub fn pull(&mut self) -> Result<u64, StoreError> {
        let Base::Sqlite(file) = &*self.base else { return Ok(0) };
        let old = |one: &Generation| (self.now)().0 - one.begun.0 >= GENERATION_MS;
        if self.current.as_ref().is_none_or(old) {
            self.current = None;
            self.current = Some(Generation::begin(file, &self.folder, &*self.now)?);
            prune(&self.folder, (self.now)().0 - self.keep_ms).map_err(|e| unwritten(&self.folder, e))?;
        }
        let Some(current) = &mut self.current else { return Ok(0) };
        let pulled = current.drain(file, &*self.now).and_then(|bytes| {
            let long = current.run.as_ref().is_some_and(|run| run.offset() > JOURNAL_MAX);
            if long { current.renew(file, &*self.now).map(|more| bytes + more) } else { Ok(bytes) }
        });
        if let Err(StoreError::Conflict { .. }) = pulled {
            tracing::warn!(
                "another program began the journal anew before it was archived: a new copy is made"
            );
            self.current = None;
            return Ok(0);
        }
        pulled
    }
}

impl Generation {
    fn begin(file: &File, folder: &Path, now: &dyn Fn() -> Stamp) -> Result<Self, StoreError> {
        let begun = now();
        let folder = folder.join(format!("{:014}", begun.0));
        let cannot = |e: io::Error| unwritten(&folder, e);
        fs::create_dir_all(&folder).map_err(cannot)?;
        let held = file.writer.alone(|conn| {
            beat(conn, begun)?;
            let held = connect(&file.path, READER)?;
            hold(&held)?;
            Ok(held)
        })?;
        let mut this = Self { folder: folder.clone(), begun, held, run: None, next: 0 };
        this.drain(file, now)?;
        let part = folder.join(PART);
        fs::copy(&file.path, &part).and_then(|_| Disk::open(&part)?.sync_all()).map_err(cannot)?;
        this.drain(file, now)?;
        fs::rename(&part, folder.join(format!("base-{:010}.db", this.next))).map_err(cannot)?;
        Disk::open(&folder).and_then(|folder| folder.sync_all()).map_err(cannot)?;
        Ok(this)
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, false)),
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
        let part = self.folder.join(PART);
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
