//! The first start of a city: its pack into the database, its key checked.

use std::sync::Arc;

use duban_domain::{
    Stamp,
    city::{City, PackFiles, edit},
};
use duban_store::{ReadTx, Store, StoreError, WriteTx};

use crate::keys::Keyring;

/// The setting that holds the fingerprint of the key.
pub(crate) const FINGERPRINT: &str = "key.fingerprint";

/// The settings that hold the digest of the city pack, and since when it is this one.
pub(crate) const DIGEST: &str = "city.digest";
pub(crate) const CHANGED: &str = "city.changed";
/// The setting that counts the versions of the pack; held while the pack is changed.
pub(crate) const VERSION: &str = "city.version";
/// The setting that says who changed the pack last: the folder it is started with, or an administrator.
pub(crate) const ORIGIN: &str = "city.origin";
/// An administrator did, on a page or by `duban city import`.
pub(crate) const BY_HAND: &str = "by-hand";

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
    /// The key is being changed, and that was stopped.
    #[error("the key of this database is being changed; end that first: duban key rotate --data DIR")]
    Turning,
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
        take(store, files, &load(files)?, now)?;
    }
    store.write(|tx| {
        // A database from before there were versions: the row has to be there, for changes wait on it.
        let unknown = tx.setting(VERSION)?.is_none() && !tx.city_files()?.is_empty();
        if unknown { tx.put_setting(VERSION, "1") } else { Ok(()) }
    })?;
    let files = store.read(|tx| tx.city_files())?;
    if files.is_empty() {
        return Err(SetupError::NoCity);
    }
    load(&files).map(Arc::new)
}

/// Takes the pack of a folder in, unless an administrator has changed the one that is there: then that one
/// holds, and what differs is said. See `docs/adr/0008-pack-in-force.md`.
fn take(store: &Store, files: &PackFiles, city: &City, now: Stamp) -> Result<(), StoreError> {
    let kept = store.write(|tx| {
        let held = tx.city_files()?;
        if tx.setting(DIGEST)?.as_deref() == Some(&city.digest) && !held.is_empty() {
            return Ok::<_, StoreError>(None);
        }
        if tx.setting(ORIGIN)?.as_deref() == Some(BY_HAND) {
            return Ok(Some((held, version(tx)?)));
        }
        let version = version(tx)? + 1;
        keep(tx, files, city, version, now)?;
        Ok(None)
    })?;
    if let Some((held, version)) = kept {
        let mut apart: Vec<String> =
            edit::differences(&held, files).into_iter().map(|one| one.file).collect();
        apart.dedup();
        tracing::warn!(
            version,
            differs = apart.join(", "),
            "the city pack in the database holds, for an administrator has changed it; the folder that was named differs and was not taken in. Take it in with `duban city import`, or write the one that holds with `duban city export`"
        );
    }
    Ok(())
}

/// Keeps a pack as the one in force.
pub(crate) fn keep(
    tx: &mut WriteTx<'_>,
    files: &PackFiles,
    city: &City,
    version: i64,
    now: Stamp,
) -> Result<(), StoreError> {
    tx.put_city(files)?;
    tx.put_setting(DIGEST, &city.digest)?;
    tx.put_setting(CHANGED, &now.0.to_string())?;
    tx.put_setting(VERSION, &version.to_string())
}

/// The version of the pack; 0 before there is one.
pub(crate) fn version(tx: &mut ReadTx<'_>) -> Result<i64, StoreError> {
    Ok(tx.setting(VERSION)?.and_then(|text| text.parse().ok()).unwrap_or(0))
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
    if crate::rotation::turning(store)?.is_some() {
        return Err(SetupError::Turning);
    }
    let given = keys.fingerprint();
    let known = store.read(|tx| tx.setting(FINGERPRINT))?;
    match known {
        None => Ok(store.write(|tx| tx.put_setting(FINGERPRINT, &given))?),
        Some(known) if known == given => Ok(()),
        Some(known) => Err(SetupError::WrongKey { known, given }),
    }
}
