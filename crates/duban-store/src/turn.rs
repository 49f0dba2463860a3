//! 更换密钥: what is kept that was made with the key, table by table, so that all of it can be made anew with another.
//!
//! What is in it is not known here. A table that gets a column of that kind is named below; a test asks the catalogue for
//! every column of bytes and fails until it is.

use crate::{
    ReadTx, StoreError, WriteTx,
    dialect::Dialect,
    value::{Param, Row, params},
};

/// A table that holds what was made with the key.
#[derive(Debug, PartialEq, Eq)]
pub struct Keyed {
    /// Its name.
    pub table: &'static str,
    /// The column that tells its rows apart; it holds nothing that was made with the key.
    key: &'static str,
    /// Whether that column is a number, and not bytes.
    numbered: bool,
    /// Columns of what is sealed, each with the place that it is sealed for.
    pub sealed: &'static [(&'static str, &'static str)],
    /// Columns of keyed hashes.
    pub found: &'static [&'static str],
}

/// Every such table, but for the few that [`WriteTx::forget_guessed`] and [`WriteTx::put_recovery_hash`] are for.
pub const KEYED: [Keyed; 12] = [
    Keyed {
        table: "person",
        key: "id",
        numbered: true,
        sealed: &[("name", "person.name"), ("phone", "person.phone"), ("mail", "person.mail")],
        found: &["phone_hash", "tail_hash", "mail_hash", "name_hash"],
    },
    Keyed {
        table: "notice",
        key: "id",
        numbered: true,
        sealed: &[("address", "notice.address"), ("body", "notice.body")],
        found: &["contact"],
    },
    Keyed {
        table: "call",
        key: "id",
        numbered: true,
        sealed: &[("phone", "call.phone"), ("recording", "call.recording")],
        found: &["phone_hash"],
    },
    Keyed {
        table: "letter",
        key: "key",
        numbered: false,
        sealed: &[("original", "letter.original")],
        found: &["contact"],
    },
    Keyed {
        table: "letter_aside",
        key: "id",
        numbered: true,
        sealed: &[("head", "letter.aside")],
        found: &[],
    },
    Keyed {
        table: "watch",
        key: "id",
        numbered: true,
        sealed: &[("address", "watch.address"), ("area", "watch.area")],
        found: &["contact"],
    },
    Keyed {
        table: "staff_mail",
        key: "staff_id",
        numbered: true,
        sealed: &[("mail", "staff.mail")],
        found: &["mail_hash"],
    },
    Keyed {
        table: "contact_session",
        key: "token",
        numbered: false,
        sealed: &[("address", "contact.address")],
        found: &["contact"],
    },
    Keyed {
        table: "second_factor",
        key: "staff_id",
        numbered: true,
        sealed: &[("secret", "second_factor.secret")],
        found: &[],
    },
    Keyed {
        table: "webhook",
        key: "id",
        numbered: true,
        sealed: &[("secret", "webhook.secret"), ("old_secret", "webhook.secret")],
        found: &[],
    },
    Keyed {
        table: "hall_card",
        key: "id",
        numbered: true,
        sealed: &[("number", "hall_card.number"), ("holder", "hall_card.holder")],
        found: &["number_hash", "holder_hash"],
    },
    Keyed {
        table: "hall_application",
        key: "id",
        numbered: true,
        sealed: &[("fields", "hall_application.fields")],
        found: &[],
    },
];

/// Which row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKey {
    /// By a number.
    Number(i64),
    /// By bytes.
    Bytes(Vec<u8>),
}

/// One row: only what was made with the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedRow {
    /// Which.
    pub key: RowKey,
    /// What is sealed, in the order of [`Keyed::sealed`].
    pub sealed: Vec<Option<Vec<u8>>>,
    /// Hashes, in the order of [`Keyed::found`].
    pub found: Vec<Option<Vec<u8>>>,
}

impl Keyed {
    pub(crate) fn columns(&self) -> Vec<&'static str> {
        self.sealed.iter().map(|(column, _)| *column).chain(self.found.iter().copied()).collect()
    }
}

impl<'a> From<&'a RowKey> for Param<'a> {
    fn from(key: &'a RowKey) -> Self {
        match key {
            RowKey::Number(n) => Self::Int(Some(*n)),
            RowKey::Bytes(bytes) => Self::Blob(Some(bytes)),
        }
    }
}

impl ReadTx<'_> {
    /// The rows behind one, in the order of their keys.
    ///
    /// # Errors
    /// The engine's.
    pub fn keyed_after(
        &mut self,
        keyed: &Keyed,
        after: Option<&RowKey>,
        limit: i64,
    ) -> Result<Vec<KeyedRow>, StoreError> {
        let first = if keyed.numbered { RowKey::Number(i64::MIN) } else { RowKey::Bytes(Vec::new()) };
        let sql = format!(
            "SELECT {key}, {columns} FROM {table} WHERE {key} > $1 ORDER BY {key} LIMIT $2",
            key = keyed.key,
            columns = keyed.columns().join(", "),
            table = keyed.table,
        );
        self.all(&sql, &[Param::from(after.unwrap_or(&first)), Param::from(limit)], |row| {
            let key = if keyed.numbered { RowKey::Number(row.int(0)?) } else { RowKey::Bytes(row.blob(0)?) };
            let bytes = |from: usize, many: usize| (from..from + many).map(|at| row.opt_blob(at)).collect();
            let sealed: Result<_, StoreError> = bytes(1, keyed.sealed.len());
            Ok(KeyedRow { key, sealed: sealed?, found: bytes(1 + keyed.sealed.len(), keyed.found.len())? })
        })
    }

    /// The hashes of recovery codes, with whose they are.
    ///
    /// # Errors
    /// The engine's.
    pub fn recovery_hashes(&mut self) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let sql = "SELECT staff_id, hash FROM recovery_code ORDER BY staff_id, hash";
        self.all(sql, params![], |row: &Row<'_>| Ok((row.int(0)?, row.blob(1)?)))
    }

    /// How many other programs are connected to the database; the embedded one cannot tell.
    ///
    /// # Errors
    /// The engine's.
    pub fn others_connected(&mut self) -> Result<i64, StoreError> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(0);
        }
        self.number(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
             AND backend_type = 'client backend' AND application_name LIKE 'duban%'
             AND application_name <> current_setting('application_name')",
            params![],
        )
    }
}

impl WriteTx<'_> {
    /// Writes a row back.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_keyed(&mut self, keyed: &Keyed, row: &KeyedRow) -> Result<(), StoreError> {
        let columns = keyed.columns();
        let set: Vec<String> =
            columns.iter().enumerate().map(|(n, column)| format!("{column} = ${}", n + 1)).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE {} = ${}",
            keyed.table,
            set.join(", "),
            keyed.key,
            columns.len() + 1
        );
        let values = row.sealed.iter().chain(&row.found).map(|value| Param::Blob(value.as_deref()));
        let values: Vec<Param<'_>> = values.chain([Param::from(&row.key)]).collect();
        self.exec(&sql, &values)?;
        Ok(())
    }

    /// Another hash for a recovery code.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_recovery_hash(&mut self, staff: i64, old: &[u8], fresh: &[u8]) -> Result<(), StoreError> {
        let sql = "UPDATE recovery_code SET hash = $1 WHERE staff_id = $2 AND hash = $3";
        self.exec(sql, params![fresh, staff, old])?;
        Ok(())
    }

    /// Drops what is by hashes of the key and over in minutes anyway: codes that were sent, and counts of wrong guesses.
    ///
    /// # Errors
    /// The engine's.
    pub fn forget_guessed(&mut self) -> Result<(), StoreError> {
        self.exec("DELETE FROM contact_code", params![])?;
        self.exec("DELETE FROM guess", params![])?;
        Ok(())
    }
}
