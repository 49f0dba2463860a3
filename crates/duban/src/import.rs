//! `duban import`: arguments, a progress bar and Ctrl-C around the import that `duban-app` does.
//!
//! The summary goes to standard output as one JSON object; everything for eyes goes to standard
//! error, the bar only when that is a terminal.

use std::{
    io::{IsTerminal, Write, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, bail};
use duban_app::import::{self, Go, Mapping, Options, Progress, SHIPPED, Summary};
use duban_domain::Lang;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{settings::Place, wire};

/// What a shell is told when somebody pressed Ctrl-C.
const INTERRUPTED: u8 = 130;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  duban import --data ./zhuzhou --mapping messages-replies messages.csv
  duban import --print-mapping generic-12345 > my-city.toml
  duban import --data ./zhuzhou --mapping my-city.toml orders-2024.xlsx orders-2025.xlsx

Running it twice imports nothing twice. Rows that cannot be taken in are written to a file with line
and reason; mend them there and import that file with the same mapping.
")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Which column is what: a mapping file, or the name of a mapping inside this program
    #[arg(long, value_name = "NAME|FILE", required_unless_present = "print_mapping")]
    mapping: Option<String>,
    /// Where rejected rows go [default: beside the first input]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The language of the reasons: zh or en
    #[arg(long, value_name = "LANG", default_value = "zh", value_parser = lang)]
    lang: Lang,
    /// Print a mapping that is inside this program, to copy and change
    #[arg(long, value_name = "NAME")]
    print_mapping: Option<String>,
    /// CSV or XLSX files
    #[arg(value_name = "INPUT", required_unless_present = "print_mapping")]
    inputs: Vec<PathBuf>,
}

fn lang(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| "write zh or en".to_owned())
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(name) = &args.print_mapping {
        return print_mapping(name);
    }
    let mapping = Mapping::load(args.mapping.as_deref().context("--mapping is missing")?)?;
    let app = wire::open(&args.place)?;
    let options = Options { rejects: args.rejects.clone(), lang: args.lang };
    let stop = stop_on_ctrl_c()?;
    let bar = bar();
    let mut progress = |p: Progress<'_>| {
        show(&bar, &p, args.lang);
        if stop.load(Ordering::Relaxed) { Go::Stop } else { Go::On }
    };
    let done = import::run(&app, &args.inputs, &mapping, &options, &mut progress);
    bar.finish_and_clear();
    let summary = done?;
    for line in remarks(&summary, args.lang) {
        writeln!(stderr(), "{line}")?;
    }
    writeln!(stdout(), "{}", serde_json::to_string(&summary)?)?;
    Ok(if summary.stopped { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

fn print_mapping(name: &str) -> anyhow::Result<ExitCode> {
    let Some(text) = Mapping::shipped(name) else {
        let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        bail!("there is no shipped mapping {name:?}; write one of {}", names.join(", "));
    };
    write!(stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

/// What a person wants to know besides the numbers.
fn remarks(summary: &Summary, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if summary.stopped {
        lines.push(
            lang.t(
                "已停下。已导入的都在；要继续，再运行一次同样的命令。",
                "Stopped. What was imported stays; run the same command again to go on.",
            )
            .to_owned(),
        );
    }
    if let Some(file) = &summary.rejects_file {
        lines.push(match lang {
            Lang::Zh => format!("{} 行没有导入，行号和原因见 {file}；改好后用同一映射导入该文件。", summary.rejected),
            Lang::En => format!("{} rows were not imported; see {file} for lines and reasons. Mend them and import that file with the same mapping.", summary.rejected),
        });
    }
    if let Some(file) = &summary.warnings_file {
        lines.push(match lang {
            Lang::Zh => format!("已导入的行里有 {} 处可疑，见 {file}。", summary.warnings),
            Lang::En => format!("{} odd things in rows that were imported; see {file}.", summary.warnings),
        });
    }
    lines
}

/// A bar on the terminal, or none where nobody is looking.
fn bar() -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{prefix} [{bar:32}] {percent:>3}% {msg}")
        .expect("the template is a constant and well-formed");
    ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
        .with_style(style.progress_chars("=> "))
}

fn show(bar: &ProgressBar, progress: &Progress<'_>, lang: Lang) {
    let Summary { imported, already, rejected, .. } = progress.so_far;
    bar.set_length(progress.total);
    bar.set_position(progress.done.min(progress.total));
    bar.set_prefix(
        progress.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
    );
    bar.set_message(match lang {
        Lang::Zh => format!("导入 {imported} · 已有 {already} · 退回 {rejected}"),
        Lang::En => format!("imported {imported} · already {already} · rejected {rejected}"),
    });
}

/// A flag that Ctrl-C sets; the import looks at it between two transactions.
fn stop_on_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("waiting for Ctrl-C")?;
    std::thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            seen.store(true, Ordering::Relaxed);
        }
    });
    Ok(stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_name_the_files_and_how_to_go_on() {
        let summary = Summary {
            rejected: 2,
            rejects_file: Some("bad.csv".into()),
            stopped: true,
            ..Summary::default()
        };
        let lines = remarks(&summary, Lang::En).join("\n");
        assert!(
            lines.contains("again to go on") && lines.contains("2 rows") && lines.contains("bad.csv"),
            "{lines}"
        );
        assert!(remarks(&Summary::default(), Lang::Zh).is_empty());
    }
}
