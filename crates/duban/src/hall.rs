//! `duban hall`: what comes into the hall from other systems.

use std::{fs::File, path::PathBuf, process::ExitCode};

use anyhow::Context;
use duban_app::hall;

use crate::{settings::Place, wire};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Take the cards of a service in from a CSV file of the old system, with the deposits that are held for them.
    #[command(
        after_help = "Example:\n  duban hall import-cards --data /var/lib/duban bicycle-deposit cards.csv\n\nThe head names the columns: card, name, deposit; if there are any id, unit, balance, issued and the questions of the service that the register answers. A card that is registered stays as it is, so the same file can be taken in again.\n"
    )]
    ImportCards {
        #[command(flatten)]
        place: Place,
        /// The key of the service.
        service: String,
        /// The CSV file, UTF-8.
        file: PathBuf,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::ImportCards { place, service, file } = command;
    let lines = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    let app = wire::open(place)?;
    match hall::import(&app, service, lines) {
        Ok(done) => {
            println!("{} cards: {} new, {} yuan held for them", done.total, done.new, done.held);
            Ok(ExitCode::SUCCESS)
        }
        Err(duban_app::AppError::Refused(refusal)) => {
            eprintln!(
                "{}\n  {}",
                refusal.sentence(duban_domain::Lang::Zh),
                refusal.sentence(duban_domain::Lang::En)
            );
            Ok(ExitCode::FAILURE)
        }
        Err(other) => Err(other.into()),
    }
}
