//! People behind requests: sealed bytes, found by a keyed hash. Never plain text.

use duban_domain::{PersonId, RequestId, notice::News, request::Request};

use crate::{ReadTx, StoreError, WriteTx, request::code, value::params};

/// A person as it is kept (诉求人): sealed by keys that the store does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPerson {
    /// Its id.
    pub id: PersonId,
    /// The name, sealed.
    pub name: Vec<u8>,
    /// What the whole name is found by.
    pub name_hash: Option<Vec<u8>>,
    /// The telephone number, sealed.
    pub phone: Option<Vec<u8>>,
    /// What the whole number is found by.
    pub phone_hash: Option<Vec<u8>>,
    /// What the last digits are compared by.
    pub tail_hash: Option<Vec<u8>>,
    /// The mail address, sealed.
    pub mail: Option<Vec<u8>>,
    /// What the address is found by.
    pub mail_hash: Option<Vec<u8>>,
    /// By which way they want to hear, when they said.
    pub news: Option<News>,
    /// The language of what they are told: 1 Chinese, 2 English.
    pub lang: i64,
}

impl ReadTx<'_> {
    /// A person, sealed.
    ///
    /// # Errors
    /// The engine's.
    pub fn person(&mut self, id: PersonId) -> Result<Option<SealedPerson>, StoreError> {
        self.first(
            "SELECT name, phone, phone_hash, tail_hash, mail, mail_hash, news, lang, name_hash FROM person WHERE id = $1",
            params![id],
            |row| {
                Ok(SealedPerson {
                    id,
                    name: row.blob(0)?,
                    phone: row.opt_blob(1)?,
                    phone_hash: row.opt_blob(2)?,
                    tail_hash: row.opt_blob(3)?,
                    mail: row.opt_blob(4)?,
                    mail_hash: row.opt_blob(5)?,
                    news: row.opt_int(6)?.map(|n| code("news", n, News::from_code)).transpose()?,
                    lang: row.int(7)?,
                    name_hash: row.opt_blob(8)?,
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

    /// Requests of everybody who left this telephone number or this mail address, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn requests_by_contact(&mut self, hash: &[u8], limit: i64) -> Result<Vec<Request>, StoreError> {
        let columns = crate::request::COLUMNS;
        let sql = format!(
            "SELECT {columns} FROM person p JOIN request r ON r.person_id = p.id
             WHERE p.phone_hash = $1 OR p.mail_hash = $1 ORDER BY r.id DESC LIMIT $2"
        );
        self.all(&sql, params![hash, limit], crate::request::read)
    }
}

impl WriteTx<'_> {
    /// Writes how everybody who left this number or address wants to hear, in which language.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_news(&mut self, hash: &[u8], news: News, lang: i64) -> Result<(), StoreError> {
        self.exec(
            "UPDATE person SET news = $1, lang = $2 WHERE phone_hash = $3 OR mail_hash = $3",
            params![news.code(), lang, hash],
        )
        .map(|_| ())
    }

    /// Keeps a person.
    ///
    /// # Errors
    /// The engine's.
    pub fn insert_person(&mut self, person: &SealedPerson) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO person (id, name, phone, phone_hash, tail_hash, mail, mail_hash, news, lang, name_hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params![
                person.id,
                &person.name,
                person.phone.as_deref(),
                person.phone_hash.as_deref(),
                person.tail_hash.as_deref(),
                person.mail.as_deref(),
                person.mail_hash.as_deref(),
                person.news.map(News::code),
                person.lang,
                person.name_hash.as_deref(),
            ],
        )?;
        Ok(())
    }

    /// Writes a person anew, over whoever was there. A number or address that was confirmed and is another now is not
    /// confirmed any more.
    ///
    /// # Errors
    /// The engine's.
    pub fn update_person(&mut self, person: &SealedPerson) -> Result<(), StoreError> {
        self.exec(
            "UPDATE person SET name = $1, phone = $2, phone_hash = $3, tail_hash = $4, mail = $5, mail_hash = $6,
             name_hash = $7,
             phone_confirmed_at = CASE WHEN phone_hash = $3 THEN phone_confirmed_at END,
             mail_confirmed_at = CASE WHEN mail_hash = $6 THEN mail_confirmed_at END
             WHERE id = $8",
            params![
                &person.name,
                person.phone.as_deref(),
                person.phone_hash.as_deref(),
                person.tail_hash.as_deref(),
                person.mail.as_deref(),
                person.mail_hash.as_deref(),
                person.name_hash.as_deref(),
                person.id
            ],
        )
        .map(|_| ())
    }

    /// Says who is behind a request.
    ///
    /// # Errors
    /// The engine's.
    pub fn set_request_person(
        &mut self,
        request: RequestId,
        person: Option<PersonId>,
    ) -> Result<(), StoreError> {
        self.exec("UPDATE request SET person_id = $1 WHERE id = $2", params![person, request]).map(|_| ())
    }
}
