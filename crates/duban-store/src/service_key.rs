//! The keys of other systems for the API v1 (服务密钥), and what was sent under a key of the sender's own. Only hashes
//! of secrets are kept.

use duban_domain::Stamp;

use crate::{
    ReadTx, StoreError, WriteTx,
    value::{Row, params},
};

/// A service key (服务密钥).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceKey {
    /// Its id.
    pub id: i64,
    /// The hash of the key.
    pub hash: Vec<u8>,
    /// The name of the system.
    pub name: String,
    /// What it may do: keys of actions, with spaces between them.
    pub scopes: String,
    /// The unit whose cases it reaches; none: every case.
    pub unit: Option<String>,
    /// When it was made.
    pub made_at: Stamp,
    /// By whom.
    pub made_by: String,
    /// When it ends by itself.
    pub expires_at: Option<Stamp>,
    /// When somebody ended it.
    pub ended_at: Option<Stamp>,
    /// When it was last used, to a minute or so.
    pub used_at: Option<Stamp>,
}

const COLUMNS: &str = "id, hash, name, scopes, unit, made_at, made_by, expires_at, ended_at, used_at";

fn read(row: &Row<'_>) -> Result<ServiceKey, StoreError> {
    Ok(ServiceKey {
        id: row.int(0)?,
        hash: row.blob(1)?,
        name: row.text(2)?,
        scopes: row.text(3)?,
        unit: row.opt_text(4)?,
        made_at: Stamp(row.int(5)?),
        made_by: row.text(6)?,
        expires_at: row.opt_int(7)?.map(Stamp),
        ended_at: row.opt_int(8)?.map(Stamp),
        used_at: row.opt_int(9)?.map(Stamp),
    })
}

impl ReadTx<'_> {
    /// The key with this hash.
    ///
    /// # Errors
    /// The engine's.
    pub fn service_key(&mut self, hash: &[u8]) -> Result<Option<ServiceKey>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM service_key WHERE hash = $1"), params![hash], read)
    }

    /// Every key, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn service_keys(&mut self) -> Result<Vec<ServiceKey>, StoreError> {
        self.all(&format!("SELECT {COLUMNS} FROM service_key ORDER BY id DESC"), &[], read)
    }
}

impl WriteTx<'_> {
    /// Adds a key.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_service_key(&mut self, key: &ServiceKey) -> Result<(), StoreError> {
        let sql =
            format!("INSERT INTO service_key ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        self.exec(
            &sql,
            params![
                key.id,
                &key.hash,
                &key.name,
                &key.scopes,
                &key.unit,
                key.made_at,
                &key.made_by,
                key.expires_at,
                key.ended_at,
                key.used_at
            ],
        )
        .map(|_| ())
    }

    /// Ends a key; whether there was one to end.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_service_key(&mut self, id: i64, now: Stamp) -> Result<bool, StoreError> {
        let end = "UPDATE service_key SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL";
        self.exec(end, params![now, id]).map(|rows| rows > 0)
    }

    /// A key was used.
    ///
    /// # Errors
    /// The engine's.
    pub fn touch_service_key(&mut self, id: i64, now: Stamp) -> Result<(), StoreError> {
        self.exec("UPDATE service_key SET used_at = $1 WHERE id = $2", params![now, id]).map(|_| ())
    }

    /// Keys of senders that were used until an instant, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn sent_until(&mut self, until: Stamp, limit: i64) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = "SELECT key FROM idempotency WHERE at <= $1 ORDER BY at, key LIMIT $2";
        self.all(sql, params![until, limit], |row| row.blob(0))
    }

    /// Forgets what was sent under a key.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_sent(&mut self, key: &[u8]) -> Result<(), StoreError> {
        self.exec("DELETE FROM idempotency WHERE key = $1", params![key]).map(|_| ())
    }

    /// Remembers for ever what was sent under a key: what it made is there for ever, too.
    ///
    /// # Errors
    /// The engine's.
    pub fn keep_sent(&mut self, key: &[u8]) -> Result<(), StoreError> {
        self.exec("UPDATE idempotency SET at = $1 WHERE key = $2", params![i64::MAX, key]).map(|_| ())
    }

    /// Keeps what was sent under a key of the sender's, unless something was before. What holds in the end, and
    /// whether it is new.
    ///
    /// # Errors
    /// The engine's.
    pub fn sent_under(
        &mut self,
        key: &[u8],
        digest: &[u8],
        now: Stamp,
    ) -> Result<(Vec<u8>, bool), StoreError> {
        let fresh = self.exec(
            "INSERT INTO idempotency (key, digest, at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
            params![key, digest, now],
        )?;
        let held =
            self.first("SELECT digest FROM idempotency WHERE key = $1", params![key], |row| row.blob(0))?;
        Ok((held.unwrap_or_default(), fresh > 0))
    }
}
