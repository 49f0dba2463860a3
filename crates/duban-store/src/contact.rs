//! Codes (验证码) that were sent to a number or an address, and the browsers that came in by one.
//!
//! Numbers and addresses are keyed hashes and sealed bytes here, and so are codes and tokens. How long anything holds
//! and how often it may be tried is the domain's.

use duban_domain::{
    NoticeId, PersonId, Stamp,
    confirmation::{Means, Sent},
    notice::NoticeKind,
};

use crate::{
    ReadTx, StoreError, WriteTx,
    value::{Row, params},
};

/// The last code of a number or address (验证码).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// What the number or address is found by.
    pub contact: Vec<u8>,
    /// The request that it confirms, or 0 where it lets somebody in.
    pub purpose: i64,
    /// The digits, as a keyed hash.
    pub hash: Vec<u8>,
    /// When it was sent, and how often it was tried.
    pub sent: Sent,
}

/// A browser that sees the requests of a number or address (我的诉求会话).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactSession {
    /// The hash of what the browser shows.
    pub token: Vec<u8>,
    /// What the number or address is found by.
    pub contact: Vec<u8>,
    /// The number or address, sealed.
    pub address: Vec<u8>,
    /// When it began.
    pub created_at: Stamp,
    /// When it ends.
    pub expires_at: Stamp,
    /// What the browser called itself when it began, cut.
    pub agent: String,
    /// The address it began at, shortened.
    pub place: String,
}

const CODE: &str = "contact, purpose, hash, at, wrong, used_at, day_from, day_count";
const SESSION: &str = "token, contact, address, created_at, expires_at, agent, place";

fn code(row: &Row<'_>) -> Result<CodeRow, StoreError> {
    let count = |n: i64| u32::try_from(n).map_err(|_| StoreError::unreadable("a count of codes", n));
    Ok(CodeRow {
        contact: row.blob(0)?,
        purpose: row.int(1)?,
        hash: row.blob(2)?,
        sent: Sent {
            at: Stamp(row.int(3)?),
            wrong: count(row.int(4)?)?,
            used_at: row.opt_int(5)?.map(Stamp),
            day_from: Stamp(row.int(6)?),
            day_count: count(row.int(7)?)?,
        },
    })
}

fn session(row: &Row<'_>) -> Result<ContactSession, StoreError> {
    Ok(ContactSession {
        token: row.blob(0)?,
        contact: row.blob(1)?,
        address: row.blob(2)?,
        created_at: Stamp(row.int(3)?),
        expires_at: Stamp(row.int(4)?),
        agent: row.text(5)?,
        place: row.text(6)?,
    })
}

impl ReadTx<'_> {
    /// The last code of a number or address.
    ///
    /// # Errors
    /// The engine's.
    pub fn contact_code(&mut self, contact: &[u8]) -> Result<Option<CodeRow>, StoreError> {
        self.first(&format!("SELECT {CODE} FROM contact_code WHERE contact = $1"), params![contact], code)
    }

    /// The browser with this token hash.
    ///
    /// # Errors
    /// The engine's.
    pub fn contact_session(&mut self, token: &[u8]) -> Result<Option<ContactSession>, StoreError> {
        self.first(
            &format!("SELECT {SESSION} FROM contact_session WHERE token = $1"),
            params![token],
            session,
        )
    }

    /// The browsers of a number or address, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn contact_sessions(&mut self, contact: &[u8]) -> Result<Vec<ContactSession>, StoreError> {
        let sql = format!(
            "SELECT {SESSION} FROM contact_session WHERE contact = $1 ORDER BY created_at DESC, token"
        );
        self.all(&sql, params![contact], session)
    }

    /// When somebody's telephone and mail address were confirmed.
    ///
    /// # Errors
    /// The engine's.
    pub fn confirmed(&mut self, person: PersonId) -> Result<(Option<Stamp>, Option<Stamp>), StoreError> {
        let found = self.first(
            "SELECT phone_confirmed_at, mail_confirmed_at FROM person WHERE id = $1",
            params![person],
            |row| Ok((row.opt_int(0)?.map(Stamp), row.opt_int(1)?.map(Stamp))),
        )?;
        Ok(found.unwrap_or_default())
    }

    /// Notices of before an instant that still hold a code.
    ///
    /// # Errors
    /// The engine's.
    pub fn codes_told_before(&mut self, before: Stamp, limit: i64) -> Result<Vec<NoticeId>, StoreError> {
        // The kind stands in the text, so that the small index of these is used.
        let sql = format!(
            "SELECT id FROM notice WHERE kind = {} AND length(contact) > 0 AND created_at < $1
             ORDER BY created_at LIMIT $2",
            NoticeKind::Code.code()
        );
        self.all(&sql, params![before, limit], |row| Ok(NoticeId(row.int(0)?)))
    }

    /// Whether a code is older than an instant, or a session over by then.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_old_contacts(&mut self, codes: Stamp, sessions: Stamp) -> Result<bool, StoreError> {
        let old = "SELECT at FROM contact_code WHERE at < $1 LIMIT 1";
        let over = "SELECT expires_at FROM contact_session WHERE expires_at < $1 LIMIT 1";
        Ok(self.first(old, params![codes], |row| row.int(0))?.is_some()
            || self.first(over, params![sessions], |row| row.int(0))?.is_some())
    }
}

impl WriteTx<'_> {
    /// As [`WriteTx::contact_code_for_update`], also where there is none yet: of two who ask for the first code at once
    /// the second waits here.
    ///
    /// # Errors
    /// The engine's.
    pub fn claim_contact_code(&mut self, contact: &[u8]) -> Result<Option<CodeRow>, StoreError> {
        self.exec(
            "INSERT INTO contact_code (contact, purpose, hash, at, wrong, day_from, day_count)
             VALUES ($1, 0, $1, 0, 0, 0, 0) ON CONFLICT (contact) DO NOTHING",
            params![contact],
        )?;
        Ok(self.contact_code_for_update(contact)?.filter(|row| row.sent.day_count > 0))
    }

    /// The last code of a number or address; nobody else changes it until this transaction is done.
    ///
    /// # Errors
    /// The engine's.
    pub fn contact_code_for_update(&mut self, contact: &[u8]) -> Result<Option<CodeRow>, StoreError> {
        let lock = self.dialect().for_update();
        let sql = format!("SELECT {CODE} FROM contact_code WHERE contact = $1{lock}");
        self.first(&sql, params![contact], code)
    }

    /// Keeps a code in the place of the one before.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_contact_code(&mut self, row: &CodeRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO contact_code (contact, purpose, hash, at, wrong, used_at, day_from, day_count)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (contact) DO UPDATE SET purpose = excluded.purpose, hash = excluded.hash, at = excluded.at,
                wrong = excluded.wrong, used_at = excluded.used_at, day_from = excluded.day_from,
                day_count = excluded.day_count",
            params![
                &row.contact,
                row.purpose,
                &row.hash,
                row.sent.at,
                i64::from(row.sent.wrong),
                row.sent.used_at,
                row.sent.day_from,
                i64::from(row.sent.day_count),
            ],
        )
        .map(|_| ())
    }

    /// Somebody's telephone or mail address is known to be theirs, if it is still this one.
    ///
    /// # Errors
    /// The engine's.
    pub fn confirm_contact(
        &mut self,
        person: PersonId,
        means: Means,
        contact: &[u8],
        now: Stamp,
    ) -> Result<bool, StoreError> {
        let sql = match means {
            Means::Phone => "UPDATE person SET phone_confirmed_at = $1 WHERE id = $2 AND phone_hash = $3",
            Means::Mail => "UPDATE person SET mail_confirmed_at = $1 WHERE id = $2 AND mail_hash = $3",
        };
        self.exec(sql, params![now, person, contact]).map(|rows| rows > 0)
    }

    /// Keeps a browser.
    ///
    /// # Errors
    /// The engine's.
    pub fn open_contact_session(&mut self, s: &ContactSession) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO contact_session (token, contact, address, created_at, expires_at, agent, place)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![&s.token, &s.contact, &s.address, s.created_at, s.expires_at, &s.agent, &s.place],
        )
        .map(|_| ())
    }

    /// A browser of this number or address leaves; no other does.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_contact_session(&mut self, contact: &[u8], token: &[u8]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM contact_session WHERE contact = $1 AND token = $2";
        self.exec(sql, params![contact, token]).map(|rows| rows > 0)
    }

    /// Every browser of a number or address leaves, but this one.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_contact_sessions(&mut self, contact: &[u8], but: &[u8]) -> Result<u64, StoreError> {
        self.exec("DELETE FROM contact_session WHERE contact = $1 AND token <> $2", params![contact, but])
    }

    /// Forgets codes that are older than an instant, and sessions that are over by then.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_contacts(&mut self, codes: Stamp, sessions: Stamp) -> Result<u64, StoreError> {
        let gone = self.exec("DELETE FROM contact_code WHERE at < $1", params![codes])?;
        let over = self.exec("DELETE FROM contact_session WHERE expires_at < $1", params![sessions])?;
        Ok(gone + over)
    }
}
