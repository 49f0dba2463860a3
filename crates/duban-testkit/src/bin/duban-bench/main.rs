//! Measures the release program: durable creates beside the bare engine, pages over large
//! databases, the start. `cargo xtask bench` builds and runs this and prints what it says.
//!
//! Progress goes to standard error; the measured rows go to standard output as JSON.
#![expect(clippy::disallowed_methods, reason = "a measurement asks the clock; nothing of this is shipped")]

mod create;
mod desk;
mod dice;
mod fill;
mod http;
mod machine;
mod pages;
mod phrases;
mod rows;
mod server;
mod shift;
mod start;
mod story;
mod voice;

use std::{collections::HashMap, path::PathBuf, process::ExitCode};

use duban_domain::Stamp;

/// Whatever went wrong, in a sentence.
pub(crate) type Done<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The key of every database made here.
pub(crate) const SECRET: [u8; 32] = [7; 32];

const HELP: &str = "\
duban-bench create|desk|pages|start|shift|fill --program FILE --work DIR [--seed N] [--sizes N,N] [--seconds N] [--rounds N]
";

/// What was asked for.
pub(crate) struct Wanted {
    /// The release program.
    pub(crate) program: PathBuf,
    /// Where databases are made.
    pub(crate) work: PathBuf,
    /// What everything invented comes from.
    pub(crate) seed: u64,
    /// How many cases, smallest first.
    pub(crate) sizes: Vec<u64>,
    /// How long one run of creates lasts.
    pub(crate) seconds: u64,
    /// How often both sides take turns.
    pub(crate) rounds: usize,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((what, rest)) = words.split_first() else {
        eprint!("{HELP}");
        return ExitCode::FAILURE;
    };
    match wanted(rest).and_then(|wanted| run(what, &wanted)) {
        Ok(rows) => {
            println!("{}", rows::json(&rows));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("duban-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(what: &str, wanted: &Wanted) -> Done<Vec<rows::Row>> {
    std::fs::create_dir_all(&wanted.work)?;
    match what {
        "create" => create::measure(wanted),
        "desk" => desk::measure(wanted),
        "pages" => pages::measure(wanted),
        "start" => start::measure(wanted),
        "shift" => shift::measure(wanted),
        "fill" => {
            for &cases in &wanted.sizes {
                fill::filled(&wanted.work, wanted.seed, cases, now())?;
            }
            Ok(Vec::new())
        }
        _ => Err(format!("there is no measurement `{what}`\n{HELP}").into()),
    }
}

fn wanted(words: &[String]) -> Done<Wanted> {
    let mut flags: HashMap<&str, &str> = HashMap::new();
    for pair in words.chunks(2) {
        let [name, value] = pair else { return Err(format!("`{}` needs a value\n{HELP}", pair[0]).into()) };
        flags.insert(name, value);
    }
    let text = |name: &str, otherwise: &str| flags.get(name).copied().unwrap_or(otherwise).to_owned();
    let sizes = text("--sizes", "100000,1000000");
    let mut sizes = sizes.split(',').map(|n| n.trim().parse()).collect::<Result<Vec<u64>, _>>()?;
    sizes.sort_unstable();
    Ok(Wanted {
        program: text("--program", "target/release/duban").into(),
        work: text("--work", "target/bench").into(),
        seed: text("--seed", "12345").parse()?,
        sizes,
        seconds: text("--seconds", "10").parse()?,
        rounds: text("--rounds", "3").parse()?,
    })
}

/// This instant.
pub(crate) fn now() -> Stamp {
    jiff::Timestamp::now().into()
}
