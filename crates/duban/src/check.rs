//! `duban check`: do rows, counters and histories agree? Reads only.

use std::process::ExitCode;

use crate::{settings::Place, wire};

#[derive(clap::Args)]
#[command(after_help = "Example:\n  duban check --data /var/lib/duban\n")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let app = wire::open(&args.place)?;
    let found = duban_app::check::check(&app)?;
    if args.json {
        println!(
            "{}",
            serde_json::json!({"cases": found.cases, "events": found.events, "faults": found.faults})
        );
    } else {
        found.faults.iter().for_each(|fault| println!("{fault}"));
        println!("{} case(s), {} event(s), {} fault(s)", found.cases, found.events, found.faults.len());
    }
    Ok(if found.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
