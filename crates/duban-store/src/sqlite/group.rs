//! Group commit: writers pass through the one connection in turn, and one fsync serves them all.
//!
//! Nobody runs a writer thread. A caller counts itself as waiting, takes the lane, joins the open
//! group (or begins one), runs its closure in a savepoint of its own, and looks back: when somebody
//! is waiting, the lane is theirs and so is the duty to commit; when nobody is, it commits for all.
//! Every member returns only when the commit that covers it is done, and when that fails every
//! member gets the error, also one whose closure said no: its refusal may rest on rows of others
//! that are now gone. Texts for the search wait until then too: with a member that is undone its
//! texts are dropped, and the others are stored in one go before the commit.
//!
//! What makes it safe: between counting itself and taking the lane a caller does nothing that can
//! fail, so a lane left to a waiter is always taken; and SQLite may roll back everything by itself
//! (full disk, failing disk), which is looked for after every closure.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use duban_domain::CaseId;
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

use super::{WRITER, connect, exec, fault};
use crate::{
    StoreError, WriteCounts, WriteTx, search,
    tx::{Engine, Verdict, Work},
    value::params,
};

/// More members would make the first of them wait long.
const MEMBERS_MAX: usize = 256;
/// More bytes would make one commit long for all.
const WEIGHT_MAX: usize = 4 << 20;

/// How often a small group lets others run before it commits: microseconds, where an fsync takes
/// hundreds.
const TURNS: usize = 8;

/// The one connection that writes, and who waits for it.
pub(super) struct Writer {
    path: PathBuf,
    lane: Mutex<Lane>,
    waiting: AtomicUsize,
    groups: AtomicU64,
    members: AtomicU64,
}

/// What the holder of the lane may touch.
struct Lane {
    conn: Connection,
    group: Option<Open>,
    /// How many members the group before had.
    before: usize,
}

/// A group that has begun.
struct Open {
    group: Arc<Group>,
    members: usize,
    weight: usize,
    /// Texts for the search that wait for the commit, by their cases: the last one of a case counts.
    late: BTreeMap<CaseId, String>,
}

/// Where the members wait for their commit.
#[derive(Default)]
struct Group {
    outcome: Mutex<Option<Result<(), StoreError>>>,
    done: Condvar,
}

impl Group {
    fn finish(&self, outcome: Result<(), StoreError>) {
        *self.outcome.lock() = Some(outcome);
        self.done.notify_all();
    }

    fn wait(&self) -> Result<(), StoreError> {
        let mut outcome = self.outcome.lock();
        loop {
            match &*outcome {
                Some(outcome) => return outcome.clone(),
                None => self.done.wait(&mut outcome),
            }
        }
    }
}

impl Writer {
    pub(super) fn new(path: &Path) -> Result<Self, StoreError> {
        let lane = Lane { conn: connect(path, WRITER)?, group: None, before: 0 };
        Ok(Self {
            path: path.to_owned(),
            lane: Mutex::new(lane),
            waiting: AtomicUsize::new(0),
            groups: AtomicU64::new(0),
            members: AtomicU64::new(0),
        })
    }

    pub(super) fn counts(&self) -> WriteCounts {
        WriteCounts {
            groups: self.groups.load(Ordering::Relaxed),
            members: self.members.load(Ordering::Relaxed),
        }
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    pub(super) fn write(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut lane = self.lane.lock();
        self.waiting.fetch_sub(1, Ordering::SeqCst);

        let group = lane.join(&self.path)?;
        let (own, lost) = lane.member(work);
        let full =
            lane.group.as_ref().is_none_or(|open| open.members >= MEMBERS_MAX || open.weight >= WEIGHT_MAX);
        let outcome = match lost {
            Some(error) => Some(lane.give_up(error)),
            None if full || !self.somebody_comes(&lane) => Some(lane.commit(self)),
            None => None,
        };
        drop(lane);
        match outcome {
            Some(outcome) => {
                group.finish(outcome.clone());
                outcome?;
            }
            None => group.wait()?,
        }
        own
    }
}

impl Writer {
    /// Runs something with the connection that writes, while nobody of this program writes. Whoever had
    /// joined a group is committed first.
    pub(super) fn alone<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lane = self.lane.lock();
        if let Some(group) = lane.group.as_ref().map(|open| Arc::clone(&open.group)) {
            let outcome = lane.commit(self);
            group.finish(outcome);
        }
        let done = work(&lane.conn);
        if done.is_err() {
            lane.undo();
        }
        done
    }

    /// Whether somebody stands in line. After a commit its members come back one by one, and the
    /// first of them would commit alone while the others wake up; so a group that is much smaller
    /// than the one before gives them a few turns of the processor before it believes that nobody
    /// comes.
    fn somebody_comes(&self, lane: &Lane) -> bool {
        let members = lane.group.as_ref().map_or(0, |open| open.members);
        let turns = if members * 2 < lane.before { TURNS } else { 0 };
        let here = || self.waiting.load(Ordering::SeqCst) > 0;
        here()
            || (0..turns).any(|_| {
                std::thread::yield_now();
                here()
            })
    }
}

impl Lane {
    /// The open group; begins one when there is none. `IMMEDIATE`, so that another process that
    /// writes is waited for here, and not in the middle.
    fn join(&mut self, path: &Path) -> Result<Arc<Group>, StoreError> {
        if let Some(open) = &mut self.group {
            open.members += 1;
            return Ok(Arc::clone(&open.group));
        }
        if !self.conn.is_autocommit() {
            // A group could not even be rolled back: that connection is not to be trusted again.
            self.conn = connect(path, WRITER)?;
        }
        exec(&self.conn, "BEGIN IMMEDIATE", &[])?;
        let group = Arc::<Group>::default();
        self.group = Some(Open { group: Arc::clone(&group), members: 1, weight: 0, late: BTreeMap::new() });
        Ok(group)
    }

    /// Runs one closure in its savepoint. Gives the member's own outcome, and the error that took
    /// the whole group along, if there was one.
    fn member(&mut self, work: &mut Work<'_>) -> (Result<(), StoreError>, Option<StoreError>) {
        if let Err(error) = exec(&self.conn, "SAVEPOINT member", &[]) {
            return (Ok(()), Some(error));
        }
        let mut tx = WriteTx::new(Engine::Sqlite(&self.conn));
        let verdict = work(&mut tx);
        let (fault, weight, late) = (tx.take_fault(), tx.weight(), tx.take_late());
        if let Some(open) = &mut self.group {
            open.weight += weight;
        }
        if self.conn.is_autocommit() {
            return (Ok(()), Some(fault.unwrap_or(StoreError::Aborted)));
        }
        let keep = verdict == Verdict::Keep && fault.is_none();
        let end = if keep {
            exec(&self.conn, "RELEASE member", &[])
        } else {
            exec(&self.conn, "ROLLBACK TO member", &[]).and_then(|_| exec(&self.conn, "RELEASE member", &[]))
        };
        if let Err(error) = end {
            return (Ok(()), Some(error));
        }
        if let Some(open) = self.group.as_mut().filter(|_| keep) {
            open.late.extend(late);
        }
        match fault {
            Some(fault) if verdict == Verdict::Keep || fault.retryable() => (Err(fault), None),
            _ => (Ok(()), None),
        }
    }

    /// One fsync for everybody in the group.
    fn commit(&mut self, counts: &Writer) -> Result<(), StoreError> {
        let Some(open) = self.group.take() else { return Ok(()) };
        let mut late = open.late.iter();
        let stored = late.try_for_each(|(case, tokens)| {
            exec(&self.conn, search::PUT_LATE, params![*case, tokens]).map(drop)
        });
        if let Err(error) = stored.and_then(|()| exec(&self.conn, "COMMIT", &[]).map(drop)) {
            self.undo();
            return Err(error);
        }
        self.before = open.members;
        counts.groups.fetch_add(1, Ordering::Relaxed);
        counts.members.fetch_add(open.members as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Ends a group that cannot be saved.
    fn give_up(&mut self, error: StoreError) -> Result<(), StoreError> {
        self.group = None;
        self.undo();
        Err(error)
    }

    /// Rolls back if SQLite has not done so itself. A failure here is met by [`Lane::join`].
    fn undo(&self) {
        if self.conn.is_autocommit() {
            return;
        }
        if let Err(e) = self.conn.execute_batch("ROLLBACK") {
            let error = fault(&e, "ROLLBACK".to_owned());
            tracing::error!(%error, cause = %e, "a failed group of writes could not be rolled back; the connection is replaced");
        }
    }
}
