//! What came of the deliveries of webhooks (推送记录): every attempt, sending again, and forgetting.

use duban_domain::{CaseId, DeliveryId, Stamp, WebhookId};

use crate::{
    ReadTx, StoreError, WriteTx,
    sql::Sql,
    value::params,
    webhook::{DeliveryRow, OWED, read_delivery},
};

/// One attempt, or who sent it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// When.
    pub at: Stamp,
    /// How long it took, in milliseconds; none where nothing was sent.
    pub ms: Option<i64>,
    /// The status of the answer; none: no answer.
    pub status: Option<i64>,
    /// What came back, shortened; or what went wrong; or who.
    pub words: String,
}

impl ReadTx<'_> {
    /// The deliveries of a webhook, the newest first, before an id.
    ///
    /// # Errors
    /// The engine's.
    pub fn deliveries(
        &mut self,
        hook: WebhookId,
        before: Option<DeliveryId>,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut sql = Sql::new(&format!("SELECT {OWED} FROM webhook_delivery d WHERE d.hook_id = "));
        sql.bind(hook);
        if let Some(before) = before {
            sql.push(" AND d.id < ").bind(before);
        }
        sql.push(" ORDER BY d.id DESC LIMIT ").bind(limit);
        self.all(&sql.text, &sql.params(), read_delivery)
    }

    /// The deliveries about one case, in the order in which they were owed.
    ///
    /// # Errors
    /// The engine's.
    pub fn deliveries_of(&mut self, case: CaseId) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = format!("SELECT {OWED} FROM webhook_delivery d WHERE d.case_id = $1 ORDER BY d.id");
        self.all(&sql, params![case], read_delivery)
    }

    /// What was tried of a delivery, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn attempts_of(&mut self, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
        self.all(
            "SELECT at, ms, status, words FROM webhook_attempt WHERE delivery_id = $1 ORDER BY seq",
            params![delivery],
            |row| {
                Ok(AttemptRow {
                    at: Stamp(row.int(0)?),
                    ms: row.opt_int(1)?,
                    status: row.opt_int(2)?,
                    words: row.text(3)?,
                })
            },
        )
    }

    /// How many deliveries of each webhook wait, and how many were given up.
    ///
    /// # Errors
    /// The engine's.
    pub fn open_deliveries(&mut self) -> Result<Vec<(WebhookId, i64, i64)>, StoreError> {
        self.all(
            "SELECT hook_id, CAST(sum(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS BIGINT),
                CAST(sum(CASE WHEN state = 3 THEN 1 ELSE 0 END) AS BIGINT)
             FROM webhook_delivery WHERE state IN (1, 3) GROUP BY hook_id",
            &[],
            |row| Ok((WebhookId(row.int(0)?), row.int(1)?, row.int(2)?)),
        )
    }
}

impl WriteTx<'_> {
    /// Adds to the log of a delivery.
    ///
    /// # Errors
    /// The engine's.
    pub fn log_attempt(&mut self, delivery: DeliveryId, attempt: &AttemptRow) -> Result<(), StoreError> {
        let words: String = attempt.words.chars().filter(|c| *c != '\0').collect();
        self.exec(
            "INSERT INTO webhook_attempt (delivery_id, seq, at, ms, status, words)
             SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 FROM webhook_attempt WHERE delivery_id = $1",
            params![delivery, attempt.at, attempt.ms, attempt.status, &words],
        )
        .map(|_| ())
    }

    /// What a webhook was owed since an instant and did not get: given up, or waiting for a later attempt.
    ///
    /// # Errors
    /// The engine's.
    pub fn missed_deliveries(
        &mut self,
        hook: WebhookId,
        since: Stamp,
        now: Stamp,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let sql = format!(
            "SELECT {OWED} FROM webhook_delivery d WHERE d.hook_id = $1 AND d.created_at >= $2
                AND (d.state = 3 OR (d.state = 1 AND d.run_at > $3)) ORDER BY d.id"
        );
        self.all(&sql, params![hook, since, now], read_delivery)
    }

    /// Forgets deliveries that were owed until an instant; how many.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_deliveries(&mut self, until: Stamp) -> Result<u64, StoreError> {
        self.exec(
            "DELETE FROM webhook_attempt WHERE delivery_id IN (SELECT id FROM webhook_delivery WHERE created_at <= $1)",
            params![until],
        )?;
        self.exec("DELETE FROM webhook_delivery WHERE created_at <= $1", params![until])
    }
}
