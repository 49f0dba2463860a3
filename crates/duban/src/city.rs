//! `duban city`: look at a city pack before it becomes a city.

use std::{path::PathBuf, process::ExitCode};

use duban_app::administration::{
    bundle, by_command,
    pack::{self as in_force, Saved},
};
use duban_domain::{
    Lang,
    city::{self, Severity},
};
use serde_json::json;

use crate::{pack, settings::Place, wire};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Check a pack: names file, line, what is wrong and how to mend it.
    #[command(after_help = "Example:\n  duban city check cities/zhuzhou\n")]
    Check {
        /// The folder of the pack, or `zhuzhou`.
        dir: String,
        /// One JSON object per fault, for machines.
        #[arg(long)]
        json: bool,
    },
    /// Write the pack that a city runs on as files.
    #[command(after_help = "Example:\n  duban city export --data /var/lib/duban my-city\n")]
    Export {
        #[command(flatten)]
        place: Place,
        /// The folder to write; it must not exist yet.
        dir: PathBuf,
    },
    /// Take a pack in, in the place of the one that a city runs on. Shows what changes first.
    #[command(
        after_help = "Examples:\n  duban city import --data /var/lib/duban my-city          (shows what would change)\n  duban city import --data /var/lib/duban my-city --take   (changes it)\n"
    )]
    Import {
        #[command(flatten)]
        place: Place,
        /// The folder of the pack, or `zhuzhou`.
        dir: String,
        /// Take it in; without this nothing is changed.
        #[arg(long)]
        take: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check { dir, json } => check(dir, *json),
        Command::Export { place, dir } => export(place, dir),
        Command::Import { place, dir, take } => import(place, dir, *take),
    }
}

fn check(dir: &str, as_json: bool) -> anyhow::Result<ExitCode> {
    let files = pack::files(dir)?;
    let faults = city::check(&files);
    let errors = faults.iter().filter(|f| f.severity == Severity::Error).count();
    for fault in &faults {
        if as_json {
            let what = json!({"file": fault.file, "line": fault.line, "severity": format!("{:?}", fault.severity).to_lowercase(), "what": fault.what.en, "what_zh": fault.what.zh, "mend": fault.mend.en, "mend_zh": fault.mend.zh});
            println!("{what}");
        } else {
            println!("{fault}");
        }
    }
    if !as_json {
        println!("{} file(s), {errors} error(s), {} warning(s)", files.len(), faults.len() - errors);
    }
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn export(place: &Place, dir: &std::path::Path) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(!dir.exists(), "{} exists already: name a folder that does not", dir.display());
    let app = wire::open(place)?;
    let files = app.store.read(|tx| tx.city_files())?;
    for (name, text) in &files {
        anyhow::ensure!(duban_domain::city::is_plain(name), "{name:?} is no name of a file in a city pack");
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(dir))?;
        std::fs::write(path, text)?;
    }
    println!("{} file(s) written to {}", files.len(), dir.display());
    Ok(ExitCode::SUCCESS)
}

fn import(place: &Place, dir: &str, take: bool) -> anyhow::Result<ExitCode> {
    let files = pack::files(dir)?;
    let app = wire::open(&Place { city: None, ..place.clone() })?;
    let ctx = app.ctx(by_command("duban city import"), Lang::En);
    let preview = bundle::preview(&ctx, &files)?;
    for one in &preview.differences {
        let table = one.table.map(|table| format!(" {}", table.key())).unwrap_or_default();
        let how = match (one.before.is_empty(), one.after.is_empty()) {
            (true, _) => "new",
            (_, true) => "gone",
            _ => "changed",
        };
        println!("{how:<8} {}{table} {}", one.file, one.id);
    }
    for fault in &preview.faults {
        println!("{fault}");
    }
    println!("{} difference(s) in {} file(s)", preview.differences.len(), preview.files.len());
    if !take || preview.differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let paths: Vec<String> = preview.files.into_iter().map(|(path, _)| path).collect();
    let version = in_force::standing(&ctx)?.version;
    match bundle::import(&ctx, &files, &paths, version)? {
        Saved::Done(version, _) => {
            println!("taken in as version {version}; running servers follow within seconds");
            Ok(ExitCode::SUCCESS)
        }
        Saved::Faulty(_) => {
            println!("not taken in: mend the errors above first");
            Ok(ExitCode::FAILURE)
        }
    }
}
