//! `duban objects`: layers of objects that requests can be about.

use std::{
    io::{Write, stderr},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, bail};
use duban_app::{
    administration::by_command,
    object::{self, Imported},
};
use duban_domain::Lang;

use crate::{settings::Place, wire};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Take objects of a layer in from a GeoJSON file: all of them, or none when one is wrong.
    #[command(
        after_help = "Examples:\n  duban objects import --data /var/lib/duban lamps lamps.geojson --dry-run\n  duban objects import --data /var/lib/duban lamps lamps.geojson\n\nAn object that is there already is written anew; one that the file lacks stays.\n"
    )]
    Import {
        #[command(flatten)]
        place: Place,
        /// The key of the layer in layers.toml.
        layer: String,
        /// A GeoJSON `FeatureCollection`.
        file: PathBuf,
        /// Say what would come of it, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Import { place, layer, file, dry_run } = command;
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let app = wire::open(place)?;
    let ctx = app.ctx(by_command("duban objects import"), Lang::Zh);
    match object::import(&ctx, layer, &text, *dry_run)? {
        Imported::Done { total, new, changed } => {
            let would = if *dry_run { "would be " } else { "" };
            println!(
                "{total} objects: {would}{new} new, {changed} changed, {} the same",
                total - new - changed
            );
            Ok(ExitCode::SUCCESS)
        }
        Imported::Faulty(faults) => {
            for fault in faults {
                writeln!(stderr(), "{}\n  {}", fault.zh, fault.en)?;
            }
            writeln!(stderr(), "nothing was taken in")?;
            Ok(ExitCode::FAILURE)
        }
        Imported::NoLayer(known) if known.is_empty() => {
            bail!("the city has no layer of objects: write layers.toml (see the guide)")
        }
        Imported::NoLayer(known) => bail!("there is no layer {layer}; there are: {}", known.join(", ")),
    }
}
