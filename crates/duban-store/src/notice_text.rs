//! Texts of notices that were written in the browser instead of the city pack's (通知文字), with every change.

use duban_domain::{Stamp, notice::NoticeKind};

use crate::{ReadTx, StoreError, WriteTx, request::code, value::params};

/// A text that was written instead of the pack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeTextRow {
    /// 种类
    pub kind: NoticeKind,
    /// The text, as the application keeps it.
    pub body: String,
    /// When.
    pub at: Stamp,
    /// By whom.
    pub by: String,
}

/// One change of a text; an empty text means the pack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeTextChange {
    /// When.
    pub at: Stamp,
    /// By whom.
    pub by: String,
    /// What stood there.
    pub before: String,
    /// What stood there from then on.
    pub after: String,
}

impl ReadTx<'_> {
    /// The text of a kind, when one was written.
    ///
    /// # Errors
    /// The engine's.
    pub fn notice_text(&mut self, kind: NoticeKind) -> Result<Option<NoticeTextRow>, StoreError> {
        self.first("SELECT body, at, by_name FROM notice_text WHERE kind = $1", params![kind.code()], |row| {
            Ok(NoticeTextRow { kind, body: row.text(0)?, at: Stamp(row.int(1)?), by: row.text(2)? })
        })
    }

    /// Every text that was written.
    ///
    /// # Errors
    /// The engine's.
    pub fn notice_texts(&mut self) -> Result<Vec<NoticeTextRow>, StoreError> {
        self.all("SELECT kind, body, at, by_name FROM notice_text ORDER BY kind", &[], |row| {
            let kind = code("kind", row.int(0)?, NoticeKind::from_code)?;
            Ok(NoticeTextRow { kind, body: row.text(1)?, at: Stamp(row.int(2)?), by: row.text(3)? })
        })
    }

    /// How often a text was changed.
    ///
    /// # Errors
    /// The engine's.
    pub fn notice_text_version(&mut self, kind: NoticeKind) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(seq), 0) FROM notice_text_log WHERE kind = $1";
        self.number(sql, params![kind.code()])
    }

    /// The changes of a text, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn notice_text_changes(&mut self, kind: NoticeKind) -> Result<Vec<NoticeTextChange>, StoreError> {
        self.all(
            "SELECT at, by_name, before, after FROM notice_text_log WHERE kind = $1 ORDER BY seq DESC LIMIT 50",
            params![kind.code()],
            |row| {
                Ok(NoticeTextChange {
                    at: Stamp(row.int(0)?),
                    by: row.text(1)?,
                    before: row.text(2)?,
                    after: row.text(3)?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Writes the text of a kind, and adds the change to its history; an empty one gives the pack's back.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_notice_text(&mut self, text: &NoticeTextRow) -> Result<(), StoreError> {
        let before = self.notice_text(text.kind)?.map(|row| row.body).unwrap_or_default();
        let kind = text.kind.code();
        self.exec("DELETE FROM notice_text WHERE kind = $1", params![kind])?;
        if !text.body.is_empty() {
            self.exec(
                "INSERT INTO notice_text (kind, body, at, by_name) VALUES ($1, $2, $3, $4)",
                params![kind, &text.body, text.at, &text.by],
            )?;
        }
        self.exec(
            "INSERT INTO notice_text_log (kind, seq, at, by_name, before, after)
             SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 FROM notice_text_log WHERE kind = $1",
            params![kind, text.at, &text.by, &before, &text.body],
        )
        .map(|_| ())
    }
}
