//! What can be proved about the past (历史存证): the log's name and key, its growth, receipts, and the check of it all.
//!
//! The tree itself is `duban_domain::proof`. The key that signs is derived from the installation's secret, which lies
//! outside the database: whoever can change the tables cannot sign what they made of them.

mod receipt;
mod verify;

use duban_domain::{
    proof::{Algorithm, Checkpoint, Hash, Salt, leaf, note::Verifier},
    request::Request,
};
use duban_store::{ReadTx, StoreError};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

pub use receipt::{Proved, check, of_request};
pub use verify::{Given, Verified, verify};

use crate::{App, AppError, keys, setup, wiring::Result};

/// The setting that holds the name of the log; a name that ends in `+sm3` says which digest.
const ORIGIN: &str = "log.origin";
/// Leaves that are put in within one transaction.
const BATCH: i64 = 2_000;

/// The log of one installation (存证日志).
#[derive(Debug)]
pub struct Log {
    /// Its name, which no other log has.
    pub origin: String,
    /// Its hash function.
    pub by: Algorithm,
    /// The key that its roots are checked with.
    pub verifier: Verifier,
    signer: Ed25519KeyPair,
}

impl Log {
    fn sign(&self, checkpoint: &Checkpoint) -> String {
        let signature = self.signer.sign(checkpoint.text().as_bytes());
        self.verifier.note(checkpoint, signature.as_ref())
    }
}

/// Whether a signature is of a key.
pub(crate) fn holds(key: &[u8; 32], text: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(text, signature).is_ok()
}

/// Names the log when it has no name yet, with the hash function that is wanted.
///
/// # Errors
/// [`AppError::Broken`] when it was begun with another hash function, which it keeps for good.
pub fn begin(app: &App, wanted: Option<Algorithm>) -> Result<()> {
    let by = wanted.unwrap_or_default();
    let mut tail = [0; 4];
    app.entropy.fill(&mut tail);
    let end = if by == Algorithm::Sm3 { "+sm3" } else { "" };
    let fresh = format!("duban/{}/{}{end}", app.city.key, keys::hex(&tail));
    let origin = app.store.write(|tx| {
        // Of two servers that start for the first time one names it; this row is there after the city's own start.
        tx.setting_for_update(setup::VERSION)?;
        let known = tx.setting(ORIGIN)?;
        if known.is_none() {
            tx.put_setting(ORIGIN, &fresh)?;
        }
        Ok::<_, StoreError>(known.unwrap_or_else(|| fresh.clone()))
    })?;
    let log = named(app, origin)?;
    if wanted.is_some_and(|wanted| wanted != log.by) {
        return Err(AppError::Broken(
            "this log was begun with another hash function, and keeps it: leave the setting out",
        ));
    }
    drop(app.log.set(log.into()));
    Ok(())
}

fn named(app: &App, origin: String) -> Result<Log> {
    let signer = Ed25519KeyPair::from_seed_unchecked(app.keys.signer())
        .map_err(|_| AppError::Broken("making the key of the log"))?;
    let public = signer
        .public_key()
        .as_ref()
        .try_into()
        .map_err(|_| AppError::Broken("reading the key of the log"))?;
    let verifier = Verifier::new(&origin, public);
    let by = Checkpoint { origin: origin.clone(), size: 0, root: Hash::default() }.algorithm();
    Ok(Log { origin, by, verifier, signer })
}

impl App {
    /// The log of this installation.
    pub fn log(&self) -> Result<&Log> {
        if self.log.get().is_none() {
            begin(self, None)?;
        }
        Ok(self.log.get().ok_or(AppError::Broken("the log has no name"))?)
    }
}

/// The hash function of the log, as a transaction finds it: the log of this process may not be read yet.
pub(crate) fn hash(app: &App, tx: &mut ReadTx<'_>) -> Result<Algorithm> {
    if let Some(log) = app.log.get() {
        return Ok(log.by);
    }
    let origin = tx.setting(ORIGIN)?.unwrap_or_default();
    Ok(Checkpoint { origin, size: 0, root: Hash::default() }.algorithm())
}

/// A new salt, and the digest of what a request says.
pub(crate) fn sealed(app: &App, request: &Request) -> Result<(Salt, Hash)> {
    let (salt, by) = (app.salt(), app.log()?.by);
    Ok((salt, leaf::words(by, &salt, &request.title, &request.text, &request.place.words)))
}

/// Puts into the tree what was recorded since, and signs its root. Returns how much when more may be waiting, and zero
/// when all is in: a root a second is enough, however much is going on.
pub fn work(app: &App) -> Result<usize> {
    let log = app.log()?;
    app.store.write(|tx| {
        let before = tx.log_size()?;
        let Some((size, root)) = tx.grow_log(log.by, BATCH)? else { return Ok(0) };
        let note = log.sign(&Checkpoint { origin: log.origin.clone(), size, root });
        tx.put_log_head(size, app.now(), &note)?;
        let added = usize::try_from(size.saturating_sub(before)).unwrap_or(usize::MAX);
        Ok(if added < BATCH as usize { 0 } else { added })
    })
}

/// The newest signed root, as it was signed; none while nothing is in the tree.
pub fn head(app: &App) -> Result<Option<String>> {
    Ok(app.store.read(|tx| tx.log_head(u64::MAX))?.map(|(_, _, note)| note))
}

/// The digests of a tile, for whoever follows the log.
pub fn tile(app: &App, level: u8, position: u64) -> Result<Vec<Hash>> {
    Ok(app.store.read(|tx| tx.log_tile(level, position))?)
}
