//! `duban backup` and `duban restore`: a copy of the embedded database while it runs, and back.
//! PostgreSQL has its own tools for this, and they are better.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail, ensure};
use duban_store::{Store, Target};

use crate::{
    settings::{Outside, Place, Settings},
    wire,
};

#[derive(clap::Args)]
#[command(after_help = "Example:\n  duban backup --data /var/lib/duban /backup/duban-2026-01-05.db\n")]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    place: Place,
    /// The file to write; it must not exist yet. The key file is not in it.
    to: PathBuf,
}

#[derive(clap::Args)]
#[command(after_help = "Example:\n  duban restore --data /var/lib/duban-new /backup/duban-2026-01-05.db\n")]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    place: Place,
    /// The copy to put back.
    from: PathBuf,
}

pub(crate) fn backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let settings = Settings::gather(&args.place, &Outside::default())?;
    let target = wire::target(&settings)?;
    let Target::Sqlite(file) = &target else {
        bail!("this city is on PostgreSQL: use pg_dump or the backup of your PostgreSQL")
    };
    ensure!(file.exists(), "there is no database at {}", file.display());
    ensure!(!args.to.exists(), "{} exists already: name a file that does not", args.to.display());
    Store::open(&target)?.backup_to(&args.to)?;
    println!("written: {}. The key file is not in it; keep it apart.", args.to.display());
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let settings = Settings::gather(&args.place, &Outside::default())?;
    let file = wire::file(&settings.data.value);
    ensure!(
        !file.exists(),
        "{} exists already: restore into an empty folder, nothing is overwritten",
        file.display()
    );
    std::fs::create_dir_all(&settings.data.value)?;
    std::fs::copy(&args.from, &file).with_context(|| format!("copying {}", args.from.display()))?;
    println!(
        "restored into {}. Put the key file beside it, then run: duban check --data {}",
        file.display(),
        settings.data.value.display()
    );
    Ok(ExitCode::SUCCESS)
}
