//! 更换密钥: everything that was made with the key is made anew with another, while no server runs.
//!
//! A batch of rows and where it ended are written together, so a run that was stopped goes on where it was. A server does not
//! start in between ([`crate::setup`] asks). What is outside of the database, codes of receipts and links in mails, goes on
//! counting unless the key had leaked; the log is signed by the first key for ever. Copies from before keep needing the
//! key from before.

use duban_store::{KEYED, Keyed, KeyedRow, RowKey, Store, StoreError, WriteTx};

use crate::{
    AppError, Entropy,
    keys::{Keyring, hex, unhex},
    wiring::Result,
};

/// The setting that holds the keys before the present one, sealed with it.
const FORMER: &str = "key.former";
/// The setting that says to which key, and how far, the key is being changed.
pub(crate) const TURNING: &str = "key.turning";
/// Rows in one transaction.
const BATCH: i64 = 500;

/// A change of the key (更换密钥).
pub struct Turn<'a> {
    /// The database.
    pub store: &'a Store,
    /// The ring before.
    pub old: &'a Keyring,
    /// The same with another key in front.
    pub new: &'a Keyring,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
}

/// To which key a database is being changed, where that was begun and not ended: its fingerprint.
pub fn turning(store: &Store) -> std::result::Result<Option<String>, StoreError> {
    let text = store.read(|tx| tx.setting(TURNING))?;
    Ok(text.and_then(|text| text.split(' ').next().map(str::to_owned)).filter(|text| !text.is_empty()))
}

/// The keys before the present one as the database keeps them.
pub fn former(store: &Store) -> std::result::Result<Option<Vec<u8>>, StoreError> {
    Ok(store.read(|tx| tx.setting(FORMER))?.and_then(|text| unhex(&text)))
}

/// Whether another program is connected, where the database can tell.
pub fn is_in_use(store: &Store) -> std::result::Result<bool, StoreError> {
    Ok(store.read(|tx| tx.others_connected())? > 0)
}

impl Turn<'_> {
    /// Changes everything, or what is left of it; `told` hears after each batch how many rows this run has done. When it says
    /// no, the run stops there and can be gone on with.
    ///
    /// # Errors
    /// When something does not open with the old key: then nothing of its batch was changed.
    pub fn run(&self, mut told: impl FnMut(u64) -> bool) -> Result<bool> {
        let (mut at, mut rows) = (self.begin()?, 0);
        while let Some(keyed) = KEYED.get(at.0) {
            let (next, done) = self.batch(keyed, &at)?;
            (at, rows) = (next, rows + done);
            if !told(rows) {
                return Ok(false);
            }
        }
        self.end()?;
        Ok(true)
    }

    /// Where to go on.
    fn begin(&self) -> Result<(usize, Option<RowKey>)> {
        let begun = self.store.read(|tx| tx.setting(TURNING))?;
        match begun.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => read(text, &self.new.fingerprint())
                .ok_or(AppError::Broken("the key is being changed to another one than this")),
            None => {
                let former = hex(&self.new.former(self.entropy)?);
                self.store.write(|tx| {
                    // Nobody reads them before the end: until then the old key is the one that fits.
                    tx.put_setting(&next_of(FORMER), &former)?;
                    self.mark(tx, &(0, None))
                })?;
                Ok((0, None))
            }
        }
    }

    fn batch(&self, keyed: &Keyed, at: &(usize, Option<RowKey>)) -> Result<((usize, Option<RowKey>), u64)> {
        self.store.write(|tx| {
            let rows = tx.keyed_after(keyed, at.1.as_ref(), BATCH)?;
            for row in &rows {
                tx.put_keyed(keyed, &self.anew(keyed, row)?)?;
            }
            let next = match rows.last() {
                Some(last) => (at.0, Some(last.key.clone())),
                None => (at.0 + 1, None),
            };
            self.mark(tx, &next)?;
            Ok::<_, AppError>((next, rows.len() as u64))
        })
    }

    fn anew(&self, keyed: &Keyed, row: &KeyedRow) -> Result<KeyedRow> {
        let mut fresh = row.clone();
        for ((_, place), sealed) in keyed.sealed.iter().zip(&mut fresh.sealed) {
            // Nothing is there, or it was sealed with the new key already.
            if let Some(bytes) =
                sealed.as_mut().filter(|bytes| !bytes.is_empty() && !self.new.is_newest(bytes))
            {
                *bytes = self.new.seal(place, &self.old.open(place, bytes)?, self.entropy)?;
            }
        }
        for hash in fresh.found.iter_mut().flatten().filter(|hash| !hash.is_empty()) {
            *hash = self.new.found_again(hash);
        }
        Ok(fresh)
    }

    fn mark(
        &self,
        tx: &mut WriteTx<'_>,
        at: &(usize, Option<RowKey>),
    ) -> std::result::Result<(), StoreError> {
        let key = match &at.1 {
            None => String::new(),
            Some(RowKey::Number(n)) => format!("n{n}"),
            Some(RowKey::Bytes(bytes)) => format!("b{}", hex(bytes)),
        };
        tx.put_setting(TURNING, &format!("{} {} {key}", self.new.fingerprint(), at.0))
    }

    /// The last transaction: from here on the new key is the one that fits.
    fn end(&self) -> Result<()> {
        self.store.write(|tx| {
            for (staff, hash) in tx.recovery_hashes()? {
                tx.put_recovery_hash(staff, &hash, &self.new.found_again(&hash))?;
            }
            tx.forget_guessed()?;
            let former = tx.setting(&next_of(FORMER))?.unwrap_or_default();
            tx.put_setting(FORMER, &former)?;
            tx.put_setting(&next_of(FORMER), "")?;
            tx.put_setting(crate::setup::FINGERPRINT, &self.new.fingerprint())?;
            tx.put_setting(TURNING, "")?;
            Ok::<_, AppError>(())
        })
    }
}

fn next_of(setting: &str) -> String {
    format!("{setting}.next")
}

/// Where a run was stopped, if it was to this key.
fn read(text: &str, fingerprint: &str) -> Option<(usize, Option<RowKey>)> {
    let mut words = text.split(' ');
    if words.next()? != fingerprint {
        return None;
    }
    let table = words.next()?.parse().ok()?;
    let key = words.next().unwrap_or("");
    Some((
        table,
        match key.split_at_checked(1) {
            Some(("n", number)) => Some(RowKey::Number(number.parse().ok()?)),
            Some(("b", bytes)) => Some(RowKey::Bytes(unhex(bytes)?)),
            _ => None,
        },
    ))
}
