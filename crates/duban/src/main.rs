//! Duban (督办): the hotline that sees each matter through. Settings, wiring and commands; the
//! only place that knows the time, randomness, files and the environment.

mod check;
mod city;
mod clock;
mod demo;
mod door;
mod hall;
mod hooks;
mod import;
mod keep;
mod keyfile;
mod learn;
mod letters;
mod objects;
mod outside;
mod pack;
mod remember;
mod rotate;
mod serve;
mod settings;
mod user;
mod verify;
mod ways;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 督办: hears what people raise and sees each matter through until it is done.
#[derive(Parser)]
#[command(name = "duban", version, about, propagate_version = true, after_help = "Begin with:  duban demo\n")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a fresh demonstration city (Zhuzhou, invented people).
    Demo(demo::Args),
    /// Serve a city.
    Serve(serve::Args),
    /// Take one mail in from standard input: the end of a pipe of the mail server.
    MailIn(letters::Args),
    /// Take requests in from a CSV or XLSX file.
    Import(import::Args),
    /// Objects that requests can be about: lamp posts, trees, stops.
    #[command(subcommand)]
    Objects(objects::Command),
    /// The hall: cards that deposits are held for.
    #[command(subcommand)]
    Hall(hall::Command),
    /// Look at or check a city pack.
    #[command(subcommand)]
    City(city::Command),
    /// Accounts of staff.
    #[command(subcommand)]
    User(user::Command),
    /// Keys of other systems, such as Open311 clients.
    #[command(subcommand)]
    Key(user::KeyCommand),
    /// Learn from closed cases which category and unit a text belongs to.
    Learn(learn::Args),
    /// Check that nothing of the past was changed, or that a receipt holds.
    Verify(verify::Args),
    /// Check that rows, counters and histories agree.
    Check(check::Args),
    /// Copy the running database to a file (embedded database).
    Backup(keep::BackupArgs),
    /// Put a copy back into an empty data folder.
    Restore(keep::RestoreArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    wire::log();
    let done = match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Import(args) => import::run(&args),
        Command::MailIn(args) => letters::run(&args),
        Command::Objects(command) => objects::run(&command),
        Command::Hall(command) => hall::run(&command),
        Command::City(command) => city::run(&command),
        Command::User(command) => user::run(&command),
        Command::Key(command) => user::run_key(&command),
        Command::Learn(args) => learn::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Backup(args) => keep::backup(&args),
        Command::Restore(args) => keep::restore(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("duban: {error:#}");
            ExitCode::FAILURE
        }
    }
}
