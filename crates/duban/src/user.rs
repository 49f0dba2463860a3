//! `duban user` and `duban key`: accounts of staff, and keys of other systems.

use std::{io::BufRead, process::ExitCode};

use anyhow::{Context, ensure};
use duban_app::{
    notice::{self, StaffBox},
    partner,
    staff::users,
};
use duban_domain::{
    notice::{DigestWish, StaffNews},
    person::Mail,
};

use crate::{rotate, settings::Place, wire};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make an account, or give an existing login a new role, unit and password.
    #[command(
        after_help = "Example (the password is read from standard input):\n  duban user add --data /var/lib/duban --login li --name 李晓 --unit hotline --role operator < password.txt\n"
    )]
    Add {
        #[command(flatten)]
        place: Place,
        /// What they type to sign in.
        #[arg(long)]
        login: String,
        /// The name that colleagues see.
        #[arg(long)]
        name: String,
        /// The key of their unit in the city pack.
        #[arg(long)]
        unit: String,
        /// The key of their role in the city pack.
        #[arg(long)]
        role: String,
    },
    /// Switch an account off and end its sessions. `add` with the same login switches it on again.
    Disable {
        #[command(flatten)]
        place: Place,
        /// What they type to sign in.
        #[arg(long)]
        login: String,
    },
    /// Say where somebody is mailed about cases; without an address they are mailed no more.
    #[command(
        after_help = "Example:\n  duban user mail --data /var/lib/duban --login li --mail li@example.cn --news person\n"
    )]
    Mail {
        #[command(flatten)]
        place: Place,
        /// What they type to sign in.
        #[arg(long)]
        login: String,
        /// Their address.
        #[arg(long)]
        mail: Option<String>,
        /// For which cases, where it differs from the city's rule: unit, person, both or none.
        #[arg(long)]
        news: Option<String>,
        /// The daily digest, where it differs from the city's rule: zh, en or off. Left out, what they said stays.
        #[arg(long)]
        digest: Option<String>,
    },
    /// List accounts.
    List {
        #[command(flatten)]
        place: Place,
        /// One JSON object per account.
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key; it is shown once.
    #[command(after_help = "Example:\n  duban key add --data /var/lib/duban --name \"county platform\"\n")]
    Add {
        #[command(flatten)]
        place: Place,
        /// Whose key it is.
        #[arg(long)]
        name: String,
        /// The unit whose cases this system handles: it then sees them and reports their progress.
        #[arg(long, conflicts_with = "telephone")]
        unit: Option<String>,
        /// For a telephone system: it tells of calls, and opens nothing else.
        #[arg(long)]
        telephone: bool,
    },
    /// List keys: number, whose, and whether it was taken back. The keys themselves are not kept.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Another key for people's data, while no server runs: everything that was made with the present one is made anew.
    #[command(after_help = "Example:\n  duban key rotate --data /var/lib/duban\n")]
    Rotate {
        #[command(flatten)]
        place: Place,
        /// The present key got into strange hands: links in mails, codes of receipts and known browsers that were made with it
        /// do not count any more.
        #[arg(long)]
        leaked: bool,
    },
    /// Take a key back.
    Revoke {
        #[command(flatten)]
        place: Place,
        /// Its number, as `list` shows it.
        #[arg(long)]
        number: i64,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Add { place, login, name, unit, role } => {
            let app = wire::open(place)?;
            eprintln!("Password for {login} (at least {} characters), then Enter:", users::PASSWORD_MIN);
            let mut password = String::new();
            std::io::stdin().lock().read_line(&mut password).context("reading the password")?;
            let password = password.trim_end_matches(['\n', '\r']).to_owned();
            let account = users::Account {
                login: login.clone(),
                name: name.clone(),
                unit: unit.clone(),
                role: role.clone(),
                password,
            };
            users::judge(&app.city, &account)?;
            users::put(&app, &account)?;
            println!("{login}: {role} of {unit}");
        }
        Command::Disable { place, login } => {
            ensure!(users::disable(&wire::open(place)?, login)?, "nobody has the login {login}");
            println!("{login}: switched off");
        }
        Command::Mail { place, login, mail, news, digest } => {
            let news = news.as_deref().map(|key| {
                StaffNews::from_key(key)
                    .with_context(|| format!("--news is unit, person, both or none, not {key:?}"))
            });
            let digest = digest.as_deref().map(|key| {
                DigestWish::from_key(key).with_context(|| format!("--digest is zh, en or off, not {key:?}"))
            });
            let mail = Mail::parse(mail.as_deref().unwrap_or("")).ok().context("--mail is a mail address")?;
            let app = wire::open(place)?;
            let staff = users::list(&app)?.into_iter().find(|staff| staff.login == *login);
            let staff = staff.with_context(|| format!("nobody has the login {login}"))?;
            let said = if mail.is_some() { "is mailed" } else { "is mailed no more" };
            let digest = digest.transpose()?.or(notice::mail_of(&app, staff.id)?.digest);
            notice::set_mail(&app, staff.id, &StaffBox { mail, news: news.transpose()?, digest })?;
            println!("{login}: {said}");
        }
        Command::List { place, json } => {
            for staff in users::list(&wire::open(place)?)? {
                if *json {
                    println!(
                        "{}",
                        serde_json::json!({"login": staff.login, "name": staff.name, "unit": staff.unit, "role": staff.role, "active": staff.active})
                    );
                } else {
                    println!("{}\t{}\t{}\t{}", staff.login, staff.name, staff.role, staff.unit);
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_key(command: &KeyCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeyCommand::Add { place, name, unit, telephone } => {
            let app = wire::open(place)?;
            if let Some(unit) = unit {
                ensure!(app.city.unit(unit).is_some(), "there is no unit {unit} in the city pack");
            }
            let key = if *telephone {
                partner::add_telephone_key(&app, name)?
            } else {
                partner::add_key(&app, name, unit.as_deref())?
            };
            println!("{key}");
        }
        KeyCommand::List { place } => {
            for key in partner::keys(&wire::open(place)?)? {
                println!(
                    "{}\t{}\t{}\t{}\t{}",
                    key.id,
                    key.name,
                    key.scope.key(),
                    key.unit.as_deref().unwrap_or("-"),
                    if key.revoked_at.is_some() { "revoked" } else { "valid" }
                );
            }
        }
        KeyCommand::Rotate { place, leaked } => return rotate::run(place, *leaked),
        KeyCommand::Revoke { place, number } => {
            ensure!(
                partner::revoke_key(&wire::open(place)?, *number)?,
                "there is no valid key with the number {number}"
            );
            println!("{number}: taken back");
        }
    }
    Ok(ExitCode::SUCCESS)
}
