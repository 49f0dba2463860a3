//! The secret that people's data is sealed with: a file beside the data, or `DUBAN_KEY`.
//! Without it the data cannot be read again, so the first start says where it lies.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, bail};
use duban_app::{
    Entropy,
    keys::{Keyring, hex, unhex},
    setup,
};
use duban_store::Store;

/// The name of the key file in the data folder.
pub(crate) const FILE: &str = "duban.key";

/// Reads the key, or makes one on the first start. A database that was made with a key needs that one.
pub(crate) fn keyring(data: &Path, store: &Store, entropy: &dyn Entropy) -> anyhow::Result<Keyring> {
    if let Ok(text) = std::env::var("DUBAN_KEY") {
        return parse(&text).context("DUBAN_KEY must be 64 hexadecimal digits");
    }
    let path = data.join(FILE);
    if path.exists() {
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading the key {}", path.display()))?;
        return parse(&text).with_context(|| format!("{} must hold 64 hexadecimal digits", path.display()));
    }
    if let Some(known) = setup::known_key(store)? {
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

fn parse(text: &str) -> anyhow::Result<Keyring> {
    let Some(bytes) = unhex(text.trim()) else { bail!("not hexadecimal") };
    let secret: [u8; 32] = bytes.try_into().map_err(|_| anyhow::anyhow!("not 32 bytes"))?;
    Ok(Keyring::new(&secret))
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
