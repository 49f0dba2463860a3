//! Watches (邮件提醒): who wants to be mailed about what becomes public where.
//!
//! Address and area are sealed bytes here; the rows of one address are found by its keyed hash.

use duban_domain::{NoticeId, Stamp, WatchId, notice::NoticeKind, watch::Pace};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    sql::Sql,
    value::{Row, params},
};

/// One watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchRow {
    /// Its id.
    pub id: WatchId,
    /// What the address is found by.
    pub contact: Vec<u8>,
    /// The address, sealed.
    pub address: Vec<u8>,
    /// Its language: 1 Chinese, 2 English.
    pub lang: i64,
    /// What it covers, sealed.
    pub area: Vec<u8>,
    /// 提醒频率
    pub pace: Pace,
    /// When it was asked for.
    pub created_at: Stamp,
    /// When the owner of the mailbox said yes; nothing is mailed before.
    pub confirmed_at: Option<Stamp>,
    /// Up to when what became public was looked at.
    pub seen_at: Stamp,
    /// Not mailed before this instant.
    pub next_at: Stamp,
}

const COLUMNS: &str = "id, contact, address, lang, area, pace, created_at, confirmed_at, seen_at, next_at";

/// Which watches are due: what became public is newer than what they saw, or their hour of the day has come.
const DUE: &str = "confirmed_at IS NOT NULL AND next_at <= $1 AND (seen_at < $2 OR pace = 2)";

fn read(row: &Row<'_>) -> Result<WatchRow, StoreError> {
    Ok(WatchRow {
        id: WatchId(row.int(0)?),
        contact: row.blob(1)?,
        address: row.blob(2)?,
        lang: row.int(3)?,
        area: row.blob(4)?,
        pace: code("pace", row.int(5)?, Pace::from_code)?,
        created_at: Stamp(row.int(6)?),
        confirmed_at: row.opt_int(7)?.map(Stamp),
        seen_at: Stamp(row.int(8)?),
        next_at: Stamp(row.int(9)?),
    })
}

impl ReadTx<'_> {
    /// A watch.
    ///
    /// # Errors
    /// The engine's.
    pub fn watch(&mut self, id: WatchId) -> Result<Option<WatchRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM watch WHERE id = $1"), params![id], read)
    }

    /// The watches of an address, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn watches_of(&mut self, contact: &[u8]) -> Result<Vec<WatchRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM watch WHERE contact = $1 ORDER BY id");
        self.all(&sql, params![contact], read)
    }

    /// Whether a watch is due, when the newest that is public became so at an instant.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_due_watch(&mut self, now: Stamp, newest: Stamp) -> Result<bool, StoreError> {
        let sql = format!("SELECT id FROM watch WHERE {DUE} LIMIT 1");
        Ok(self.first(&sql, params![now, newest], |row| row.int(0))?.is_some())
    }

    /// Whether somebody asked before an instant and never confirmed, or their address is still in the ledger.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_unconfirmed(&mut self, before: Stamp) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM watch WHERE confirmed_at IS NULL AND created_at < $1 LIMIT 1";
        if self.first(sql, params![before], |row| row.int(0))?.is_some() {
            return Ok(true);
        }
        Ok(!self.asked_before(before, 1)?.is_empty())
    }

    /// Notices of some kinds to an address that were not sent yet, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn waiting_for(&mut self, contact: &[u8], kinds: &[NoticeKind]) -> Result<Vec<NoticeId>, StoreError> {
        let mut sql = Sql::new("SELECT id FROM notice WHERE contact = ");
        sql.bind(contact).push(" AND state IN (1, 4) AND kind IN (");
        sql.bind_all(kinds.iter().map(|kind| kind.code())).push(") ORDER BY created_at, id");
        self.all(&sql.text, &sql.params(), |row| Ok(NoticeId(row.int(0)?)))
    }

    /// Requests for a confirmation of before an instant that still hold their address.
    ///
    /// # Errors
    /// The engine's.
    pub fn asked_before(&mut self, before: Stamp, limit: i64) -> Result<Vec<NoticeId>, StoreError> {
        // The kind stands in the text, so that the small index of these is used.
        let sql = format!(
            "SELECT id FROM notice WHERE kind = {} AND length(contact) > 0 AND created_at < $1
             ORDER BY created_at LIMIT $2",
            NoticeKind::Confirm.code()
        );
        self.all(&sql, params![before, limit], |row| Ok(NoticeId(row.int(0)?)))
    }
}

impl WriteTx<'_> {
    /// Keeps a watch.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_watch(&mut self, w: &WatchRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO watch (id, contact, address, lang, area, pace, created_at, confirmed_at, seen_at, next_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                w.id,
                &w.contact,
                &w.address,
                w.lang,
                &w.area,
                w.pace.code(),
                w.created_at,
                w.confirmed_at,
                w.seen_at,
                w.next_at,
            ],
        )
        .map(|_| ())
    }

    /// The watches of an address, oldest first; nobody else changes one of them until this transaction is done.
    /// Whoever changes a watch claims its whole address first, so that two never wait for each other.
    ///
    /// # Errors
    /// The engine's.
    pub fn watches_for_update(&mut self, contact: &[u8]) -> Result<Vec<WatchRow>, StoreError> {
        let lock = self.dialect().for_update();
        let sql = format!("SELECT {COLUMNS} FROM watch WHERE contact = $1 ORDER BY id{lock}");
        self.all(&sql, params![contact], read)
    }

    /// Writes when a watch was confirmed, its pace, and what it has seen.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_watch(&mut self, w: &WatchRow) -> Result<(), StoreError> {
        self.exec(
            "UPDATE watch SET pace = $1, confirmed_at = $2, seen_at = $3, next_at = $4 WHERE id = $5",
            params![w.pace.code(), w.confirmed_at, w.seen_at, w.next_at, w.id],
        )
        .map(|_| ())
    }

    /// Due watches of so many addresses, those of one together. Nobody else gets anything of these addresses until
    /// this transaction is done; what another one did meanwhile is not due any more.
    ///
    /// # Errors
    /// The engine's.
    pub fn due_watches(
        &mut self,
        now: Stamp,
        newest: Stamp,
        limit: i64,
    ) -> Result<Vec<WatchRow>, StoreError> {
        let lock = self.dialect().for_update();
        let sql = format!(
            "SELECT {COLUMNS} FROM watch WHERE contact IN
                (SELECT contact FROM watch WHERE {DUE} GROUP BY contact ORDER BY contact LIMIT $3)
             ORDER BY contact, id{lock}"
        );
        let mut rows = self.all(&sql, params![now, newest, limit], read)?;
        rows.retain(|row| {
            let new = row.seen_at < newest || row.pace == Pace::Daily;
            row.confirmed_at.is_some() && row.next_at <= now && new
        });
        Ok(rows)
    }

    /// An address was mailed: whatever else it watches as it comes waits as long.
    ///
    /// # Errors
    /// The engine's.
    pub fn rest_watches(&mut self, contact: &[u8], until: Stamp) -> Result<(), StoreError> {
        self.exec(
            "UPDATE watch SET next_at = $1 WHERE contact = $2 AND pace = 1 AND next_at < $1",
            params![until, contact],
        )
        .map(|_| ())
    }

    /// A watch ends, and nothing of it is kept.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_watch(&mut self, id: WatchId) -> Result<(), StoreError> {
        self.exec("DELETE FROM watch WHERE id = $1", params![id]).map(|_| ())
    }

    /// Every watch of an address ends.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_watches_of(&mut self, contact: &[u8]) -> Result<(), StoreError> {
        self.exec("DELETE FROM watch WHERE contact = $1", params![contact]).map(|_| ())
    }

    /// Forgets who asked before an instant and never confirmed.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_unconfirmed(&mut self, before: Stamp) -> Result<(), StoreError> {
        let lock = self.dialect().for_update();
        let sql = format!(
            "DELETE FROM watch WHERE id IN
                (SELECT id FROM watch WHERE confirmed_at IS NULL AND created_at < $1 ORDER BY contact, id{lock})"
        );
        self.exec(&sql, params![before]).map(|_| ())
    }

    /// A notice stays in the ledger without its address and its words.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_notice(&mut self, id: NoticeId, address: &[u8], body: &[u8]) -> Result<(), StoreError> {
        let nothing: &[u8] = &[];
        self.exec(
            "UPDATE notice SET contact = $1, address = $2, body = $3 WHERE id = $4",
            params![nothing, address, body, id],
        )
        .map(|_| ())
    }
}
