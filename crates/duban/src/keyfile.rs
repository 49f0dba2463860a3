//! The secret that people's data is sealed with: a file beside the data, or `DUBAN_KEY`.
//! Without it the data cannot be read again, so the first start says where it lies.

use std::{
    fs::{self, File, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use duban_app::{
    Entropy,
    keys::{Keyring, hex, unhex},
    rotation, setup,
};
use duban_store::Store;

/// The name of the key file in the data folder.
pub(crate) const FILE: &str = "duban.key";

/// The key that is to take its place, until all is made anew with it.
const NEXT: &str = "duban.key.next";
/// What a server holds for as long as it runs, so that the key is not changed under its hands.
const LOCK: &str = "duban.lock";

/// Reads the key, or makes one on the first start. A database that was made with a key needs that one.
pub(crate) fn keyring(data: &Path, store: &Store, entropy: &dyn Entropy) -> anyhow::Result<Keyring> {
    let path = data.join(FILE);
    let known = setup::known_key(store)?;
    if let Some(secret) = present(data)? {
        // A change of the key that ended in the database and not yet in the folder.
        let ended = |next: &[u8; 32]| known.as_deref() == Some(Keyring::new(next).fingerprint().as_str());
        let next = in_file(&data.join(NEXT))?.filter(ended);
        return ring(store, &next.unwrap_or(secret), known.as_deref());
    }
    if let Some(next) = in_file(&data.join(NEXT))? {
        return ring(store, &next, known.as_deref());
    }
    if let Some(known) = known {
        bail!(
            "the key is missing: this database was made with key {known}. Put its file back as {}, or set DUBAN_KEY",
            path.display()
        );
    }
    let secret = entropy.token();
    write(&path, &hex(&secret))?;
    eprintln!(
        "duban: a new key was made: {}. Keep a copy apart from the backups: without it telephone numbers cannot be read again.",
        path.display()
    );
    Ok(Keyring::new(&secret))
}

/// The secret with those before it, which the database keeps. One that does not fit the database comes alone: whoever begins
/// with it is told.
fn ring(store: &Store, secret: &[u8; 32], known: Option<&str>) -> anyhow::Result<Keyring> {
    let alone = Keyring::new(secret);
    if known != Some(alone.fingerprint().as_str()) {
        return Ok(alone);
    }
    Ok(match rotation::former(store)?.filter(|former| !former.is_empty()) {
        Some(former) => Keyring::with_former(secret, &former)?,
        None => alone,
    })
}

/// The ring as it is, and the secret that is to come in front of it; that one is made where nobody named one.
pub(crate) fn pair(data: &Path, store: &Store, entropy: &dyn Entropy) -> anyhow::Result<(Keyring, [u8; 32])> {
    let begun = rotation::turning(store)?;
    let next = data.join(NEXT);
    let outside = std::env::var_os("DUBAN_KEY").is_some();
    let fresh = match (named("DUBAN_KEY_NEXT")?, in_file(&next)?) {
        (Some(named), Some(kept)) if named != kept => {
            bail!(
                "DUBAN_KEY_NEXT names another key than {}: unset it, or begin with an empty place",
                next.display()
            )
        }
        // A key that only this process knew would be gone with it, and with it everything sealed by it.
        (Some(fresh), None) if !outside => {
            write(&next, &hex(&fresh))?;
            settle(data)?;
            fresh
        }
        (Some(fresh), _) | (None, Some(fresh)) => fresh,
        (None, None) if begun.is_some() => {
            bail!("the change of the key was begun with {}, and it is gone: put it back", next.display())
        }
        (None, None) if outside => {
            bail!(
                "DUBAN_KEY holds the key, so name the new one in DUBAN_KEY_NEXT: 64 hexadecimal digits, for example of `openssl rand -hex 32`"
            )
        }
        (None, None) => {
            let fresh = entropy.token();
            write(&next, &hex(&fresh))?;
            settle(data)?;
            fresh
        }
    };
    let secret = present(data)?.unwrap_or(fresh);
    Ok((ring(store, &secret, setup::known_key(store)?.as_deref())?, fresh))
}

/// All is made anew: the new key takes its place in the folder. Where the one before lies, when it lay there.
pub(crate) fn changed(data: &Path, old: &str) -> anyhow::Result<Option<PathBuf>> {
    let (path, next) = (data.join(FILE), data.join(NEXT));
    if !next.exists() {
        return Ok(None);
    }
    let before = data.join(format!("{FILE}.{old}"));
    if path.exists() {
        fs::rename(&path, &before).with_context(|| format!("putting {} aside", path.display()))?;
    }
    fs::rename(&next, &path).with_context(|| format!("putting the new key at {}", path.display()))?;
    settle(data)?;
    Ok(Some(before))
}

/// Held by whoever serves; several may. A folder that cannot be locked is served all the same.
pub(crate) fn serving(data: &Path) -> Option<File> {
    let file = lock_file(data).ok()?;
    file.lock_shared().ok()?;
    Some(file)
}

/// Held by whoever changes the key: nobody serves meanwhile.
pub(crate) fn alone(data: &Path) -> anyhow::Result<File> {
    let file = lock_file(data)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("a server runs on {}: stop it first", data.display()),
        Err(TryLockError::Error(error)) => Err(error).context("locking the data folder"),
    }
}

fn lock_file(data: &Path) -> anyhow::Result<File> {
    let path = data.join(LOCK);
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    options.open(&path).with_context(|| format!("opening {}", path.display()))
}

/// A new name is on disk once its folder is.
fn settle(data: &Path) -> anyhow::Result<()> {
    Ok(File::open(data)?.sync_all()?)
}

/// The secret that is in force, from the environment or the folder.
fn present(data: &Path) -> anyhow::Result<Option<[u8; 32]>> {
    match named("DUBAN_KEY")? {
        Some(secret) => Ok(Some(secret)),
        None => in_file(&data.join(FILE)),
    }
}

fn named(variable: &str) -> anyhow::Result<Option<[u8; 32]>> {
    let Ok(text) = std::env::var(variable) else { return Ok(None) };
    parse(&text).map(Some).with_context(|| format!("{variable} must be 64 hexadecimal digits"))
}

fn in_file(path: &Path) -> anyhow::Result<Option<[u8; 32]>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).with_context(|| format!("reading the key {}", path.display()))?;
    parse(&text).map(Some).with_context(|| format!("{} must hold 64 hexadecimal digits", path.display()))
}

fn parse(text: &str) -> anyhow::Result<[u8; 32]> {
    let Some(bytes) = unhex(text.trim()) else { bail!("not hexadecimal") };
    bytes.try_into().map_err(|_| anyhow::anyhow!("not 32 bytes"))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| format!("writing the key {}", path.display()))?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    Ok(())
}
