//! The first start of a city: its pack into the database, its key checked.

use std::sync::Arc;

use duban_domain::{
    Stamp,
    city::{City, PackFiles},
};
use duban_store::{Store, StoreError};

use crate::keys::Keyring;

/// The setting that holds the fingerprint of the key.
const FINGERPRINT: &str = "key.fingerprint";

/// The settings that hold the digest of the city pack, and since when it is this one.
const DIGEST: &str = "city.digest";
const CHANGED: &str = "city.changed";

/// The setting that marks a demonstration.
const DEMO: &str = "demo";

/// Why a city cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The database said no.
    #[error("the database did not do it")]
    Store(#[from] StoreError),
    /// No pack was given and the database has none.
    #[error("this database has no city yet: give one with --city DIR (for example cities/zhuzhou)")]
    NoCity,
    /// The pack has faults; each says where and how to mend it.
    #[error("the city pack has faults:\n{0}")]
    Faults(String),
    /// The key is not the one that the data was sealed with.
    #[error(
        "the key does not fit this database: it was made with key {known}, this is {given}. Put the right key file beside the data, or set DUBAN_KEY"
    )]
    WrongKey {
        /// The fingerprint in the database.
        known: String,
        /// The fingerprint of the key that was given.
        given: String,
    },
}

/// Migrates, takes the pack in (or reads the one that is there), and checks the key.
pub fn begin(
    store: &Store,
    pack: Option<&PackFiles>,
    keys: &Keyring,
    now: Stamp,
) -> Result<Arc<City>, SetupError> {
    store.migrate(now)?;
    // Before anything is changed: a wrong key must not leave another city's pack behind.
    fits(store, keys)?;
    if let Some(files) = pack {
        let city = load(files)?;
        store.write(|tx| {
            tx.put_city(files)?;
            if tx.setting(DIGEST)?.as_deref() != Some(&city.digest) {
                tx.put_setting(DIGEST, &city.digest)?;
                tx.put_setting(CHANGED, &now.0.to_string())?;
            }
            Ok::<_, StoreError>(())
        })?;
    }
    let files = store.read(|tx| tx.city_files())?;
    if files.is_empty() {
        return Err(SetupError::NoCity);
    }
    load(&files).map(Arc::new)
}

/// Since when the city's rules are what they are; none in a database that is older than this question.
pub fn city_changed_at(store: &Store) -> Result<Option<Stamp>, StoreError> {
    let at = store.read(|tx| tx.setting(CHANGED))?;
    Ok(at.and_then(|at| at.parse().ok()).map(Stamp))
}

/// Marks a database as a demonstration: its accounts have a password that everybody knows.
pub fn mark_demo(store: &Store) -> Result<(), StoreError> {
    store.write(|tx| tx.put_setting(DEMO, "yes"))
}

/// Whether a database holds a demonstration.
pub fn is_demo(store: &Store) -> Result<bool, StoreError> {
    store.read(|tx| Ok::<_, StoreError>(tx.setting(DEMO)?.is_some()))
}

/// The fingerprint of the key that a database was made with.
pub fn known_key(store: &Store) -> Result<Option<String>, StoreError> {
    store.read(|tx| tx.setting(FINGERPRINT))
}

/// Whether a database has been used at all.
pub fn is_used(store: &Store) -> Result<bool, StoreError> {
    store.read(|tx| Ok::<_, StoreError>(tx.newest_event()?.0 > 0 || !tx.staff_list()?.is_empty()))
}

fn load(files: &PackFiles) -> Result<City, SetupError> {
    City::load(files).map_err(|faults| {
        SetupError::Faults(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn fits(store: &Store, keys: &Keyring) -> Result<(), SetupError> {
    let given = keys.fingerprint();
    let known = store.read(|tx| tx.setting(FINGERPRINT))?;
    match known {
        None => Ok(store.write(|tx| tx.put_setting(FINGERPRINT, &given))?),
        Some(known) if known == given => Ok(()),
        Some(known) => Err(SetupError::WrongKey { known, given }),
    }
}
