//! Webhooks (推送): who is told, and what each is owed. Secrets are sealed bytes here.
//!
//! One server at a time attends to a webhook: it holds its row for a while. So what is owed to one is sent in order and by
//! one server, and a receiver that answers slowly holds up nobody's deliveries but its own. The log is in
//! [`crate::webhook_log`].

use duban_domain::{
    CaseId, DeliveryId, Stamp, WebhookId,
    webhook::{DeliveryState, WebhookState},
};

use crate::{
    ReadTx, StoreError, WriteTx,
    request::code,
    value::{Row, params},
};

/// A webhook (推送).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRow {
    /// Its id.
    pub id: WebhookId,
    /// The name of the system.
    pub name: String,
    /// Where to.
    pub url: String,
    /// Which kinds of events, with spaces between them; empty: all.
    pub kinds: String,
    /// The unit whose cases it hears of; none: every case.
    pub unit: Option<String>,
    /// What it signs with, sealed.
    pub secret: Vec<u8>,
    /// Since when.
    pub secret_at: Stamp,
    /// What it signed with before, sealed.
    pub old_secret: Option<Vec<u8>>,
    /// Until when that signs too.
    pub old_until: Option<Stamp>,
    /// 状态
    pub state: WebhookState,
    /// Since when.
    pub state_at: Stamp,
    /// Since when nothing arrived, while something was tried.
    pub failing_since: Option<Stamp>,
    /// When something last arrived.
    pub answered_at: Option<Stamp>,
    /// When it was made.
    pub made_at: Stamp,
    /// By whom.
    pub made_by: String,
}

/// One thing that a webhook is owed, or was (推送记录).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// Whose.
    pub hook: WebhookId,
    /// The case it is about; none for a try.
    pub case: Option<CaseId>,
    /// The version of the case by then; earlier ones go first.
    pub version: i64,
    /// What happened, in one word.
    pub kind: String,
    /// What is posted, to the byte.
    pub body: String,
    /// 状态
    pub state: DeliveryState,
    /// How often it was tried since it was last queued.
    pub attempts: i64,
    /// When it was owed.
    pub created_at: Stamp,
    /// Not before this instant.
    pub run_at: Stamp,
    /// When it arrived, or was given up.
    pub done_at: Option<Stamp>,
}

const COLUMNS: &str = "id, name, url, kinds, unit, secret, secret_at, old_secret, old_until, state, state_at,
    failing_since, answered_at, made_at, made_by";
pub(crate) const OWED: &str = "d.id, d.hook_id, d.case_id, d.version, d.kind, d.body, d.state, d.attempts, d.created_at, d.run_at, d.done_at";

/// What is due and waits for nothing earlier of its case; `now` is the placeholder of this instant.
fn due(now: &str) -> String {
    format!(
        "d.state = 1 AND d.run_at <= {now} AND NOT EXISTS (SELECT 1 FROM webhook_delivery e
            WHERE e.hook_id = d.hook_id AND e.case_id = d.case_id AND e.state = 1 AND e.version < d.version)"
    )
}

/// A webhook that has something due and that nobody attends to.
fn waits(now: &str) -> String {
    format!(
        "h.state = 1 AND h.busy_until <= {now}
            AND EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.hook_id = h.id AND {})",
        due(now)
    )
}

fn read(row: &Row<'_>) -> Result<WebhookRow, StoreError> {
    Ok(WebhookRow {
        id: WebhookId(row.int(0)?),
        name: row.text(1)?,
        url: row.text(2)?,
        kinds: row.text(3)?,
        unit: row.opt_text(4)?,
        secret: row.blob(5)?,
        secret_at: Stamp(row.int(6)?),
        old_secret: row.opt_blob(7)?,
        old_until: row.opt_int(8)?.map(Stamp),
        state: code("the state of a webhook", row.int(9)?, WebhookState::from_code)?,
        state_at: Stamp(row.int(10)?),
        failing_since: row.opt_int(11)?.map(Stamp),
        answered_at: row.opt_int(12)?.map(Stamp),
        made_at: Stamp(row.int(13)?),
        made_by: row.text(14)?,
    })
}

pub(crate) fn read_delivery(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: DeliveryId(row.int(0)?),
        hook: WebhookId(row.int(1)?),
        case: row.opt_int(2)?.map(CaseId),
        version: row.int(3)?,
        kind: row.text(4)?,
        body: row.text(5)?,
        state: code("the state of a delivery", row.int(6)?, DeliveryState::from_code)?,
        attempts: row.int(7)?,
        created_at: Stamp(row.int(8)?),
        run_at: Stamp(row.int(9)?),
        done_at: row.opt_int(10)?.map(Stamp),
    })
}

impl ReadTx<'_> {
    /// Every webhook, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn webhooks(&mut self) -> Result<Vec<WebhookRow>, StoreError> {
        self.all(&format!("SELECT {COLUMNS} FROM webhook ORDER BY id DESC"), &[], read)
    }

    /// Those that are switched on.
    ///
    /// # Errors
    /// The engine's.
    pub fn live_webhooks(&mut self) -> Result<Vec<WebhookRow>, StoreError> {
        self.all(&format!("SELECT {COLUMNS} FROM webhook WHERE state = 1 ORDER BY id"), &[], read)
    }

    /// One of them.
    ///
    /// # Errors
    /// The engine's.
    pub fn webhook(&mut self, id: WebhookId) -> Result<Option<WebhookRow>, StoreError> {
        self.first(&format!("SELECT {COLUMNS} FROM webhook WHERE id = $1"), params![id], read)
    }

    /// Whether any webhook has something due that nobody attends to: a look that changes nothing, for it is taken often.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_due_webhook(&mut self, now: Stamp) -> Result<bool, StoreError> {
        let sql = format!("SELECT h.id FROM webhook h WHERE {} LIMIT 1", waits("$1"));
        Ok(self.first(&sql, params![now], |row| row.int(0))?.is_some())
    }
}

impl WriteTx<'_> {
    /// Adds a webhook.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_webhook(&mut self, hook: &WebhookRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO webhook ({COLUMNS}, busy_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)"
        );
        self.exec(
            &sql,
            params![
                hook.id,
                &hook.name,
                &hook.url,
                &hook.kinds,
                &hook.unit,
                &hook.secret,
                hook.secret_at,
                hook.old_secret.as_deref(),
                hook.old_until,
                hook.state.code(),
                hook.state_at,
                hook.failing_since,
                hook.answered_at,
                hook.made_at,
                &hook.made_by,
            ],
        )
        .map(|_| ())
    }

    /// A webhook to be changed: nobody else changes it until this transaction is done.
    ///
    /// # Errors
    /// The engine's.
    pub fn webhook_for_update(&mut self, id: WebhookId) -> Result<Option<WebhookRow>, StoreError> {
        let lock = self.dialect().for_update();
        self.first(&format!("SELECT {COLUMNS} FROM webhook WHERE id = $1{lock}"), params![id], read)
    }

    /// Writes what a webhook is now; who made it and when stays.
    ///
    /// # Errors
    /// The engine's.
    pub fn update_webhook(&mut self, hook: &WebhookRow) -> Result<(), StoreError> {
        self.exec(
            "UPDATE webhook SET name = $1, url = $2, kinds = $3, unit = $4, secret = $5, secret_at = $6,
                old_secret = $7, old_until = $8, state = $9, state_at = $10, failing_since = $11, answered_at = $12
             WHERE id = $13",
            params![
                &hook.name,
                &hook.url,
                &hook.kinds,
                &hook.unit,
                &hook.secret,
                hook.secret_at,
                hook.old_secret.as_deref(),
                hook.old_until,
                hook.state.code(),
                hook.state_at,
                hook.failing_since,
                hook.answered_at,
                hook.id,
            ],
        )
        .map(|_| ())
    }

    /// Owes something.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_delivery(&mut self, d: &DeliveryRow) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO webhook_delivery (id, hook_id, case_id, version, kind, body, state, attempts, created_at,
                run_at, done_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            params![
                d.id,
                d.hook,
                d.case,
                d.version,
                &d.kind,
                &d.body,
                d.state.code(),
                d.attempts,
                d.created_at,
                d.run_at,
                d.done_at,
            ],
        )
        .map(|_| ())
    }

    /// Takes webhooks that have something due, for so many milliseconds; nobody else gets them until then.
    ///
    /// # Errors
    /// The engine's.
    pub fn take_webhooks(
        &mut self,
        now: Stamp,
        hold_ms: i64,
        limit: i64,
    ) -> Result<Vec<WebhookId>, StoreError> {
        let passing = self.dialect().skip_locked();
        let sql = format!(
            "UPDATE webhook SET busy_until = $1 WHERE id IN (SELECT h.id FROM webhook h WHERE {}
                ORDER BY h.busy_until, h.id LIMIT $3{passing})
             RETURNING id",
            waits("$2")
        );
        self.all(&sql, params![now.plus_ms(hold_ms), now, limit], |row| Ok(WebhookId(row.int(0)?)))
    }

    /// Goes on holding a webhook until an instant; an instant that is past lets it go.
    ///
    /// # Errors
    /// The engine's.
    pub fn hold_webhook(&mut self, id: WebhookId, until: Stamp) -> Result<(), StoreError> {
        self.exec("UPDATE webhook SET busy_until = $1 WHERE id = $2", params![until, id]).map(|_| ())
    }

    /// What is due next at a webhook.
    ///
    /// # Errors
    /// The engine's.
    pub fn due_delivery(&mut self, hook: WebhookId, now: Stamp) -> Result<Option<DeliveryRow>, StoreError> {
        let sql = format!(
            "SELECT {OWED} FROM webhook_delivery d WHERE {} AND d.hook_id = $2 ORDER BY d.run_at, d.id LIMIT 1",
            due("$1")
        );
        self.first(&sql, params![now, hook], read_delivery)
    }

    /// Whether something still waits at a webhook that was tried already.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_tried_delivery(&mut self, hook: WebhookId) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM webhook_delivery WHERE hook_id = $1 AND state = 1 AND attempts > 0 LIMIT 1";
        Ok(self.first(sql, params![hook], |row| row.int(0))?.is_some())
    }

    /// What waits behind a delivery of the same case is due no earlier than that.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_off_deliveries(&mut self, d: &DeliveryRow) -> Result<(), StoreError> {
        let Some(case) = d.case else { return Ok(()) };
        self.exec(
            "UPDATE webhook_delivery SET run_at = $1
             WHERE hook_id = $2 AND case_id = $3 AND version > $4 AND state = 1 AND run_at < $1",
            params![d.run_at, d.hook, case, d.version],
        )
        .map(|_| ())
    }

    /// A delivery to be marked: nobody else marks it until this transaction is done.
    ///
    /// # Errors
    /// The engine's.
    pub fn delivery_for_update(&mut self, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
        let lock = self.dialect().for_update();
        let sql = format!("SELECT {OWED} FROM webhook_delivery d WHERE d.id = $1{lock}");
        self.first(&sql, params![id], read_delivery)
    }

    /// Writes where a delivery stands.
    ///
    /// # Errors
    /// The engine's.
    pub fn mark_delivery(&mut self, d: &DeliveryRow) -> Result<(), StoreError> {
        self.exec(
            "UPDATE webhook_delivery SET state = $1, attempts = $2, run_at = $3, done_at = $4 WHERE id = $5",
            params![d.state.code(), d.attempts, d.run_at, d.done_at, d.id],
        )
        .map(|_| ())
    }
}
