//! People behind requests: sealed bytes, found by a keyed hash. Never plain text.

use duban_domain::{PersonId, request::Request};

use crate::{ReadTx, StoreError, WriteTx, value::params};

/// A person as it is kept (诉求人): sealed by keys that the store does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPerson {
    /// Its id.
    pub id: PersonId,
    /// The name, sealed.
    pub name: Vec<u8>,
    /// The telephone number, sealed.
    pub phone: Option<Vec<u8>>,
    /// What the whole number is found by.
    pub phone_hash: Option<Vec<u8>>,
    /// What the last digits are compared by.
    pub tail_hash: Option<Vec<u8>>,
}

impl ReadTx<'_> {
    /// A person, sealed.
    ///
    /// # Errors
    /// The engine's.
    pub fn person(&mut self, id: PersonId) -> Result<Option<SealedPerson>, StoreError> {
        self.first(
            "SELECT name, phone, phone_hash, tail_hash FROM person WHERE id = $1",
            params![id],
            |row| {
                Ok(SealedPerson {
                    id,
                    name: row.blob(0)?,
                    phone: row.opt_blob(1)?,
                    phone_hash: row.opt_blob(2)?,
                    tail_hash: row.opt_blob(3)?,
                })
            },
        )
    }

    /// Requests of everybody who left this telephone number, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn requests_by_phone(&mut self, hash: &[u8], limit: i64) -> Result<Vec<Request>, StoreError> {
        let columns = crate::request::COLUMNS;
        let sql = format!(
            "SELECT {columns} FROM person p JOIN request r ON r.person_id = p.id
             WHERE p.phone_hash = $1 ORDER BY r.id DESC LIMIT $2"
        );
        self.all(&sql, params![hash, limit], crate::request::read)
    }
}

impl WriteTx<'_> {
    /// Keeps a person.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_person(&mut self, person: &SealedPerson) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO person (id, name, phone, phone_hash, tail_hash) VALUES ($1, $2, $3, $4, $5)",
            params![
                person.id,
                &person.name,
                person.phone.as_deref(),
                person.phone_hash.as_deref(),
                person.tail_hash.as_deref()
            ],
        )?;
        Ok(())
    }
}
