//! How staff come in: their sessions, wrong guesses, the record of sign-ins, and second factors.
//!
//! Only hashes and sealed bytes are kept. What they mean and how long they hold is `duban-app`'s to say.

use duban_domain::{StaffId, Stamp};

use crate::{
    ReadTx, Session, SessionKind, StoreError, WriteTx,
    sql::Sql,
    staff::read_session,
    value::{Row, params},
};

/// One line of the record of sign-ins (登录记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLine {
    /// Its id, rising.
    pub id: i64,
    /// When.
    pub at: Stamp,
    /// Whose account; 0 when nobody has that login.
    pub staff: StaffId,
    /// What happened, as the code that the use cases give.
    pub what: i64,
    /// The address it came from, shortened.
    pub place: String,
    /// What the browser calls itself, cut.
    pub agent: String,
}

/// The second factor of an account (第二因素).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub staff: StaffId,
    /// The secret, sealed.
    pub secret: Vec<u8>,
    /// When it was made.
    pub made_at: Stamp,
    /// Since when it counts.
    pub confirmed_at: Option<Stamp>,
    /// The last step of time whose code was used: none is good twice.
    pub last_step: i64,
}

fn line(row: &Row<'_>) -> Result<SignInLine, StoreError> {
    Ok(SignInLine {
        id: row.int(0)?,
        at: Stamp(row.int(1)?),
        staff: StaffId(row.int(2)?),
        what: row.int(3)?,
        place: row.text(4)?,
        agent: row.text(5)?,
    })
}

impl ReadTx<'_> {
    /// The sessions of somebody, the one used last first.
    ///
    /// # Errors
    /// The engine's.
    pub fn sessions_of(&mut self, kind: SessionKind, subject: i64) -> Result<Vec<Session>, StoreError> {
        self.all(
            "SELECT kind, subject, created_at, seen_at, expires_at, agent, place, token FROM session WHERE kind = $1 AND subject = $2 ORDER BY seen_at DESC, token",
            params![kind.code(), subject],
            |row| read_session(row, &row.blob(7)?),
        )
    }

    /// How many wrong guesses were made at this key since it began to be counted, if that is later than `after`.
    ///
    /// # Errors
    /// The engine's.
    pub fn wrong_guesses(&mut self, key: &[u8], after: Stamp) -> Result<Option<(Stamp, i64)>, StoreError> {
        self.first(
            "SELECT since, wrong FROM guess WHERE key = $1 AND since > $2",
            params![key, after],
            |row| Ok((Stamp(row.int(0)?), row.int(1)?)),
        )
    }

    /// The record of sign-ins, newest first: of one account or of all, before an id.
    ///
    /// # Errors
    /// The engine's.
    pub fn sign_ins(
        &mut self,
        staff: Option<StaffId>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<SignInLine>, StoreError> {
        let mut sql = Sql::new("SELECT id, at, staff_id, what, place, agent FROM sign_in WHERE id < ");
        sql.bind(before.unwrap_or(i64::MAX));
        if let Some(staff) = staff {
            sql.push(" AND staff_id = ").bind(staff);
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), line)
    }

    /// The second factor of somebody.
    ///
    /// # Errors
    /// The engine's.
    pub fn second_factor(&mut self, staff: StaffId) -> Result<Option<SecondFactor>, StoreError> {
        self.first(
            "SELECT secret, made_at, confirmed_at, last_step FROM second_factor WHERE staff_id = $1",
            params![staff],
            |row| {
                Ok(SecondFactor {
                    staff,
                    secret: row.blob(0)?,
                    made_at: Stamp(row.int(1)?),
                    confirmed_at: row.opt_int(2)?.map(Stamp),
                    last_step: row.int(3)?,
                })
            },
        )
    }

    /// Whom the city's sign-on means by a name.
    ///
    /// # Errors
    /// The engine's.
    pub fn staff_by_sign_on(&mut self, name: &str) -> Result<Option<StaffId>, StoreError> {
        // What another program says has not been parsed by anybody; no name holds U+0000.
        if name.contains('\0') {
            return Ok(None);
        }
        let of = "SELECT staff_id FROM sign_on WHERE name = $1";
        self.first(of, params![name], |row| Ok(StaffId(row.int(0)?)))
    }

    /// What the city's sign-on calls somebody.
    ///
    /// # Errors
    /// The engine's.
    pub fn sign_on_of(&mut self, staff: StaffId) -> Result<Option<String>, StoreError> {
        self.first("SELECT name FROM sign_on WHERE staff_id = $1", params![staff], |row| row.text(0))
    }

    /// How many recovery codes somebody has left.
    ///
    /// # Errors
    /// The engine's.
    pub fn recovery_codes_left(&mut self, staff: StaffId) -> Result<i64, StoreError> {
        self.number(
            "SELECT count(*) FROM recovery_code WHERE staff_id = $1 AND used_at IS NULL",
            params![staff],
        )
    }
}

impl WriteTx<'_> {
    /// Ends the sessions of somebody but one.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_other_sessions(
        &mut self,
        kind: SessionKind,
        subject: i64,
        but: &[u8],
    ) -> Result<u64, StoreError> {
        let rows = self.exec(
            "DELETE FROM session WHERE kind = $1 AND subject = $2 AND token <> $3",
            params![kind.code(), subject, but],
        )?;
        Ok(rows)
    }

    /// A guess was wrong; one that is not newer than `after` begins the count anew. Returns the count.
    ///
    /// # Errors
    /// The engine's.
    pub fn guessed_wrong(&mut self, key: &[u8], now: Stamp, after: Stamp) -> Result<i64, StoreError> {
        self.exec(
            "DELETE FROM guess WHERE key IN (SELECT key FROM guess WHERE since <= $1 ORDER BY since LIMIT 20)",
            params![after],
        )?;
        self.exec("DELETE FROM guess WHERE key = $1 AND since <= $2", params![key, after])?;
        self.exec(
            "INSERT INTO guess (key, since, wrong) VALUES ($1, $2, 1) ON CONFLICT (key) DO UPDATE SET wrong = guess.wrong + 1",
            params![key, now],
        )?;
        self.number("SELECT wrong FROM guess WHERE key = $1", params![key])
    }

    /// Forgets wrong guesses: whoever made them knew it in the end.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_guesses(&mut self, key: &[u8]) -> Result<(), StoreError> {
        self.exec("DELETE FROM guess WHERE key = $1", params![key]).map(|_| ())
    }

    /// Adds to the record of sign-ins.
    ///
    /// # Errors
    /// The engine's.
    pub fn note_sign_in(&mut self, line: &SignInLine) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO sign_in (id, at, staff_id, what, place, agent) VALUES ($1, $2, $3, $4, $5, $6)",
            params![line.id, line.at, line.staff, line.what, &line.place, &line.agent],
        )
        .map(|_| ())
    }

    /// From now on the city's sign-on means this account by that name; an empty name means nobody.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another account has the name; the engine's.
    pub fn put_sign_on(&mut self, staff: StaffId, name: &str) -> Result<(), StoreError> {
        self.exec("DELETE FROM sign_on WHERE staff_id = $1", params![staff])?;
        if name.is_empty() {
            return Ok(());
        }
        self.exec("INSERT INTO sign_on (staff_id, name) VALUES ($1, $2)", params![staff, name]).map(|_| ())
    }

    /// Puts a new second factor in the place of the one before, with its codes gone.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_second_factor(&mut self, factor: &SecondFactor) -> Result<(), StoreError> {
        self.remove_second_factor(factor.staff)?;
        self.exec(
            "INSERT INTO second_factor (staff_id, secret, made_at, confirmed_at, last_step) VALUES ($1, $2, $3, $4, $5)",
            params![
                factor.staff,
                &factor.secret,
                factor.made_at,
                factor.confirmed_at,
                factor.last_step
            ],
        )
        .map(|_| ())
    }

    /// From now on it counts.
    ///
    /// # Errors
    /// The engine's.
    pub fn confirm_second_factor(&mut self, staff: StaffId, now: Stamp) -> Result<(), StoreError> {
        let confirm = "UPDATE second_factor SET confirmed_at = $1 WHERE staff_id = $2";
        self.exec(confirm, params![now, staff]).map(|_| ())
    }

    /// Uses up a step of time; false when it, or a later one, was used already.
    ///
    /// # Errors
    /// The engine's.
    pub fn use_step(&mut self, staff: StaffId, step: i64) -> Result<bool, StoreError> {
        let take = "UPDATE second_factor SET last_step = $1 WHERE staff_id = $2 AND last_step < $1";
        self.exec(take, params![step, staff]).map(|rows| rows > 0)
    }

    /// Takes a second factor and its codes away; whether there was one that counted.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_second_factor(&mut self, staff: StaffId) -> Result<bool, StoreError> {
        self.exec("DELETE FROM recovery_code WHERE staff_id = $1", params![staff])?;
        let had = self.second_factor(staff)?.is_some_and(|factor| factor.confirmed_at.is_some());
        self.exec("DELETE FROM second_factor WHERE staff_id = $1", params![staff])?;
        Ok(had)
    }

    /// Puts new recovery codes in the place of all before.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_recovery_codes(&mut self, staff: StaffId, hashes: &[Vec<u8>]) -> Result<(), StoreError> {
        self.exec("DELETE FROM recovery_code WHERE staff_id = $1", params![staff])?;
        for hash in hashes {
            self.exec("INSERT INTO recovery_code (staff_id, hash) VALUES ($1, $2)", params![staff, hash])?;
        }
        Ok(())
    }

    /// Uses up a recovery code; false when there is no such code left.
    ///
    /// # Errors
    /// The engine's.
    pub fn use_recovery_code(&mut self, staff: StaffId, hash: &[u8], now: Stamp) -> Result<bool, StoreError> {
        let take =
            "UPDATE recovery_code SET used_at = $1 WHERE staff_id = $2 AND hash = $3 AND used_at IS NULL";
        self.exec(take, params![now, staff, hash]).map(|rows| rows > 0)
    }
}
