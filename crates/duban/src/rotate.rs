//! `duban key rotate`: another key for people's data, while no server runs. Stopped, it goes on where it was.

use std::process::ExitCode;

use anyhow::ensure;
use duban_app::{
    Clock,
    rotation::{self, Turn},
    setup,
};
use duban_store::Store;

use crate::{
    clock::{Machine, System},
    keyfile,
    settings::{Outside, Place, Settings},
    wire,
};

/// How many rows lie between two lines about it.
const LINE_EVERY: u64 = 50_000;

pub(crate) fn run(place: &Place, leaked: bool) -> anyhow::Result<ExitCode> {
    let settings = Settings::gather(place, &Outside::default())?;
    let data = &settings.data.value;
    ensure!(data.is_dir(), "{} is no data folder", data.display());
    let _alone = keyfile::alone(data)?;
    let store = Store::open(&wire::target(&settings)?)?;
    store.migrate(Machine.now())?;
    ensure!(
        !rotation::is_in_use(&store)?,
        "another duban is connected to this database: stop every server first, and begin them again with the new key"
    );
    let known = setup::known_key(&store)?;
    ensure!(known.is_some(), "this database holds nothing yet that was made with a key");
    ensure!(
        !leaked || rotation::turning(&store)?.is_none(),
        "a change of the key is under way, and what was said of a leak when it began is what counts: go on without --leaked, and if it began without, change the key once more with it afterwards"
    );
    let (old, fresh) = keyfile::pair(data, &store, &System)?;
    let new = old.turned(&fresh, leaked)?;
    // The last transaction may have been written and the files not yet renamed.
    if known.as_deref() != Some(new.fingerprint().as_str()) {
        ensure!(
            known.as_deref() == Some(old.fingerprint().as_str()),
            "the key does not fit this database: it was made with key {}",
            known.unwrap_or_default()
        );
        let mut told = 0;
        Turn { store: &store, old: &old, new: &new, entropy: &System }.run(|rows| {
            if rows / LINE_EVERY > told {
                told = rows / LINE_EVERY;
                eprintln!("duban: {rows} rows are done");
            }
            true
        })?;
    }
    let before = keyfile::changed(data, &old.fingerprint())?;
    println!("the key is now {}", new.fingerprint());
    match before {
        Some(path) => eprintln!(
            "duban: the key before lies in {}. Archives and backups from before open with it alone: keep it with them, and take it off this machine. Servers on other machines need the new {}.",
            path.display(),
            data.join(keyfile::FILE).display()
        ),
        None => eprintln!(
            "duban: from now on DUBAN_KEY is what DUBAN_KEY_NEXT was; keep the key before with the backups from before."
        ),
    }
    Ok(ExitCode::SUCCESS)
}
