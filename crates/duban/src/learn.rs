//! `duban learn`: learns from closed cases which category and unit a text belongs to, says how well, and goes back to an
//! earlier model. A server that runs meanwhile takes a change in hand within a second.

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use duban_app::{
    Ctx,
    administration::by_command,
    triage::{self, Came, Standing, Taken},
};
use duban_domain::{
    Lang,
    triage::{Aim, Report},
};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::{settings::Place, wire};

#[derive(clap::Args)]
#[command(after_help = "Examples:
  duban learn --data /var/lib/duban
  duban learn --data /var/lib/duban --list
  duban learn --data /var/lib/duban --roll-back --only category

Nothing is changed when it is broken off.
")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Only this: category or unit.
    #[arg(long, value_name = "WHAT", value_parser = ["category", "unit"])]
    only: Option<String>,
    /// Take the new model over also where it does worse than the one in force.
    #[arg(long)]
    anyway: bool,
    /// Show the models that are kept, and learn nothing.
    #[arg(long, conflicts_with_all = ["anyway", "roll_back"])]
    list: bool,
    /// Go back to the model before the one in force, and learn nothing.
    #[arg(long, conflicts_with = "anyway")]
    roll_back: bool,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    fn aims(&self) -> Vec<Aim> {
        match self.only.as_deref().and_then(Aim::from_key) {
            Some(aim) => vec![aim],
            None => Aim::ALL.to_vec(),
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let app = wire::open(&args.place)?;
    let ctx = app.ctx(by_command("duban learn"), Lang::En);
    if args.list {
        return list(&ctx, args);
    }
    if args.roll_back {
        return roll_back(&ctx, args);
    }
    let go_on = until_interrupted()?;
    let (mut all, mut code) = (Vec::new(), ExitCode::SUCCESS);
    for aim in args.aims() {
        let bar = bar(aim);
        let came = triage::learn(&ctx, aim, args.anyway, &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
            go_on.load(Ordering::Relaxed)
        })?;
        bar.finish_and_clear();
        if !matches!(came, Came::Made { .. }) {
            code = ExitCode::FAILURE;
        }
        if !args.json {
            tell(aim, &came);
        }
        all.push(as_json(aim, &came));
        if matches!(came, Came::Stopped) {
            break;
        }
    }
    if args.json {
        println!("{}", Value::Array(all));
    }
    Ok(code)
}

fn bar(aim: Aim) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} {elapsed}");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(format!("learning: {}", aim.key()));
    bar
}

/// True until somebody presses Ctrl-C.
fn until_interrupted() -> anyhow::Result<Arc<AtomicBool>> {
    let go_on = Arc::new(AtomicBool::new(true));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let flag = go_on.clone();
    std::thread::spawn(move || {
        drop(runtime.block_on(tokio::signal::ctrl_c()));
        flag.store(false, Ordering::Relaxed);
    });
    Ok(go_on)
}

fn tell(aim: Aim, came: &Came) {
    match came {
        Came::TooFew { cases, least } => println!(
            "{}: {cases} closed case(s) say what they turned out to be; {least} are needed ([triage] cases_min in city.toml). Nothing was learned.",
            aim.key()
        ),
        Came::TooAlike { cases } => println!(
            "{}: among {cases} closed case(s) fewer than two have enough different texts. Nothing was learned.",
            aim.key()
        ),
        Came::Stopped => println!("{}: stopped. Nothing was changed.", aim.key()),
        Came::Made { version, report, taken } => {
            println!("{}: version {version}, {}", aim.key(), sentence(*taken));
            figures(report);
        }
    }
}

fn sentence(taken: Taken) -> String {
    match taken {
        Taken::First => "in force: the first".to_owned(),
        Taken::Anyway => "in force, because you said so".to_owned(),
        Taken::NoWorse(new, old, of) => {
            format!(
                "in force: right in {new} of {of} cases that neither had learned from, the one before in {old}"
            )
        }
        Taken::Worse(new, old, of) => format!(
            "kept and not in force: right in {new} of {of} cases that neither had learned from, the one in force in {old}"
        ),
        Taken::TooFresh(of) => {
            format!("kept and not in force: only {of} case(s) were closed since, too few to compare")
        }
    }
}

fn figures(report: &Report) {
    let percent = |share: f64| share * 100.0;
    println!(
        "  {} cases, {} different texts, {} labels, {} features",
        report.cases,
        report.texts,
        report.labels.len(),
        report.features
    );
    println!(
        "  macro-F1 {:.3}; first right {:.1} %, among three {:.1} %; always the commonest would be {:.1} %",
        report.macro_f1,
        percent(report.first),
        percent(report.among_three),
        percent(report.commonest)
    );
    println!("  what it says and what is true differ by {:.1} % on average", percent(report.ece));
    for one in report.confusions.iter().take(5) {
        println!("  taken for another: {} → {} ({})", one.label, one.taken_for, one.cases);
    }
    for (label, cases) in &report.left_out {
        println!("  left out, too few texts: {label} ({cases})");
    }
}

fn as_json(aim: Aim, came: &Came) -> Value {
    match came {
        Came::TooFew { cases, least } => {
            json!({"aim": aim.key(), "came": "too-few", "cases": cases, "least": least})
        }
        Came::TooAlike { cases } => json!({"aim": aim.key(), "came": "too-alike", "cases": cases}),
        Came::Stopped => json!({"aim": aim.key(), "came": "stopped"}),
        Came::Made { version, report, taken } => json!({
            "aim": aim.key(), "came": "made", "version": version, "in_force": taken.is_over(), "why": taken.kept(),
            "report": report,
        }),
    }
}

fn list(ctx: &Ctx, args: &Args) -> anyhow::Result<ExitCode> {
    let aims = args.aims();
    let all: Vec<Standing> =
        triage::overview(ctx)?.into_iter().filter(|standing| aims.contains(&standing.aim)).collect();
    if args.json {
        let rows = all.iter().flat_map(|standing| &standing.versions).map(|version| {
            let row = &version.row;
            json!({
                "aim": row.aim.key(), "version": row.version, "in_force": row.in_force, "why": row.why,
                "made_at": row.made_at.timestamp().to_string(), "from": row.from_at.timestamp().to_string(),
                "until": row.until_at.timestamp().to_string(), "report": version.report,
            })
        });
        println!("{}", Value::Array(rows.collect()));
        return Ok(ExitCode::SUCCESS);
    }
    for standing in &all {
        if standing.versions.is_empty() {
            println!("{}: nothing learned yet", standing.aim.key());
        }
        for version in &standing.versions {
            let row = &version.row;
            let (mark, f1) =
                (if row.in_force { "*" } else { " " }, version.report.as_ref().map_or(0.0, |r| r.macro_f1));
            let cases = version.report.as_ref().map_or(0, |r| r.cases);
            println!(
                "{mark} {} {} of {}: macro-F1 {f1:.3}, {cases} cases closed {} to {} ({})",
                row.aim.key(),
                row.version,
                row.made_at.timestamp(),
                row.from_at.date(&ctx.app.city.zone),
                row.until_at.date(&ctx.app.city.zone),
                row.why
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn roll_back(ctx: &Ctx, args: &Args) -> anyhow::Result<ExitCode> {
    for aim in args.aims() {
        match triage::roll_back(ctx, aim) {
            Ok(version) => println!("{}: version {version} is in force again", aim.key()),
            Err(duban_app::AppError::Refused(_)) => {
                println!("{}: there is no earlier model to go back to", aim.key());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ExitCode::SUCCESS)
}
