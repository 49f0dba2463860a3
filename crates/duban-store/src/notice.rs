//! Notices (通知): the ledger of what was owed to whom on which channel, and what came of it.
//!
//! Addresses and texts are sealed bytes here. A row is also its own job: it is claimed, sent and
//! marked; so one that fails never stands before another.

use duban_domain::{
    CaseId, NoticeId, RequestId, StaffId, Stamp,
    notice::{DigestWish, NoticeChannel, NoticeKind, NoticeState},
    policy::Reach,
};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    sql::Sql,
    value::{Row, params},
};

/// One notice on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its id.
    pub id: NoticeId,
    /// 渠道
    pub channel: NoticeChannel,
    /// 种类
    pub kind: NoticeKind,
    /// Its language: 1 Chinese, 2 English.
    pub lang: i64,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// The request whose person it goes to.
    pub request: Option<RequestId>,
    /// The member of staff it goes to.
    pub staff: Option<StaffId>,
    /// The unit it goes to.
    pub unit: Option<String>,
    /// What the address is found by; empty when it goes to no address.
    pub contact: Vec<u8>,
    /// The address, sealed.
    pub address: Vec<u8>,
    /// What is said, sealed.
    pub body: Vec<u8>,
    /// 状态
    pub state: NoticeState,
    /// Why it stands there, when it needs a reason.
    pub reason: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was owed.
    pub created_at: Stamp,
    /// Not before this instant.
    pub run_at: Stamp,
    /// When it was sent.
    pub sent_at: Option<Stamp>,
}

/// One thing that happened to a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeLog {
    /// When.
    pub at: Stamp,
    /// What it was then.
    pub state: NoticeState,
    /// Why, or by whom.
    pub words: String,
}

/// Which notices a page shows, newest first.
#[derive(Clone, Debug)]
pub struct NoticeQuery {
    /// Whose cases; a notice of no case is shown to those who see everything, and to its own unit.
    pub reach: Reach,
    /// Show all, whatever the reach: for whoever keeps the gateways and sees no text.
    pub all: bool,
    /// 状态
    pub state: Option<NoticeState>,
    /// 渠道
    pub channel: Option<NoticeChannel>,
    /// 种类
    pub kind: Option<NoticeKind>,
    /// Of one case.
    pub case: Option<CaseId>,
    /// Older than this one: when it was owed, and its id.
    pub before: Option<(Stamp, NoticeId)>,
    /// How many.
    pub limit: i64,
}

impl Default for NoticeQuery {
    fn default() -> Self {
        Self {
            reach: Reach::Nothing,
            all: false,
            state: None,
            channel: None,
            kind: None,
            case: None,
            before: None,
            limit: 50,
        }
    }
}

/// Where a member of staff is mailed (工作人员邮箱).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMail {
    /// Who.
    pub staff: StaffId,
    /// The address, sealed.
    pub mail: Vec<u8>,
    /// What it is found by.
    pub mail_hash: Vec<u8>,
    /// What they want, where it differs from the city's rule.
    pub news: Option<i64>,
    /// Whether they want the daily digest, where they said so themselves.
    pub digest: Option<DigestWish>,
}

const COLUMNS: &str =
    "n.id, n.channel, n.kind, n.lang, n.case_id, n.request_id, n.staff_id, n.unit, n.contact,
    n.address, n.body, n.state, n.reason, n.attempts, n.created_at, n.run_at, n.sent_at";

fn read(row: &Row<'_>) -> Result<NoticeRow, StoreError> {
    Ok(NoticeRow {
        id: NoticeId(row.int(0)?),
        channel: code("channel", row.int(1)?, NoticeChannel::from_code)?,
        kind: code("kind", row.int(2)?, NoticeKind::from_code)?,
        lang: row.int(3)?,
        case: row.opt_int(4)?.map(CaseId),
        request: row.opt_int(5)?.map(RequestId),
        staff: row.opt_int(6)?.map(StaffId),
        unit: row.opt_text(7)?,
        contact: row.blob(8)?,
        address: row.blob(9)?,
        body: row.blob(10)?,
        state: code("state", row.int(11)?, NoticeState::from_code)?,
        reason: row.text(12)?,
        attempts: row.int(13)?,
        created_at: Stamp(row.int(14)?),
        run_at: Stamp(row.int(15)?),
        sent_at: row.opt_int(16)?.map(Stamp),
    })
}

pub(crate) fn read_mail(row: &Row<'_>) -> Result<StaffMail, StoreError> {
    Ok(StaffMail {
        staff: StaffId(row.int(0)?),
        mail: row.blob(1)?,
        mail_hash: row.blob(2)?,
        news: row.opt_int(3)?,
        // Nothing was said: the city's rule holds.
        digest: DigestWish::from_code(row.int(4)?),
    })
}

impl ReadTx<'_> {
    /// A notice.
    ///
    /// # Errors
    /// The engine's.
    pub fn notice(&mut self, id: NoticeId) -> Result<Option<NoticeRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM notice n WHERE n.id = $1"), params![id], read)
    }

    /// The notices that a query finds, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn notices(&mut self, query: &NoticeQuery) -> Result<Vec<NoticeRow>, StoreError> {
        let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM notice n WHERE 1 = 1"));
        filters(&mut sql, query);
        sql.push(" ORDER BY n.created_at DESC, n.id DESC LIMIT ").bind(query.limit.clamp(1, 1_000));
        self.all(&sql.text, &sql.params(), read)
    }

    /// How many notices a query finds; counting stops at `cap`.
    ///
    /// # Errors
    /// The engine's.
    pub fn count_notices(&mut self, query: &NoticeQuery, cap: i64) -> Result<i64, StoreError> {
        let mut sql = Sql::new("SELECT count(*) FROM (SELECT n.id FROM notice n WHERE 1 = 1");
        filters(&mut sql, query);
        sql.push(" LIMIT ").bind(cap).push(") found");
        self.number(&sql.text, &sql.params())
    }

    /// What happened to a notice, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn notice_log(&mut self, id: NoticeId) -> Result<Vec<NoticeLog>, StoreError> {
        self.all(
            "SELECT at, state, words FROM notice_log WHERE notice_id = $1 ORDER BY seq",
            params![id],
            |row| {
                Ok(NoticeLog {
                    at: Stamp(row.int(0)?),
                    state: code("state", row.int(1)?, NoticeState::from_code)?,
                    words: row.text(2)?,
                })
            },
        )
    }

    /// How many notices of a kind went to an address since an instant; of any kind when none is named.
    ///
    /// # Errors
    /// The engine's.
    pub fn notices_to(
        &mut self,
        contact: &[u8],
        kind: Option<NoticeKind>,
        since: Stamp,
    ) -> Result<i64, StoreError> {
        let mut sql = Sql::new("SELECT count(*) FROM notice WHERE contact = ");
        sql.bind(contact).push(" AND created_at >= ").bind(since);
        if let Some(kind) = kind {
            sql.push(" AND kind = ").bind(kind.code());
        }
        self.number(&sql.text, &sql.params())
    }

    /// What went to an address, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn notices_at(&mut self, contact: &[u8], limit: i64) -> Result<Vec<NoticeRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM notice n WHERE n.contact = $1 ORDER BY n.created_at DESC, n.id DESC LIMIT $2"
        );
        self.all(&sql, params![contact, limit], read)
    }

    /// Where a member of staff is mailed.
    ///
    /// # Errors
    /// The engine's.
    pub fn staff_mail(&mut self, staff: StaffId) -> Result<Option<StaffMail>, StoreError> {
        self.first(
            "SELECT staff_id, mail, mail_hash, news, digest FROM staff_mail WHERE staff_id = $1",
            params![staff],
            read_mail,
        )
    }

    /// Active members of a unit with a mail address, each with their role and login.
    ///
    /// # Errors
    /// The engine's.
    pub fn mailed_of_unit(&mut self, unit: &str) -> Result<Vec<(StaffMail, crate::Staff)>, StoreError> {
        let sql = "SELECT m.staff_id, m.mail, m.mail_hash, m.news, m.digest,
                s.login, s.name, s.unit, s.role, s.password, s.active, s.created_at
             FROM staff s JOIN staff_mail m ON m.staff_id = s.id WHERE s.unit = $1 AND s.active <> 0 ORDER BY s.id";
        self.all(sql, params![unit], |row| Ok((read_mail(row)?, member(row)?)))
    }
}

pub(crate) fn member(row: &Row<'_>) -> Result<crate::Staff, StoreError> {
    Ok(crate::Staff {
        id: StaffId(row.int(0)?),
        login: row.text(5)?,
        name: row.text(6)?,
        unit: row.text(7)?,
        role: row.text(8)?,
        password: row.text(9)?,
        active: row.flag(10)?,
        created_at: Stamp(row.int(11)?),
    })
}

fn filters<'a>(sql: &mut Sql<'a>, query: &'a NoticeQuery) {
    if let Some(state) = query.state {
        sql.push(" AND n.state = ").bind(state.code());
    }
    if let Some(channel) = query.channel {
        sql.push(" AND n.channel = ").bind(channel.code());
    }
    if let Some(kind) = query.kind {
        sql.push(" AND n.kind = ").bind(kind.code());
    }
    if let Some(case) = query.case {
        sql.push(" AND n.case_id = ").bind(case);
    }
    if let Some((at, id)) = query.before {
        sql.push(" AND (n.created_at < ").bind(at).push(" OR (n.created_at = ").bind(at);
        sql.push(" AND n.id < ").bind(id).push("))");
    }
    if query.all {
        return;
    }
    match &query.reach {
        Reach::All => {}
        Reach::Nothing => {
            sql.push(" AND 1 = 0");
        }
        Reach::Units(units) => {
            sql.push(" AND (n.unit IN (")
                .bind_all(units)
                .push(") OR EXISTS (SELECT 1 FROM case_unit r WHERE r.case_id = n.case_id AND r.unit IN (")
                .bind_all(units)
                .push(")))");
        }
    }
}

impl WriteTx<'_> {
    /// Owes a notice, and begins its log.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_notice(&mut self, n: &NoticeRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO notice (id, channel, kind, lang, case_id, request_id, staff_id, unit, contact, address, body,
                state, reason, attempts, created_at, run_at, locked_until, sent_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17)",
            params![
                n.id,
                n.channel.code(),
                n.kind.code(),
                n.lang,
                n.case,
                n.request,
                n.staff,
                &n.unit,
                &n.contact,
                &n.address,
                &n.body,
                n.state.code(),
                &n.reason,
                n.attempts,
                n.created_at,
                n.run_at,
                n.sent_at,
            ],
        )?;
        self.log_notice(n.id, n.created_at, n.state, &n.reason)
    }

    /// Takes due notices of a channel for so many milliseconds; nobody else gets them until then.
    ///
    /// # Errors
    /// The engine's.
    pub fn claim_notices(
        &mut self,
        channel: NoticeChannel,
        now: Stamp,
        lock_ms: i64,
        limit: i64,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let passing = self.dialect().skip_locked();
        let returned = COLUMNS.replace("n.", "");
        let sql = format!(
            "UPDATE notice SET locked_until = $1 WHERE id IN (SELECT id FROM notice
                WHERE state = 1 AND channel = $2 AND run_at <= $3 AND locked_until <= $3
                ORDER BY run_at, id LIMIT $4{passing})
             RETURNING {returned}"
        );
        let mut rows = self.all(&sql, params![now.plus_ms(lock_ms), channel.code(), now, limit], read)?;
        rows.sort_by_key(|row| (row.run_at, row.id));
        Ok(rows)
    }

    /// A notice to be marked: nobody else marks it until this transaction is done.
    ///
    /// # Errors
    /// The engine's.
    pub fn notice_for_update(&mut self, id: NoticeId) -> Result<Option<NoticeRow>, StoreError> {
        let lock = self.dialect().for_update();
        self.first(&format!("SELECT {COLUMNS} FROM notice n WHERE n.id = $1{lock}"), params![id], read)
    }

    /// Writes where a notice stands now, and adds that to its log.
    ///
    /// # Errors
    /// The engine's.
    pub fn mark_notice(&mut self, n: &NoticeRow, at: Stamp, words: &str) -> Result<(), StoreError> {
        self.exec(
            "UPDATE notice SET state = $1, reason = $2, attempts = $3, run_at = $4, sent_at = $5, locked_until = 0
             WHERE id = $6",
            params![n.state.code(), &n.reason, n.attempts, n.run_at, n.sent_at, n.id],
        )?;
        self.log_notice(n.id, at, n.state, words)
    }

    fn log_notice(
        &mut self,
        id: NoticeId,
        at: Stamp,
        state: NoticeState,
        words: &str,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO notice_log (notice_id, seq, at, state, words)
             SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4 FROM notice_log WHERE notice_id = $1",
            params![id, at, state.code(), words],
        )
        .map(|_| ())
    }

    /// Writes where a member of staff is mailed.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_staff_mail(&mut self, mail: &StaffMail) -> Result<(), StoreError> {
        self.exec("DELETE FROM staff_mail WHERE staff_id = $1", params![mail.staff])?;
        self.exec(
            "INSERT INTO staff_mail (staff_id, mail, mail_hash, news, digest) VALUES ($1, $2, $3, $4, $5)",
            params![
                mail.staff,
                &mail.mail,
                &mail.mail_hash,
                mail.news,
                mail.digest.map_or(0, DigestWish::code)
            ],
        )
        .map(|_| ())
    }

    /// A member of staff is mailed no more.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_staff_mail(&mut self, staff: StaffId) -> Result<(), StoreError> {
        self.exec("DELETE FROM staff_mail WHERE staff_id = $1", params![staff]).map(|_| ())
    }
}
