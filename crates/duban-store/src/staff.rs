//! Who signs in: staff, sessions, and the keys of other systems. Only hashes of secrets are kept.

use std::collections::BTreeMap;

use duban_domain::{StaffId, Stamp};

use crate::{
    ReadTx, StoreError, WriteTx,
    sql::Sql,
    value::{Row, params},
};

/// A member of staff (工作人员).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// What they type to sign in.
    pub login: String,
    /// The name that colleagues see.
    pub name: String,
    /// The key of the unit they act for.
    pub unit: String,
    /// The key of their role.
    pub role: String,
    /// The hash of their password.
    pub password: String,
    /// Whether they may sign in.
    pub active: bool,
    /// Since when they are here.
    pub created_at: Stamp,
}

/// Whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// A member of staff.
    Staff,
    /// A browser that may see one request.
    Resident,
    /// A member of staff who has given the password and not yet the second factor.
    Halfway,
}

impl SessionKind {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Staff => 1,
            Self::Resident => 2,
            Self::Halfway => 3,
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        [Self::Staff, Self::Resident, Self::Halfway].into_iter().find(|kind| kind.code() == code)
    }
}

/// A session (会话).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The hash of what the browser shows.
    pub token: Vec<u8>,
    /// Whose.
    pub kind: SessionKind,
    /// The id of the member of staff or of the request.
    pub subject: i64,
    /// When it began.
    pub created_at: Stamp,
    /// When it was last used, roughly.
    pub seen_at: Stamp,
    /// When it ends in any case.
    pub expires_at: Stamp,
    /// What the browser called itself when it began, cut; empty for residents.
    pub agent: String,
    /// The address it began at, shortened; empty for residents.
    pub place: String,
}

/// What the key of another system opens (密钥用途).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyScope {
    /// Open311: handing in, reading, reporting.
    Open311,
    /// 电话系统: telling of calls, and nothing else.
    Telephone,
}

impl KeyScope {
    /// The word that the table has.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Open311 => "open311",
            Self::Telephone => "telephone",
        }
    }

    fn of(key: &str) -> Self {
        if key == "telephone" { Self::Telephone } else { Self::Open311 }
    }
}

/// The key of another system (接口密钥).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: i64,
    /// The hash of the key.
    pub hash: Vec<u8>,
    /// The name of the system.
    pub name: String,
    /// The unit that the system acts for, when it handles that unit's cases.
    pub unit: Option<String>,
    /// What it opens.
    pub scope: KeyScope,
    /// When it was made.
    pub created_at: Stamp,
    /// When it was taken back.
    pub revoked_at: Option<Stamp>,
}

const STAFF: &str = "SELECT id, login, name, unit, role, password, active, created_at FROM staff";

fn read_staff(row: &Row<'_>) -> Result<Staff, StoreError> {
    Ok(Staff {
        id: StaffId(row.int(0)?),
        login: row.text(1)?,
        name: row.text(2)?,
        unit: row.text(3)?,
        role: row.text(4)?,
        password: row.text(5)?,
        active: row.flag(6)?,
        created_at: Stamp(row.int(7)?),
    })
}

pub(crate) fn read_session(row: &Row<'_>, token: &[u8]) -> Result<Session, StoreError> {
    Ok(Session {
        token: token.to_vec(),
        kind: crate::request::code("the kind of a session", row.int(0)?, SessionKind::from_code)?,
        subject: row.int(1)?,
        created_at: Stamp(row.int(2)?),
        seen_at: Stamp(row.int(3)?),
        expires_at: Stamp(row.int(4)?),
        agent: row.text(5)?,
        place: row.text(6)?,
    })
}

fn read_key(row: &Row<'_>) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.int(0)?,
        hash: row.blob(1)?,
        name: row.text(2)?,
        created_at: Stamp(row.int(3)?),
        revoked_at: row.opt_int(4)?.map(Stamp),
        unit: row.opt_text(5)?,
        scope: KeyScope::of(&row.text(6)?),
    })
}

impl ReadTx<'_> {
    /// A member of staff.
    ///
    /// # Errors
    /// The engine's.
    pub fn staff(&mut self, id: StaffId) -> Result<Option<Staff>, StoreError> {
        self.first(&format!("{STAFF} WHERE id = $1"), params![id], read_staff)
    }

    /// The member of staff with this login.
    ///
    /// # Errors
    /// The engine's.
    pub fn staff_by_login(&mut self, login: &str) -> Result<Option<Staff>, StoreError> {
        // What is typed here has not been parsed by anybody; no login holds U+0000.
        if login.contains('\0') {
            return Ok(None);
        }
        self.first(&format!("{STAFF} WHERE login = $1"), params![login], read_staff)
    }

    /// Everybody, in the order they came.
    ///
    /// # Errors
    /// The engine's.
    pub fn staff_list(&mut self) -> Result<Vec<Staff>, StoreError> {
        self.all(&format!("{STAFF} ORDER BY id"), &[], read_staff)
    }

    /// The names of some, by their ids.
    ///
    /// # Errors
    /// The engine's.
    pub fn staff_names(&mut self, ids: &[StaffId]) -> Result<BTreeMap<StaffId, String>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut sql = Sql::new("SELECT id, name FROM staff WHERE id IN (");
        sql.bind_all(ids.iter().copied()).push(")");
        let found = self.all(&sql.text, &sql.params(), |row| Ok((StaffId(row.int(0)?), row.text(1)?)))?;
        Ok(found.into_iter().collect())
    }

    /// The session with this token hash.
    ///
    /// # Errors
    /// The engine's.
    pub fn session(&mut self, token: &[u8]) -> Result<Option<Session>, StoreError> {
        self.first(
            "SELECT kind, subject, created_at, seen_at, expires_at, agent, place FROM session WHERE token = $1",
            params![token],
            |row| read_session(row, token),
        )
    }

    /// The key with this hash.
    ///
    /// # Errors
    /// The engine's.
    pub fn api_key(&mut self, hash: &[u8]) -> Result<Option<ApiKey>, StoreError> {
        self.first(
            "SELECT id, hash, name, created_at, revoked_at, unit, scope FROM api_key WHERE hash = $1",
            params![hash],
            read_key,
        )
    }

    /// All keys, in the order they were made.
    ///
    /// # Errors
    /// The engine's.
    pub fn api_keys(&mut self) -> Result<Vec<ApiKey>, StoreError> {
        self.all(
            "SELECT id, hash, name, created_at, revoked_at, unit, scope FROM api_key ORDER BY id",
            &[],
            read_key,
        )
    }
}

impl WriteTx<'_> {
    /// Adds a member of staff.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the login is; the engine's.
    pub fn insert_staff(&mut self, staff: &Staff) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO staff (id, login, name, unit, role, password, active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                staff.id,
                &staff.login,
                &staff.name,
                &staff.unit,
                &staff.role,
                &staff.password,
                staff.active,
                staff.created_at,
            ],
        )?;
        Ok(())
    }

    /// Writes a member of staff as they are now; their id and since when they are here stay.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the login is; the engine's.
    pub fn update_staff(&mut self, staff: &Staff) -> Result<(), StoreError> {
        self.exec(
            "UPDATE staff SET login = $1, name = $2, unit = $3, role = $4, password = $5, active = $6 WHERE id = $7",
            params![&staff.login, &staff.name, &staff.unit, &staff.role, &staff.password, staff.active, staff.id],
        )?;
        Ok(())
    }

    /// Begins a session, and forgets some that are over.
    ///
    /// # Errors
    /// The engine's.
    pub fn open_session(&mut self, session: &Session) -> Result<(), StoreError> {
        self.exec(
            "DELETE FROM session WHERE token IN (SELECT token FROM session WHERE expires_at <= $1 ORDER BY expires_at LIMIT 20)",
            params![session.created_at],
        )?;
        self.exec(
            "INSERT INTO session (token, kind, subject, created_at, seen_at, expires_at, agent, place) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                &session.token,
                session.kind.code(),
                session.subject,
                session.created_at,
                session.seen_at,
                session.expires_at,
                &session.agent,
                &session.place,
            ],
        )?;
        Ok(())
    }

    /// A session was used.
    ///
    /// # Errors
    /// The engine's.
    pub fn touch_session(&mut self, token: &[u8], now: Stamp) -> Result<(), StoreError> {
        self.exec("UPDATE session SET seen_at = $1 WHERE token = $2", params![now, token]).map(|_| ())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_session(&mut self, token: &[u8]) -> Result<(), StoreError> {
        self.exec("DELETE FROM session WHERE token = $1", params![token]).map(|_| ())
    }

    /// Ends every session of somebody, begun and half begun; how many were begun.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_sessions_of(&mut self, staff: StaffId) -> Result<u64, StoreError> {
        let end = "DELETE FROM session WHERE kind = $1 AND subject = $2";
        self.exec(end, params![SessionKind::Halfway.code(), staff])?;
        self.exec(end, params![SessionKind::Staff.code(), staff])
    }

    /// Adds the key of another system.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when it is there already; the engine's.
    pub fn insert_api_key(&mut self, key: &ApiKey) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO api_key (id, hash, name, created_at, revoked_at, unit, scope) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![key.id, &key.hash, &key.name, key.created_at, key.revoked_at, &key.unit, key.scope.key()],
        )?;
        Ok(())
    }

    /// Takes a key back; whether there was one to take.
    ///
    /// # Errors
    /// The engine's.
    pub fn revoke_api_key(&mut self, id: i64, now: Stamp) -> Result<bool, StoreError> {
        let taken = "UPDATE api_key SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        self.exec(taken, params![now, id]).map(|rows| rows > 0)
    }
}
