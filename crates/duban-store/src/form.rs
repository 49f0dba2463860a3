//! Forms that were taken in (已收表单): a double click counts once. What a form said is not kept here.

use duban_domain::{Stamp, stamp::DAY_MS};

use crate::{ReadTx, StoreError, WriteTx, value::params};

/// How long a form is remembered, in milliseconds: longer than anybody waits between two clicks.
const KEPT_MS: i64 = 7 * DAY_MS;
/// How many old ones are forgotten with each new one.
const FORGOTTEN_MAX: i64 = 20;

impl ReadTx<'_> {
    /// Whether this very form was taken in before.
    ///
    /// # Errors
    /// The engine's.
    pub fn form_is_done(&mut self, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.number("SELECT count(*) FROM form_done WHERE key = $1", params![key])? > 0)
    }
}

impl WriteTx<'_> {
    /// Remembers a form that is taken in by this transaction.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another transaction took it in meanwhile; the engine's.
    pub fn form_done(&mut self, key: &[u8], now: Stamp) -> Result<(), StoreError> {
        self.exec(
            "DELETE FROM form_done WHERE key IN (SELECT key FROM form_done WHERE at < $1 ORDER BY at LIMIT $2)",
            params![now.plus_ms(-KEPT_MS), FORGOTTEN_MAX],
        )?;
        self.exec("INSERT INTO form_done (key, at) VALUES ($1, $2)", params![key, now]).map(|_| ())
    }
}
