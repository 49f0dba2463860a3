//! Calls (通话), what was done about them, and who sits at which line (坐席).
//!
//! Numbers and the addresses of recordings are sealed bytes here.

mod figures;

use duban_domain::{
    CallId, Number, StaffId, Stamp,
    call::{CallState, Direction, Times, TryBack},
};

pub use figures::{CallFigure, CallQuery, CallSums, Seconds};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    sql::Sql,
    value::{Row, params},
};

/// A call as it is kept (通话记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    /// Its id.
    pub id: CallId,
    /// Which system told of it, and its name there.
    pub source: String,
    /// Which way.
    pub direction: Direction,
    /// Where it stands.
    pub state: CallState,
    /// The other party's number, sealed.
    pub phone: Option<Vec<u8>>,
    /// What that number is found by.
    pub phone_hash: Option<Vec<u8>>,
    /// Our own number.
    pub dialled: String,
    /// The lines that ring, or the one that answered.
    pub line: String,
    /// The operator.
    pub agent: Option<StaffId>,
    /// When what happened.
    pub times: Times,
    /// Why it ended, in the telephone system's word.
    pub cause: String,
    /// Where the recording is, sealed.
    pub recording: Option<Vec<u8>>,
    /// The request that came of it.
    pub number: Option<Number>,
    /// Whether that was answered at once.
    pub direct: bool,
    /// How often a missed call was called back.
    pub tries: i64,
    /// When last.
    pub tried_at: Option<Stamp>,
    /// When a missed call was settled.
    pub settled_at: Option<Stamp>,
    /// How.
    pub settled: Option<TryBack>,
}

/// What was done about a call (通话处理记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallNote {
    /// Its id.
    pub id: i64,
    /// The call.
    pub call: CallId,
    /// When.
    pub at: Stamp,
    /// By whom.
    pub staff: StaffId,
    /// Their name then.
    pub staff_name: String,
    /// What: `shown`, or how an attempt went.
    pub kind: String,
    /// In words.
    pub words: String,
}

/// Where somebody sits (坐席).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who.
    pub staff: StaffId,
    /// The line there; empty when none was named.
    pub line: String,
    /// Whether calls go to others for now.
    pub away: bool,
}

const COLUMNS: &str = "c.id, c.source, c.direction, c.state, c.phone, c.phone_hash, c.dialled, c.line, c.agent, c.rang_at,
    c.answered_at, c.ended_at, c.wrapped_at, c.cause, c.recording, c.case_number, c.direct, c.tries, c.tried_at,
    c.settled_at, c.settled";

fn read(row: &Row<'_>) -> Result<CallRow, StoreError> {
    let stamp = |at: usize| row.opt_int(at).map(|n| n.map(Stamp));
    Ok(CallRow {
        id: CallId(row.int(0)?),
        source: row.text(1)?,
        direction: code("the direction of a call", row.int(2)?, Direction::from_code)?,
        state: code("the state of a call", row.int(3)?, CallState::from_code)?,
        phone: row.opt_blob(4)?,
        phone_hash: row.opt_blob(5)?,
        dialled: row.text(6)?,
        line: row.text(7)?,
        agent: row.opt_int(8)?.map(StaffId),
        times: Times {
            rang_at: Stamp(row.int(9)?),
            answered_at: stamp(10)?,
            ended_at: stamp(11)?,
            wrapped_at: stamp(12)?,
        },
        cause: row.text(13)?,
        recording: row.opt_blob(14)?,
        number: if row.opt_text(15)?.is_some() { Some(row.number(15)?) } else { None },
        direct: row.flag(16)?,
        tries: row.int(17)?,
        tried_at: stamp(18)?,
        settled_at: stamp(19)?,
        settled: row
            .opt_int(20)?
            .map(|n| code("how a call was settled", n, TryBack::from_code))
            .transpose()?,
    })
}

impl ReadTx<'_> {
    /// A call.
    ///
    /// # Errors
    /// The engine's.
    pub fn call(&mut self, id: CallId) -> Result<Option<CallRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM call c WHERE c.id = $1"), params![id], read)
    }

    /// Calls that ring, are talked on, or are being written up; oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn open_calls(&mut self, limit: i64) -> Result<Vec<CallRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM call c WHERE c.state <= 3 ORDER BY c.id LIMIT $1");
        self.all(&sql, params![limit], read)
    }

    /// Missed calls that nobody has settled, longest waiting first.
    ///
    /// # Errors
    /// The engine's.
    pub fn missed_calls(&mut self, limit: i64) -> Result<Vec<CallRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM call c WHERE c.state = 5 AND c.settled_at IS NULL ORDER BY c.rang_at, c.id LIMIT $1"
        );
        self.all(&sql, params![limit], read)
    }

    /// How many missed calls are not settled.
    ///
    /// # Errors
    /// The engine's.
    pub fn missed_count(&mut self) -> Result<i64, StoreError> {
        self.number("SELECT count(*) FROM call c WHERE c.state = 5 AND c.settled_at IS NULL", &[])
    }

    /// A page of calls, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn calls(&mut self, query: &CallQuery) -> Result<Vec<CallRow>, StoreError> {
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM call c");
        within(&mut sql, query);
        if let Some(figure) = query.figure {
            sql.push(" AND ").push(&figure.clause(query.seconds));
        }
        if let Some(before) = query.before {
            sql.push(" AND c.id < ").bind(before);
        }
        sql.push(" ORDER BY c.id DESC LIMIT ").bind(query.limit);
        self.all(&sql.text, &sql.params(), read)
    }

    /// The sums of a shift for each operator; calls that nobody answered stand under none.
    ///
    /// # Errors
    /// The engine's.
    pub fn call_sums(&mut self, query: &CallQuery) -> Result<Vec<(Option<StaffId>, CallSums)>, StoreError> {
        let mut sql = Sql::new("SELECT c.agent");
        for figure in CallFigure::ALL {
            let clause = figure.clause(query.seconds);
            sql.push(&format!(", CAST(coalesce(sum(CASE WHEN {clause} THEN 1 ELSE 0 END), 0) AS BIGINT)"));
        }
        let apart = |when: &str, to: &str, from: &str| {
            format!(
                ", CAST(coalesce(sum(CASE WHEN c.direction = 1 AND {when} AND {to} > {from} THEN {to} - {from} ELSE 0 END), 0) AS BIGINT)"
            )
        };
        let (answered, ended, wrapped) =
            ("c.answered_at IS NOT NULL", "c.ended_at IS NOT NULL", "c.wrapped_at IS NOT NULL");
        let both = format!("{answered} AND {ended}");
        let all = format!("{both} AND {wrapped}");
        sql.push(&apart(answered, "c.answered_at", "c.rang_at"));
        sql.push(&apart(&both, "c.ended_at", "c.answered_at"));
        sql.push(&apart(&all, "c.wrapped_at", "c.ended_at"));
        sql.push(" FROM call c");
        within(&mut sql, query);
        sql.push(" GROUP BY c.agent");
        self.all(&sql.text, &sql.params(), |row| {
            let mut sums = CallSums::default();
            for (at, count) in sums.counts.iter_mut().enumerate() {
                *count = row.int(1 + at)?;
            }
            let behind = 1 + sums.counts.len();
            (sums.wait_ms, sums.talk_ms, sums.wrap_ms) =
                (row.int(behind)?, row.int(behind + 1)?, row.int(behind + 2)?);
            Ok((row.opt_int(0)?.map(StaffId), sums))
        })
    }

    /// What was done about a call, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn call_notes(&mut self, call: CallId) -> Result<Vec<CallNote>, StoreError> {
        self.all(
            "SELECT id, call_id, at, staff, staff_name, kind, words FROM call_note WHERE call_id = $1 ORDER BY id",
            params![call],
            |row| {
                Ok(CallNote {
                    id: row.int(0)?,
                    call: CallId(row.int(1)?),
                    at: Stamp(row.int(2)?),
                    staff: StaffId(row.int(3)?),
                    staff_name: row.text(4)?,
                    kind: row.text(5)?,
                    words: row.text(6)?,
                })
            },
        )
    }

    /// Where everybody sits.
    ///
    /// # Errors
    /// The engine's.
    pub fn seats(&mut self) -> Result<Vec<Seat>, StoreError> {
        self.all("SELECT staff, line, away FROM seat ORDER BY staff", &[], |row| {
            Ok(Seat { staff: StaffId(row.int(0)?), line: row.text(1)?, away: row.flag(2)? })
        })
    }
}

fn within<'q>(sql: &mut Sql<'q>, query: &'q CallQuery) {
    sql.push(" WHERE c.rang_at >= ").bind(query.from).push(" AND c.rang_at < ").bind(query.to);
    if let Some(agent) = query.agent {
        sql.push(" AND c.agent = ").bind(agent);
    }
}

impl WriteTx<'_> {
    /// The call that a source knows by this name, locked for this transaction.
    ///
    /// # Errors
    /// The engine's.
    pub fn call_by_source(&mut self, source: &str) -> Result<Option<CallRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM call c WHERE c.source = $1{}", self.dialect().for_update());
        self.first(&sql, params![source], read)
    }

    /// A call, locked for this transaction.
    ///
    /// # Errors
    /// The engine's.
    pub fn call_for_update(&mut self, id: CallId) -> Result<Option<CallRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM call c WHERE c.id = $1{}", self.dialect().for_update());
        self.first(&sql, params![id], read)
    }

    /// Calls of an operator that are not over, locked for this transaction.
    ///
    /// # Errors
    /// The engine's.
    pub fn open_calls_of(&mut self, agent: StaffId) -> Result<Vec<CallRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM call c WHERE c.agent = $1 AND c.state <= 3 ORDER BY c.id{}",
            self.dialect().for_update()
        );
        self.all(&sql, params![agent], read)
    }

    /// Keeps a new call; whether it was new.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_call(&mut self, call: &CallRow) -> Result<bool, StoreError> {
        let written = self.exec(
            "INSERT INTO call (id, source, direction, state, phone, phone_hash, dialled, line, agent, rang_at, answered_at,
                ended_at, wrapped_at, cause, recording, case_number, direct, tries, tried_at, settled_at, settled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
             ON CONFLICT DO NOTHING",
            params![
                call.id,
                &call.source,
                call.direction.code(),
                call.state.code(),
                call.phone.as_deref(),
                call.phone_hash.as_deref(),
                &call.dialled,
                &call.line,
                call.agent,
                call.times.rang_at,
                call.times.answered_at,
                call.times.ended_at,
                call.times.wrapped_at,
                &call.cause,
                call.recording.as_deref(),
                call.number.as_ref().map(Number::digits),
                call.direct,
                call.tries,
                call.tried_at,
                call.settled_at,
                call.settled.map(TryBack::code),
            ],
        )?;
        Ok(written > 0)
    }

    /// Writes a call as it is now.
    ///
    /// # Errors
    /// The engine's.
    pub fn update_call(&mut self, call: &CallRow) -> Result<(), StoreError> {
        self.exec(
            "UPDATE call SET direction = $1, state = $2, phone = $3, phone_hash = $4, dialled = $5, line = $6, agent = $7,
                rang_at = $8, answered_at = $9, ended_at = $10, wrapped_at = $11, cause = $12, recording = $13,
                case_number = $14, direct = $15, tries = $16, tried_at = $17, settled_at = $18, settled = $19
             WHERE id = $20",
            params![
                call.direction.code(),
                call.state.code(),
                call.phone.as_deref(),
                call.phone_hash.as_deref(),
                &call.dialled,
                &call.line,
                call.agent,
                call.times.rang_at,
                call.times.answered_at,
                call.times.ended_at,
                call.times.wrapped_at,
                &call.cause,
                call.recording.as_deref(),
                call.number.as_ref().map(Number::digits),
                call.direct,
                call.tries,
                call.tried_at,
                call.settled_at,
                call.settled.map(TryBack::code),
                call.id,
            ],
        )
        .map(|_| ())
    }

    /// Somebody whose call was missed got through later: nobody has to call them back any more.
    ///
    /// # Errors
    /// The engine's.
    pub fn settle_missed_of(&mut self, phone_hash: &[u8], now: Stamp) -> Result<u64, StoreError> {
        self.exec(
            "UPDATE call SET settled_at = $1, settled = $2 WHERE phone_hash = $3 AND state = 5 AND settled_at IS NULL",
            params![now, TryBack::CalledAgain.code(), phone_hash],
        )
    }

    /// Keeps what was done about a call.
    ///
    /// # Errors
    /// The engine's.
    pub fn note_call(&mut self, note: &CallNote) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO call_note (id, call_id, at, staff, staff_name, kind, words) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![note.id, note.call, note.at, note.staff, &note.staff_name, &note.kind, &note.words],
        )
        .map(|_| ())
    }

    /// Somebody sits down at a line; whoever sat there before sits nowhere.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_seat(&mut self, seat: &Seat) -> Result<(), StoreError> {
        if !seat.line.is_empty() {
            self.exec("DELETE FROM seat WHERE line = $1 AND staff <> $2", params![&seat.line, seat.staff])?;
        }
        self.exec(
            "INSERT INTO seat (staff, line, away) VALUES ($1, $2, $3)
             ON CONFLICT (staff) DO UPDATE SET line = excluded.line, away = excluded.away",
            params![seat.staff, &seat.line, seat.away],
        )
        .map(|_| ())
    }
}
