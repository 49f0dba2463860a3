//! Jobs (待办任务): what the program owes later, recorded with what causes it.

use duban_domain::{JobId, Stamp};

use crate::{
    ReadTx, StoreError, WriteTx,
    value::{Row, params},
};

/// Something to do at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// What to do it to; a case, mostly.
    pub subject: i64,
    /// More, as the kind of job wants it.
    pub payload: String,
    /// Not before this instant.
    pub run_at: Stamp,
    /// How often it was taken.
    pub attempts: i64,
    /// Of the same key there is only one: the later enqueued takes its place.
    pub dedupe: String,
}

fn read(row: &Row<'_>) -> Result<Job, StoreError> {
    Ok(Job {
        id: JobId(row.int(0)?),
        kind: row.text(1)?,
        subject: row.int(2)?,
        payload: row.text(3)?,
        run_at: Stamp(row.int(4)?),
        attempts: row.int(5)?,
        dedupe: row.text(6)?,
    })
}

impl ReadTx<'_> {
    /// How many jobs are owed.
    ///
    /// # Errors
    /// The engine's.
    pub fn job_count(&mut self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM job", &[])
    }
}

impl WriteTx<'_> {
    /// Owes a job. One with the same key is moved to the new instant and payload, begins its
    /// attempts anew and gets the new id, so that whoever is doing the old one cannot finish it.
    ///
    /// # Errors
    /// The engine's.
    pub fn enqueue(&mut self, job: &Job) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO job (id, kind, subject, payload, run_at, attempts, locked_until, dedupe)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
             ON CONFLICT (dedupe) DO UPDATE SET id = excluded.id, kind = excluded.kind, subject = excluded.subject,
                payload = excluded.payload, run_at = excluded.run_at, attempts = 0, locked_until = 0, last_error = NULL",
            params![job.id, &job.kind, job.subject, &job.payload, job.run_at, job.attempts, &job.dedupe],
        )?;
        Ok(())
    }

    /// Adds a job unless there is one for the same thing, which stays untouched: what many transactions want at once must
    /// not hold them up.
    ///
    /// # Errors
    /// The engine's.
    pub fn enqueue_once(&mut self, job: &Job) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO job (id, kind, subject, payload, run_at, attempts, locked_until, dedupe)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (dedupe) DO NOTHING",
            params![job.id, &job.kind, job.subject, &job.payload, job.run_at, job.attempts, &job.dedupe],
        )?;
        Ok(())
    }

    /// Takes due jobs for so many milliseconds; nobody else gets them until then. Those that call other
    /// servers are not among them: see [`WriteTx::claim_remote_jobs`].
    ///
    /// # Errors
    /// The engine's.
    pub fn claim_jobs(&mut self, now: Stamp, lock_ms: i64, limit: i64) -> Result<Vec<Job>, StoreError> {
        self.claim(now, lock_ms, limit, "NOT LIKE")
    }

    /// As [`WriteTx::claim_jobs`], jobs that call other servers: they may wait for minutes, and what is
    /// due here must not wait with them.
    ///
    /// # Errors
    /// The engine's.
    pub fn claim_remote_jobs(
        &mut self,
        now: Stamp,
        lock_ms: i64,
        limit: i64,
    ) -> Result<Vec<Job>, StoreError> {
        self.claim(now, lock_ms, limit, "LIKE")
    }

    fn claim(&mut self, now: Stamp, lock_ms: i64, limit: i64, like: &str) -> Result<Vec<Job>, StoreError> {
        let passing = self.dialect().skip_locked();
        let sql = format!(
            "UPDATE job SET locked_until = $1, attempts = attempts + 1
             WHERE id IN (SELECT id FROM job WHERE run_at <= $2 AND locked_until <= $2 AND kind {like} 'remote.%'
                ORDER BY run_at, id LIMIT $3{passing})
             RETURNING id, kind, subject, payload, run_at, attempts, dedupe"
        );
        let mut jobs = self.all(&sql, params![now.plus_ms(lock_ms), now, limit], read)?;
        jobs.sort_by_key(|job| (job.run_at, job.id));
        Ok(jobs)
    }

    /// A job is done.
    ///
    /// # Errors
    /// The engine's.
    pub fn finish_job(&mut self, id: JobId) -> Result<(), StoreError> {
        self.exec("DELETE FROM job WHERE id = $1", params![id]).map(|_| ())
    }

    /// A job failed and is to be tried again at an instant.
    ///
    /// # Errors
    /// The engine's.
    pub fn retry_job(&mut self, id: JobId, run_at: Stamp, error: &str) -> Result<(), StoreError> {
        let error: String = error.chars().filter(|c| *c != '\0').take(500).collect();
        self.exec(
            "UPDATE job SET run_at = $1, locked_until = 0, last_error = $2 WHERE id = $3",
            params![run_at, &error, id],
        )
        .map(|_| ())
    }
}
