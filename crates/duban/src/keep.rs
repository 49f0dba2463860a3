//! `duban backup` and `duban restore`: a copy of the embedded database while it runs, or an archive of
//! every commit, and back.
//! PostgreSQL has its own tools for this, and they are better.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use duban_app::App;
use duban_domain::Stamp;
use duban_store::{Archive, Generation, Store, Target};
use indicatif::ProgressBar;
use jiff::Timestamp;

use crate::{
    remember,
    settings::{Outside, Place, Settings},
    wire,
};

/// How often what was committed is archived: nothing older than this is lost with the disk.
const ARCHIVE_EVERY: Duration = Duration::from_secs(1);

#[derive(clap::Args)]
#[command(after_help = "Example:\n  duban backup --data /var/lib/duban /backup/duban-2026-01-05.db\n")]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    place: Place,
    /// The file to write; it must not exist yet. The key file is not in it.
    to: PathBuf,
}

#[derive(clap::Args)]
#[command(after_help = "Examples:
  duban restore --data /var/lib/duban-new /backup/duban-2026-01-05.db
  duban restore --list /backup/archive
  duban restore --data /var/lib/duban-new --at 2026-01-05T09:30:00+08:00 /backup/archive
")]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    place: Place,
    /// Out of an archive: as it was at this moment, such as 2026-01-05T09:30:00+08:00; without it, as it was last.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Only show what an archive holds.
    #[arg(long, conflicts_with = "at")]
    list: bool,
    /// The copy to put back, or the folder of an archive.
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
    let is_archive = args.from.is_dir();
    ensure!(
        is_archive || (args.at.is_none() && !args.list),
        "--at and --list are for archives: name its folder"
    );
    if args.list {
        return list(&args.from);
    }
    let settings = Settings::gather(&args.place, &Outside::default())?;
    let file = wire::file(&settings.data.value);
    ensure!(
        !file.exists(),
        "{} exists already: restore into an empty folder, nothing is overwritten",
        file.display()
    );
    std::fs::create_dir_all(&settings.data.value)?;
    // A restore that is broken off leaves nothing that could be taken for a city.
    let part = file.with_extension("part");
    if is_archive {
        let as_of = out_of_archive(&args.from, args.at, &part)?;
        println!("as of {as_of}");
    } else {
        std::fs::copy(&args.from, &part).with_context(|| format!("copying {}", args.from.display()))?;
    }
    std::fs::rename(&part, &file)?;
    println!(
        "restored into {}. Put the key file and {} beside it: what was erased since is erased again at the next start. Then run: duban check --data {}",
        file.display(),
        remember::FILE,
        settings.data.value.display()
    );
    Ok(ExitCode::SUCCESS)
}

fn out_of_archive(archive: &Path, at: Option<Timestamp>, to: &Path) -> anyhow::Result<Timestamp> {
    let at = at.map(Stamp::from);
    let all = Generation::all(archive)?;
    let reaches = |one: &&Generation| at.is_none_or(|at| one.from <= at);
    let Some(chosen) = all.iter().rfind(reaches) else {
        bail!(
            "{} does not reach back to that moment; `duban restore --list` shows what it holds",
            archive.display()
        )
    };
    let bar = ProgressBar::new(0);
    let as_of = chosen.restore(at, to, |done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    Ok(as_of.timestamp())
}

fn list(archive: &Path) -> anyhow::Result<ExitCode> {
    for one in Generation::all(archive)? {
        println!(
            "any moment from {} to {}, {} MiB",
            one.from.timestamp(),
            one.to.timestamp(),
            one.bytes >> 20
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Archives the embedded database every second until the server is stopped, where a folder is set.
pub(crate) fn archive(app: &App, settings: &Settings, stop: &Arc<AtomicBool>) -> Option<JoinHandle<()>> {
    let folder = settings.archive.value.as_ref()?;
    let now = app.clock.clone();
    let Some(archive) = app.store.archive(folder, settings.archive_days.value, move || now.now()) else {
        tracing::warn!("`archive` is for the embedded database; archive PostgreSQL with its own tools");
        return None;
    };
    let stop = stop.clone();
    Some(std::thread::spawn(move || pull_until(archive, &stop)))
}

fn pull_until(mut archive: Archive, stop: &AtomicBool) {
    let mut failing = false;
    loop {
        // Once more after the stop, for what was recorded last.
        let last = stop.load(Ordering::Relaxed);
        match archive.pull() {
            Ok(_) => {
                if std::mem::take(&mut failing) {
                    tracing::info!("the archive is written again; what was committed meanwhile is in it");
                }
            }
            Err(error) if !std::mem::replace(&mut failing, true) => {
                let cause = error.source().map(ToString::to_string).unwrap_or_default();
                tracing::error!(%error, cause, "the archive is not written; it is tried again every second");
            }
            Err(_) => {}
        }
        if last {
            return;
        }
        std::thread::sleep(ARCHIVE_EVERY);
    }
}
