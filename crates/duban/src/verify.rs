//! `duban verify`: does the past hold, and does a receipt? Reads only.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use duban_app::proof::{self, Given};
use duban_domain::proof::note::Verifier;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{settings::Place, wire};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  duban verify --data /var/lib/duban --head last-year.txt\n  duban verify --data /var/lib/duban --receipt duban-receipt-260104000017.txt\n"
)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// A signed root that you kept from an earlier day (`/log/checkpoint`); may be given several times.
    #[arg(long, value_name = "FILE")]
    head: Vec<PathBuf>,
    /// Only this receipt, and whether the log still agrees with it.
    #[arg(long, value_name = "FILE", conflicts_with = "head")]
    receipt: Option<PathBuf>,
    /// The key that you know, NAME+ID+KEY; otherwise the one of this installation.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let key = match args.key.as_deref().map(Verifier::parse) {
        Some(None) => bail!("the key cannot be read: give the whole line NAME+ID+KEY, as /log/key has it"),
        given => given.flatten(),
    };
    let app = wire::open(&args.place)?;
    let read =
        |path: &PathBuf| std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()));
    if let Some(path) = &args.receipt {
        return receipt(&app, &read(path)?, key.as_ref(), args.json);
    }
    let given = Given { heads: args.head.iter().map(read).collect::<Result<_, _>>()?, key };
    let (leaves, _) = app.store.read(|tx| tx.log_counts())?;
    let bar = ProgressBar::new(u64::try_from(leaves).unwrap_or(0));
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} leaves, {eta} left")?);
    let found = proof::verify(&app, &given, |done| bar.set_position(done))?;
    let seconds = bar.elapsed().as_secs_f64();
    bar.finish_and_clear();
    if args.json {
        let told = serde_json::json!({
            "leaves": found.leaves, "erased": found.erased, "heads": found.heads, "waiting": found.waiting,
            "faults": found.faults, "seconds": seconds,
        });
        println!("{told}");
    } else {
        found.faults.iter().for_each(|fault| println!("{fault}"));
        println!(
            "{} leaves, {} of them with erased words, {} signed roots hold, {} not in the tree yet, {} fault(s); {seconds:.1} s",
            found.leaves,
            found.erased,
            found.heads,
            found.waiting,
            found.faults.len()
        );
    }
    Ok(if found.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn receipt(app: &duban_app::App, text: &str, key: Option<&Verifier>, json: bool) -> anyhow::Result<ExitCode> {
    let proved = proof::check(app, text, key)?;
    let holds = proved.as_ref().is_ok_and(|proved| proved.still != Some(false));
    let told = match &proved {
        Ok(proved) => serde_json::json!({
            "holds": holds, "number": proved.said.number, "received_at": proved.received_at.0, "size": proved.size,
            "still": proved.still,
        }),
        Err(flaw) => serde_json::json!({"holds": false, "flaw": format!("{flaw:?}").to_lowercase()}),
    };
    match (&proved, json) {
        (_, true) => println!("{told}"),
        (Ok(proved), _) if holds => {
            println!("the receipt holds: number {}, in a log of {} leaves", proved.said.number, proved.size)
        }
        (Ok(_), _) => println!(
            "the receipt is genuine, and the log does not agree with it: keep it and tell the auditors"
        ),
        (Err(flaw), _) => println!("the receipt does not hold: {flaw:?}"),
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
