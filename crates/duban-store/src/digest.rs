//! The daily digest (每日汇总): who has not been owed that of a day yet, and what they want.
//!
//! What it says is counted with the statements of the lists; sending is the ledger's.

use duban_domain::{StaffId, notice::DigestWish};

use crate::{
    ReadTx, Staff, StaffMail, StoreError, WriteTx,
    notice::{member, read_mail},
    value::params,
};

impl ReadTx<'_> {
    /// Active members of staff with a mail address who were not looked at for a day yet, by their ids, after one.
    ///
    /// # Errors
    /// The engine's.
    pub fn digest_readers(
        &mut self,
        day: i64,
        after: StaffId,
        limit: i64,
    ) -> Result<Vec<(StaffMail, Staff)>, StoreError> {
        let sql = "SELECT m.staff_id, m.mail, m.mail_hash, m.news, m.digest,
                s.login, s.name, s.unit, s.role, s.password, s.active, s.created_at
             FROM staff_mail m JOIN staff s ON s.id = m.staff_id
             WHERE s.active <> 0 AND m.staff_id > $1
                AND NOT EXISTS (SELECT 1 FROM digest_day d WHERE d.staff_id = m.staff_id AND d.day >= $2)
             ORDER BY m.staff_id LIMIT $3";
        self.all(sql, params![after, day, limit], |row| Ok((read_mail(row)?, member(row)?)))
    }
}

impl WriteTx<'_> {
    /// Somebody is looked at for a day: whether nobody else did so before.
    ///
    /// # Errors
    /// The engine's.
    pub fn begin_digest(&mut self, staff: StaffId, day: i64) -> Result<bool, StoreError> {
        let sql = "INSERT INTO digest_day (staff_id, day) VALUES ($1, $2)
             ON CONFLICT (staff_id) DO UPDATE SET day = excluded.day WHERE digest_day.day < excluded.day";
        Ok(self.exec(sql, params![staff, day])? > 0)
    }

    /// Writes whether somebody wants the digest; whether they have a mail address at all.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_digest_wish(&mut self, staff: StaffId, wish: Option<DigestWish>) -> Result<bool, StoreError> {
        let sql = "UPDATE staff_mail SET digest = $1 WHERE staff_id = $2";
        Ok(self.exec(sql, params![wish.map_or(0, DigestWish::code), staff])? > 0)
    }
}
