//! The first start of a city: its pack into the database, its key checked.

use std::sync::Arc;

use duban_domain::{
    Stamp,
    city::{City, PackFiles},
};
use duban_store::{Store, StoreError};

use crate::keys::Keyring;

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
    if let Some(files) = pack {
        load(files)?;
        store.write(|tx| tx.put_city(files))?;
    }
    let files = store.read(|tx| tx.city_files())?;
    if files.is_empty() {
        return Err(SetupError::NoCity);
    }
    fits(store, keys)?;
    load(&files).map(Arc::new)
}

fn load(files: &PackFiles) -> Result<City, SetupError> {
    City::load(files).map_err(|faults| {
        SetupError::Faults(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

fn fits(store: &Store, keys: &Keyring) -> Result<(), SetupError> {
    const NAME: &str = "key.fingerprint";
    let given = keys.fingerprint();
    let known = store.read(|tx| tx.setting(NAME))?;
    match known {
        None => Ok(store.write(|tx| tx.put_setting(NAME, &given))?),
        Some(known) if known == given => Ok(()),
        Some(known) => Err(SetupError::WrongKey { known, given }),
    }
}
